"""Which pairs still meet, as far as their people say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mentormatch.explanation.pairs import Pair
from mentormatch.fields import Side
from mentormatch.followup.waves import SIDES, Wave
from mentormatch.languages import mark, tr
from mentormatch.programme.sections import Answered

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

    def said(self, side: Side) -> bool | None:
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
    if row is None or stopped is None or not wave.answered(stopped.field)[row]:
        return None
    return not bool(wave.gave(stopped)[row])


def state_of(mentor: bool | None, mentee: bool | None) -> MeetingState:  # noqa: FBT001 - what each of two sides said
    """Return what two sides say together."""
    told = {one for one in (mentor, mentee) if one is not None}
    if len(told) > 1:
        return "disagreeing"
    return "meeting" if told == {True} else "stopped"
