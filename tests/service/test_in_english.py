"""The command speaks English where that is asked for."""

import pytest

from mentormatch import language
from mentormatch.cli.serve import announce, make_listen_error
from tests.english import french_in


def test_all_that_is_said_at_the_start_is_said_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    with language("en"):
        announce("0.0.0.0", 8000, "a-token")
        refusal = str(make_listen_error("127.0.0.1", 8000, "Address already in use"))
    said = capsys.readouterr().err
    assert "Open http://0.0.0.0:8000/#token=a-token" in said
    assert french_in(*said.splitlines(), *refusal.splitlines()) == []
