"""Short descriptions of up to ten further mentors who would improve the plan.

First, each answer to each question is priced by the score that it would add for each mentee, under the rules. A plan
with hypothetical mentors, who offer each mentee the best of these scores, selects the mentees of each further mentor.
Then the answers of such a mentor are written down and shortened while nothing is lost, and the plan is solved again.
Additional places of present mentors are priced in the same way. Invariant: every gain is that of a solved plan.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from typing import Self

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.scores import NO_SCORE, pack_scores
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.columns import NONE, Column, Grades
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import about
from mentormatch.languages.translation import tr
from mentormatch.operations.instance import require_stored_scores
from mentormatch.operations.matching import Matching
from mentormatch.operations.recruitment import (
    ChosenPlaces,
    MentorDescription,
    MentorTrait,
    PlanGain,
    Recruitment,
    RecruitOption,
)
from mentormatch.people.changes import (
    append_column,
    blank_people,
    possible_answers,
    shorter_answers,
    stack_people,
    with_answer,
)
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import build_problem, eligible_people, forbidden_pairs, market_of
from mentormatch.scoring.scores import score

MAX_MENTORS = 10
NEW_KEY_PREFIX = "+"
"""The start of the keys of hypothetical mentors."""


@track()
def recruit(matching: Matching, k: int = 3, *, time_limit_s: float | None = None) -> Recruitment:
    """Return short descriptions of further mentors who would place most of the unmatched mentees.

    The goals of the programme are followed in their order. Each further mentor takes one person if the programme asks
    for a number of places; answers that a description does not list count as not given, apart from those of ``like``.
    Each option also reports the gain of at most the same number of additional places with present mentors.

    Parameters
    ----------
    matching
        A result of ``match``, ``repair`` or ``evaluate``, for its people and its programme: the plan of today is
        solved again, so that given or former pairs only stay if they are pinned.
    k
        The maximum number of further mentors, 1 to 10.
    time_limit_s
        Seconds for each solve: one for today, and at most five per number of mentors; None: until proved.

    Raises
    ------
    RequestError
        The matching has no solution, one side is empty, ``k`` is out of range, or the pairs are too many to be stored.

    See Also
    --------
    diagnose : why there is no solution.
    sturdy : what holds if people leave.

    Examples
    --------
    >>> import mentormatch as mm
    >>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> [len(option.mentors) for option in recruit(matching, 1).options]
    [1]
    """
    max_mentors, limit = whole_number("k", k, 1), duration("time_limit_s", time_limit_s)
    if max_mentors > MAX_MENTORS:
        problem = Problem("k", str(max_mentors), tr("un nombre de 1 à {most}", most=MAX_MENTORS))
        raise RequestError(tr("On ne cherche pas autant de monde à la fois"), [problem])
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        raise RequestError(tr("Il n'y a pas de répartition à compléter"))
    if not all(matching.problem.shape):
        raise RequestError(tr("Un des deux côtés est vide : rien ne dit qui manque"))
    require_stored_scores(matching.problem)
    market = OpenMarket(matching, limit)
    candidates = Candidates.of(market)
    options = list[RecruitOption]()
    while len(options) < max_mentors and (option := market.option(candidates, len(options) + 1)):
        options.append(option)
    unmatched = np.setdiff1d(np.flatnonzero(market.taking), market.today.pairs[:, 1])
    return Recruitment(matching, tuple(options), candidates.tried, len(unmatched), market.unchecked)


@dataclass(frozen=True, slots=True)
class AnswerChoices:
    """The compared answers (c) to one question, of mentors without other answers; row 0 is no answer.

    ``values`` (c, m) are their scores; ``barred`` (c, m) is True if a rule that reads the question forbids the pair of
    a mentor with that answer. Rules on scores are left out.
    """

    answers: Column
    values: IntMatrix
    barred: BoolMatrix

    @classmethod
    def of(cls, market: "OpenMarket", name: str) -> Self | None:
        """Return the answers to one question; None if they are names or free text."""
        mentors, mentees = market.cohort.mentors, market.cohort.mentees
        answers = possible_answers(mentors.columns[name], mentees.columns.values())
        if answers is None:
            return None
        count = len(answers.known)
        people = with_answer(market.newcomers(count), name, range(count), answers)
        values = market.score_newcomers(people)[0]
        rules = market.matching.programme.rules
        asking = [rule for rule in rules if name in rule.fields_of("mentor") and rule.least_score is None]
        barred = forbidden_pairs(asking, market_of(Cohort(people, mentees), values.astype(np.int32)))
        return cls(answers, values, barred | ~eligible_people(asking, people, "mentor")[:, None])

    @property
    def needed(self) -> BoolVector:
        """(m,) bool: mentees with whom some answer is barred; the question must then be answered."""
        return np.asarray(self.barred.any(axis=0))

    @property
    def best(self) -> Column:
        """The answer with the highest score for each mentee, among those not barred; the first of these on a tie.

        No answer if all are barred.
        """
        barred = self.barred.copy()
        barred[0] |= self.needed
        best_rows: IntVector = np.where(barred, NO_SCORE, self.values).argmax(axis=0)
        return self.answers.take(best_rows)


@dataclass(frozen=True)
class OpenMarket:
    """The bipartite instance of a matching that further mentors may enter; ``limit`` is in seconds per solve.

    ``described`` caches the further mentor described for some mentees, by position.
    """

    matching: Matching
    limit: float | None
    described: dict[tuple[int, ...], "ChosenMentor"] = field(default_factory=dict)

    @property
    def cohort(self) -> Cohort:
        return self.matching.cohort

    @cached_property
    def taking(self) -> BoolVector:
        """(m,) bool: the mentees who take part."""
        return eligible_people(self.matching.programme.rules, self.cohort.mentees, "mentee")

    @cached_property
    def allowed(self) -> BoolMatrix:
        """(n, m) bool: the pairs of today that the rules allow."""
        n, m = self.matching.problem.shape
        return self.matching.problem.scores.allows_block(np.arange(n), np.arange(m))

    @cached_property
    def problem(self) -> AssignmentProblem:
        return self.with_mentors(self.cohort.mentors.take([]), self.values[:0], self.allowed[:0])

    @cached_property
    def today(self) -> "SolvedPlan":
        return self.solve(self.problem)

    @property
    def values(self) -> IntMatrix:
        """(n, m) the scores of today, in millionths."""
        return self.matching.scores.values.astype(np.int64)

    @cached_property
    def fields(self) -> list[str]:
        """The questions to mentors that criteria or rules read, apart from the number of places."""
        programme = self.matching.programme
        names = [name for part in (*programme.criteria, *programme.rules) for name in part.fields_of("mentor")]
        columns = self.cohort.mentors.columns
        return [name for name in dict.fromkeys(names) if name in columns and name not in self.place_fields]

    @cached_property
    def place_fields(self) -> list[str]:
        """The questions to mentors about their number of places."""
        return [name for rule in self.matching.programme.rules for name in rule.place_fields("mentor")]

    @cached_property
    def choices(self) -> Mapping[str, AnswerChoices]:
        """The compared answers of each question, without questions on names or free text."""
        choices_by_field = {name: AnswerChoices.of(self, name) for name in self.fields}
        return {name: choices for name, choices in choices_by_field.items() if choices}

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The labels of the rules that read questions to mentors on names or free text."""
        rules = self.matching.programme.rules
        fields_by_rule = ((rule, set(rule.fields_of("mentor")) & set(self.fields)) for rule in rules)
        return tuple(rule.label for rule, names in fields_by_rule if not names <= set(self.choices))

    def newcomers(self, count: int) -> People:
        """Return ``count`` further mentors without answers, with one place each."""
        people = blank_people(self.cohort.mentors, [f"{NEW_KEY_PREFIX}{place}" for place in range(1, count + 1)])
        return self.one_place_each(people)

    def one_place_each(self, people: People) -> People:
        """Return the people with one place each in the questions on the number of places."""
        for name in self.place_fields:
            answers = replace(people.numbers(name), values=np.ones(len(people)))
            people = with_answer(people, name, range(len(people)), answers)
        return people

    def score_newcomers(self, newcomers: People, mentees: Sequence[int] | None = None) -> tuple[IntMatrix, BoolMatrix]:
        """Return (c, m) scores of further mentors with mentees (None: all), and whether each pair is allowed."""
        programme, mentee_rows = (
            self.matching.programme,
            range(len(self.cohort.mentees)) if mentees is None else mentees,
        )
        cohort = Cohort(newcomers, self.cohort.mentees.take(np.array(mentee_rows, dtype=np.int64)))
        values = score(cohort, programme.criteria, programme.emphasis).values
        allowed = ~forbidden_pairs(programme.rules, market_of(cohort, values))
        allowed &= (
            eligible_people(programme.rules, newcomers, "mentor")[:, None] & self.taking[list(mentee_rows)][None, :]
        )
        return values.astype(np.int64), allowed

    def with_mentors(self, newcomers: People, values: IntMatrix, allowed: BoolMatrix) -> AssignmentProblem:
        """Return the problem with further mentors, with (c, m) scores and allowed pairs."""
        rules, mentors = self.matching.programme.rules, stack_people(self.cohort.mentors, newcomers)
        scores = np.vstack([self.values, values]).astype(np.int32)
        market = market_of(replace(self.cohort, mentors=mentors), scores)
        taking = eligible_people(rules, mentors, "mentor"), self.taking
        packed = pack_scores(scores, np.vstack([self.allowed, allowed]))
        return build_problem(market, packed, taking, rules, self.matching.programme.goals.order)

    def solve(self, problem: AssignmentProblem) -> "SolvedPlan":
        return SolvedPlan(problem, solve(problem, seed=self.matching.seed, time_limit_s=self.limit, proofs="none"))

    def gain(self, plan: "SolvedPlan") -> PlanGain:
        """Return the gain of a plan over the plan of today; today's mentors are its first rows.

        The gain is proved only if both plans are.
        """
        with_partner = [set(solved.pairs[:, 1].tolist()) for solved in (self.today, plan)]
        statuses, ids = [solved.solution.status for solved in (self.today, plan)], self.cohort.mentees.ids
        return PlanGain(
            statuses[0] if statuses[1] is Status.PROVED else statuses[1],
            len(with_partner[1]) - len(with_partner[0]),
            tuple(ids[row] for row in sorted(with_partner[1] - with_partner[0])),
            plan.points - self.today.points,
        )

    def option(self, candidates: "Candidates", number: int) -> RecruitOption | None:
        """Return the best option found with ``number`` further mentors.

        None if one of them would have no mentee, or if the plan is no better than that of today.
        """
        mentee_groups = self.mentees_of(candidates, number)
        if len(mentee_groups) < number:
            return None
        for mentees in mentee_groups:
            if tuple(mentees) not in self.described:
                self.described[tuple(mentees)] = self.describe(candidates, mentees)
        descriptions = [self.described[tuple(mentees)] for mentees in mentee_groups]
        full, shortest = (
            reduce(stack_people, people)
            for people in zip(*((description.full, description.least) for description in descriptions), strict=True)
        )
        plans = [
            self.solve(self.with_mentors(people, *self.score_newcomers(people)))
            for people in (renumber(full), renumber(shortest))
        ]
        if not plans[0].is_better_than(self.today):
            return None
        places, by_places = self.more_places(number)
        mentors = tuple(description.description(self) for description in descriptions)
        return RecruitOption(mentors, self.gain(plans[0]), self.gain(plans[1]), places, by_places)

    def mentees_of(self, candidates: "Candidates", number: int) -> list[list[int]]:
        """Return the mentees of each of ``number`` hypothetical mentors.

        Each hypothetical mentor offers each mentee the best score of any candidate. Hypothetical mentors without
        mentees are left out; empty if the plan is no better than that of today.
        """
        if not candidates.allowed.any():
            return []
        best_scores = np.where(candidates.allowed, candidates.values, NO_SCORE).max(axis=0)
        stand_in = int(np.flatnonzero(candidates.allowed.any(axis=1))[0])
        people = renumber(candidates.people.take([stand_in] * number))
        rows = np.tile(best_scores, (number, 1))
        plan = self.solve(self.with_mentors(people, np.maximum(rows, 0), rows > NO_SCORE))
        if not plan.is_better_than(self.today):
            return []
        first = len(self.cohort.mentors)
        mentee_groups = [plan.pairs[plan.pairs[:, 0] == first + place, 1].tolist() for place in range(number)]
        return [mentees for mentees in mentee_groups if mentees]

    def describe(self, candidates: "Candidates", mentees: Sequence[int]) -> "ChosenMentor":
        """Return the candidate for most of some mentees, then of the highest score, without answers that add nothing.

        Mentees whom the candidate may not accompany are left out.
        """
        fits = candidates.allowed[:, mentees]
        candidate_scores = np.where(fits, candidates.values[:, mentees], 0).sum(axis=1)
        best = int(np.lexsort((np.arange(len(candidate_scores)), -candidate_scores, -fits.sum(axis=1)))[0])
        partners = [mentee for mentee, fit in zip(mentees, fits[best], strict=True) if fit]
        person, like = candidates.people.take([best]), candidates.likes[best]
        score_sum = int(candidate_scores[best])
        needed = [name for name, choices in self.choices.items() if choices.needed[partners].any()]

        def reaches(variants: People, min_score: int) -> BoolVector:
            has_needed = np.logical_and.reduce([np.ones(len(variants), dtype=bool), *map(variants.known, needed)])
            values, allowed = self.score_newcomers(variants, partners)
            return np.asarray(allowed.all(axis=1) & has_needed & (values.sum(axis=1) >= min_score))

        is_possible, loses_nothing = partial(reaches, min_score=0), partial(reaches, min_score=score_sum)

        if like is not None:
            plain = candidates.anonymous(person, self)
            person, like = (plain, None) if loses_nothing(plain)[0] else (person, like)
        full = shorten(person, self.fields, loses_nothing)
        points_by_field = self.points_of(full, partners)
        shortest = shorten(full, sorted(self.fields, key=lambda name: points_by_field[name]), is_possible)
        return ChosenMentor(full, shortest, partners, like)

    def points_of(self, person: People, mentees: Sequence[int]) -> dict[str, int]:
        """Map each question to the points that a person's answer adds to the scores of the pairs with some mentees."""
        bare = self.newcomers(1)
        variants = [with_answer(person, name, [0], bare.columns[name]) for name in self.fields]
        if not variants:
            return {}
        values = self.score_newcomers(renumber(reduce(stack_people, map(renumber, [*variants, person]))), mentees)[
            0
        ].sum(axis=1)
        return {name: int(values[-1] - values[place]) for place, name in enumerate(self.fields)}

    def traits(self, person: People, mentees: Sequence[int]) -> tuple[MentorTrait, ...]:
        """Return the answers of one person that staff can look for, most points first."""
        worth, fields = self.points_of(person, mentees), self.matching.programme.fields
        answered = [name for name in self.choices if person.known(name)[0]]
        return tuple(
            MentorTrait(name, fields[name].question or name, answer_in_words(person, name), worth[name])
            for name in sorted(answered, key=lambda name: -worth[name])
        )

    def more_places(self, number: int) -> tuple[ChosenPlaces, PlanGain | None]:
        """Return a distribution of up to ``number`` additional places over present mentors, and its gain.

        It is the best if no rule couples pairs and all solves are proved. Empty and None if it improves nothing.
        """
        bounds, n = self.problem.mentors, len(self.cohort.mentors)
        open_to_more = self.allowed & (bounds.most > 0)[:, None]
        if not open_to_more.any():
            return (), None
        rated = np.where(open_to_more, self.values, NO_SCORE)
        best_scores, best_mentors = rated.max(axis=0), rated.argmax(axis=0)
        people = renumber(self.cohort.mentors.take([int(np.flatnonzero(bounds.most)[0])] * number))
        rows = np.tile(best_scores, (number, 1))
        problem = self.with_mentors(people, np.maximum(rows, 0), rows > NO_SCORE)
        plan = self.solve(replace(problem, mentors=single_places_after(problem.mentors, n)))
        extra_places = np.bincount(best_mentors[plan.pairs[plan.pairs[:, 0] >= n, 1]], minlength=n)
        if not extra_places.any():
            return (), None
        more = replace(self.problem, mentors=replace(bounds, most=bounds.most + extra_places))
        better_plan = self.solve(more)
        if not better_plan.is_better_than(self.today):
            return (), None
        places = tuple(
            (self.cohort.mentors.ids[row], int(extra_places[row])) for row in np.flatnonzero(extra_places).tolist()
        )
        return places, self.gain(better_plan)


