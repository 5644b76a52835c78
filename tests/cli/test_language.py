"""The command line speaks the language that is asked for, that of the environment, or that of the programme."""

import os
import subprocess
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.cli.messages import LANGUAGE_VARIABLE, LOCALE_VARIABLES, environment_language
from tests.cli import processes
from tests.english import french_in

PROVED_FR = "aucune autre répartition permise ne fait mieux."
PROVED_EN = "Proved: no other assignment that the rules allow is better."


def run(*arguments: object, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    told = {
        name: value for name, value in os.environ.items() if name not in {LANGUAGE_VARIABLE, *LOCALE_VARIABLES}
    } | variables
    return processes.run(*arguments, folder=folder, variables=told)


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """Return a folder whose programme says that it is in English."""
    files = mm.examples.copy_to(tmp_path)
    text = files.programme.read_text("utf-8")
    files.programme.write_text(text.replace('language = "fr"', 'language = "en"', 1), "utf-8")
    return tmp_path


def test_help_is_in_the_language_of_the_environment_or_in_the_one_asked_for(tmp_path: Path) -> None:
    french = run("--help", folder=tmp_path).stdout
    told = [run("--help", folder=tmp_path, MENTORMATCH_LANGUAGE="en").stdout]
    told.append(run("--language", "en", "--help", folder=tmp_path).stdout)
    told.append(run("--language", "en", "match", "--help", folder=tmp_path, MENTORMATCH_LANGUAGE="fr").stdout)
    assert "Former des binômes" in french
    assert "Form mentor-mentee pairs" in told[0]
    assert "The workbook of pairs" in told[2]
    assert french_in(*told) == []


def test_the_programme_decides_where_nobody_asks_and_its_documents_too(english: Path) -> None:
    done = run("match", "reponses.csv", "-o", "out", folder=english)
    assert PROVED_EN in done.stderr
    assert '<html lang="en">' in (english / "out" / "binomes.html").read_text("utf-8")


def test_a_language_that_is_asked_for_goes_before_the_programme_s(english: Path) -> None:
    asked = run("--language", "fr", "match", "reponses.csv", "-o", "out", folder=english)
    assert PROVED_FR in asked.stderr
    assert '<html lang="fr">' in (english / "out" / "binomes.html").read_text("utf-8")
    around = run("match", "absent.csv", folder=english, MENTORMATCH_LANGUAGE="fr")
    assert around.stderr.startswith("Erreur\u00a0: ")


def test_an_error_is_told_in_the_language_of_the_programme(english: Path) -> None:
    done = run("match", "absent.csv", folder=english)
    assert (done.returncode, done.stderr.partition(" ")[0]) == (3, "Error:")


def test_a_language_that_is_not_known_is_an_error_of_usage(tmp_path: Path) -> None:
    for done in (
        run("--language", "xx", "--help", folder=tmp_path),
        run("new", "d", folder=tmp_path, MENTORMATCH_LANGUAGE="xx"),
    ):
        assert done.returncode == 2
        assert "attendu\u00a0: fr, en" in done.stderr


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, "fr"),
        ({"LANG": ""}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "fr"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_MESSAGES": "fr_BE@euro", "LANG": "en_GB"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
        ({"LANG": "en-GB"}, "en"),
        ({LANGUAGE_VARIABLE: "en", "LC_ALL": "fr_FR.UTF-8"}, "en"),
        ({LANGUAGE_VARIABLE: "xx", "LC_ALL": "en_GB.UTF-8"}, "en"),
    ],
)
def test_the_language_to_begin_with_is_that_of_the_environment(variables: dict[str, str], code: str) -> None:
    assert environment_language(variables) == code


def test_the_locale_decides_where_neither_an_option_nor_the_programme_does(tmp_path: Path) -> None:
    here = {"LANG": "en_GB.UTF-8"}
    assert "Form mentor-mentee pairs" in run("--help", folder=tmp_path, **here).stdout
    refused = run("verify", "x.decision.json", folder=tmp_path, **here)
    assert refused.stderr.startswith("Decision refused")
    assert "Décision refusée" in run("verify", "x.decision.json", "--language", "fr", folder=tmp_path, **here).stderr
    assert "There is no option --foo." in run("match", "--foo", folder=tmp_path, **here).stderr


def test_the_programme_goes_before_the_locale_and_an_option_before_both_on_either_side_of_the_command(
    tmp_path: Path,
) -> None:
    mm.examples.copy_to(tmp_path)
    here = {"LANG": "en_GB.UTF-8"}
    assert (
        "aucune autre répartition permise ne fait mieux."
        in run("match", "reponses.csv", folder=tmp_path, **here).stderr
    )
    for command in (("--language", "en", "match", "reponses.csv"), ("match", "reponses.csv", "--language", "en")):
        assert (
            "Proved: no other assignment that the rules allow is better."
            in run(*command, folder=tmp_path, LANG="fr_FR.UTF-8").stderr
        )


def test_a_programme_that_names_no_language_is_read_in_that_of_the_locale(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path)
    text = files.programme.read_text("utf-8")
    files.programme.write_text(text.replace('language = "fr"\n', "", 1), "utf-8")
    done = run("match", "reponses.csv", "-o", "out.html", folder=tmp_path, LANG="en_GB.UTF-8")
    assert PROVED_EN in done.stderr
    assert '<html lang="en">' in (tmp_path / "out.html").read_text("utf-8")
