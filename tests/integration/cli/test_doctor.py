"""`threadline doctor`: what is looked at, and what to do where it is not right."""

import signal

import pytest

from tests.support.processes import started

SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
]


@pytest.fixture
def findings(run, slack):
    """Runs the doctor; its exit code and what it found wrong, by what was looked at."""

    async def examine(**changed):
        await run("migrate")
        ended = await run("doctor", **slack.variables | changed)
        assert "Traceback" not in ended.err
        wrong = [line.removeprefix("FAIL  ") for line in ended.out.splitlines() if line.startswith("FAIL")]
        return ended.code, wrong, ended.out

    return examine


async def test_everything_is_right(findings):
    code, wrong, told = await findings()
    assert (code, wrong) == (0, [])
    assert told.splitlines() == [
        "ok    environment: set: SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL, THREADLINE_LISTEN",
        "ok    database: reached, and its schema is the newest",
        "ok    configuration: threadline.yml has no problems",
        "ok    bot token: Helpful Ltd (T0HOME)",
        "ok    scopes: all 12 that are needed",
        "ok    clock: agrees with Slack's",
        "ok    events: over Socket Mode",
        "ok    alert channel: #triage",
        "ok    customer channel: #acme-support",
    ]


async def test_secrets_are_not_shown(findings, slack):
    _, _, told = await findings()
    assert slack.installed["bot_token"] not in told
    assert slack.installed["app_token"] not in told


async def test_a_missing_scope_is_named(findings, slack):
    slack.sandbox.build.configure("A0SLA", scopes=[scope for scope in SCOPES if scope != "usergroups:read"])
    code, wrong, _ = await findings()
    assert code == 1
    assert wrong == ["scopes: missing: usergroups:read; add them under OAuth & Permissions and install the app anew"]


async def test_a_channel_without_the_bot_is_named(findings, slack):
    slack.sandbox.channels.leave("C0TRIAGE", slack.installed["bot_user"])
    code, wrong, _ = await findings()
    assert (code, wrong) == (1, ["alert channel: #triage: invite the bot, /invite @Threadline"])


async def test_a_channel_that_does_not_exist_is_named(findings, folder):
    file = folder / "threadline.yml"
    file.write_text(file.read_text().replace("{C0ACME: {}}", "{C0ACME: {}, C0GONE: {}}"))
    code, wrong, _ = await findings()
    assert code == 1
    assert wrong == [
        "customer channel: C0GONE does not exist, or the bot cannot see it: invite it with /invite @Threadline"
    ]


async def test_an_alert_channel_that_another_company_reads_is_named(findings, slack):
    slack.sandbox.channels.share("C0TRIAGE", "T0ACME")
    code, wrong, _ = await findings()
    assert code == 1
    assert wrong == [
        "alert channel: #triage is shared with another company, which would read every alert: choose an internal one"
    ]


async def test_a_channel_of_the_digest_has_to_be_one_that_the_bot_may_post_into(findings, folder):
    file = folder / "threadline.yml"
    digest = 'digest: {weekly: {at: "mon 09:00", to: C0GENERAL}, forgotten: {at: "daily 09:00", to: U0BOSS}}'
    file.write_text(f"{file.read_text()}{digest}\n")
    code, wrong, told = await findings()
    assert (code, wrong) == (0, [])
    assert told.splitlines()[-1] == "ok    channel of the digest: #general"

    file.write_text(file.read_text().replace("C0GENERAL", "C0GONE"))
    code, wrong, _ = await findings()
    assert code == 1
    assert wrong[0].startswith("channel of the digest: C0GONE does not exist")


async def test_an_archived_channel_is_named(findings, slack):
    slack.sandbox.channels.archive("C0TRIAGE", "U0BOSS")
    code, wrong, _ = await findings()
    assert code == 1
    assert len(wrong) == 1
    assert wrong[0].startswith("alert channel: #triage")


