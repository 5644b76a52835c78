"""A nation on this machine: ``python -m benchmarks.bench_scale [PART ...]``, each market in a process of its own.

Each run prints what it ran on, then its figures, and adds a record to ``benchmarks/figures/scale.jsonl``, from which
``python -m benchmarks.scale_page`` draws the page. What only one part needs is imported there, for a process that is
measured begins with all that is imported here. With ``--shrink 20`` everything is twenty times smaller, as a trial; its
record goes to ``build/scale.jsonl``.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.scale import bare
from benchmarks.scale.cohorts import KINDS, OWN, Kind, Market
from benchmarks.scale.growth import fitted
from benchmarks.scale.measuring import alone, line_of
from benchmarks.scale.records import KEPT, TRIED, Row, begun, keep
from benchmarks.scale.solving import solved

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
SIDE = 10_000


def kinds(shrink: int) -> Iterator[Row]:
    """Markets of every kind at 10,000 a side: how tight and tied they are, and how long each takes."""
    for kind in KINDS:
        for tied in (False, True):
            yield alone(solved, Market(SIDE, SIDE, kind, tied=tied).shrunk(shrink), check=True)


def speed(shrink: int) -> Iterator[Row]:
    """Pairs scored a second on one core, beside a loop over objects and a cross join."""
    from benchmarks.scale import scoring

    yield from alone(scoring.rates, 4_096 // shrink, 60_000 // shrink, scoring.FEW // min(shrink, 3))


def beside_scipy(shrink: int) -> Iterator[Row]:
    """10,000 one to one beside scipy's bare assignment: few pairs possible, nearly all placed, no rules."""
    for market in (
        Market(SIDE, SIDE, single=True),
        Market(SIDE, SIDE, "tight"),
        Market(SIDE, SIDE, "tight", open=True),
    ):
        ours = alone(bare.by_mentormatch, market.shrunk(shrink))
        yield ours
        for places_first in (False, True):
            yield bare.compared(ours, alone(bare.by_scipy, market.shrunk(shrink), places_first=places_first))


def nation(shrink: int) -> Iterator[Row]:
    """100,000 mentees, 60,000 mentors of one to three places, certified and checked again."""
    for market in (Market(60_000, 100_000), Market(60_000, 100_000, "slack")):
        yield alone(solved, market.shrunk(shrink), check=True)


def tight(shrink: int) -> Iterator[Row]:
    """100,000 one to one, nearly all of whom can be placed."""
    yield alone(solved, Market(100_000, 100_000, "tight").shrunk(shrink), check=True)


def tight_tied(shrink: int) -> Iterator[Row]:
    """The same where few scores differ."""
    yield alone(solved, Market(100_000, 100_000, "tight", tied=True).shrunk(shrink), check=True)


def scarce(shrink: int) -> Iterator[Row]:
    """100,000 one to one, half of whom cannot be placed."""
    yield alone(solved, Market(100_000, 100_000, single=True).shrunk(shrink), check=True)


def identical(shrink: int) -> Iterator[Row]:
    """100,000 one to one of few kinds, many of whom gave the same answers."""
    for alike in (20, 200):
        market = Market(100_000, 100_000, "tight", alike=alike)
        yield alone(solved, market.shrunk(shrink), check=True)


def own_goals(shrink: int) -> Iterator[Row]:
    """The same markets by the goals of the programme itself, by which some people come before others."""
    for market in (Market(60_000, 100_000, "slack", goals=OWN), Market(100_000, 100_000, "tight", goals=OWN)):
        yield alone(solved, market.shrunk(shrink), check=True)


def asked(shrink: int) -> Iterator[Row]:
    """What is asked of the pairs of a nation: a repair, reasons, alternatives; a quota that binds; leximin."""
    from benchmarks.scale import questions

    market = Market(60_000, 100_000).shrunk(shrink)
    for ask in (questions.of_pairs, questions.with_quota, questions.of_the_lowest):
        yield from alone(ask, market)


def with_rules(shrink: int) -> Iterator[Row]:
    """Rules that couple the pairs of a nation: about both people, several mentors, minimums of who is used, hours."""
    from benchmarks.scale import ruled

    market = Market(60_000, 100_000, "slack").shrunk(shrink)
    for place in range(len(list(ruled.rules(market)))):
        yield alone(ruled.ruled, market, place)


def uncompiled(shrink: int) -> Iterator[Row]:
    """10,000 a side where nothing is compiled, by scipy, and compiled."""
    from benchmarks.scale import uncompiled as without

    for market in (Market(6_000, SIDE), Market(6_000, SIDE, "slack"), Market(SIDE, SIDE, "tight")):
        for way in without.HIDDEN:
            yield alone(without.paired, market.shrunk(shrink), way)


def beside_rivals(shrink: int) -> Iterator[Row]:
    """mentor-match and PuLP at 300 and 1,000 a side."""
    from benchmarks.scale import rivals

    for size in (300, 1_000):
        yield from rivals.beside(size // shrink)


def spread(shrink: int) -> Iterator[Row]:
    """The pairs scanned by processes and by Dask workers, one of them killed half-way."""
    from benchmarks.scale import workers

    yield from workers.beside_threads(Market(7_200, 12_000).shrunk(shrink))


def growth(shrink: int) -> Iterator[Row]:
    """Time and memory from 1,000 to 100,000, capacities and one to one, and the exponents that fit them."""
    shares: dict[Kind, float] = {"scarce": 0.6, "tight": 1.0}
    for kind, share in shares.items():
        rows = []
        for size in SIZES:
            market = Market(round(size * share), size, kind).shrunk(shrink)
            rows.append(alone(solved, market) | {"curve": kind})
            yield rows[-1]
        yield from exponents(kind, rows)


def exponents(curve: str, rows: list[Row]) -> Iterator[Row]:
    """Yield how each figure grows."""
    sizes = [row["mentees"] for row in rows]
    for figure in ("wall_s", "processor_s", "memory_mb", "scans_s", "solves_s", "listed"):
        law = fitted(sizes, [row[figure] for row in rows])
        told = {"flattest": law.flattest, "steepest": law.steepest, "off_at_most": law.off, "constant": law.constant}
        yield {"name": f"{curve}: {figure}", "exponent": law.exponent, **told, "fit": curve, "figure": figure}


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "scoring": speed,
    "kinds": kinds,
    "scipy": beside_scipy,
    "rivals": beside_rivals,
    "nation": nation,
    "tight": tight,
    "tight-tied": tight_tied,
    "scarce": scarce,
    "identical": identical,
    "goals": own_goals,
    "questions": asked,
    "rules": with_rules,
    "uncompiled": uncompiled,
    "workers": spread,
    "growth": growth,
}


def say(line: str) -> None:
    """Write a line at once: parts take long."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(part: str, shrink: int, path: Path) -> None:
    """Run a part, print its figures and keep them."""
    record = begun(part, seeds=[1])
    packages = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    say(f"# {part}: {record.date}, {record.machine}, load {record.load}; {packages}; seeds {record.seeds}")
    for row in PARTS[part](shrink):
        record.rows.append(row)
        say(line_of(row))
    keep(record, path)


def main() -> None:
    """Run the parts that are asked for, or all."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS), choices=[[], *PARTS])
    parser.add_argument(
        "--shrink",
        type=int,
        default=1,
        choices=range(1, 21),
        metavar="TIMES",
        help="so many times smaller, as a trial; 20 at most",
    )
    asked = parser.parse_args()
    for part in asked.parts or PARTS:
        run(part, asked.shrink, KEPT if asked.shrink == 1 else TRIED)


if __name__ == "__main__":
    main()
