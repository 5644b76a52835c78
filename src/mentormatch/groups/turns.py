"""Whose turn it is: everybody presents once before anybody twice, each when they can, urgent cases first.

A round is an assignment of members to sessions, on the engine of pairs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.verification.certificate import Certificate, certify
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import seed_number, start_of, whole_number
from mentormatch.errors import Problem
from mentormatch.explanation.diagnosis.hall_violators import reachable_people
from mentormatch.explanation.names import Labels, first_of
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.fields.clock import PARIS
from mentormatch.groups.calendar import SESSION_MINUTES
from mentormatch.groups.inputs import (
    HasMembers,
    SessionIn,
    answers_of_all,
    members_of,
    moment_in_words,
    positions_by_name,
    raise_if_any,
    sessions_of,
    unknown_people,
)
from mentormatch.groups.result import Result, worst_status
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import once_spoken, own_language, spoken, tr, tr_n

GOALS = ("matched", "priority", "total")


@dataclass(frozen=True, slots=True, eq=False)
class TurnProblem(ContentEquality):
    """What is asked: ``present`` (n, s) bool, ``wishes`` (n, s) int64 points from 0 to s - 1, ``urgent`` (n,) bool."""

    members: tuple[str, ...]
    sessions: tuple[str, ...]
    per_session: int
    present: BoolMatrix
    wishes: NDArray[np.int64]
    urgent: BoolVector

    def scores(self) -> NDArray[np.int64]:
        """Return (n, s) int64: urgent turns early, then wishes, then early sessions, each above all that follows."""
        n, s = self.present.shape
        early = np.arange(s)[::-1]
        step = n * max(s - 1, 0) + 1
        scores: NDArray[np.int64] = (self.urgent[:, None] * early * step + self.wishes) * step + early
        return scores

    def pose(self, free: IntVector, allowed: BoolMatrix, goals: Sequence[str] = GOALS) -> AssignmentProblem:
        """Return the problem of one round: ``free`` (s,) cases are left, ``allowed`` (n, s) who may when."""
        problem = AssignmentProblem.from_scores(
            self.scores(), allowed, mentee_capacity=free, goals=goals, mentor_priority=self.urgent.astype(np.int64)
        )
        return replace(problem, mentor_keys=self.members, mentee_keys=self.sessions)


@dataclass(frozen=True, slots=True, eq=False)
class TurnRound(ContentEquality):
    """One round: ``able`` (n,) bool are the members who are there at a session that is left."""

    problem: AssignmentProblem
    solution: Solution
    able: BoolVector

    @property
    def complete(self) -> bool:
        """Return whether everybody who could be at a session presents."""
        return len(self.solution.pairs) == int(self.able.sum())


def in_rounds(season: TurnProblem, number_of_rounds: int, seed: int, time_limit_s: float | None) -> Iterator[TurnRound]:
    """Yield round after round, up to the first that not everybody can complete."""
    taken = np.zeros(season.present.shape, dtype=bool)
    for number in range(number_of_rounds):
        found = one_round(season, taken, seed, time_limit_s, last=number + 1 == number_of_rounds)
        yield found
        if not found.complete:
            return
        taken[found.solution.pairs[:, 0], found.solution.pairs[:, 1]] = True


def one_round(
    season: TurnProblem, taken: BoolMatrix, seed: int, time_limit_s: float | None, *, last: bool
) -> TurnRound:
    """Return the next round, given what is ``taken`` (n, s) bool; all but the last end as early as can be."""
    used = taken.sum(axis=0)
    begun = int(np.flatnonzero(used)[-1]) if used.any() else 0
    allowed = season.present & ~taken & (np.arange(len(season.sessions)) >= begun)
    free, able = season.per_session - used, allowed.any(axis=1)
    if not last:
        allowed &= np.arange(len(season.sessions)) < horizon(season, free, allowed)
    problem = season.pose(free, allowed)
    return TurnRound(problem, solve(problem, seed=seed, time_limit_s=time_limit_s), able)


def horizon(season: TurnProblem, free: IntVector, allowed: BoolMatrix) -> int:
    """Return after how many sessions all who are able can have presented; all sessions where they never can."""

    def reach(sessions: int) -> int:
        within = allowed & (np.arange(allowed.shape[1]) < sessions)
        return len(solve(season.pose(free, within, ("matched",)), proofs="none").pairs)

    able, last = int(allowed.any(axis=1).sum()), allowed.shape[1]
    return next((sessions for sessions in range(last) if reach(sessions) == able), last)


def blocks(each: TurnRound) -> tuple[BoolMatrix, BoolMatrix]:
    """Return (n, s) bool twice: who may present when, and who does."""
    block, taken = np.zeros(each.problem.shape, dtype=bool), np.zeros(each.problem.shape, dtype=bool)
    block[each.problem.scores.pairs()] = True
    taken[each.solution.pairs[:, 0], each.solution.pairs[:, 1]] = True
    return block, taken


MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class WithoutTurn:
    """Somebody who has no turn in a round: a stable code, and why in a sentence.

    ``absent``: at every session that is left; ``no_place``: with others, more than their sessions have places for;
    ``waits``: others have not had the turn before yet.
    """

    member: str
    round: int
    code: str
    reason: str


def without_turn(season: TurnProblem, rounds: Sequence[TurnRound], number_of_rounds: int) -> Iterator[WithoutTurn]:
    """Yield who has no turn in each round, and why."""
    for number, each in enumerate(rounds, start=1):
        done = set(each.solution.pairs[:, 0].tolist())
        for member, key in enumerate(season.members):
            if member not in done:
                code, reason = why(season, each, member)
                yield WithoutTurn(key, number, code, reason)
    for number in range(len(rounds) + 1, number_of_rounds + 1):
        yield from (WithoutTurn(key, number, "waits", waiting_members(number)) for key in season.members)


def waiting_members(number: int) -> str:
    """Return in words that a round is not begun."""
    return tr("Le tour {number} ne commence pas : tout le monde n'a pas encore présenté avant.", number=number)


def why(season: TurnProblem, each: TurnRound, member: int) -> tuple[str, str]:
    """Return why a member has no turn in a round: a code, and a sentence."""
    if each.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return "stopped", tr("Le calcul s'est arrêté avant une réponse.")
    if not each.able[member]:
        return "absent", tr("{member} manque toutes les séances qui restent.", member=season.members[member])
    return "no_place", crowded_sessions(season, each, member)


def crowded_sessions(season: TurnProblem, each: TurnRound, member: int) -> str:
    """Return in words who, with a member, are more than their sessions have places for."""
    block, taken = blocks(each)
    crowd = reachable_people(block, taken, [member])
    there = np.flatnonzero(block[crowd].any(axis=0))
    room = int(each.problem.mentees.most[there].sum())
    names = first_of([season.members[row] for row in crowd], MOST_NAMED)
    sessions = first_of([moment_in_words(season.sessions[place]) for place in there], MOST_NAMED)
    return tr_n(
        "{names} ne peut présenter qu'à une de ces séances : {sessions} ; il y reste {room}.",
        "{names} ne peuvent présenter qu'à ces séances : {sessions} ; il y reste {room} pour {number} personnes.",
        len(crowd),
        names=names,
        sessions=sessions,
        room=counted(room, "place"),
        number=len(crowd),
    )


def ways_out(season: TurnProblem, first: TurnRound) -> Iterator[str]:
    """Yield how everybody who can be at a session would present: one place more for each who has none."""
    block, taken = blocks(first)
    left = np.flatnonzero(first.able & ~taken.any(axis=1)).tolist()
    if not left or first.solution.status is not Status.PROVED:
        return
    at = {row: moment_in_words(season.sessions[int(np.argmax(block[row]))]) for row in left}
    added = [tr("{member}, {session}", member=season.members[row], session=session) for row, session in at.items()]
    yield tr_n(
        "Il suffirait d'un cas de plus à une séance : {added}.",
        "Il suffirait de {number} cas de plus, et pas moins : {added}.",
        len(left),
        number=len(left),
        added=first_of(added, MOST_NAMED),
    )


type Wish = Literal["early", "middle", "late"]

WISHES: tuple[Wish, ...] = ("early", "middle", "late")


@dataclass(frozen=True, slots=True)
class Turn:
    """One case: the session, whose it is, and which turn of theirs it is, from 1."""

    session: str
    member: str
    round: int


@dataclass(frozen=True, repr=False, eq=False)
class Turns(Result):
    """Who presents at which session; everybody without a turn, and why.

    ``rounds`` are the assignments behind it, each with its proof.
    """

    kind: ClassVar[str] = "turns"
    season: TurnProblem
    rounds: tuple[TurnRound, ...]
    asked: int
    language: str
    name: str = ""
    minutes: int = SESSION_MINUTES
    place: str = ""
    zone: str = PARIS
    plain: "Turns | None" = None
    group_name: int | str = ""

    def __repr__(self) -> str:
        return f"Turns({len(self.turns)} turns, {self.status})"

    def relabel(self, labels: Labels) -> Self:
        members = tuple(labels.anybody(None, key) for key in self.season.members)
        return replace(self, season=replace(self.season, members=members), plain=self)

    @property
    def title(self) -> str:
        return tr("Tours de présentation")

    @property
    def status(self) -> Status:
        return worst_status(each.solution.status for each in self.rounds)

    @property
    def settled(self) -> bool:
        return all(each.solution.settled for each in self.rounds)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """What can be checked of each round without a solver."""
        return tuple(certify(each.problem, each.solution) for each in self.rounds)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The cases, session by session; in a session, those with the earlier turn first."""
        placed = sorted(
            (session, number, member)
            for number, each in enumerate(self.rounds, start=1)
            for member, session in each.solution.pairs.tolist()
        )
        season = self.season
        return tuple(Turn(season.sessions[s], season.members[i], number) for s, number, i in placed)

    @property
    def moments(self) -> tuple[tuple[date, str], ...]:
        starts = [start_of(session) for session in self.season.sessions]
        if None in starts:
            return ()
        return tuple(
            (start, self._presenting(session))
            for start, session in zip(starts, self.season.sessions, strict=True)
            if start is not None
        )

    def _presenting(self, session: str) -> str:
        names = [turn.member for turn in self.turns if turn.session == session]
        return tr("Présente : {names}", names=listed(names)) if names else ""

    @once_spoken
    def without(self) -> tuple[WithoutTurn, ...]:
        """Everybody without a turn in a round, and why."""
        return tuple(without_turn(self.season, self.rounds, self.asked))

    @once_spoken
    def ways_out(self) -> tuple[str, ...]:
        """What would give everybody a turn who can be at a session, in sentences; the least that would do."""
        return tuple(ways_out(self.season, self.rounds[0])) if self.rounds else ()

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        turns = counted(len(self.turns), "présentation")
        sessions = counted(len(self.season.sessions), "séance")
        first = tr("{turns} en {sessions}.", turns=turns, sessions=sessions)
        return (first, self.standing, *dict.fromkeys(one.reason for one in self.without), *self.ways_out)

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        turns = [("session", tr("Séance")), ("member", tr("Membre")), ("round", tr("Tour"))]
        without = [("member", tr("Membre")), ("round", tr("Tour")), ("code", tr("Code")), ("reason", tr("Raison"))]
        return {
            "turns": sheet(turns, ((moment_in_words(one.session), one.member, one.round) for one in self.turns)),
            "without": sheet(without, ((one.member, one.round, one.code, one.reason) for one in self.without)),
        }

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "turns": [{"session": one.session, "member": one.member, "round": one.round} for one in self.turns],
            "without": [
                {"member": one.member, "round": one.round, "code": one.code, "reason": one.reason}
                for one in self.without
            ],
            "ways_out": list(self.ways_out),
        }


