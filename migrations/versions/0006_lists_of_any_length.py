"""Names with their case folded, the counts of a packet's ratings, and an index for the front of lists of packets."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SCALE = ("not_shown", "partly", "met", "exceeds")
_COUNTED = """
    SELECT a.packet_id, r.dimension_id, a.kind, r.category
    FROM assignment AS a JOIN rating AS r ON r.assignment_id = a.id
    WHERE a.state = 'submitted' AND r.category IS NOT NULL
"""
_COVERED = """
    SELECT p.id AS packet_id, c.dimension_id, c.expectations, c.covered,
           CASE WHEN c.no_opportunity <> '' THEN 1 ELSE 0 END AS noted
    FROM packet AS p JOIN revision_coverage AS c ON c.revision_id = p.current_revision_id
    ORDER BY p.id, c.dimension_id
"""
_RATERS = """
    SELECT packet_id, rater_id FROM assignment WHERE state = 'submitted' ORDER BY packet_id, rater_id
"""


def upgrade() -> None:
    op.create_table(
        "rating_counts",
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("disagreements", sa.Integer(), nullable=False),
        sa.Column("coverage_holes", sa.Integer(), nullable=False),
        sa.Column("raters", sa.JSON(), nullable=False),
        sa.Column("scatter", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_rating_counts_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("packet_id", name=op.f("pk_rating_counts")),
    )
    _count_what_is_there()

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("name_key", sa.String(length=600), nullable=False, server_default="")
        )
    people = sa.table("person", sa.column("id"), sa.column("name"), sa.column("name_key"))
    found = op.get_bind().execute(sa.select(people.c.id, people.c.name)).all()
    if found:
        op.get_bind().execute(
            sa.update(people)
            .where(people.c.id == sa.bindparam("person"))
            .values(name_key=sa.bindparam("key")),
            [{"person": person, "key": name.casefold()} for person, name in found],
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("name_key", server_default=None)
        batch_op.create_index(batch_op.f("ix_person_name_key"), ["name_key"], unique=False)

    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "candidate_name_key", sa.String(length=600), nullable=False, server_default=""
            )
        )
    op.execute(
        "UPDATE packet SET candidate_name_key ="
        " (SELECT person.name_key FROM person WHERE person.id = packet.candidate_id)"
    )
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.alter_column("candidate_name_key", server_default=None)
        batch_op.create_index(
            "ix_packet_candidate_name", ["cycle_id", "candidate_name_key", "id"], unique=False
        )
        batch_op.drop_index(batch_op.f("ix_packet_cycle_id"))
        batch_op.create_index("ix_packet_stage", ["cycle_id", "state", "stage"], unique=False)
        batch_op.create_index(
            "ix_packet_agenda", ["cycle_id", "state", "agenda_order"], unique=False
        )
        batch_op.create_index(
            "ix_packet_board",
            ["cycle_id", "state", "target_level_id", "agenda_order"],
            unique=False,
        )
    op.create_index("ix_conflict_standing", "conflict", ["standing", "packet_id"])
    op.create_index("ix_audit_event_cycle", "audit_event", ["cycle_id", "id"])
    op.drop_index("ix_audit_event_cycle_id", "audit_event")


def downgrade() -> None:
    op.create_index("ix_audit_event_cycle_id", "audit_event", ["cycle_id"])
    op.drop_index("ix_audit_event_cycle", "audit_event")
    op.drop_index("ix_conflict_standing", "conflict")
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.drop_index("ix_packet_candidate_name")
        batch_op.drop_column("candidate_name_key")
        batch_op.drop_index("ix_packet_board")
        batch_op.drop_index("ix_packet_agenda")
        batch_op.drop_index("ix_packet_stage")
        batch_op.create_index(batch_op.f("ix_packet_cycle_id"), ["cycle_id"], unique=False)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_name_key"))
        batch_op.drop_column("name_key")
    op.drop_table("rating_counts")


def _count_what_is_there() -> None:
    connection = op.get_bind()
    given: dict[tuple[int, int], Any] = defaultdict(lambda: [None, 0, [0, 0, 0, 0], 0])
    for packet, dimension, kind, category in connection.execute(sa.text(_COUNTED)):
        cell = given[packet, dimension]
        on_scale = category in _SCALE
        if kind == "manager" and on_scale:
            cell[0] = _SCALE.index(category)
        elif kind == "manager":
            cell[1] = 1
        elif on_scale:
            cell[2][_SCALE.index(category)] += 1
        else:
            cell[3] += 1
    raters: dict[int, list[int]] = defaultdict(list)
    for packet, rater in connection.execute(sa.text(_RATERS)):
        raters[packet].append(rater)
    cells: dict[int, list[list[Any]]] = defaultdict(list)
    for packet, dimension, expectations, covered, noted in connection.execute(sa.text(_COVERED)):
        manager, manager_missing, peers, missing = given[packet, dimension]
        cells[packet].append(
            [dimension, manager, manager_missing, *peers, missing, covered, expectations, noted]
        )
    table = sa.table(
        "rating_counts",
        sa.column("packet_id"),
        sa.column("cells", sa.JSON()),
        sa.column("disagreements"),
        sa.column("coverage_holes"),
        sa.column("raters", sa.JSON()),
        sa.column("scatter", sa.JSON()),
    )
    rows = [
        {
            "packet_id": packet,
            "cells": each,
            "disagreements": sum(_disagree(cell[1], cell[3:7]) for cell in each),
            "coverage_holes": sum(
                (cell[1] is None and not sum(cell[3:7])) or 2 * cell[8] < cell[9] for cell in each
            ),
            "raters": raters[packet],
            "scatter": _scatter(each),
        }
        for packet, each in cells.items()
    ]
    if rows:
        connection.execute(sa.insert(table), rows)


def _all(manager: int | None, peers: list[int]) -> list[int]:
    return [count + (place == manager) for place, count in enumerate(peers)]


def _disagree(manager: int | None, peers: list[int]) -> bool:
    low, _, met, exceeds = ratings = _all(manager, peers)
    n, at_least_met = sum(ratings), met + exceeds
    if n < 3:
        return False
    places = [place for place, count in enumerate(peers) for _ in range(count)]
    apart = (
        manager is not None
        and len(places) >= 2
        and abs(2 * manager - places[(len(places) - 1) // 2] - places[len(places) // 2]) >= 4
    )
    return min(at_least_met, n - at_least_met) >= 2 or (low > 0 and exceeds > 0) or apart


def _scatter(cells: list[list[Any]]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for cell in cells:
        ratings = _all(cell[1], cell[3:7])
        n = sum(ratings)
        if n < 2:
            continue
        total = sum(place * count for place, count in enumerate(ratings))
        squares = sum(place * place * count for place, count in enumerate(ratings))
        entry = found.setdefault(n, [n, 0, 0])
        entry[1] += 1
        entry[2] += n * squares - total * total
    return list(found.values())
