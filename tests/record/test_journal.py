"""The log in words: every kind of line says what was done, and names no participant."""

from pathlib import Path
from typing import get_args

import pytest
from typer import Typer
from typer.testing import CliRunner

from mentormatch import language
from mentormatch.cli.verify import verify_command
from mentormatch.explanation.edits import EditKind
from mentormatch.record import log
from mentormatch.record.log import LogEntry, LogKind
from mentormatch.record.validation import validate
from tests.record.decisions import example

WHEN = "2026-11-28T10:32:05+01:00"
DIGEST = "1a2b3c4d" * 8


def entry(kind: LogKind, what: dict[str, str]) -> LogEntry:
    return LogEntry(kind=kind, what=what, who="Camille", when=WHEN, why="comité")


@pytest.mark.parametrize(
    ("kind", "what", "told"),
    [
        ("edit", {"edit": "pin", "mentor": "m3", "mentee": "e5"}, "Binôme imposé : m3 – e5"),
        ("edit", {"edit": "withdrawn", "mentee": "e5"}, "Départ de e5"),
        ("edit", {"edit": "capacity", "mentor": "m3", "places": "2"}, "Places de m3 : 2"),
        ("edit", {"edit": "{0.__class__}"}, "Changement à la main"),
        ("matching", {"decision": DIGEST}, "Binômes formés, décision 1a2b3c4d"),
        ("validation", {"decision": DIGEST}, "Décision 1a2b3c4d validée"),
        ("purge", {"files": "3"}, "Édition close, fichiers effacés : 3"),
        ("erasure", {}, "Une personne effacée, sous le pseudonyme "),
    ],
)
def test_a_line_says_in_words_what_was_done(kind: LogKind, what: dict[str, str], told: str) -> None:
    assert log.entry_in_words(entry(kind, what)) == told


def test_every_kind_of_line_and_of_edit_has_words() -> None:
    assert set(log.ENTRY_TEXTS) >= set(get_args(LogKind.__value__))
    assert set(log.EDIT_TEXTS) == set(get_args(EditKind.__value__))


def test_a_row_says_the_time_of_the_place_in_the_language_that_is_spoken() -> None:
    one = entry("validation", {"decision": DIGEST})
    (row,) = log.make_entry_rows([one])
    said = ("1", "28\u00a0novembre 2026 à 10\u00a0h\u00a032", "Camille", "Décision 1a2b3c4d validée", "comité")
    assert row == said
    with language("en"):
        (row,) = log.make_entry_rows([one])
        assert row[1] == "November\u00a028, 2026 at 10:32"
        assert row[3] == "Decision 1a2b3c4d validated"


def test_the_command_tells_the_log_where_it_is_asked_to(tmp_path: Path) -> None:
    example("quota").save(tmp_path, who="Dominique", why="essai")
    validate(tmp_path / "binomes.decision.json", who="Camille")
    app = Typer()
    app.command()(verify_command)
    done = CliRunner().invoke(app, [str(tmp_path / "binomes.decision.json"), "--journal"])
    *_, first, second = done.stderr.splitlines()
    assert first.startswith("1. Le ")
    assert first.endswith("(essai)")
    assert "Camille\u00a0: Décision " in second
