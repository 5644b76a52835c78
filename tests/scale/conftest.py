"""Tests of large problems run with and without compiled code; a fast run tries each case in one of both ways."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import DEEP
from tests.doors import substitute

HERE = Path(__file__).parent
WAYS = ("compiled", "plain")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the engine work with, and without, compiled code."""
    if request.param == "plain":
        substitute(monkeypatch, "scale", find_spec=lambda _: None)
    return str(request.param)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave one of both ways of each case to the proof, by turns."""
    seen, later = Counter[tuple[str, str]](), list[pytest.Item]()
    for item in items:
        chosen = item.callspec.params.get("way") if hasattr(item, "callspec") and HERE in item.path.parents else None
        if chosen in WAYS and not DEEP:
            # The cases of a test come in the same order for either way: even ones compiled, odd ones plain
            key = item.nodeid.partition("[")[0], chosen
            if seen[key] % 2 != WAYS.index(chosen):
                later.append(item)
            seen[key] += 1
    if later:
        config.hook.pytest_deselected(items=later)
        left = set(later)
        items[:] = [item for item in items if item not in left]
