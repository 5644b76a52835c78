"""Tests whether a person gains by another answer than the true one: one person at a time.

A matching that adds up points rewards strategic answers (Roth 1982: no stable mechanism is strategy-proof for both
sides; sums of points are so for neither). Here each person shortens or reorders a list, leaves a question blank or
exaggerates, all others keep their answers, and the plan is solved again; gains count by the true answers. Duals of
the true plan avoid most solves: a better partner stays out of reach if the reduced profit of that pair, plus the
effect of the answer on it, is below the effect of the answer on the present pair.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
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
from mentormatch.explanation.notebook_view import NotebookView
from mentormatch.explanation.tables import SIDE_WORDS, CellValue, ResultSheet, sheet, side_cell
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, points, quoted
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, rules_by_hand
from mentormatch.people.changes import AnswerChange, other_answers, with_answer
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.rules.rule import Rule, build_problem, eligible_people, forbidden_pairs, market_of
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import score

MAX_PROFIT_SUM = 1 << 61
"""Above any sum of profits."""
CHANGE_TEXTS: Mapping[AnswerChange, str] = {
    "shorter": mark("en disant moins"),
    "reordered": mark("en changeant l'ordre"),
    "blank": mark("en ne répondant pas"),
    "exaggerated": mark("en exagérant"),
}
"""The kinds of other answers, in words."""


@dataclass(frozen=True, slots=True)
class AnswerGain:
    """The gain of one ``person`` (key) by another answer, measured by their true answers.

    ``placed`` is the number of additional partners, ``points`` (millionths) the gain over all their pairs: the
    largest of any answer of that kind, partners first; points may be lost if a partner is gained. For the team only.
    """

    person: str
    change: AnswerChange
    placed: int
    points: int


@dataclass(frozen=True, slots=True)
class Incentive:
    """A question to one side whose answers reward people who answer against their opinion.

    ``parts`` are the labels of the criteria and rules that read it. ``closing`` is the first tested change of the
    programme that removes every gain by that question; None if no tested change does, or time ran out.
    """

    field: str
    question: str
    side: Side
    gains: tuple[AnswerGain, ...]
    parts: tuple[str, ...]
    closing: str | None

    @property
    def people(self) -> int:
        """The number of people who would gain, each separately."""
        return len({gain.person for gain in self.gains})

    @property
    def changes(self) -> tuple[AnswerChange, ...]:
        """The kinds of gainful answers, without duplicates."""
        return tuple(change for change in CHANGE_TEXTS if any(gain.change == change for gain in self.gains))

    @property
    def placed(self) -> int:
        """The largest number of partners that one person gains."""
        return max(gain.placed for gain in self.gains)

    @property
    def points(self) -> int:
        """The largest number of points that one person gains, in millionths."""
        return max(gain.points for gain in self.gains)

    @property
    def gained(self) -> str:
        """The largest gain, in words: a pair if any person gains one, else points."""
        return tr("un binôme") if self.placed else tr("jusqu'à {points} points", points=points(self.points))

    @property
    def sentence(self) -> str:
        """The incentive in a sentence without names."""
        sentence = tr(
            "{people}, {changes} : {gained}. Ce qui y invite : {parts}.",
            people=counted(self.people, "personne y gagnerait", "personnes y gagneraient, chacune seule"),
            changes=listed([tr(CHANGE_TEXTS[change]) for change in self.changes]),
            gained=self.gained,
            parts=listed(list(map(quoted, self.parts))),
        )
        closed = tr("Ce qui le ferme : {change}.", change=self.closing) if self.closing else tr(NOT_CLOSED_TEXT)
        return about(f"{self.question} ({tr(SIDE_WORDS[self.side])})", f"{sentence} {closed}")


NOT_CLOSED_TEXT = mark("Aucun petit changement essayé ne le ferme.")


@dataclass(frozen=True, repr=False, eq=False)
class Incentives(NotebookView, ContentEquality):
    """The questions that reward another answer than the true one.

    ``tried`` is the number of tested answers of ``people`` people. Not ``complete``: time ran out before all answers,
    or all changes of the programme, were tested. For the team only: ``incentives`` contain keys; sentences and sheet
    never do.
    """

    programme: Programme
    incentives: tuple[Incentive, ...]
    people: int
    tried: int
    complete: bool = True

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The incentives and the limits of the test, in sentences."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from (incentive.sentence for incentive in self.incentives)
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
        """A table with a row per question that rewards another answer."""
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


def row_of(incentive: Incentive) -> tuple[CellValue, ...]:
    return (
        incentive.question,
        side_cell(incentive.side),
        incentive.people,
        listed([tr(CHANGE_TEXTS[change]) for change in incentive.changes]),
        incentive.gained,
        listed(list(map(quoted, incentive.parts))),
        incentive.closing or tr(NOT_CLOSED_TEXT),
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
    """Return whether a person would gain by another answer, if all others keep their answers.

    All present answers are taken as true. Tested are shorter and reordered lists, blanks, exaggerated levels and
    fewer time slots. A gain is measured by the pairs and their points under the true answers; a pair that the rules
    forbid under these counts nothing. The number of places of a person is not varied.

    Parameters
    ----------
    cohort, programme, seed, pins, bans
        As for ``match``.
    time_limit_s
        Seconds after which no further answer is tested; None: until all are. A solve is not interrupted.

    Raises
    ------
    RequestError
        No solution keeps the rules, a pin or a ban names a person who is not in the cohort, or the pairs are too many
        to be stored.

    See Also
    --------
    access : who was placed, by answer.

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
    tried, incentive_list = 0, list[Incentive]()
    for side in SIDES:
        for name in truth.fields(side):
            counted_gains = list(truth.gains(side, name, deadline))
            tried += sum(count for _, count in counted_gains)
            gains = tuple(gain for row_gains, _ in counted_gains for gain in row_gains)
            if gains:
                closing = closing_change(truth, side, name, deadline)
                parts = tuple(part.label for part in truth.parts(side, name))
                question = decided.fields[name].question or name
                incentive_list.append(Incentive(name, question, side, gains, parts, closing))
    people = sum(int(truth.taking[side].sum()) for side in SIDES)
    return Incentives(programme, tuple(incentive_list), people, tried, not deadline.up)


