"""Who wants to be reminded of what waits for them, and when that was done last."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "days",
            sa.Enum(
                "working_days",
                "mondays",
                name="reminderdays",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_choice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reminder_choice")),
    )
    op.create_index(op.f("ix_reminder_choice_last_day"), "reminder_choice", ["last_day"])


def downgrade() -> None:
    op.drop_table("reminder_choice")
