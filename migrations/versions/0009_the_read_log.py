"""Who was shown what is critical leaves a line, which nobody changes or takes out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REFUSAL = "the read log is only ever added to"


def upgrade() -> None:
    op.create_table(
        "packet_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_packet_read_cycle_id_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_packet_read_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_packet_read_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_read")),
        sa.UniqueConstraint(
            "person_id",
            "day",
            "packet_id",
            "action",
            name=op.f("uq_packet_read_person_id_day_packet_id_action"),
        ),
    )
    op.create_index("ix_packet_read_cycle", "packet_read", ["cycle_id", "id"])
    op.create_index(op.f("ix_packet_read_packet_id"), "packet_read", ["packet_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_packet_read_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER packet_read_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON packet_read"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_packet_read_change()"
        )
    else:
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER packet_read_no_{act} BEFORE {act.upper()} ON packet_read"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )


def downgrade() -> None:
    # Its triggers go with it.
    op.drop_table("packet_read")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_packet_read_change()")
