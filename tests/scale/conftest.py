"""What tests of markets that are never held share."""

import pytest

from mentormatch.assignment.engines import wide


@pytest.fixture(params=["compiled", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the engine work with, and without, compiled code."""
    if request.param == "plain":
        monkeypatch.setattr(wide, "find_spec", lambda _: None)
    return str(request.param)
