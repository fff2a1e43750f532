"""What a customer writes pings nobody and links nowhere; what we write is read by no customer, and in no log."""

import pytest
from structlog.testing import capture_logs

from tests.support.desk import TRIAGE, Desk

HOSTILE = [
    "<!channel> the export is empty",
    "<!here> <!everyone>",
    "<@U0BEN> <@U0CLEO|ben> help",
    "<!subteam^S0SUPPORT> help",
    "<https://evil.example|https://northwind.example>",
    "*bold* _it_ ~no~ `code` > quote",
    "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
    "```<!channel>```",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_customers_text_on_card_and_alerts_pings_nobody(desk: Desk, text: str):
    desk.sandbox.act.post("C0ACME", "U0RITA", text, verbatim=True)
    await desk.at("10:01")
    assert len(desk.alerts()) == 2
    assert desk.sandbox.read.notifications(channel=TRIAGE) == []


async def test_a_customers_text_in_a_direct_message_pings_nobody_else(desk: Desk):
    desk.sandbox.act.post("C0ACME", "U0RITA", "<!channel> <@U0BEN> help", verbatim=True)
    await desk.pass_time(seconds=5)
    await desk.click("U0ANA", "Claim")
    await desk.at("10:01")
    told = {one["user"] for one in desk.sandbox.read.notifications() if one["channel"].startswith("D")}
    assert told == {"U0ANA"}


async def test_a_customers_ping_reads_as_plain_text_on_the_card(desk: Desk):
    desk.sandbox.act.post("C0ACME", "U0RITA", "<!channel> ask <@U0BEN|ben> &amp; co", verbatim=True)
    await desk.pass_time(seconds=5)
    assert desk.quoted() == "@channel ask @ben & co"


async def test_a_disguised_link_shows_where_it_leads(desk: Desk):
    text = "<https://evil.example|https://northwind.example>"
    desk.sandbox.act.post("C0ACME", "U0RITA", text, verbatim=True)
    await desk.pass_time(seconds=5)
    assert desk.quoted() == "https://northwind.example (https://evil.example)"


async def test_characters_that_reverse_or_hide_text_are_left_out(desk: Desk):
    await desk.post("U0RITA", "a\u202egnp.exe\u202c b\u200bc \u2066d\u2069\u0007")
    assert desk.quoted() == "agnp.exe bc d"


async def test_markup_stays_as_it_was_typed(desk: Desk):
    await desk.post("U0RITA", "*bold* _it_ `code` > quote")
    assert desk.quoted() == "*bold* _it_ `code` > quote"


async def test_the_text_of_the_card_alone_carries_no_live_token_of_the_customers(desk: Desk):
    desk.sandbox.act.post("C0ACME", "U0RITA", "<!channel> <@U0BEN> <https://evil.example>", verbatim=True)
    await desk.at("10:01")
    for message in desk.sandbox.read.messages(TRIAGE):
        for token in ("<!channel", "<@U0BEN", "<https://evil"):
            assert token not in str(message)


async def test_a_name_that_pings_is_plain_text_too(desk: Desk):
    desk.sandbox.build.user("T0GLOBEX", "<!channel> *x*", id="U0EVIL", real_name="<!channel>")
    desk.sandbox.channels.join("C0GLOBEX", "U0EVIL")
    await desk.post("U0EVIL", "The export is empty", channel="C0GLOBEX")
    await desk.at("10:01")
    assert desk.sandbox.read.notifications(channel=TRIAGE) == []


async def test_a_very_long_message_still_gets_its_card_and_its_alerts(desk: Desk):
    await desk.post("U0RITA", "The export is empty & <broken> " * 400)
    await desk.at("10:01")
    assert desk.quoted().startswith("The export is empty & <broken> The")
    assert len(desk.alerts()) == 2
    assert all(call["ok"] for call in desk.calls("chat.postMessage"))


async def test_a_message_of_emoji_and_many_scripts_is_shown_as_it_is(desk: Desk):
    await desk.post("U0RITA", "エクスポートが空です 🧾 الملف فارغ")
    assert desk.quoted() == "エクスポートが空です 🧾 الملف فارغ"


async def test_previews_of_links_are_switched_off(desk: Desk):
    await desk.post("U0RITA", "See https://acme.example/report")
    await desk.at("10:01")
    sent = [call["args"] for call in desk.calls("chat.postMessage")]
    assert len(sent) == 3
    assert all(not args["unfurl_links"] and not args["unfurl_media"] for args in sent)


async def test_a_customers_channel_never_gets_a_word_of_the_bots(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("10:01")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    assert len(desk.alerts()) == 2
    for channel in ("C0ACME", "C0GLOBEX", "C0HELP"):
        assert desk.written_by_the_bot(channel) == []


async def test_an_alert_channel_that_has_become_external_gets_no_more_alerts(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.share(TRIAGE, "T0ACME")
    await desk.at("10:01")
    assert desk.alerts() == []
    missed = [one.text for one in desk.direct_messages("U0CLEO")]
    assert [("First reply due" in text, "First reply missed" in text) for text in missed] == [
        (True, False),
        (False, True),
    ]


async def test_an_alert_channel_that_has_become_external_gets_no_card(desk: Desk):
    desk.sandbox.channels.share(TRIAGE, "T0ACME")
    await desk.post("U0RITA", "My password is hunter2")
    assert desk.cards() == []


async def test_an_alert_that_waited_while_its_channel_became_external_is_not_posted_there(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:45")
    desk.sandbox.faults.calls("rate_limit", method="chat.postMessage", for_seconds=600, seconds=30)
    await desk.at("09:50")
    desk.sandbox.channels.share(TRIAGE, "T0ACME")
    await desk.at("10:05")
    assert desk.alerts() == []


async def test_a_note_in_the_cards_thread_stays_there(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "They forgot to pay", channel=TRIAGE, thread=desk.card_ts())
    await desk.at("10:01")
    assert "forgot to pay" not in str(desk.sandbox.read.messages("C0ACME"))
    assert "forgot to pay" not in str(desk.alerts())


async def test_neither_customers_words_nor_tokens_are_written_to_the_log(desk: Desk):
    with capture_logs() as written:
        await desk.post("U0RITA", "My password is hunter2")
        desk.sandbox.faults.calls("error", method="chat.postMessage", error="invalid_blocks", count=1)
        await desk.at("10:01")
        await desk.command("U0ANA", "/priority urgnt hunter2")
    assert written
    for secret in ("hunter2", desk.stage.world.bot_token, desk.stage.world.signing_secret):
        assert secret not in str(written)
