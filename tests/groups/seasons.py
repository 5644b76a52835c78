"""Small seasons, ballots and calendars, and what each is worth, counted again in the plainest way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise, product

from hypothesis import settings
from hypothesis import strategies as st

from tests.conftest import DEEP

few = settings(max_examples=2_000 if DEEP else 10)

MEMBERS = ("A", "B", "C", "D", "E")
WISHES = ("early", "middle", "late")


@dataclass(frozen=True)
class Asked:
    """What is asked of turns."""

    members: tuple[str, ...]
    sessions: int
    per_session: int
    absences: Mapping[str, tuple[str, ...]]
    wishes: Mapping[str, str]
    urgent: tuple[str, ...]

    def worth(self, turns: Mapping[str, int]) -> tuple[int, int, int, int, int]:
        """Return how good some turns (session from 0, by member) are, what matters most first."""
        urgent = [at for member, at in turns.items() if member in self.urgent]
        wished = sum(points(self.wishes.get(member), at, self.sessions) for member, at in turns.items())
        return len(turns), len(urgent), -sum(urgent), wished, -sum(turns.values())

    def allows(self, turns: Mapping[str, int]) -> bool:
        """Return whether nobody presents at a session that they miss, and no session has too many cases."""
        there = all(str(at + 1) not in self.absences.get(member, ()) for member, at in turns.items())
        return there and all(list(turns.values()).count(at) <= self.per_session for at in turns.values())

    def best(self) -> tuple[int, int, int, int, int]:
        """Return the worth of the best turns of all."""
        return max(self.worth(turns) for turns in self.all_turns() if self.allows(turns))

    def all_turns(self) -> Iterator[dict[str, int]]:
        """Yield all turns there could be, of some or all members."""
        for chosen in product(range(-1, self.sessions), repeat=len(self.members)):
            yield {member: at for member, at in zip(self.members, chosen, strict=True) if at >= 0}


def points(wish: str | None, at: int, sessions: int) -> int:
    """Return what a turn is worth to somebody."""
    last = sessions - 1
    worth = {"early": last - at, "late": at, "middle": last - abs(2 * at - last)}
    return worth.get(wish or "", 0)


@st.composite
def asked(draw: st.DrawFn, most: int = 4) -> Asked:
    """Draw what is asked of turns."""
    members = MEMBERS[: draw(st.integers(0, most))]
    sessions = draw(st.integers(0, 4))
    names = [str(number + 1) for number in range(sessions)]
    several = st.lists(st.sampled_from(names), unique=True).map(tuple) if names else st.just(())
    return Asked(
        members,
        sessions,
        draw(st.integers(1, 2)),
        {member: draw(several) for member in members},
        {member: wish for member in members if (wish := draw(st.sampled_from(["", *WISHES])))},
        tuple(member for member in members if draw(st.booleans())),
    )


type Approvals = dict[str, tuple[str, ...]]
TOPICS = ("Budget", "Contrats", "Droits", "Europe", "Paie", "Tournée")


@st.composite
def ballots(draw: st.DrawFn, most: int = 7) -> tuple[Approvals, tuple[str, ...], int]:
    """Draw who asks for what, the topics on offer, and how many are chosen."""
    topics = TOPICS[: draw(st.integers(1, len(TOPICS)))]
    members = [f"M{number}" for number in range(draw(st.integers(1, most)))]
    wanted = st.lists(st.sampled_from(topics), unique=True).map(tuple)
    return {member: draw(wanted) for member in members}, topics, draw(st.integers(0, 4))


def value(approvals: Approvals, chosen: Iterable[str]) -> tuple[int, Fraction, int]:
    """Return how many are served by some topics, their proportional approval, and the approvals they have."""
    got = [len(set(wanted) & set(chosen)) for wanted in approvals.values()]
    harmonic = sum((Fraction(1, step) for number in got for step in range(1, number + 1)), Fraction(0))
    return sum(number > 0 for number in got), harmonic, sum(got)


def choices(topics: Sequence[str], number: int) -> Iterator[tuple[str, ...]]:
    """Yield all choices of so many topics, of all where there are no more."""
    yield from combinations(topics, min(number, len(topics)))


FIRST = date(2026, 9, 14)


@st.composite
def calendars(draw: st.DrawFn, most: int = 8) -> tuple[dict[str, list[str]], list[str], int]:
    """Draw who can be there when, the dates, and how many are chosen."""
    after = draw(st.lists(st.integers(0, 120), unique=True, max_size=most))
    days = [(FIRST + timedelta(days=number)).isoformat() for number in sorted(after)]
    several = st.lists(st.sampled_from(days), unique=True) if days else st.just([])
    return {member: draw(several) for member in MEMBERS[: draw(st.integers(0, 5))]}, days, draw(st.integers(0, 4))


@dataclass(frozen=True)
class Way:
    """One choice of dates: how many attend, how uneven its gaps are, and what each member misses."""

    days: tuple[str, ...]
    attendance: int
    uneven: int
    missed: Mapping[str, int]

    @property
    def worth(self) -> tuple[int, int]:
        """Return how good it is."""
        return self.attendance, -self.uneven


def ways(said: Mapping[str, Sequence[str]], days: Sequence[str], number: int, apart: tuple[int, int]) -> list[Way]:
    """Return every choice of so many dates that are far enough apart, and no further."""
    least, most = apart
    found = []
    for chosen in combinations(sorted(days), number):
        starts = [date.fromisoformat(one) for one in chosen]
        gaps = [(after - before).days for before, after in pairwise(starts)]
        if all(least <= gap <= most for gap in gaps):
            missed = {member: sum(one not in attends for one in chosen) for member, attends in said.items()}
            uneven = sum(abs(2 * gap - least - most) for gap in gaps)
            found.append(Way(chosen, sum(number - each for each in missed.values()), uneven, missed))
    return found
