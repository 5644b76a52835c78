"""Canaries planted in every field of the answers are in no log, no error, no temporary file and no saved notebook."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame

from mentormatch import examples
from mentormatch.survey.table_reader import read_table
from tests.conftest import ROOT
from tests.gate.test_notebooks import NOTEBOOKS, alone

pytestmark = pytest.mark.promise(27)

CANARY = "canari"
KEPT = ("Code participant", "Vous participez en tant que", "J'ai lu la notice d'information sur mes données")
OPEN = ("Nom", "Courriel", "Téléphone", "Types", "Langues", "Structures", "Personnes", "Profils", "Un élément", "Date")
SHOWN = (
    "lecture.cohort",
    "lecture.cohort.mentors",
    "lecture.cohort.mentors.person(0)",
    "mm.read_contacts(lecture.programme, fichiers.answers)",
    "mm.intake(lecture.programme, fichiers.answers)",
    "binomes.frames.pairs",
    "binomes.diagnosis, binomes.certificate",
)
EXAMPLE, THEIRS = (json.dumps(f'mm.open_files("{name}"')[1:-1] for name in ("exemple", "mon-programme"))
"""Where the notebooks take their files from, as a notebook spells it: in a folder that they write, and in ours."""
WRONG = "mm.read_survey(lecture.programme, 'mon-programme/faux-double.csv')"


def planted_in(header: str, cell: str, line: int) -> str:
    """Return a cell with a canary in it; of answers that are one option only some rows, so that pairs can be formed."""
    several = header.startswith(OPEN) or line % 5 == 0
    return cell if header in KEPT or not several else f"{cell};{CANARY} {line}@x.fr"


def planted(folder: Path) -> Path:
    """Write the example into a folder, a canary in every cell that may hold one, and files that cannot be taken."""
    files = examples.copy_to(folder)
    table = read_table(files.answers)
    rows = [
        [planted_in(*cell, row.line) for cell in zip(table.header, row.cells, strict=True)] for row in table.records
    ]
    frame = DataFrame(rows, columns=list(table.header), dtype=object)
    frame.to_csv(files.answers, sep=";", index=False)
    frame.to_excel(folder / "reponses.xlsx", index=False, engine="xlsxwriter")
    wrong = {
        "double": frame.assign(**{KEPT[0]: CANARY}),
        "role": frame.assign(**{KEPT[1]: CANARY}),
        "colonnes": frame.drop(columns=list(table.header[6:20])),
        "sans-role": frame.drop(columns=KEPT[1]),
        "sans-code": frame.drop(columns=KEPT[0]),
    }
    for name, made in wrong.items():
        made.to_csv(folder / f"faux-{name}.csv", sep=";", index=False)
    (folder / "faux-octets.csv").write_bytes(f"{CANARY};é\n".encode() + f"{CANARY};\xe9\n".encode("latin-1"))
    (folder / "faux-classeur.xlsx").write_bytes(b"PK\x03\x04" + CANARY.encode())
    (folder / "faux-guillemet.csv").write_text(f'Code participant;b\n"{CANARY};1\n', "utf-8")
    text = files.programme.read_text("utf-8")
    files.programme.write_text(text.replace("least = 4", "least = 0"), "utf-8")
    return folder


def holding(folder: Path, *suffixes: str) -> list[str]:
    """Return the files of a folder that hold a canary, all or those of some suffixes."""
    found = [path for path in folder.rglob("*") if path.is_file() and (not suffixes or path.name.endswith(suffixes))]
    assert found or not suffixes
    return [path.name for path in found if CANARY.encode() in path.read_bytes().lower()]


def test_a_run_leaves_no_canary_in_a_log_an_error_or_a_temporary_file(tmp_path: Path) -> None:
    folder, spare = planted(tmp_path / "programme"), tmp_path / "tmp"
    spare.mkdir()
    command = [sys.executable, "-m", "tests.privacy.whole_run", str(folder)]
    places = {name: str(spare) for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | places, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["errors"]) >= 14
    assert CANARY not in done.stderr.casefold()
    assert [text for text in (*told["said"], *told["errors"]) if CANARY in without_paths(text).casefold()] == []
    assert any("binomes.decision.json" in path for path in told["opened"])
    assert [path for path in told["opened"] if elsewhere(path, folder)] == []
    assert holding(spare) == []
    assert holding(folder, ".journal.jsonl", ".decision.json", ".oublis.json") == []
    assert not list(folder.rglob("*.part"))


def without_paths(text: str) -> str:
    """Return a traceback without the lines of source code in it, which hold the canaries of this test."""
    return "\n".join(line for line in text.splitlines() if "whole_run" not in line and not line.startswith("    "))


def elsewhere(path: str, folder: Path) -> bool:
    """Say whether a file lies neither in the folder of the run nor where Python and the system keep their own."""
    kept = path.startswith(("/dev/", "/proc/")) or "__pycache__" in path
    return not kept and not Path(path).resolve().is_relative_to(folder.resolve())


def test_the_canaries_are_where_people_s_answers_are(tmp_path: Path) -> None:
    table = read_table(planted(tmp_path) / "reponses.csv")
    with_some = [any(CANARY in row.cells[at] for row in table.records) for at in range(len(table.header))]
    assert [name for name, some in zip(table.header, with_some, strict=True) if not some] == list(KEPT)


def cell(source: str, *tags: str) -> dict[str, Any]:
    """Return a cell of code for a notebook."""
    metadata = {"tags": list(tags)}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}


@pytest.mark.proof
@pytest.mark.parametrize(
    "notebook",
    [NOTEBOOKS[0], *(pytest.param(path, marks=pytest.mark.proof) for path in NOTEBOOKS[1:])],
    ids=lambda path: path.stem,
)
def test_a_notebook_that_is_saved_holds_no_canary(notebook: Path, tmp_path: Path) -> None:
    examples.copy_pairs_to(planted(tmp_path / "mon-programme"))
    examples.copy_waves_to(tmp_path / "mon-programme")
    text = notebook.read_text("utf-8").replace(EXAMPLE, THEIRS)
    shown = [source for source in SHOWN if source.partition(".")[0] != "binomes" or "binomes = mm" in text]
    book = json.loads(text)
    book["cells"] += [cell(source) for source in shown] + [cell(WRONG, "raises-exception")]
    (tmp_path / "carnet.ipynb").write_text(json.dumps(book), "utf-8")
    command = [sys.executable, "-m", "jupyter_core", "execute", "--inplace", "carnet.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=alone(tmp_path / "jupyter"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    saved = json.loads((tmp_path / "carnet.ipynb").read_text("utf-8"))
    outputs = [output for cell in saved["cells"] for output in cell.get("outputs", [])]
    assert len(outputs) > len(shown)
    assert CANARY not in json.dumps(outputs).casefold()
    assert CANARY not in (done.stdout + done.stderr).casefold()