def schedule_turns(  # noqa: PLR0913 - all but two are keywords
    group: HasMembers | Iterable[str],
    sessions: int | Iterable[SessionIn],
    *,
    per_session: int = 1,
    rounds: int = 1,
    absences: Mapping[str, Iterable[SessionIn]] | None = None,
    wishes: Mapping[str, Wish] | None = None,
    urgent: Iterable[str] = (),
    name: str = "",
    group_name: int | str = "",
    minutes: int = SESSION_MINUTES,
    place: str = "",
    zone: str = PARIS,
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Turns:
    """Return who presents at which session: everybody once before anybody twice.

    Nobody presents at a session that they miss. As many people as can be have a turn; then urgent cases come as early
    as can be; then wishes count; then early sessions are used first. Of several rounds, each but the last ends as early
    as can be, and the next begins where it ends.

    Parameters
    ----------
    group
        The keys of the members, or anything that has ``members``.
    sessions
        The sessions that are left, in their order: names, dates, or how many.
    per_session
        Cases a session.
    rounds
        How often everybody presents.
    absences
        The sessions that members miss.
    wishes
        ``"early"``, ``"middle"`` or ``"late"``, by member.
    urgent
        The members whose case cannot wait.
    name, group_name
        What the programme is called, and the number or the name of the group: they stand in documents and calendars,
        and make the identity of events.
    minutes, place, zone
        How long a session is, and where, and by the clock of which time zone, for calendars.
    seed
        Settles what all of this leaves tied, by a keyed hash: the order of the members never matters.
    time_limit_s
        Seconds for each round.

    Raises
    ------
    RequestError
        A member or a session is unknown or comes twice, a wish is none of the three, a number is below 1.

    Examples
    --------
    >>> turns = schedule_turns(["A", "B", "C"], 3, absences={"A": ["1"]}, wishes={"B": "late"}, urgent=["C"])
    >>> [(turn.session, turn.member) for turn in turns.turns], str(turns.status)
    ([('1', 'C'), ('2', 'A'), ('3', 'B')], 'proved')
    """
    members, named = members_of(group), sessions_of(sessions)
    season = TurnProblem(
        members,
        named,
        whole_number(tr("cas par séance"), per_session, 1),
        ~check_marks(answers_of_all(absences or {}, members, named, tr("absences")), len(named)),
        wish_of(wishes or {}, members, len(named)),
        urgent_among(urgent, members),
    )
    number, seed = whole_number(tr("tours"), rounds, 1), seed_number(seed)
    found = tuple(in_rounds(season, number, seed, time_limit_s))
    return Turns(season, found, number, spoken(), name, minutes, place, zone, group_name=group_name)


def check_marks(said: Sequence[frozenset[int]], width: int) -> BoolMatrix:
    """Return (n, width) bool: what each member names."""
    block = np.zeros((len(said), width), dtype=bool)
    for row, columns in enumerate(said):
        block[row, sorted(columns)] = True
    return block


def wish_of(wishes: Mapping[str, Wish], members: Sequence[str], sessions: int) -> NDArray[np.int64]:
    """Return (n, s) int64: what a turn at each session is worth to each member, from 0 to s - 1."""
    problems = unknown_people(tr("souhaits"), wishes, members, tr("un membre du groupe"))
    expected = listed(WISHES)
    problems += [
        Problem(tr("souhaits"), tr("le souhait de {member} n'est pas connu", member=quoted(member)), expected)
        for member, wish in wishes.items()
        if wish not in WISHES
    ]
    raise_if_any(tr("Ces souhaits ne vont pas avec ce groupe"), problems)
    at = np.arange(sessions)
    worth = {"early": at[::-1], "late": at, "middle": sessions - 1 - np.abs(2 * at - (sessions - 1))}
    points = np.zeros((len(members), sessions), dtype=np.int64)
    rows = positions_by_name(members)
    for member, wish in wishes.items():
        points[rows[canonical(member)]] = worth[wish]
    return points


def urgent_among(urgent: Iterable[str], members: Sequence[str]) -> BoolVector:
    """Return (n,) bool: whose case cannot wait."""
    named = {canonical(member) for member in urgent}
    raise_if_any(
        tr("Ces urgences ne vont pas avec ce groupe"),
        unknown_people(tr("urgences"), sorted(named), members, tr("un membre du groupe")),
    )
    return np.array([canonical(member) in named for member in members], dtype=bool)
