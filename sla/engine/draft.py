"""What happens to instances: they start, stand still, run again, end, breach, and change their targets.

All of it is logged here, so that nothing that happens to an instance can be forgotten in the log.
"""

from datetime import datetime, timedelta

from sla.business_time import CALENDAR
from sla.deadlines import measure
from sla.engine.instance import Instance, LogType, MetricEvent, Stage
from sla.engine.working_copy import WorkingCopy
from sla.engine.working_instance import WorkingInstance
from sla.metrics import REPLY_METRICS, Metric


class Draft(WorkingCopy):
    """A ticket's next state in the making, with what can happen to its instances."""

    @property
    def reply_owed(self) -> WorkingInstance | None:
        """The open reply instance; there is at most one, the first reply's or a later one's."""
        return self.running.get(Metric.FIRST_REPLY_TIME) or self.running.get(Metric.NEXT_REPLY_TIME)

    # The life of an instance ------------------------------------------------------------------------------------------

    def activate(self, metric: Metric, activated_at: datetime | None = None) -> None:
        """Start the next instance of a metric, measured from now or from an earlier message."""
        number = self.numbers[metric] = self.numbers[metric] + 1
        instance = WorkingInstance(Instance(metric, number, activated_at or self.now), CALENDAR)
        self.put(instance)
        self.log(instance, LogType.ACTIVATE)
        self._aim(instance)
        if activated_at:
            self.judge(instance)

    def fulfil(self, instance: WorkingInstance, *, without_reply: bool = False) -> None:
        """End an instance as fulfilled now; a paused one is judged as if the pause ended now."""
        instance.without_reply = without_reply
        self._end(instance, Stage.FULFILLED, LogType.FULFILL)

    def cancel(self, instance: WorkingInstance, *, merged: bool = False) -> None:
        """End an instance as cancelled now."""
        instance.merged = merged
        self._end(instance, Stage.CANCELLED, LogType.CANCEL)

    def cancel_unless_breached(self, instance: WorkingInstance, *, without_reply: bool = False) -> None:
        """End an instance as cancelled; once its deadline has passed, as fulfilled and missed: no breach is hidden."""
        if instance.breached:
            self.fulfil(instance, without_reply=without_reply)
        else:
            self.cancel(instance)

    def cancel_for_good(self, instance: WorkingInstance) -> None:
        """End an instance whose message is gone: cancelled, and a breach of it is void."""
        if instance.breached:
            self.unbreach(instance)
        self.cancel(instance)

    def withdraw(self, instance: WorkingInstance) -> None:
        """Take back an instance that, as it turns out within its first instant, never began."""
        self.cancel(instance)
        self.numbers[instance.metric] -= 1
        self.withdrawn.append(instance.key)

    def pause(self, instance: WorkingInstance) -> None:
        """Let a running instance stand still from now on."""
        self.log(instance, LogType.PAUSE)
        instance.stand_still(self.now)

    def resume(self, instance: WorkingInstance) -> None:
        """Let a paused instance run from now on."""
        self.log(instance, LogType.RESUME)
        instance.run_again(self.now)

    def take_up(self, instance: WorkingInstance) -> None:
        """Let an instance that had ended run on, as it stands; the log tells when the update follows the status."""
        self.put(instance)
        self.taken_up.add(instance.metric)
        self.chosen_for = None  # the target in force may be another one by now

    def _end(self, instance: WorkingInstance, stage: Stage, kind: LogType) -> None:
        self.log(instance, kind)
        instance.run_again(self.now)
        instance.stage, instance.ended_at = stage, self.now
        self.running.pop(instance.metric, None)

    # Targets ----------------------------------------------------------------------------------------------------------

    def retarget(self, instance: WorkingInstance) -> None:
        """Give an open instance the target in force now, measured from its activation with its pauses kept."""
        terms = self.terms_of(instance.metric)
        target = terms.targets.get(instance.metric)
        if target is None and instance.target is not None:
            self._lose_target(instance)
        elif target != instance.target or (target and target.business_hours and self._moved(instance, terms.schedule)):
            self._aim(instance)
            self.judge(instance, retargeted=True)
        elif terms.source(instance.metric) != (instance.policy, instance.policy_id, instance.schedule):
            instance.policy, instance.policy_id, instance.schedule = terms.source(instance.metric)
            self.touch(instance)

    def move(self, instance: WorkingInstance, activated_at: datetime) -> None:
        """Let an open instance have begun at another instant."""
        instance.activated_at = activated_at
        self.measure(instance)
        self.touch(instance)
        self.judge(instance)

    def judge(self, instance: WorkingInstance, *, retargeted: bool = False) -> None:
        """Breach an open instance whose deadline has just been put in the past; void a breach that no longer holds."""
        due = instance.due
        late = due is not None and due < self.now
        if late and not instance.breached:
            self.breach(instance, self.now)
        elif instance.breached and not late:
            self.unbreach(instance, relaxed=retargeted)

    def breach(self, instance: WorkingInstance, at: datetime) -> None:
        """Stamp the breach of an instance."""
        self.log(instance, LogType.BREACH, at)
        instance.breached, instance.breached_at = True, at

    def unbreach(self, instance: WorkingInstance, *, relaxed: bool = False) -> None:
        """Mark an instance's breach as superseded."""
        assert instance.breached_at is not None
        self.metric_events.append(MetricEvent(instance.breached_at, *instance.key, LogType.BREACH, superseded=True))
        instance.breached, instance.breached_at, instance.relaxed = False, None, instance.relaxed or relaxed
        self.touch(instance)

    def measure(self, instance: WorkingInstance) -> None:
        """Measure an instance's clock anew, from its activation with its pauses kept."""
        if instance.target is None:
            return
        target = timedelta(seconds=instance.target.seconds)
        instance.run = measure(instance.hours, instance.activated_at, target, instance.pauses)
        if instance.run.due is None and instance.stage is Stage.ACTIVE:
            self.problem(
                f"{instance.metric} {instance.number} got no deadline, because the schedule {instance.schedule!r} "
                "has too little open time ahead"
            )

    def _moved(self, instance: WorkingInstance, schedule: str | None) -> bool:
        """Tell whether the schedule that an instance's target is counted in is another one, or edited in this step."""
        return schedule != instance.schedule or schedule in self.measure_anew

    def _aim(self, instance: WorkingInstance) -> None:
        """Give an instance the target in force, if there is one; applying it is logged."""
        terms = self.terms_of(instance.metric)
        target = instance.target = terms.targets.get(instance.metric)
        instance.policy, instance.policy_id, instance.schedule = terms.source(instance.metric)
        if target:
            self.log(instance, LogType.APPLY_SLA, target_seconds=target.seconds)
            instance.hours = terms.hours if target.business_hours else CALENDAR
            self.measure(instance)

    def _lose_target(self, instance: WorkingInstance) -> None:
        """Cancel an instance that no policy gives a target any more; one already breached keeps target and breach."""
        if instance.breached:
            return
        self.log(instance, LogType.APPLY_SLA)
        self.cancel(instance)
        if instance.metric in REPLY_METRICS:
            self.first_reply_ended, self.waiting = True, ()
