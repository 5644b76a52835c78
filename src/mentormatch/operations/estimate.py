"""What pairing a cohort takes, said beforehand: the way that is gone, its time and its memory.

A block of this cohort is scored under this programme, which takes half a second at most, and the rest follows from the
number of pairs. What solving takes was measured: two cores of an AMD EPYC, Python 3.13, numpy 2.5, numba 0.68, cohorts
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
from mentormatch.languages.phrases import thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations import instance
from mentormatch.operations.instance import ExecutionPlan, has_scale, is_searched, list_plans, resident_mb, strip_scorer
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.rules.rule import forbidden_pairs, is_many_to_many, market_of
from mentormatch.scoring.scores import score

BLOCK, STRIPS, STRIP_ROWS = (256, 1_024), (128, 4_096), 64
"""So many mentors and mentees are scored to see how fast this is, the scores being held or not, and then in strips."""
HELD_S, HELD_PAIR_S = 0.3, 0.2e-6
"""Solving with all scores held: seconds in any case, and for each pair."""
COMPILED_S, LOOKS = 1.5, 2
"""Loading what is compiled, and how many looks at all pairs there are, one more for each time lists are shorter."""
FASTER, LISTING = 9.0, 0.65
"""How many times as fast compiled code scores pairs; and how fast NumPy is when it also lists them."""
MENTOR_S, GUESS_S = 20e-6, 35e-6
"""Seconds for each mentor in each look, and for each mentee to guess where to begin."""
SOLVE_S, SCIPY_S, GROWTH = 0.3e-6, 9e-6, 1.4
"""Seconds to solve the lists of one person, compiled or by scipy, and the power of the number of people it grows by."""
CLIMB_S, PLAINLY, LOOKS_MORE = 3.2e-6, 100, 5
"""For leximin: the same seconds once more for its climbs, how many times as long they take where nothing is compiled,
and how many more looks there are."""
DRIFT_MB = 16
"""What a process may come to hold between the estimate, with what that itself loads, and the start of the match."""
RANGE = 2.0
"""By how many times a run may be quicker or slower than is expected: other work, tight markets, ties."""

SIDES = (mark("mentor·es"), mark("mentoré·es"))
HELD = mark("Les points de toutes les paires seront gardés en mémoire.")
WIDE = mark("Les points de tant de paires ne sont pas gardés : ils sont recalculés à chaque passage sur toutes.")
COUPLED = mark("Une règle lie les binômes entre eux : si elle contraint, la durée peut dépasser cette fourchette.")
LIMIT = mark("Sans « scale », les objectifs de tant de personnes peuvent dépasser ce qui se calcule exactement.")


@dataclass(frozen=True, slots=True)
class Estimate(VersionedPickle):
    """What ``match`` is expected to take on this machine, beforehand.

    ``way`` is ``held`` or ``wide``: whether the scores of all pairs are kept in memory. ``seconds`` are those of the
    calculation, least and most; documents come on top. ``memory_mb`` is what the process takes at most, in megabytes
    (10^6 bytes), of which ``own_mb`` are held already; ``allowed_mb`` what was allowed, None: no matter. ``scale`` says
    whether that extra is there, and ``other_seconds`` what the run would take if that were otherwise. ``coupled``: a
    rule couples pairs, and may make it longer.
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
        """How many pairs are compared."""
        return self.mentors * self.mentees

    @property
    def fits(self) -> bool:
        """Whether the run keeps to the memory that was allowed; ``match`` refuses it otherwise."""
        return self.allowed_mb is None or self.memory_mb <= self.allowed_mb

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        """All of it in words."""
        said = {name: thousands(value) for name, value in (("mentors", self.mentors), ("mentees", self.mentees))}
        return (
            tr(
                "Mentor·es : {mentors} ; mentoré·es : {mentees} ; paires à comparer : {pairs}.",
                **said,
                pairs=thousands(self.pairs),
            ),
            tr(HELD if self.way == "held" else WIDE),
            tr("Durée attendue du calcul sur cette machine : {span}.", span=span(self.seconds)),
            tr(
                "Mémoire attendue : {size} Mo au plus, dont {own} déjà occupés.",
                size=thousands(self.memory_mb),
                own=thousands(self.own_mb),
            ),
            *self._memory_sentences(),
            self._extra(),
            *([tr(COUPLED)] if self.coupled else []),
        )

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
        return f"{sentence} {tr(LIMIT)}"

    @property
    def as_dict(self) -> dict[str, object]:
        """The same for programs, in codes."""
        return {
            "mentors": self.mentors,
            "mentees": self.mentees,
            "pairs": self.pairs,
            "way": self.way,
            "seconds": [round(each, 2) for each in self.seconds],
            "memory_mb": self.memory_mb,
            "own_mb": self.own_mb,
            "allowed_mb": self.allowed_mb,
            "fits": self.fits,
            "scale": self.scale,
            "other_seconds": [round(each, 2) for each in self.other_seconds],
            "coupled": self.coupled,
        }


