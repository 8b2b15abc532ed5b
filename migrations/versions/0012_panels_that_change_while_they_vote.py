"""When somebody joined a panel that votes; cycles of one name."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_cycle_name"), type_="unique")


def downgrade() -> None:
    twice = op.get_bind().execute(
        sa.text("SELECT name FROM cycle GROUP BY name HAVING count(*) > 1 ORDER BY name")
    )
    if names := twice.scalars().all():
        raise RuntimeError(f"Cycles need different names for this: {', '.join(names)}.")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_cycle_name"), ["name"])
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_column("joined_at")
