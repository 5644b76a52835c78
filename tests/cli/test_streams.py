"""What the command line does with the streams that it is given: closed, full, piped, or a file to read from."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.contract.operation import operations_by_kind
from mentormatch.record.decision import save_decision
from mentormatch.record.log import append
from mentormatch.record.verify import entry_of
from tests.cli.commands import Edition, done
from tests.conftest import some_of

COMMAND = f'"{sys.executable}" -m mentormatch'


def shell(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    told = os.environ | variables
    command = ["bash", "-c", script.replace("mentormatch ", f"{COMMAND} ")]
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False, errors="replace")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


@pytest.mark.parametrize("command", ["match reponses.csv --json --quiet", "--help"])
def test_a_reader_that_stops_reading_ends_it_quietly_as_it_ends_any_program(edition: Edition, command: str) -> None:
    ended = shell(f"mentormatch {command} | true; echo ${{PIPESTATUS[0]}}", edition.folder)
    assert (ended.stdout, ended.stderr) == ("141\n", "")


@pytest.mark.proof
def test_without_a_standard_output_a_file_that_is_written_does_not_take_its_place(edition: Edition) -> None:
    ended = shell("mentormatch match reponses.csv -o b.csv --json --quiet >&- <&-; echo $? >&2", edition.folder)
    assert ended.stderr == "0\n"
    assert (edition.folder / "b.csv").read_bytes() == (edition.folder / "out" / "binomes.csv").read_bytes()


@pytest.mark.parametrize("option", some_of(["", "--json"]))
def test_an_output_that_is_full_is_an_error_in_words(edition: Edition, option: str) -> None:
    ended = shell(f"mentormatch match reponses.csv --quiet {option} >/dev/full; echo $?", edition.folder)
    assert ended.stdout == "1\n"
    assert ended.stderr == "Erreur\u00a0: La sortie ne peut pas être écrite (plus de place sur le disque)\n"


def test_json_is_utf_8_and_text_is_written_whatever_the_terminal_takes(edition: Edition) -> None:
    ended = shell("mentormatch alternatives reponses.csv E05 -n 1", edition.folder, PYTHONIOENCODING="latin-1:strict")
    assert (ended.returncode, ended.stderr.count("Traceback")) == (0, 0)
    assert "M02 (E11 et E14 ? E14 et E17)" in ended.stdout
    told = shell("mentormatch match reponses.csv -q --json", edition.folder, PYTHONIOENCODING="ascii").stdout
    assert "Trop peu de réponses" in {one["reason"].partition(" pour")[0] for one in json.loads(told)["unmatched"]}


def test_nothing_is_coloured_whatever_is_asked(edition: Edition) -> None:
    for variables in ({"FORCE_COLOR": "1", "TERM": "xterm-256color"}, {"NO_COLOR": "1"}):
        ended = shell("mentormatch match absent.csv; mentormatch --help", edition.folder, **variables)
        assert "\x1b" not in ended.stdout + ended.stderr


def test_answers_on_standard_input_are_those_of_the_file(edition: Edition) -> None:
    answers = (edition.folder / "reponses.csv").read_bytes()
    programme = edition.folder / "programme.toml"
    piped = done("match", "-", "-p", programme, "--json", "-q", given=answers)
    read = done("match", edition.folder / "reponses.csv", "-p", programme, "--json", "-q")
    assert (piped.code, piped.err) == (0, "")
    one, other = json.loads(piped.out), json.loads(read.out)
    assert one["pairs"] == other["pairs"]
    assert {row["source"] for row in one["rejected"]} == {"entrée standard"}


@pytest.mark.parametrize("command", ["match - -p {p}", "evaluate {a} - -p {p}", "repair {a} - -p {p}"])
def test_nothing_on_standard_input_is_told_as_an_empty_file(edition: Edition, command: str) -> None:
    words = command.format(a=edition.folder / "reponses.csv", p=edition.folder / "programme.toml").split()
    ended = done(*words, given=b"")
    assert ended.code == 3
    assert "«\u00a0entrée standard\u00a0»" in ended.err
    assert "vide" in ended.err


def test_a_decision_on_standard_input_is_verified_with_its_log(tmp_path: Path) -> None:
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    folder = tmp_path / "out"
    path = save_decision(matching, folder)
    append(folder / "binomes.journal.jsonl", entry_of(path, who="Camille"))
    told = done("verify", "-", "--log", folder / "binomes.journal.jsonl", "--json", given=path.read_bytes())
    assert (told.code, json.loads(told.out)["log"]["lines"]) == (0, 1)
    assert told.err.startswith("Décision vérifiée\N{NO-BREAK SPACE}: les règles")
    refused = done("verify", "-", "-q", given=b"{}")
    assert (refused.code, refused.out) == (3, "")
    assert "Décision refusée" in refused.err


def test_a_programme_may_come_through_a_pipe(edition: Edition) -> None:
    ended = shell("mentormatch match reponses.csv -p <(cat programme.toml) --json --quiet", edition.folder)
    assert (json.loads(ended.stdout)["status"], ended.stderr) == ("proved", "")


@pytest.mark.parametrize("kind", operations_by_kind())
def test_every_operation_of_the_contract_is_asked_for_by_its_request_on_standard_input(kind: str) -> None:
    request = operations_by_kind()[kind].example()
    told = done("ask", kind, given=json.dumps(request).encode())
    assert told.err == ""
    assert told.code == {"diagnose": 4}.get(kind, 0)
    assert operations_by_kind()[kind].response_type.model_validate_json(told.out).to_json() == told.out


def test_a_request_is_answered_in_the_language_it_asks_for_or_that_of_its_programme() -> None:
    request = operations_by_kind()["diagnose"].example()
    programme = request["programme"]
    english = programme | {"programme": programme["programme"] | {"language": "en"}}
    for sent, options, said in (
        (request, [], "Aucune répartition"),
        (request, ["--language", "en"], "No assignment"),
        (request | {"programme": english}, [], "No assignment"),
        (request | {"programme": english}, ["--language", "fr"], "Aucune répartition"),
        (request | {"language": "en"}, ["--language", "fr"], "No assignment"),
    ):
        told = json.loads(done("ask", "diagnose", *options, given=json.dumps(sent).encode()).out)
        assert told["diagnosis"]["sentences"][0].startswith(said)


@pytest.mark.parametrize("options", [[], ["--language", "fr"]])
def test_a_request_that_is_refused_is_so_in_the_language_it_asks_for_from_the_first_word(options: list[str]) -> None:
    sent = operations_by_kind()["why-not"].example() | {"mentor": "M99", "language": "en"}
    assert done("ask", "why-not", *options, given=json.dumps(sent).encode()).err.startswith("Error: Unknown person")


def test_a_request_that_does_not_fit_ends_with_3_and_its_problems_as_json() -> None:
    told = done("ask", "match", "--json", given=b'{"programme": {}, "rows": 3}')
    assert told.code == 3
    error = json.loads(told.out)["error"]
    assert error["code"] == "request"
    assert [problem["where"] for problem in error["problems"]] == ["$.rows"]
