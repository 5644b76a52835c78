"""Equal access: chances of a partner, and results, by the answers to watched questions.

Proportions have exact intervals (Clopper and Pearson 1934). Fisher's exact test (1935) compares the people of one
answer with all others, at levels corrected for several answers (Holm 1979). Invariant: no result describes fewer than
``LEAST_SHOWN`` people, not even by subtraction of a group from the total; answers of few people are merged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import ClassVar

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.columns import MultiChoice
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.inference import LEAST_SHOWN, SIGNIFICANCE_LEVEL, correct_levels
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.notebook_view import NotebookView
from mentormatch.explanation.tables import SIDE_WORDS, CellValue, ResultSheet, sheet, side_cell
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, percent, points, quoted
from mentormatch.languages.translation import SpokenText, language, mark, once_spoken, tr
from mentormatch.operations.instance import require_stored_scores
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import People
from mentormatch.programme.programme import Programme
from mentormatch.rules.kinds.bounds import Quota, Where
from mentormatch.rules.rule import NO_SCORES, market_of
from mentormatch.scoring.criteria.preferences import Wishes

STRIP_ROWS = 256
"""The number of mentors whose possible partners are counted at a time."""
OTHER_ANSWER_LABELS = {
    (True, False): mark("autres réponses"),
    (True, True): mark("autres réponses et sans réponse"),
    (False, True): mark("sans réponse"),
}
"""The label of people without an answer in a group, by whether some gave another answer and some gave none."""


@dataclass(frozen=True, slots=True)
class ProportionEstimate(SpokenText):
    """The proportion ``count`` / ``of``, with its exact 95 % interval, each from 0 to 1."""

    holds_texts: ClassVar[bool] = False
    count: int
    of: int
    low: float
    high: float

    @classmethod
    def among(cls, count: int, of: int) -> "ProportionEstimate":
        """Return a proportion with its interval.

        >>> ProportionEstimate.among(0, 5).low, round(ProportionEstimate.among(0, 5).high, 3)
        (0.0, 0.522)
        """
        from scipy.stats import beta  # half a second of statistics, loaded where they are needed

        low = float(beta.ppf(0.025, count, of - count + 1)) if count else 0.0
        high = float(beta.ppf(0.975, count + 1, of - count)) if count < of else 1.0
        return cls(count, of, low, high)

    def in_words(self) -> str:
        low, high = percent(self.low), percent(self.high)
        return tr("{count} sur {of} (de {low} à {high})", count=self.count, of=self.of, low=low, high=high)


@dataclass(frozen=True, slots=True)
class QuotaPrice(SpokenText):
    """The cost of placing ``least`` people with an answer: pairs, and points in millionths of a score.

    Points below 0 are gained. Both are None if no solution was found; ``status`` distinguishes a proof from a lack of
    time.
    """

    holds_texts: ClassVar[bool] = False
    least: int
    status: Status
    pairs: int | None = None
    points: int | None = None

    def in_words(self) -> str:
        people_text = counted(self.least, "personne")
        if self.pairs is None or self.points is None:
            return tr("en placer {least} n'est pas possible, ou n'a pas été trouvé à temps", least=people_text)
        lost = [counted(self.pairs, "binôme")] if self.pairs else []
        cost = listed([*lost, tr("{points} points", points=points(self.points))])
        return tr("en placer {least} coûterait {cost}", least=people_text, cost=cost)


@dataclass(frozen=True, slots=True)
class AccessGroup:
    """People of one side with one of ``answers`` to a watched question; with ``silent`` also those without an answer.

    Under the rules, ``met`` have a possible partner; ``placed`` have a partner. ``others`` are the placed people
    outside the group. ``points`` is the mean over the placed people of the mean score of their pairs, in millionths,
    and ``wished`` are the people with their first wish, among the people with a wish; None if these are fewer than
    ``LEAST_SHOWN``. ``level`` is the corrected probability that a difference between ``placed`` and ``others`` of this
    size or more occurs by chance.
    """

    answers: tuple[str, ...]
    label: str
    met: ProportionEstimate
    placed: ProportionEstimate
    others: ProportionEstimate
    points: int | None
    wished: ProportionEstimate | None
    level: float
    price: QuotaPrice | None = None
    silent: bool = False

    @property
    def is_one_answer(self) -> bool:
        return len(self.answers) == 1 and not self.silent

    @property
    def words(self) -> str:
        """The name of the group in a sentence: an answer in quotation marks, or a label."""
        return quoted(self.label) if self.is_one_answer else self.label

    @property
    def clear(self) -> bool:
        """Whether the difference is significant."""
        return self.level <= SIGNIFICANCE_LEVEL


@dataclass(frozen=True, slots=True)
class AccessQuestion(NotebookView, SpokenText):
    """A watched question of one side with its groups; none if fewer than two groups are large enough to be shown.

    ``people`` is the number of participants of that side.
    """

    holds_texts: ClassVar[bool] = False
    field: str
    question: str
    side: Side
    people: int
    groups: tuple[AccessGroup, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The significant differences in sentences, or that there are none, and the prices of quotas."""
        with language(self.language, unless_asked=True):
            return tuple(self._sentences())

    def in_words(self) -> str:
        return "\n".join(self.sentences)

    def _sentences(self) -> Iterator[str]:
        if not self.groups:
            yield tr("Trop peu de réponses pour en dire quoi que ce soit sans désigner quelqu'un.")
            return
        clear = [group for group in self.groups if group.clear]
        for group in clear:
            yield tr(
                "{answer} : {placed} ont un binôme, contre {others} des autres ; un tel écart est rare par hasard.",
                answer=group.words,
                placed=group.placed,
                others=group.others,
            )
        if not clear:
            yield tr("Trop peu pour conclure : des écarts comme ceux-ci viennent souvent du hasard.")
        for group in self.groups:
            if group.price:
                yield about(group.words, str(group.price))


