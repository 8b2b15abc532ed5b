"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "ladder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder")),
        sa.UniqueConstraint("slug", name=op.f("uq_ladder_slug")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("employee_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=200), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("manager_id <> id", name=op.f("ck_person_not_own_manager")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_person_manager_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_person_employee_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_manager_id"), ["manager_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_unit"), ["unit"], unique=False)

    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "setup",
                "evidence",
                "rating",
                "calibration",
                "archived",
                name="cyclephase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("time_zone", sa.String(length=80), nullable=False),
        sa.Column("evidence_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calibration_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("scale", sa.JSON(), nullable=False),
        sa.Column("peers_min", sa.Integer(), nullable=False),
        sa.Column("peers_max", sa.Integer(), nullable=False),
        sa.Column("partly_allowed", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("release_reason", sa.String(length=1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "release_at IS NULL OR phase IN ('calibration', 'archived')",
            name=op.f("ck_cycle_release_after_calibration"),
        ),
        sa.CheckConstraint(
            "(release_at IS NULL) = (released_by_id IS NULL)",
            name=op.f("ck_cycle_release_has_person"),
        ),
        sa.CheckConstraint(
            "peers_min >= 0 AND peers_max >= peers_min", name=op.f("ck_cycle_peers_range")
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name=op.f("fk_cycle_released_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("name", name=op.f("uq_cycle_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cycle_public_id")),
    )
    op.create_table(
        "ladder_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("ladder_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "superseded",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)",
            name=op.f("ck_ladder_version_published_has_date"),
        ),
        sa.ForeignKeyConstraint(
            ["ladder_id"], ["ladder.id"], name=op.f("fk_ladder_version_ladder_id_ladder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_version")),
        sa.UniqueConstraint("ladder_id", "number", name=op.f("uq_ladder_version_ladder_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ladder_version_public_id")),
    )
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ladder_version_ladder_id"), ["ladder_id"], unique=False
        )

    op.create_table(
        "manager_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_manager_link_manager_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_manager_link_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_link")),
    )
    with op.batch_alter_table("manager_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_manager_link_manager_id"), ["manager_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_manager_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_manager_link_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_session_token_hash")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_session_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "cycle_ladder",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("ladder_version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_ladder_cycle_id_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"],
            ["ladder_version.id"],
            name=op.f("fk_cycle_ladder_ladder_version_id_ladder_version"),
        ),
        sa.PrimaryKeyConstraint("cycle_id", "ladder_version_id", name=op.f("pk_cycle_ladder")),
    )
    op.create_table(
        "cycle_owner",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_owner_cycle_id_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_cycle_owner_person_id_person")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "person_id", name=op.f("pk_cycle_owner")),
    )
    with op.batch_alter_table("cycle_owner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_owner_person_id"), ["person_id"], unique=False)

    op.create_table(
        "dimension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["ladder_version.id"],
            name=op.f("fk_dimension_version_id_ladder_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dimension")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_dimension_version_id_key")),
    )
    with op.batch_alter_table("dimension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dimension_version_id"), ["version_id"], unique=False)

    op.create_table(
        "level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("track", sa.String(length=200), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["ladder_version.id"], name=op.f("fk_level_version_id_ladder_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_level_version_id_key")),
    )
    with op.batch_alter_table("level", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_level_version_id"), ["version_id"], unique=False)

    op.create_table(
        "mixin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["ladder_version.id"], name=op.f("fk_mixin_version_id_ladder_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mixin")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_mixin_version_id_key")),
    )
    with op.batch_alter_table("mixin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mixin_version_id"), ["version_id"], unique=False)

    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quorum >= 1", name=op.f("ck_panel_quorum")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_panel_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("cycle_id", "name", name=op.f("uq_panel_cycle_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_panel_public_id")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "expectation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dimension_id"], ["dimension.id"], name=op.f("fk_expectation_dimension_id_dimension")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["ladder_version.id"],
            name=op.f("fk_expectation_version_id_ladder_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expectation")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_expectation_version_id_key")),
    )
    with op.batch_alter_table("expectation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_expectation_dimension_id"), ["dimension_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_expectation_version_id"), ["version_id"], unique=False)

    op.create_table(
        "packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=True),
        sa.Column("ladder_version_id", sa.Integer(), nullable=False),
        sa.Column("current_level_id", sa.Integer(), nullable=True),
        sa.Column("target_level_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "withdrawn",
                "void",
                name="packetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "waiting",
                "voting",
                "discussion",
                "decided",
                name="packetstage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("current_revision_id", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("items_numbered", sa.Integer(), nullable=False),
        sa.Column("agenda_order", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_by_id", sa.Integer(), nullable=True),
        sa.Column("reveal_reason", sa.String(length=1000), nullable=True),
        sa.Column("missing_ballots", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'decided') = (decided_at IS NOT NULL)",
            name=op.f("ck_packet_decided_has_date"),
        ),
        sa.CheckConstraint(
            "(stage IN ('discussion', 'decided')) = (revealed_at IS NOT NULL)",
            name=op.f("ck_packet_revealed_has_date"),
        ),
        sa.CheckConstraint(
            "stage = 'waiting' OR state IN ('submitted', 'withdrawn', 'void')",
            name=op.f("ck_packet_stage_after_submission"),
        ),
        sa.CheckConstraint(
            "manager_id <> candidate_id", name=op.f("ck_packet_manager_is_not_candidate")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["person.id"], name=op.f("fk_packet_candidate_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["current_level_id"], ["level.id"], name=op.f("fk_packet_current_level_id_level")
        ),
        sa.ForeignKeyConstraint(
            ["current_revision_id"],
            ["packet_revision.id"],
            name="fk_packet_current_revision_id",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_packet_cycle_id_cycle")),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"],
            ["ladder_version.id"],
            name=op.f("fk_packet_ladder_version_id_ladder_version"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_packet_manager_id_person")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_packet_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["revealed_by_id"], ["person.id"], name=op.f("fk_packet_revealed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["target_level_id"], ["level.id"], name=op.f("fk_packet_target_level_id_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint(
            "cycle_id", "candidate_id", name=op.f("uq_packet_cycle_id_candidate_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_packet_public_id")),
    )
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_packet_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packet_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packet_manager_id"), ["manager_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packet_panel_id"), ["panel_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_packet_target_level_id"), ["target_level_id"], unique=False
        )

    op.create_table(
        "panel_member",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_chair", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_panel_member_panel_id_panel")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_panel_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("panel_id", "person_id", name=op.f("pk_panel_member")),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("packet_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_audit_event_actor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_audit_event_cycle_id_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_audit_event_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_event_digest")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_packet_id"), ["packet_id"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["person.id"], name=op.f("fk_ballot_member_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_ballot_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint(
            "packet_id", "member_id", "round", name=op.f("uq_ballot_packet_id_member_id_round")
        ),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ballot_packet_id"), ["packet_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "none",
                "declared",
                "set",
                name="conflictstanding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_conflict_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_conflict_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("packet_id", "person_id", name=op.f("uq_conflict_packet_id_person_id")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_packet_id"), ["packet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_person_id"), ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "promote",
                "not_yet",
                "defer",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("rule_reading", sa.String(length=500), nullable=False),
        sa.Column("against_rule", sa.String(length=1000), nullable=False),
        sa.Column("awaited_evidence", sa.Text(), nullable=False),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'defer') = (look_again_on IS NOT NULL)",
            name=op.f("ck_decision_deferred_has_date"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_decision_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_decision_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("packet_id", "number", name=op.f("uq_decision_packet_id_number")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_packet_id"), ["packet_id"], unique=False)

    op.create_table(
        "evidence_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR started_on IS NULL OR ended_on >= started_on",
            name=op.f("ck_evidence_item_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_evidence_item_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_item")),
        sa.UniqueConstraint("packet_id", "number", name=op.f("uq_evidence_item_packet_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_item_public_id")),
    )
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_item_packet_id"), ["packet_id"], unique=False)

    op.create_table(
        "packet_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_packet_revision_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_revision")),
        sa.UniqueConstraint(
            "packet_id", "number", name=op.f("uq_packet_revision_packet_id_number")
        ),
    )
    with op.batch_alter_table("packet_revision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_packet_revision_packet_id"), ["packet_id"], unique=False
        )

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "manager",
                "peer",
                name="raterkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "nominated",
                "approved",
                "rejected",
                "invited",
                "accepted",
                "declined",
                "in_progress",
                "submitted",
                "expired",
                "void",
                name="assignmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "decline_category",
            sa.Enum(
                "too_little_seen",
                "no_time",
                "too_close",
                "other",
                name="declinecategory",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decline_note", sa.String(length=500), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("peer_order", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)",
            name=op.f("ck_assignment_submitted_has_date"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR decline_category IS NOT NULL",
            name=op.f("ck_assignment_declined_has_category"),
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_assignment_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_assignment_proposed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["person.id"], name=op.f("fk_assignment_rater_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["packet_revision.id"],
            name=op.f("fk_assignment_revision_id_packet_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("packet_id", "rater_id", name=op.f("uq_assignment_packet_id_rater_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_packet_id"), ["packet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_rater_id"), ["rater_id"], unique=False)

    op.create_table(
        "ballot_mark",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "not_shown",
                "partly",
                "met",
                "exceeds",
                "cannot_judge",
                name="ballotchoice",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_mark_ballot_id_ballot")
        ),
        sa.ForeignKeyConstraint(
            ["dimension_id"], ["dimension.id"], name=op.f("fk_ballot_mark_dimension_id_dimension")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "dimension_id", name=op.f("pk_ballot_mark")),
    )
    op.create_table(
        "dimension_outcome",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column(
            "attainment",
            sa.Enum(
                "exceeds",
                "met",
                "partly",
                "not_shown",
                "insufficient_evidence",
                name="attainment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_dimension_outcome_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["dimension.id"],
            name=op.f("fk_dimension_outcome_dimension_id_dimension"),
        ),
        sa.PrimaryKeyConstraint("decision_id", "dimension_id", name=op.f("pk_dimension_outcome")),
    )
    op.create_table(
        "evidence_dimension",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["dimension.id"],
            name=op.f("fk_evidence_dimension_dimension_id_dimension"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["evidence_item.id"],
            name=op.f("fk_evidence_dimension_item_id_evidence_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "dimension_id", name=op.f("pk_evidence_dimension")),
    )
    op.create_table(
        "evidence_expectation",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("expectation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expectation_id"],
            ["expectation.id"],
            name=op.f("fk_evidence_expectation_expectation_id_expectation"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["evidence_item.id"],
            name=op.f("fk_evidence_expectation_item_id_evidence_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "expectation_id", name=op.f("pk_evidence_expectation")),
    )
    op.create_table(
        "gap",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("expectation_id", sa.Integer(), nullable=False),
        sa.Column("closes_with", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_gap_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["expectation_id"], ["expectation.id"], name=op.f("fk_gap_expectation_id_expectation")
        ),
        sa.PrimaryKeyConstraint("decision_id", "expectation_id", name=op.f("pk_gap")),
    )
    op.create_table(
        "revision_coverage",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("expectations", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["dimension.id"],
            name=op.f("fk_revision_coverage_dimension_id_dimension"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["packet_revision.id"],
            name=op.f("fk_revision_coverage_revision_id_packet_revision"),
        ),
        sa.PrimaryKeyConstraint("revision_id", "dimension_id", name=op.f("pk_revision_coverage")),
    )
    op.create_table(
        "revision_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["packet_revision.id"],
            name=op.f("fk_revision_item_revision_id_packet_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_item")),
        sa.UniqueConstraint(
            "revision_id", "number", name=op.f("uq_revision_item_revision_id_number")
        ),
    )
    with op.batch_alter_table("revision_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_revision_item_revision_id"), ["revision_id"], unique=False
        )

    op.create_table(
        "expectation_mark",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("expectation_id", sa.Integer(), nullable=False),
        sa.Column(
            "mark",
            sa.Enum(
                "shown",
                "partly",
                "not_shown",
                "not_observed",
                name="mark",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_expectation_mark_assignment_id_assignment"),
        ),
        sa.ForeignKeyConstraint(
            ["expectation_id"],
            ["expectation.id"],
            name=op.f("fk_expectation_mark_expectation_id_expectation"),
        ),
        sa.PrimaryKeyConstraint(
            "assignment_id", "expectation_id", name=op.f("pk_expectation_mark")
        ),
    )
    with op.batch_alter_table("expectation_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_expectation_mark_expectation_id"), ["expectation_id"], unique=False
        )

    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "not_shown",
                "partly",
                "met",
                "exceeds",
                "not_observed",
                "no_opportunity",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("shareable", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_rating_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["dimension_id"], ["dimension.id"], name=op.f("fk_rating_dimension_id_dimension")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint(
            "assignment_id", "dimension_id", name=op.f("uq_rating_assignment_id_dimension_id")
        ),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rating_assignment_id"), ["assignment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rating_dimension_id"), ["dimension_id"], unique=False)

    op.create_table(
        "revision_item_dimension",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["dimension.id"],
            name=op.f("fk_revision_item_dimension_dimension_id_dimension"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["revision_item.id"],
            name=op.f("fk_revision_item_dimension_item_id_revision_item"),
        ),
        sa.PrimaryKeyConstraint("item_id", "dimension_id", name=op.f("pk_revision_item_dimension")),
    )
    with op.batch_alter_table("revision_item_dimension", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_revision_item_dimension_dimension_id"), ["dimension_id"], unique=False
        )

    op.create_table(
        "revision_item_expectation",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("expectation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expectation_id"],
            ["expectation.id"],
            name=op.f("fk_revision_item_expectation_expectation_id_expectation"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["revision_item.id"],
            name=op.f("fk_revision_item_expectation_item_id_revision_item"),
        ),
        sa.PrimaryKeyConstraint(
            "item_id", "expectation_id", name=op.f("pk_revision_item_expectation")
        ),
    )
    with op.batch_alter_table("revision_item_expectation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_revision_item_expectation_expectation_id"),
            ["expectation_id"],
            unique=False,
        )

    # Packets and their revisions point at each other; SQLite has this key in the table above.
    if op.get_context().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_packet_current_revision_id",
            "packet",
            "packet_revision",
            ["current_revision_id"],
            ["id"],
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("fk_packet_current_revision_id", "packet", type_="foreignkey")
    with op.batch_alter_table("revision_item_expectation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_item_expectation_expectation_id"))

    op.drop_table("revision_item_expectation")
    with op.batch_alter_table("revision_item_dimension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_item_dimension_dimension_id"))

    op.drop_table("revision_item_dimension")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_dimension_id"))
        batch_op.drop_index(batch_op.f("ix_rating_assignment_id"))

    op.drop_table("rating")
    with op.batch_alter_table("expectation_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expectation_mark_expectation_id"))

    op.drop_table("expectation_mark")
    with op.batch_alter_table("revision_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_item_revision_id"))

    op.drop_table("revision_item")
    op.drop_table("revision_coverage")
    op.drop_table("gap")
    op.drop_table("evidence_expectation")
    op.drop_table("evidence_dimension")
    op.drop_table("dimension_outcome")
    op.drop_table("ballot_mark")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_rater_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_packet_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("packet_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_packet_revision_packet_id"))

    op.drop_table("packet_revision")
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_item_packet_id"))

    op.drop_table("evidence_item")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_packet_id"))

    op.drop_table("decision")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_person_id"))
        batch_op.drop_index(batch_op.f("ix_conflict_packet_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballot_packet_id"))
        batch_op.drop_index(batch_op.f("ix_ballot_member_id"))

    op.drop_table("ballot")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_packet_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_person_id"))

    op.drop_table("panel_member")
    with op.batch_alter_table("packet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_packet_target_level_id"))
        batch_op.drop_index(batch_op.f("ix_packet_panel_id"))
        batch_op.drop_index(batch_op.f("ix_packet_manager_id"))
        batch_op.drop_index(batch_op.f("ix_packet_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_packet_candidate_id"))

    op.drop_table("packet")
    with op.batch_alter_table("expectation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expectation_version_id"))
        batch_op.drop_index(batch_op.f("ix_expectation_dimension_id"))

    op.drop_table("expectation")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_cycle_id"))

    op.drop_table("panel")
    with op.batch_alter_table("mixin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mixin_version_id"))

    op.drop_table("mixin")
    with op.batch_alter_table("level", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_level_version_id"))

    op.drop_table("level")
    with op.batch_alter_table("dimension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dimension_version_id"))

    op.drop_table("dimension")
    with op.batch_alter_table("cycle_owner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_owner_person_id"))

    op.drop_table("cycle_owner")
    op.drop_table("cycle_ladder")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_person_id"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_person_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("manager_link", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_manager_link_open",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_manager_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_manager_link_manager_id"))

    op.drop_table("manager_link")
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_version_ladder_id"))

    op.drop_table("ladder_version")
    op.drop_table("cycle")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_unit"))
        batch_op.drop_index(batch_op.f("ix_person_manager_id"))

    op.drop_table("person")
    op.drop_table("ladder")
    op.drop_table("audit_head")
