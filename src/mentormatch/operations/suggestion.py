"""Suggestions: short lists of possible partners for every person, with limits on the number of appearances.

A simple b-matching (Schrijver 2003, chapter 21): a suggested pair is in the lists of both people, each mentee has up
to ``each`` partners, each mentor ``most_shown``. The largest set of people of one side with a list is a b-matching of
its own; both sides' sets can be reached together (Mendelsohn and Dulmage 1958), so each of these people has a minimum
of 1.
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
from mentormatch.base.scalars import duration, seed_number, whole_number
from mentormatch.explanation.names import codes
from mentormatch.explanation.notebook_view import NotebookView
from mentormatch.explanation.pairs import Pair, explain_pairs
from mentormatch.explanation.tables import ResultSheet, frame, reasons, sheet, side_cell
from mentormatch.explanation.unmatched_people import SolvedInstance, Unmatched, explain_unmatched
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.translation import language, once_spoken, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, rules_by_hand
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.scoring.scores import ScoreTable

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, repr=False, eq=False)
class Suggestions(NotebookView, ContentEquality):
    """Short lists of possible partners: each pair of ``solution`` is in the lists of both people.

    A mentee is shown up to ``each`` mentors, a mentor to up to ``most_shown`` mentees, or more if more are pinned.
    ``problem`` contains these bounds and the people who must be in a list. ``all_reached``: it is proved that no more
    people can be in one.
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
        """The language of the programme."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """``proved`` only if the lists are optimal and it is proved that no more people can be in one."""
        proved = self.solution.status is Status.PROVED
        return Status.FEASIBLE if proved and not self.all_reached else self.solution.status

    @once_spoken
    def pairs(self) -> tuple[Pair, ...]:
        """The suggested pairs, best first, each with the points of every criterion."""
        pairs = explain_pairs(self.cohort, self.scores, self.solution.pairs)
        return tuple(sorted(pairs, key=lambda pair: (-pair.score, pair.mentor, pair.mentee)))

    @once_spoken
    def lists(self) -> Mapping[Side, Mapping[str, tuple[Pair, ...]]]:
        """The list of each person, by side and key, best pair first; empty for people without suggestions."""
        pairs_by_person: dict[Side, dict[str, list[Pair]]] = {
            side: {key: [] for key in self.cohort.side(side).ids} for side in SIDES
        }
        for pair in self.pairs:
            pairs_by_person["mentor"][pair.mentor].append(pair)
            pairs_by_person["mentee"][pair.mentee].append(pair)
        return {side: {key: tuple(pairs) for key, pairs in lists.items()} for side, lists in pairs_by_person.items()}

    @property
    def keys(self) -> Mapping[Side, Mapping[str, tuple[str, ...]]]:
        """The keys of the partners in each list, best first; ``anonymous_profiles`` takes them as ``lists``."""
        return {
            side: {key: tuple(partner_of(pair, side) for pair in pairs) for key, pairs in lists.items()}
            for side, lists in self.lists.items()
        }

    @once_spoken
    def without(self) -> tuple[Unmatched, ...]:
        """The people without suggestions, each with a code and a sentence."""
        return explain_unmatched(
            SolvedInstance(self.cohort, self.programme.rules, self.scores, self.problem, self.solution)
        )

    @property
    def sheet(self) -> ResultSheet:
        """A row per person and suggested partner, with rank, points and reasons; codes if keys identify people."""
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
                for person, pairs in lists.items()
                for rank, pair in enumerate(pairs, 1)
            ]
            return sheet(columns, rows)

    @property
    def frame(self) -> "DataFrame":
        """The lists as a pandas frame: side, person, rank, partner, points, reasons."""
        return frame(self.sheet)

    def __repr__(self) -> str:
        return f"Suggestions({len(self.solution.pairs)} pairs, {self.status})"


def partner_of(pair: Pair, side: Side) -> str:
    """Return the partner of the person on ``side``."""
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
    """Return for each person a short ranked list of possible partners, with reasons: people choose, then ``match``.

    Lists are symmetric: a pair is in the lists of both people. First as many people as possible get a list (if not
    all can, the people with the best partners), then lists are filled, then the points of all lists together are
    maximized. Only allowed pairs are suggested; coupling rules, such as quotas, are left to the matching that
    follows. A person whose places are all pinned is shown to the pinned partners only.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    each
        The maximum number of mentors shown to a mentee.
    most_shown
        The maximum number of mentees to whom a mentor is shown; None: ``each``, or more if mentees outnumber mentors,
        so that all lists of mentees could be full.
    seed
        Breaks ties, as for ``match``.
    pins, bans
        Pairs by keys that must be, or must not be, in the lists; for this call only.
    time_limit_s
        Seconds in total; None: until proved.

    Raises
    ------
    RequestError
        ``each`` or ``most_shown`` is not a positive whole number, a pin or a ban names a person who is not in the
        cohort, or the pairs are too many.

    See Also
    --------
    match : the organisers choose.
    with_wishes : answers of people to their lists.

    Examples
    --------
    >>> from mentormatch import examples
    >>> lists = suggest(examples.cohort(), examples.programme(), each=3)
    >>> max(map(len, lists.keys["mentee"].values()))
    3
    """
    each, seed = whole_number("each", each, 1), seed_number(seed)
    limit = duration("time_limit_s", time_limit_s)
    deadline = None if limit is None else monotonic() + limit
    programme = programme.with_rules(rules_by_hand(cohort, pins, bans))
    scores, problem = build_instance(cohort, programme)
    require_stored_scores(problem)
    if most_shown is None:
        most_shown = max(each, -(-each * len(cohort.mentees) // max(1, len(cohort.mentors))))
    most_shown = whole_number("most_shown", most_shown, 1)
    lists = with_list_lengths(problem, most_shown, each)
    with track(parts=3):
        reach = [reach_problem(lists, side) for side in (0, 1)]
        solutions = [solve(problem, seed=seed, time_limit_s=remaining_s(deadline), proofs="none") for problem in reach]
        lists = with_minimums(lists, [people_in_lists(solved, lists, side) for side, solved in enumerate(solutions)])
        solution = solve(lists, seed=seed, time_limit_s=remaining_s(deadline))
    proved = all(solved.status is Status.PROVED for solved in solutions)
    return Suggestions(cohort, programme, scores, lists, solution, each, most_shown, seed, all_reached=proved)


def remaining_s(deadline: float | None) -> float | None:
    """Return the seconds until a deadline; None without a deadline."""
    # After the deadline, a solve returns a greedy solution
    return None if deadline is None else max(1e-3, deadline - monotonic())


def with_list_lengths(problem: AssignmentProblem, mentors_most: int, mentees_most: int) -> AssignmentProblem:
    """Return the problem of lists, with pins and the maximum lengths as its only bounds.

    People without places keep none, and people whose places are all pinned no more than these.
    """
    sides = zip((problem.mentors, problem.mentees), (mentors_most, mentees_most), count_pins(problem), strict=True)
    mentors, mentees = (
        optional_bounds(list_lengths(bounds.most, max_length, pinned)) for bounds, max_length, pinned in sides
    )
    return replace(
        problem,
        mentors=mentors,
        mentees=mentees,
        rows=(),
        goals=("matched", "total"),  # the lengths of the lists, then the points of all pairs in them
        mentor_priority=None,
        mentee_priority=None,
        former=(),
    )


def list_lengths(places: IntVector, max_length: int, pinned: IntVector) -> IntVector:
    """Return maximum lengths of lists, (n,): ``max_length``, or the number ``pinned`` (n,) if it is larger.

    People whose ``places`` (n,) are all pinned see only the pinned partners.
    """
    return np.where(pinned >= places, places, np.maximum(max_length, pinned))


def count_pins(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return the number of pinned partners of each mentor and of each mentee."""
    pins = np.array(problem.pins, dtype=np.int64).reshape(-1, 2)
    mentors, mentees = (np.bincount(pins[:, side], minlength=problem.shape[side]) for side in (0, 1))
    return mentors, mentees


