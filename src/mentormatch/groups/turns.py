"""Members and sessions -> presentation turns, one assignment per round; urgent cases come first.

Each round is an assignment, solved by the engine for pairs. Each member presents once before any presents twice.
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


@dataclass(frozen=True, slots=True, eq=False)
class TurnProblem(ContentEquality):
    """The input of the turns; s is the number of sessions, n the number of members.

    ``present`` (n, s) bool, ``wishes`` (n, s) int64 points from 0 to s - 1, ``urgent`` (n,) bool.
    """

    members: tuple[str, ...]
    sessions: tuple[str, ...]
    per_session: int
    present: BoolMatrix
    wishes: NDArray[np.int64]
    urgent: BoolVector

    def scores(self) -> NDArray[np.int64]:
        """Return (n, s) int64: early urgent turns, then wishes, then early sessions; each outweighs the next."""
        n, s = self.present.shape
        early = np.arange(s)[::-1]
        step = n * max(s - 1, 0) + 1
        scores: NDArray[np.int64] = (self.urgent[:, None] * early * step + self.wishes) * step + early
        return scores

    def formulate(
        self, free: IntVector, allowed: BoolMatrix, goals: Sequence[str] = ("matched", "priority", "total")
    ) -> AssignmentProblem:
        """Return the problem of one round, with ``free`` (s,) turns and the ``allowed`` (n, s) pairs."""
        problem = AssignmentProblem.from_scores(
            self.scores(), allowed, mentee_capacity=free, goals=goals, mentor_priority=self.urgent.astype(np.int64)
        )
        return replace(problem, mentor_keys=self.members, mentee_keys=self.sessions)


@dataclass(frozen=True, slots=True, eq=False)
class TurnRound(ContentEquality):
    """A solved round; ``able`` (n,) bool marks the members who can present at a session that remains."""

    problem: AssignmentProblem
    solution: Solution
    able: BoolVector

    @property
    def complete(self) -> bool:
        """Whether every member who could present does."""
        return len(self.solution.pairs) == int(self.able.sum())


def solve_rounds(
    season: TurnProblem, number_of_rounds: int, seed: int, time_limit_s: float | None
) -> Iterator[TurnRound]:
    """Yield the rounds in order; the last one may be incomplete, and no round follows an incomplete one."""
    used_pairs = np.zeros(season.present.shape, dtype=bool)
    for number in range(number_of_rounds):
        solved = solve_round(season, used_pairs, seed, time_limit_s, last=number + 1 == number_of_rounds)
        yield solved
        if not solved.complete:
            return
        used_pairs[solved.solution.pairs[:, 0], solved.solution.pairs[:, 1]] = True


def solve_round(
    season: TurnProblem, used_pairs: BoolMatrix, seed: int, time_limit_s: float | None, *, last: bool
) -> TurnRound:
    """Return the next round, given the turns of previous rounds, ``used_pairs`` (n, s) bool.

    It may begin in the session in which the previous round ends. All rounds but the last end as early as possible.
    """
    turns_used = used_pairs.sum(axis=0)
    first_session = int(np.flatnonzero(turns_used)[-1]) if turns_used.any() else 0
    allowed = season.present & ~used_pairs & (np.arange(len(season.sessions)) >= first_session)
    free, able = season.per_session - turns_used, allowed.any(axis=1)
    if not last:
        allowed &= np.arange(len(season.sessions)) < horizon(season, free, allowed)
    problem = season.formulate(free, allowed)
    return TurnRound(problem, solve(problem, seed=seed, time_limit_s=time_limit_s), able)


def horizon(season: TurnProblem, free: IntVector, allowed: BoolMatrix) -> int:
    """Return the smallest number of first sessions in which all able members can present; all if there is none."""

    def reach(sessions: int) -> int:
        early_pairs = allowed & (np.arange(allowed.shape[1]) < sessions)
        return len(solve(season.formulate(free, early_pairs, ("matched",)), proofs="none").pairs)

    able, last = int(allowed.any(axis=1).sum()), allowed.shape[1]
    return next((sessions for sessions in range(last) if reach(sessions) == able), last)


def allowed_and_chosen(turn_round: TurnRound) -> tuple[BoolMatrix, BoolMatrix]:
    """Return two (n, s) bool masks: the allowed pairs and the chosen pairs."""
    allowed, is_chosen = np.zeros(turn_round.problem.shape, dtype=bool), np.zeros(turn_round.problem.shape, dtype=bool)
    allowed[turn_round.problem.scores.pairs()] = True
    is_chosen[turn_round.solution.pairs[:, 0], turn_round.solution.pairs[:, 1]] = True
    return allowed, is_chosen


MAX_NAMED = 8  # members or sessions in one sentence


@dataclass(frozen=True, slots=True)
class WithoutTurn:
    """A member without a turn in a round, with a stable code and a sentence for the reason.

    ``absent``: the member misses, or already presents at, every session that remains. ``no_place``: the member and
    others can attend only sessions with too few places. ``waits``: an earlier round is incomplete. ``stopped``: no
    result in time.
    """

    member: str
    round: int
    code: str
    reason: str


def without_turn(season: TurnProblem, rounds: Sequence[TurnRound], number_of_rounds: int) -> Iterator[WithoutTurn]:
    """Yield the members without a turn in each round, with the reason."""
    first_session = 0
    for number, turn_round in enumerate(rounds, start=1):
        presenters = set(turn_round.solution.pairs[:, 0].tolist())
        for member, key in enumerate(season.members):
            if member not in presenters:
                code, reason = reason_without_turn(season, turn_round, member, first_session)
                yield WithoutTurn(key, number, code, reason)
        first_session = int(turn_round.solution.pairs[:, 1].max(initial=first_session))
    for number in range(len(rounds) + 1, number_of_rounds + 1):
        yield from (WithoutTurn(key, number, "waits", waiting_members(number)) for key in season.members)


def waiting_members(number: int) -> str:
    return tr("Le tour {number} ne commence pas : tout le monde n'a pas encore présenté avant.", number=number)


def reason_without_turn(season: TurnProblem, turn_round: TurnRound, member: int, first_session: int) -> tuple[str, str]:
    """Return the code and the sentence for a member without a turn, in a round that begins in ``first_session``."""
    if turn_round.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return "stopped", tr("Le calcul s'est arrêté avant une réponse.")
    if not turn_round.able[member]:
        name = season.members[member]
        if season.present[member, first_session:].any():
            return "absent", tr("{member} présente déjà aux séances qui restent, ou les manque.", member=name)
        return "absent", tr("{member} manque toutes les séances qui restent.", member=name)
    return "no_place", crowded_sessions(season, turn_round, member)


def crowded_sessions(season: TurnProblem, turn_round: TurnRound, member: int) -> str:
    """Return a sentence on the members and sessions of the Hall violator that contains a member."""
    allowed, is_chosen = allowed_and_chosen(turn_round)
    crowd = reachable_people(allowed, is_chosen, [member])
    session_positions = np.flatnonzero(allowed[crowd].any(axis=0))
    free_turns = int(turn_round.problem.mentees.most[session_positions].sum())
    names = first_of([season.members[row] for row in crowd], MAX_NAMED)
    sessions = first_of([moment_in_words(season.sessions[position]) for position in session_positions], MAX_NAMED)
    return tr_n(
        "{names} ne peut présenter qu'à une de ces séances : {sessions} ; il y reste {room}.",
        "{names} ne peuvent présenter qu'à ces séances : {sessions} ; il y reste {room} pour {number} personnes.",
        len(crowd),
        names=names,
        sessions=sessions,
        room=counted(free_turns, "place"),
        number=len(crowd),
    )


def ways_out(season: TurnProblem, first: TurnRound) -> Iterator[str]:
    """Yield a sentence on the fewest extra turns that suffice: one per able member without a turn."""
    allowed, is_chosen = allowed_and_chosen(first)
    unplaced = np.flatnonzero(first.able & ~is_chosen.any(axis=1)).tolist()
    if not unplaced or first.solution.status is not Status.PROVED:
        return
    session_by_row = {row: moment_in_words(season.sessions[int(np.argmax(allowed[row]))]) for row in unplaced}
    additions = [
        tr("{member}, {session}", member=season.members[row], session=session)
        for row, session in session_by_row.items()
    ]
    yield tr_n(
        "Il suffirait d'un cas de plus à une séance : {added}.",
        "Il suffirait de {number} cas de plus, et pas moins : {added}.",
        len(unplaced),
        number=len(unplaced),
        added=first_of(additions, MAX_NAMED),
    )


type Wish = Literal["early", "middle", "late"]

KNOWN_WISHES: tuple[Wish, ...] = ("early", "middle", "late")


@dataclass(frozen=True, slots=True)
class Turn:
    """A presentation: the session, the member, and the member's round, from 1."""

    session: str
    member: str
    round: int