@dataclass(frozen=True, repr=False, eq=False)
class Access(NotebookView, ContentEquality):
    """The results of people in a matching, by their answers to the watched questions of its programme."""

    matching: Matching
    questions: tuple[AccessQuestion, ...]

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The conclusions of each question."""
        return tuple(
            about(f"{question.question} ({tr(SIDE_WORDS[question.side])})", sentence)
            for question in self.questions
            for sentence in question.sentences
        )

    @once_spoken
    def sheet(self) -> ResultSheet:
        """A table with a row per question and group, or one row for a question without groups."""
        columns = [
            ("question", tr("Question")),
            ("side", tr("Côté")),
            ("answer", tr("Réponse")),
            ("people", tr("Personnes")),
            ("met", tr("Pouvaient rencontrer quelqu'un")),
            ("placed", tr("Ont un binôme")),
            ("points", tr("Points en moyenne")),
            ("wished", tr("Ont leur premier souhait")),
            ("told", tr("Ce qu'on peut en dire")),
        ]
        return sheet(columns, (row for question in self.questions for row in rows_of(question)))

    def __repr__(self) -> str:
        return f"Access({len(self.questions)} questions)"  # a notebook saves what it shows


def rows_of(question: AccessQuestion) -> Iterator[tuple[CellValue, ...]]:
    """Yield a row per group; a single row with the reason if the question has no groups."""
    head = question.question, side_cell(question.side)
    if not question.groups:
        yield (*head, "", question.people, "", "", "", "", question.sentences[0])
    for group in question.groups:
        conclusion = [tr("l'écart est net")] if group.clear else [tr("trop peu pour conclure")]
        yield (
            *head,
            group.label,
            group.placed.of,
            str(group.met),
            str(group.placed),
            "" if group.points is None else points(group.points),
            str(group.wished or ""),
            listed([*conclusion, *([str(group.price)] if group.price else [])]),
        )


@track()
def access(matching: Matching, *, prices: bool = True, price_limit_s: float = 20.0) -> Access:
    """Return the share of people with a possible partner, and with a partner, by their answers to watched questions.

    Parameters
    ----------
    matching
        A result of ``match``, ``repair`` or ``evaluate``, whose programme has a field with ``watch = true``.
    prices
        Whether to solve again for each answer with a lower share of placed people, with a quota of the share of the
        others, or of all people with a possible partner if they are fewer. Only for a side without people who have
        several places, and not for merged answers.
    price_limit_s
        Seconds for each of these solves.

    Raises
    ------
    RequestError
        No question is watched, the matching has no solution, or the pairs are too many to be stored.

    See Also
    --------
    incentives : who gains by other answers.
    """
    watched = watched_fields(matching.programme)
    if not watched:
        advice = tr("ajoutez watch = true au champ de la question à surveiller")
        raise RequestError(tr("Aucune question n'est surveillée"), [Problem("[fields]", "", "watch = true", advice)])
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        raise RequestError(tr("Il n'y a pas de répartition dont dire l'accès"))
    require_stored_scores(matching.problem)
    limit = duration("price_limit_s", price_limit_s)
    sides = {side: Outcomes.of(matching, side) for side in SIDES}
    pricing = QuotaPricing(matching, limit) if prices else None
    with language(matching.language, unless_asked=True):
        questions = [
            question_of(matching, name, sides[side], pricing)
            for name in watched
            for side in SIDES
            if matching.programme.fields[name].asks(side)
        ]
    return Access(matching, tuple(questions))


def watched_fields(programme: Programme) -> list[str]:
    """Return the names of the watched fields."""
    return [name for name, field in programme.fields.items() if field.watch]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The results of the people of one side, (n,) arrays.

    ``taking``: with a place; ``met``: with a possible partner; ``placed``: with a partner, and ``points``, the mean
    score of their pairs in millionths, 0 without a pair; ``wished``: named a person; ``granted``: paired with the first
    person named.
    """

    side: Side
    people: People
    taking: BoolVector
    met: BoolVector
    placed: BoolVector
    points: IntVector
    wished: BoolVector
    granted: BoolVector

    @classmethod
    def of(cls, matching: Matching, side: Side) -> "Outcomes":
        """Compute the results of the people of one side."""
        column, partner_column = SIDES.index(side), 1 - SIDES.index(side)
        problem, pairs = matching.problem, matching.solution.pairs
        people, partners = (matching.cohort.side(SIDES[index]) for index in (column, partner_column))
        taking = [loads.most > 0 for loads in (problem.mentors, problem.mentees)]
        partner_counts = np.bincount(pairs[:, column], minlength=len(people))
        score_sums = np.bincount(pairs[:, column], matching.scores.at(pairs[:, 0], pairs[:, 1]), len(people))
        first = first_wishes(matching, side, people)
        partner_keys = set(
            zip(
                pairs[:, column].tolist(),
                (partners.compared[index] for index in pairs[:, partner_column].tolist()),
                strict=True,
            )
        )
        return cls(
            side,
            people,
            taking[column],
            people_in_reach(matching, *taking)[column],
            partner_counts > 0,
            np.divide(score_sums, partner_counts, out=np.zeros(len(people)), where=partner_counts > 0)
            .round()
            .astype(np.int64),
            np.array([row in first for row in range(len(people))], dtype=bool),
            np.array([(row, first.get(row)) in partner_keys for row in range(len(people))], dtype=bool),
        )


