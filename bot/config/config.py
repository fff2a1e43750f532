"""A configuration as the bot reads it, and the questions it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.config import build
from bot.config.model import (
    Agents,
    ChannelSettings,
    Customer,
    Digest,
    Group,
    Intake,
    Lifecycle,
    Route,
    Webhook,
)
from bot.config.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One version of the configuration.

    `document` is the canonical form, everything else is read from it; two configurations are equal when their
    documents are. `warnings` are about the file it came from. Nothing may be changed in place.

    Attributes:
        alert_channels: Every channel that is somebody's alert channel, and so is never tracked.
        customer_by_team: Keys of customers by Slack workspace.
        route_by_policy: Names of routes by title; of several policies with one title the first with a route decides.
    """

    document: Mapping[str, Any]
    admins: frozenset[str]
    agents: Agents
    groups: Mapping[str, Group]
    alert_channel: str | None
    default_schedule: str | None
    default_priority: str | None
    enforce_from: date | None
    customers: Mapping[str, Customer]
    channels: Mapping[str, ChannelSettings]
    default_channel: ChannelSettings
    intake: Intake
    lifecycle: Lifecycle
    routes: Mapping[str, Route]
    webhooks: Mapping[str, Webhook]
    digest: Digest
    alert_channels: frozenset[str]
    customer_by_team: Mapping[str, str]
    route_by_policy: Mapping[str, str]
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], *, warnings: tuple[Problem, ...] = ()) -> Self:
        """The configuration of a canonical document that `load_config` made, such as a stored version."""
        given = dict(document)
        enforce_from = given.get("enforce_from")
        return cls(
            document=given,
            admins=frozenset(given.get("admins", [])),
            agents=build.agents_of(given),
            groups=build.groups_of(given),
            alert_channel=given.get("alert_channel"),
            default_schedule=given.get("default_schedule"),
            default_priority=given.get("default_priority"),
            enforce_from=date.fromisoformat(enforce_from) if enforce_from else None,
            customers=build.customers_of(given),
            channels=build.channels_of(given),
            default_channel=build.default_channel_of(given),
            intake=build.intake_of(given),
            lifecycle=build.lifecycle_of(given),
            routes=build.routes_of(given),
            webhooks=build.webhooks_of(given),
            digest=build.digest_of(given),
            alert_channels=build.alert_channels_of(given),
            customer_by_team=build.customer_by_team_of(given),
            route_by_policy=build.route_by_policy_of(given),
            warnings=warnings,
        )

    def channel(self, channel: str) -> ChannelSettings:
        """The settings of any channel, listed or not."""
        return self.channels.get(channel) or replace(self.default_channel, channel=channel)

    def lists(self, channel: str) -> bool:
        """Whether the file names the channel as one in which customers write."""
        return channel in self.channels

    def customer_of(self, channel: str, slack_team: str | None) -> Customer | None:
        """Whose message it is: the customer of the channel, else the one of the author's Slack workspace."""
        key = self.channel(channel).customer or self.customer_by_team.get(slack_team or "")
        return self.customers[key] if key else None

    def alert_channel_for(self, channel: str, slack_team: str | None = None) -> str | None:
        """Where the cards and alerts of a channel's tickets go: its own place, its customer's, the default."""
        customer = self.customer_of(channel, slack_team)
        own = self.channel(channel).alert_channel
        return own or (customer.alert_channel if customer else None) or self.alert_channel

    def route_for(self, policy_title: str | None, *, group: str | None = None, customer: str | None = None) -> Route:
        """The route of the policy or group policy with this title, else the group's, the customer's, the default."""
        names = [self.route_by_policy.get(policy_title or "")]
        names += [self.groups[group].route] if group and group in self.groups else []
        names += [self.customers[customer].route] if customer and customer in self.customers else []
        return self.routes[next((name for name in names if name), "default")]

    @property
    def enforce_from_at(self) -> datetime | None:
        """The instant from which tickets raise alerts: local midnight in the default schedule's time zone."""
        if self.enforce_from is None:
            return None
        zone = ZoneInfo(build.default_time_zone(dict(self.document)))
        return datetime.combine(self.enforce_from, time(), tzinfo=zone).astimezone(UTC)

    def rules_json(self) -> dict[str, Any]:
        """What the engine is given, in its own JSON form."""
        document = self.document
        return {
            "schedules": document.get("schedules", []),
            "default_schedule": self.default_schedule,
            "default_priority": self.default_priority,
            "settings": document.get("settings", {}),
            "bots_that_reply": sorted(self.intake.bots_that_reply),
            "triggers": document.get("triggers", []),
            "policies": document.get("policies", []),
            "group_policies": document.get("group_policies", []),
            "channel_schedules": {
                channel: settings.schedule for channel, settings in self.channels.items() if settings.schedule
            },
            "customer_schedules": {
                key: customer.schedule for key, customer in self.customers.items() if customer.schedule
            },
        }
