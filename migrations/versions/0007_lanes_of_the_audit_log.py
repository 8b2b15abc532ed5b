"""The audit log hangs together in sixteen lanes instead of one; what is there is the first of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LANES = 16


def upgrade() -> None:
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.alter_column("lane", server_default=None)
    heads = op.get_bind().execute(sa.text("SELECT count, digest FROM audit_head")).all()
    op.drop_table("audit_head")
    head = op.create_table(
        "audit_head",
        sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_audit_head")),
    )
    empty = [{"lane": lane, "count": 0, "digest": f"{lane:064x}"} for lane in range(_LANES)]
    first = [{"lane": 0, "count": count, "digest": digest} for count, digest in heads]
    op.bulk_insert(head, [*(first or empty[:1]), *empty[1:]])


def downgrade() -> None:
    written = op.get_bind().execute(sa.text("SELECT count(*) FROM audit_event WHERE lane <> 0"))
    if written.scalar_one():
        raise RuntimeError("The lanes of the audit log cannot be made into one again.")
    heads = op.get_bind().execute(
        sa.text("SELECT count, digest FROM audit_head WHERE lane = 0 AND count > 0")
    )
    first = [{"id": 1, "count": count, "digest": digest} for count, digest in heads]
    op.drop_table("audit_head")
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    if first:
        op.bulk_insert(head, first)
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_column("lane")
