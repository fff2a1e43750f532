"""docs/zendesk-compatibility.md names every route, and none that is not there."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bot.http.zendesk.app import build_api
from bot.http.zendesk.documents import document

PAGE = Path(__file__).parents[2] / "docs" / "zendesk-compatibility.md"
_ROW = re.compile(r"^\| `(/[^`]+)` \| ([A-Z ]+) \|$", re.MULTILINE)


def test_the_page_names_every_route_with_its_methods():
    described = {path: set(methods.split()) for path, methods in _ROW.findall(PAGE.read_text(encoding="utf-8"))}
    found = document(build_api(cast("Any", SimpleNamespace(requests_per_minute=1))))["paths"]
    assert described == {path: {method.upper() for method in methods} for path, methods in found.items()}
