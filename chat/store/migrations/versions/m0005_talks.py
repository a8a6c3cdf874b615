"""Since when nobody waits in a talk, and when nothing was left of one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns."""
    for name in ("quiet_since", "faded_at"):
        op.add_column("needs", sa.Column(name, sa.BigInteger(), nullable=True))
