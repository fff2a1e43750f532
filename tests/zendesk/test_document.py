"""The OpenAPI document is true: whatever it allows is answered as it says, and never with a 500."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.http.zendesk.app import build_api
from bot.http.zendesk.documents import document
from store import migrations
from tests.support.served import Served, served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = document(build_api(cast("Any", SimpleNamespace(requests_per_minute=1))))
OPERATIONS = sorted(f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods)


@pytest.fixture(scope="module")
def desk_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("served") / "served.db"
    migrations.upgrade(f"sqlite:///{path}")
    with served(f"sqlite:///{path}") as here:
        yield here


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.label: operation for operation in found}


def test_the_document_that_is_served_is_this_one(desk_served: Served):
    answer = requests.get(f"{desk_served.address}/api/v2/openapi.json", timeout=100)
    assert answer.json() == DOCUMENT
    assert DOCUMENT["servers"] == [{"url": "/api/v2"}]


@pytest.mark.parametrize("label", OPERATIONS)
def test_fifty_requests_that_the_document_allows_are_answered_as_it_says(
    desk_served: Served, operations: dict[str, Any], label: str
):
    operation = operations[label]
    headers = {"Authorization": f"Bearer {desk_served.admin}"}

    @settings(
        max_examples=50,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=f"{desk_served.address}/api/v2", headers=headers, checks=CHECKS, timeout=100)

    ask()
