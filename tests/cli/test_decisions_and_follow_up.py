"""What comes after the pairs, on the command line: decisions read back, what is handed out, the year."""

import json
from pathlib import Path

import pytest

import mentormatch as mm
from tests.cli.processes import run
from tests.report.reviewed.edits import line_of, with_cells


@pytest.fixture
def started(tmp_path: Path) -> Path:
    mm.examples.copy_to(tmp_path)
    mm.examples.copy_waves_to(tmp_path)
    return tmp_path


def test_the_decisions_of_a_workbook_are_kept_and_written_in_the_log(started: Path) -> None:
    assert run("match", "reponses.csv", "-o", "b", "--who", "Camille", folder=started).returncode == 0
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    pair = (matching.pairs[0].mentor, matching.pairs[0].mentee)
    book = started / "b" / "binomes.xlsx"
    book.write_bytes(with_cells(book.read_bytes(), {f"F{line_of(matching, *pair)}": "Refusé"}))
    command = ("match", "reponses.csv", "--decisions", book, "-o", "c", "--who", "Camille", "--json")
    done = run(*command, folder=started)
    assert done.returncode == 0, done.stderr
    assert "Décisions reprises\u00a0: 1\xa0binôme écarté." in done.stderr
    assert pair not in {(one["mentor"], one["mentee"]) for one in json.loads(done.stdout)["pairs"]}
    assert '"edit": "ban"' in (started / "c" / "binomes.journal.jsonl").read_text("utf-8").replace('":"', '": "')


def test_decisions_that_cannot_be_kept_end_with_the_code_of_bad_data(started: Path) -> None:
    done = run("match", "reponses.csv", "--decisions", "reponses.csv", folder=started)
    assert done.returncode == 3
    assert "Repères" in done.stderr


def test_handouts_are_written_and_what_partners_read_is_told(started: Path) -> None:
    done = run("handouts", "reponses.csv", "-o", "documents", folder=started)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (started / "documents").iterdir()}
    assert names == {"fiches", "fiches.html", "publipostage.csv", "publipostage.xlsx", "manifeste.json"}
    assert len(list((started / "documents" / "fiches").iterdir())) == 32
    assert "Nom et prénom et Courriel" in done.stderr


def test_a_sheet_per_person_is_counted_and_the_decision_of_a_folder_is_taken(started: Path) -> None:
    assert run("match", "reponses.csv", "-o", "out", folder=started).returncode == 0
    done = run("handouts", "reponses.csv", "--decision", "out", "-o", "fiches", folder=started)
    assert done.returncode == 0, done.stderr
    count = len(list((started / "fiches" / "fiches").iterdir()))
    assert f"{count}\xa0fiches" in done.stderr


def test_the_year_is_read_from_its_waves(started: Path) -> None:
    waves = ("--wave", "1=suivi-1-mois.csv", "--wave", "3=suivi-3-mois.csv")
    done = run("follow-up", "reponses.csv", *waves, "--json", folder=started)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((started / "suivi" / "suivi.json").read_text("utf-8"))
    assert "1\xa0ne se voit plus" in done.stderr


@pytest.mark.parametrize("waves", [["suivi.csv"], ["1=a.csv", "1=b.csv"]])
def test_a_wave_without_its_month_or_twice_the_same_is_an_error_of_usage(started: Path, waves: list[str]) -> None:
    arguments = [part for wave in waves for part in ("--wave", wave)]
    assert run("follow-up", "reponses.csv", *arguments, folder=started).returncode == 2
