"""The heads of the audit log are keyed, and the database itself refuses to change or delete a line."""

import hmac
import json

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_REFUSED = "lines of the audit log are never changed"
# An INSERT OR REPLACE deletes a row, and no trigger of deleting hears of it.
_ON_SQLITE = {
    "audit_event_no_update": "BEFORE UPDATE ON audit_event",
    "audit_event_no_delete": "BEFORE DELETE ON audit_event",
    "audit_event_no_replace": (
        "BEFORE INSERT ON audit_event WHEN EXISTS"
        " (SELECT 1 FROM audit_event WHERE id = NEW.id OR digest = NEW.digest)"
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("mac", sa.String(length=64), nullable=False, server_default="")
        )
    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.alter_column("mac", server_default=None)
    connection = op.get_bind()
    heads = connection.execute(sa.text("SELECT lane, count, digest FROM audit_head")).all()
    for lane, count, digest in heads:
        connection.execute(
            sa.text("UPDATE audit_head SET mac = :mac WHERE lane = :lane"),
            {"lane": lane, "mac": _mac(["head", lane, count, digest])},
        )
    if connection.dialect.name == "sqlite":
        for name, when in _ON_SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END")
        return
    op.execute(
        "CREATE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_kept()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in _ON_SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER audit_event_is_kept ON audit_event")
        op.execute("DROP FUNCTION audit_event_is_kept()")
    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.drop_column("mac")


def _mac(parts: list[object]) -> str:
    # Only with the key: a head that is taken without one could be put there by anybody, before its lane's next line.
    said = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    key = current_app.config["AUDIT_KEY"].encode()
    return hmac.new(key, said.encode(), "sha256").hexdigest()
