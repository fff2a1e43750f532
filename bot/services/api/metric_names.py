"""What clocks are called in Zendesk's metric events."""

from sla.metrics import Metric

_NAMES = {
    Metric.FIRST_REPLY_TIME: "reply_time",
    Metric.NEXT_REPLY_TIME: "reply_time",
    Metric.TOTAL_RESOLUTION_TIME: "resolution_time",
}


def event_name(metric: str) -> str:
    """What the events of a metric are called."""
    return _NAMES.get(Metric(metric), metric)


def instance_number(metric: str, number: int) -> int:
    """Which instance of the event's metric it is: the first reply is 1, the nth next reply n + 1."""
    return number + 1 if metric == Metric.NEXT_REPLY_TIME else number
