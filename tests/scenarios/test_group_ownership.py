"""Group ownership: how long each group keeps a ticket, by group policies beside the plain ones."""

from tests.support.timelines import agent, created, customer, group, policy, priority, status, tell

OWNS = "group_ownership_time"
ENGINEERING = policy("OLA", when=[("group", "is", "engineering")], group_ownership_time=480)
ANY_GROUP = policy("Any", group_ownership_time=60)


def test_every_assignment_starts_an_instance_and_ends_the_one_before():
    told = tell(
        created("09:00"), group("10:00", "engineering"), group("10:30", "support"), group("13:00", "engineering"),
        status("15:00", "solved"), group_policies=[ANY_GROUP],
    )  # fmt: skip

    assert told.shown(OWNS, 1, "activated_at", "fulfilled_at", "outcome") == {
        "activated_at": "10:00",
        "fulfilled_at": "10:30",
        "outcome": "met",
    }
    assert told.shown(OWNS, 2, "breached_at", "outcome") == {"breached_at": "11:30", "outcome": "missed"}
    assert told.shown(OWNS, 3, "fulfilled_at", "outcome") == {"fulfilled_at": "15:00", "outcome": "missed"}


def test_instances_count_also_where_the_group_has_no_target():
    told = tell(
        created("09:00"), group("10:00", "engineering"), group("12:00", "support"), group("13:00", "engineering"),
        group_policies=[ENGINEERING],
    )  # fmt: skip

    assert told.numbers(OWNS) == [1, 3]
    assert told.log(OWNS)[3:5] == ["12:00 activate 2", "13:00 fulfill 2"]


def test_a_ticket_created_in_a_group_is_owned_from_its_creation():
    told = tell(created("09:00"), until="09:30", ticket={"group": "engineering"}, group_policies=[ENGINEERING])

    assert told.clock(OWNS)["breach_at"] == "17:00"
    assert told["group_policy"] == "OLA"


def test_assigning_the_same_group_again_changes_nothing():
    told = tell(
        created("09:00"), group("10:00", "engineering"), group("11:00", "engineering"), group_policies=[ENGINEERING]
    )

    assert told.shown(OWNS, 1, "activated_at", "stage") == {"activated_at": "10:00", "stage": "active"}


def test_assigning_no_group_fulfils():
    told = tell(created("09:00"), group("10:00", "engineering"), group("11:00", None), group_policies=[ENGINEERING])

    assert told.clock(OWNS)["fulfilled_at"] == "11:00"
    assert told["group_policy"] is None


def test_a_reply_or_a_pause_does_not_touch_ownership():
    told = tell(
        created("09:00"), group("10:00", "engineering"), agent("10:10"), status("10:20", "pending"), until="12:00",
        group_policies=[ENGINEERING],
    )  # fmt: skip

    assert told.shown(OWNS, 1, "stage", "minutes") == {"stage": "active", "minutes": 120}


def test_reopening_starts_a_new_ownership():
    told = tell(
        created("09:00"), group("10:00", "engineering"), status("11:00", "solved"), customer("13:00"), until="14:00",
        group_policies=[ENGINEERING],
    )  # fmt: skip

    assert told.clock(OWNS, 1)["fulfilled_at"] == "11:00"
    assert told.shown(OWNS, 2, "activated_at", "breach_at") == {"activated_at": "13:00", "breach_at": "21:00"}


def test_reopening_a_ticket_of_no_group_starts_none():
    told = tell(created("09:00"), status("11:00", "solved"), customer("13:00"), group_policies=[ANY_GROUP])

    assert told.log(OWNS) == []


def test_a_group_assigned_while_solved_owns_from_the_reopening_on():
    told = tell(
        created("09:00"), status("10:00", "solved"), group("11:00", "engineering"), status("12:00", "open"),
        group_policies=[ENGINEERING],
    )  # fmt: skip

    assert told.shown(OWNS, 1, "activated_at") == {"activated_at": "12:00"}


def test_a_group_policy_applies_beside_a_plain_one():
    told = tell(
        created("09:00"), group("10:00", "engineering"), until="10:30",
        policies=[policy("P", first_reply_time=120)], group_policies=[ENGINEERING],
    )  # fmt: skip

    assert (told["policy"], told["group_policy"]) == ("P", "OLA")
    assert told.clock("first_reply_time")["breach_at"] == "11:00"
    assert told.clock(OWNS)["breach_at"] == "18:00"


def test_ownership_follows_the_priority_of_the_ticket():
    told = tell(
        created("09:00"), group("10:00", "engineering"), priority("10:30", "urgent"), until="11:00",
        group_policies=[policy("OLA", group_ownership_time={"normal": 480, "urgent": 240})],
    )  # fmt: skip

    assert told.clock(OWNS)["breach_at"] == "14:00"
