"""Runs the steps on the connection that `migrating` holds."""

from alembic import context

from chat.store import oncall  # noqa: F401 - its tables are among the others
from chat.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA
)
context.run_migrations()
