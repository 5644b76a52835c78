"""Whom to recruit next: the few answers of one, two or three further mentors with whom the plan gains most.

What a further mentor could be worth to each mentee is priced first: question by question, the answer that scores best
and keeps the rules. The plan is then solved with mentors who are worth that to everybody, which tells whom each of them
is for; their answers are written down, shortened while nothing is lost, and the plan is solved again with them. Places
of mentors who are there are priced and proved in the same way. Invariant: every figure is that of a plan solved anew.
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

MOST_MENTORS = 10
NEW = "+"
"""What the keys of people who are thought of begin with."""


@track()
def recruit(matching: Matching, k: int = 3, *, time_limit_s: float | None = None) -> Recruitment:
    """Return the smallest descriptions of further mentors with whom most of those left without would be placed.

    The goals of the programme are followed in their order: first people, then points. Each further mentor takes one
    person where they say how many; other answers than those told may be any, and count as not given. Besides, for each
    number, as many more places with mentors who are there.

    Parameters
    ----------
    matching
        An answer of ``match``, ``repair`` or ``evaluate``.
    k
        Up to how many further mentors, 1 to 10.
    time_limit_s
        Seconds for each plan that is solved, at most five for each number of mentors; None: until proved.

    Raises
    ------
    RequestError
        There is no answer, nobody is on a side, ``k`` is none of these, or there are more pairs than are held.

    Examples
    --------
    >>> import mentormatch as mm
    >>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> [len(option.mentors) for option in recruit(matching, 1).options]
    [1]
    """
    most, limit = whole_number("k", k, 1), duration("time_limit_s", time_limit_s)
    if most > MOST_MENTORS:
        problem = Problem("k", str(most), tr("un nombre de 1 à {most}", most=MOST_MENTORS))
        raise RequestError(tr("On ne cherche pas autant de monde à la fois"), [problem])
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        raise RequestError(tr("Il n'y a pas de répartition à compléter"))
    if not all(matching.problem.shape):
        raise RequestError(tr("Un des deux côtés est vide : rien ne dit qui manque"))
    require_stored_scores(matching.problem)
    market = OpenMarket(matching, limit)
    candidates = Candidates.of(market)
    options = list[RecruitOption]()
    while len(options) < most and (option := market.option(candidates, len(options) + 1)):
        options.append(option)
    left = np.setdiff1d(np.flatnonzero(market.taking), market.today.pairs[:, 1])
    return Recruitment(matching, tuple(options), candidates.tried, len(left), market.unchecked)


@dataclass(frozen=True, slots=True)
class AnswerChoices:
    """The ``answers`` (c) to one question that are compared, no answer first, of mentors who say nothing else.

    ``values`` (c, m) are their scores; ``barred`` (c, m) bool: which no mentor may give who is to accompany a mentee.
    """

    answers: Column
    values: IntMatrix
    barred: BoolMatrix

    @classmethod
    def of(cls, market: "OpenMarket", name: str) -> Self | None:
        """Return the answers to one question, None where they are names or free text."""
        mentors, mentees = market.cohort.mentors, market.cohort.mentees
        answers = possible_answers(mentors.columns[name], mentees.columns.values())
        if answers is None:
            return None
        count = len(answers.known)
        people = with_answer(market.newcomers(count), name, range(count), answers)
        values = market.rate(people)[0]
        rules = market.matching.programme.rules
        asking = [rule for rule in rules if name in rule.fields_of("mentor") and rule.least_score is None]
        barred = forbidden_pairs(asking, market_of(Cohort(people, mentees), values.astype(np.int32)))
        return cls(answers, values, barred | ~eligible_people(asking, people, "mentor")[:, None])

    @property
    def needed(self) -> BoolVector:
        """(m,) bool: for whom an answer has to be known, as there are some that bar the pair."""
        return np.asarray(self.barred.any(axis=0))

    @property
    def best(self) -> Column:
        """For each mentee the answer that scores most, the shortest of these, of those that bar nothing."""
        barred = self.barred.copy()
        barred[0] |= self.needed
        chosen: IntVector = np.where(barred, NO_SCORE, self.values).argmax(axis=0)
        return self.answers.take(chosen)


@dataclass(frozen=True)
class OpenMarket:
    """The market of a matching that further mentors may enter; each plan in it is solved within ``limit`` seconds."""

    matching: Matching
    limit: float | None
    described: dict[tuple[int, ...], "ChosenMentor"] = field(default_factory=dict)

    @property
    def cohort(self) -> Cohort:
        """The people who are there."""
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
        """The problem of today."""
        return self.with_mentors(self.cohort.mentors.take([]), self.values[:0], self.allowed[:0])

    @cached_property
    def today(self) -> "SolvedPlan":
        """The plan of today."""
        return self.solve(self.problem)

    @property
    def values(self) -> IntMatrix:
        """(n, m) the scores of today, in millionths."""
        return self.matching.scores.values.astype(np.int64)

    @cached_property
    def fields(self) -> list[str]:
        """The questions whose answers count in pairs, or in who takes part: mentors were asked them."""
        programme = self.matching.programme
        read = [name for part in (*programme.criteria, *programme.rules) for name in part.fields_of("mentor")]
        columns = self.cohort.mentors.columns
        return [name for name in dict.fromkeys(read) if name in columns and name not in self.place_fields]

    @cached_property
    def place_fields(self) -> list[str]:
        """The questions by which mentors say how many people they take."""
        return [name for rule in self.matching.programme.rules for name in rule.place_fields("mentor")]

    @cached_property
    def choices(self) -> Mapping[str, AnswerChoices]:
        """The answers that are compared, of the questions whose answers can be looked for."""
        found = {name: AnswerChoices.of(self, name) for name in self.fields}
        return {name: choices for name, choices in found.items() if choices}

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What the rules are called that read other answers."""
        rules = self.matching.programme.rules
        read = ((rule, set(rule.fields_of("mentor")) & set(self.fields)) for rule in rules)
        return tuple(rule.label for rule, names in read if not names <= set(self.choices))

    def newcomers(self, count: int) -> People:
        """Return so many further mentors who answered nothing but that they take one person."""
        people = blank_people(self.cohort.mentors, [f"{NEW}{place}" for place in range(1, count + 1)])
        return self.one_place_each(people)

    def one_place_each(self, people: People) -> People:
        """Return the people, each of whom takes one person where they say how many."""
        for name in self.place_fields:
            answers = replace(people.numbers(name), values=np.ones(len(people)))
            people = with_answer(people, name, range(len(people)), answers)
        return people

    def rate(self, newcomers: People, mentees: Sequence[int] | None = None) -> tuple[IntMatrix, BoolMatrix]:
        """Return (c, m) the scores of further mentors with some mentees, None: all, and which pairs are allowed."""
        programme, place = self.matching.programme, range(len(self.cohort.mentees)) if mentees is None else mentees
        cohort = Cohort(newcomers, self.cohort.mentees.take(np.array(place, dtype=np.int64)))
        values = score(cohort, programme.criteria, programme.emphasis).values
        allowed = ~forbidden_pairs(programme.rules, market_of(cohort, values))
        allowed &= eligible_people(programme.rules, newcomers, "mentor")[:, None] & self.taking[list(place)][None, :]
        return values.astype(np.int64), allowed

    def with_mentors(self, newcomers: People, values: IntMatrix, allowed: BoolMatrix) -> AssignmentProblem:
        """Return the problem with further mentors, whose pairs have these scores where they are allowed."""
        rules, mentors = self.matching.programme.rules, stack_people(self.cohort.mentors, newcomers)
        scores = np.vstack([self.values, values]).astype(np.int32)
        market = market_of(replace(self.cohort, mentors=mentors), scores)
        taking = eligible_people(rules, mentors, "mentor"), self.taking
        packed = pack_scores(scores, np.vstack([self.allowed, allowed]))
        return build_problem(market, packed, taking, rules, self.matching.programme.goals.order)

    def solve(self, problem: AssignmentProblem) -> "SolvedPlan":
        """Return the best plan of a problem."""
        return SolvedPlan(problem, solve(problem, seed=self.matching.seed, time_limit_s=self.limit, proofs="none"))

    def gain(self, plan: "SolvedPlan") -> PlanGain:
        """Return what a plan is better by than that of today; the mentors of today stand first in it."""
        with_partner = [set(one.pairs[:, 1].tolist()) for one in (self.today, plan)]
        ids = self.cohort.mentees.ids
        return PlanGain(
            plan.solution.status,
            len(with_partner[1]) - len(with_partner[0]),
            tuple(ids[row] for row in sorted(with_partner[1] - with_partner[0])),
            plan.points - self.today.points,
        )

    def option(self, candidates: "Candidates", number: int) -> RecruitOption | None:
        """Return the best of so many further mentors; None where the last of them brings nothing."""
        wanted = self.mentees_of(candidates, number)
        if len(wanted) < number:
            return None
        for mentees in wanted:
            if tuple(mentees) not in self.described:
                self.described[tuple(mentees)] = self.describe(candidates, mentees)
        chosen = [self.described[tuple(mentees)] for mentees in wanted]
        full, least = (
            reduce(stack_people, some) for some in zip(*((one.full, one.least) for one in chosen), strict=True)
        )
        plans = [self.solve(self.with_mentors(some, *self.rate(some))) for some in (renumber(full), renumber(least))]
        if not plans[0].is_better_than(self.today):
            return None
        places, by_places = self.more_places(number)
        mentors = tuple(one.description(self) for one in chosen)
        return RecruitOption(mentors, self.gain(plans[0]), self.gain(plans[1]), places, by_places)

    def mentees_of(self, candidates: "Candidates", number: int) -> list[list[int]]:
        """Return for each of so many mentors, who would be worth to everybody what any candidate is, whom they get."""
        if not candidates.allowed.any():
            return []
        worth = np.where(candidates.allowed, candidates.values, NO_SCORE).max(axis=0)
        stand_in = int(np.flatnonzero(candidates.allowed.any(axis=1))[0])
        people = renumber(candidates.people.take([stand_in] * number))
        rows = np.tile(worth, (number, 1))
        plan = self.solve(self.with_mentors(people, np.maximum(rows, 0), rows > NO_SCORE))
        if not plan.is_better_than(self.today):
            return []
        first = len(self.cohort.mentors)
        found = [plan.pairs[plan.pairs[:, 0] == first + place, 1].tolist() for place in range(number)]
        return [mentees for mentees in found if mentees]

    def describe(self, candidates: "Candidates", mentees: Sequence[int]) -> "ChosenMentor":
        """Return the candidate who suits some mentees best, with no more answers than it takes."""
        fits = candidates.allowed[:, mentees]
        worth = np.where(fits, candidates.values[:, mentees], 0).sum(axis=1)
        best = int(np.lexsort((np.arange(len(worth)), -worth, -fits.sum(axis=1)))[0])
        with_whom = [mentee for mentee, fit in zip(mentees, fits[best], strict=True) if fit]
        person, like = candidates.people.take([best]), candidates.likes[best]
        reached = int(worth[best])
        needed = [name for name, choices in self.choices.items() if choices.needed[with_whom].any()]

        def reaches(variants: People, least: int) -> BoolVector:
            given = np.logical_and.reduce([np.ones(len(variants), dtype=bool), *map(variants.known, needed)])
            values, allowed = self.rate(variants, with_whom)
            return np.asarray(allowed.all(axis=1) & given & (values.sum(axis=1) >= least))

        is_possible, loses_nothing = partial(reaches, least=0), partial(reaches, least=reached)

        if like is not None:
            plain = candidates.anonymous(person, self)
            person, like = (plain, None) if loses_nothing(plain)[0] else (person, like)
        full = shorten(person, self.fields, loses_nothing)
        worth_of = self.points_of(full, with_whom)
        least = shorten(full, sorted(self.fields, key=lambda name: worth_of[name]), is_possible)
        return ChosenMentor(full, least, with_whom, like)

    def points_of(self, person: People, mentees: Sequence[int]) -> dict[str, int]:
        """Return what each answer of one person adds to the scores of their pairs."""
        bare = self.newcomers(1)
        variants = [with_answer(person, name, [0], bare.columns[name]) for name in self.fields]
        if not variants:
            return {}
        values = self.rate(renumber(reduce(stack_people, map(renumber, [*variants, person]))), mentees)[0].sum(axis=1)
        return {name: int(values[-1] - values[place]) for place, name in enumerate(self.fields)}

    def traits(self, person: People, mentees: Sequence[int]) -> tuple[MentorTrait, ...]:
        """Return the answers of one person that can be looked for, those that add most points first."""
        worth, fields = self.points_of(person, mentees), self.matching.programme.fields
        given = [name for name in self.choices if person.known(name)[0]]
        return tuple(
            MentorTrait(name, fields[name].question or name, answer_in_words(person, name), worth[name])
            for name in sorted(given, key=lambda name: -worth[name])
        )

    def more_places(self, number: int) -> tuple[ChosenPlaces, PlanGain | None]:
        """Return where so many more places, with mentors who are there, bring most; none where they bring nothing."""
        bounds, n = self.problem.mentors, len(self.cohort.mentors)
        open_to_more = self.allowed & (bounds.most > 0)[:, None]
        if not open_to_more.any():
            return (), None
        rated = np.where(open_to_more, self.values, NO_SCORE)
        worth, whose = rated.max(axis=0), rated.argmax(axis=0)
        people = renumber(self.cohort.mentors.take([int(np.flatnonzero(bounds.most)[0])] * number))
        rows = np.tile(worth, (number, 1))
        problem = self.with_mentors(people, np.maximum(rows, 0), rows > NO_SCORE)
        plan = self.solve(replace(problem, mentors=single_places_after(problem.mentors, n)))
        taken = np.bincount(whose[plan.pairs[plan.pairs[:, 0] >= n, 1]], minlength=n)
        if not taken.any():
            return (), None
        more = replace(self.problem, mentors=replace(bounds, most=bounds.most + taken))
        found = self.solve(more)
        if not found.is_better_than(self.today):
            return (), None
        where = tuple((self.cohort.mentors.ids[row], int(taken[row])) for row in np.flatnonzero(taken).tolist())
        return where, self.gain(found)


