"""Failed sign-ins and counts in the database, an idle end of sessions, and to whom a sign-in link was shown."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from ladders.orm import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_LINK_LIFE = timedelta(days=7)


def upgrade() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    op.create_index(op.f("ix_failed_sign_in_at"), "failed_sign_in", ["at"])
    op.create_index("ix_failed_sign_in_account", "failed_sign_in", ["account", "at"])
    op.create_index("ix_failed_sign_in_source", "failed_sign_in", ["source", "at"])
    op.create_table(
        "hit_count",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "ends_at", name=op.f("pk_hit_count")),
    )
    op.create_index(op.f("ix_hit_count_ends_at"), "hit_count", ["ends_at"])

    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("idle_until", _INSTANT, nullable=True))
    # Whoever is signed in stays so until the end that was set.
    op.execute("UPDATE sign_in_session SET idle_until = expires_at")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.alter_column("idle_until", nullable=False)

    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_at", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("shown_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_at", _INSTANT, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_in_link_shown_to_id_person"), "person", ["shown_to_id"], ["id"]
        )
    _say_who_saw_links()
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.alter_column("made_at", nullable=False)


def _say_who_saw_links() -> None:
    """When each link was made follows from its end, and the audit log has who made it at that instant."""
    connection = op.get_bind()
    link = sa.table(
        "sign_in_link",
        sa.column("id"),
        sa.column("expires_at", UtcDateTime()),
        sa.column("made_at", UtcDateTime()),
        sa.column("shown_to_id"),
    )
    line = sa.table(
        "audit_event",
        sa.column("at", UtcDateTime()),
        sa.column("actor_id"),
        sa.column("action"),
        sa.column("summary"),
    )
    events = connection.execute(
        sa.select(line.c.at, line.c.actor_id).where(
            line.c.action == "manage_accounts",
            line.c.summary.startswith("Sign-in link made for "),
        )
    )
    made_by = {event.at: event.actor_id for event in events}
    for row in connection.execute(sa.select(link.c.id, link.c.expires_at)).all():
        made_at = row.expires_at - _LINK_LIFE
        connection.execute(
            sa.update(link)
            .where(link.c.id == row.id)
            .values(made_at=made_at, shown_to_id=made_by.get(made_at))
        )


def downgrade() -> None:
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_sign_in_link_shown_to_id_person"), type_="foreignkey"
        )
        batch_op.drop_column("acknowledged_at")
        batch_op.drop_column("shown_to_id")
        batch_op.drop_column("made_at")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_column("idle_until")
    op.drop_table("hit_count")
    op.drop_table("failed_sign_in")
