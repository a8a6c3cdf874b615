"""Whether anybody was on duty when a drill began."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column: of the drills before it nothing else was told."""
    column: sa.Column[bool] = sa.Column(
        "on_duty", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    op.add_column("drills", column)
