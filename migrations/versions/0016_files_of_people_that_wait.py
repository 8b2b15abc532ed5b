"""People files wait in the database until they are imported, and how they were read is remembered."""

import sqlalchemy as sa
from alembic import op

from ladders.orm import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("headings_digest", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_roster_mapping_made_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_mapping")),
        sa.UniqueConstraint("headings_digest", name=op.f("uq_roster_mapping_headings_digest")),
    )
    op.create_table(
        "roster_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_roster_upload_has_people")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_roster_upload_author_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_roster_upload_public_id")),
    )
    op.create_index(op.f("ix_roster_upload_author_id"), "roster_upload", ["author_id"])
    op.create_index(op.f("ix_roster_upload_made_at"), "roster_upload", ["made_at"])


def downgrade() -> None:
    op.drop_table("roster_upload")
    op.drop_table("roster_mapping")
