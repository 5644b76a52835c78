"""Which pairs still meet, as far as their people say so, and who should be called, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mentormatch.explanation.pairs import Pair
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.followup.waves import Wave, keys_of, pairs_of_people
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical
from mentormatch.programme.sections import Answered, Call
from mentormatch.survey.duplicates import group_by

type MeetingState = Literal["meeting", "stopped", "disagreeing", "unknown"]

STATES: Mapping[MeetingState, str] = {
    "meeting": mark("se voient"),
    "stopped": mark("ne se voient plus"),
    "disagreeing": mark("disent le contraire l'un de l'autre"),
    "unknown": mark("sans nouvelles"),
}
"""What staff read, to be spoken by ``tr``."""


@dataclass(frozen=True, slots=True)
class PairMeetings:
    """Whether one pair still meets: what it last said, after how many months (None: it never said).

    ``mentor`` and ``mentee`` are what each said then: True that they meet, False that they do not, None nothing.
    """

    pair: Pair
    state: MeetingState
    months: int | None = None
    mentor: bool | None = None
    mentee: bool | None = None

    def answer_of(self, side: Side) -> bool | None:
        """Return what one side said."""
        return self.mentor if side == "mentor" else self.mentee

    @property
    def words(self) -> str:
        """What staff read of it."""
        state = tr(STATES[self.state])
        return tr("{state} (à {months} mois)", state=state, months=self.months) if self.months else state


def meetings(pairs: Sequence[Pair], waves: Sequence[Wave], stopped: Answered | None) -> tuple[PairMeetings, ...]:
    """Return whether each pair still meets: what it last said of that."""
    return tuple(meeting(pair, place, waves, stopped) for place, pair in enumerate(pairs))


def meeting(pair: Pair, place: int, waves: Sequence[Wave], stopped: Answered | None) -> PairMeetings:
    """Return whether one pair still meets."""
    for wave in reversed(waves):
        mentor, mentee = (meets(wave, side, place, stopped) for side in SIDES)
        if mentor is not None or mentee is not None:
            return PairMeetings(pair, state_of(mentor, mentee), wave.months, mentor, mentee)
    return PairMeetings(pair, "unknown")


def meets(wave: Wave, side: Side, pair: int, stopped: Answered | None) -> bool | None:
    """Return whether one side says that a pair meets, None where it says nothing of it."""
    row = wave.about(side, pair)
    if row is None or stopped is None or not wave.who_answered(stopped.field)[row]:
        return None
    return not bool(wave.gave(stopped)[row])


def state_of(mentor: bool | None, mentee: bool | None) -> MeetingState:  # noqa: FBT001 - what each of two sides said
    """Return what two sides say together."""
    answers = {one for one in (mentor, mentee) if one is not None}
    if len(answers) > 1:
        return "disagreeing"
    return "meeting" if answers == {True} else "stopped"


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
    of_people, found = pairs_of_people(pairs), []
    for side, key in people:
        mine = [met[place] for place in of_people[side, canonical(key)]]
        reasons = [*reasons_of_end(mine, side), *reasons_to_call(waves, side, key, calls), *silent(waves, side, key)]
        if reasons:
            partners = tuple(keys_of(one.pair)[ACROSS[side]] for one in mine)
            found.append(PersonToCall(side, key, partners, in_words(reasons), min(one.rank for one in reasons)))
    return tuple(sorted(found, key=lambda one: one.rank))


def in_words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return the reasons as sentences, one for all that was said after as many months."""
    sentences = []
    for months, same in group_by(reasons, lambda one: one.months).items():
        phrases = list(dict.fromkeys(one.words for one in same))
        sentences += (
            phrases if months is None else [tr("à {months} mois : {told}", months=months, told=tr(" ; ").join(phrases))]
        )
    return tuple(sentences)


def reasons_of_end(met: Sequence[PairMeetings], side: Side) -> Iterator[Reason]:
    """Yield that somebody, or their partner, says that their pair meets no more."""
    for one in met:
        partner = keys_of(one.pair)[ACROSS[side]]
        if one.answer_of(side) is False:
            yield Reason(ENDED, one.months, tr("dit ne plus voir {partner}", partner=partner))
        elif one.answer_of(ACROSS[side]) is False:
            yield Reason(ENDED, one.months, tr(DENIED if one.answer_of(side) else UNTOLD, partner=partner))


def reasons_to_call(waves: Sequence[Wave], side: Side, key: str, calls: Sequence[Call]) -> Iterator[Reason]:
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
        sentence = tr("n'a pas répondu à {months} mois", months=listed([str(month) for month in months]))
        yield Reason(SILENT, None, sentence)
