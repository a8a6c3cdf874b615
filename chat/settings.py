"""Settings: what the environment decides, read once and then frozen."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _must_be(words: str, pattern: str) -> AfterValidator:
    """Take what is like a pattern; of all else, say what it must be."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {words}")
        return value

    return AfterValidator(check)


def _server(*beginnings: str) -> AfterValidator:
    """Take a URL of one of these kinds that names a server."""

    def check(value: str) -> str:
        if not value.startswith(beginnings):
            raise ValueError(f"must begin with {' or '.join(beginnings)}")
        if not _names_one(value):
            raise ValueError("names no server, or a port that is none")
        return value

    return AfterValidator(check)


def _names_one(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


_Web = Annotated[str, _server("http://", "https://")]
_Mail = Annotated[str, _server("smtp://", "smtps://")]
_Country = Annotated[str, _must_be("two capital letters", "[A-Z]{2}")]
_House = Annotated[
    str, _must_be("http:// or https:// and a host, no path", "https?://[^/]+/?")
]
_Address = Annotated[str, _must_be("an address", r"|[^@\s]+@[^@\s]+")]
_Contact = Annotated[
    str, _must_be("mailto: and an address, or https://", "|mailto:.+@.+|https://.+")
]
_HOST = r"\s*[\w.-]+(:[0-9]+)?\s*"
_Hosts = Annotated[
    str, _must_be("hosts, or host:port, with commas", rf"|{_HOST}(,{_HOST})*(,\s*)?")
]

_THIS_MACHINE = ("127.0.0.1", "::1", "0.0.0.0", "::")  # noqa: S104


class Settings(BaseSettings):
    """Everything an operator may change, by environment variable of the same name."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path("var")
    redis_url: str | None = Field(default=None, repr=False)
    """The server to use; unset: a private one, owned by this service."""

    database_url: str | None = Field(default=None, repr=False)
    """A PostgreSQL to keep cases and staff in; unset: a file in `data_dir`."""

    case_days: int = Field(default=30, ge=1, le=365)
    """How long after a case is closed what was said in it is kept."""

    rooms_file: Path | None = None
    secret_key: str | None = Field(default=None, repr=False)
    """The key pseudonyms are derived with; unset: made on first run in `data_dir`.
    Every machine of one service must have the same."""

    origins: str = ""
    """Comma-separated origins whose pages may connect; empty: this host and port."""

    trusted_proxies: str = "127.0.0.1"
    """Comma-separated addresses whose X-Forwarded-For is believed."""

    workers: int = Field(default=1, ge=1, le=64)

    history_hours: float = Field(default=24, ge=0, le=24 * 30)
    history_messages: int = Field(default=2000, ge=1, le=100_000)
    repeat_minutes: float = Field(default=60, ge=10)
    """How long a repeated message is recognised as the same one."""

    max_connections: int = Field(default=20_000, ge=1)
    max_connections_per_prefix: int = Field(default=200, ge=1)
    """Open connections from one /24 (IPv4) or /56 (IPv6)."""

    says_per_minute: int = Field(default=40, ge=1)
    joins_per_minute: int = Field(default=60, ge=1)
    reactions_per_minute: int = Field(default=60, ge=1)
    reports_per_minute: int = Field(default=20, ge=1)
    """Reports, bells and appeals of one device."""

    flood_guard: bool = True
    """Whether repeated and near-identical messages are stopped; off in load tests."""

    country: _Country = "ZA"
    """Whose phone numbers are read without a country code, unless a room says so."""
    drain_seconds: float = Field(default=5, ge=0, le=8)
    """Over how long browsers are told to come back after a restart."""

    policy_file: Path | None = None
    """Whom to call about a need, after how long; unset: ours."""

    heartbeat_url: _Web | None = Field(default=None, repr=False)
    """Asked once a minute while somebody who needs to talk would be heard, so that
    something outside notices when not."""

    drill_every_hours: float = Field(default=0, ge=0, le=24 * 31)
    """A drill comes at a random moment of each span of so many hours; 0: never."""

    public_url: _House | None = None
    """Where browsers find the house, for links that leave it; unset: the first of
    `origins`."""

    reachable_hours: float = Field(default=12, ge=1, le=24 * 7)
    """For how long after an alert arrived somebody counts as reachable."""

    vapid_key: str | None = Field(default=None, repr=False)
    """The key that push services know this house by; unset: made in `data_dir`.
    Every machine of one service must have the same."""

    push_subject: _Contact = ""
    """Whom a push service writes to if something is wrong with our pushes."""

    push_hosts: _Hosts = ""
    """Comma-separated push services to use beside those of the known browsers."""

    smtp_url: _Mail | None = Field(default=None, repr=False)
    """The server that takes mail to peers; unset: none is sent."""

    mail_from: _Address = Field(default="", validate_default=True)
    webhook_url: _Web | None = Field(default=None, repr=False)
    """Called for peers who ask for it, so that it may send a text message or ring."""

    webhook_secret: str | None = Field(
        default=None, repr=False, min_length=16, validate_default=True
    )
    """What the calls of the webhook are signed with."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("mail_from", "webhook_secret")
    @classmethod
    def _goes_with(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse half of what only works together."""
        other = {"mail_from": "smtp_url", "webhook_secret": "webhook_url"}
        other_name = other[str(info.field_name)]
        if info.data.get(other_name) and not value:
            raise ValueError(f"is needed where {other_name.upper()} is set")
        return value


def house_url(settings: Settings) -> str:
    """Return where browsers find the house, for links that leave it."""
    # An address of this machine has no passkeys, and `localhost` has.
    host = "localhost" if settings.host in _THIS_MACHINE else settings.host
    here = f"http://{host}:{settings.port}"
    return (settings.public_url or (listed(settings.origins) or [here])[0]).rstrip("/")


def listed(text: str) -> list[str]:
    """Return what a setting lists, with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]
