"""The tables of being on call: needs, alerts, the rota and those who are in it.

Columns of `instant` are milliseconds since 1970: seconds would be too coarse for who
was quicker. `words` is all that members themselves put here, and it goes with the need.
"""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary

from chat.store.columns import (
    Characters,
    counted_id,
    instant,
    number,
    octets,
    table,
    whether,
    wording,
)

needs = table(
    "needs",
    Column("id", Characters, primary_key=True),
    # The device, while the need is open or promised, and nothing after it is forgotten.
    octets("handle"),
    # The same, and NULL once it is over: so nobody ever has two at once.
    Column("open_for", LargeBinary, unique=True),
    # Where they were, and who they were there; nothing for the front page.
    wording("room"),
    octets("member"),
    octets("who"),
    wording("source"),
    wording("case_id"),
    wording("words"),
    wording("wish"),
    Column("shares", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    wording("language"),
    whether("drill"),
    # From here on: the need as `chat.oncall.need` has it.
    number("grade"),
    wording("state", "raised"),
    instant("raised_at"),
    instant("climb_due"),
    number("climb_step"),
    number("climb_round", 1),
    whether("climb_nobody"),
    wording("peer"),
    Column("joined", JSON, nullable=False),
    wording("handing_to"),
    whether("handed_over"),
    instant("accepted_at", set_later=True),
    instant("unanswered_since", set_later=True),
    instant("quiet_since", set_later=True),
    Column("went_silent", JSON, nullable=False),
    wording("end"),
    wording("ending"),
    instant("ended_at", set_later=True),
    instant("call_back_at", set_later=True),
    # What it comes to, for whoever looks for what is due and what comes first.
    instant("next_at", set_later=True),
    instant("rank"),
    instant("lease_until", set_later=True),
    # What members, drills and numbers are told: the first of each since it was raised.
    instant("alerted_at", set_later=True),
    instant("opened_at", set_later=True),
    instant("spoken_at", set_later=True),
    instant("forgotten_at", set_later=True),
    # When its talk was really gone, which is not in this database.
    instant("faded_at", set_later=True),
    Index(None, "next_at"),
    Index(None, "state"),
    Index(None, "ended_at"),
)

need_events = table(
    "need_events",
    counted_id(),
    Column("need_id", Characters, ForeignKey("needs.id"), nullable=False),
    instant("at"),
    # A staff id, `member` or `house`.
    wording("actor"),
    wording("kind"),
    Column("detail", JSON, nullable=False),
    Index(None, "need_id"),
)

need_notes = table(
    "need_notes",
    counted_id(),
    Column("need_id", Characters, ForeignKey("needs.id"), nullable=False),
    wording("staff_id"),
    instant("at"),
    wording("text"),
    Index(None, "need_id"),
)

blocks = table(
    "blocks",
    Column("staff_id", Characters, ForeignKey("staff.id"), primary_key=True),
    # Sealed for that peer alone: two peers' blocks of one device cannot be matched.
    Column("sealed", LargeBinary, primary_key=True),
    instant("at"),
)

ways = table(
    "ways",
    Column("id", Characters, primary_key=True),
    Column("staff_id", Characters, ForeignKey("staff.id"), nullable=False),
    # push, email or webhook; an open page is a column of `peers`.
    wording("kind"),
    wording("label"),
    Column("address", JSON, nullable=False),
    instant("made_at"),
    instant("confirmed_at", set_later=True),
    instant("failed_at", set_later=True),
    wording("why"),
    instant("canary_at", set_later=True),
    Index(None, "staff_id"),
)

alerts = table(
    "alerts",
    # Opaque: all that leaves the house with a push.
    Column("id", Characters, primary_key=True),
    wording("kind"),
    # Empty: it is about no need, such as a canary or a gap in the rota.
    wording("need_id"),
    wording("staff_id"),
    # Empty: to whatever pages they have open.
    wording("way_id"),
    wording("way"),
    wording("text"),
    number("round"),
    number("step"),
    instant("made_at"),
    # waiting → sending → sent, failed or dropped (nobody needs it any more).
    wording("state", "waiting"),
    number("attempts"),
    instant("next_at", set_later=True),
    instant("lease_until", set_later=True),
    instant("sent_at", set_later=True),
    wording("why"),
    instant("confirmed_at", set_later=True),
    instant("opened_at", set_later=True),
    Index(None, "state", "next_at"),
    Index(None, "need_id"),
    Index(None, "staff_id", "made_at"),
)

peers = table(
    "peers",
    Column("staff_id", Characters, ForeignKey("staff.id"), primary_key=True),
    instant("page_seen_at", set_later=True),
    # "I can take it", until then, beside any shift.
    instant("on_duty_until", set_later=True),
    number("capacity", 2),
    wording("quiet_zone"),
    # "22:00"; both empty: none.
    wording("quiet_starts"),
    wording("quiet_ends"),
    Column("shares", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    # The course: chapters and when each was read, the practice chat, the quiz.
    Column("course", JSON, nullable=False),
    instant("ready_at", set_later=True),
    instant("checked_in_at", set_later=True),
    # The hash of the secret in the link to their calendar.
    octets("calendar"),
)

rota = table(
    "rota",
    Column("id", Characters, primary_key=True),
    # weekly, temporary, override, swap, or closed (hours that are meant to be).
    wording("kind"),
    Column("body", JSON, nullable=False),
    # When it has no more to say; NULL: a weekly line that goes on.
    instant("over_at", set_later=True),
    wording("by"),
    instant("at"),
    Index(None, "kind", "over_at"),
)

house = table(
    "house",
    # What a coordinator decides for everybody, such as the rota's zone.
    Column("key", Characters, primary_key=True),
    Column("value", JSON, nullable=False),
    wording("by"),
    instant("at"),
)

stays = table(
    "stays",
    # "Stay with me": who asked, and by when they will have said that they are there.
    Column("handle", LargeBinary, primary_key=True),
    wording("room"),
    octets("member"),
    octets("who"),
    wording("language"),
    number("minutes"),
    instant("due"),
    Index(None, "due"),
)

cards = table(
    "cards",
    # "Talk more": offered by one member to another, and a private room if both want.
    Column("token", LargeBinary, primary_key=True),
    wording("room"),
    octets("from_handle"),
    octets("from_who"),
    octets("to_handle"),
    octets("to_who"),
    instant("at"),
    # asked, no, open or over.
    wording("state", "asked"),
    # The private room, once both want it, and when something was said there last.
    wording("talk"),
    instant("spoken_at", set_later=True),
    instant("over_at", set_later=True),
    Index(None, "talk"),
    Index(None, "to_handle"),
    Index(None, "from_handle"),
)

drills = table(
    "drills",
    Column("need_id", Characters, primary_key=True),
    wording("by"),
    instant("at"),
    whether("on_duty", default=True),
    # Milliseconds after `at`; NULL: it did not come to that.
    Column("alerted", Integer),
    Column("opened", Integer),
    Column("accepted", Integer),
    Column("spoken", Integer),
    wording("outcome"),
    instant("over_at", set_later=True),
)

warnings = table(
    "warnings",
    # Gaps of which somebody was warned, so that it is done once.
    Column("key", Characters, primary_key=True),
    instant("at"),
)

TABLES = (
    need_events, need_notes, blocks, ways, alerts, peers, rota, house, stays, cards,
    drills, warnings, needs,
)  # fmt: skip
"""All of them, each before those it points to."""
