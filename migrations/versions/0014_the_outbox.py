"""An outbox of messages, when the worker was last seen, and links that go to the person alone."""

import sqlalchemy as sa
from alembic import op

from ladders.orm import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sent",
                "not_sent",
                "failed",
                "bounced",
                name="mailstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=22), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("wording", sa.JSON(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("repeated_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(lease IS NULL) = (leased_until IS NULL)",
            name=op.f("ck_outbox_message_lease_has_an_end"),
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (ended_at IS NULL)",
            name=op.f("ck_outbox_message_waiting_has_no_end"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outbox_message_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_message_public_id")),
    )
    with op.batch_alter_table("outbox_message") as table:
        table.create_index("ix_outbox_message_due", ["status", "due_at"])
        table.create_index("ix_outbox_message_person_id", ["person_id", "kind", "made_at"])
        table.create_index(op.f("ix_outbox_message_made_at"), ["made_at"])
        table.create_index(op.f("ix_outbox_message_ended_at"), ["ended_at"])
    op.create_table(
        "worker_heartbeat",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_heartbeat")),
    )
    # Until now every link was shown to somebody.
    with op.batch_alter_table("sign_in_link") as table:
        table.add_column(
            sa.Column("was_mailed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("sign_in_link") as table:
        table.alter_column("was_mailed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sign_in_link") as table:
        table.drop_column("was_mailed")
    op.drop_table("worker_heartbeat")
    op.drop_table("outbox_message")