def estimate(
    cohort: Cohort,
    programme: Programme,
    *,
    people: tuple[int, int] | None = None,
    memory_mb: int | None = None,
) -> Estimate:
    """Return what ``match`` is expected to take of time and memory, without forming a pair.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    people
        How many mentors and mentees there will be, who answer as those of ``cohort`` do; None: as many as there are.
    memory_mb
        The memory that ``match`` would be allowed; where nothing fits, the estimate is that of the least.

    Raises
    ------
    RequestError
        The programme is not one of pairs, there is nobody on one side, or ``people`` are no whole numbers from 1 on.

    Examples
    --------
    >>> from mentormatch import examples
    >>> beforehand = estimate(examples.cohort(), examples.programme())
    >>> beforehand.pairs, beforehand.way, beforehand.fits
    (252, 'held', True)
    """
    require_pairs(programme)
    shape = (len(cohort.mentors), len(cohort.mentees)) if people is None else people
    refuse(cohort, shape)
    shape = int(shape[0]), int(shape[1])
    memory_mb = None if memory_mb is None else whole_number("memory_mb", memory_mb)
    several = is_many_to_many(programme.rules, cohort)
    searched = several or is_searched(cohort, programme)
    known = [
        replace(way, memory_mb=way.memory_mb + DRIFT_MB)
        for way in list_plans(shape, instance.MAX_STORED_PAIRS, several=several, searched=searched)
    ]
    fitting = [way for way in known if memory_mb is None or way.memory_mb <= memory_mb]
    way = (fitting or [min(known, key=lambda way: way.memory_mb)])[0]
    pace, scale = seconds_a_pair(cohort, programme, held=way.held), has_scale()
    fair = "leximin" in programme.goals.order
    with_scale, without = (seconds_of_run(shape, way, pace, compiled=compiled, fair=fair) for compiled in (True, False))
    return Estimate(
        *shape,
        "held" if way.held else "wide",
        seconds_between(with_scale if scale else without),
        way.memory_mb,
        resident_mb(),
        scale,
        seconds_between(without if scale else with_scale),
        any(rule.bounds_sums for rule in programme.rules),
        memory_mb,
        programme.heading.language,
    )


def refuse(cohort: Cohort, shape: tuple[int, int]) -> None:
    """Raise RequestError where there is nobody to go by, or no number of people."""
    wrong = [
        Problem(tr(side), thousands(count), tr("une personne au moins de ce côté"))
        for side, count in zip(SIDES, (len(cohort.mentors), len(cohort.mentees)), strict=True)
        if not count
    ]
    wrong = wrong or [
        Problem(tr(side), value_in_words(count), tr("un nombre entier, 1 ou plus"))
        for side, count in zip(SIDES, shape, strict=True)
        if not isinstance(exact := exact_number(count), int) or exact < 1
    ]
    if wrong:
        raise RequestError(tr("Rien ne peut être estimé"), wrong)


def seconds_a_pair(cohort: Cohort, programme: Programme, *, held: bool) -> float:
    """Return how long NumPy takes to score a pair of this cohort and to apply the rules, as a block of it tells."""
    block = sample(cohort, BLOCK if held else STRIPS)
    if held:
        taken = time_scores(
            lambda: forbidden_pairs(programme.rules, market_of(block, score(block, programme.criteria).values))
        )
    else:
        rows = strip_scorer(block, programme)
        taken = time_scores(lambda: [rows(start, start + STRIP_ROWS) for start in range(0, STRIPS[0], STRIP_ROWS)])
    return taken / (len(block.mentors) * len(block.mentees))


def sample(cohort: Cohort, shape: tuple[int, int]) -> Cohort:
    """Return so many people of each side, drawn with replacement, each under a key of their own."""
    draw = np.random.default_rng(0)
    return Cohort(draw_people(cohort.mentors, shape[0], draw), draw_people(cohort.mentees, shape[1], draw))


def draw_people(people: People, count: int, draw: np.random.Generator) -> People:
    """Return so many of these people, under keys of their own."""
    some = people.take(draw.integers(0, len(people), count))
    return replace(some, ids=tuple(f"{key} {place}" for place, key in enumerate(some.ids)))


def time_scores(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes; it is done twice, for the first time also loads what it needs."""
    times = []
    for _ in range(2):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return min(times)


def seconds_of_run(
    shape: tuple[int, int], way: ExecutionPlan, pace: float, *, compiled: bool, fair: bool = False
) -> float:
    """Return the seconds that a run is expected to take; ``pace`` are those that NumPy takes to score a pair.

    ``fair``: leximin is among the goals.
    """
    (n, m), pairs = shape, prod(shape)
    if way.held:
        return HELD_S + pairs * (pace + HELD_PAIR_S)
    rate = FASTER * (cpu_count() or 1) if compiled else LISTING
    looks = LOOKS + way.shorter - 1 + LOOKS_MORE * fair
    a_person = (SOLVE_S if compiled else SCIPY_S) + fair * CLIMB_S * (1 if compiled else PLAINLY)
    solving = a_person * float((n + m) ** GROWTH)
    return COMPILED_S * compiled + looks * (pairs * pace / rate + n * MENTOR_S) + m * GUESS_S + solving


def seconds_between(seconds: float) -> tuple[float, float]:
    """Return the least and the most that a run of so many seconds may take."""
    return seconds / RANGE, seconds * RANGE


def span(seconds: tuple[float, float]) -> str:
    """Return from how long to how long, in words.

    >>> span((0.2, 0.8)), span((3.2, 130)).replace("\u00a0", " "), span((4_000, 30_000)).replace("\u00a0", " ")
    ('moins d’une seconde', 'de 3 s à 3 min', 'de 67 min à 9 h')
    """
    least, most = map(duration, seconds)
    if seconds[1] < 1:
        return tr("moins d'une seconde")
    return tr("de {least} à {most}", least=least, most=most)


def duration(seconds: float) -> str:
    """Return a time to one unit: seconds below one and a half minute, minutes below one and a half hour, else hours."""
    for size, unit in ((1, "s"), (60, "min")):
        if seconds < 90 * size:
            return f"{ceil(seconds / size) if size > 1 else max(round(seconds), 1)}\u00a0{unit}"
    return f"{thousands(ceil(seconds / 3_600))}\u00a0h"