def answer_in_words(person: People, name: str) -> str:
    """Return one answer in the current language."""
    column = person.columns[name]
    if not isinstance(column, Grades):
        return person.shown(name, 0)
    answered = np.flatnonzero(column.values[0] != NONE).tolist()
    return ", ".join(about(column.labels[item], column.levels[column.values[0, item]]) for item in answered)


@dataclass(frozen=True, slots=True)
class SolvedPlan:
    """A problem with its solution."""

    problem: AssignmentProblem
    solution: Solution

    @property
    def pairs(self) -> IntMatrix:
        return self.solution.pairs

    @property
    def points(self) -> int:
        """The sum of the scores of all pairs, in millionths."""
        return int(self.problem.scores.at(*self.pairs.T).sum())

    def is_better_than(self, other_plan: "SolvedPlan") -> bool:
        """Return whether this plan has a higher value in the first goal in which the two plans differ."""
        ours, theirs = ([tier.value for tier in plan.solution.tiers] for plan in (self, other_plan))
        return ours > theirs


def single_places_after(bounds: DegreeBounds, first: int) -> DegreeBounds:
    """Return bounds under which the mentors from row ``first`` on are optional and take at most one person."""
    later = np.arange(len(bounds)) >= first
    return DegreeBounds(np.where(later, 0, bounds.least), np.where(later, 1, bounds.most), bounds.optional | later)


