"""With which account of the company somebody signs in, and what they had typed when they went there to do so."""

import sqlalchemy as sa
from alembic import op

from ladders.orm import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company_account",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=511), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("last_asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_company_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_company_account")),
        sa.UniqueConstraint(
            "provider", "subject", name=op.f("uq_company_account_provider_subject")
        ),
    )
    op.create_table(
        "kept_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_text")),
        sa.UniqueConstraint("handle_hash", name=op.f("uq_kept_text_handle_hash")),
    )
    op.create_index(op.f("ix_kept_text_kept_at"), "kept_text", ["kept_at"])
    for table, column in (
        ("factor_reset", "is_of_company"),
        ("sign_in_session", "has_company_factor"),
    ):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
        )
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    for table, column in (
        ("sign_in_session", "has_company_factor"),
        ("factor_reset", "is_of_company"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    op.drop_table("kept_text")
    op.drop_table("company_account")
