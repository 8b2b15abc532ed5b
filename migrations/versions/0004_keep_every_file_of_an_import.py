"""Keep every file of an import, and all that a person says about it."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VERSION = sa.table(
    "ladder_version",
    sa.column("id", sa.Integer),
    sa.column("source_name", sa.String),
    sa.column("source_text", sa.Text),
    sa.column("answers", sa.Text),
    sa.column("corrections", sa.Text),
)
FILE = sa.table(
    "ladder_file",
    sa.column("version_id", sa.Integer),
    sa.column("position", sa.Integer),
    sa.column("name", sa.String),
    sa.column("data", sa.LargeBinary),
)


def upgrade() -> None:
    op.create_table(
        "ladder_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["ladder_version.id"],
            name=op.f("fk_ladder_file_version_id_ladder_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_file")),
        sa.UniqueConstraint(
            "version_id", "position", name=op.f("uq_ladder_file_version_id_position")
        ),
    )
    with op.batch_alter_table("ladder_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ladder_file_version_id"), ["version_id"], unique=False)
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("corrections", sa.Text(), nullable=False, server_default="{}")
        )
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(VERSION.c.id, VERSION.c.source_name, VERSION.c.source_text, VERSION.c.answers)
    ).all()
    for row in rows:
        if row.source_text:
            data = row.source_text.encode()
            connection.execute(
                FILE.insert().values(version_id=row.id, position=0, name=row.source_name, data=data)
            )
        answers = json.loads(row.answers)
        if answers:
            said = json.dumps({"answers": answers}, ensure_ascii=False)
            connection.execute(
                VERSION.update().where(VERSION.c.id == row.id).values(corrections=said)
            )
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.alter_column("corrections", server_default=None)
        batch_op.drop_column("source_text")
        batch_op.drop_column("answers")


def downgrade() -> None:
    """Only the first file of an import and the answers have a place in the older tables."""
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_text", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("answers", sa.Text(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    files = connection.execute(
        sa.select(FILE.c.version_id, FILE.c.data).where(FILE.c.position == 0)
    ).all()
    for file in files:
        text = file.data.decode(errors="replace").replace("\0", "")
        connection.execute(
            VERSION.update().where(VERSION.c.id == file.version_id).values(source_text=text)
        )
    for row in connection.execute(sa.select(VERSION.c.id, VERSION.c.corrections)).all():
        answers = json.loads(row.corrections).get("answers", {})
        connection.execute(
            VERSION.update()
            .where(VERSION.c.id == row.id)
            .values(answers=json.dumps(answers, ensure_ascii=False))
        )
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.alter_column("source_text", server_default=None)
        batch_op.alter_column("answers", server_default=None)
        batch_op.drop_column("corrections")
    with op.batch_alter_table("ladder_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_file_version_id"))
    op.drop_table("ladder_file")