def renumber(people: People, first: int = 0) -> People:
    """Return the people with anonymous keys, numbered from ``first`` + 1 on, and without hashes of identity."""
    return replace(
        people, ids=tuple(f"{NEW_KEY_PREFIX}{first + place}" for place in range(1, len(people) + 1)), persons=None
    )


def shorten(person: People, fields: Sequence[str], suffices: Callable[[People], BoolVector]) -> People:
    """Return a person without answers that can be removed while ``suffices`` holds.

    A whole answer is removed if possible, else the items of a list one at a time. If several answers can be removed
    separately but not together, that of the first field is.
    """
    while True:
        shorter = {name: shorter_answers(person.columns[name]) for name in fields if person.known(name)[0]}
        removals = shorter_by_field(person, shorter, suffices)
        if not removals:
            return person
        all_at_once = person
        for name, answer in removals:
            all_at_once = with_answer(all_at_once, name, [0], answer)
        # Each removal is acceptable alone; if all together are not, apply the first
        person = all_at_once if suffices(all_at_once)[0] else with_answer(person, removals[0][0], [0], removals[0][1])


def shorter_by_field(
    person: People, shorter: Mapping[str, Sequence[Column]], suffices: Callable[[People], BoolVector]
) -> list[tuple[str, Column]]:
    """Return a shorter answer that suffices, for each field that has one.

    The candidates of a field end with the blank answer; it is returned if it suffices, else the first candidate that
    does.
    """
    count = sum(map(len, shorter.values()))
    if not count:
        return []
    variants, start = renumber(person.take([0] * count)), 0
    for name, answers in shorter.items():
        variants = with_answer(variants, name, range(start, start + len(answers)), reduce(append_column, answers))
        start += len(answers)
    enough, removals, start = suffices(variants), list[tuple[str, Column]](), 0
    for name, answers in shorter.items():
        sufficient = np.flatnonzero(enough[start : start + len(answers)])
        if len(sufficient):
            removals.append(
                (name, answers[int(sufficient[-1] if sufficient[-1] == len(answers) - 1 else sufficient[0])])
            )
        start += len(answers)
    return removals


