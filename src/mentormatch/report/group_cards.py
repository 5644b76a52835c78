"""Groups as cards: who is in each, who leads it, and for the team what its points are made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mentormatch.explanation.labels import Labels
from mentormatch.groups.partition import FormedGroup, Grouping, GroupShare
from mentormatch.groups.problem import pairs_in
from mentormatch.groups.result import Result
from mentormatch.groups.rotation import Rotation
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted, percent, points
from mentormatch.report.view import TONES, ScorePart


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One group; ``points``, ``answered`` and ``parts`` are of the mean of its pairs, empty where nothing is told."""

    heading: str
    size: str
    facilitator: str
    members: tuple[str, ...]
    points: str = ""
    answered: str = ""
    parts: tuple[ScorePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """Groups that go together: all there are, or those of one round."""

    heading: str
    cards: tuple[GroupCard, ...]


def decks(result: Result, *, staff: bool) -> tuple[Deck, ...]:
    """Return the groups of a result, if it has any, with points where they are for the team."""
    if isinstance(result, Grouping) and result.groups:
        return (Deck(tr("Les groupes"), tuple(card(result.labels, one, staff=staff) for one in result.groups)),)
    return tuple(rounds(result)) if isinstance(result, Rotation) else ()


def card(labels: Labels, one: FormedGroup, *, staff: bool) -> GroupCard:
    """Return one group in words."""
    leader = labels.person("mentor", one.facilitator) if one.facilitator else ""
    plain = dealt(one.number, [labels.person("mentee", key) for key in one.members], leader)
    if not staff:
        return plain
    pairs = max(pairs_in(len(one.members)), 1)
    known = sum(share.answered * share.full for share in one.contributions)
    full = sum(share.full for share in one.contributions)
    return GroupCard(
        heading=plain.heading,
        size=plain.size,
        facilitator=leader,
        members=plain.members,
        points=points(one.score // pairs),
        answered=percent(known / full if full else 0),
        parts=tuple(parts(one.contributions, pairs)),
    )


def dealt(number: int, members: Sequence[str], leader: str = "") -> GroupCard:
    """Return a group without a word on its points."""
    size = counted(len(members), "personne")
    return GroupCard(tr("Groupe\u00a0{number}", number=number), size, leader, tuple(members))


def parts(shares: Sequence[GroupShare], pairs: int) -> Iterator[ScorePart]:
    """Yield the criteria of a group, as the mean of its pairs, each where its segment begins on the bar."""
    start = 0
    for place, one in enumerate(shares):
        yield ScorePart(
            criterion=one.criterion,
            points=points(one.share // pairs),
            full=points(one.full // pairs),
            reason=one.reason,
            answered=one.answered > 0,
            start=start / pairs / 10_000,
            width=one.share / pairs / 10_000,
            tone=TONES[place % len(TONES)],
        )
        start += one.share


def rounds(result: Rotation) -> Iterator[Deck]:
    """Yield the groups of each round."""
    called = result.grouping.called
    for turn, each in enumerate(result.rounds, start=1):
        cards = (dealt(number, [called(key) for key in group]) for number, group in enumerate(each, start=1))
        yield Deck(tr("Tour\u00a0{number}", number=turn), tuple(cards))
