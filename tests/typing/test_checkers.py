"""A type checker finds a typing error, a wrong type and a missing argument in what an application writes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = Path(__file__).with_name("application.py").read_text("utf-8")
BROKEN = {
    "a function that is not there": ("mm.match(cohort", "mm.matches(cohort"),
    "a class that is not there": ("-> mm.Matching:", "-> mm.Matchings:"),
    "an error that is not there": ("except mm.ProgrammeError", "except mm.ProgramError"),
    "a status that is not there": ("mm.Status.PROVED", "mm.Status.OPTIMAL"),
    "a verdict that is not there": ("mm.results.Verdict.CERTIFIED", "mm.results.Verdict.SURE"),
    "an argument that is not there": ("time_limit_s=2.5", "time_limit=2.5"),
    "a word that is none of those allowed": ('ties="any"', 'ties="some"'),
    "a text for a number": ("seed=3", 'seed="3"'),
    "a text for a limit": ("time_limit_s=2.5", 'time_limit_s="2.5"'),
    "a key for a pair": ('pins=[("M1", "E1")]', 'pins=["M1"]'),
    "a missing argument": ("mm.match(cohort, programme, seed=3", "mm.match(cohort, seed=3"),
    "people in the place of the programme": (
        "mm.match(cohort, programme, seed=3",
        "mm.match(programme, cohort, seed=3",
    ),
    "an attribute of a pair that is not there": ("pair.mentor: pair.score", "pair.mentor: pair.worth"),
    "points taken for a text": ("-> dict[str, float]", "-> dict[str, str]"),
    "an attribute of a part that is not there": ("part.reason", "part.why"),
    "an attribute of somebody unmatched that is not there": ("one.person", "one.key"),
    "a method with an argument too few": ('matching.why_not("M1", "E2")', 'matching.why_not("M1")'),
    "a result of another class": ("certificate: mm.results.Certificate", "certificate: mm.Solution"),
    "a list where files are written": ('matching.save(folder / "binomes.xlsx")', "matching.save([folder])"),
    "a setting of a criterion that is not there": ('Overlap(field="Langues"', 'Overlap(fields="Langues"'),
    "a kind of criterion that is not there": ('criteria.Overlap(field="Langues"', 'criteria.Overlaps(field="Langues"'),
    "a use of a field that is not there": ('use="key"', 'use="clef"'),
    "a rule among the criteria": ('mm.criteria.Overlap(field="Langues", weight=2)', 'mm.rules.Veto(field="Langues")'),
    "an answer taken for one file": ("written: tuple[Path, ...]", "written: Path"),
}


def mypy(folder: Path) -> str:
    files = sorted(map(str, folder.glob("*.py")))
    variables = {**os.environ, "MYPYPATH": str(ROOT / "src")}
    return printed([sys.executable, "-m", "mypy", "--strict", *files], ROOT, variables)


def pyright(folder: Path) -> str:
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    assert not missing, f"{missing} is missing: make build/tools/made"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).with_name(name), folder)
    printed(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "src")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    return printed(["npx", "pyright", "--pythonpath", sys.executable, "."], folder)


def printed(command: list[str], folder: Path, variables: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


@pytest.mark.proof
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_checker_finds_every_mistake_and_none_where_there_is_none(
    checker: Callable[[Path], str], tmp_path: Path
) -> None:
    (tmp_path / "whole.py").write_text(APPLICATION, encoding="utf-8")
    names = {}
    for number, (mistake, (found, written)) in enumerate(BROKEN.items()):
        assert APPLICATION.count(found) == 1, mistake
        names[f"broken{number:02}.py"] = mistake
        (tmp_path / f"broken{number:02}.py").write_text(APPLICATION.replace(found, written), encoding="utf-8")
    told = [line for line in checker(tmp_path).splitlines() if " error: " in line or " - error" in line]
    found_in = {name for name in ("whole.py", *names) if any(name in line for line in told)}
    assert "whole.py" not in found_in, told
    assert [mistake for name, mistake in names.items() if name not in found_in] == []
