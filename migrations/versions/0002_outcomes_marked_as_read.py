"""Outcomes marked as read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_reading",
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_outcome_reading_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outcome_reading_person_id_person")
        ),
        sa.PrimaryKeyConstraint("packet_id", "person_id", name=op.f("pk_outcome_reading")),
    )


def downgrade() -> None:
    op.drop_table("outcome_reading")
