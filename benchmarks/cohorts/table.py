"""The tables of docs/explanation/cohorts.md, from the newest record."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from benchmarks.cohorts.cases import CASES
from benchmarks.scale.records import Record, Row
from benchmarks.scale.tables import MISSING, Records, rows_of, seconds, table
from benchmarks.scale_page import BLOCK

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "cohorts.md"
RUNNERS = ("mentormatch", "pulp", "ortools", "mentor-match", "team-formation")
BASE = frozenset({"require", "different", "veto", "gap", "common", "minimum_score", "capacity", "priority"})
"""The rules of every cohort of pairs, which are not told again."""


def merged(kept: Iterable[Record]) -> Records:
    """Return the newest figures of each cohort under the newest run, none where nothing was run."""
    runs = list(kept)
    rows = {row["name"]: row for run in runs for row in run.rows}
    ordered = [rows[case.name] for case in CASES if case.name in rows]
    return {"cohorts": replace(runs[-1], rows=ordered)} if runs else {}


def cohorts(records: Records) -> str:
    """Return what each cohort is, its optimum and what check.py says of it."""
    rows = [
        [
            row["name"],
            f"{row['people']:,}",
            row["language"],
            row["tool"],
            ", ".join(kind for kind in row["rules"] if kind not in BASE) or "-",
            ", ".join(row["goals"]),
            f"{row['pairs']:,}",
            f"{row['total'] / 1e6:,.6f}",
            row["check"].replace("rules and values hold; ", ""),
            seconds(row["whole_s"]),
        ]
        for row in rows_of(records, "cohorts")
    ]
    heads = ["cohort", "people", "language", "tool", "further rules", "goals", "pairs or groups", "points"]
    return table([*heads, "`check.py`", "from the answers to the file"], rows)


def others(records: Records) -> str:
    """Return what each reached at each cohort, in which time."""
    rows = rows_of(records, "cohorts")
    lines = [[row["name"], *(cell(row.get(name), row) for name in RUNNERS)] for row in rows]
    return table(["cohort", *(f"{name} {version_of(rows, name)}".strip() for name in RUNNERS)], lines)


def version_of(rows: list[Row], name: str) -> str:
    return next((row[name]["version"] for row in rows if "version" in row.get(name, {})), "")


def cell(found: Row | None, row: Row) -> str:
    """Return seconds, and what the pairs are short of where they are not the best.

    >>> cell({"processor_s": 0.5, "reached": 4, "total": 1, "verdict": "optimal"}, {"pairs": 4})
    '0.5 s'
    >>> cell({"processor_s": 0.5, "reached": 3, "total": 1, "verdict": "rules and values hold; ..."}, {"pairs": 4})
    '0.5 s, not the best: 3 of 4 pairs'
    >>> cell({"processor_s": 0.5, "reached": 4, "total": 1, "verdict": "WRONG: m1, m2"}, {"pairs": 4})
    '0.5 s, breaks rules'
    """
    if found is None:
        return "-"
    if "result" in found:
        return str(found["result"])
    said, time = str(found["verdict"]), seconds(float(found["processor_s"]))
    if said == "optimal" or (found["reached"], found["total"]) == (row["pairs"], row.get("total")):
        return time
    if said.startswith("WRONG"):
        return f"{time}, breaks rules"
    if found["reached"] != row["pairs"]:
        return f"{time}, not the best: {found['reached']} of {row['pairs']} pairs"
    share = found["total"] / row["total"]
    return f"{time}, {share:.1%} of the points" + ("" if said.startswith("rules") else f", {said}")


def runs(records: Records) -> str:
    """Return when and on what the figures were measured."""
    record: Record = records["cohorts"]
    return f"{record.date[:10]}, {record.machine}, load before {record.load:g}, Python {record.versions['python']}."


TABLES = {"cohorts": cohorts, "others": others, "measured": runs}


def page(text: str, records: Records) -> str:
    """Return the page with all its tables written anew."""

    def drawn(name: str) -> str:
        return TABLES[name](records) if records else MISSING

    return BLOCK.sub(lambda found: f"<!-- figures: {found[1]} -->\n{drawn(found[1])}\n<!-- end -->", text)


def write(records: Records) -> None:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), records), encoding="utf-8")
