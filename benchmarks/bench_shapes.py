"""Shapes of rules that are slow for solvers: ``mm.solve`` as users call it, ties settled, beside one HiGHS program.

``python -m benchmarks.bench_shapes [first words of shapes]`` prints a row a shape: for each draw the processor seconds,
children included, and what is reached of the last goal, in brackets if it is not proved. Both have the seconds of the
shape, about: limits are on the clock, and longer on a crowded machine. HiGHS settles no ties; it has no goal ``floor``,
and no goals one after the other.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import monotonic, process_time

import numpy as np

from benchmarks.bench_hours import market as ample_hours
from benchmarks.bench_hours import of_type, processor_s
from benchmarks.one_program import Reached, one_program
from mentormatch import AssignmentProblem, Row, Status, solve
from mentormatch.base.arrays import BoolMatrix, IntMatrix

MILLION = 1_000_000
SPIN_S = 0.3  # longer than the slices of time that a crowded machine gives
NEW_PROGRAMME = ("matched", "priority", "total")

type Draw = Callable[[int], AssignmentProblem]


def scores_of(draw: np.random.Generator, mentors: int, mentees: int, levels: int = MILLION) -> IntMatrix:
    """Return scores of so many levels."""
    return draw.integers(0, MILLION, (mentors, mentees)) // (MILLION // levels)


def listed(draw: np.random.Generator, mentors: int, mentees: int, candidates: int) -> BoolMatrix:
    """Return the pairs in which each mentee has so many candidates."""
    allowed = np.zeros((mentors, mentees), dtype=bool)
    for mentee in range(mentees):
        allowed[draw.choice(mentors, candidates, replace=False), mentee] = True
    return allowed


def problem_of(scores: IntMatrix, rows: Iterator[Row] | None = None, **bounds: object) -> AssignmentProblem:
    """Return the problem whose goal is the sum of scores, unless ``bounds`` states others."""
    stated = {"goals": ("total",)} | bounds
    return AssignmentProblem.from_scores(scores, rows=[*(rows or ())], **stated)  # type: ignore[arg-type]  # any bound


def pair_rows(seed: int, levels: int = 5) -> AssignmentProblem:
    """30 organisations give few mentors to other regions, 30 groups get some of one kind."""
    draw = np.random.default_rng(seed)
    scores, allowed = scores_of(draw, 1_000, 600, levels), listed(draw, 1_000, 600, 50)
    organisation, group = draw.integers(0, 30, 1_000), draw.integers(0, 30, 600)
    kinds, regions = draw.integers(0, 6, 1_000), draw.integers(0, 6, 600)

    def rows() -> Iterator[Row]:
        for o in range(30):
            yield Row(f"organisation {o}", np.outer(organisation == o, regions != o % 6).astype(np.int64), most=8)
        for g in range(30):
            yield Row(f"group {g}", np.outer(kinds == g % 6, group == g).astype(np.int64), least=9)

    return problem_of(scores, rows(), allowed=allowed)


def random_rows(seed: int, levels: int = 5) -> AssignmentProblem:
    """40 rows on random pairs, one in fifty."""
    draw = np.random.default_rng(seed)
    scores, allowed = scores_of(draw, 1_000, 600, levels), listed(draw, 1_000, 600, 50)
    rows = (Row(f"{k}", (draw.random((1_000, 600)) < 0.02).astype(np.int64), most=6) for k in range(40))
    return problem_of(scores, rows, allowed=allowed)


def overlapping(seed: int) -> AssignmentProblem:
    """20 quotas, each on three mentors in ten."""
    draw = np.random.default_rng(seed)
    scores = scores_of(draw, 60, 50)
    return problem_of(scores, (Row(f"{k}", (draw.random((60, 1)) < 0.3).astype(np.int64), most=7) for k in range(20)))


def small_random_rows(seed: int) -> AssignmentProblem:
    """30 rows on random pairs, one in five."""
    draw = np.random.default_rng(seed)
    scores = scores_of(draw, 60, 50)
    return problem_of(scores, (Row(f"{k}", (draw.random((60, 50)) < 0.2).astype(np.int64), most=6) for k in range(30)))


def signed(seed: int) -> AssignmentProblem:
    """8 rows with weights of both signs."""
    draw = np.random.default_rng(seed)
    scores = scores_of(draw, 22, 23)
    return problem_of(scores, (Row(f"{k}", draw.integers(-2, 4, (22, 23)), most=5) for k in range(8)))


def floor_with_hours(mentors: int, mentees: int, seed: int) -> AssignmentProblem:
    """Some mentors have a minimum of two or no partner, all have hours; the worst pair is to be as good as can be."""
    draw = np.random.default_rng(seed)
    scores, capacity = scores_of(draw, mentors, mentees), draw.integers(1, 5, mentors)
    least = np.minimum(capacity, (draw.random(mentors) < 0.3) * 2)
    hours, limits = draw.integers(1, 6, (mentors, mentees)), draw.integers(4, 12, mentors)
    return problem_of(
        scores,
        mentor_capacity=capacity,
        mentor_minimum=least,
        hours=hours,
        mentor_hours=limits,
        goals=("matched", "floor"),
    )


def both_capacities(seed: int) -> AssignmentProblem:
    """Three places for each mentor, two for each mentee."""
    draw = np.random.default_rng(seed)
    return problem_of(scores_of(draw, 1_000, 600), mentor_capacity=3, mentee_capacity=2)


def quotas(seed: int, levels: int = MILLION) -> AssignmentProblem:
    """4 organisations of which the first scores most, and gives fewer mentors than would be best."""
    draw, mentors, mentees = np.random.default_rng(seed), 2_000, 1_500
    scores = draw.integers(0, levels, (mentors, mentees))
    scores[: mentors // 4] += levels * 2 // 5
    of = np.arange(mentors) * 4 // mentors
    most = mentees // 4
    return problem_of(scores, (Row(f"{o}", (of == o).astype(np.int64)[:, None], most=most) for o in range(4)))


def scarce_hours(mentors: int, mentees: int, seed: int) -> AssignmentProblem:
    """Mentors have three to eight hours and six places; mentees need one to four hours."""
    draw = np.random.default_rng(seed)
    scores, hours = scores_of(draw, mentors, mentees), draw.integers(1, 5, mentees)
    return problem_of(scores, mentor_capacity=6, hours=hours, mentor_hours=draw.integers(3, 9, mentors))


def hours_of_new_programme(mentors: int, mentees: int, seed: int) -> AssignmentProblem:
    """Hours with the goals of every new programme; a fifth of the mentees come first."""
    draw = np.random.default_rng(seed)
    scores, hours = scores_of(draw, mentors, mentees), draw.integers(2, 11, mentees)
    first = (draw.random(mentees) < 0.2).astype(np.int64)
    limits = draw.integers(5, 21, mentors)
    return problem_of(
        scores,
        mentor_capacity=3,
        hours=hours,
        mentor_hours=limits,
        mentee_priority=first,
        goals=NEW_PROGRAMME,
    )


SHAPES: dict[str, tuple[Draw, tuple[int, ...], float]] = {
    "rows on pairs, five levels, 1,000 x 600": (pair_rows, (1, 2, 3), 20),
    "random pair rows, five levels, 1,000 x 600": (random_rows, (1, 2, 3), 20),
    "20 overlapping quotas, 60 x 50": (overlapping, (0, 1, 2), 8),
    "30 random pair rows, 60 x 50": (small_random_rows, (0, 1, 2), 8),
    "floor with hours, 20 x 20": (partial(floor_with_hours, 20, 20), (0, 1, 2, 3), 8),
    "floor with hours, 60 x 60": (partial(floor_with_hours, 60, 60), (0, 1, 2), 8),
    "floor with hours, 40 x 80": (partial(floor_with_hours, 40, 80), (0, 1, 2, 3), 8),
    "capacities on both sides, 1,000 x 600": (both_capacities, (0, 1, 2), 20),
    "quotas, 2,000 x 1,500": (quotas, (0, 1, 2), 30),
    "quotas, scores to 1,400, 2,000 x 1,500": (partial(quotas, levels=1_000), (0, 1, 2), 30),
    "hours 30 x 80 scarce, 1 s": (partial(scarce_hours, 30, 80), (0, 1, 2), 1),
    "hours 30 x 80 scarce, 10 s": (partial(scarce_hours, 30, 80), (0, 1, 2), 10),
    "hours 100 x 300 scarce": (partial(scarce_hours, 100, 300), (0, 1, 2), 8),
    "type C, 10 x 200, 5 s": (partial(of_type, "C", 10, 200), (0, 1, 2), 5),
    "8 signed rows, 22 x 23": (signed, (1, 2, 3), 8),
    "hours 1,000 x 600, 50 candidates": (ample_hours, (1, 2, 3), 20),
    "new programme with hours, 200 x 133": (partial(hours_of_new_programme, 200, 133), (0, 1, 2), 20),
    "new programme with hours, 300 x 200": (partial(hours_of_new_programme, 300, 200), (0, 1, 2), 20),
    "new programme with hours, 1,000 x 600": (partial(hours_of_new_programme, 1_000, 600), (0, 1, 2), 60),
}


def ours(problem: AssignmentProblem, seconds: float) -> Reached:
    """Return what is reached of the last goal, ties settled."""
    found = solve(problem, time_limit_s=seconds)
    return Reached(found.tiers[-1].value if found.tiers else None, found.status is Status.PROVED)


def crowd() -> float:
    """Return how many seconds on the clock one second of the processor takes now."""
    wall, used = monotonic(), process_time()
    while process_time() - used < SPIN_S:
        pass
    return max((monotonic() - wall) / (process_time() - used), 1.0)


def timed(method: Callable[[AssignmentProblem, float], Reached], problem: AssignmentProblem, seconds: float) -> str:
    """Return the processor seconds and what is reached."""
    used = processor_s()
    found = method(problem, seconds * crowd())
    used = processor_s() - used - SPIN_S
    value = "none" if found.value is None else f"{found.value:,}"
    return f"{used:.2f}: {value if found.proved else f'({value})'}"


def main(words: list[str]) -> None:
    """Print the rows of the shapes that begin with one of the words."""
    sys.stdout.write("| shape | `mm.solve`, ties settled | one HiGHS program | ratio |\n| --- | --- | --- | --- |\n")
    solve(signed(99))  # loads what is loaded once
    for name, (draw, seeds, seconds) in SHAPES.items():
        if words and not name.startswith(tuple(words)):
            continue
        problems = [draw(seed) for seed in seeds]
        own = [timed(ours, problem, seconds) for problem in problems]
        sums = problems[0].goals == ("total",)
        rival = [timed(one_program, problem, seconds) for problem in problems] if sums else []
        ratio = f"{median(map(first, own)) / median(map(first, rival)):.2f}" if rival else ""
        sys.stdout.write(f"| {name} | {'; '.join(own)} | {'; '.join(rival)} | {ratio} |\n")
        sys.stdout.flush()


def first(told: str) -> float:
    """Return the seconds at the beginning of what is told."""
    return float(told.split(":")[0])


if __name__ == "__main__":
    main(sys.argv[1:])
