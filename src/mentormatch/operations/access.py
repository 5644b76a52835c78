"""Equal access: who could meet somebody, who was placed and how well, by what people answered to watched questions.

Proportions have exact intervals (Clopper and Pearson 1934). Whether those of an answer were placed less often than all
others is Fisher's exact test (1935), at the level that Holm (1979) gives for looking at several answers. Invariant:
nothing is told of fewer than ``LEAST_SHOWN`` people, nor can it be had by subtracting a group from all: answers of few
people are counted together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import ClassVar

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.columns import MultiChoice
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.inference import LEAST_SHOWN, SIGNIFICANCE_LEVEL, correct_levels
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.tables import SIDE_WORDS, CellValue, ResultSheet, sheet, side_cell
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, percent, points, quoted
from mentormatch.languages.translation import SpokenText, language, mark, once_spoken, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import People
from mentormatch.programme.programme import Programme
from mentormatch.rules.kinds.bounds import Quota, Where
from mentormatch.scoring.criteria.preferences import Wishes

PRICE_S = 20.0
"""For each quota whose price is worked out, unless it is said."""
STRIP = 256
"""Mentors whose possible partners are counted at a time."""
LABELS = {
    (True, False): mark("autres réponses"),
    (True, True): mark("autres réponses et sans réponse"),
    (False, True): mark("sans réponse"),
}
"""What people are called who gave no answer of their own group: whether some answered, whether some did not."""


@dataclass(frozen=True, slots=True)
class ProportionEstimate(SpokenText):
    """So many ``of`` some people, and the exact interval of 95 % of that share, from 0 to 1."""

    holds_texts: ClassVar[bool] = False
    count: int
    of: int
    low: float
    high: float

    @classmethod
    def among(cls, count: int, of: int) -> "ProportionEstimate":
        """Return a share with its interval.

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
    """What it would cost to place ``least`` people with an answer: pairs, and points in millionths of a score.

    Both None: no answer keeps all rules then, or none was found in time, as ``status`` says.
    """

    holds_texts: ClassVar[bool] = False
    least: int
    status: Status
    pairs: int | None = None
    points: int | None = None

    def in_words(self) -> str:
        least = counted(self.least, "personne")
        if self.pairs is None or self.points is None:
            return tr("en placer {least} n'est pas possible, ou n'a pas été trouvé à temps", least=least)
        lost = [counted(self.pairs, "binôme")] if self.pairs else []
        cost = listed([*lost, tr("{points} points", points=points(self.points))])
        return tr("en placer {least} coûterait {cost}", least=least, cost=cost)


@dataclass(frozen=True, slots=True)
class AccessGroup:
    """The people of one side who gave one of ``answers`` to a watched question, if ``silent`` also who did not answer.

    ``met`` could meet somebody under the rules, ``placed`` have a partner, ``others`` are all who are not of the group
    and have one; ``points`` is the mean score of their pairs, in millionths; ``wished`` have their first wish, among
    those who named somebody. ``level`` is the probability, corrected for all answers of the question, that so great a
    difference between ``placed`` and ``others`` comes by chance.
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
        """Whether all of the group gave one and the same answer."""
        return len(self.answers) == 1 and not self.silent

    @property
    def words(self) -> str:
        """The group in a sentence: an answer in quotation marks, else what it is."""
        return quoted(self.label) if self.is_one_answer else self.label

    @property
    def clear(self) -> bool:
        """Whether more can be said than "too few to tell"."""
        return self.level <= SIGNIFICANCE_LEVEL


@dataclass(frozen=True, slots=True)
class AccessQuestion(SpokenText):
    """A watched question, asked of one side: who answered what, and how they fared; no groups where too few did."""

    holds_texts: ClassVar[bool] = False
    field: str
    question: str
    side: Side
    people: int
    groups: tuple[AccessGroup, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
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
class Access(ContentEquality):
    """How people fared in a matching by what they answered to the questions that its programme watches."""

    matching: Matching
    questions: tuple[AccessQuestion, ...]

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.matching.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, question by question."""
        return tuple(
            about(f"{one.question} ({tr(SIDE_WORDS[one.side])})", sentence)
            for one in self.questions
            for sentence in one.sentences
        )

    @once_spoken
    def sheet(self) -> ResultSheet:
        """One row a question and answer."""
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
        return sheet(columns, (row for one in self.questions for row in rows_of(one)))

    def __repr__(self) -> str:
        return f"Access({len(self.questions)} questions)"  # a notebook saves what it shows


