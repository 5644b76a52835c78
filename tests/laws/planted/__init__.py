"""Extensions that the project does not know: a package of somebody else, and how it is installed for a test."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
METADATA = "Metadata-Version: 2.1\nName: mentormatch-planted\nVersion: 1.0\n"
GROUPS = {
    "mentormatch.criteria": "mirror = tests.laws.planted.criterion:Mirror",
    "mentormatch.rules": "charter = tests.laws.planted.rule:Charter",
    "mentormatch.tools": "slips = tests.laws.planted.tool:Slips",
    "mentormatch.exporters": ".txt = tests.laws.planted.exporter:Lines",
}


def install(folder: Path, groups: dict[str, str] = GROUPS) -> None:
    """Install the package into a folder: its metadata, with an entry point a group."""
    info = folder / "mentormatch_planted-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    points = "".join(f"[{group}]\n{point}\n\n" for group, point in groups.items())
    (info / "entry_points.txt").write_text(points, encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python where what is in a folder is installed."""
    known = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", *command], env=known, cwd=folder, capture_output=True, text=True, check=False
    )
