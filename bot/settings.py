"""What the environment says: tokens, addresses and file names; `.env` is read, real variables win over it."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.errors import BotError

_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>\d{1,5})")


def _starting_with(*prefixes: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not secret.get_secret_value().startswith(prefixes):
            raise ValueError(f"must start with {' or '.join(prefixes)}")
        return secret

    return AfterValidator(check)


def _address(value: str, schemes: tuple[str, ...]) -> None:
    expected = f"must be an address such as {schemes[0]}://host"
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(expected)


class Settings(BaseSettings):
    """The environment, checked once. Secrets are `SecretStr`: they never show in a log or a traceback."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    slack_bot_token: Annotated[SecretStr, _starting_with("xoxb-")] | None = None
    slack_app_token: Annotated[SecretStr, _starting_with("xapp-")] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///threadline.db"), validation_alias="THREADLINE_DATABASE_URL"
    )
    config_path: Path = Field(default=Path("threadline.yml"), validation_alias="THREADLINE_CONFIG")
    listen: str = Field(default="127.0.0.1:3000", validation_alias="THREADLINE_LISTEN")
    public_url: str | None = Field(default=None, validation_alias="THREADLINE_PUBLIC_URL")
    smtp_url: SecretStr | None = Field(default=None, validation_alias="THREADLINE_SMTP_URL")
    secret_key: SecretStr | None = Field(default=None, validation_alias="THREADLINE_SECRET_KEY")
    log: Literal["console", "json"] = Field(default="console", validation_alias="THREADLINE_LOG")
    # A call to Slack lasts up to 10 s, and none is begun in the last 10 s of a lease.
    settle_seconds: int = Field(default=30, ge=1, le=600, validation_alias="THREADLINE_SETTLE_SECONDS")
    lease_seconds: int = Field(default=60, ge=15, le=600, validation_alias="THREADLINE_LEASE_SECONDS")

    @field_validator("slack_signing_secret")
    @classmethod
    def _signing_secret_is_not_a_token(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and secret.get_secret_value().startswith(("xoxb-", "xapp-", "xoxp-")):
            raise ValueError("must be the signing secret of the app's Basic Information page, not a token")
        return secret

    @field_validator("slack_api_url", "public_url")
    @classmethod
    def _is_a_web_address(cls, value: str | None, info: Any) -> str | None:
        if value is None:
            return None
        _address(value, ("https", "http"))
        return value.rstrip("/") + "/" if info.field_name == "slack_api_url" else value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return url

    @field_validator("listen")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        match = _LISTEN.fullmatch(value)
        if not match or int(match["port"]) > 65535:
            raise ValueError("must be a host and a port such as 127.0.0.1:3000")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url:
            _address(url.get_secret_value(), ("smtp", "smtps"))
        return url

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key and len(key.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters; `openssl rand -hex 32` makes a good one")
        return key

    @property
    def listen_host(self) -> str:
        """The host to bind, an IPv6 address without its brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port to bind; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])

    @property
    def base_url(self) -> str:
        """Where links point, without a slash at the end: the public address, else the one listened on."""
        return self.public_url or f"http://{self.listen}"

    @classmethod
    def variables(cls) -> dict[str, str]:
        """The environment variable behind each field."""
        return {name: str(field.validation_alias or name.upper()) for name, field in cls.model_fields.items()}

    def given(self) -> dict[str, bool]:
        """Which variables were set, by the environment or `.env`; never their values."""
        return {variable: name in self.model_fields_set for name, variable in self.variables().items()}

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """The settings of this process.

        Raises:
            BotError: (exit code 2) a variable is not usable; every one is named, none with its value.
        """
        try:
            return cls(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings takes it at run time
        except ValidationError as error:
            raise BotError(_sentences(error, cls.variables()), exit_code=2) from None
        except (SettingsError, UnicodeDecodeError):
            raise BotError(f"{env_file} cannot be read: write NAME=value lines in UTF-8.", exit_code=2) from None


def _sentences(error: ValidationError, variables: dict[str, str]) -> str:
    sentences = []
    for found in error.errors(include_input=False, include_url=False, include_context=False):
        location = str(found["loc"][0]) if found["loc"] else "The environment"
        reason = found["msg"].removeprefix("Value error, ")
        if not found["type"].startswith("value_error"):
            reason = f"is not usable: {reason[:1].lower()}{reason[1:]}"
        sentences.append(f"{variables.get(location, location).upper()} {reason}.")
    return " ".join(sentences)
