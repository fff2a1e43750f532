"""The first schema."""

import sqlalchemy as sa
from alembic import op

from store.types import Json, PlainText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("user", PlainText(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "user", name=op.f("pk_absence")),
    )
    op.create_table(
        "audit",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", PlainText(), nullable=False),
        sa.Column("action", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "audit_id", name=op.f("pk_audit")),
    )
    op.create_table(
        "session",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("digest", PlainText(), nullable=False),
        sa.Column("kind", PlainText(), nullable=False),
        sa.Column("user_id", PlainText(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "digest", name=op.f("pk_session")),
    )
    op.create_index("ix_session_expires", "session", ["workspace", "expires_at"], unique=False)
    op.create_table(
        "day_figures",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("day", PlainText(), nullable=False),
        sa.Column("dimension", PlainText(), nullable=False),
        sa.Column("value", PlainText(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("met", "missed", "late", "open", "cancelled", "merged", "exempt", "fulfilled")
        ),
        sa.Column("business", Json(), nullable=False),
        sa.Column("calendar", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "day", "dimension", "value", name=op.f("pk_day_figures")),
    )
    op.create_table(
        "rolled_up",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("time_zone", PlainText(), nullable=False),
        sa.Column("through", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_rolled_up")),
    )
    op.create_table(
        "counter",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name=op.f("pk_counter")),
    )
    op.create_table(
        "home",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("user_id", PlainText(), nullable=False),
        sa.Column("page", PlainText(), nullable=False),
        sa.Column("shown", PlainText(), nullable=False),
        sa.Column("priority", PlainText(), nullable=False),
        sa.Column("said", PlainText(), nullable=False),
        sa.Column("digest", PlainText(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "user_id", name=op.f("pk_home")),
    )
    op.create_table(
        "inbox",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("key", PlainText(), nullable=False),
        sa.Column("kind", PlainText(), nullable=False),
        sa.Column("body", PlainText(), nullable=False),
        sa.Column("event_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", PlainText(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("error", PlainText(), nullable=True),
        sa.Column("outcome", PlainText(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "key", name=op.f("pk_inbox")),
    )
    op.create_index(
        "ix_inbox_pending",
        "inbox",
        ["workspace", "event_at", "received_at", "key"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_inbox_quarantined",
        "inbox",
        ["event_at"],
        unique=False,
        sqlite_where=sa.text("state = 'quarantined'"),
        postgresql_where=sa.text("state = 'quarantined'"),
    )
    op.create_table(
        "lease",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("holder", PlainText(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name=op.f("pk_lease")),
    )
    op.create_table(
        "occurrence",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("job", PlainText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "job", "at", name=op.f("pk_occurrence")),
    )
    op.create_table(
        "outbox",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("key", PlainText(), nullable=False),
        sa.Column("kind", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("metric", PlainText(), nullable=True),
        sa.Column("instance", sa.BigInteger(), nullable=True),
        sa.Column("destination", PlainText(), nullable=False),
        sa.Column("urgency", sa.BigInteger(), nullable=False),
        sa.Column("payload", Json(), nullable=True),
        sa.Column("state", PlainText(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("depends_on", PlainText(), nullable=True),
        sa.Column("folded_into", PlainText(), nullable=True),
        sa.Column("fallback_of", PlainText(), nullable=True),
        sa.Column("channel_id", PlainText(), nullable=True),
        sa.Column("message_ts", PlainText(), nullable=True),
        sa.Column("error", PlainText(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "key", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_claimed",
        "outbox",
        ["workspace", "lease_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('sending', 'reconciling')"),
        postgresql_where=sa.text("state IN ('sending', 'reconciling')"),
    )
    op.create_index(
        "ix_outbox_message",
        "outbox",
        ["workspace", "channel_id", "message_ts"],
        unique=False,
        sqlite_where=sa.text("message_ts IS NOT NULL"),
        postgresql_where=sa.text("message_ts IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["workspace", "destination", sa.text("urgency DESC"), "created_at", "key"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_outbox_ticket",
        "outbox",
        ["workspace", "ticket_id"],
        unique=False,
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_uncertain",
        "outbox",
        ["workspace", "not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'uncertain'"),
        postgresql_where=sa.text("state = 'uncertain'"),
    )
    op.create_table(
        "policy",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", PlainText(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", PlainText(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "version", "kind", "position", name=op.f("pk_policy")),
    )
    op.create_table(
        "resource",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("kind", PlainText(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", "number", name=op.f("pk_resource")),
        sa.UniqueConstraint("workspace", "kind", "name", name=op.f("uq_resource_workspace_kind_name")),
    )
    op.create_table(
        "subscription",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("subscription_id", PlainText(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("metric_cursor", sa.BigInteger(), nullable=False),
        sa.Column("ticket_cursor", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "subscription_id", name=op.f("pk_subscription")),
    )
    op.create_table(
        "token",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("token_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", PlainText(), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("role", PlainText(), nullable=False),
        sa.Column("user_id", PlainText(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", PlainText(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "token_id", name=op.f("pk_token")),
        sa.UniqueConstraint("workspace", "digest", name=op.f("uq_token_workspace_digest")),
    )
    op.create_table(
        "rules",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", PlainText(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "version", name=op.f("pk_rules")),
    )
    op.create_table(
        "schedule",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "version", "name", name=op.f("pk_schedule")),
    )
    op.create_table(
        "slot",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("destination", PlainText(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "destination", name=op.f("pk_slot")),
    )
    op.create_table(
        "ticket",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", PlainText(), nullable=False),
        sa.Column("thread_ts", PlainText(), nullable=False),
        sa.Column("channel_kind", PlainText(), nullable=False),
        sa.Column("customer", PlainText(), nullable=True),
        sa.Column("customer_tier", PlainText(), nullable=True),
        sa.Column("requester", PlainText(), nullable=True),
        sa.Column("requester_tags", Json(), nullable=False),
        sa.Column("subject", PlainText(), nullable=False),
        sa.Column("status", PlainText(), nullable=False),
        sa.Column("priority", PlainText(), nullable=True),
        sa.Column("assignee", PlainText(), nullable=True),
        sa.Column("group_name", PlainText(), nullable=True),
        sa.Column("ticket_type", PlainText(), nullable=True),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("via", PlainText(), nullable=False),
        sa.Column("schedule", PlainText(), nullable=True),
        sa.Column("permalink", PlainText(), nullable=True),
        sa.Column("policy", PlainText(), nullable=True),
        sa.Column("group_policy", PlainText(), nullable=True),
        sa.Column("rules_version", sa.BigInteger(), nullable=True),
        sa.Column("state", Json(), nullable=False),
        sa.Column("next_breach_at", UtcDateTime(), nullable=True),
        sa.Column("last_event_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("solved_at", UtcDateTime(), nullable=True),
        sa.Column("quiet_since", UtcDateTime(), nullable=True),
        sa.Column("not_a_ticket", sa.Boolean(), nullable=False),
        sa.Column("card_channel", PlainText(), nullable=True),
        sa.Column("card_ts", PlainText(), nullable=True),
        sa.Column("card_hash", PlainText(), nullable=True),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.Column("snoozed_by", PlainText(), nullable=True),
        sa.Column("hold_until", UtcDateTime(), nullable=True),
        sa.Column("hold_reason", PlainText(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "ticket_id", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_card", "ticket", ["workspace", "card_channel", "card_ts"], unique=False)
    op.create_index("ix_ticket_channel", "ticket", ["workspace", "channel_id"], unique=False)
    op.create_index(
        "ix_ticket_hold",
        "ticket",
        ["workspace", "hold_until"],
        unique=False,
        sqlite_where=sa.text("hold_until IS NOT NULL"),
        postgresql_where=sa.text("hold_until IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_open",
        "ticket",
        ["workspace", "next_breach_at"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('solved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('solved', 'closed')"),
    )
    op.create_index(
        "ix_ticket_quiet",
        "ticket",
        ["workspace", "status", "quiet_since"],
        unique=False,
        sqlite_where=sa.text("quiet_since IS NOT NULL"),
        postgresql_where=sa.text("quiet_since IS NOT NULL"),
    )
    op.create_index("ix_ticket_updated", "ticket", ["workspace", "updated_at"], unique=False)
    op.create_table(
        "workspace",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("bot_user_id", PlainText(), nullable=True),
        sa.Column("bot_id", PlainText(), nullable=True),
        sa.Column("app_id", PlainText(), nullable=True),
        sa.Column("state", PlainText(), nullable=False),
        sa.Column("enforce_from", UtcDateTime(), nullable=True),
        sa.Column("cursor", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_workspace")),
    )
    op.create_table(
        "conversation",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("channel_id", PlainText(), nullable=False),
        sa.Column("thread_ts", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", PlainText(), nullable=True),
        sa.Column("opened_by_customer", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_customer_at", UtcDateTime(), nullable=True),
        sa.Column("synced_ts", PlainText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"], name=op.f("fk_conversation_ticket")
        ),
        sa.PrimaryKeyConstraint("workspace", "channel_id", "thread_ts", name=op.f("pk_conversation")),
    )
    op.create_index("ix_conversation_opened", "conversation", ["workspace", "channel_id", "opened_at"], unique=False)
    op.create_index("ix_conversation_ticket", "conversation", ["workspace", "ticket_id"], unique=False)
    op.create_table(
        "metric_event",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", PlainText(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("type", PlainText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"], name=op.f("fk_metric_event_ticket")
        ),
        sa.PrimaryKeyConstraint("workspace", "event_id", name=op.f("pk_metric_event")),
    )
    op.create_index("ix_metric_event_recorded", "metric_event", ["workspace", "recorded_at", "event_id"], unique=False)
    op.create_index("ix_metric_event_ticket", "metric_event", ["workspace", "ticket_id", "event_id"], unique=False)
    op.create_table(
        "metric_instance",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("metric", PlainText(), nullable=False),
        sa.Column("instance", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", PlainText(), nullable=False),
        sa.Column("outcome", PlainText(), nullable=False),
        sa.Column("breached", sa.Boolean(), nullable=False),
        sa.Column("without_reply", sa.Boolean(), nullable=False),
        sa.Column("relaxed", sa.Boolean(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=False),
        sa.Column("fulfilled_at", UtcDateTime(), nullable=True),
        sa.Column("breach_at", UtcDateTime(), nullable=True),
        sa.Column("breached_at", UtcDateTime(), nullable=True),
        sa.Column("target_seconds", sa.BigInteger(), nullable=True),
        sa.Column("business_hours", sa.Boolean(), nullable=False),
        sa.Column("policy", PlainText(), nullable=True),
        sa.Column("schedule", PlainText(), nullable=True),
        sa.Column("rules_version", sa.BigInteger(), nullable=True),
        sa.Column("elapsed", Json(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("sent", Json(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"], name=op.f("fk_metric_instance_ticket")
        ),
        sa.PrimaryKeyConstraint("workspace", "ticket_id", "metric", "instance", name=op.f("pk_metric_instance")),
    )
    op.create_index("ix_metric_instance_activated", "metric_instance", ["workspace", "activated_at"], unique=False)
    op.create_index(
        "ix_metric_instance_due",
        "metric_instance",
        ["workspace", "next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_metric_instance_open",
        "metric_instance",
        ["workspace", "breach_at"],
        unique=False,
        sqlite_where=sa.text("outcome = 'open'"),
        postgresql_where=sa.text("outcome = 'open'"),
    )
    op.create_table(
        "ticket_event",
        sa.Column("workspace", PlainText(), nullable=False),
        sa.Column("key", PlainText(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("type", PlainText(), nullable=False),
        sa.Column("actor", PlainText(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("source", PlainText(), nullable=False),
        sa.Column("thread_ts", PlainText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"], name=op.f("fk_ticket_event_ticket")
        ),
        sa.PrimaryKeyConstraint("workspace", "key", name=op.f("pk_ticket_event")),
    )
    op.create_index("ix_ticket_event_at", "ticket_event", ["workspace", "at"], unique=False)
    op.create_index("ix_ticket_event_recorded", "ticket_event", ["workspace", "recorded_at"], unique=False)
    op.create_index("ix_ticket_event_ticket", "ticket_event", ["workspace", "ticket_id", "seq"], unique=False)