def people_in_reach(matching: Matching, mentors: BoolVector, mentees: BoolVector) -> tuple[BoolVector, BoolVector]:
    """Return the people with a possible partner among the participants of the other side, (n,) and (m,) bool."""
    scores, (n, m) = matching.problem.scores, matching.problem.shape
    rows, columns = np.flatnonzero(mentors), np.flatnonzero(mentees)
    has_partner = np.zeros(n, dtype=bool), np.zeros(m, dtype=bool)
    for start in range(0, len(rows), STRIP_ROWS):
        strip = rows[start : start + STRIP_ROWS]
        possible = scores.allows_block(strip, columns)
        has_partner[0][strip] = possible.any(axis=1)
        has_partner[1][columns] |= possible.any(axis=0)
    return has_partner


def first_wishes(matching: Matching, side: Side, people: People) -> Mapping[int, str]:
    """Return the first name given by each person, in comparison form, by position.

    Of several criteria on wishes, the first to which the person gave a name counts.
    """
    wish_fields = [
        getattr(criterion, side) for criterion in matching.programme.criteria if isinstance(criterion, Wishes)
    ]
    names = [people.names(field).compared for field in wish_fields if field is not None]
    return {row: named[row][0] for named in reversed(names) for row in range(len(people)) if named[row]}


def question_of(matching: Matching, name: str, outcomes: Outcomes, pricing: "QuotaPricing | None") -> AccessQuestion:
    """Return the results by answer, small groups merged, without prices if ``pricing`` is None."""
    field = matching.programme.fields[name]
    merged = merge_small_groups(answers_to(outcomes.people, name, outcomes.taking))
    large_enough = [
        answer_group for answer_group in merged if not 0 < int((outcomes.taking & ~answer_group[1]).sum()) < LEAST_SHOWN
    ]
    groups = [group_of(labels, mask, outcomes) for labels, mask in large_enough] if len(large_enough) > 1 else []
    levels = correct_levels([level(group) for group in groups])
    groups = [replace(group, level=p_value) for group, p_value in zip(groups, levels, strict=True)]
    if pricing is not None:
        groups = [
            replace(answer_group, price=pricing.price(name, outcomes.side, answer_group)) for answer_group in groups
        ]
    return AccessQuestion(name, field.question or name, outcomes.side, int(outcomes.taking.sum()), tuple(groups))


type AnswerGroup = tuple[tuple[str | None, ...], BoolVector]
"""Answers (None: no answer), and an (n,) mask of the people who gave one of these answers."""


def answers_to(people: People, name: str, taking: BoolVector) -> list[AnswerGroup]:
    """Return the participants per answer to a question, possibly none of them; the last group gave no answer."""
    column = people.columns[name]
    if isinstance(column, MultiChoice):
        labels, masks = column.labels, list(column.values.T)
    else:
        codes = people.codes(name)
        labels, masks = codes.spoken_labels, [codes.values == code for code in range(len(codes.labels))]
    groups: list[AnswerGroup] = [((label,), mask & taking) for label, mask in zip(labels, masks, strict=True)]
    return [*groups, ((None,), taking & ~people.known(name))]


