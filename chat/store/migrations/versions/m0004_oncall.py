"""Being on call: needs, alerts, the rota, and who is in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _needs()
    _need_events()
    _need_notes()
    _blocks()
    _ways()
    _alerts()
    _peers()
    _rota()
    _house()
    _stays()
    _cards()
    _drills()
    _warnings()


def _needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("open_for", sa.LargeBinary(), nullable=True),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("member", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("climb_due", sa.BigInteger(), nullable=False),
        sa.Column("climb_step", sa.Integer(), nullable=False),
        sa.Column("climb_round", sa.Integer(), nullable=False),
        sa.Column("climb_nobody", sa.Boolean(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("joined", sa.JSON(), nullable=False),
        sa.Column("handing_to", sa.Text(), nullable=False),
        sa.Column("handed_over", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("unanswered_since", sa.BigInteger(), nullable=True),
        sa.Column("went_silent", sa.JSON(), nullable=False),
        sa.Column("end", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("call_back_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("alerted_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("spoken_at", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_needs"),
        sa.UniqueConstraint("open_for", name="uq_needs_open_for"),
    )
    op.create_index("ix_needs_ended_at", "needs", ["ended_at"])
    op.create_index("ix_needs_next_at", "needs", ["next_at"])
    op.create_index("ix_needs_state", "needs", ["state"])


def _need_events() -> None:
    op.create_table(
        "need_events",
        sa.Column("id", COUNTED, autoincrement=True, nullable=False),
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name="fk_need_events_need_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_need_events"),
    )
    op.create_index("ix_need_events_need_id", "need_events", ["need_id"])


def _need_notes() -> None:
    op.create_table(
        "need_notes",
        sa.Column("id", COUNTED, autoincrement=True, nullable=False),
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name="fk_need_notes_need_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_need_notes"),
    )
    op.create_index("ix_need_notes_need_id", "need_notes", ["need_id"])


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_blocks_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "sealed", name="pk_blocks"),
    )


def _ways() -> None:
    op.create_table(
        "ways",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("canary_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_ways_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ways"),
    )
    op.create_index("ix_ways_staff_id", "ways", ["staff_id"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("way_id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_need_id", "alerts", ["need_id"])
    op.create_index("ix_alerts_staff_id_made_at", "alerts", ["staff_id", "made_at"])
    op.create_index("ix_alerts_state_next_at", "alerts", ["state", "next_at"])


def _peers() -> None:
    op.create_table(
        "peers",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("page_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("on_duty_until", sa.BigInteger(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("quiet_zone", sa.Text(), nullable=False),
        sa.Column("quiet_starts", sa.Text(), nullable=False),
        sa.Column("quiet_ends", sa.Text(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("course", sa.JSON(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_in_at", sa.BigInteger(), nullable=True),
        sa.Column("calendar", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_peers_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_peers"),
    )


def _rota() -> None:
    op.create_table(
        "rota",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rota"),
    )
    op.create_index("ix_rota_kind_over_at", "rota", ["kind", "over_at"])


def _house() -> None:
    op.create_table(
        "house",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_house"),
    )


def _stays() -> None:
    op.create_table(
        "stays",
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("member", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_stays"),
    )
    op.create_index("ix_stays_due", "stays", ["due"])


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("from_handle", sa.LargeBinary(), nullable=False),
        sa.Column("from_who", sa.LargeBinary(), nullable=False),
        sa.Column("to_handle", sa.LargeBinary(), nullable=False),
        sa.Column("to_who", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("talk", sa.Text(), nullable=False),
        sa.Column("spoken_at", sa.BigInteger(), nullable=True),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_cards"),
    )
    op.create_index("ix_cards_from_handle", "cards", ["from_handle"])
    op.create_index("ix_cards_talk", "cards", ["talk"])
    op.create_index("ix_cards_to_handle", "cards", ["to_handle"])


def _drills() -> None:
    op.create_table(
        "drills",
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("alerted", sa.Integer(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.Column("spoken", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("need_id", name="pk_drills"),
    )


def _warnings() -> None:
    op.create_table(
        "warnings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_warnings"),
    )
