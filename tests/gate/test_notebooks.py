"""Every notebook is clean, hides its code, says what it needs and leaves, runs alone, and shows words for staff."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from tests.conftest import some_of

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
FIRST_PAIRS = sorted(NOTEBOOKS, key=lambda path: path.stem != "former_les_binomes")
LEAVES, NEEDS = "**Ce qu’il laisse**", "**Ce qu’il faut**"
NO_STEPS = (ast.comprehension, ast.Lambda, ast.For, ast.While, ast.If, ast.With, ast.FunctionDef, ast.JoinedStr)
"""What no line of a step holds: it would be a program, not a step."""
FOREIGN = re.compile(
    r"\b(?:proved|feasible|infeasible|stopped|failed|optimal|matched|mentee|mentor_key|unmatched|January|February|March|April"
    r"|June|July|August|September|October|November|December|True|False|None|nan)\b|\d{4}-\d{2}-\d{2}|\b\d+\.\d\b"
)
"""Words of programs, English months, dates and decimals as programs write them."""
TYPED = re.compile(r"\w+'\w+")
OFFLINE = """import socket
def refused(self, address):
    if not isinstance(address, tuple) or address[0] not in ("127.0.0.1", "localhost", "::1"):
        raise OSError("a notebook reached for the network")
    return connect(self, address)
connect, socket.socket.connect = socket.socket.connect, refused
"""
every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def alone(folder: Path) -> dict[str, str]:
    """Return an environment in which Jupyter finds and leaves nothing of its own outside ``folder``."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folder.mkdir(exist_ok=True)  # IPython would not make one in a folder that is not there
    return os.environ | {name: str(folder / name.lower()) for name in names}


def cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook."""
    found: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return found


def opening(notebook: Path) -> str:
    """Return the words at its top, with plain spaces."""
    return "".join(cells(notebook)[0]["source"]).replace("\u00a0", " ")


@pytest.mark.parametrize("notebook", some_of(FIRST_PAIRS), ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last_and_leaves_the_files_that_it_names(
    notebook: Path, tmp_path: Path
) -> None:
    here, jupyter = Path(copy(notebook, tmp_path)), tmp_path / "jupyter"
    start = jupyter / "ipythondir" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "offline.py").write_text(OFFLINE)
    command = [sys.executable, "-m", "jupyter_core", "execute", "--inplace", here.name]
    done = subprocess.run(command, cwd=tmp_path, env=alone(jupyter), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    named = re.findall(r"`([^`]+)`", opening(notebook).partition(LEAVES)[2])
    there = {path.name for path in tmp_path.rglob("*") if jupyter not in path.parents}
    assert named
    assert [name for name in named if name not in there] == []
    steps = [cell for cell in cells(here) if cell["cell_type"] == "code"][1:]
    assert [
        cell["id"] for cell in steps if not any("text/html" in one.get("data", {}) for one in cell["outputs"])
    ] == []
    told = "\n".join(texts_shown(here)).replace("CC BY 4.0", "")  # the credit of a map
    assert FOREIGN.findall(told) == []
    theirs = "\n".join(path.read_text("utf-8") for end in ("toml", "csv") for path in tmp_path.rglob(f"*.{end}"))
    assert set(TYPED.findall(told)) <= set(TYPED.findall(theirs))  # what staff typed stays as they typed it


def texts_shown(notebook: Path) -> Iterator[str]:
    """Yield every text that a notebook that was run shows: its documents, and the words of its widgets."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    shown = [
        one["data"] for cell in book["cells"] for one in cell.get("outputs", ()) if "text/html" in one.get("data", {})
    ]
    for data in shown:
        text = re.sub(r"<svg.*?</svg>|src=\"[^\"]*\"", "", "".join(data["text/html"]), flags=re.DOTALL)
        yield unescape(re.sub(r"<[^>]*>", "\n", text))
    for widget in (
        book["metadata"]
        .get("widgets", {})
        .get("application/vnd.jupyter.widget-state+json", {})
        .get("state", {})
        .values()
    ):
        yield from (text for text in leaves(widget["state"].get("view")) if " " in text and "<" not in text)


def leaves(told: Any) -> Iterator[str]:
    """Yield every text in what a widget is told."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, (dict, list)):
        for one in told.values() if isinstance(told, dict) else told:
            yield from leaves(one)


@every_notebook
def test_each_step_is_one_line_of_code_that_is_hidden(notebook: Path) -> None:
    code = [cell for cell in cells(notebook) if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["metadata"] != {"jupyter": {"source_hidden": True}}] == []
    for cell in code:
        *before, last = ast.parse("".join(cell["source"])).body
        assert [type(one) for one in before] in ([], [ast.Import], [ast.ImportFrom])
        assert isinstance(last, (ast.Assign, ast.Expr))
        assert [type(one) for one in ast.walk(last) if isinstance(one, NO_STEPS)] == []


@every_notebook
def test_words_between_the_steps_have_the_apostrophe_of_print(notebook: Path) -> None:
    words = ["".join(cell["source"]) for cell in cells(notebook) if cell["cell_type"] == "markdown"]
    assert [line for text in words for line in text.splitlines() if "'" in line] == []
    assert FOREIGN.findall(re.sub(r"`[^`]*`", "", "\n".join(words))) == []


@every_notebook
def test_a_notebook_says_at_its_top_what_it_needs_and_has_words_before_every_cell_of_code(notebook: Path) -> None:
    assert NEEDS in opening(notebook).partition(LEAVES)[0]
    kinds = [cell["cell_type"] for cell in cells(notebook)]
    assert [kind for kind, before in zip(kinds[1:], kinds, strict=False) if kind == before == "code"] == []


@every_notebook
def test_a_notebook_is_kept_without_what_a_run_has_left_in_it(notebook: Path) -> None:
    code = [cell for cell in cells(notebook) if cell["cell_type"] == "code"]
    left = [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None]
    assert left == [], f"run `.venv/bin/jupyter nbconvert --clear-output --inplace {notebook.relative_to(ROOT)}`"
