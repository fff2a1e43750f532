"""Policies, their settings, triggers, and the rules that they make up together."""

from sla.policy.policies import (
    LONGEST_TARGET,
    SHORTEST_TARGET,
    Policy,
    PolicyMetric,
    Target,
    group_policy,
    policy,
    policy_to_json,
)
from sla.policy.rules import (
    RULES_KEYS,
    Rules,
    Trigger,
    TriggerAction,
    rules_from_json,
    rules_to_json,
    trigger_to_json,
)
from sla.settings import PolicySettings, Settings, SolvedWithoutReply

__all__ = [
    "LONGEST_TARGET",
    "RULES_KEYS",
    "SHORTEST_TARGET",
    "Policy",
    "PolicyMetric",
    "PolicySettings",
    "Rules",
    "Settings",
    "SolvedWithoutReply",
    "Target",
    "Trigger",
    "TriggerAction",
    "group_policy",
    "policy",
    "policy_to_json",
    "rules_from_json",
    "rules_to_json",
    "trigger_to_json",
]
