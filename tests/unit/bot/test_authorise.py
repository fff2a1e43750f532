"""Who may do what, as a table."""

import pytest

from bot.services.requests.authorise import Action, Rank, Standing, may

TEAM = (
    *("read_tickets", "open_ticket", "assign", "set_status", "set_priority", "no_reply_needed", "not_a_ticket"),
    *("exempt", "merge", "split", "note", "snooze", "be_away", "update_ticket"),
)


def allowed(standing: Standing, *, shared: bool) -> set[str]:
    return {str(action) for action in Action if may(standing, action, shared=shared)}


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("rank", "actions"),
    [
        (Rank.ADMIN, {*TEAM, "configure"}),
        (Rank.AGENT, {*TEAM}),
        (Rank.VIEWER, {"read_tickets"}),
        (Rank.CUSTOMER, set()),
        (Rank.APP, set()),
    ],
)
def test_what_somebody_may_do_follows_from_what_they_are(rank: Rank, actions: set[str], shared: bool):
    assert allowed(Standing(rank=rank), shared=shared) == actions


def test_a_colleague_is_of_the_team_only_where_another_company_is_answered():
    colleague = Standing(rank=Rank.CUSTOMER, at_home=True)
    assert allowed(colleague, shared=True) == {*TEAM}
    assert allowed(colleague, shared=False) == set()


@pytest.mark.parametrize("rank", [Rank.VIEWER, Rank.APP])
def test_being_at_home_gives_nothing_more_to_whoever_is_something_else(rank: Rank):
    standing = Standing(rank=rank, at_home=True)
    assert allowed(standing, shared=True) == allowed(Standing(rank=rank), shared=False)
