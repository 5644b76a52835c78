"""Every notebook runs from its first cell to its last."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))


def alone(folder: Path) -> dict[str, str]:
    """Return an environment in which Jupyter finds and leaves nothing of its own outside ``folder``."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return os.environ | {name: str(folder / name.lower()) for name in names}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(notebook: Path, tmp_path: Path) -> None:
    here = Path(copy(notebook, tmp_path))
    command = [sys.executable, "-m", "jupyter_core", "execute", here.name]
    done = subprocess.run(command, cwd=tmp_path, env=alone(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
