"""Suggestions: for everybody a short list of possible partners, so that nobody is shown too often, or never.

A simple b-matching (Schrijver 2003, chapter 21): a pair that is suggested stands in the lists of both people, each
mentee has ``each`` partners at most, each mentor ``most_shown``. Whom of one side all lists together can reach is a
b-matching of its own; what reaches these mentees and what reaches these mentors can be had at once (Mendelsohn and
Dulmage 1958), so everybody who can be in a list has a minimum of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.progress import track
from mentormatch.base.scalars import seed_number, whole_number
from mentormatch.explanation.names import codes
from mentormatch.explanation.pairs import Pair, explain_pairs
from mentormatch.explanation.tables import ResultSheet, frame, reasons, sheet, side_cell
from mentormatch.explanation.unmatched_people import Case, Unmatched, explain_unmatched
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.translation import language, once_spoken, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, rules_by_hand
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.scoring.scores import ScoreTable

if TYPE_CHECKING:
    from pandas import DataFrame

GOALS = ("matched", "total")
"""The lists are filled first, then the points of all that is in them."""

LEAST_S = 1e-3
"""What a solve has after the time is up: it returns what greed finds."""


@dataclass(frozen=True, repr=False, eq=False)
class Suggestions(ContentEquality):
    """Short lists of possible partners: each pair of ``solution`` stands in the lists of both its people.

    A mentee is shown ``each`` mentors at most, a mentor to ``most_shown`` mentees. ``problem`` says so, and who must be
    in a list; ``all_reached``: it is proved that no more people can be in one.
    """

    cohort: Cohort
    programme: Programme
    scores: ScoreTable
    problem: AssignmentProblem
    solution: Solution
    each: int
    most_shown: int
    seed: int = 0
    all_reached: bool = True

    @property
    def language(self) -> str:
        """The language of the programme, in which reasons are told unless another was asked for."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """Whether the lists are proved to be the best, or there was no time for the proof."""
        proved = self.solution.status is Status.PROVED
        return Status.FEASIBLE if proved and not self.all_reached else self.solution.status

    @once_spoken
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs that are suggested, best first, each with the points of every criterion."""
        found = explain_pairs(self.cohort, self.scores, self.solution.pairs)
        return tuple(sorted(found, key=lambda pair: (-pair.score, pair.mentor, pair.mentee)))

    @once_spoken
    def lists(self) -> Mapping[Side, Mapping[str, tuple[Pair, ...]]]:
        """The list of each person, by side and key; the best pair first, empty for who is in no list."""
        found: dict[Side, dict[str, list[Pair]]] = {
            side: {key: [] for key in self.cohort.side(side).ids} for side in SIDES
        }
        for pair in self.pairs:
            found["mentor"][pair.mentor].append(pair)
            found["mentee"][pair.mentee].append(pair)
        return {side: {key: tuple(own) for key, own in lists.items()} for side, lists in found.items()}

    @property
    def keys(self) -> Mapping[Side, Mapping[str, tuple[str, ...]]]:
        """The keys of the partners in each list, the best first: what ``anonymous_profiles`` takes as ``lists``."""
        return {
            side: {key: tuple(partner_of(pair, side) for pair in own) for key, own in lists.items()}
            for side, lists in self.lists.items()
        }

    @once_spoken
    def without(self) -> tuple[Unmatched, ...]:
        """Everybody who is in no list, with a code and a sentence."""
        return explain_unmatched(Case(self.cohort, self.programme.rules, self.scores, self.problem, self.solution))

    @property
    def sheet(self) -> ResultSheet:
        """One row for each line of each list: whose, the rank, the partner, the points, and the reasons in words."""
        with language(self.language, unless_asked=True):
            columns = [
                ("side", tr("Côté")),
                ("person", tr("Personne")),
                ("rank", tr("Rang")),
                ("partner", tr("Partenaire possible")),
                ("points", tr("Points sur 100")),
                ("reasons", tr("Pourquoi")),
            ]
            labels = codes(self.cohort)
            rows = [
                (
                    side_cell(side),
                    labels.person(side, person),
                    rank,
                    labels.person(ACROSS[side], partner_of(pair, side)),
                    pair.points,
                    labels.text(reasons(pair)),
                )
                for side, lists in self.lists.items()
                for person, own in lists.items()
                for rank, pair in enumerate(own, 1)
            ]
            return sheet(columns, rows)

    @property
    def frame(self) -> "DataFrame":
        """The lists as a pandas frame: side, person, rank, partner, points, reasons."""
        return frame(self.sheet)

    def __repr__(self) -> str:
        """Say how many pairs are suggested, and never of whom."""
        return f"Suggestions({len(self.solution.pairs)} pairs, {self.status})"


def partner_of(pair: Pair, side: Side) -> str:
    """Return the partner of the person of one side."""
    return pair.mentee if side == "mentor" else pair.mentor


