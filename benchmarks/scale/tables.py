"""The tables of docs/explanation/speed.md, each from the newest record of its part."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.scale.measuring import shown
from benchmarks.scale.records import Record, Row
from benchmarks.scale.uncompiled import HIDDEN

type Records = Mapping[str, Record]

MISSING = "*Not recorded yet.*"
NATION = ("scarce", "nation", "tight", "tight-tied", "identical", "goals")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown.

    >>> print(table(["way", "seconds"], [["ours", "1"]]))
    | way | seconds |
    | --- | --- |
    | ours | 1 |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rows_of(records: Records, *parts: str) -> list[Row]:
    """Return the rows of the newest records of some parts."""
    return [row for part in parts if part in records for row in records[part].rows]


def percent(share: float | None) -> str:
    """Return a share, or how little it is.

    >>> percent(0.98123), percent(0.00001), percent(0.0), percent(None)
    ('98.1 %', '< 0.1 %', '0 %', '-')
    """
    if share is None:
        return "-"
    return "< 0.1 %" if 0 < share < 0.001 else f"{share:.1%}".replace("%", " %").replace("0.0 %", "0 %")


def seconds(figure: float | None) -> str:
    """Return seconds with their unit."""
    return "-" if figure is None else f"{figure:,.3g} s" if figure < 100 else f"{figure:,.0f} s"


def megabytes(figure: float) -> str:
    """Return megabytes with their unit."""
    return f"{figure:,.0f} MB"


def times(row: Row, name: str = "times") -> str:
    """Return how many times, at least how many where it was not done."""
    if f"{name}_at_least" in row:
        return f"> {shown(float(row[f'{name}_at_least']))}"
    return shown(float(row[name])) if name in row else "-"


def runs(records: Records) -> str:
    """Return what was run when, on what, beside what."""
    if not records:
        return MISSING
    last = max(records.values(), key=lambda record: record.date)
    told = ", ".join(f"{name} {version}" for name, version in last.versions.items())
    rows = [[part, one.date[:10], one.machine, f"{one.load:g}", str(one.seeds)] for part, one in records.items()]
    return f"Versions: {told}.\n\n" + table(["part", "date", "machine", "load before", "seeds"], rows)


def scoring(records: Records) -> str:
    """Return pairs a second."""
    rows = [
        [
            row["name"],
            shown(row["million_pairs_a_second"]),
            f"{shown(row['least'])} to {shown(row['most'])}",
            times(row, "compiled_is_times"),
        ]
        for row in rows_of(records, "scoring")
        if "million_pairs_a_second" in row
    ]
    return table(
        ["way", "million pairs a second a core", "five rounds", "the slower compiled scan is so many times it"], rows
    )


def kinds(records: Records) -> str:
    """Return how tight and how tied the markets are, and what each takes."""
    rows = [
        [
            row["name"],
            shown(row["places_a_mentee"]),
            *map(percent, (row["placed"], row["allowed"], row["tie_rate"], row["tied_best"])),
            f"{row['scans']:.1f}",
            *map(seconds, (row["wall_s"], row["processor_s"])),
        ]
        for row in rows_of(records, "kinds", *NATION)
    ]
    heads = ["market", "places a mentee", "placed", "pairs allowed", "tie rate", "tied at best", "scans", "wall"]
    return table([*heads, "processor"], rows)


def nation(records: Records) -> str:
    """Return the large markets: first answer, proof, memory, and the certificate checked again."""
    rows = [
        [
            row["name"],
            f"{seconds(row['first_answer_s'])}, {percent(row['first_gap'])} of {row['first_goal']}",
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            f"{row['status']}, {row['certificate']} in {seconds(row['check_wall_s'])}",
        ]
        for row in rows_of(records, *NATION)
    ]
    heads = ["market", "first answer, its gap", "proved after", "processor", "memory", "status, and checked again"]
    return table(heads, rows)


def questions(records: Records) -> str:
    """Return what is asked of a nation: seconds, memory, and the proof where there are pairs."""
    rows = [
        [
            row["name"],
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            f"{row['status']} in {seconds(row['check_wall_s'])}"
            if "status" in row
            else f"{shown(row['answers'])} answers",
        ]
        for row in rows_of(records, "questions")
    ]
    return table(["market: question", "wall", "processor", "memory so far", "status, and checked again"], rows)


def ruled(records: Records) -> str:
    """Return what rules take that couple the pairs of a nation, and what their answers are short of at most."""
    rows = [
        [
            row["name"],
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            "-" if row["gap"] is None else f"{percent(row['gap'])} of {row['of']}",
            f"{row['status']} in {seconds(row['check_wall_s'])}",
        ]
        for row in rows_of(records, "rules")
    ]
    return table(["market: rule", "wall", "processor", "memory", "short of at most", "status, and checked again"], rows)


def uncompiled(records: Records) -> str:
    """Return a market where nothing is compiled, and where it is."""
    rows = [
        [
            row["name"],
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            *(shown(row[key]) for key in ("pairs", "points", "status")),
        ]
        for row in rows_of(records, "uncompiled")
        if row["way"] in HIDDEN
    ]
    return table(["market: lists solved by", "wall", "processor", "memory", "pairs", "points", "status"], rows)


def scipy(records: Records) -> str:
    """Return one to one beside scipy's bare assignment."""
    rows = [
        [
            row["name"],
            shown(row["pairs"]),
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            *(times(row, f"times_{key}") for key in ("wall_s", "processor_s")),
        ]
        for row in rows_of(records, "scipy")
    ]
    heads = ["market: way", "pairs", "wall", "processor", "memory", "times ours, wall", "times ours, processor"]
    return table(heads, rows)