@dataclass(frozen=True, repr=False, eq=False)
class Turns(Result):
    """The turns by session, and the members without a turn, with the reason.

    ``rounds`` are the solved assignments, each with its proof.
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
        return worst_status(turn_round.solution.status for turn_round in self.rounds)

    @property
    def settled(self) -> bool:
        return all(turn_round.solution.settled for turn_round in self.rounds)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates of the rounds, in order; each is computed without a solver."""
        return tuple(certify(turn_round.problem, turn_round.solution) for turn_round in self.rounds)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns by session; within a session, earlier rounds first."""
        rows = sorted(
            (session, number, member)
            for number, turn_round in enumerate(self.rounds, start=1)
            for member, session in turn_round.solution.pairs.tolist()
        )
        season = self.season
        return tuple(Turn(season.sessions[s], season.members[i], number) for s, number, i in rows)

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
        """The members without a turn in a round, with the reason."""
        return tuple(without_turn(self.season, self.rounds, self.asked))

    @once_spoken
    def ways_out(self) -> tuple[str, ...]:
        """Sentences on the fewest extra turns by which every able member would present in the first round.

        Empty unless the optimum of that round is proved.
        """
        return tuple(ways_out(self.season, self.rounds[0])) if self.rounds else ()

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        turns = counted(len(self.turns), "présentation")
        sessions = counted(len(self.season.sessions), "séance")
        first = tr("{turns} en {sessions}.", turns=turns, sessions=sessions)
        return (first, self.standing, *dict.fromkeys(absence.reason for absence in self.without), *self.ways_out)

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        turns = [("session", tr("Séance")), ("member", tr("Membre")), ("round", tr("Tour"))]
        without = [("member", tr("Membre")), ("round", tr("Tour")), ("code", tr("Code")), ("reason", tr("Raison"))]
        return {
            "turns": sheet(
                turns, ((moment_in_words(entry.session), entry.member, entry.round) for entry in self.turns)
            ),
            "without": sheet(
                without, ((entry.member, entry.round, entry.code, entry.reason) for entry in self.without)
            ),
        }

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "turns": [{"session": entry.session, "member": entry.member, "round": entry.round} for entry in self.turns],
            "without": [
                {"member": entry.member, "round": entry.round, "code": entry.code, "reason": entry.reason}
                for entry in self.without
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
    """Return the turns of the members to present, each member once before any member twice.

    Members have no turn at sessions they miss. The goals of a round are, in this order: as many turns as possible, as
    many urgent cases as possible, these as early as possible, wishes, early sessions. Each round except the last ends
    as early as possible, and the next may begin in the session in which it ends.

    Parameters
    ----------
    group
        The keys of the members, or an object with ``members``.
    sessions
        The sessions that remain, in their order: names or dates, or their number.
    per_session
        The number of turns per session, at most.
    rounds
        The number of turns per member, at most.
    absences
        The sessions that each member misses, by key.
    wishes
        ``"early"``, ``"middle"`` or ``"late"``, by member.
    urgent
        The members with an urgent case.
    name, group_name
        The name of the programme, and the number or name of the group: they appear in documents and calendars, and
        identify events.
    minutes, place, zone
        The duration, place and time zone of a session, for calendars.
    seed
        Breaks remaining ties by a keyed hash: the order of the members does not matter.
    time_limit_s
        Seconds for the assignment of each round; the search for its last session has no limit.

    Raises
    ------
    RequestError
        A member or session is unknown or repeated, a wish is not one of the three, or ``per_session`` or ``rounds`` is
        below 1.

    See Also
    --------
    choose_dates : dates of the sessions.

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
        ~membership_matrix(answers_of_all(absences or {}, members, named, tr("absences")), len(named)),
        wish_points(wishes or {}, members, len(named)),
        urgent_mask(urgent, members),
    )
    number, seed = whole_number(tr("tours"), rounds, 1), seed_number(seed)
    solved = tuple(solve_rounds(season, number, seed, time_limit_s))
    return Turns(season, solved, number, spoken(), name, minutes, place, zone, group_name=group_name)