@dataclass(slots=True)
class SearchLimit:
    """A deadline on the monotonic clock, None without one; ``up`` records that ``is_up`` has returned True."""

    ends: float | None
    up: bool = field(default=False)

    def is_up(self) -> bool:
        """Return whether the deadline has passed, and record it."""
        self.up = self.up or (self.ends is not None and monotonic() >= self.ends)
        return self.up


@dataclass(frozen=True)
class TrueMarket:
    """People with their true answers, and their plan: the reference for other answers.

    ``values`` (n, m) are scores; ``allowed`` (n, m) contains the pairs that no rule forbids.
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
        """Solve the cohort under a programme. Raises RequestError if the pairs are too many to be stored."""
        scores, problem = build_instance(cohort, programme)
        require_stored_scores(problem)
        allowed = problem.scores.allows_block(*map(np.arange, problem.shape))
        solution = solve(problem, seed=seed, proofs="none")
        return cls(cohort, programme, seed, scores.values.astype(np.int64), allowed, problem, solution)

    @cached_property
    def taking(self) -> Mapping[Side, BoolVector]:
        """The participants of each side, (n,) and (m,) bool."""
        return {side: eligible_people(self.programme.rules, self.cohort.side(side), side) for side in SIDES}

    @cached_property
    def slack(self) -> "ReducedProfits | None":
        """The reduced profit of each pair; None if the duals do not give it."""
        return ReducedProfits.of(self.problem, self.solution)

    def parts(self, side: Side, name: str) -> list[Criterion | Rule]:
        """Return the criteria and the rules that read a question to one side."""
        parts: list[Criterion | Rule] = [*self.programme.criteria, *self.programme.rules]
        return [part for part in parts if name in part.fields_of(side)]

    def fields(self, side: Side) -> list[str]:
        """Return the questions to one side that criteria or rules read, without those on the number of places."""
        columns, places = self.cohort.side(side).columns, self.place_fields(side)
        return [name for name in columns if name not in places and self.parts(side, name)]

    def place_fields(self, side: Side) -> set[str]:
        """Return the questions to one side on the number of partners."""
        return {name for rule in self.programme.rules for name in rule.place_fields(side)}

    def counts_elsewhere(self, side: Side, name: str) -> bool:
        """Return whether a question affects more than the score and the permission of single pairs."""
        people = self.cohort.side(side)
        rules = [part for part in self.parts(side, name) if isinstance(part, Rule)]
        return any(rule.couples_pairs or rule.priority(people, side) is not None for rule in rules)

    def orient[T: np.generic](
        self, side: Side, block: "np.ndarray[tuple[int, ...], np.dtype[T]]"
    ) -> "np.ndarray[tuple[int, ...], np.dtype[T]]":
        """Return a matrix of pairs with the people of one side as its rows."""
        return block if side == "mentor" else block.T

    def score_variants(self, side: Side, variants: People) -> tuple[IntMatrix, BoolMatrix]:
        """Return scores (k, other side) of people of one side, and whether each pair is allowed.

        Two people of ``variants`` must not have the same key, by which some criteria and rules identify them.
        """
        rules, mentor = self.programme.rules, side == "mentor"
        cohort = Cohort(variants, self.cohort.mentees) if mentor else Cohort(self.cohort.mentors, variants)
        values = score(cohort, self.programme.criteria, self.programme.emphasis).values
        allowed = self.orient(side, ~forbidden_pairs(rules, market_of(cohort, values)))
        eligible = eligible_people(rules, variants, side)[:, None] & self.taking[ACROSS[side]][None, :]
        return self.orient(side, values.astype(np.int64)), allowed & eligible

    def gains(self, side: Side, name: str, deadline: SearchLimit) -> Iterator[tuple[list[AnswerGain], int]]:
        """Yield the gains of each person by other answers to a question, and the number of answers tested.

        Ends without the present person once the deadline has passed.
        """
        people = self.cohort.side(side)
        column, graded = people.columns[name], getattr(self.programme.fields[name], "kind", "") == "scale"
        for row in np.flatnonzero(self.taking[side] & column.known).tolist():
            answers = list(other_answers(column.take([row]), graded=graded))
            best = dict[AnswerChange, tuple[int, int]]()
            for change, gained in self.outcomes(side, name, row, answers):
                best[change] = max(gained, best.get(change, (0, 0)))
                if deadline.is_up():
                    return
            gains = [
                AnswerGain(people.ids[row], change, *largest) for change, largest in best.items() if largest > (0, 0)
            ]
            yield gains, len(answers)

    def outcomes(
        self, side: Side, name: str, row: int, answers: Sequence[tuple[AnswerChange, Column]]
    ) -> Iterator[tuple[AnswerChange, tuple[int, int]]]:
        """Yield the gain in partners and in points by each answer that may bring one."""
        if not self.may_gain(side, row):
            return
        person = self.cohort.side(side).take([row])
        # One variant at a time: some criteria and rules identify people by their keys
        scored = [self.score_variants(side, with_answer(person, name, [0], answer)) for _, answer in answers]
        values, allowed = (np.concatenate(parts) for parts in zip(*scored, strict=True))
        needs_solve, gain_by_effect = self.counts_elsewhere(side, name), dict[bytes, tuple[int, int]]()
        true = np.where(self.orient(side, self.allowed)[row], self.orient(side, self.values)[row], NO_SCORE)
        before = self.outcome(side, row, self.solution)
        for (change, answer), answer_scores in zip(answers, np.where(allowed, values, NO_SCORE), strict=True):
            effect = b"" if needs_solve else answer_scores.tobytes()
            if effect not in gain_by_effect or needs_solve:
                if not needs_solve and (
                    np.array_equal(answer_scores, true) or not self.reaches(side, row, answer_scores)
                ):
                    continue
                after = self.outcome(side, row, self.plan_with(side, name, row, answer))
                gain_by_effect[effect] = after[0] - before[0], after[1] - before[1]
            yield change, gain_by_effect[effect]

    def may_gain(self, side: Side, row: int) -> bool:
        """Return whether a person could have more or better partners than in the true plan."""
        max_partners = self.most_partners(side, row)
        possible = self.orient(side, self.values)[row][self.orient(side, self.allowed)[row]]
        best = np.sort(possible)[::-1][:max_partners]
        return (len(best), int(best.sum())) > self.outcome(side, row, self.solution)

    def most_partners(self, side: Side, row: int) -> int:
        return int((self.problem.mentors if side == "mentor" else self.problem.mentees).most[row])

    def partners(self, side: Side, row: int, plan: Solution) -> IntVector:
        """Return the partners of a person in a plan, by position."""
        column = SIDES.index(side)
        partners: IntVector = plan.pairs[plan.pairs[:, column] == row, 1 - column]
        return partners

    def outcome(self, side: Side, row: int, plan: Solution) -> tuple[int, int]:
        """Return the number of a person's partners in a plan, and their points, by the true answers.

        Pairs that the rules forbid under the true answers do not count.
        """
        partners = self.partners(side, row, plan)
        partners = partners[self.orient(side, self.allowed)[row, partners]]
        return len(partners), int(self.orient(side, self.values)[row, partners].sum())

    def reaches(self, side: Side, row: int, answer_scores: IntVector) -> bool:
        """Return whether an answer with these scores may bring a better partner, by the duals.

        True if the duals are not available.
        """
        slack, max_partners = self.slack, self.most_partners(side, row)
        if slack is None:
            return True
        true, allowed = self.orient(side, self.values)[row], self.orient(side, self.allowed)[row]
        present = self.partners(side, row, self.solution)
        if (answer_scores[present] == NO_SCORE).any():
            return True  # a partner is lost; the duals do not bound the replacement
        added = np.where(answer_scores > NO_SCORE, slack.per_score * (answer_scores - true), 0)
        candidates = allowed & (answer_scores > NO_SCORE)
        reduced = np.where(candidates, self.orient(side, slack.reduced_profit)[row] + added, -MAX_PROFIT_SUM)
        # A better plan has a new partner; for a person with a single place, one with a higher true score
        candidates[present] = False
        if max_partners == 1 and len(present):
            candidates &= true > true[present[0]]
        if not candidates.any():
            return False
        best = int(np.flatnonzero(candidates)[reduced[candidates].argmax()])
        further = np.sort(np.maximum(np.delete(reduced, best), 0))[::-1][: max_partners - 1]
        return int(reduced[best]) + int(further.sum()) + slack.gap >= int(added[present].sum())

    def plan_with(self, side: Side, name: str, row: int, answer: Column) -> Solution:
        """Return the plan after one person gives another answer."""
        people, rules = with_answer(self.cohort.side(side), name, [row], answer), self.programme.rules
        mentor = side == "mentor"
        cohort = replace(self.cohort, mentors=people) if mentor else replace(self.cohort, mentees=people)
        answer_scores, answer_allowed = self.score_variants(side, people.take([row]))
        values, allowed = self.values.copy(), self.allowed.copy()
        self.orient(side, values)[row], self.orient(side, allowed)[row] = answer_scores[0], answer_allowed[0]
        market = market_of(cohort, values.astype(np.int32))
        taking = eligible_people(rules, cohort.mentors, "mentor"), eligible_people(rules, cohort.mentees, "mentee")
        goals = self.programme.goals.order
        problem = build_problem(market, pack_scores(market.scores, allowed), taking, rules, goals)
        return solve(problem, seed=self.seed, proofs="none")


def closing_change(truth: TrueMarket, side: Side, name: str, deadline: SearchLimit) -> str | None:
    """Return the first change of the programme that removes all gains by a question, in words; None if none does.

    The first version of each criterion and rule is tried before the second of any. None also after the deadline.
    """
    parts = truth.parts(side, name)
    for changes in zip_longest(*map(safer_versions, parts)):
        for part, change in zip(parts, changes, strict=True):
            if change is None or deadline.is_up():
                continue
            changed, sentence = change
            after = TrueMarket.of(truth.cohort, with_part(truth.programme, part, changed), truth.seed)
            is_proved = after.solution.status is Status.PROVED
            if is_proved and not any(gains for gains, _ in after.gains(side, name, deadline)) and not deadline.up:
                return sentence
    return None


def safer_versions(part: Criterion | Rule) -> Iterator[tuple[Criterion | Rule, str]]:
    """Yield variants of a criterion or rule that reward strategic answers less, each with its description."""
    yield from part.safer_versions()


def with_part(programme: Programme, part: Criterion | Rule, changed: Criterion | Rule) -> Programme:
    """Return the programme with one criterion or rule replaced."""
    if isinstance(changed, Criterion):
        criteria = [changed if present is part else present for present in programme.criteria]
        return replace_parts(programme, criteria=criteria)
    return replace_parts(programme, rules=[changed if present is part else present for present in programme.rules])


@dataclass(frozen=True, slots=True)
class ReducedProfits:
    """Reduced profits ``reduced_profit`` (n, m), 0 or less, in units of 1 / denominator, from the duals of a plan.

    A plan with a given pair, equal in the goals before those of the last stage, has at most the value of the optimum
    plus ``gap`` plus the cell of the pair, which is ``-MAX_PROFIT_SUM`` for a forbidden pair. A score is multiplied by
    ``per_score``.
    """

    reduced_profit: IntMatrix
    per_score: int
    gap: int

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> Self | None:
        """Return the reduced profits; None if the duals do not bound every plan with a given pair.

        None if the solution is not proved, if there are pins, minimums of used people with a dual, or thresholds, and
        if a goal before the last depends on scores.
        """
        if solution.status is not Status.PROVED or problem.pins or not solution.prices:
            return None
        duals, values = solution.prices[-1], {tier.goal: tier.value for tier in solution.tiers}
        weights = dict(duals.weights)
        is_known = problem.goals[-1] in weights and set(problem.goals[:-1]) <= PEOPLE
        if not is_known or duals.score_threshold is not None or any(duals.linking_duals):
            return None
        # Reduced profit of each allowed pair: its profit less its duals (weak duality)
        mentors, mentees = pairs = problem.scores.pairs()
        surplus = -duals.mentors[mentors] - duals.mentees[mentees]
        for goal, weight in weights.items():
            surplus += duals.denominator * weight * objective_of(problem, goal).profit(problem, *pairs)
        for goal, dual in duals.goal_duals:
            surplus -= dual * objective_of(problem, goal).profit(problem, *pairs)
        for row, dual in zip(problem.rows, duals.rows, strict=False):
            surplus -= dual * row.coefficients_of(*pairs, problem.shape)
        value = duals.denominator * sum(weight * values[goal] for goal, weight in weights.items())
        bound = dual_bound(problem, duals) + sum(dual * values[goal] for goal, dual in duals.goal_duals)
        cells = np.full(problem.shape, -MAX_PROFIT_SUM)
        cells[pairs] = np.minimum(surplus, 0)
        gap = bound + int(np.maximum(surplus, 0).sum()) - value
        return cls(cells, duals.denominator * weights.get("total", 0), gap)


def dual_bound(problem: AssignmentProblem, duals: DualSolution) -> int:
    """Return the part of the dual bound from people and rows."""
    people = sum(
        int(np.maximum(bounds.firm_minimum * degree_dual, bounds.most * degree_dual).sum())
        for bounds, degree_dual in ((problem.mentors, duals.mentors), (problem.mentees, duals.mentees))
    )
    row_duals = zip(problem.rows, duals.rows, strict=False)
    return people + sum(dual * ((row.most if dual > 0 else row.least) or 0) for row, dual in row_duals if dual)
