"""The tables, the same on SQLite and on PostgreSQL.

Moments are whole seconds since 1970. `excerpts` and `findings` alone hold what members
said; every other text is the room team's own.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)

from chat.store.columns import (
    METADATA,
    Characters,
    case_id,
    counted_id,
    moment,
    number,
    octets,
    table,
    whether,
    wording,
)

__all__ = ["METADATA"]

audit = table(
    "audit",
    # Given by us, without a gap, so that a missing row is seen by its number.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    wording("actor"),
    wording("verb"),
    wording("subject"),
    wording("detail"),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

cases = table(
    "cases",
    Column("id", Characters, primary_key=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    # What it is about, as it was opened.
    wording("source"),
    wording("room"),
    moment("at"),
    Column("position", BigInteger, nullable=False, default=0),
    octets("member"),
    octets("who"),
    octets("sealed"),
    octets("message_id"),
    Column("reply", BigInteger, nullable=False, default=0),
    # From here on: what its events come to, so that queues can be read fast.
    number("action"),
    number("grade"),
    whether("urgent"),
    wording("queue"),
    wording("status", "open"),
    wording("message"),
    wording("claimed_by"),
    wording("outcome"),
    wording("acted_by"),
    whether("needs_second"),
    whether("appealed"),
    number("reports"),
    Column("rules", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    moment("opened_at"),
    moment("first_look_at", set_later=True),
    moment("closed_at", set_later=True),
    # A lease is no event: it is renewed while somebody looks.
    moment("lease_until", set_later=True),
    moment("forgotten_at", set_later=True),
    Index(None, "status", "queue"),
    Index(None, "room", "status"),
    Index(None, "closed_at"),
)

case_events = table(
    "case_events",
    counted_id(),
    case_id(),
    moment("at"),
    wording("actor"),
    wording("kind"),
    Column("detail", JSON, nullable=False),
    Index(None, "case_id"),
    Index(None, "at"),
)

excerpts = table(
    "excerpts",
    Column("case_id", Characters, ForeignKey("cases.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    wording("kind", "said"),
    Column("position", BigInteger, nullable=False, default=0),
    octets("who"),
    moment("at"),
    wording("text"),
    wording("masked"),
    whether("is_subject"),
)

findings = table(
    "findings",
    counted_id(),
    case_id(),
    moment("at"),
    wording("rule"),
    wording("category"),
    # Some rules give the words that they found for their reason.
    wording("reason"),
    number("start"),
    number("end"),
    number("action"),
    number("grade"),
    wording("placeholder"),
    Index(None, "case_id"),
)

looks = table(
    "looks",
    Column("case_id", Characters, ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", Characters, primary_key=True),
    moment("until"),
)

words = table(
    "words",
    Column("token", LargeBinary, primary_key=True),
    octets("handle"),
    wording("case_id"),
    # The action that said them, to be taken back with it.
    Column("event_id", BigInteger, nullable=False, default=0),
    wording("room"),
    wording("kind"),
    wording("reason"),
    wording("text"),
    Column("until", BigInteger, nullable=False, default=0),
    whether("may_appeal"),
    octets("message_id"),
    moment("at"),
    moment("read_at", set_later=True),
    moment("appealed_at", set_later=True),
    moment("withdrawn_at", set_later=True),
    Index(None, "handle"),
    Index(None, "case_id"),
)

strikes = table(
    "strikes",
    counted_id(),
    octets("handle"),
    wording("case_id"),
    Column("event_id", BigInteger, nullable=False, default=0),
    number("weight"),
    moment("at"),
    moment("expires_at"),
    Index(None, "handle"),
)

effects = table(
    "effects",
    counted_id(),
    moment("at"),
    wording("kind"),
    wording("room"),
    wording("case_id"),
    Column("event_id", BigInteger, nullable=False, default=0),
    Column("payload", JSON, nullable=False),
    Column("result", BigInteger, nullable=False, default=0),
    moment("done_at", set_later=True),
    Index(None, "done_at"),
)

controls = table(
    "controls",
    Column("room", Characters, primary_key=True),
    number("slow_seconds"),
    whether("locked"),
    moment("shield_since", set_later=True),
    wording("greeting"),
    wording("by"),
    moment("at"),
)

staff = table(
    "staff",
    Column("id", Characters, primary_key=True),
    Column("desk_name", Characters, nullable=False, unique=True),
    wording("role"),
    wording("password_hash"),
    wording("totp_secret"),
    Column("totp_step", BigInteger, nullable=False, default=0),
    Column("recovery", JSON, nullable=False),
    moment("created_at"),
    moment("disabled_at", set_later=True),
)

passkeys = table(
    "passkeys",
    Column("credential_id", LargeBinary, primary_key=True),
    Column("staff_id", Characters, ForeignKey("staff.id"), nullable=False),
    octets("public_key"),
    Column("sign_count", BigInteger, nullable=False, default=0),
    wording("name"),
    moment("created_at"),
    Index(None, "staff_id"),
)

invitations = table(
    "invitations",
    Column("hash", LargeBinary, primary_key=True),
    wording("role"),
    wording("by"),
    moment("at"),
    moment("expires_at"),
    moment("used_at", set_later=True),
    wording("used_by"),
)

preferences = table(
    "preferences",
    Column("staff_id", Characters, ForeignKey("staff.id"), primary_key=True),
    Column("opt_outs", JSON, nullable=False),
    whether("blur", default=True),
    whether("hotkeys", default=True),
    wording("partner"),
    # "Not tonight", until then.
    moment("away_until", set_later=True),
)

exposure = table(
    "exposure",
    counted_id(),
    wording("staff_id"),
    moment("at"),
    number("units"),
    wording("case_id"),
    Index(None, "staff_id", "at"),
)

offloads = table(
    "offloads",
    counted_id(),
    wording("staff_id"),
    wording("partner_id"),
    moment("at"),
    wording("text"),
    moment("read_at", set_later=True),
    Index(None, "partner_id"),
)

rule_modes = table(
    "rule_modes",
    Column("rule", Characters, primary_key=True),
    wording("mode", "live"),
    wording("by"),
    moment("at"),
)

rule_counts = table(
    "rule_counts",
    Column("rule", Characters, primary_key=True),
    # Days since 1970, in UTC.
    Column("day", Integer, primary_key=True, autoincrement=False),
    number("fired"),
    number("shadow"),
    number("wrong"),
)

phrases = table(
    "phrases",
    counted_id(),
    wording("rule"),
    wording("phrase"),
    number("action"),
    wording("mode", "live"),
    wording("by"),
    moment("at"),
    UniqueConstraint("rule", "phrase"),
)
