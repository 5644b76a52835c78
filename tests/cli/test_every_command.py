"""Laws over all commands: JSON, help, quiet, exit codes, and where nothing may be written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mentormatch.cli.commands import app
from mentormatch.languages.translation import LANGUAGES
from tests.cli.commands import CASES, NAMES, Edition, built, done
from tests.english import french_in

TYPER = re.compile(r"Usage|Options:|Arguments:|Commands:|Show this|\[default|\[required|env var|<\w+>|Error:|Try ")
"""What Typer would say in English of itself."""

SENTENCE = re.compile(r"[A-ZÀÉ].*\.")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


@pytest.fixture
def edition(made: Edition, tmp_path: Path) -> Edition:
    return made.copied(tmp_path / "edition")


def test_every_command_is_tried_here_but_the_one_that_does_not_end() -> None:
    assert {*CASES, "serve"} == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_whoever_says_the_tool_may_say_the_encoding(name: str) -> None:
    command: Any = built(app)
    context = command.make_context("mentormatch", [name])
    options = {option for one in command.get_command(context, name).params for option in one.opts}
    assert ("--tool" in options) == ("--encoding" in options)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_and_argument_says_what_it_takes_and_what_for(name: str) -> None:
    command: Any = built(app)
    context = command.make_context("mentormatch", [name])
    for one in command.get_command(context, name).params:
        assert one.help
        assert one.metavar or one.is_flag


@pytest.mark.parametrize("name", CASES)
def test_a_command_succeeds_as_one_json_object_in_silence_and_leaves_nothing_where_it_stands(
    name: str, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    ended = done(*edition.words(CASES[name]), "--json", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert told["schema_version"] == (2 if name in ("verify", "prove") else 1)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_is_a_sentence_and_its_options_in_french_or_english_as_a_whole(name: str) -> None:
    french, english = (done("--language", code, name, "--help") for code in ("fr", "en"))
    assert (french.code, french.err, english.code, english.err) == (0, "", 0, "")
    assert TYPER.search(french.out) is None
    assert french_in(re.sub(r"--\S+|\S+\.csv", "", english.out)) == []
    assert all(SENTENCE.fullmatch(" ".join(told.out.split("\n\n")[1].split())) for told in (french, english))
    assert "--json" in french.out
    assert "--quiet" in french.out


def test_the_help_of_the_whole_is_french_or_english_as_a_whole() -> None:
    french, english = (done("--language", code, "--help") for code in ("fr", "en"))
    assert TYPER.search(french.out) is None
    assert french_in(english.out) == []
    assert [name for name in NAMES if f"  {name} " not in french.out] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_the_whole_has_few_headings_and_a_whole_line_for_each_command(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    *_, commands = done("--language", language, "--help").out.partition("--help")
    _, *headings = re.split(r"\n\n(?=\S)", commands)
    assert 5 <= len(headings) <= 7
    lines = [line for heading in headings for line in heading.splitlines()[1:]]
    assert [line.split()[0] for line in lines] == NAMES
    assert [line for line in lines if len(line) > 80 or line.endswith("…")] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_does_not_exist_ends_with_2_in_words_and_as_json(name: str) -> None:
    ended = done(name, "--inconnue")
    assert (ended.code, ended.out) == (2, "")
    assert "L’option --inconnue n’existe pas." in ended.err
    assert TYPER.search(ended.err) is None
    ended = done("--language", "en", name, "--json", "--unknown", "--quiet")
    assert ended.code == 2
    assert json.loads(ended.out)["error"]["code"] == "usage"
    assert "There is no option --unknown." in ended.err
    assert french_in(re.sub(r"(?s)Usage.*?\n\n", "", ended.err)) == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "{answers}" in case and name != "purge"])
def test_answers_that_are_not_there_end_with_3_and_say_where_also_to_programs(name: str, edition: Edition) -> None:
    command = CASES[name].replace("{answers}", "nulle-part.csv")
    ended = done(*edition.words(command), "--json", "--quiet")
    assert ended.code == 3
    told = json.loads(ended.out)
    assert told["schema_version"] == (2 if name in ("verify", "prove") else 1)
    assert told["error"]["code"] == "survey"
    assert told["error"]["problems"] == [
        {"where": "fichier", "found": "introuvable", "expected": "", "advice": "vérifiez son nom et son dossier"}
    ]
    assert "nulle-part.csv" in told["error"]["message"]
    assert ended.err.startswith("Erreur\u00a0: ")
