"""Whose turn it is: everybody presents once before anybody twice, each when they can, urgent cases first.

A round is an assignment of members to sessions, on the engine of pairs; see ``rounds``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Certificate, certify
from mentormatch.base.columns import BoolVector
from mentormatch.base.iso_dates import start_of
from mentormatch.base.scalars import seed_number, whole_number
from mentormatch.errors import Problem
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.groups.availability import moment_in_words
from mentormatch.groups.calendar import MINUTES
from mentormatch.groups.inputs import (
    HasMembers,
    SessionIn,
    answers_of_all,
    members_of,
    places,
    refuse,
    sessions_of,
    unknown_people,
)
from mentormatch.groups.result import Result, worst_status
from mentormatch.groups.rounds import Block, TurnProblem, TurnRound, in_rounds
from mentormatch.groups.turn_conflicts import WithoutTurn, ways_out, without_turn
from mentormatch.languages import once_spoken, own_language, spoken, tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical

type Wish = Literal["early", "middle", "late"]

WISHES: tuple[Wish, ...] = ("early", "middle", "late")


@dataclass(frozen=True, slots=True)
class Turn:
    """One case: the session, whose it is, and which turn of theirs it is, from 1."""

    session: str
    member: str
    round: int


@dataclass(frozen=True, repr=False)
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
    minutes: int = MINUTES
    place: str = ""

    def __repr__(self) -> str:
        return f"Turns({len(self.turns)} turns, {self.status})"

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
    def told(self) -> dict[str, object]:
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
    minutes: int = MINUTES,
    place: str = "",
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
    name
        What the group is called; it stands in documents and calendars.
    minutes, place
        How long a session is, and where, for calendars.
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
    asked, seed = whole_number(tr("tours"), rounds, 1), seed_number(seed)
    return Turns(season, tuple(in_rounds(season, asked, seed, time_limit_s)), asked, spoken(), name, minutes, place)


def check_marks(said: Sequence[frozenset[int]], width: int) -> Block:
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
    refuse(tr("Ces souhaits ne vont pas avec ce groupe"), problems)
    at = np.arange(sessions)
    worth = {"early": at[::-1], "late": at, "middle": sessions - 1 - np.abs(2 * at - (sessions - 1))}
    points = np.zeros((len(members), sessions), dtype=np.int64)
    rows = places(members)
    for member, wish in wishes.items():
        points[rows[canonical(member)]] = worth[wish]
    return points


def urgent_among(urgent: Iterable[str], members: Sequence[str]) -> BoolVector:
    """Return (n,) bool: whose case cannot wait."""
    named = {canonical(member) for member in urgent}
    refuse(
        tr("Ces urgences ne vont pas avec ce groupe"),
        unknown_people(tr("urgences"), sorted(named), members, tr("un membre du groupe")),
    )
    return np.array([canonical(member) in named for member in members], dtype=bool)
