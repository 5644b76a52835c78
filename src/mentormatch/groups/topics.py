"""Approvals -> topics of a group: maximum coverage (Chamberlin and Courant 1983), then proportional approval voting.

``Ballot.formulate`` states the choice as a problem for the engine for pairs. Ties are broken by a keyed hash.

Maximum coverage satisfies justified representation (Aziz et al. 2017): of n/k members who share a wish, one at least is
served. Proportional approval as the first goal satisfies extended justified representation. So does the method of equal
shares, which maximises nothing and therefore has no proof, no certificate and no objective for ties.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import lcm
from typing import ClassVar, Literal, Self

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.assignment.model.solution import Solution, Status, Tier
from mentormatch.base.arrays import BoolMatrix
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import seed_number, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import Labels, first_of
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.groups.inputs import duplicate_problems, empty_name_problems, raise_if_any, read_multiple_choice
from mentormatch.groups.result import SolvedResult
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import own_language, spoken, tr, tr_n
from mentormatch.people.cohort import Cohort

type BallotGoal = Literal["served", "proportional", "approvals"]

ENGINE_GOALS: dict[BallotGoal, str] = {"served": "priority", "proportional": "total", "approvals": "matched"}
DEFAULT_GOALS: tuple[BallotGoal, ...] = ("served", "proportional", "approvals")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Ballot(ContentEquality):
    """The wishes of members; ``wishes`` (n, t) bool has a row per member and a column per topic."""

    members: tuple[str, ...]
    topics: tuple[str, ...]
    wishes: BoolMatrix

    def __repr__(self) -> str:
        return f"Ballot({len(self.members)} members, {len(self.topics)} topics)"

    def max_approved(self, number: int) -> int:
        return min(number, int(self.wishes.sum(axis=1).max(initial=0)))

    def formulate(self, number: int, goals: Sequence[BallotGoal] = DEFAULT_GOALS) -> AssignmentProblem:
        """Return the problem of choosing ``number`` topics: members and group as rows, steps and topics as columns."""
        n, t = self.wishes.shape
        steps = self.max_approved(number)  # step i of a member stands for the i-th requested topic that is chosen
        common_multiple = lcm(*range(1, steps + 1))
        scores = np.zeros((n + 1, steps + t), dtype=np.int64)
        scores[:n, :steps] = [common_multiple // step for step in range(1, steps + 1)]
        served = np.zeros(steps + t, dtype=np.int64)
        served[:1] = min(steps, 1)
        return AssignmentProblem(
            pack_scores(scores, self._pairs_allowed(steps)),
            firm_degree_bounds([steps] * n + [number], [0] * n + [number]),
            firm_degree_bounds([n] * steps + [1] * t),
            tuple(self._rows(steps)),
            goals=tuple(ENGINE_GOALS[goal] for goal in goals),
            mentee_priority=served,
            mentor_keys=(*(f"m{member}" for member in self.members), ""),  # "": the group
            mentee_keys=(*(f"s{step}" for step in range(steps)), *(f"t{topic}" for topic in self.topics)),
        )

    def _pairs_allowed(self, steps: int) -> BoolMatrix:
        """Return the allowed pairs: each member with a step per wish, the group with each topic."""
        n, t = self.wishes.shape
        allowed = np.zeros((n + 1, steps + t), dtype=bool)
        allowed[:n, :steps] = np.arange(steps) < self.wishes.sum(axis=1)[:, None]
        allowed[n, steps:] = True
        return allowed

    def _rows(self, steps: int) -> Iterator[Row]:
        """Yield a row per member with a wish: they take at most as many steps as chosen topics that they requested."""
        n, t = self.wishes.shape
        for member in np.flatnonzero(self.wishes.any(axis=1)).tolist():
            weights = np.zeros((n + 1, steps + t), dtype=np.int64)
            weights[member, :steps] = 1
            weights[n, steps:] = -self.wishes[member].astype(np.int64)
            yield Row(f"m{member}", weights, most=0)


def firm_degree_bounds(upper: Sequence[int], lower: Sequence[int] | None = None) -> DegreeBounds:
    """Return degree bounds that apply to every row or column, whether or not it has a pair."""
    bounds = [np.array(bound, dtype=np.int64) for bound in (lower or [0] * len(upper), upper)]
    return DegreeBounds(bounds[0], bounds[1], np.zeros(len(upper), dtype=bool))


def read_ballot(approvals: Mapping[str, Iterable[str] | None], topics: Iterable[str] | None) -> Ballot:
    """Read the ballot. Raises RequestError if a name is duplicate or empty, or a topic is not offered."""
    members = tuple(approvals)
    requests = [{canonical(topic): topic for topic in request or ()} for request in approvals.values()]
    offered_by_key: dict[str, str] = {}
    for request in requests:
        offered_by_key |= {folded: min(name, offered_by_key.get(folded, name)) for folded, name in request.items()}
    offered = tuple(offered_by_key.values()) if topics is None else tuple(topics)
    name_lists = ((tr("membres"), members), (tr("sujets"), offered))
    problems = [
        problem
        for label, names in name_lists
        for problem in (*duplicate_problems(label, names), *empty_name_problems(label, names))
    ]
    columns = {canonical(topic): column for column, topic in enumerate(offered)}
    unknown_count = sum(folded not in columns for request in requests for folded in request)
    if unknown_count:
        finding = tr_n(
            "une demande d'un sujet inconnu",
            "{number} demandes d'un sujet inconnu",
            unknown_count,
            number=unknown_count,
        )
        problems.append(Problem(tr("sujets"), finding, tr("un des sujets proposés")))
    raise_if_any(tr("Ces demandes ne conviennent pas"), problems)
    matrix = np.zeros((len(members), len(offered)), dtype=bool)
    for row, request in enumerate(requests):
        matrix[row, [columns[folded] for folded in request]] = True
    return Ballot(members, offered, matrix)


MAX_STEPS = 16  # of proportional approval: with more, its integer scores are too large for a solver
MAX_NAMED = 8  # members in one sentence


@dataclass(frozen=True, slots=True)
class Served:
    """Whether a member gets a requested topic; ``code``: ``served``, ``not_served`` or ``asked_nothing``."""

    member: str
    code: str

    @property
    def served(self) -> bool:
        """Whether a requested topic is chosen."""
        return self.code == "served"


@dataclass(frozen=True, slots=True, repr=False)
class TopicRequest:
    """The requested topics of one member, and those of them that are chosen; shown to staff only."""

    member: str
    asked: tuple[str, ...]
    chosen: tuple[str, ...]

    def __repr__(self) -> str:
        return (
            f"TopicRequest({self.member!r}, {len(self.asked)} asked, {len(self.chosen)} chosen)"  # a notebook saves it
        )


@dataclass(frozen=True, repr=False, eq=False)
class Topics(SolvedResult):
    """The chosen topics and the members served; the requests of each member are for staff only."""

    kind: ClassVar[str] = "topics"
    ballot: Ballot
    number: int
    goals: tuple[BallotGoal, ...]
    problem: AssignmentProblem
    solution: Solution
    seed: int
    language: str
    name: str = ""
    plain: "Topics | None" = None

    def __repr__(self) -> str:
        return f"Topics({len(self.chosen)} topics, {self.status})"  # a notebook saves what it shows

    def relabel(self, labels: Labels) -> Self:
        members = tuple(labels.anybody(None, key) for key in self.ballot.members)
        return replace(self, ballot=replace(self.ballot, members=members), plain=self)

    @property
    def title(self) -> str:
        return tr("Sujets retenus")

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The value and proved bound of each goal; ``proportional`` is in units of 1 / a common multiple."""
        return tuple(replace(tier, goal=goal) for goal, tier in zip(self.goals, self.solution.tiers, strict=False))

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The indices of the chosen topics in the ballot."""
        steps = self.ballot.max_approved(self.number)
        group = len(self.ballot.members)
        return tuple(topic - steps for row, topic in self.solution.pairs.tolist() if row == group)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen topics in alphabetical order, which reveals nothing about the requests."""
        return tuple(sorted((self.ballot.topics[place] for place in self.places), key=canonical))

    @cached_property
    def members(self) -> tuple[Served, ...]:
        """The outcome of each member."""
        is_served = self.ballot.wishes[:, list(self.places)].any(axis=1)
        with_wishes = self.ballot.wishes.any(axis=1)
        codes = np.where(is_served, "served", np.where(with_wishes, "not_served", "asked_nothing")).tolist()
        return tuple(Served(member, code) for member, code in zip(self.ballot.members, codes, strict=True))

    @cached_property
    def requests(self) -> tuple[TopicRequest, ...]:
        """The requested and the chosen topics of each member; for staff only."""
        topics, chosen_columns = self.ballot.topics, set(self.places)
        columns_by_row = [np.flatnonzero(row).tolist() for row in self.ballot.wishes]
        return tuple(
            TopicRequest(
                member,
                tuple(topics[column] for column in columns),
                tuple(topics[column] for column in columns if column in chosen_columns),
            )
            for member, columns in zip(self.ballot.members, columns_by_row, strict=True)
        )

    @cached_property
    def enough(self) -> int | None:
        """The fewest topics above ``number`` that can serve each member with a wish.

        None if all of them are served, or if the choice is not proved optimal.
        """
        if all(member.code != "not_served" for member in self.members) or self.status is not Status.PROVED:
            return None
        return next(filter(self._serve_all, range(self.number + 1, len(self.ballot.topics) + 1)))

    def _serve_all(self, number: int) -> bool:
        solution = solve(self.ballot.formulate(number, ("served",)), seed=self.seed, proofs="none")
        return solution.tiers[0].value == int(self.ballot.wishes.any(axis=1).sum())

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (self.summary, self.standing, *self._unserved_people())

    @property
    def summary(self) -> str:
        """A sentence on the number of topics and of members served."""
        served = sum(member.served for member in self.members)
        return tr_n(
            "{topics} ; {served} sur {members} en a demandé un au moins.",
            "{topics} ; {served} sur {members} en ont demandé un au moins.",
            served,
            topics=counted(len(self.chosen), "sujet retenu", "sujets retenus"),
            served=counted(served, "personne"),
            members=len(self.members),
        )

    def _unserved_people(self) -> Iterator[str]:
        """Yield sentences on the members who are not served, and on the number of topics that would serve all."""
        for code, sentence in (("not_served", unserved_members), ("asked_nothing", without_answer)):
            names = [member.member for member in self.members if member.code == code]
            if names:
                yield sentence(names)
        if self.enough is not None:
            yield tr("Avec {topics}, chacun·e aurait un sujet demandé.", topics=counted(self.enough, "sujet"))

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        members = [("member", tr("Membre")), ("served", tr("Un sujet demandé est retenu"))]
        return {
            "topics": sheet([("topic", tr("Sujet"))], ((topic,) for topic in self.chosen)),
            "members": sheet(members, ((member.member, member.served) for member in self.members)),
        }

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        counts = [("topic", tr("Sujet")), ("chosen", tr("Retenu")), ("approvals", tr("Demandes"))]
        columns = [("member", tr("Membre")), ("asked", tr("Demandés")), ("chosen", tr("Retenus"))]
        totals = self.ballot.wishes.sum(axis=0).tolist()
        order = sorted(range(len(totals)), key=lambda column: (-totals[column], canonical(self.ballot.topics[column])))
        chosen_columns = set(self.places)
        return {
            "counts": sheet(counts, ((self.ballot.topics[t], t in chosen_columns, totals[t]) for t in order)),
            "requests": sheet(
                columns, ((request.member, listed(request.asked), listed(request.chosen)) for request in self.requests)
            ),
        }

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "topics": list(self.chosen),
            "members": [
                {"member": member.member, "served": member.served, "code": member.code} for member in self.members
            ],
            "enough": self.enough,
        }

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        requests = [
            {"member": request.member, "asked": list(request.asked), "chosen": list(request.chosen)}
            for request in self.requests
        ]
        return self.as_dict | {"requests": requests}


