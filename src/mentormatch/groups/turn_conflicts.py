"""Who has no turn, and why: away from all sessions, or too many for the sessions at which they can be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.diagnosis.hall_violators import reached_people
from mentormatch.explanation.people_phrases import first_of
from mentormatch.groups.availability import moment_in_words
from mentormatch.groups.rounds import TurnProblem, TurnRound, blocks
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import counted

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


def without_turn(season: TurnProblem, rounds: Sequence[TurnRound], asked: int) -> Iterator[WithoutTurn]:
    """Yield who has no turn in each round, and why."""
    for number, each in enumerate(rounds, start=1):
        done = set(each.solution.pairs[:, 0].tolist())
        for member, key in enumerate(season.members):
            if member not in done:
                code, reason = why(season, each, member)
                yield WithoutTurn(key, number, code, reason)
    for number in range(len(rounds) + 1, asked + 1):
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
    crowd = reached_people(block, taken, [member])
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
