"""Prediction of the time and memory of ``match``.

A sample block of this cohort is scored under the programme, twice, and its time is extrapolated to all pairs.
The solve times were measured on two cores of an AMD EPYC with Python 3.13, numpy 2.5 and numba 0.68, for cohorts
drawn from the example programme (``benchmarks/bench_estimate.py``, docs/explanation/speed.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, prod
from os import cpu_count
from time import perf_counter

import numpy as np

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.scalars import exact_number, value_in_words, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.notebook_view import NotebookView
from mentormatch.languages.phrases import thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations import instance
from mentormatch.operations.instance import ExecutionPlan, has_scale, is_searched, list_plans, resident_mb, strip_scorer
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.rules.rule import forbidden_pairs, is_many_to_many, market_of
from mentormatch.scoring.scores import score

STORED_SAMPLE_SHAPE = (256, 1_024)
STRIP_SAMPLE_SHAPE, STRIP_ROWS = (128, 4_096), 64  # if scores are not stored


@dataclass(frozen=True, slots=True)
class SolveCosts:
    """Measured times of a solve, and factors of them."""

    stored_s: float = 0.3  # with stored scores: seconds of a solve,
    stored_pair_s: float = 0.2e-6  # and per pair
    load_compiled_s: float = 1.5  # to load compiled code
    base_scans: int = 2  # of all pairs; each division of the lists adds one
    leximin_scans: int = 5  # in addition
    compiled_speedup: float = 9.0  # of scoring on one core, relative to NumPy
    numpy_listing_factor: float = 0.65  # the speed of NumPy with candidate lists, relative to that without
    mentor_s: float = 20e-6  # per mentor and scan
    guess_s: float = 35e-6  # per mentee, for the initial duals
    master_s: float = 0.3e-6  # to solve the restricted master: compiled, per person,
    scipy_master_s: float = 9e-6  # or by scipy
    people_exponent: float = 1.4  # of the number of people in these times
    leximin_s: float = 3.2e-6  # in addition per person for leximin
    uncompiled_leximin_factor: int = 100  # of this time without compiled code


SOLVE_COSTS = SolveCosts()

DRIFT_MB = 16
"""Memory that the process may use in addition between the estimate and the start of the match."""
UNCERTAINTY_FACTOR = 2.0
"""The ratio of the upper limit to the estimate, for other load, tight markets and ties."""

SIDE_TEXTS = (mark("mentor·es"), mark("mentoré·es"))


@dataclass(frozen=True, slots=True)
class Estimate(NotebookView, VersionedPickle):
    """The predicted time and memory of ``match`` on this machine.

    ``way`` is ``held`` if all scores are stored, else ``wide``. ``seconds`` are lower and upper limits of the
    calculation, without documents. ``memory_mb`` is the predicted peak of the process in megabytes (10^6 bytes), of
    which ``own_mb`` are in use already; ``allowed_mb`` is the budget, None without one. ``scale``: that extra is
    installed; ``other_seconds`` apply in the opposite case. ``coupled``: a rule couples pairs, which may take longer.
    """

    mentors: int
    mentees: int
    way: str
    seconds: tuple[float, float]
    memory_mb: int
    own_mb: int
    scale: bool
    other_seconds: tuple[float, float]
    coupled: bool = False
    allowed_mb: int | None = None
    language: str = "fr"

    @property
    def pairs(self) -> int:
        """The number of possible pairs."""
        return self.mentors * self.mentees

    @property
    def fits(self) -> bool:
        """Whether the run fits into the budget; otherwise ``match`` refuses it, up to a margin of ``DRIFT_MB``."""
        return self.allowed_mb is None or self.memory_mb <= self.allowed_mb

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        """The estimate in sentences."""
        counts = {name: thousands(value) for name, value in (("mentors", self.mentors), ("mentees", self.mentees))}
        return (
            tr(
                "Mentor·es : {mentors} ; mentoré·es : {mentees} ; paires à comparer : {pairs}.",
                **counts,
                pairs=thousands(self.pairs),
            ),
            tr("Les points de toutes les paires seront gardés en mémoire.")
            if self.way == "held"
            else tr(
                "Les points de tant de paires ne sont pas gardés : ils sont recalculés à chaque passage sur toutes."
            ),
            tr("Durée attendue du calcul sur cette machine : {span}.", span=span(self.seconds)),
            tr(
                "Mémoire attendue : {size} Mo au plus, dont {own} déjà occupés.",
                size=thousands(self.memory_mb),
                own=thousands(self.own_mb),
            ),
            *self._memory_sentences(),
            self._extra(),
            *self._coupling_sentences(),
        )

    def _coupling_sentences(self) -> list[str]:
        if not self.coupled:
            return []
        return [tr("Une règle lie les binômes entre eux : si elle contraint, la durée peut dépasser cette fourchette.")]

    def _memory_sentences(self) -> list[str]:
        if self.allowed_mb is None:
            return []
        size = thousands(self.allowed_mb)
        if self.fits:
            return [tr("Les {size} Mo permis suffisent.", size=size)]
        return [tr("Les {size} Mo permis ne suffisent pas : le calcul serait refusé avant de commencer.", size=size)]

    def _extra(self) -> str:
        if self.way == "held":
            return tr("Le complément « scale » n'y changerait rien.")
        if self.scale:
            return tr(
                "Le complément « scale » est installé ; sans lui, il faudrait {span}.", span=span(self.other_seconds)
            )
        sentence = tr(
            "Avec le complément « scale », qui n'est pas installé, il faudrait {span}.", span=span(self.other_seconds)
        )
        limit = tr("Sans « scale », les objectifs de tant de personnes peuvent dépasser ce qui se calcule exactement.")
        return f"{sentence} {limit}"

    @property
    def as_dict(self) -> dict[str, object]:
        """The estimate as a JSON object."""
        return {
            "mentors": self.mentors,
            "mentees": self.mentees,
            "pairs": self.pairs,
            "way": self.way,
            "seconds": [round(limit, 2) for limit in self.seconds],
            "memory_mb": self.memory_mb,
            "own_mb": self.own_mb,
            "allowed_mb": self.allowed_mb,
            "fits": self.fits,
            "scale": self.scale,
            "other_seconds": [round(limit, 2) for limit in self.other_seconds],
            "coupled": self.coupled,
        }


def estimate(
    cohort: Cohort,
    programme: Programme,
    *,
    people: tuple[int, int] | None = None,
    memory_mb: int | None = None,
) -> Estimate:
    """Return the predicted time and memory of ``match``, without forming a pair.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    people
        The expected numbers of mentors and mentees, with answers like those of ``cohort``; None: those of ``cohort``.
    memory_mb
        The memory budget of ``match``; if no plan fits, the estimate describes the smallest.

    Raises
    ------
    RequestError
        The programme is not one of pairs, one side is empty, ``people`` are not positive whole numbers, or
        ``memory_mb`` is no whole number.

    See Also
    --------
    match : the run that is estimated.

    Examples
    --------
    >>> from mentormatch import examples
    >>> beforehand = estimate(examples.cohort(), examples.programme())
    >>> beforehand.pairs, beforehand.way, beforehand.fits
    (252, 'held', True)
    """
    require_pairs(programme)
    shape = (len(cohort.mentors), len(cohort.mentees)) if people is None else people
    check_people(cohort, shape)
    shape = int(shape[0]), int(shape[1])
    memory_mb = None if memory_mb is None else whole_number("memory_mb", memory_mb)
    several = is_many_to_many(programme.rules, cohort)
    needs_search = several or is_searched(cohort, programme)
    plans = [
        replace(plan, memory_mb=plan.memory_mb + DRIFT_MB)
        for plan in list_plans(shape, instance.MAX_STORED_PAIRS, several=several, searched=needs_search)
    ]
    fitting = [plan for plan in plans if memory_mb is None or plan.memory_mb <= memory_mb]
    plan = (fitting or [min(plans, key=lambda plan: plan.memory_mb)])[0]
    seconds_per_pair, scale = measure_seconds_per_pair(cohort, programme, held=plan.stores_scores), has_scale()
    fair = "leximin" in programme.goals.order
    with_scale, without = (
        seconds_of_run(shape, plan, seconds_per_pair, compiled=compiled, fair=fair) for compiled in (True, False)
    )
    return Estimate(
        *shape,
        "held" if plan.stores_scores else "wide",
        seconds_between(with_scale if scale else without),
        plan.memory_mb,
        resident_mb(),
        scale,
        seconds_between(without if scale else with_scale),
        any(rule.bounds_sums for rule in programme.rules),
        memory_mb,
        programme.heading.language,
    )


def check_people(cohort: Cohort, shape: tuple[int, int]) -> None:
    """Raise RequestError if a side is empty, or the numbers of people are invalid."""
    problems = [
        Problem(tr(side), thousands(count), tr("une personne au moins de ce côté"))
        for side, count in zip(SIDE_TEXTS, (len(cohort.mentors), len(cohort.mentees)), strict=True)
        if not count
    ]
    problems = problems or [
        Problem(tr(side), value_in_words(count), tr("un nombre entier, 1 ou plus"))
        for side, count in zip(SIDE_TEXTS, shape, strict=True)
        if not isinstance(exact := exact_number(count), int) or exact < 1
    ]
    if problems:
        raise RequestError(tr("Rien ne peut être estimé"), problems)


def measure_seconds_per_pair(cohort: Cohort, programme: Programme, *, held: bool) -> float:
    """Return the seconds per pair that scoring and rules take in NumPy: the faster of two runs on a sample."""
    block = sample(cohort, STORED_SAMPLE_SHAPE if held else STRIP_SAMPLE_SHAPE)
    if held:
        elapsed_s = best_of_two(
            lambda: forbidden_pairs(programme.rules, market_of(block, score(block, programme.criteria).values))
        )
    else:
        rows = strip_scorer(block, programme)
        elapsed_s = best_of_two(
            lambda: [rows(start, start + STRIP_ROWS) for start in range(0, STRIP_SAMPLE_SHAPE[0], STRIP_ROWS)]
        )
    return elapsed_s / (len(block.mentors) * len(block.mentees))


def sample(cohort: Cohort, shape: tuple[int, int]) -> Cohort:
    """Return a cohort of ``shape`` people, drawn with replacement, under new keys."""
    draw = np.random.default_rng(0)
    return Cohort(draw_people(cohort.mentors, shape[0], draw), draw_people(cohort.mentees, shape[1], draw))


def draw_people(people: People, count: int, draw: np.random.Generator) -> People:
    """Draw ``count`` people with replacement, under new keys."""
    copies = people.take(draw.integers(0, len(people), count))
    return replace(copies, ids=tuple(f"{key} {index}" for index, key in enumerate(copies.ids)))


def best_of_two(work: Callable[[], object]) -> float:
    """Return the shorter of two run times in seconds; the first run may also load modules."""
    times = []
    for _ in range(2):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def seconds_of_run(
    shape: tuple[int, int], plan: ExecutionPlan, pace: float, *, compiled: bool, fair: bool = False
) -> float:
    """Return the predicted seconds of a run; ``pace`` is the time in seconds that NumPy takes per pair.

    ``fair``: leximin is among the goals.
    """
    (n, m), pairs = shape, prod(shape)
    if plan.stores_scores:
        return SOLVE_COSTS.stored_s + pairs * (pace + SOLVE_COSTS.stored_pair_s)
    rate = SOLVE_COSTS.compiled_speedup * (cpu_count() or 1) if compiled else SOLVE_COSTS.numpy_listing_factor
    scans = SOLVE_COSTS.base_scans + plan.list_divisor - 1 + SOLVE_COSTS.leximin_scans * fair
    solve_s_per_person = SOLVE_COSTS.master_s if compiled else SOLVE_COSTS.scipy_master_s
    solve_s_per_person += fair * SOLVE_COSTS.leximin_s * (1 if compiled else SOLVE_COSTS.uncompiled_leximin_factor)
    solving = solve_s_per_person * float((n + m) ** SOLVE_COSTS.people_exponent)
    scanning = scans * (pairs * pace / rate + n * SOLVE_COSTS.mentor_s)
    return SOLVE_COSTS.load_compiled_s * compiled + scanning + m * SOLVE_COSTS.guess_s + solving


def seconds_between(seconds: float) -> tuple[float, float]:
    return seconds / UNCERTAINTY_FACTOR, seconds * UNCERTAINTY_FACTOR


def span(seconds: tuple[float, float]) -> str:
    """Return a range of times in words.

    >>> span((0.2, 0.8)), span((3.2, 130)).replace("\u00a0", " "), span((4_000, 30_000)).replace("\u00a0", " ")
    ('moins d’une seconde', 'de 3 s à 3 min', 'de 67 min à 9 h')
    """
    shortest, longest = map(duration, seconds)
    if seconds[1] < 1:
        return tr("moins d'une seconde")
    return tr("de {least} à {most}", least=shortest, most=longest)


def duration(seconds: float) -> str:
    """Return a time to one unit: seconds below one and a half minute, minutes below one and a half hour, else hours."""
    for size, unit in ((1, "s"), (60, "min")):
        if seconds < 90 * size:
            return f"{ceil(seconds / size) if size > 1 else max(round(seconds), 1)}\u00a0{unit}"
    return f"{thousands(ceil(seconds / 3_600))}\u00a0h"