def answer_in_words(person: People, name: str) -> str:
    """Return one answer as staff read it, in the language that is spoken."""
    column = person.columns[name]
    if not isinstance(column, Grades):
        return person.shown(name, 0)
    given = np.flatnonzero(column.values[0] != NONE).tolist()
    return ", ".join(about(column.labels[item], column.levels[column.values[0, item]]) for item in given)


@dataclass(frozen=True, slots=True)
class SolvedPlan:
    """The best plan of a problem."""

    problem: AssignmentProblem
    solution: Solution

    @property
    def pairs(self) -> IntMatrix:
        """The pairs (k, 2)."""
        return self.solution.pairs

    @property
    def points(self) -> int:
        """The scores of all pairs, in millionths."""
        return int(self.problem.scores.at(*self.pairs.T).sum())

    def is_better_than(self, other: "SolvedPlan") -> bool:
        """Say whether it reaches more in the first goal in which the two differ."""
        ours, theirs = ([tier.value for tier in one.solution.tiers] for one in (self, other))
        return ours > theirs


def single_places_after(bounds: DegreeBounds, first: int) -> DegreeBounds:
    """Return the bounds of mentors, those from ``first`` on taking one person or nobody."""
    later = np.arange(len(bounds)) >= first
    return DegreeBounds(np.where(later, 0, bounds.least), np.where(later, 1, bounds.most), bounds.optional | later)