def membership_matrix(column_sets: Sequence[frozenset[int]], width: int) -> BoolMatrix:
    """Return a (n, width) bool matrix that is true in the columns of each set."""
    membership = np.zeros((len(column_sets), width), dtype=bool)
    for row, columns in enumerate(column_sets):
        membership[row, sorted(columns)] = True
    return membership


def wish_points(wishes: Mapping[str, Wish], members: Sequence[str], sessions: int) -> NDArray[np.int64]:
    """Return (n, s) int64: the points of each member for a turn at each session, from 0 to s - 1; 0 without a wish.

    Raises RequestError for an unknown member or wish.
    """
    problems = unknown_people(tr("souhaits"), wishes, members, tr("un membre du groupe"))
    expected = listed(KNOWN_WISHES)
    problems += [
        Problem(tr("souhaits"), tr("le souhait de {member} n'est pas connu", member=quoted(member)), expected)
        for member, wish in wishes.items()
        if wish not in KNOWN_WISHES
    ]
    raise_if_any(tr("Ces souhaits ne vont pas avec ce groupe"), problems)
    positions = np.arange(sessions)
    points_by_wish = {
        "early": positions[::-1],
        "late": positions,
        "middle": sessions - 1 - np.abs(2 * positions - (sessions - 1)),
    }
    points = np.zeros((len(members), sessions), dtype=np.int64)
    rows = positions_by_name(members)
    for member, wish in wishes.items():
        points[rows[canonical(member)]] = points_by_wish[wish]
    return points


def urgent_mask(urgent: Iterable[str], members: Sequence[str]) -> BoolVector:
    """Return a (n,) bool mask of the urgent members. Raises RequestError for unknown members."""
    named = {canonical(member) for member in urgent}
    raise_if_any(
        tr("Ces urgences ne vont pas avec ce groupe"),
        unknown_people(tr("urgences"), sorted(named), members, tr("un membre du groupe")),
    )
    return np.array([canonical(member) in named for member in members], dtype=bool)