def suggest(  # noqa: PLR0913 - these keywords are the published contract
    cohort: Cohort,
    programme: Programme,
    *,
    each: int = 5,
    most_shown: int | None = None,
    seed: int = 0,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Suggestions:
    """Return for everybody a short ranked list of possible partners, with reasons: people choose, then ``match``.

    Lists are those of both sides at once: who is in yours has you in theirs. First as many people as can be are in a
    list at all (where not everybody can be, those with the best partners), then lists are as full as can be, then the
    points of all lists together are the greatest. Only pairs
    that the rules allow are suggested; rules on several pairs, as quotas, are for the matching that follows. Who has
    places for pinned partners alone is shown to these alone.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    each
        How many mentors a mentee is shown at most.
    most_shown
        How many mentees a mentor is shown to at most; None: ``each``, or as many as it takes that all lists of mentees
        could be full if there are more mentees than mentors.
    seed
        Settles ties, as for ``match``.
    pins, bans
        Pairs that are settled, or must not be: by keys, for this call alone.
    time_limit_s
        Seconds in all; None: until proved.

    Raises
    ------
    RequestError
        ``each`` or ``most_shown`` is not a whole number from 1 on, a pin or a ban names somebody who is not in the
        cohort, or there are too many pairs.

    Examples
    --------
    >>> from mentormatch import examples
    >>> lists = suggest(examples.cohort(), examples.programme(), each=3)
    >>> max(map(len, lists.keys["mentee"].values()))
    3
    """
    each, seed = whole_number("each", each, 1), seed_number(seed)
    ends = None if time_limit_s is None else monotonic() + time_limit_s
    programme = programme.with_rules(rules_by_hand(cohort, pins, bans))
    scores, problem = build_instance(cohort, programme)
    require_stored_scores(problem)
    if most_shown is None:
        most_shown = max(each, -(-each * len(cohort.mentees) // max(1, len(cohort.mentors))))
    most_shown = whole_number("most_shown", most_shown, 1)
    lists = with_list_lengths(problem, most_shown, each)
    with track(parts=3):
        reach = [reach_problem(lists, side) for side in (0, 1)]
        found = [solve(each, seed=seed, time_limit_s=remaining_s(ends), proofs="none") for each in reach]
        lists = with_minimums(lists, [people_in_lists(one, lists, side) for side, one in enumerate(found)])
        solution = solve(lists, seed=seed, time_limit_s=remaining_s(ends))
    proved = all(one.status is Status.PROVED for one in found)
    return Suggestions(cohort, programme, scores, lists, solution, each, most_shown, seed, all_reached=proved)


def remaining_s(ends: float | None) -> float | None:
    """Return the seconds until then, None for ever."""
    return None if ends is None else max(LEAST_S, ends - monotonic())


def with_list_lengths(problem: AssignmentProblem, mentors_most: int, mentees_most: int) -> AssignmentProblem:
    """Return the problem of lists: so many partners at most, none where a person takes none, and no other bound."""
    sides = zip((problem.mentors, problem.mentees), (mentors_most, mentees_most), count_pins(problem), strict=True)
    mentors, mentees = (no_minimum(list_lengths(own.most, most, pinned)) for own, most, pinned in sides)
    return replace(
        problem,
        mentors=mentors,
        mentees=mentees,
        rows=(),
        goals=GOALS,
        mentor_priority=None,
        mentee_priority=None,
        former=(),
    )


def list_lengths(places: IntVector, most: int, pinned: IntVector) -> IntVector:
    """Return (n,) the greatest lengths of lists: whose ``places`` (n,) all are ``pinned`` (n,) sees these alone."""
    return np.where(pinned >= places, places, np.maximum(most, pinned))


def count_pins(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return with how many partners each mentor, and each mentee, is pinned."""
    pins = np.array(problem.pins, dtype=np.int64).reshape(-1, 2)
    mentors, mentees = (np.bincount(pins[:, side], minlength=problem.shape[side]) for side in (0, 1))
    return mentors, mentees


def no_minimum(most: IntVector) -> DegreeBounds:
    """Return the bounds of people who may be left out."""
    return DegreeBounds(np.zeros(len(most), dtype=np.int64), most.astype(np.int64), np.zeros(len(most), dtype=bool))


def reach_problem(lists: AssignmentProblem, side: int) -> AssignmentProblem:
    """Return the problem of as many people of a side as can be in a list, beside the pinned, each with one partner."""
    pinned = count_pins(lists)
    left = [own.most - used for own, used in zip((lists.mentors, lists.mentees), pinned, strict=True)]
    left[side] = np.minimum(left[side], pinned[side] == 0)
    return replace(lists, mentors=no_minimum(left[0]), mentees=no_minimum(left[1]), pins=())


def people_in_lists(solution: Solution, lists: AssignmentProblem, side: int) -> BoolVector:
    """Return (n,) bool: who of a side is in a list, by the solution of its reach problem or by a pin."""
    inside = count_pins(lists)[side] > 0
    inside[solution.pairs[:, side]] = True
    return inside


def with_minimums(lists: AssignmentProblem, inside: Sequence[BoolVector]) -> AssignmentProblem:
    """Return the problem in which all of the mentors and mentees who can be in a list are in one."""
    mentors, mentees = (
        replace(own, least=reached.astype(np.int64))
        for own, reached in zip((lists.mentors, lists.mentees), inside, strict=True)
    )
    return replace(lists, mentors=mentors, mentees=mentees)