def renumber(people: People, first: int = 0) -> People:
    """Return the people under keys that say nothing, numbered from ``first`` + 1 on."""
    return replace(people, ids=tuple(f"{NEW}{first + place}" for place in range(1, len(people) + 1)), persons=None)


def shorten(person: People, fields: Sequence[str], does: Callable[[People], BoolVector]) -> People:
    """Return one person with answers left out, whole or an item at a time, while what is left still ``does``.

    Those of the first fields are left out first where not all of them can be.
    """
    while True:
        shorter = {name: shorter_answers(person.columns[name]) for name in fields if person.known(name)[0]}
        found = shorter_by_field(person, shorter, does)
        if not found:
            return person
        all_at_once = person
        for name, answer in found:
            all_at_once = with_answer(all_at_once, name, [0], answer)
        # Each of them is enough by itself; where all together are too much, the first is left out
        person = all_at_once if does(all_at_once)[0] else with_answer(person, found[0][0], [0], found[0][1])


def shorter_by_field(
    person: People, shorter: Mapping[str, Sequence[Column]], does: Callable[[People], BoolVector]
) -> list[tuple[str, Column]]:
    """Return for each field the shortest answer that is enough: none, the last, or the first that is."""
    count = sum(map(len, shorter.values()))
    if not count:
        return []
    variants, start = renumber(person.take([0] * count)), 0
    for name, answers in shorter.items():
        variants = with_answer(variants, name, range(start, start + len(answers)), reduce(append_column, answers))
        start += len(answers)
    enough, found, start = does(variants), list[tuple[str, Column]](), 0
    for name, answers in shorter.items():
        some = np.flatnonzero(enough[start : start + len(answers)])
        if len(some):
            found.append((name, answers[int(some[-1] if some[-1] == len(answers) - 1 else some[0])]))
        start += len(answers)
    return found


