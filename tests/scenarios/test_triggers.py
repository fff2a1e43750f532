"""Triggers: what is done to a ticket on the first update where a filter holds, once."""

from tests.support.timelines import agent, conditions, created, customer, event, policy, priority, tell


def trigger(*when, **sets):
    return {"when": conditions(*when), "set": sets}


DOWN = trigger(("text", "includes", "down"), priority="urgent")


def test_a_trigger_reads_the_opening_message_whatever_its_case():
    told = tell(created("09:00", text="Production is DOWN"), triggers=[DOWN])

    assert told["priority"] == "urgent"


def test_a_trigger_reads_later_messages_too_and_the_target_follows():
    told = tell(
        created("09:00", text="hello"), customer("09:30", text="all down"), until="09:40", triggers=[DOWN],
        policies=[policy(first_reply_time={"normal": 240, "urgent": 60})],
    )  # fmt: skip

    assert told.clock("first_reply_time")["breach_at"] == "10:00"


def test_a_trigger_never_overrides_a_later_decision_by_a_person():
    told = tell(
        created("09:00", text="down"), priority("09:10", "low"), customer("09:20", text="still down"), triggers=[DOWN]
    )

    assert told["priority"] == "low"


def test_triggers_run_in_order_and_see_what_earlier_ones_set():
    told = tell(
        created("09:00", text="down"),
        triggers=[
            trigger(("priority", "is", "urgent"), tags=["early"]), DOWN,
            trigger(("priority", "is", "urgent"), tags=["late"]),
        ],
        policies=[
            policy("Early", when=[("tags", "includes", "early")]), policy("Late", when=[("tags", "includes", "late")]),
        ],
    )  # fmt: skip

    assert told["policy"] == "Late"


def test_a_trigger_that_missed_its_chance_fires_on_the_next_update_where_it_holds():
    told = tell(
        created("09:00", text="down"), agent("09:10"),
        triggers=[trigger(("priority", "is", "urgent"), tags=["early"]), DOWN],
        policies=[policy("Early", when=[("tags", "includes", "early")])],
    )  # fmt: skip

    assert told["policy"] == "Early"


def test_a_trigger_can_test_the_status():
    told = tell(
        created("09:00"), event("09:10", "status", to="pending"),
        triggers=[trigger(("status", "is", "pending"), priority="low")],
    )  # fmt: skip

    assert told["priority"] == "low"


def test_a_trigger_can_set_everything_it_may_set():
    told = tell(
        created("09:00", text="down"), until="09:10", ticket={"tags": ["old"]},
        triggers=[
            trigger(
                ("text", "includes", "down"), priority="high", tags=["new"], group="red", ticket_type="incident",
                customer="acme", schedule="office",
            )
        ],
        policies=[
            policy(
                when=[
                    ("tags", "is", ["old", "new"]), ("group", "is", "red"), ("ticket_type", "is", "incident"),
                    ("customer", "is", "acme"),
                ],
                first_reply_time={"high": 600}, business=True,
            )
        ],
        group_policies=[policy("OLA", group_ownership_time={"high": 60})],
    )  # fmt: skip

    assert told.clock("first_reply_time")["breach_at"] == "16 11:00"
    assert told.clock("group_ownership_time")["activated_at"] == "09:00"


def test_the_default_priority_comes_after_the_triggers():
    told = tell(
        created("09:00"), ticket={"priority": None}, triggers=[trigger(("priority", "not_present"), priority="high")]
    )

    assert told["priority"] == "high"


def test_no_text_is_read_where_nothing_was_written():
    told = tell(
        created("09:00", text="down"), priority("09:10", "low"),
        triggers=[trigger(("text", "not_present"), tags=["silent"])],
        policies=[policy("Silent", when=[("tags", "includes", "silent")])],
    )  # fmt: skip

    assert told["policy"] == "Silent"


def test_the_opening_text_is_not_forgotten_halfway_through_the_creation():
    told = tell(
        created("09:00", text="down"), triggers=[trigger(("text", "not_present"), tags=["silent"])],
        policies=[policy("Silent", when=[("tags", "includes", "silent")])],
    )  # fmt: skip

    assert told["policy"] is None


def test_a_trigger_reads_what_a_message_meant_when_its_words_are_gone():
    told = tell(created("09:00", text="", meant="down"), customer("09:30", text="", meant="hello"), triggers=[DOWN])

    assert told["priority"] == "urgent"
