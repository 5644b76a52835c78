"""Who should be called, and why, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mentormatch.explanation.pairs import Pair
from mentormatch.fields import Side
from mentormatch.followup.meetings import PairMeetings
from mentormatch.followup.waves import SIDES, Wave, keys_of, of_person, side_across
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.programme.sections import Call
from mentormatch.survey.duplicates import grouped

ENDED, ASKED, SILENT = 0, 1, 2
"""What comes first: a pair that may have ended, an answer that asks for a call, silence."""
DENIED = mark("{partner} dit que le binôme ne se voit plus, et la personne dit le contraire")
UNTOLD = mark("{partner} dit que le binôme ne se voit plus, et la personne n'en a rien dit")


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """Somebody to call: side, key, those they are paired with, and each reason in a sentence.

    ``rank`` is that of the gravest: 0 a pair that may have ended, 1 an answer that asks for a call, 2 silence.
    """

    side: Side
    person: str
    partners: tuple[str, ...]
    reasons: tuple[str, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody should be called: how grave it is, after how many months (None: said in the words), in words."""

    rank: int
    months: int | None
    words: str


def people_to_call(
    pairs: Sequence[Pair], waves: Sequence[Wave], met: Sequence[PairMeetings], calls: Sequence[Call]
) -> tuple[PersonToCall, ...]:
    """Return who should be called, the gravest reasons first, then in the order of the pairs."""
    people = [(side, key) for side in SIDES for key in dict.fromkeys(keys_of(pair)[side] for pair in pairs)]
    found = []
    for side, key in people:
        mine = [met[place] for place in of_person(pairs, side, key)]
        reasons = [*ended(mine, side), *asked(waves, side, key, calls), *silent(waves, side, key)]
        if reasons:
            partners = tuple(keys_of(one.pair)[side_across(side)] for one in mine)
            found.append(PersonToCall(side, key, partners, in_words(reasons), min(one.rank for one in reasons)))
    return tuple(sorted(found, key=lambda one: one.rank))


def in_words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return the reasons as sentences, one for all that was said after as many months."""
    sentences = []
    for months, same in grouped(reasons, lambda one: one.months).items():
        told = list(dict.fromkeys(one.words for one in same))
        sentences += (
            told if months is None else [tr("à {months} mois : {told}", months=months, told=tr(" ; ").join(told))]
        )
    return tuple(sentences)


def ended(met: Sequence[PairMeetings], side: Side) -> Iterator[Reason]:
    """Yield that somebody, or their partner, says that their pair meets no more."""
    for one in met:
        partner = keys_of(one.pair)[side_across(side)]
        if one.said(side) is False:
            yield Reason(ENDED, one.months, tr("dit ne plus voir {partner}", partner=partner))
        elif one.said(side_across(side)) is False:
            yield Reason(ENDED, one.months, tr(DENIED if one.said(side) else UNTOLD, partner=partner))


def asked(waves: Sequence[Wave], side: Side, key: str, calls: Sequence[Call]) -> Iterator[Reason]:
    """Yield what somebody said, the last time that they answered, after which the team calls."""
    wave = next((wave for wave in reversed(waves) if wave.of(side, key)), None)
    if wave is not None:
        for call in calls:
            if any(wave.gave(call)[row] for row in wave.of(side, key)):
                yield Reason(ASKED, wave.months, call.why)


def silent(waves: Sequence[Wave], side: Side, key: str) -> Iterator[Reason]:
    """Yield since when somebody has not answered, where they did not answer the last time."""
    months: list[int] = []
    for wave in reversed(waves):
        if wave.of(side, key):
            break
        months.insert(0, wave.months)
    if months:
        told = tr("n'a pas répondu à {months} mois", months=listed([str(month) for month in months]))
        yield Reason(SILENT, None, told)
