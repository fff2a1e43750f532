"""``/sla simulate`` and ``/sla dashboard``: what would have been, and a way to the web pages."""

from dataclasses import replace

from bot.errors import BotError
from bot.services.reporting.tables import duration, percent
from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.services.simulation.histories import recent_history
from bot.services.simulation.simulating import Setup, Simulation, simulate
from bot.services.simulation.words import WEEKDAYS, targets_table
from bot.services.tickets.explaining import metric_named
from bot.services.workspace import signing_in
from bot.services.workspace.preview import RECENT
from bot.slack.text import authored
from bot.slack.wording import metric_label, plural
from sla.durations import parse_duration
from sla.errors import SlaError
from sla.metrics import Metric
from sla.policy import Policy, PolicyMetric, Rules, Target
from sla.report import Dimension
from sla.ticket import Priority

_HOW = "`/sla simulate`, or with another target `/sla simulate first_reply 1h`, `/sla simulate next_reply 2h urgent`"


def _dashboard(call: Call) -> Answer:
    installation = call.desk.installation
    if not installation.dashboard:
        return Answer(text="The dashboard is not reached from here: THREADLINE_PUBLIC_URL says where it is.")
    link = signing_in.make_link(call.conn, call.desk.workspace, installation.dashboard, call.asked.user, call.now)
    return Answer(text=f"<{link}|Open the dashboard>: the link is yours alone, works once, and for 15 minutes.")


def _simulate(call: Call) -> Answer:
    now_in_force = Setup.of("the configuration in force", call.desk.config)
    try:
        candidate = _candidate(call, now_in_force)
    except (BotError, SlaError) as error:
        return Answer(text=f"{authored(str(error), 300)} Such as {_HOW}.")
    recent = recent_history(call.conn, call.desk.workspace, call.now)
    baseline = None if candidate is now_in_force else now_in_force
    found = simulate(f"the last {RECENT.days} days", recent.tell, call.now, candidate, baseline)
    if not found.tickets:
        return Answer(text=f"No tickets were opened in the last {RECENT.days} days.")
    return Answer(text="\n".join(_told(found, is_cut=recent.is_cut)))


def _candidate(call: Call, in_force: Setup) -> Setup:
    """The rules in force, with the target that the words name in place of those they have."""
    if not call.words:
        return in_force
    metric = metric_named(call.words[0])
    if len(call.words) < 2:
        raise BotError("Which target?")
    length = parse_duration(call.words[1])
    priority = _priority(call.words[2]) if len(call.words) > 2 else None
    rules = _with_target(in_force.rules, metric, int(length.total_seconds()), priority)
    named = f"{metric_label(metric).lower()} in {duration(length)}{f' for {priority}' if priority else ''}"
    return replace(in_force, name=named, rules=rules)


def _priority(written: str) -> Priority:
    if written.lower() not in set(Priority):
        raise BotError(f"{written!r} is no priority.")
    return Priority(written.lower())


def _with_target(rules: Rules, metric: Metric, seconds: int, priority: Priority | None) -> Rules:
    return replace(
        rules,
        policies=tuple(_changed(each, metric, seconds, priority) for each in rules.policies),
        group_policies=tuple(_changed(each, metric, seconds, priority) for each in rules.group_policies),
    )


def _changed(policy: Policy, metric: Metric, seconds: int, priority: Priority | None) -> Policy:
    def changed(row: PolicyMetric) -> PolicyMetric:
        is_meant = row.metric is metric and priority in {None, row.priority}
        return replace(row, target=Target(seconds, row.target.business_hours)) if is_meant else row

    return replace(policy, policy_metrics=tuple(map(changed, policy.policy_metrics)))


def _told(found: Simulation, *, is_cut: bool) -> list[str]:
    after = found.candidate.reports[Dimension.METRIC]
    which = f"{'The latest ' if is_cut else ''}{plural(found.tickets, 'ticket')} of the last {RECENT.days} days"
    head = f"*{which} under {found.candidate.setup.name}*"
    lines = [head, f"{after.total.met} of {after.total.counted} promises kept: {percent(after.total.attainment)}"]
    if found.baseline is not None:
        before = found.baseline.reports[Dimension.METRIC].total
        otherwise = plural(len(found.flips), "promise")
        lines.append(f"now it is {percent(before.attainment)}; {otherwise} would end otherwise")
    lines += [
        f"• {metric_label(group.key[0] or '')}: {percent(group.figures.attainment)}, {group.figures.met} of "
        f"{group.figures.counted}"
        for group in after.groups
    ]
    for row in targets_table(found.candidate).rows:
        lines.append(f"• {row[0]}, {row[1]}, {authored(row[2], 80)}: target {row[3]}; 95 % would have met {row[5]}")
    worst = sorted((cell for cell in found.candidate.cells if cell.missed), key=lambda cell: -cell.missed)[:3]
    if worst:
        hours = ", ".join(f"{WEEKDAYS[cell.weekday]} {cell.hour:02}:00 ({cell.missed})" for cell in worst)
        lines.append(f"Customers waited too long most often on {hours}.")
    return lines


VERBS = (
    Verb(name="simulate", run=_simulate, takes_long=True, help=f"{_HOW} what the last 30 days would have come to"),
    Verb(name="dashboard", run=_dashboard, help="`/sla dashboard` a personal link to the web pages"),
)
