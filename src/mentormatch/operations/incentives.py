"""Whether anybody gains by answering otherwise: one person at a time, judged by their own true answers.

A matching that adds up points rewards answers that are chosen for their effect (Roth 1982: no stable mechanism is
strategy-proof for both sides; sums of points are so for neither). Here it is tried: each person shortens or reorders a
list, leaves a question blank or exaggerates, all others answer as they did, and the plan is solved again. By the duals
of the true plan most of these need no solve: a better partner stays out of reach if the reduced profit of that pair,
with what the answer adds to it, is below what it adds to the pair that they have.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import zip_longest
from time import monotonic
from typing import Self

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, pack_scores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import PEOPLE, objective_of
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.columns import Column
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number
from mentormatch.errors import RequestError
from mentormatch.explanation.tables import SIDE_WORDS, CellValue, ResultSheet, sheet, side_cell
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, points, quoted
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, rules_by_hand
from mentormatch.people.changes import AnswerChange, append_column, other_answers, with_answer
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.rules.rule import Rule, build_problem, eligible_people, forbidden_pairs, market_of
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import score

OUT_OF_REACH = 1 << 61
"""More than any sum of profits."""
CHANGES: Mapping[AnswerChange, str] = {
    "shorter": mark("en disant moins"),
    "reordered": mark("en changeant l'ordre"),
    "blank": mark("en ne répondant pas"),
    "exaggerated": mark("en exagérant"),
}
"""How somebody answers otherwise."""


@dataclass(frozen=True, slots=True)
class AnswerGain:
    """What one ``person`` (key) would gain by answering otherwise, by their own true answers.

    ``placed`` partners more, and ``points`` (millionths) more in all their pairs: the most that any answer of that kind
    brings. For the team alone.
    """

    person: str
    change: AnswerChange
    placed: int
    points: int


@dataclass(frozen=True, slots=True)
class Incentive:
    """A question that invites people of one side to answer otherwise than they think.

    ``parts`` are what the criteria and rules are called that read it, ``closing`` the smallest change of the programme
    with which nobody gains by that question any more, None: none that was tried, or none found in time.
    """

    field: str
    question: str
    side: Side
    gains: tuple[AnswerGain, ...]
    parts: tuple[str, ...]
    closing: str | None

    @property
    def people(self) -> int:
        """How many people would gain, each alone."""
        return len({one.person for one in self.gains})

    @property
    def changes(self) -> tuple[AnswerChange, ...]:
        """In what ways, each once."""
        return tuple(change for change in CHANGES if any(one.change == change for one in self.gains))

    @property
    def placed(self) -> int:
        """The most partners that one person gains."""
        return max(gain.placed for gain in self.gains)

    @property
    def points(self) -> int:
        """The most points that one person gains, in millionths."""
        return max(gain.points for gain in self.gains)

    @property
    def gained(self) -> str:
        """What is gained at most, in words."""
        return tr("un binôme") if self.placed else tr("jusqu'à {points} points", points=points(self.points))

    @property
    def sentence(self) -> str:
        """What can be said of it, naming nobody."""
        sentence = tr(
            "{people}, {changes} : {gained}. Ce qui y invite : {parts}.",
            people=counted(self.people, "personne y gagnerait", "personnes y gagneraient, chacune seule"),
            changes=listed([tr(CHANGES[change]) for change in self.changes]),
            gained=self.gained,
            parts=listed(list(map(quoted, self.parts))),
        )
        closed = tr("Ce qui le ferme : {change}.", change=self.closing) if self.closing else tr(UNCLOSED)
        return about(f"{self.question} ({tr(SIDE_WORDS[self.side])})", f"{sentence} {closed}")


UNCLOSED = mark("Aucun petit changement essayé ne le ferme.")


@dataclass(frozen=True, repr=False, eq=False)
class Incentives(ContentEquality):
    """Whether people would gain by answering otherwise, question by question.

    ``tried`` other answers were tried of ``people``; not ``complete``: time was up before all were, or before changes
    of the programme were. For the team alone: ``incentives`` have the keys of people, sentences and sheet never do.
    """

    programme: Programme
    incentives: tuple[Incentive, ...]
    people: int
    tried: int
    complete: bool = True

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.programme.heading.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from (one.sentence for one in self.incentives)
        if not self.incentives:
            yield tr("Personne n'aurait rien gagné par une des réponses essayées.")
        yield tr(
            "Essayées, une personne à la fois, les autres inchangées : {tried} pour {people}.",
            tried=counted(self.tried, "autre réponse", "autres réponses"),
            people=counted(self.people, "personne"),
        )
        if not self.complete:
            yield tr("Le temps n'a pas suffi pour les essayer toutes : rien n'est dit des autres.")
        yield tr("Rien n'est dit de personnes qui s'entendraient entre elles, ni d'autres façons de répondre.")

    @once_spoken
    def sheet(self) -> ResultSheet:
        """One row a question that invites to answer otherwise."""
        columns = [
            ("question", tr("Question")),
            ("side", tr("Côté")),
            ("people", tr("Personnes qui y gagneraient")),
            ("changes", tr("Comment")),
            ("gained", tr("Ce qu'elles y gagneraient")),
            ("parts", tr("Ce qui y invite")),
            ("closing", tr("Ce qui le ferme")),
        ]
        return sheet(columns, map(row_of, self.incentives))

    def __repr__(self) -> str:
        return f"Incentives({len(self.incentives)} questions, {self.tried} answers tried)"


def row_of(one: Incentive) -> tuple[CellValue, ...]:
    """Return the row of one question."""
    return (
        one.question,
        side_cell(one.side),
        one.people,
        listed([tr(CHANGES[change]) for change in one.changes]),
        one.gained,
        listed(list(map(quoted, one.parts))),
        one.closing or tr(UNCLOSED),
    )


@track()
def incentives(  # noqa: PLR0913 - the published signature; all but two are keywords
    cohort: Cohort,
    programme: Programme,
    *,
    seed: int = 0,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Incentives:
    """Return whether anybody would gain by answering otherwise than they did, all others answering as they did.

    Everybody's answers are taken as true. Tried are shorter lists and lists in another order, blanks, exaggerated
    levels and fewer slots; who would gain by one is told by the points of their pairs under the true answers, a pair
    that the rules then forbid being worth nothing. How many places people have is not tried.

    Parameters
    ----------
    cohort, programme, seed, pins, bans
        As for ``match``.
    time_limit_s
        Seconds in all; None: until all has been tried.

    Raises
    ------
    RequestError
        There is no answer that keeps the rules, a pin or a ban names somebody who is not in the cohort, or there are
        more pairs than are held.

    Examples
    --------
    >>> from mentormatch import examples
    >>> programme = examples.programme().model_copy(update={"criteria": [], "rules": []})
    >>> incentives(examples.cohort(), programme).incentives
    ()
    """
    limit = duration("time_limit_s", time_limit_s)
    deadline = SearchLimit(None if limit is None else monotonic() + limit)
    decided = programme.with_rules(rules_by_hand(cohort, pins, bans))
    truth = TrueMarket.of(cohort, decided, seed_number(seed))
    if truth.solution.status not in (Status.PROVED, Status.FEASIBLE):
        raise RequestError(tr("Il n'y a pas de répartition à laquelle comparer"))
    tried, found = 0, list[Incentive]()
    for side in SIDES:
        for name in truth.fields(side):
            counted_gains = list(truth.gains(side, name, deadline))
            tried += sum(count for _, count in counted_gains)
            gains = tuple(gain for each, _ in counted_gains for gain in each)
            if gains:
                closing = closing_change(truth, side, name, deadline)
                parts = tuple(part.label for part in truth.parts(side, name))
                question = decided.fields[name].question or name
                found.append(Incentive(name, question, side, gains, parts, closing))
    people = sum(int(truth.taking[side].sum()) for side in SIDES)
    return Incentives(programme, tuple(found), people, tried, not deadline.up)


@dataclass(slots=True)
class SearchLimit:
    """When to stop, None: never; ``up`` once somebody was told to."""

    ends: float | None
    up: bool = field(default=False)

    def is_up(self) -> bool:
        """Say whether time is up."""
        self.up = self.up or (self.ends is not None and monotonic() >= self.ends)
        return self.up


@dataclass(frozen=True)
class TrueMarket:
    """People as they answered, and the plan that follows: what other answers are held against.

    ``values`` (n, m) are scores, ``allowed`` (n, m) says which pairs the rules allow.
    """

    cohort: Cohort
    programme: Programme
    seed: int
    values: IntMatrix
    allowed: BoolMatrix
    problem: AssignmentProblem
    solution: Solution

    @classmethod
    def of(cls, cohort: Cohort, programme: Programme, seed: int) -> Self:
        """Return the market of some people under a programme. Raises RequestError where pairs are too many."""
        scores, problem = build_instance(cohort, programme)
        require_stored_scores(problem)
        allowed = problem.scores.allows_block(*map(np.arange, problem.shape))
        solution = solve(problem, seed=seed, proofs="none")
        return cls(cohort, programme, seed, scores.values.astype(np.int64), allowed, problem, solution)

    @cached_property
    def taking(self) -> Mapping[Side, BoolVector]:
        """Who of each side takes part."""
        return {side: eligible_people(self.programme.rules, self.cohort.side(side), side) for side in SIDES}

    @cached_property
    def slack(self) -> "Slack | None":
        """How far each pair is from being chosen, None where the duals do not tell."""
        return Slack.of(self.problem, self.solution)

    def parts(self, side: Side, name: str) -> list[Criterion | Rule]:
        """Return the criteria and the rules that read what one side answered to a question."""
        every: list[Criterion | Rule] = [*self.programme.criteria, *self.programme.rules]
        return [part for part in every if name in part.fields_of(side)]

    def fields(self, side: Side) -> list[str]:
        """Return the questions that count in the pairs of a side, but how many partners people take."""
        columns, places = self.cohort.side(side).columns, self.place_fields(side)
        return [name for name in columns if name not in places and self.parts(side, name)]

    def place_fields(self, side: Side) -> set[str]:
        """Return the questions by which people of a side say how many partners they take."""
        return {name for rule in self.programme.rules for name in rule.place_fields(side)}

    def counts_elsewhere(self, side: Side, name: str) -> bool:
        """Say whether a question counts in more than whether a pair is allowed and what it scores."""
        people = self.cohort.side(side)
        rules = [part for part in self.parts(side, name) if isinstance(part, Rule)]
        return any(rule.couples_pairs or rule.priority(people, side) is not None for rule in rules)

    def orient[T: np.generic](
        self, side: Side, block: "np.ndarray[tuple[int, ...], np.dtype[T]]"
    ) -> "np.ndarray[tuple[int, ...], np.dtype[T]]":
        """Return a matrix of pairs with the people of one side as its rows."""
        return block if side == "mentor" else block.T

    def rate(self, side: Side, variants: People) -> tuple[IntMatrix, BoolMatrix]:
        """Return (k, other side) the scores of people of one side with all others, and which pairs are allowed."""
        rules, mentor = self.programme.rules, side == "mentor"
        cohort = Cohort(variants, self.cohort.mentees) if mentor else Cohort(self.cohort.mentors, variants)
        values = score(cohort, self.programme.criteria, self.programme.emphasis).values
        allowed = self.orient(side, ~forbidden_pairs(rules, market_of(cohort, values)))
        there = eligible_people(rules, variants, side)[:, None] & self.taking[ACROSS[side]][None, :]
        return self.orient(side, values.astype(np.int64)), allowed & there

    def gains(self, side: Side, name: str, deadline: SearchLimit) -> Iterator[tuple[list[AnswerGain], int]]:
        """Yield what each person of a side would gain by other answers to a question, and how many were tried."""
        people = self.cohort.side(side)
        column, graded = people.columns[name], getattr(self.programme.fields[name], "kind", "") == "scale"
        for row in np.flatnonzero(self.taking[side] & column.known).tolist():
            answers = list(other_answers(column.take([row]), graded=graded))
            best = dict[AnswerChange, tuple[int, int]]()
            for change, gained in self.outcomes(side, name, row, answers):
                best[change] = max(gained, best.get(change, (0, 0)))
                if deadline.is_up():
                    return
            found = [AnswerGain(people.ids[row], change, *most) for change, most in best.items() if most > (0, 0)]
            yield found, len(answers)

    def outcomes(
        self, side: Side, name: str, row: int, answers: Sequence[tuple[AnswerChange, Column]]
    ) -> Iterator[tuple[AnswerChange, tuple[int, int]]]:
        """Yield what one person gains, partners and points, by each of those answers by which they may gain."""
        if not self.may_gain(side, row):
            return
        variants = self.cohort.side(side).take([row] * len(answers))
        given = reduce(append_column, (answer for _, answer in answers))
        values, allowed = self.rate(side, with_answer(variants, name, range(len(answers)), given))
        elsewhere, known = self.counts_elsewhere(side, name), dict[bytes, tuple[int, int]]()
        true = np.where(self.orient(side, self.allowed)[row], self.orient(side, self.values)[row], NO_SCORE)
        before = self.outcome(side, row, self.solution)
        for (change, answer), said in zip(answers, np.where(allowed, values, NO_SCORE), strict=True):
            effect = b"" if elsewhere else said.tobytes()
            if effect not in known or elsewhere:
                if not elsewhere and (np.array_equal(said, true) or not self.reaches(side, row, said)):
                    continue
                after = self.outcome(side, row, self.plan_with(side, name, row, answer))
                known[effect] = after[0] - before[0], after[1] - before[1]
            yield change, known[effect]

    def may_gain(self, side: Side, row: int) -> bool:
        """Say whether somebody has not the best of all partners whom they could have."""
        most = self.most_partners(side, row)
        possible = self.orient(side, self.values)[row][self.orient(side, self.allowed)[row]]
        best = np.sort(possible)[::-1][:most]
        return (len(best), int(best.sum())) > self.outcome(side, row, self.solution)

    def most_partners(self, side: Side, row: int) -> int:
        """Return how many partners one person takes."""
        return int((self.problem.mentors if side == "mentor" else self.problem.mentees).most[row])

    def partners(self, side: Side, row: int, plan: Solution) -> IntVector:
        """Return whom one person has in a plan, by position."""
        own = SIDES.index(side)
        found: IntVector = plan.pairs[plan.pairs[:, own] == row, 1 - own]
        return found

    def outcome(self, side: Side, row: int, plan: Solution) -> tuple[int, int]:
        """Return how many partners one person has in a plan, and their points, by the true answers."""
        partners = self.partners(side, row, plan)
        partners = partners[self.orient(side, self.allowed)[row, partners]]
        return len(partners), int(self.orient(side, self.values)[row, partners].sum())

    def reaches(self, side: Side, row: int, said: IntVector) -> bool:
        """Say whether a better partner can be had by an answer with which pairs score ``said``; by the duals.

        True where these do not tell.
        """
        slack, most = self.slack, self.most_partners(side, row)
        if slack is None:
            return True
        true, allowed = self.orient(side, self.values)[row], self.orient(side, self.allowed)[row]
        now = self.partners(side, row, self.solution)
        if (said[now] == NO_SCORE).any():
            return True  # they lose a partner, whoever comes instead
        added = np.where(said > NO_SCORE, slack.per_score * (said - true), 0)
        other = allowed & (said > NO_SCORE)
        worth = np.where(other, self.orient(side, slack.cells)[row] + added, -OUT_OF_REACH)
        # A plan that gives somebody more holds one further partner, a better one where one is all that they take
        other[now] = False
        if most == 1 and len(now):
            other &= true > true[now[0]]
        if not other.any():
            return False
        first = int(np.flatnonzero(other)[worth[other].argmax()])
        beside = np.sort(np.maximum(np.delete(worth, first), 0))[::-1][: most - 1]
        return int(worth[first]) + int(beside.sum()) + slack.gap >= int(added[now].sum())

    def plan_with(self, side: Side, name: str, row: int, answer: Column) -> Solution:
        """Return the plan where one person gives another answer."""
        people, rules = with_answer(self.cohort.side(side), name, [row], answer), self.programme.rules
        mentor = side == "mentor"
        cohort = replace(self.cohort, mentors=people) if mentor else replace(self.cohort, mentees=people)
        said, may = self.rate(side, people.take([row]))
        values, allowed = self.values.copy(), self.allowed.copy()
        self.orient(side, values)[row], self.orient(side, allowed)[row] = said[0], may[0]
        market = market_of(cohort, values.astype(np.int32))
        taking = eligible_people(rules, cohort.mentors, "mentor"), eligible_people(rules, cohort.mentees, "mentee")
        goals = self.programme.goals.order
        problem = build_problem(market, pack_scores(market.scores, allowed), taking, rules, goals)
        return solve(problem, seed=self.seed, proofs="none")


def closing_change(truth: TrueMarket, side: Side, name: str, deadline: SearchLimit) -> str | None:
    """Return the smallest change of the programme with which nobody gains by a question, in words; None: none."""
    parts = truth.parts(side, name)
    for changes in zip_longest(*map(safer_versions, parts)):
        for part, change in zip(parts, changes, strict=True):
            if change is None or deadline.is_up():
                continue
            changed, sentence = change
            after = TrueMarket.of(truth.cohort, with_part(truth.programme, part, changed), truth.seed)
            proved = after.solution.status is Status.PROVED
            if proved and not any(gains for gains, _ in after.gains(side, name, deadline)) and not deadline.up:
                return sentence
    return None


def safer_versions(part: Criterion | Rule) -> Iterator[tuple[Criterion | Rule, str]]:
    """Yield a criterion or a rule so that it rewards chosen answers less, each with what changes."""
    yield from part.safer_versions()


def with_part(programme: Programme, part: Criterion | Rule, changed: Criterion | Rule) -> Programme:
    """Return the programme with another criterion, or rule, in the place of one."""
    if isinstance(changed, Criterion):
        criteria = [changed if each is part else each for each in programme.criteria]
        return replace_parts(programme, criteria=criteria)
    return replace_parts(programme, rules=[changed if each is part else each for each in programme.rules])


@dataclass(frozen=True, slots=True)
class Slack:
    """How far each pair is from being chosen, by the duals of a plan: ``cells`` (n, m), 0 or less, in parts of a unit.

    A plan with that pair, as good in the goals before the total, is worth no more than the best one, and ``gap``, and
    its cell. A score counts ``per_score``.
    """

    cells: IntMatrix
    per_score: int
    gap: int

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> Self | None:
        """Return the slack of all pairs, None where the last stage of the proof tells none, or scores count before."""
        if solution.status is not Status.PROVED or problem.pins or not solution.prices:
            return None
        prices, values = solution.prices[-1], {tier.goal: tier.value for tier in solution.tiers}
        weights = dict(prices.weights)
        known = problem.goals[-1] in weights and set(problem.goals[:-1]) <= PEOPLE
        if not known or prices.score_threshold is not None or any(prices.linking_duals):
            return None
        # Reduced profit of each allowed pair: its profit less its duals (weak duality)
        mentors, mentees = pairs = problem.scores.pairs()
        surplus = -prices.mentors[mentors] - prices.mentees[mentees]
        for goal, weight in weights.items():
            surplus += prices.denominator * weight * objective_of(problem, goal).profit(problem, *pairs)
        for goal, price in prices.goal_duals:
            surplus -= price * objective_of(problem, goal).profit(problem, *pairs)
        for row, price in zip(problem.rows, prices.rows, strict=False):
            surplus -= price * row.coefficients_of(*pairs, problem.shape)
        value = prices.denominator * sum(weight * values[goal] for goal, weight in weights.items())
        bound = dual_bound(problem, prices) + sum(price * values[goal] for goal, price in prices.goal_duals)
        cells = np.full(problem.shape, -OUT_OF_REACH)
        cells[pairs] = np.minimum(surplus, 0)
        gap = bound + int(np.maximum(surplus, 0).sum()) - value
        return cls(cells, prices.denominator * weights.get("total", 0), gap)


def dual_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return what people and rows add to the dual bound."""
    people = sum(
        int(np.maximum(bounds.firm_minimum * dual, bounds.most * dual).sum())
        for bounds, dual in ((problem.mentors, prices.mentors), (problem.mentees, prices.mentees))
    )
    ends = zip(problem.rows, prices.rows, strict=False)
    return people + sum(price * ((row.most if price > 0 else row.least) or 0) for row, price in ends if price)
