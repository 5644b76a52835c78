"""Every notebook is clean, says what it needs and leaves, and runs from its first cell to its last, alone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from tests.conftest import some_of

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
FIRST_PAIRS = sorted(NOTEBOOKS, key=lambda path: path.stem != "former_les_binomes")
LEAVES, NEEDS = "**Ce qu'il laisse**", "**Ce qu'il faut**"
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
    command = [sys.executable, "-m", "jupyter_core", "execute", here.name]
    done = subprocess.run(command, cwd=tmp_path, env=alone(jupyter), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    named = re.findall(r"`([^`]+)`", opening(notebook).partition(LEAVES)[2])
    there = {path.name for path in tmp_path.rglob("*") if jupyter not in path.parents}
    assert named
    assert [name for name in named if name not in there] == []


@every_notebook
def test_a_notebook_says_at_its_top_what_it_needs_and_has_words_before_every_cell_of_code(notebook: Path) -> None:
    assert NEEDS in opening(notebook).partition(LEAVES)[0]
    kinds = [cell["cell_type"] for cell in cells(notebook)]
    assert [kind for kind, before in zip(kinds[1:], kinds, strict=False) if kind == before == "code"] == []


@every_notebook
def test_a_notebook_is_kept_without_what_a_run_has_left_in_it(notebook: Path) -> None:
    code = [cell for cell in cells(notebook) if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
