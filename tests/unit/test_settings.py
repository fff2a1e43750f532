import pytest

from bot.errors import BotError
from bot.settings import Settings

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-sesame",
    "SLACK_APP_TOKEN": "xapp-1-sesame",
    "SLACK_SIGNING_SECRET": "sesame",
    "THREADLINE_DATABASE_URL": "postgresql://me:sesame@db/threadline",
    "THREADLINE_SMTP_URL": "smtps://me:sesame@mail.example.com:465",
    "THREADLINE_SECRET_KEY": "sesame" * 6,
}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An environment without any of the variables and without a .env file, to set some in."""
    monkeypatch.chdir(tmp_path)
    for variable in Settings.variables().values():
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch.setenv


@pytest.fixture
def refusal(environment):
    def refused(variable, value):
        environment(variable, value)
        with pytest.raises(BotError) as caught:
            Settings.load()
        assert caught.value.exit_code == 2
        return str(caught.value)

    return refused


def test_the_variables_are_the_documented_ones():
    assert set(Settings.variables().values()) == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "THREADLINE_DATABASE_URL",
        "THREADLINE_CONFIG",
        "THREADLINE_LISTEN",
        "THREADLINE_PUBLIC_URL",
        "THREADLINE_SMTP_URL",
        "THREADLINE_SECRET_KEY",
        "THREADLINE_LOG",
        "THREADLINE_SETTLE_SECONDS",
        "THREADLINE_LEASE_SECONDS",
    }


@pytest.mark.usefixtures("environment")
def test_without_any_variable_everything_has_its_usual_value():
    settings = Settings.load()

    assert settings.slack_bot_token is None
    assert settings.slack_app_token is None
    assert settings.slack_signing_secret is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url.get_secret_value() == "sqlite:///threadline.db"
    assert str(settings.config_path) == "threadline.yml"
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 3000)
    assert settings.base_url == "http://127.0.0.1:3000"
    assert settings.smtp_url is None
    assert settings.secret_key is None
    assert settings.log == "console"
    assert settings.settle_seconds == 30
    assert settings.lease_seconds == 60


def test_variables_are_read_from_the_environment(environment):
    environment("SLACK_BOT_TOKEN", "xoxb-1-sesame")
    environment("SLACK_API_URL", "http://127.0.0.1:8080/api")
    environment("THREADLINE_LISTEN", "[::1]:8080")
    environment("THREADLINE_PUBLIC_URL", "https://sla.example.com/")
    environment("THREADLINE_LOG", "json")
    environment("THREADLINE_SETTLE_SECONDS", "3")
    environment("THREADLINE_LEASE_SECONDS", "15")

    settings = Settings.load()

    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-sesame"
    assert settings.slack_api_url == "http://127.0.0.1:8080/api/"
    assert (settings.listen_host, settings.listen_port) == ("::1", 8080)
    assert settings.base_url == "https://sla.example.com"
    assert settings.log == "json"
    assert settings.settle_seconds == 3
    assert settings.lease_seconds == 15


def test_a_env_file_is_read_and_the_environment_wins_over_it(environment, tmp_path):
    tmp_path.joinpath(".env").write_text(
        "THREADLINE_LOG=json\nTHREADLINE_LISTEN=0.0.0.0:80\nOTHER=x\n", encoding="utf-8"
    )
    environment("THREADLINE_LISTEN", "127.0.0.1:3001")

    settings = Settings.load()

    assert settings.log == "json"
    assert settings.listen == "127.0.0.1:3001"


def test_an_empty_variable_is_one_that_is_not_set(environment):
    environment("SLACK_APP_TOKEN", "")

    assert Settings.load().slack_app_token is None


def test_no_secret_is_ever_printed(environment):
    for variable, value in SECRETS.items():
        environment(variable, value)

    settings = Settings.load()

    assert "sesame" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_it_can_be_told_which_variables_are_set(environment):
    environment("SLACK_BOT_TOKEN", "xoxb-1-sesame")

    given = Settings.load().given()

    assert given["SLACK_BOT_TOKEN"] is True
    assert given["SLACK_APP_TOKEN"] is False
    assert "sesame" not in str(given)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "xapp-sesame", "SLACK_BOT_TOKEN must start with xoxb-."),
        ("SLACK_APP_TOKEN", "xoxb-sesame", "SLACK_APP_TOKEN must start with xapp-."),
        (
            "SLACK_SIGNING_SECRET",
            "xoxb-sesame",
            "SLACK_SIGNING_SECRET must be the signing secret of the app's Basic Information page, not a token.",
        ),
        ("SLACK_API_URL", "sesame", "SLACK_API_URL must be an address such as https://host."),
        ("SLACK_API_URL", "https://host:sesame", "SLACK_API_URL must be an address such as https://host."),
        (
            "THREADLINE_DATABASE_URL",
            "mysql://sesame",
            "THREADLINE_DATABASE_URL must start with sqlite:/// or postgresql://.",
        ),
        ("THREADLINE_LISTEN", "sesame", "THREADLINE_LISTEN must be a host and a port such as 127.0.0.1:3000."),
        ("THREADLINE_LISTEN", "sesame:99999", "THREADLINE_LISTEN must be a host and a port such as 127.0.0.1:3000."),
        ("THREADLINE_PUBLIC_URL", "ftp://sesame", "THREADLINE_PUBLIC_URL must be an address such as https://host."),
        ("THREADLINE_SMTP_URL", "https://sesame", "THREADLINE_SMTP_URL must be an address such as smtp://host."),
        (
            "THREADLINE_SECRET_KEY",
            "sesame",
            "THREADLINE_SECRET_KEY must have at least 32 characters; `openssl rand -hex 32` makes a good one.",
        ),
        ("THREADLINE_LOG", "sesame", "THREADLINE_LOG is not usable: input should be 'console' or 'json'."),
        (
            "THREADLINE_SETTLE_SECONDS",
            "0",
            "THREADLINE_SETTLE_SECONDS is not usable: input should be greater than or equal to 1.",
        ),
        (
            "THREADLINE_SETTLE_SECONDS",
            "601",
            "THREADLINE_SETTLE_SECONDS is not usable: input should be less than or equal to 600.",
        ),
        (
            "THREADLINE_LEASE_SECONDS",
            "14",
            "THREADLINE_LEASE_SECONDS is not usable: input should be greater than or equal to 15.",
        ),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable_and_never_the_value(refusal, variable, value, sentence):
    assert refusal(variable, value) == sentence


def test_all_bad_values_are_named_at_once(environment, refusal):
    environment("SLACK_APP_TOKEN", "sesame")

    assert refusal("SLACK_BOT_TOKEN", "sesame") == (
        "SLACK_BOT_TOKEN must start with xoxb-. SLACK_APP_TOKEN must start with xapp-."
    )


@pytest.mark.usefixtures("environment")
def test_a_env_file_that_is_not_text_is_refused(tmp_path):
    tmp_path.joinpath(".env").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BotError, match=r"^\.env cannot be read: write NAME=value lines in UTF-8\.$"):
        Settings.load()
