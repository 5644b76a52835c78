"""Make the cohorts, solve them, ask the others, keep the figures and draw the page.

``python -m benchmarks.cohorts make`` writes programmes, answers and decisions into build/cohorts, ``run`` also measures
the others and keeps the figures, ``table`` writes the tables of docs/explanation/cohorts.md from them. Names choose
some of the cohorts; of each its newest figures count.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.cohorts import files, table
from benchmarks.cohorts.cases import CASES, Case
from benchmarks.cohorts.check import check
from benchmarks.cohorts.runners import OF_GROUPS, RUNNERS, SUMS, used_s
from benchmarks.scale.records import Row, begun, keep, kept

FOLDER = Path("build") / "cohorts"
KEPT = Path(__file__).parents[1] / "figures" / "cohorts.jsonl"
RIVALS = "MENTORMATCH_RIVALS"
"""Names the Python that has mentor-match and team-formation; build/rivals unless told."""
HERE = ("mentormatch", "pulp", "ortools")
LIMIT_S = 180
"""So long, by the clock, a runner may take at one cohort, reading included."""


def python_of(name: str) -> str:
    """Return the interpreter that runs a runner."""
    return sys.executable if name in HERE else os.environ.get(RIVALS, str(Path("build") / "rivals" / "bin" / "python"))


def asked(name: str, question: str) -> Row:
    """Return what a runner answers in a process of its own: pairs, seconds and version, or why there are none."""
    python = python_of(name)
    if not Path(python).exists():
        return {"result": "not installed"}
    command = [python, "-W", "ignore", str(Path(__file__).with_name("runners.py")), name]
    try:
        done = subprocess.run(command, input=question, capture_output=True, text=True, check=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return {"result": f"not within {LIMIT_S} s"}
    except subprocess.CalledProcessError as error:
        missing = "No module named" in error.stderr
        return {"result": "not installed" if missing else f"failed: {error.stderr.strip().splitlines()[-1][:80]}"}
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def rival(name: str, decision: dict[str, Any]) -> Row:
    """Return what somebody else reaches at a cohort, judged by the prices of our decision."""
    if not set(decision["goals"]) <= set(SUMS) and name != "mentormatch":
        return {"result": "not asked: the goal is no sum"}
    if not decision.get("every_pair", True):
        return {"result": "not asked: the file holds the chosen pairs alone"}
    found = asked(name, json.dumps(decision | {"pairs": [], "tiers": [], "prices": []}))
    if "pairs" not in found:
        return found
    pairs = found.pop("pairs")
    total = sum(decision["scores"].get(mentor, {}).get(mentee, 0) for mentor, mentee in pairs)
    return found | {"reached": len(pairs), "total": total, "verdict": check(decision | {"pairs": pairs, "tiers": []})}


def groups_of(case: Case, folder: Path) -> Row:
    """Return the figures of a cohort of groups: ours, and those of team-formation, counted from its groups."""
    told = json.loads((folder / files.GROUPS).read_text(encoding="utf-8"))
    row: Row = {"goals": ["placed", "total"], "pairs": len(told["groups"]), "total": told["total"]}
    row["check"] = f"no prices: a solver states a bound of {told['bound']:,}"
    for name in OF_GROUPS:
        found = asked(name, json.dumps({"people": told["people"], "size": told["size"]}))
        if "pairs" in found:
            group = {person: number for number, one in enumerate(found.pop("pairs")) for person in one}
            total = sum(told["points"][i][k] for i in group for k in group if i < k and group[i] == group[k])
            broken = sum(group.get(i, -1) == group.get(k, -2) for i, k in told["apart"])
            found |= {"reached": len(set(group.values())), "total": total, "verdict": f"{broken} pairs kept apart meet"}
        row[name] = found
    return row


def figures(case: Case, folder: Path, *, measured: bool) -> Row:
    """Make and solve a cohort, and return its figures; ``measured``: also those of the others."""
    answers = files.write(case, folder)
    begin = used_s()
    files.solve(case, folder)
    kinds = sorted({rule.kind for rule in case.programme.rules})
    row: Row = {"name": case.name, "people": case.people, "language": case.language, "tool": case.tool, "rules": kinds}
    row |= {"bytes": answers.stat().st_size, "whole_s": used_s() - begin}
    if case.groups:
        return row | groups_of(case, folder)
    decision = json.loads((folder / files.DECISION).read_text(encoding="utf-8"))
    total = sum(decision["scores"][mentor][mentee] for mentor, mentee in decision["pairs"])
    row |= {"goals": decision["goals"], "pairs": len(decision["pairs"]), "total": total, "check": check(decision)}
    return row | {name: rival(name, decision) for name in RUNNERS if measured}


def run(cases: Sequence[Case], folder: Path, *, measured: bool) -> Iterator[Row]:
    """Yield the figures of cohorts, each written into a folder of its name."""
    for case in cases:
        row = figures(case, folder / case.name, measured=measured)
        sys.stdout.write(f"{json.dumps(row, ensure_ascii=False)}\n")
        sys.stdout.flush()
        yield row


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=["make", "run", "table"])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(case.name for case in CASES))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    told = parser.parse_args()
    cases = [case for case in CASES if not told.names or case.name in told.names]
    if told.work == "table":
        table.write(table.merged(kept(KEPT)))
        return
    record = begun("cohorts", [files.SEED])
    for row in run(cases, told.folder, measured=told.work == "run"):
        if told.work == "run":  # one record a cohort: a run that is stopped has kept what it did
            keep(replace(record, rows=[row]), KEPT)


if __name__ == "__main__":
    main()
