"""What tests of markets that are never held share."""

import pytest

from mentormatch.scale import engine


@pytest.fixture(params=["compiled", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the engine work with, and without, compiled code."""
    if request.param == "plain":
        monkeypatch.setattr(engine, "find_spec", lambda _: None)
    return str(request.param)
