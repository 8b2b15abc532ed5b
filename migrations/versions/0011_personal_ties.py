"""Who is related to a packet is written down when voting on it begins; where it has begun, as it is now."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_RELATED_FOR = timedelta(days=730)
_KNOWN_NOW = """
    INSERT INTO personal_tie (packet_id, person_id)
    SELECT p.id, h.person_id
    FROM packet AS p
    JOIN (
        SELECT q.id AS packet_id, m.person_id
        FROM packet AS q JOIN panel_member AS m ON m.panel_id = q.panel_id
        UNION
        SELECT q.id, o.person_id FROM packet AS q JOIN cycle_owner AS o ON o.cycle_id = q.cycle_id
    ) AS h ON h.packet_id = p.id
    WHERE p.stage <> 'waiting' AND (
        EXISTS (
            SELECT 1 FROM manager_link AS l
            WHERE (l.ended_on IS NULL OR (l.ended_on >= :since AND l.ended_on > l.started_on))
            AND ((l.person_id = p.candidate_id AND l.manager_id = h.person_id)
                OR (l.manager_id = p.candidate_id AND l.person_id = h.person_id))
        )
        OR EXISTS (
            SELECT 1 FROM packet AS o
            WHERE o.cycle_id = p.cycle_id AND o.candidate_id = h.person_id
            AND o.target_level_id = p.target_level_id AND o.state NOT IN ('withdrawn', 'void')
        )
    )
"""


def upgrade() -> None:
    op.create_table(
        "personal_tie",
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_personal_tie_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_personal_tie_person_id_person")
        ),
        sa.PrimaryKeyConstraint("packet_id", "person_id", name=op.f("pk_personal_tie")),
    )
    with op.batch_alter_table("personal_tie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_tie_person_id"), ["person_id"], unique=False)
    since = sa.bindparam("since", (datetime.now(UTC) - _RELATED_FOR).date(), type_=sa.Date())
    op.get_bind().execute(sa.text(_KNOWN_NOW).bindparams(since))


def downgrade() -> None:
    with op.batch_alter_table("personal_tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_tie_person_id"))
    op.drop_table("personal_tie")