@dataclass(frozen=True, slots=True)
class ChosenMentor:
    """One further mentor for some mentees, by position: with the answers that score best, and with the fewest."""

    full: People
    least: People
    mentees: Sequence[int]
    like: str | None

    def description(self, market: OpenMarket) -> MentorDescription:
        """Return it as it is told."""
        keys = tuple(market.cohort.mentees.ids[row] for row in self.mentees)
        least, best = (market.traits(one, self.mentees) for one in (self.least, self.full))
        return MentorDescription(keys, least, best, self.like)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Further mentors who are thought of: for each mentee one whose answers suit them best, and one like each mentor.

    ``likes`` are the keys of these; ``values`` (c, m) and ``allowed`` (c, m) are their pairs, ``tried`` is how many
    descriptions were compared: every answer to each question, combined.
    """

    people: People
    likes: tuple[str | None, ...]
    values: IntMatrix
    allowed: BoolMatrix
    tried: int

    @classmethod
    def of(cls, market: OpenMarket) -> "Candidates":
        """Return all who are thought of."""
        mentors, tried = market.cohort.mentors, 0
        suiting = market.newcomers(len(market.cohort.mentees))
        for name, choices in market.choices.items():
            suiting = with_answer(suiting, name, range(len(suiting)), choices.best)
            tried += len(choices.values)
        alike = market.one_place_each(replace(mentors, complete=np.ones(len(mentors), dtype=bool)))
        people = renumber(stack_people(suiting, renumber(alike, len(suiting))))
        likes = (*(None for _ in suiting.ids), *mentors.ids)
        return cls(people, likes, *market.rate(people), tried + len(mentors))

    @staticmethod
    def anonymous(person: People, market: OpenMarket) -> People:
        """Return somebody without the answers that describe nobody whom one could look for: names and free text."""
        bare = market.newcomers(1)
        for name in market.fields:
            if name not in market.choices:
                person = with_answer(person, name, [0], bare.columns[name])
        return person
