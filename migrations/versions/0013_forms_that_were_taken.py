"""A form that was taken is remembered for a while, so that a second press is answered like the first."""

import sqlalchemy as sa
from alembic import op

from ladders.orm import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_form",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_taken_form_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_taken_form")),
    )


def downgrade() -> None:
    op.drop_table("taken_form")