@dataclass(frozen=True, slots=True)
class ChosenMentor:
    """A further mentor for some mentees, by position, with the best answers and with the fewest answers."""

    full: People
    least: People
    mentees: Sequence[int]
    like: str | None

    def description(self, market: OpenMarket) -> MentorDescription:
        keys = tuple(market.cohort.mentees.ids[row] for row in self.mentees)
        shortest, best = (market.traits(person, self.mentees) for person in (self.least, self.full))
        return MentorDescription(keys, shortest, best, self.like)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Possible further mentors: the best answers for each mentee, and a copy of each present mentor.

    ``likes`` are the keys of the copied mentors, else None. ``values`` (c, m) and ``allowed`` (c, m) describe their
    pairs. ``tried`` counts the compared descriptions: every answer to each question, and each present mentor.
    """

    people: People
    likes: tuple[str | None, ...]
    values: IntMatrix
    allowed: BoolMatrix
    tried: int

    @classmethod
    def of(cls, market: OpenMarket) -> "Candidates":
        mentors, tried = market.cohort.mentors, 0
        suiting = market.newcomers(len(market.cohort.mentees))
        for name, choices in market.choices.items():
            suiting = with_answer(suiting, name, range(len(suiting)), choices.best)
            tried += len(choices.values)
        copies = market.one_place_each(replace(mentors, complete=np.ones(len(mentors), dtype=bool)))
        people = renumber(stack_people(suiting, renumber(copies, len(suiting))))
        likes = (*(None for _ in suiting.ids), *mentors.ids)
        return cls(people, likes, *market.score_newcomers(people), tried + len(mentors))

    @staticmethod
    def anonymous(person: People, market: OpenMarket) -> People:
        """Return the person without the answers that staff cannot look for: names and free text."""
        bare = market.newcomers(1)
        for name in market.fields:
            if name not in market.choices:
                person = with_answer(person, name, [0], bare.columns[name])
        return person
