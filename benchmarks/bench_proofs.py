"""How many proved answers of drawn programmes are certified, and what the proofs take; processor seconds.

``python -m benchmarks.bench_proofs [COUNT]``: programmes of 5 to 50 people a side, seven kinds of rules, eight lists of
goals. ``python -m benchmarks.bench_proofs square [COUNT]``: medians of each list of goals at 50 x 50, without rules and
with each kind. ``python -m benchmarks.bench_proofs large``: each kind of rules at 300 x 200 and at 1,000 x 600 with 8 %
of the pairs. Each is solved as a user solves it; the solve without proofs in the same run is what proofs are held
against.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from time import process_time

import numpy as np

from mentormatch import AssignmentProblem, Row, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds

KINDS = ("quotas", "proportions", "hours", "pair rows", "minimums", "covers", "mixed")
GOALS = (
    ("matched", "total"),
    ("matched", "priority", "total"),
    ("total",),
    ("matched", "floor", "total"),
    ("leximin",),
    ("matched", "floor_person", "total"),
    ("changes", "matched", "total"),
    ("floor", "matched", "total"),
)
LIMIT_S = 60.0
"""No solve is measured that takes longer."""
SQUARE, ALLOWED_S = 50, 0.05
"""People a side, and by how much more than the time of a solve its proofs may delay it, at the median."""


def rows(kind: str, n: int, m: int, places: int, chance: np.random.Generator) -> Iterator[Row]:
    """Yield the rules of a kind; ``mixed``: four kinds at once."""
    if kind in ("quotas", "mixed"):
        for number in range(int(chance.integers(2, 6))):
            theirs, others = chance.integers(0, 3, n), chance.integers(0, 3, m)
            inside = ((theirs[:, None] == 0) & (others[None, :] != 1)).astype(np.int64)
            yield Row(f"quota {number}", inside, most=int(places * chance.uniform(0.05, 0.25)))
    if kind in ("proportions", "mixed"):
        some = (chance.random((n, 1)) < 0.4).astype(np.int64)
        same = (chance.integers(0, 3, n)[:, None] == chance.integers(0, 3, m)[None, :]).astype(np.int64)
        yield Row("at least 30 %", 10 * same - 3, least=0)
        yield Row("at most half", 2 * np.broadcast_to(some, (n, m)) - 1, most=0)
    if kind in ("hours", "mixed"):
        needs, limits = chance.integers(2, 11, (1, m)), chance.integers(5, 21, n)
        yield from (Row(f"hours {i}", needs, most=int(limits[i]), mentor=i) for i in range(n))
    if kind in ("pair rows", "mixed"):
        for number in range(max(n // 2, 2)):
            weights = np.zeros((n, m), dtype=np.int64)
            weights[chance.integers(0, n, 3), chance.integers(0, m, 3)] = 1
            weights[chance.integers(0, n)] += (chance.random(m) < 0.3).astype(np.int64)
            yield Row(f"together {number}", weights, most=1)
    if kind == "covers":
        for number in range(3):
            inside = ((chance.random((n, 1)) < 0.4) & (chance.random((1, m)) < 0.5)).astype(np.int64)
            yield Row(f"at least {number}", inside, least=int(places * 0.2))


def draw(seed: int, kind: str, shape: tuple[int, int], goals: tuple[str, ...], share: float = 1.0) -> AssignmentProblem:
    """Return a drawn programme; a third have five score levels."""
    n, m = shape
    chance = np.random.default_rng([seed, n, m])
    allowed = chance.random((n, m)) < share
    scores = chance.integers(0, 5, (n, m)) * 250_000 if seed % 3 == 2 else chance.integers(0, 1_000_001, (n, m))
    most = chance.integers(1, 4 if kind in ("hours", "minimums", "mixed") else 3, n)
    problem = AssignmentProblem.from_scores(
        scores,
        allowed,
        mentor_capacity=most,
        goals=goals,
        mentor_priority=chance.integers(0, 2, n),
        mentee_priority=chance.integers(0, 3, m),
    )
    problem = replace(problem, rows=tuple(rows(kind, n, m, min(int(most.sum()), m), chance)))
    if kind == "minimums":
        least = np.minimum(chance.integers(1, 4, n), most)
        problem = replace(problem, mentors=DegreeBounds(least, most, np.ones(n, dtype=bool)))
    if "changes" in goals:
        pairs = np.argwhere(allowed)
        former = pairs[chance.choice(len(pairs), min(m, len(pairs)), replace=False)].tolist()
        problem = replace(problem, former=tuple(sorted((i, k) for i, k in former)))
    return problem


@dataclass(frozen=True, slots=True)
class Measured:
    """One programme: its status, whether it is certified, and what that took."""

    status: Status
    certified: bool
    plain_s: float
    solve_s: float
    check_s: float
    kilobytes: float
    leaves: int
    unproved: str

    @classmethod
    def of(cls, problem: AssignmentProblem) -> "Measured":
        """Solve without proofs, with them, and check."""
        begun = process_time()
        solve(problem, time_limit_s=LIMIT_S, proofs="none")
        plain = process_time()
        solution = solve(problem, time_limit_s=LIMIT_S)
        solved = process_time()
        certificate = certify(problem, solution)
        checked = process_time()
        texts = texts_of(solution)
        return cls(
            solution.status,
            certificate.certified or certificate.infeasible,
            plain - begun,
            solved - plain,
            checked - solved,
            sum(map(len, texts)) / 1000,
            sum(text.count('"leaf"') for text in texts),
            f"no proof within the budget of {certificate.unproved_goals or 'the rules'}",
        )


def texts_of(solution: Solution) -> list[str]:
    """Return the proofs of a solution."""
    return [text for proof in solution.proofs for text in proof.systems]


def small(count: int) -> None:
    """Measure programmes of 5 to 50 people a side, and name those that are proved and not certified."""
    found = list[Measured]()
    for seed in range(count):
        shape = 5 + seed * 7 % 46, 5 + seed * 11 % 46
        kind, goals = KINDS[seed % len(KINDS)], GOALS[seed // len(KINDS) % len(GOALS)]
        measured = Measured.of(draw(seed, kind, shape, goals))
        found.append(measured)
        if measured.status in (Status.PROVED, Status.INFEASIBLE) and not measured.certified:
            sys.stdout.write(f"not certified: seed {seed}, {kind}, {shape}, {goals}: {measured.unproved}\n")
    known = [each for each in found if each.status in (Status.PROVED, Status.INFEASIBLE)]
    proofs = sorted(each.kilobytes for each in known if each.leaves)
    plain, whole, check = ([getattr(each, name) for each in found] for name in ("plain_s", "solve_s", "check_s"))
    sys.stdout.write(
        f"{len(known)} proved or infeasible of {count}, {sum(each.certified for each in known)} certified\n"
        f"seconds in all: {sum(plain):.1f} without proofs, {sum(whole):.1f} with, {sum(check):.1f} to check\n"
        f"medians in ms: {1e3 * median(plain):.1f}, {1e3 * median(whole):.1f}, {1e3 * median(check):.1f}\n"
        f"{len(proofs)} with a proof: kB median {median(proofs):.1f}, most {proofs[-1]:.1f}; "
        f"leaves at most {max(each.leaves for each in known)}\n"
    )


def square(count: int) -> None:
    """Measure how much longer solves of 50 x 50 people take with proofs: without rules by goals, then by rules, too."""
    within = list[bool]()
    for kind in ("no rules", *KINDS):
        for goals in GOALS:
            found = [Measured.of(draw(seed, kind, (SQUARE, SQUARE), goals)) for seed in range(count)]
            plain, more = median(each.plain_s for each in found), median(each.solve_s - each.plain_s for each in found)
            within.append(more <= plain + ALLOWED_S)
            sys.stdout.write(
                f"{kind}: {', '.join(goals)}: {1e3 * plain:.0f} ms, with proofs {1e3 * more:.0f} more, "
                f"{'' if within[-1] else 'NOT '}within the solve and {1e3 * ALLOWED_S:.0f} ms; "
                f"{sum(each.certified for each in found)} of {count} certified\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"{sum(within)} of {len(within)} medians within the solve and {1e3 * ALLOWED_S:.0f} ms\n")


def large() -> None:
    """Measure each kind of rules at the sizes of a large programme."""
    for n, m, share in ((300, 200, 1.0), (1_000, 600, 0.08)):
        for seed, kind in enumerate(KINDS):
            if kind == "mixed" and n > 300:
                continue
            one = Measured.of(draw(seed, kind, (n, m), ("matched", "total"), share))
            sys.stdout.write(
                f"{n} x {m} {kind}: {one.status}, {'certified' if one.certified else 'NOT CERTIFIED'}; "
                f"solve {one.plain_s:.2f} s, with proofs {one.solve_s:.2f}, check {one.check_s:.2f}; "
                f"{one.kilobytes:.1f} kB, {one.leaves} leaves\n"
            )


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "500"
    if asked == "large":
        large()
    elif asked == "square":
        square(int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    else:
        small(int(asked))
