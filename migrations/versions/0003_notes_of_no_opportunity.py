"""Notes of no opportunity."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "no_opportunity",
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["dimension.id"],
            name=op.f("fk_no_opportunity_dimension_id_dimension"),
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_no_opportunity_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("packet_id", "dimension_id", name=op.f("pk_no_opportunity")),
    )
    with op.batch_alter_table("revision_coverage", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("no_opportunity", sa.Text(), server_default="", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("revision_coverage", schema=None) as batch_op:
        batch_op.drop_column("no_opportunity")

    op.drop_table("no_opportunity")