async def test_a_wrong_bot_token_is_one_finding(findings):
    code, wrong, _ = await findings(SLACK_BOT_TOKEN="xoxb-wrong")
    assert code == 1
    assert len(wrong) == 1
    assert wrong[0].startswith("bot token: Slack does not accept SLACK_BOT_TOKEN (invalid_auth)")


async def test_a_wrong_app_token_is_one_finding(findings):
    code, wrong, _ = await findings(SLACK_APP_TOKEN="xapp-wrong")
    assert code == 1
    assert wrong == ["events: Slack does not accept SLACK_APP_TOKEN (invalid_auth): make one with connections:write"]


async def test_a_slack_that_goes_away_in_the_middle_is_a_finding(findings, slack):
    slack.sandbox.faults.calls("status", method="conversations.info", status=503)
    code, wrong, told = await findings()
    assert code == 1
    assert len(wrong) == 1
    assert "conversations.info" in wrong[0]
    assert "ok    scopes" in told


async def test_without_anything_every_missing_thing_is_named(run):
    ended = await run("doctor")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.splitlines() == [
        "FAIL  environment: set: nothing; set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
        "ok    database: threadline.db will be made by the first `threadline run`",
        "FAIL  configuration: there is no threadline.yml: `threadline init` writes one",
        "FAIL  Slack: set SLACK_BOT_TOKEN (xoxb-...) to go on",
    ]


async def test_an_empty_configuration_lacks_everything_step_by_step(run, folder):
    (folder / "threadline.yml").write_text("admins: []\n", encoding="utf-8")
    ended = await run("doctor")
    steps = [line for line in ended.out.splitlines() if not line.startswith(("ok    database", "FAIL  environment"))]
    assert steps == [
        "ok    configuration: threadline.yml has no problems",
        "ok    admins: nobody may change the set-up in Slack: write your Slack user id into admins of the file",
        "ok    agents: say who answers: nobody is named, so only in shared channels somebody counts as an agent",
        "FAIL  alert channel: choose one (alert_channel): without it nobody is alerted",
        "ok    customer channels: only channels shared with other companies are followed: set up the others",
        "FAIL  policies: begin with a template: without policies nothing has a deadline",
        "FAIL  Slack: set SLACK_BOT_TOKEN (xoxb-...) to go on",
    ]


async def test_a_mail_server_and_the_secrets_of_webhooks_are_looked_for(findings, folder):
    file = folder / "threadline.yml"
    asked = (
        'routes: {default: {thresholds: {"0": ["mail:lead@example.com", "webhook:pager"]}}}\n'
        'webhooks: {pager: {url: "https://example.com/hook", secret_env: PAGER_SECRET},'
        ' unused: {url: "https://example.com/other", secret_env: OTHER_SECRET}}\n'
    )
    file.write_text(file.read_text(encoding="utf-8") + asked, encoding="utf-8")
    code, wrong, _ = await findings()
    assert code == 1
    assert wrong == [
        "webhook pager: set the environment variable PAGER_SECRET: without it a route's calls cannot be signed",
        "mail: set THREADLINE_SMTP_URL, such as smtps://user:password@mail.example.com: a route writes to a mailbox",
    ]
    code, wrong, told = await findings(PAGER_SECRET="a secret", THREADLINE_SMTP_URL="smtp://user:secret@mail.test")
    assert (code, wrong) == (0, [])
    assert "secret@" not in told
    assert "a secret" not in told


async def test_what_is_in_force_is_looked_at_and_a_file_that_differs_is_named(findings, folder, slack):
    async with started("run", folder=folder, **slack.variables) as running:
        await running.says("Threadline runs for")
        await running.end(signal.SIGTERM)
    _, _, told = await findings()
    assert "ok    in force: version 1 of the configuration\n" in told
    file = folder / "threadline.yml"
    file.write_text(file.read_text().replace("alert_channel: C0TRIAGE", "alert_channel: C0GONE"))
    code, wrong, told = await findings()
    assert (code, wrong) == (0, [])
    assert (
        "ok    in force: version 1 of the configuration; the file differs: `threadline diff` shows how, "
        "`threadline apply` applies it"
    ) in told.splitlines()