def unserved_members(names: Sequence[str]) -> str:
    return tr_n(
        "Aucun sujet demandé par {names} n'est retenu.",
        "Aucun sujet demandé par ces {number} personnes n'est retenu : {names}.",
        len(names),
        number=len(names),
        names=first_of(names, MAX_NAMED),
    )


def without_answer(names: Sequence[str]) -> str:
    return tr_n(
        "{names} n'a rien demandé.",
        "{number} personnes n'ont rien demandé : {names}.",
        len(names),
        number=len(names),
        names=first_of(names, MAX_NAMED),
    )


def choose_topics(  # noqa: PLR0913 - all but two are keywords
    approvals: Mapping[str, Iterable[str] | None] | Cohort,
    sessions: int,
    *,
    field: str | None = None,
    topics: Iterable[str] | None = None,
    goals: Sequence[BallotGoal] = DEFAULT_GOALS,
    name: str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Topics:
    """Return the topics that serve the most members, then are most proportional, then most requested.

    Parameters
    ----------
    approvals
        The topics that each member requested, by key; None for no request. Alternatively, a cohort read from a survey.
    sessions
        The number of topics to choose; all topics on offer if there are fewer.
    field
        The question of a survey whose options are the topics; None: the only multiple-choice question.
    topics
        All topics on offer; None: the options of the question, or all topics that were requested.
    goals
        Some of ``served``, ``proportional`` and ``approvals``, in order of importance. If ``proportional`` is first,
        the choice has extended justified representation, and may serve fewer members.
    name
        The name of the programme, which appears in documents.
    seed
        Breaks remaining ties by a keyed hash: the order of members and topics does not matter.
    time_limit_s
        Seconds after which the best choice so far is returned, marked ``feasible``, or ``stopped`` if there is none.

    Raises
    ------
    RequestError
        A topic is unknown, a name or a goal is repeated, a goal is not one of the three, or a member gets too many
        topics for ``proportional``.

    See Also
    --------
    choose_dates : dates of the sessions.
    schedule_turns : who presents when.

    Examples
    --------
    >>> topics = choose_topics({"A": ["Paie", "Budget"], "B": ["Budget"], "C": ["Tournée"]}, 2)
    >>> topics.chosen, [member.served for member in topics.members], str(topics.status)
    (('Budget', 'Tournée'), [True, True, True], 'proved')
    """
    if isinstance(approvals, Cohort):
        replies = read_multiple_choice(approvals, field)
        approvals, topics = replies.answers, replies.options if topics is None else topics
    ballot = read_ballot(approvals, topics)
    seed = seed_number(seed)
    number = min(whole_number(tr("séances"), sessions), len(ballot.topics))
    check_goals(goals)
    check_steps(ballot.max_approved(number), goals)
    problem = ballot.formulate(number, goals)
    solution = solve(problem, seed=seed, time_limit_s=time_limit_s)
    return Topics(ballot, number, tuple(goals), problem, solution, seed, spoken(), name)


def check_goals(goals: Sequence[str]) -> None:
    if not goals or len(set(goals)) < len(goals) or not set(goals) <= set(ENGINE_GOALS):
        problem = Problem(tr("buts"), listed([quoted(goal) for goal in goals]), listed(tuple(ENGINE_GOALS)))
        raise RequestError(tr("Ces buts ne conviennent pas"), [problem])


def check_steps(steps: int, goals: Sequence[str]) -> None:
    if steps > MAX_STEPS and "proportional" in goals:
        expected = tr("{most} au plus pour une même personne", most=MAX_STEPS)
        advice = tr("retenez moins de sujets, ou laissez de côté le but {goal}", goal=quoted("proportional"))
        problem = Problem(tr("sujets demandés et retenus"), str(steps), expected, advice)
        raise RequestError(tr("Trop de sujets pour les répartir en proportion"), [problem])


def count_served_without(topics: Topics, topic: str) -> int:
    """Count the members who requested ``topic`` and would be served without it, by another chosen topic."""
    column, wishes = topics.ballot.topics.index(topic), topics.ballot.wishes
    other_columns = [chosen_column for chosen_column in topics.places if chosen_column != column]
    return int((wishes[:, column] & wishes[:, other_columns].any(axis=1)).sum())
