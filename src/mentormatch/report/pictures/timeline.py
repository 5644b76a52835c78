"""The year at a glance: the sessions of a group month by month, numbered, and the dates that were set aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from mentormatch.groups.dates import Dates
from mentormatch.groups.inputs import SessionMoment
from mentormatch.groups.result import Result
from mentormatch.languages.phrases import counted, day, listed
from mentormatch.languages.translation import mark, own_language, spoken, tr
from mentormatch.report.pictures.picture import BOLD, DARK, INK, LINE, SOFT, Drawing, Frame, LinearScale

WIDTH, LANE = 720, 46
"""Of the year, and of its one line, in dots."""
DISC = 300
"""The area of the disc of a session."""
LEAST_APART = 21
"""Dots between two sessions that stand on one line; a closer one stands below it."""
ROOM = timedelta(days=12)
"""What is shown before the first session and after the last."""
SESSIONS_NAMED = 40
"""Sessions that the text tells one by one, and that are drawn with their number."""


@dataclass(frozen=True, repr=False)
class Timeline(Drawing):
    """The sessions of a result that has dates, in one line from the first month to the last."""

    heading: ClassVar[str] = mark("L'année d'un coup d'œil")
    result: Result

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.result.language

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which there is a session."""
        return tuple(day_of(start) for start, _ in self.result.moments)

    @property
    def days_set_aside(self) -> tuple[date, ...]:
        """The days that were asked about, and on which none is held."""
        return tuple(one.moment.day for one in self.result.set_aside) if isinstance(self.result, Dates) else ()

    @property
    @own_language
    def alternative(self) -> str:
        if not self.days:
            return tr("Aucune date n'est connue : il n'y a pas d'année à montrer.")
        days = [day(one) for one in self.days[:SESSIONS_NAMED]]
        rest = len(self.days) - SESSIONS_NAMED
        when = listed([*days, counted(rest, "autre")] if rest > 0 else days)
        sessions = tr("{sessions} : {when}.", sessions=counted(len(self.days), "séance"), when=when)
        aside = counted(len(self.days_set_aside), "date écartée", "dates écartées")
        return f"{sessions} {aside}." if self.days_set_aside else sessions

    @property
    @own_language
    def caption(self) -> str:
        read = tr("Un rond plein par séance, avec son numéro.")
        return f"{read} {tr('Un rond vide : une date écartée.')}" if self.days_set_aside else read

    @own_language
    def frames(self) -> Sequence[Frame]:
        if not self.days:
            return ()
        shown = (*self.days, *self.days_set_aside)
        first, last = min(shown) - ROOM, max(shown) + ROOM
        across = LinearScale(first.toordinal(), last.toordinal(), 0, WIDTH)
        frame = Frame(WIDTH, LANE)
        draw_months(frame, across, first, last)
        frame.line(0, LANE / 2, WIDTH, LANE / 2, stroke=LINE, stroke_width=2)
        for one in self.days_set_aside:
            frame.disc(across.at(one.toordinal()), LANE / 2, DISC / 3, fill="white", stroke=INK, stroke_width=1.5)
        for number, (x, y) in enumerate(places(across, self.days), start=1):
            frame.disc(x, y, DISC, fill=DARK, stroke="white", stroke_width=1.5)
            frame.text(x, y, str(number), "middle", font_size=11, font_weight=BOLD, fill="white")
        return [frame]

    def __repr__(self) -> str:
        return f"Timeline({len(self.days)} sessions)"  # a notebook saves what it shows


def day_of(start: date) -> date:
    """Return the day of a moment."""
    return SessionMoment("", start).day


def places(across: LinearScale, days: Sequence[date]) -> Iterator[tuple[float, float]]:
    """Yield where each session stands, one below the line where the one before it is too close."""
    before, level = -float(LEAST_APART), 0
    for one in sorted(days):
        x = across.at(one.toordinal())
        level = (level + 1) % 3 if x - before < LEAST_APART else 0
        before = x
        yield x, LANE / 2 + level * LEAST_APART


def draw_months(frame: Frame, across: LinearScale, first: date, last: date) -> None:
    """Draw where each month begins, with its name in the middle of what is shown of it."""
    from babel.dates import format_date

    begins = list(month_starts(first, last))
    for start, end in zip([first, *begins], [*begins, last], strict=True):
        left, right = across.at(start.toordinal()), across.at(end.toordinal())
        if start in begins:
            frame.line(left, -4, left, LANE, stroke=LINE)
        name = format_date(start, "MMM" if len(begins) < 14 else "MMMMM", locale=spoken())
        if right - left > 24:
            frame.text((left + right) / 2, -10, name, "middle", fill=SOFT)


def month_starts(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month after ``first`` and up to ``last``."""
    at = first.replace(day=1)
    while (at := (at + timedelta(days=32)).replace(day=1)) <= last:
        yield at
