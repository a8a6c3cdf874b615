"""What was written in the record and in a case's history is never changed."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = ("audit", "case_events")


def upgrade() -> None:
    """Have the database itself refuse to change or remove such a row."""
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def _on_sqlite() -> None:
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} "
                f"ON {table} BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION porchlight_only_grows() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows "
            f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION porchlight_only_grows()"
        )
