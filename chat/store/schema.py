"""The tables, the same on SQLite and on PostgreSQL.

Moments are whole seconds since 1970. `excerpts` and `findings` alone hold what members
said; every other text is the room team's own.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite counts by itself only in a column that is exactly INTEGER.
_COUNTED: Final = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _COUNTED, primary_key=True, autoincrement=True)


def _moment(name: str, *, set_later: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=set_later)


def _words(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, default=default)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, default=b"")


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, default=default)


def _whether(name: str, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=default)


def _case() -> Column[str]:
    return Column("case_id", Text, ForeignKey("cases.id"), nullable=False)


audit = Table(
    "audit",
    METADATA,
    # Given by us, without a gap, so that a missing row is seen by its number.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    _words("actor"),
    _words("verb"),
    _words("subject"),
    _words("detail"),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    # What it is about, as it was opened.
    _words("source"),
    _words("room"),
    _moment("at"),
    Column("position", BigInteger, nullable=False, default=0),
    _bytes("member"),
    _bytes("who"),
    _bytes("sealed"),
    _bytes("message_id"),
    Column("reply", BigInteger, nullable=False, default=0),
    # From here on: what its events come to, so that queues can be read fast.
    _number("action"),
    _number("grade"),
    _whether("urgent"),
    _words("queue"),
    _words("status", "open"),
    _words("message"),
    _words("claimed_by"),
    _words("outcome"),
    _words("acted_by"),
    _whether("needs_second"),
    _whether("appealed"),
    _number("reports"),
    Column("rules", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    _moment("opened_at"),
    _moment("first_look_at", set_later=True),
    _moment("closed_at", set_later=True),
    # A lease is no event: it is renewed while somebody looks.
    _moment("lease_until", set_later=True),
    _moment("forgotten_at", set_later=True),
    Index(None, "status", "queue"),
    Index(None, "room", "status"),
    Index(None, "closed_at"),
)

case_events = Table(
    "case_events",
    METADATA,
    _id(),
    _case(),
    _moment("at"),
    _words("actor"),
    _words("kind"),
    Column("detail", JSON, nullable=False),
    Index(None, "case_id"),
    Index(None, "at"),
)

excerpts = Table(
    "excerpts",
    METADATA,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    _words("kind", "said"),
    Column("position", BigInteger, nullable=False, default=0),
    _bytes("who"),
    _moment("at"),
    _words("text"),
    _words("masked"),
    _whether("is_subject"),
)

findings = Table(
    "findings",
    METADATA,
    _id(),
    _case(),
    _moment("at"),
    _words("rule"),
    _words("category"),
    # Some rules give the words that they found for their reason.
    _words("reason"),
    _number("start"),
    _number("end"),
    _number("action"),
    _number("grade"),
    _words("placeholder"),
    Index(None, "case_id"),
)

looks = Table(
    "looks",
    METADATA,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", Text, primary_key=True),
    _moment("until"),
)

words = Table(
    "words",
    METADATA,
    Column("token", LargeBinary, primary_key=True),
    _bytes("handle"),
    _words("case_id"),
    # The action that said them, to be taken back with it.
    Column("event_id", BigInteger, nullable=False, default=0),
    _words("room"),
    _words("kind"),
    _words("reason"),
    _words("text"),
    Column("until", BigInteger, nullable=False, default=0),
    _whether("may_appeal"),
    _bytes("message_id"),
    _moment("at"),
    _moment("read_at", set_later=True),
    _moment("appealed_at", set_later=True),
    _moment("withdrawn_at", set_later=True),
    Index(None, "handle"),
    Index(None, "case_id"),
)

strikes = Table(
    "strikes",
    METADATA,
    _id(),
    _bytes("handle"),
    _words("case_id"),
    Column("event_id", BigInteger, nullable=False, default=0),
    _number("weight"),
    _moment("at"),
    _moment("expires_at"),
    Index(None, "handle"),
)

effects = Table(
    "effects",
    METADATA,
    _id(),
    _moment("at"),
    _words("kind"),
    _words("room"),
    _words("case_id"),
    Column("event_id", BigInteger, nullable=False, default=0),
    Column("payload", JSON, nullable=False),
    Column("result", BigInteger, nullable=False, default=0),
    _moment("done_at", set_later=True),
    Index(None, "done_at"),
)

controls = Table(
    "controls",
    METADATA,
    Column("room", Text, primary_key=True),
    _number("slow_seconds"),
    _whether("locked"),
    _moment("shield_since", set_later=True),
    _words("greeting"),
    _words("by"),
    _moment("at"),
)

staff = Table(
    "staff",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("desk_name", Text, nullable=False, unique=True),
    _words("role"),
    _words("password_hash"),
    _words("totp_secret"),
    Column("totp_step", BigInteger, nullable=False, default=0),
    Column("recovery", JSON, nullable=False),
    _moment("created_at"),
    _moment("disabled_at", set_later=True),
)

passkeys = Table(
    "passkeys",
    METADATA,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    _bytes("public_key"),
    Column("sign_count", BigInteger, nullable=False, default=0),
    _words("name"),
    _moment("created_at"),
    Index(None, "staff_id"),
)

invitations = Table(
    "invitations",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    _words("role"),
    _words("by"),
    _moment("at"),
    _moment("expires_at"),
    _moment("used_at", set_later=True),
    _words("used_by"),
)

preferences = Table(
    "preferences",
    METADATA,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    Column("opt_outs", JSON, nullable=False),
    _whether("blur", default=True),
    _whether("hotkeys", default=True),
    _words("partner"),
    # "Not tonight", until then.
    _moment("away_until", set_later=True),
)

exposure = Table(
    "exposure",
    METADATA,
    _id(),
    _words("staff_id"),
    _moment("at"),
    _number("units"),
    _words("case_id"),
    Index(None, "staff_id", "at"),
)

offloads = Table(
    "offloads",
    METADATA,
    _id(),
    _words("staff_id"),
    _words("partner_id"),
    _moment("at"),
    _words("text"),
    _moment("read_at", set_later=True),
    Index(None, "partner_id"),
)

rule_modes = Table(
    "rule_modes",
    METADATA,
    Column("rule", Text, primary_key=True),
    _words("mode", "live"),
    _words("by"),
    _moment("at"),
)

rule_counts = Table(
    "rule_counts",
    METADATA,
    Column("rule", Text, primary_key=True),
    # Days since 1970, in UTC.
    Column("day", Integer, primary_key=True, autoincrement=False),
    _number("fired"),
    _number("shadow"),
    _number("wrong"),
)

phrases = Table(
    "phrases",
    METADATA,
    _id(),
    _words("rule"),
    _words("phrase"),
    _number("action"),
    _words("mode", "live"),
    _words("by"),
    _moment("at"),
    UniqueConstraint("rule", "phrase"),
)