def rivals(records: Records) -> str:
    """Return mentor-match and PuLP beside ours."""
    rows = [
        [
            row["name"],
            seconds(row.get("wall_s")),
            str(row.get("result", "done")),
            shown(row.get("pairs")),
            times(row),
            times(row, "times_from_matrix"),
        ]
        for row in rows_of(records, "rivals")
    ]
    heads = ["market: way", "wall", "", "pairs", "times ours", "times ours from the same matrix"]
    return table(heads, rows)


def workers(records: Records) -> str:
    """Return what other workers take, and whether they find the same."""
    rows = [
        [row["name"], seconds(row["wall_s"]), shown(row["pairs"]), row["beside_threads"]]
        for row in rows_of(records, "workers")
    ]
    return table(["workers", "wall", "pairs", "beside those of threads"], rows)


def growth(records: Records) -> str:
    """Return the sizes, then how each figure grows."""
    rows = rows_of(records, "growth")
    sizes = [
        [
            row["name"],
            *map(seconds, (row["wall_s"], row["processor_s"])),
            megabytes(row["memory_mb"]),
            str(row["pairs"]),
        ]
        for row in rows
        if "curve" in row
    ]
    laws = [
        [
            row["name"],
            f"{row['exponent']:.2f}",
            f"{row['flattest']:.2f} to {row['steepest']:.2f}",
            f"{row['off_at_most']:.2f}",
        ]
        for row in rows
        if "fit" in row
    ]
    heads = ["figure", "fitted exponent", "between neighbouring sizes", "off the fit by a factor of at most"]
    return table(["market", "wall", "processor", "memory", "pairs"], sizes) + "\n\n" + table(heads, laws)


TABLES: dict[str, tuple[Callable[[Records], str], tuple[str, ...]]] = {
    "runs": (runs, ()),
    "scoring": (scoring, ("scoring",)),
    "kinds": (kinds, ("kinds",)),
    "nation": (nation, NATION),
    "questions": (questions, ("questions",)),
    "rules": (ruled, ("rules",)),
    "uncompiled": (uncompiled, ("uncompiled",)),
    "scipy": (scipy, ("scipy",)),
    "rivals": (rivals, ("rivals",)),
    "workers": (workers, ("workers",)),
    "growth": (growth, ("growth",)),
}
"""What a table is made by, and the parts of which one at least must have been recorded."""


def written(name: str, records: Records) -> str:
    """Return a table, or that there is none yet."""
    make, parts = TABLES[name]
    return make(records) if not parts or any(part in records for part in parts) else MISSING
