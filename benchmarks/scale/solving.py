"""A market from its people to the proof: seconds, memory, the first answer, and what the engine did in between."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from os import cpu_count
from time import monotonic
from typing import Any
from unittest.mock import patch

from benchmarks.scale.cohorts import Market, census
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from mentormatch import Progress, Solution, certify, solve
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.progress import listen
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.scan.implicit_scores import ImplicitScores

WARM = 1_000
"""So many people a side have all that is compiled loaded before a clock runs."""
TICK_S = 0.02
"""How often is asked for a first answer."""


@dataclass(slots=True)
class Watch:
    """What a solve was made of: ``pairs`` scanned, pairs ``listed`` at most, seconds of scans and of solves."""

    pairs: int = 0
    listed: int = 0
    scans_s: float = 0.0
    solves_s: float = 0.0
    solves: int = 0
    first: Progress = field(default_factory=Progress)

    def seen(self, now: Progress) -> None:
        """Keep the first answer that is told."""
        if now.value is not None and self.first.value is None:
            self.first = now

    def scan(self, inner: Callable[..., Any], scores: ImplicitScores, query: ScanQuery, *args: object) -> object:
        """Scan, and count the pairs of the mentors who are scanned."""
        begun = monotonic()
        found = inner(scores, query, *args)
        self.scans_s += monotonic() - begun
        self.pairs += len(query.open(0, scores.shape[0])) * scores.shape[1]
        return found

    def solve(
        self, inner: Callable[..., Any], solver: RestrictedMaster, face: object, profit: Any, *start: object
    ) -> object:
        """Solve what is listed, and count it."""
        begun = monotonic()
        found = inner(solver, face, profit, *start)
        self.solves_s += monotonic() - begun
        self.solves, self.listed = self.solves + 1, max(self.listed, len(profit))
        return found


@contextmanager
def watching() -> Iterator[Watch]:
    """Keep count of what the engine does meanwhile."""
    watch = Watch()
    scan, solve = ImplicitScores.scan, RestrictedMaster.solve
    with ExitStack() as stack:
        stack.enter_context(patch.object(ImplicitScores, "scan", lambda *a: watch.scan(scan, *a)))
        stack.enter_context(patch.object(RestrictedMaster, "solve", lambda *a: watch.solve(solve, *a)))
        stack.enter_context(patch.multiple(listen.__module__, QUIET_S=0.0, TICK_S=TICK_S))
        stack.enter_context(listen(watch.seen))
        yield watch


def warm(market: Market) -> None:
    """Load what is compiled, by a small market of the same kind."""
    problem = replace(market, mentors=WARM, mentees=WARM).posed()
    certify(problem, solve(problem))


def first_answer(watch: Watch, ready: float) -> Row:
    """Return when the first answer was told, and what it was short of at most in its first goal that is not proved."""
    gap, bound = watch.first.gap, watch.first.bound
    return {
        "first_answer_s": None if watch.first.value is None else watch.first.seconds + ready,
        "first_goal": watch.first.goal or None,
        "first_gap": gap / bound if gap is not None and bound else None,
    }


def values(solution: Solution) -> Row:
    """Return how the answer does in each goal."""
    return {tier.goal: tier.value for tier in solution.tiers}


def solved(market: Market, *, check: bool = False) -> Row:
    """Return the figures of one market; ``check``: also of its certificate, gone through again."""
    warm(market)
    cohort, drawn = market.people, memory_mb()
    problem, posing = timed(market.posed)
    with watching() as watch:
        solution, solving = timed(lambda: solve(problem))
    row: Row = {"name": market.name, "mentors": len(cohort.mentors), "mentees": len(cohort.mentees)}
    row |= {"status": str(solution.status), "pairs": len(solution.pairs)} | values(solution)
    row |= {key: posing[key] + solving[key] for key in posing} | {"posed_s": posing["wall_s"]}
    row |= first_answer(watch, posing["wall_s"]) | {"memory_mb": memory_mb(), "people_mb": drawn}
    scans = watch.pairs / max(len(cohort.mentors) * len(cohort.mentees), 1)
    row |= {"scans": scans, "scans_s": watch.scans_s, "solves": watch.solves, "solves_s": watch.solves_s}
    row |= {"listed": watch.listed, "seed": market.seed, "cores": cpu_count()}
    if check:
        verdict, checking = timed(lambda: certify(problem, solution).verdict)
        row |= {"certificate": str(verdict), **{f"check_{key}": seconds for key, seconds in checking.items()}}
    return row | census(problem, len(solution.pairs))