def optional_bounds(upper: IntVector) -> DegreeBounds:
    return DegreeBounds(np.zeros(len(upper), dtype=np.int64), upper.astype(np.int64), np.zeros(len(upper), dtype=bool))


def reach_problem(lists: AssignmentProblem, side: int) -> AssignmentProblem:
    """Return the problem that puts as many unpinned people of a side as possible in a list, with one partner each."""
    pinned = count_pins(lists)
    upper = [bounds.most - used for bounds, used in zip((lists.mentors, lists.mentees), pinned, strict=True)]
    upper[side] = np.minimum(upper[side], pinned[side] == 0)
    return replace(lists, mentors=optional_bounds(upper[0]), mentees=optional_bounds(upper[1]), pins=())


def people_in_lists(solution: Solution, lists: AssignmentProblem, side: int) -> BoolVector:
    """Return (n,) bool: people of a side with a list, by the solution of the reach problem or by a pin."""
    inside = count_pins(lists)[side] > 0
    inside[solution.pairs[:, side]] = True
    return inside


def with_minimums(lists: AssignmentProblem, inside: Sequence[BoolVector]) -> AssignmentProblem:
    """Return the problem with a minimum of one partner for the people marked in ``inside``: mentors, then mentees."""
    mentors, mentees = (
        replace(bounds, least=reached.astype(np.int64))
        for bounds, reached in zip((lists.mentors, lists.mentees), inside, strict=True)
    )
    return replace(lists, mentors=mentors, mentees=mentees)
