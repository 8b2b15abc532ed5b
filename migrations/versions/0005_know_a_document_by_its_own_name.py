"""Know a document by its own name, so that one that joined another ladder has a next version too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source_key", sa.String(length=200), nullable=False, server_default="")
        )
    # A ladder was called by its document, but for one that joined it as a level.
    op.execute(
        """
        UPDATE ladder_version
        SET source_key = (SELECT slug FROM ladder WHERE ladder.id = ladder_version.ladder_id)
        WHERE corrections NOT LIKE '%"join": {%'
          AND id IN (SELECT version_id FROM ladder_file)
        """
    )
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.alter_column("source_key", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.drop_column("source_key")
