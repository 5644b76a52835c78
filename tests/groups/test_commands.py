"""The commands topics, dates and turns: documents, one JSON object, the codes of the contract, and no wish told."""

import json
from pathlib import Path

import pytest
from icalendar import Calendar

from mentormatch import examples
from tests.faces.test_command_line import run


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("groupe")
    examples.copy_to(folder, "groupe-de-travail")
    return folder


@pytest.mark.parametrize(("command", "many"), [("topics", 4), ("dates", 4), ("turns", 22)])
def test_a_command_writes_documents_and_one_json_object(started: Path, command: str, many: int) -> None:
    calendars = [] if command == "topics" else ["-o", f"{command}.ics"]
    done = run(command, "reponses.csv", "-o", f"{command}.json", *calendars, "--json", folder=started)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kind"], told["status"], len(told[command])) == (command, "proved", many)
    assert json.loads((started / f"{command}.json").read_text("utf-8")) == told
    assert "C'est démontré" in done.stderr
    assert f"Écrit : {command}.json" in done.stderr
    assert "Fonds européens" not in done.stdout + done.stderr
    for path in started.glob(f"{command}.ics"):
        assert len(Calendar.from_ical(path.read_bytes()).walk("VEVENT")) == 4


def test_the_team_may_be_told_who_asked_for_what(started: Path) -> None:
    done = run("topics", "reponses.csv", "--number", "2", "--staff", "--json", folder=started)
    told = json.loads(done.stdout)
    assert len(told["topics"]) == 2
    assert "Fonds européens" in {topic for one in told["requests"] for topic in one["asked"]}


def test_what_cannot_be_ends_with_its_code_and_says_what_would_do(started: Path) -> None:
    done = run("dates", "reponses.csv", "--number", "9", folder=started)
    assert done.returncode == 4
    assert done.stdout == "Séance\tDate\tPrésents\n"
    assert "Il suffirait de s'en tenir à" in done.stderr


def test_turns_of_some_members_are_theirs_alone(started: Path) -> None:
    done = run("turns", "reponses.csv", "--member", "A01", "--member", "A02", folder=started)
    assert {line.split("\t")[1] for line in done.stdout.splitlines()[1:]} == {"A01", "A02"}


def test_a_programme_without_sessions_is_bad_data_in_the_language_asked_for(tmp_path: Path) -> None:
    examples.copy_to(tmp_path)
    done = run("--language", "en", "topics", "reponses.csv", folder=tmp_path)
    assert done.returncode == 3
    assert "add a section [sessions]" in done.stderr
