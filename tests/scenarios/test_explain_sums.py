"""Whatever happens in a day, what is said about a deadline adds up."""

from datetime import timedelta

from hypothesis import given, settings

from bot.services.tickets.explaining import reasons
from bot.services.tickets.stories import tell_story
from sla.explain import Kind
from tests.support.days import END, days, events_of, instant, rules_of, ticket_of


def all_reasons(day):
    story = tell_story("T1", ticket_of(day), rules_of(day), events_of(day), instant(END + 60))
    return [reasons(story, each) for each in story.history.instances if each.target is not None]


@settings(max_examples=60)
@given(days())
def test_the_time_counted_up_to_a_deadline_is_the_target(day):
    for of in all_reasons(day):
        if of.due_at is not None:
            assert of.explanation.total(Kind.COUNTED) == timedelta(seconds=of.instance.target.seconds)


@settings(max_examples=60)
@given(days())
def test_the_stretches_follow_one_another_without_gap_from_activation_to_the_deadline(day):
    for of in all_reasons(day):
        edges = [of.explanation.start]
        for part in of.explanation.segments:
            assert part.start == edges[-1]
            edges.append(part.end)
        assert (edges[0], edges[-1]) == (of.instance.activated_at, of.explanation.end)
        assert of.due_at in {None, of.explanation.end}


@settings(max_examples=60)
@given(days())
def test_what_was_used_is_what_was_counted_before_and_after_the_deadline(day):
    for of in all_reasons(day):
        if of.overdue is not None:
            counted = of.explanation.total(Kind.COUNTED) + of.overdue.total(Kind.COUNTED)
            assert of.used == counted
        elif of.due_at is None:
            assert of.used == of.explanation.total(Kind.COUNTED)


@settings(max_examples=60)
@given(days())
def test_the_log_begins_with_the_activation_and_tells_what_brought_it_about(day):
    for of in all_reasons(day):
        assert of.log[0].logged.type == "activate"
        assert of.log[0].because
