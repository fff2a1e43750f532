"""What the rounds of several calls add up to."""

from tests.faults.results import Results, table
from tests.faults.rounds import Round


def a_round(database: str = "sqlite", *, broken: tuple[str, ...] = (), **phases: int) -> Round:
    return Round(
        database=database,
        way_in="http",
        replicas=1,
        seed=7,
        phases=phases,
        messages=100,
        commit="abc1234",
        broken=list(broken),
    )


def test_the_rounds_of_several_calls_add_up(tmp_path):
    Results(tmp_path / "kept").add(a_round(send=3, tick=2))
    Results(tmp_path / "kept").add(a_round(send=1))
    Results(tmp_path / "kept").add(a_round("postgresql", ingest=4))
    sums = Results(tmp_path / "kept").sums()
    assert sums["sqlite"].phases == {"send": 4, "tick": 2}
    assert (sums["sqlite"].rounds, sums["sqlite"].kills, sums["sqlite"].messages) == (2, 6, 200)
    assert sums["postgresql"].kills == 4


def test_a_thousand_kills_are_not_enough_while_a_phase_was_hit_too_seldom(tmp_path):
    results = Results(tmp_path)
    results.add(a_round(ingest=600, tick=100, send=100, backfill=101, reconcile=99))
    assert not results.sums()["sqlite"].is_enough()
    results.add(a_round(reconcile=1))
    assert results.sums()["sqlite"].is_enough()


def test_a_broken_promise_is_counted_and_named_with_its_seed_and_its_commit(tmp_path):
    results = Results(tmp_path)
    results.add(a_round(send=40, broken=("doubled: 2 posts with the key 1f",)))
    lines = table(results.sums()).splitlines()
    assert "   doubled          1          0" in lines
    assert "      lost          0          0" in lines
    assert lines[-1] == "sqlite: seed 7 at abc1234: doubled: 2 posts with the key 1f"
