"""What turns, topics and dates are asked with: members, sessions, and what each member says of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from mentormatch.base.scalars import exact_number, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import canonical

type SessionIn = str | date
"""A session as it is named: a word, a date, or a moment."""


class HasMembers(Protocol):
    """Anything that has members."""

    @property
    def members(self) -> Sequence[str]:
        """Their keys."""


def members_of(group: HasMembers | Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the members; raise RequestError where one comes twice, or is empty."""
    members = tuple(group) if isinstance(group, Iterable) else tuple(group.members)
    refuse(
        tr("Ces membres ne font pas un groupe"),
        [*named_twice(tr("membres"), members), *has_nobody(tr("membres"), members)],
    )
    return members


def sessions_of(sessions: int | Iterable[SessionIn]) -> tuple[str, ...]:
    """Return the names of the sessions, in their order; a number names them 1, 2, 3 ...

    Raises RequestError where one comes twice, or the number is negative.
    """
    if exact_number(sessions) is not None or not isinstance(sessions, Iterable):
        return tuple(str(number + 1) for number in range(whole_number(tr("séances"), sessions)))
    named = tuple(names_as(session) for session in sessions)
    refuse(
        tr("Ces séances ne font pas une saison"),
        [*named_twice(tr("séances"), named), *has_nobody(tr("séances"), named)],
    )
    return named


def names_as(session: SessionIn) -> str:
    """Return the name of a session: a date as ISO 8601 writes it, to the minute where it has a time."""
    if isinstance(session, datetime):
        return session.isoformat(timespec="minutes")
    return session.isoformat() if isinstance(session, date) else session


def named_twice(where: str, names: Sequence[str]) -> list[Problem]:
    """Return the names that come twice, as names are compared."""
    times = Counter(map(canonical, names))
    doubled = {canonical(name): name for name in names if times[canonical(name)] > 1}.values()
    return [
        Problem(where, tr("{name} est cité deux fois", name=quoted(name)), tr("chacun une fois")) for name in doubled
    ]


def has_nobody(where: str, names: Sequence[str]) -> list[Problem]:
    """Return that a name is empty, if one is."""
    return [Problem(where, tr("un nom est vide"), tr("un nom"))] if not all(map(canonical, names)) else []


def refuse(message: str, problems: Sequence[Problem]) -> None:
    """Raise RequestError where there are problems."""
    if problems:
        raise RequestError(message, problems)


def places(names: Sequence[str]) -> dict[str, int]:
    """Return where each name stands, by how names are compared."""
    return {canonical(name): place for place, name in enumerate(names)}


def unknown_people(where: str, said: Iterable[str], known: Sequence[str], expected: str) -> list[Problem]:
    """Return the names that nobody knows."""
    there = places(known)
    lost = [name for name in said if canonical(name) not in there]
    return [Problem(where, tr("{name} est inconnu", name=quoted(name)), expected) for name in lost]


def answers_of_all(
    said: Mapping[str, Iterable[SessionIn]], members: Sequence[str], sessions: Sequence[str], where: str
) -> list[frozenset[int]]:
    """Return the places of the sessions that each member names, in the order of the members.

    Raises RequestError where a member or a session is unknown.
    """
    named = {member: [names_as(one) for one in each] for member, each in said.items()}
    problems = unknown_people(where, named, members, tr("un membre du groupe"))
    for each in named.values():
        problems += unknown_people(where, each, sessions, tr("une des séances"))
    refuse(tr("Ces réponses ne vont pas avec ce groupe"), problems)
    rows, columns = places(members), places(sessions)
    found: list[frozenset[int]] = [frozenset()] * len(members)
    for member, each in named.items():
        found[rows[canonical(member)]] = frozenset(columns[canonical(one)] for one in each)
    return found