def merge_small_groups(answers: Sequence[AnswerGroup]) -> Iterator[AnswerGroup]:
    """Yield groups of ``LEAST_SHOWN`` people or more; smaller groups, and if needed the next larger, are merged.

    The merged group comes last. People are left out if all groups together are too small.
    """
    large = sorted((group for group in answers if group[1].any()), key=lambda group: int(group[1].sum()))
    small: list[AnswerGroup] = []
    while large and (int(large[0][1].sum()) < LEAST_SHOWN or (small and count_people(small) < LEAST_SHOWN)):
        small.append(large.pop(0))
    yield from (group for group in answers if any(group is large_group for large_group in large))
    if small and count_people(small) >= LEAST_SHOWN:
        yield tuple(label for labels, _ in small for label in labels), np.logical_or.reduce([mask for _, mask in small])


def count_people(groups: Sequence[AnswerGroup]) -> int:
    """Return the number of people in the union of groups."""
    return int(np.logical_or.reduce([mask for _, mask in groups]).sum())


def group_of(labels: tuple[str | None, ...], mask: BoolVector, outcomes: Outcomes) -> AccessGroup:
    """Return the results of the people in ``mask``."""
    answers, silent = tuple(label for label in labels if label is not None), None in labels
    count, placed, is_other = int(mask.sum()), mask & outcomes.placed, outcomes.taking & ~mask
    is_wisher = mask & outcomes.wished
    wish_count = int(is_wisher.sum())
    return AccessGroup(
        answers,
        answers[0] if len(answers) == 1 and not silent else tr(OTHER_ANSWER_LABELS[bool(answers), silent]),
        ProportionEstimate.among(int((mask & outcomes.met).sum()), count),
        ProportionEstimate.among(int(placed.sum()), count),
        ProportionEstimate.among(int((is_other & outcomes.placed).sum()), int(is_other.sum())),
        round(float(outcomes.points[placed].mean())) if placed.sum() >= LEAST_SHOWN else None,
        ProportionEstimate.among(int((is_wisher & outcomes.granted).sum()), wish_count)
        if wish_count >= LEAST_SHOWN
        else None,
        1.0,
        silent=silent,
    )


def level(group: AccessGroup) -> float:
    """Return the p-value of the difference between the group and all others (Fisher's exact test)."""
    from scipy.stats import fisher_exact

    table = [[estimate.count, estimate.of - estimate.count] for estimate in (group.placed, group.others)]
    return float(fisher_exact(table).pvalue)


@dataclass(frozen=True)
class QuotaPricing:
    """Solves the problem of a matching again, with quotas; ``limit_s``: seconds per solve, None until proved."""

    matching: Matching
    limit_s: float | None

    @cached_property
    def optimum(self) -> Solution:
        """The solution without a quota: that of the matching if it is proved."""
        return self.matching.solution if self.matching.status is Status.PROVED else self._solve(self.matching.problem)

    def _solve(self, problem: AssignmentProblem) -> Solution:
        return solve(problem, seed=self.matching.seed, time_limit_s=self.limit_s, ties="any", proofs="none")

    def price(self, name: str, side: Side, group: AccessGroup) -> QuotaPrice | None:
        """Return the cost of placing the same share of a group as of the others, or as many as can be placed.

        The cost is the difference to the optimum without a quota. None if at least that many people of the group are
        placed, if a person of this side may have several partners, and for a group with several answers or none.
        """
        problem = self.matching.problem
        loads = problem.mentors if side == "mentor" else problem.mentees
        if not group.is_one_answer or not group.others.of or loads.most.max(initial=0) > 1:
            return None
        quota_size = min(ceil(group.others.count * group.placed.of / group.others.of), group.met.count)
        if quota_size <= group.placed.count:
            return None
        quota = Quota(where=[Where(side=side, field=name, among=list(group.answers))], least=quota_size)
        rows = quota.side_constraints(market_of(self.matching.cohort, NO_SCORES))
        solution = self._solve(replace(problem, rows=(*problem.rows, *rows)))
        solutions = self.optimum, solution
        if not all(plan.status in (Status.PROVED, Status.FEASIBLE) for plan in solutions):
            return QuotaPrice(quota_size, solution.status)
        before, after = (int(self.matching.scores.at(*plan.pairs.T).sum()) for plan in solutions)
        pair_count = len(self.optimum.pairs) - len(solution.pairs)
        return QuotaPrice(quota_size, solution.status, pair_count, before - after)
