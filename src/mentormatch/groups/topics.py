"""Which topics a group treats: maximum coverage (Chamberlin and Courant 1983), then proportional approval voting.

The engine of pairs chooses; see ``Ballot.pose``. Ties are settled by a keyed hash.

The greatest coverage is justified representation (Aziz et al. 2017): no k-th part of the members who share a wish is
left without any. Proportional approval as the first goal is extended justified representation as well. Equal shares
has that too, but no number that it makes the greatest: neither proof nor certificate, and nothing to settle ties by.
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

GOALS: dict[BallotGoal, str] = {"served": "priority", "proportional": "total", "approvals": "matched"}
"""What each goal is for the engine."""
DEFAULT: tuple[BallotGoal, ...] = ("served", "proportional", "approvals")
GROUP = ""
"""The key of the group as a whole: no member has it."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Ballot(ContentEquality):
    """``wishes`` (n, t) bool: which of the ``topics`` each of the ``members`` asked for."""

    members: tuple[str, ...]
    topics: tuple[str, ...]
    wishes: BoolMatrix

    def __repr__(self) -> str:
        return f"Ballot({len(self.members)} members, {len(self.topics)} topics)"

    def steps(self, number: int) -> int:
        """Return how many topics that they asked for a member can get at most, of so many chosen."""
        return min(number, int(self.wishes.sum(axis=1).max(initial=0)))

    def pose(self, number: int, goals: Sequence[BallotGoal] = DEFAULT) -> AssignmentProblem:
        """Return the problem to choose so many topics: members and the group are rows, steps and topics columns."""
        n, t = self.wishes.shape
        steps = self.steps(number)
        whole = lcm(*range(1, steps + 1))
        scores = np.zeros((n + 1, steps + t), dtype=np.int64)
        scores[:n, :steps] = [whole // step for step in range(1, steps + 1)]
        served = np.zeros(steps + t, dtype=np.int64)
        served[:1] = min(steps, 1)
        return AssignmentProblem(
            pack_scores(scores, self._pairs_allowed(steps)),
            loads([steps] * n + [number], [0] * n + [number]),
            loads([n] * steps + [1] * t),
            tuple(self._rows(steps)),
            goals=tuple(GOALS[goal] for goal in goals),
            mentee_priority=served,
            mentor_keys=(*(f"m{member}" for member in self.members), GROUP),
            mentee_keys=(*(f"s{step}" for step in range(steps)), *(f"t{topic}" for topic in self.topics)),
        )

    def _pairs_allowed(self, steps: int) -> BoolMatrix:
        """Return which pairs there are: members with as many steps as they have wishes, the group with each topic."""
        n, t = self.wishes.shape
        allowed = np.zeros((n + 1, steps + t), dtype=bool)
        allowed[:n, :steps] = np.arange(steps) < self.wishes.sum(axis=1)[:, None]
        allowed[n, steps:] = True
        return allowed

    def _rows(self, steps: int) -> Iterator[Row]:
        """Yield that each member takes no more steps than the group takes topics that they asked for."""
        n, t = self.wishes.shape
        for member in np.flatnonzero(self.wishes.any(axis=1)).tolist():
            weights = np.zeros((n + 1, steps + t), dtype=np.int64)
            weights[member, :steps] = 1
            weights[n, steps:] = -self.wishes[member].astype(np.int64)
            yield Row(f"m{member}", weights, most=0)


def loads(most: Sequence[int], least: Sequence[int] | None = None) -> DegreeBounds:
    """Return bounds that hold in any case."""
    bounds = [np.array(bound, dtype=np.int64) for bound in (least or [0] * len(most), most)]
    return DegreeBounds(bounds[0], bounds[1], np.zeros(len(most), dtype=bool))


def ballot_of(approvals: Mapping[str, Iterable[str] | None], topics: Iterable[str] | None) -> Ballot:
    """Return who asked for what; raise RequestError where a name comes twice, or a topic is not on offer."""
    members = tuple(approvals)
    wanted = [{canonical(topic): topic for topic in topics_wanted or ()} for topics_wanted in approvals.values()]
    there: dict[str, str] = {}
    for topics_wanted in wanted:
        there |= {folded: min(name, there.get(folded, name)) for folded, name in topics_wanted.items()}
    offered = tuple(there.values()) if topics is None else tuple(topics)
    named = ((tr("membres"), members), (tr("sujets"), offered))
    problems = [
        wrong
        for where, names in named
        for wrong in (*duplicate_problems(where, names), *empty_name_problems(where, names))
    ]
    known = {canonical(topic): place for place, topic in enumerate(offered)}
    lost = sum(folded not in known for topics_wanted in wanted for folded in topics_wanted)
    if lost:
        found = tr_n("une demande d'un sujet inconnu", "{number} demandes d'un sujet inconnu", lost, number=lost)
        problems.append(Problem(tr("sujets"), found, tr("un des sujets proposés")))
    raise_if_any(tr("Ces demandes ne conviennent pas"), problems)
    block = np.zeros((len(members), len(offered)), dtype=bool)
    for row, each in enumerate(wanted):
        block[row, [known[folded] for folded in each]] = True
    return Ballot(members, offered, block)


MOST_STEPS = 16
"""Beyond so many topics for one member the whole numbers of proportional approval are too great for a solver."""
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Served:
    """Whether one member gets a topic of theirs; ``code``: ``served``, ``not_served`` or ``asked_nothing``."""

    member: str
    code: str

    @property
    def served(self) -> bool:
        """Return whether they get one."""
        return self.code == "served"


@dataclass(frozen=True, slots=True, repr=False)
class TopicRequest:
    """What one member asked for and what of it is chosen; for the team alone."""

    member: str
    asked: tuple[str, ...]
    chosen: tuple[str, ...]

    def __repr__(self) -> str:
        return (
            f"TopicRequest({self.member!r}, {len(self.asked)} asked, {len(self.chosen)} chosen)"  # a notebook saves it
        )


@dataclass(frozen=True, repr=False, eq=False)
class Topics(SolvedResult):
    """The topics chosen, and who is served; who asked for what is for the team alone."""

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
        """What is reached in each goal, and the proven bound; ``proportional`` in parts of a common multiple."""
        return tuple(replace(tier, goal=goal) for goal, tier in zip(self.goals, self.solution.tiers, strict=False))

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where the chosen topics stand in the ballot."""
        steps = self.ballot.steps(self.number)
        group = len(self.ballot.members)
        return tuple(topic - steps for row, topic in self.solution.pairs.tolist() if row == group)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The topics chosen, in the order of the alphabet, which says nothing of who asked for them."""
        return tuple(sorted((self.ballot.topics[place] for place in self.places), key=canonical))

    @cached_property
    def members(self) -> tuple[Served, ...]:
        """Whether each member gets a topic that they asked for."""
        got = self.ballot.wishes[:, list(self.places)].any(axis=1)
        with_wishes = self.ballot.wishes.any(axis=1)
        codes = np.where(got, "served", np.where(with_wishes, "not_served", "asked_nothing")).tolist()
        return tuple(Served(member, code) for member, code in zip(self.ballot.members, codes, strict=True))

    @cached_property
    def requests(self) -> tuple[TopicRequest, ...]:
        """What each member asked for, and what of it is chosen; for the team alone."""
        topics, chosen = self.ballot.topics, set(self.places)
        wanted = [np.flatnonzero(row).tolist() for row in self.ballot.wishes]
        return tuple(
            TopicRequest(member, tuple(topics[t] for t in each), tuple(topics[t] for t in each if t in chosen))
            for member, each in zip(self.ballot.members, wanted, strict=True)
        )

    @cached_property
    def enough(self) -> int | None:
        """How many topics would serve everybody who asked; None where so many are chosen, or it is not known."""
        if all(one.code != "not_served" for one in self.members) or self.status is not Status.PROVED:
            return None
        return next(filter(self._serve_all, range(self.number + 1, len(self.ballot.topics) + 1)))

    def _serve_all(self, number: int) -> bool:
        solution = solve(self.ballot.pose(number, ("served",)), seed=self.seed, proofs="none")
        return solution.tiers[0].value == int(self.ballot.wishes.any(axis=1).sum())

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (self.summary, self.standing, *self._unserved_people())

    @property
    def summary(self) -> str:
        """How many members are served by how many topics, in a sentence."""
        served = sum(one.served for one in self.members)
        return tr_n(
            "{topics} ; {served} sur {members} en a demandé un au moins.",
            "{topics} ; {served} sur {members} en ont demandé un au moins.",
            served,
            topics=counted(len(self.chosen), "sujet retenu", "sujets retenus"),
            served=counted(served, "personne"),
            members=len(self.members),
        )

    def _unserved_people(self) -> Iterator[str]:
        """Yield who is not served, and what would do."""
        for code, words in (("not_served", unserved_members), ("asked_nothing", without_answer)):
            names = [one.member for one in self.members if one.code == code]
            if names:
                yield words(names)
        if self.enough is not None:
            yield tr("Avec {topics}, chacun·e aurait un sujet demandé.", topics=counted(self.enough, "sujet"))

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        members = [("member", tr("Membre")), ("served", tr("Un sujet demandé est retenu"))]
        return {
            "topics": sheet([("topic", tr("Sujet"))], ((topic,) for topic in self.chosen)),
            "members": sheet(members, ((one.member, one.served) for one in self.members)),
        }

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        counts = [("topic", tr("Sujet")), ("chosen", tr("Retenu")), ("approvals", tr("Demandes"))]
        columns = [("member", tr("Membre")), ("asked", tr("Demandés")), ("chosen", tr("Retenus"))]
        totals = self.ballot.wishes.sum(axis=0).tolist()
        order = sorted(range(len(totals)), key=lambda place: (-totals[place], canonical(self.ballot.topics[place])))
        chosen = set(self.places)
        return {
            "counts": sheet(counts, ((self.ballot.topics[t], t in chosen, totals[t]) for t in order)),
            "requests": sheet(columns, ((one.member, listed(one.asked), listed(one.chosen)) for one in self.requests)),
        }

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "topics": list(self.chosen),
            "members": [{"member": one.member, "served": one.served, "code": one.code} for one in self.members],
            "enough": self.enough,
        }

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        requests = [
            {"member": one.member, "asked": list(one.asked), "chosen": list(one.chosen)} for one in self.requests
        ]
        return self.as_dict | {"requests": requests}


