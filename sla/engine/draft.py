"""What happens to instances: they start, stand still, run again, end, breach, and change their targets.

All of it is logged here, so that nothing that happens to an instance can be forgotten in the log.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from sla.deadlines import Run, measure, pause_run, resume_run
from sla.engine.instance import Instance, LogType, MetricEvent, Stage, target_hours
from sla.engine.terms import Terms, terms_for
from sla.engine.working_copy import WorkingCopy
from sla.metrics import REPLY_METRICS, Metric
from sla.policy import Target

T = TypeVar("T")


class Draft(WorkingCopy):
    """A ticket's next state in the making, with what can happen to its instances."""

    @property
    def reply_owed(self) -> Instance | None:
        """The open reply instance; there is at most one, the first reply's or a later one's."""
        return self.running.get(Metric.FIRST_REPLY_TIME) or self.running.get(Metric.NEXT_REPLY_TIME)

    # The life of an instance ------------------------------------------------------------------------------------------

    def activate(self, metric: Metric, activated_at: datetime | None = None) -> None:
        """Start the next instance of a metric, measured from now or from an earlier message."""
        number = self.numbers[metric] = self.numbers[metric] + 1
        instance = Instance(metric, number, activated_at or self.now)
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
        self.chosen_for = None  # the target in force may be another one by now

    def standing(self, instance: Instance) -> Instance:
        """Return the instance paused now, unless it already is."""
        if instance.stage is Stage.PAUSED:
            return instance
        run = instance.run and pause_run(instance.target_hours(self.rules), instance.run, self.now)
        return instance._replace(stage=Stage.PAUSED, pauses=appended(instance.pauses, (self.now, None)), run=run)

    def running_again(self, instance: Instance) -> Instance:
        """Return the instance running from now on, unless it already is."""
        if instance.stage is not Stage.PAUSED:
            return instance
        run = instance.run and resume_run(instance.target_hours(self.rules), instance.run, self.now)
        pauses = appended(instance.pauses[:-1], (instance.pauses[-1][0], self.now))
        return instance._replace(stage=Stage.ACTIVE, pauses=pauses, run=run)

    # Targets ----------------------------------------------------------------------------------------------------------

    def retarget(self, metric: Metric) -> None:
        """Give an open instance the target in force now, measured from its activation with its pauses kept."""
        instance, terms = self.running[metric], terms_for(self, metric)
        if terms.target is None and instance.target is not None:
            self._lose_target(instance)
        elif terms.moves(instance) or (terms.counts_business and terms.schedule in self.measure_anew):
            self.keep(self._aimed(instance, terms))
            self.judge(metric, retargeted=True)
        elif not terms.describes(instance):
            self.keep(instance._replace(policy=terms.policy, policy_id=terms.policy_id, schedule=terms.schedule))

    def move(self, instance: Instance, activated_at: datetime) -> None:
        """Let an open instance have begun at another instant."""
        moved = instance._replace(activated_at=activated_at)
        self.keep(self.measured(moved))
        self.judge(moved.metric)

    def judge(self, metric: Metric, *, retargeted: bool = False) -> None:
        """Breach an open instance whose deadline has just been put in the past; void a breach that no longer holds."""
        instance = self.running[metric]
        due = instance.run.due if instance.run else None
        late = due is not None and due < self.now
        if late and not instance.breached:
            self.breach(instance, self.now)
        elif instance.breached and not late:
            self.unbreach(instance, relaxed=retargeted)

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


def appended(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    """Return a tuple with one more item; a tuple of thousands is copied once, where unpacking would copy it twice."""
    return items + (item,)  # noqa: RUF005
