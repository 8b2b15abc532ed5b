"""Keys by which people are looked for and put in order, the same on every database."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from reviews.rules.name_keys import folded, name_key, search_key, sort_key

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SORT_KEY = sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql")
_KEYS = ("employee_key", "name_key", "work_key", "account_key", "sort_key")
_KEYED = ("name", "title", "unit", "email", "employee_id")
_AT_ONCE = 5_000
#: Indexes of a few people among many.
_SOME = {
    "ix_person_no_password": "is_active AND password_hash IS NULL",
    "ix_person_owner": "is_owner",
}
_ON_SQLITE = {
    "ix_person_no_password": "is_active = 1 AND password_hash IS NULL",
    "ix_person_owner": "is_owner = 1",
}


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in ("employee_key", "work_key", "account_key"):
            batch_op.add_column(sa.Column(column, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("sort_key", _SORT_KEY, nullable=False, server_default=""))
    _fill()
    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in ("employee_key", "work_key", "account_key", "sort_key"):
            batch_op.alter_column(column, server_default=None)
        batch_op.create_index(batch_op.f("ix_person_employee_key"), ["employee_key"], unique=False)
    op.create_index("ix_person_in_order", "person", ["sort_key", "id"])
    op.create_index("ix_person_active_in_order", "person", ["is_active", "sort_key", "id"])
    for name, which in _SOME.items():
        op.create_index(
            name,
            "person",
            ["sort_key", "id"],
            sqlite_where=sa.text(_ON_SQLITE[name]),
            postgresql_where=sa.text(which),
        )

    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.drop_index("ix_packet_candidate_name")
        batch_op.add_column(
            sa.Column("candidate_sort_key", _SORT_KEY, nullable=False, server_default="")
        )
    op.execute(
        "UPDATE packet SET"
        " candidate_name_key ="
        " (SELECT person.name_key FROM person WHERE person.id = packet.candidate_id),"
        " candidate_sort_key ="
        " (SELECT person.sort_key FROM person WHERE person.id = packet.candidate_id)"
    )
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.alter_column("candidate_sort_key", server_default=None)
        batch_op.create_index(
            "ix_packet_candidate_name", ["cycle_id", "candidate_sort_key", "id"], unique=False
        )


def _fill() -> None:
    people = sa.table("person", *(sa.column(each) for each in ("id", *_KEYED, *_KEYS)))
    bind = op.get_bind()
    columns = [people.c[each] for each in ("id", *_KEYED)]
    filling = (
        sa.update(people)
        .where(people.c.id == sa.bindparam("person"))
        .values({each: sa.bindparam(f"new_{each}") for each in _KEYS})
    )
    last = 0
    while found := bind.execute(
        sa.select(*columns).where(people.c.id > last).order_by(people.c.id).limit(_AT_ONCE)
    ).all():
        bind.execute(filling, [{"person": row.id, **_keys(row)} for row in found])
        last = found[-1].id


def _keys(row: Any) -> dict[str, str]:
    return {
        "new_employee_key": folded(row.employee_id),
        "new_name_key": name_key(row.name),
        "new_work_key": search_key(f"{row.title} {row.unit}"),
        "new_account_key": search_key(f"{row.email} {row.employee_id}"),
        "new_sort_key": sort_key(row.name),
    }


def downgrade() -> None:
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.drop_index("ix_packet_candidate_name")
        batch_op.drop_column("candidate_sort_key")
    for name in ("ix_person_active_in_order", *_SOME):
        op.drop_index(name, "person")
    op.drop_index("ix_person_in_order", "person")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_employee_key"))
        for column in ("employee_key", "work_key", "account_key", "sort_key"):
            batch_op.drop_column(column)
    _fold_names()
    op.execute(
        "UPDATE packet SET candidate_name_key ="
        " (SELECT person.name_key FROM person WHERE person.id = packet.candidate_id)"
    )
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.create_index(
            "ix_packet_candidate_name", ["cycle_id", "candidate_name_key", "id"], unique=False
        )


def _fold_names() -> None:
    people = sa.table("person", sa.column("id"), sa.column("name"), sa.column("name_key"))
    found = op.get_bind().execute(sa.select(people.c.id, people.c.name)).all()
    if found:
        op.get_bind().execute(
            sa.update(people)
            .where(people.c.id == sa.bindparam("person"))
            .values(name_key=sa.bindparam("key")),
            [{"person": person, "key": name.casefold()} for person, name in found],
        )