def unserved_members(names: Sequence[str]) -> str:
    """Return in words who gets nothing that they asked for."""
    return tr_n(
        "Aucun sujet demandé par {names} n'est retenu.",
        "Aucun sujet demandé par ces {number} personnes n'est retenu : {names}.",
        len(names),
        number=len(names),
        names=first_of(names, MOST_NAMED),
    )


def without_answer(names: Sequence[str]) -> str:
    """Return in words who asked for nothing."""
    return tr_n(
        "{names} n'a rien demandé.",
        "{number} personnes n'ont rien demandé : {names}.",
        len(names),
        number=len(names),
        names=first_of(names, MOST_NAMED),
    )


def choose_topics(  # noqa: PLR0913 - all but two are keywords
    approvals: Mapping[str, Iterable[str] | None] | Cohort,
    sessions: int,
    *,
    field: str | None = None,
    topics: Iterable[str] | None = None,
    goals: Sequence[BallotGoal] = DEFAULT,
    name: str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Topics:
    """Return the topics that serve the most members, then everybody in proportion, then the most asked for.

    Parameters
    ----------
    approvals
        The topics that each member asked for, by their key; none is no wish. Or those who answered a survey.
    sessions
        How many topics there are sessions for; all are chosen where there are no more topics.
    field
        Of a survey, the question whose options are the topics; None: the only one with several answers.
    topics
        All topics on offer; None: the options of the question, or those that somebody asked for.
    goals
        Any of ``served``, ``proportional`` and ``approvals``, first to last. With ``proportional`` first the choice
        has extended justified representation, and somebody may be served by nothing who would be otherwise.
    name
        What the group is called; it stands in documents and calendars.
    seed
        Settles what the goals leave tied, by a keyed hash: the order of members and topics never matters.
    time_limit_s
        Seconds after which the best choice so far is returned, marked ``feasible``, or ``stopped``.

    Raises
    ------
    RequestError
        A topic is unknown, a name comes twice, a goal is none of the three, or the numbers are too great.

    Examples
    --------
    >>> topics = choose_topics({"A": ["Paie", "Budget"], "B": ["Budget"], "C": ["Tournée"]}, 2)
    >>> topics.chosen, [member.served for member in topics.members], str(topics.status)
    (('Budget', 'Tournée'), [True, True, True], 'proved')
    """
    if isinstance(approvals, Cohort):
        said = read_multiple_choice(approvals, field)
        approvals, topics = said.answers, said.options if topics is None else topics
    ballot = ballot_of(approvals, topics)
    seed = seed_number(seed)
    number = min(whole_number(tr("séances"), sessions), len(ballot.topics))
    refuse_goals(goals)
    refuse_steps(ballot.steps(number), goals)
    problem = ballot.pose(number, goals)
    solution = solve(problem, seed=seed, time_limit_s=time_limit_s)
    return Topics(ballot, number, tuple(goals), problem, solution, seed, spoken(), name)


def refuse_goals(goals: Sequence[str]) -> None:
    """Raise RequestError where there is no goal, one is unknown, or one comes twice."""
    if not goals or len(set(goals)) < len(goals) or not set(goals) <= set(GOALS):
        found = Problem(tr("buts"), listed([quoted(goal) for goal in goals]), listed(tuple(GOALS)))
        raise RequestError(tr("Ces buts ne conviennent pas"), [found])


def refuse_steps(steps: int, goals: Sequence[str]) -> None:
    """Raise RequestError where proportional approval would need too great numbers."""
    if steps > MOST_STEPS and "proportional" in goals:
        expected = tr("{most} au plus pour une même personne", most=MOST_STEPS)
        advice = tr("retenez moins de sujets, ou laissez de côté le but {goal}", goal=quoted("proportional"))
        found = Problem(tr("sujets demandés et retenus"), str(steps), expected, advice)
        raise RequestError(tr("Trop de sujets pour les répartir en proportion"), [found])


def count_served_without(topics: Topics, topic: str) -> int:
    """Count the members who requested ``topic`` and would be served without it, by another chosen topic."""
    position = topics.ballot.topics.index(topic)
    other_positions = [other for other in topics.places if other != position]
    return int((topics.ballot.wishes[:, position] & topics.ballot.wishes[:, other_positions].any(axis=1)).sum())
