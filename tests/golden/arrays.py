"""Problems of plain arrays drawn from a seed, from 3 to 3,000 a side: dense, sparse, tied, with every goal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

import mentormatch as mm
from tests.golden.aspects import Aspects, Case, of_solution, said

type Matrix = NDArray[np.float64]
type Random = np.random.Generator


def plane(ways: Matrix) -> Matrix:
    """Return how close points are, by the way from one to the other."""
    return 1 - np.hypot(ways[..., 0], ways[..., 1]) / 2


KINDS: Mapping[str, Callable[[Random, int, int], Matrix]] = {
    "untied": lambda random, n, m: random.random((n, m)),
    "five": lambda random, n, m: random.integers(0, 5, (n, m)) / 4,
    "plane": lambda random, n, m: plane(random.random((n, 1, 2)) - random.random((1, m, 2))),
    "parts": lambda random, n, m: random.random((n, 1)) + random.random((1, m)),
    "signed": lambda random, n, m: random.integers(-9, 10, (n, m)).astype(float),
}
GOALS = (
    ("matched", "total"),
    ("total",),
    ("leximin",),
    ("matched", "floor", "total"),
    ("floor_person", "matched", "total"),
    ("priority", "matched", "total"),
    ("matched", "leximin"),
    ("matched", "priority", "floor", "total"),
)
SMALL = ((3, 3), (5, 8), (9, 6), (12, 12), (20, 31), (40, 40))
LARGE = (
    ("untied", 3_000, 3_000, ("matched", "total"), 1.0),
    ("five", 1_500, 1_500, ("matched", "total"), 1.0),
    ("plane", 1_000, 1_400, ("matched", "total"), 0.1),
    ("untied", 3_000, 2_500, ("matched", "total"), 0.005),
    ("five", 3_000, 3_000, ("matched", "total"), 0.002),
    ("parts", 400, 400, ("matched", "total"), 1.0),
    ("untied", 300, 300, ("leximin",), 1.0),
    ("five", 200, 260, ("matched", "leximin"), 0.2),
    ("plane", 500, 500, ("matched", "floor", "total"), 1.0),
    ("untied", 400, 350, ("floor_person", "matched", "total"), 0.3),
    ("signed", 800, 800, ("total",), 1.0),
    ("untied", 1_200, 1_200, ("priority", "matched", "total"), 0.05),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which problem is drawn: its number, kind of scores, size, goals, and the share of pairs that may be chosen."""

    number: int
    kind: str
    mentors: int
    mentees: int
    goals: tuple[str, ...]
    share: float = 1.0
    engine: str | None = None
    several: bool = False
    named: bool = False

    def problem(self) -> mm.AssignmentProblem:
        """Return the problem; ``several``: people take several partners; ``named``: pins, former pairs, ``changes``."""
        random = np.random.default_rng(self.number)
        n, m = self.mentors, self.mentees
        scores, allowed = KINDS[self.kind](random, n, m), random.random((n, m)) < self.share
        most = random.integers(1, 4, n) if self.several else np.ones(n, dtype=np.int64)
        least = np.minimum(random.integers(0, 2, n), most) if self.several and self.number % 2 else np.zeros(n, int)
        stated: dict[str, Any] = {"mentor_capacity": most, "mentor_minimum": least, "goals": self.goals}
        if "priority" in self.goals:
            stated |= {"mentee_priority": random.integers(0, 3, m)}
        if self.share < 1 and self.number % 2 == 0:
            places = np.nonzero(allowed)
            listed = sparse.coo_array((scores[places], places), shape=(n, m))
            found = mm.AssignmentProblem.from_scores(listed, **stated)
        else:
            found = mm.AssignmentProblem.from_scores(scores, None if self.share == 1 else allowed, **stated)
        return self.with_names(found) if self.named else found

    def with_names(self, problem: mm.AssignmentProblem) -> mm.AssignmentProblem:
        """Return the problem with keys, former pairs, and fewest changes among its goals."""
        mentors, mentees = (tuple(f"{one}{i}" for i in range(n)) for one, n in zip("ME", problem.shape, strict=True))
        former = tuple((i, (2 * i) % self.mentees) for i in range(min(self.mentors, (self.mentees + 1) // 2)))
        named = replace(problem, mentor_keys=mentors, mentee_keys=mentees)
        return replace(named, former=former, goals=("matched", "changes", "total"))

    def found(self) -> Aspects:
        """Return what is recorded of its answer."""
        try:
            return of_solution(mm.solve(self.problem(), seed=self.number % 3, engine=self.engine))
        except mm.MentorMatchError as error:
            return {"messages": said(error)}

    @property
    def name(self) -> str:
        """What the case is called."""
        marks = [self.kind, f"{self.mentors}x{self.mentees}", "-".join(self.goals)]
        marks += [f"share{self.share:g}"] * (self.share < 1) + [self.engine or ""] + ["several"] * self.several
        return "-".join(["arrays/" + f"{self.number:03d}", *filter(None, [*marks, "named" * self.named])])


def drawn() -> Iterator[tuple[Drawn, bool]]:
    """Yield the problems, and whether each is one of the fast suite."""
    kinds = list(KINDS)
    for number in range(40):
        n, m = SMALL[number % len(SMALL)]
        share = (1.0, 0.5, 0.2)[number % 3]
        engine = "wide" if number == 4 else (None, None, "milp", None, "plain")[number % 5]
        one = Drawn(number, kinds[number % 5], n, m, GOALS[number % 8], share, engine)
        yield replace(one, several=number % 4 == 3, named=number % 7 == 6), number < 24
    for place, (kind, n, m, goals, share) in enumerate(LARGE):
        yield Drawn(100 + place, kind, n, m, goals, share, several=place % 5 == 2), False


def misstated() -> Iterator[Case]:
    """Yield arrays that state no problem, with what is said of them."""
    wrong: dict[str, Callable[[], mm.AssignmentProblem]] = {
        "nan": lambda: mm.AssignmentProblem.from_scores([[0.1, float("nan")]]),
        "text": lambda: mm.AssignmentProblem.from_scores([["a", "b"]]),
        "huge": lambda: mm.AssignmentProblem.from_scores([[1e300, 1.0]]),
        "capacity": lambda: mm.AssignmentProblem.from_scores([[1.0]], mentor_capacity=-1),
        "minimum": lambda: mm.AssignmentProblem.from_scores([[1.0]], mentor_minimum=2),
        "goals": lambda: mm.AssignmentProblem.from_scores([[1.0]], goals=("most", "total")),
        "shape": lambda: mm.AssignmentProblem.from_scores([[1.0, 2.0]], [[True]]),
    }
    for name, posed in wrong.items():
        yield Case(f"arrays/misstated-{name}", partial(message, posed), fast=True)


def message(posed: Callable[[], mm.AssignmentProblem]) -> Aspects:
    """Return what is said of arrays that state no problem, in both languages."""
    found: Aspects = {}
    for spoken in ("fr", "en"):
        with mm.language(spoken):
            try:
                posed()
            except mm.MentorMatchError as error:
                found[f"messages-{spoken}"] = said(error)
    return found


def cases() -> Iterator[Case]:
    """Yield every case of arrays."""
    for one, fast in drawn():
        yield Case(one.name, one.found, fast)
    yield from misstated()