def rows_of(question: AccessQuestion) -> Iterator[tuple[CellValue, ...]]:
    """Yield one row an answer, and one that says so where nothing can be told."""
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
def access(matching: Matching, *, prices: bool = True, price_limit_s: float = PRICE_S) -> Access:
    """Return who could meet somebody and who was placed, by the answers to the questions that a programme watches.

    Parameters
    ----------
    matching
        An answer of ``match``, ``repair`` or ``evaluate``, of whose programme a field says ``watch = true``.
    prices
        Whether to solve again for each answer whose people are placed less often than the others: with as many of them
        placed. Only where nobody of that side has several places.
    price_limit_s
        Seconds for each of these.

    Raises
    ------
    RequestError
        No question is watched, there is no answer, or there are more pairs than are held.
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
    with language(matching.language, unless_asked=True):
        questions = [
            question_of(matching, name, sides[side], limit if prices else None)
            for name in watched
            for side in SIDES
            if matching.programme.fields[name].asks(side)
        ]
    return Access(matching, tuple(questions))


def watched_fields(programme: Programme) -> list[str]:
    """Return the fields whose answers are watched."""
    return [name for name, field in programme.fields.items() if field.watch]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How each person of a side fared, (n,) each.

    They are ``taking`` part, have ``met`` the rules with somebody, are ``placed``, with these ``points`` in the mean of
    their pairs; ``wished`` named somebody, ``granted`` have the first whom they named.
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
        """Return how the people of a side fared."""
        own, other = SIDES.index(side), 1 - SIDES.index(side)
        problem, pairs = matching.problem, matching.solution.pairs
        people, others = (matching.cohort.side(SIDES[at]) for at in (own, other))
        taking = [loads.most > 0 for loads in (problem.mentors, problem.mentees)]
        partners = np.bincount(pairs[:, own], minlength=len(people))
        worth = np.bincount(pairs[:, own], matching.scores.at(pairs[:, 0], pairs[:, 1]), len(people))
        first = first_wishes(matching, side, people)
        partner_keys = set(
            zip(pairs[:, own].tolist(), (others.compared[at] for at in pairs[:, other].tolist()), strict=True)
        )
        return cls(
            side,
            people,
            taking[own],
            people_in_reach(matching, *taking)[own],
            partners > 0,
            np.divide(worth, partners, out=np.zeros(len(people)), where=partners > 0).round().astype(np.int64),
            np.array([row in first for row in range(len(people))], dtype=bool),
            np.array([(row, first.get(row)) in partner_keys for row in range(len(people))], dtype=bool),
        )


def people_in_reach(matching: Matching, mentors: BoolVector, mentees: BoolVector) -> tuple[BoolVector, BoolVector]:
    """Return who of either side could meet somebody of the others who take part, (n,) and (m,)."""
    scores, (n, m) = matching.problem.scores, matching.problem.shape
    rows, columns = np.flatnonzero(mentors), np.flatnonzero(mentees)
    found = np.zeros(n, dtype=bool), np.zeros(m, dtype=bool)
    for start in range(0, len(rows), STRIP):
        strip = rows[start : start + STRIP]
        possible = scores.allows_block(strip, columns)
        found[0][strip] = possible.any(axis=1)
        found[1][columns] |= possible.any(axis=0)
    return found


def first_wishes(matching: Matching, side: Side, people: People) -> Mapping[int, str]:
    """Return whom each person named first, as compared, by position: in the questions that are scored as wishes."""
    wish_fields = [getattr(one, side) for one in matching.programme.criteria if isinstance(one, Wishes)]
    names = [people.names(field).compared for field in wish_fields if field is not None]
    return {row: named[row][0] for named in reversed(names) for row in range(len(people)) if named[row]}


def question_of(matching: Matching, name: str, fared: Outcomes, price_s: float | None) -> AccessQuestion:
    """Return how the people of a side fared by their answers to a question; prices take so long each, None: none."""
    field = matching.programme.fields[name]
    together = merge_small_groups(answers_to(fared.people, name, fared.taking))
    large_enough = [one for one in together if not 0 < int((fared.taking & ~one[1]).sum()) < LEAST_SHOWN]
    groups = [group_of(labels, mask, fared) for labels, mask in large_enough] if len(large_enough) > 1 else []
    levels = correct_levels([level(group) for group in groups])
    groups = [replace(group, level=each) for group, each in zip(groups, levels, strict=True)]
    if price_s is not None:
        groups = [replace(one, price=quota_price(matching, name, fared.side, one, price_s)) for one in groups]
    return AccessQuestion(name, field.question or name, fared.side, int(fared.taking.sum()), tuple(groups))


type AnswerGroup = tuple[tuple[str | None, ...], BoolVector]
"""Answers, None for no answer, and (n,) bool: who gave one of them."""


def answers_to(people: People, name: str, taking: BoolVector) -> list[AnswerGroup]:
    """Return who of those who take part gave each answer to a question; last, who gave none."""
    column = people.columns[name]
    if isinstance(column, MultiChoice):
        labels, given = column.labels, list(column.values.T)
    else:
        chosen = people.codes(name)
        labels, given = chosen.spoken_labels, [chosen.values == code for code in range(len(chosen.labels))]
    found: list[AnswerGroup] = [((label,), mask & taking) for label, mask in zip(labels, given, strict=True)]
    return [*found, ((None,), taking & ~people.known(name))]


def merge_small_groups(answers: Sequence[AnswerGroup]) -> Iterator[AnswerGroup]:
    """Yield groups of ``LEAST_SHOWN`` people or more: those of few are one, with as few others as it takes."""
    left = sorted((one for one in answers if one[1].any()), key=lambda one: int(one[1].sum()))
    few: list[AnswerGroup] = []
    while left and (int(left[0][1].sum()) < LEAST_SHOWN or (few and count_people(few) < LEAST_SHOWN)):
        few.append(left.pop(0))
    yield from (one for one in answers if any(one is other for other in left))
    if few and count_people(few) >= LEAST_SHOWN:
        yield tuple(label for labels, _ in few for label in labels), np.logical_or.reduce([mask for _, mask in few])


def count_people(groups: Sequence[AnswerGroup]) -> int:
    """Return how many people some groups have together."""
    return int(np.logical_or.reduce([mask for _, mask in groups]).sum())


def group_of(labels: tuple[str | None, ...], mask: BoolVector, fared: Outcomes) -> AccessGroup:
    """Return how some people fared."""
    answers, silent = tuple(label for label in labels if label is not None), None in labels
    count, placed, rest = int(mask.sum()), mask & fared.placed, fared.taking & ~mask
    wished = mask & fared.wished
    many = int(wished.sum())
    return AccessGroup(
        answers,
        answers[0] if len(answers) == 1 and not silent else tr(LABELS[bool(answers), silent]),
        ProportionEstimate.among(int((mask & fared.met).sum()), count),
        ProportionEstimate.among(int(placed.sum()), count),
        ProportionEstimate.among(int((rest & fared.placed).sum()), int(rest.sum())),
        round(float(fared.points[placed].mean())) if placed.sum() >= LEAST_SHOWN else None,
        ProportionEstimate.among(int((wished & fared.granted).sum()), many) if many >= LEAST_SHOWN else None,
        1.0,
        silent=silent,
    )


def level(group: AccessGroup) -> float:
    """Return how probable so great a difference to all others is, were placing independent of the answer (Fisher)."""
    from scipy.stats import fisher_exact

    table = [[one.count, one.of - one.count] for one in (group.placed, group.others)]
    return float(fisher_exact(table).pvalue)


def quota_price(matching: Matching, name: str, side: Side, group: AccessGroup, seconds: float) -> QuotaPrice | None:
    """Return what it would cost to place as many of a group as of the others.

    None if as many are, if no more could meet anybody, if people have several places, and for people of several answers
    or none.
    """
    loads = matching.problem.mentors if side == "mentor" else matching.problem.mentees
    if not group.is_one_answer or not group.others.of or loads.most.max(initial=0) > 1:
        return None
    least = min(ceil(group.others.count * group.placed.of / group.others.of), group.met.count)
    if least <= group.placed.count:
        return None
    quota = Quota(where=[Where(side=side, field=name, among=list(group.answers))], least=least)
    problem = build_instance(matching.cohort, matching.programme.with_rules([quota]))[1]
    found = solve(problem, seed=matching.seed, time_limit_s=seconds, ties="any", proofs="none")
    if found.status not in (Status.PROVED, Status.FEASIBLE):
        return QuotaPrice(least, found.status)
    before, now = (int(matching.scores.at(*each.pairs.T).sum()) for each in (matching.solution, found))
    return QuotaPrice(least, found.status, len(matching.solution.pairs) - len(found.pairs), before - now)
