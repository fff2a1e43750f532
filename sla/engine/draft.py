"""The working copy of a ticket's state that one step writes to.

It never leaves the engine: a step thaws a state into a draft, applies one event and freezes the result, so that to the
outside every step is a function from value to value. What happens to instances happens here, and is logged here.
"""

from datetime import datetime, timedelta

from sla.deadlines import Run, measure, pause_run, resume_run
from sla.engine.instance import Instance, LogType, MetricEvent, Stage, target_hours
from sla.engine.state import Edit, Shelf, TicketState
from sla.engine.terms import Basis, Terms, terms_for
from sla.instants import format_instant
from sla.metrics import REPLY_METRICS, Metric
from sla.policy import Target


class Draft:
    """A ticket's next state in the making; attributes that the state has too mean the same.

    Attributes:
        at: The instant of the step.
        settings: The settings in force.
        running: The open instances by metric; a metric has at most one.
        resumable: The instances that reopening resumes, by metric.
        chosen_for: What policies and targets were last chosen by; None before the draft's first choice.
        measure_anew: The schedules whose definition changed in this step.
        taken_up: The metrics whose instance, already ended, this step takes up again.
    """

    def __init__(self, state: TicketState) -> None:
        self.rules = state.rules
        self.own_policies: bool = state.own_policies
        self.edit: Edit | None = state.edit
        self.ticket = state.ticket
        self.applied = state.applied
        self.applied_to_group = state.applied_to_group
        self.at: datetime | None = state.last_at
        self.created = state.created
        self.first_reply_ended = state.first_reply_ended
        self.waiting = state.waiting
        self.owner = state.owner
        self.numbers = dict(state.numbers)
        self.running = {instance.metric: instance for instance in state.open_instances}
        self.resumable = {instance.metric: instance for instance in state.solved_instances}
        self.dismissed: Shelf | None = state.dismissed
        self.void: Shelf | None = state.void
        self.fired = state.fired
        self.exempt = state.exempt
        self.settings = self.rules.settings_of(self.applied)
        self.chosen_for: Basis | None = None
        self.measure_anew: frozenset[str] = frozenset()
        self.clear()

    def clear(self) -> None:
        """Forget what the last step changed."""
        self.changed: dict[tuple[Metric, int], Instance] = {}
        self.metric_events: list[MetricEvent] = []
        self.withdrawn: list[tuple[Metric, int]] = []
        self.problems: list[str] = []
        self.taken_up: set[Metric] = set()

    def freeze(self) -> TicketState:
        """Return the state as it is now, with what has changed since the last `clear`."""
        return TicketState(
            rules=self.rules,
            own_policies=self.own_policies,
            edit=self.edit,
            ticket=self.ticket,
            applied=self.applied,
            applied_to_group=self.applied_to_group,
            last_at=self.at,
            created=self.created,
            first_reply_ended=self.first_reply_ended,
            waiting=self.waiting,
            owner=self.owner,
            numbers=self.numbers,
            open_instances=tuple(self.running.values()),
            solved_instances=tuple(self.resumable.values()),
            dismissed=self.dismissed,
            void=self.void,
            fired=self.fired,
            exempt=self.exempt,
            changed=tuple(self.changed.values()),
            metric_events=tuple(self.metric_events),
            withdrawn=tuple(self.withdrawn),
            problems=tuple(self.problems),
        )

    # What is written down ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The instant of the step."""
        assert self.at is not None
        return self.at

    @property
    def reply_owed(self) -> Instance | None:
        """The open reply instance; there is at most one, the first reply's or a later one's."""
        return self.running.get(Metric.FIRST_REPLY_TIME) or self.running.get(Metric.NEXT_REPLY_TIME)

    def log(self, instance: Instance, kind: LogType, at: datetime | None = None) -> None:
        """Write what happened to an instance, now unless said otherwise, into the log."""
        self.metric_events.append(MetricEvent(at or self.now, instance.metric, instance.number, kind))

    def problem(self, what: str) -> None:
        """Note what makes no sense in this step, as a sentence that begins with its instant."""
        self.problems.append(f"At {format_instant(self.now)} {what}.")

    def keep(self, instance: Instance) -> Instance:
        """Take the next version of an instance: running while it is open, gone when it has ended."""
        if instance.exempt != (self.exempt is not None):
            instance = instance._replace(exempt=not instance.exempt)
        if instance.open:
            self.running[instance.metric] = instance
        else:
            self.running.pop(instance.metric, None)
        self.changed[instance.key] = instance
        return instance

    # The life of an instance ------------------------------------------------------------------------------------------

    def activate(self, metric: Metric, activated_at: datetime | None = None) -> None:
        """Start the next instance of a metric, measured from now or from an earlier message."""
        self.numbers[metric] += 1
        instance = Instance(metric, self.numbers[metric], activated_at or self.now)
        self.log(instance, LogType.ACTIVATE)
        self.keep(self._aimed(instance, terms_for(self, metric)))
        if activated_at:
            self.judge(metric)

    def fulfil(self, instance: Instance, *, without_reply: bool = False) -> None:
        """End an instance as fulfilled now; a paused one is judged as if the pause ended now."""
        resumed = self.running_again(instance)
        self.log(instance, LogType.FULFILL)
        self.keep(resumed._replace(stage=Stage.FULFILLED, ended_at=self.now, without_reply=without_reply))

    def cancel(self, instance: Instance, *, merged: bool = False) -> None:
        """End an instance as cancelled now."""
        stopped = self.running_again(instance)
        self.log(instance, LogType.CANCEL)
        self.keep(stopped._replace(stage=Stage.CANCELLED, ended_at=self.now, merged=merged))

    def cancel_unless_breached(self, instance: Instance, *, without_reply: bool = False) -> None:
        """End an instance as cancelled; once its deadline has passed, as fulfilled and missed: no breach is hidden."""
        if instance.breached:
            self.fulfil(instance, without_reply=without_reply)
        else:
            self.cancel(instance)

    def cancel_for_good(self, instance: Instance) -> None:
        """End an instance whose message is gone: cancelled, and a breach of it is void."""
        self.cancel(self.unbreach(instance) if instance.breached else instance)

    def withdraw(self, instance: Instance) -> None:
        """Take back an instance that, as it turns out within its first instant, never began."""
        self.cancel(instance)
        self.numbers[instance.metric] -= 1
        self.withdrawn.append(instance.key)

    def pause(self, metric: Metric) -> None:
        """Let a running instance stand still from now on."""
        self.log(self.running[metric], LogType.PAUSE)
        self.keep(self.standing(self.running[metric]))

    def resume(self, metric: Metric) -> None:
        """Let a paused instance run from now on."""
        self.log(self.running[metric], LogType.RESUME)
        self.keep(self.running_again(self.running[metric]))

    def take_up(self, instance: Instance) -> None:
        """Let an instance that had ended run on, as it stands; the log tells when the update follows the status."""
        self.keep(instance)
        self.taken_up.add(instance.metric)

    def standing(self, instance: Instance) -> Instance:
        """Return the instance paused now, unless it already is."""
        if instance.stage is Stage.PAUSED:
            return instance
        run = instance.run and pause_run(instance.target_hours(self.rules), instance.run, self.now)
        return instance._replace(stage=Stage.PAUSED, pauses=(*instance.pauses, (self.now, None)), run=run)

    def running_again(self, instance: Instance) -> Instance:
        """Return the instance running from now on, unless it already is."""
        if instance.stage is not Stage.PAUSED:
            return instance
        run = instance.run and resume_run(instance.target_hours(self.rules), instance.run, self.now)
        pauses = (*instance.pauses[:-1], (instance.pauses[-1][0], self.now))
        return instance._replace(stage=Stage.ACTIVE, pauses=pauses, run=run)

    # Targets ----------------------------------------------------------------------------------------------------------

    def retarget(self, metric: Metric) -> None:
        """Give an open instance the target in force now, measured from its activation with its pauses kept."""
        instance, terms = self.running[metric], terms_for(self, metric)
        if terms.target is None and instance.target is not None:
            self._lose_target(instance)
        elif terms.moves(instance) or (terms.counts_business and terms.schedule in self.measure_anew):
            self.keep(self._aimed(instance, terms))
            self.judge(metric)
        elif not terms.describes(instance):
            self.keep(instance._replace(policy=terms.policy, policy_id=terms.policy_id, schedule=terms.schedule))

    def move(self, instance: Instance, activated_at: datetime) -> None:
        """Let an open instance have begun at another instant."""
        moved = instance._replace(activated_at=activated_at)
        self.keep(self.measured(moved))
        self.judge(moved.metric)

    def judge(self, metric: Metric) -> None:
        """Breach an open instance whose deadline has just been put in the past; void a breach that no longer holds."""
        instance = self.running[metric]
        due = instance.run.due if instance.run else None
        late = due is not None and due < self.now
        if late and not instance.breached:
            self.breach(instance, self.now)
        elif instance.breached and not late:
            self.unbreach(instance, relaxed=True)

    def breach(self, instance: Instance, at: datetime) -> None:
        """Stamp the breach of an instance."""
        self.log(instance, LogType.BREACH, at)
        self.keep(instance._replace(breached=True, breached_at=at))

    def unbreach(self, instance: Instance, *, relaxed: bool = False) -> Instance:
        """Mark an instance's breach as superseded."""
        assert instance.breached_at is not None
        self.metric_events.append(
            MetricEvent(instance.breached_at, instance.metric, instance.number, LogType.BREACH, superseded=True)
        )
        return self.keep(instance._replace(breached=False, breached_at=None, relaxed=instance.relaxed or relaxed))

    def _aimed(self, instance: Instance, terms: Terms) -> Instance:
        """Return the instance with a target; applying one is logged."""
        if terms.target:
            self.metric_events.append(
                MetricEvent(self.now, instance.metric, instance.number, LogType.APPLY_SLA, terms.target.seconds)
            )
        return instance._replace(
            target=terms.target,
            policy=terms.policy,
            policy_id=terms.policy_id,
            schedule=terms.schedule,
            run=self._run(instance, terms.target, terms.schedule),
        )

    def measured(self, instance: Instance) -> Instance:
        """Return the instance with its clock measured anew, from its activation with its pauses kept."""
        return instance._replace(run=self._run(instance, instance.target, instance.schedule))

    def _run(self, instance: Instance, target: Target | None, schedule: str | None) -> Run | None:
        if target is None:
            return None
        hours = target_hours(self.rules, target, schedule)
        run = measure(hours, instance.activated_at, timedelta(seconds=target.seconds), instance.pauses)
        if run.due is None and instance.stage is Stage.ACTIVE:
            self.problem(
                f"{instance.metric} {instance.number} got no deadline, because the schedule {schedule!r} "
                "has too little open time ahead"
            )
        return run

    def _lose_target(self, instance: Instance) -> None:
        """Cancel an instance that no policy gives a target any more; one already breached keeps target and breach."""
        if instance.breached:
            return
        self.log(instance, LogType.APPLY_SLA)
        self.cancel(instance)
        if instance.metric in REPLY_METRICS:
            self.first_reply_ended, self.waiting = True, ()
