"""Timeline of a year: numbered sessions of a group by month, and the excluded dates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from mentormatch.groups.dates import Dates
from mentormatch.groups.inputs import SessionMoment
from mentormatch.groups.result import Result
from mentormatch.languages.phrases import counted, day, listed
from mentormatch.languages.translation import mark, own_language, spoken, tr
from mentormatch.report.pictures.picture import BOLD_WEIGHT, DARK, INK, LINE, SOFT, Drawing, Frame, LinearScale

# Dots: the year, and its line
WIDTH, LANE_HEIGHT = 720, 46
# Area of the disc of a session
DISC_AREA = 300
# Dots between sessions on a line; a closer session is drawn one level below.
MIN_GAP = 21
# Margin before the first and after the last session
MARGIN_DAYS = timedelta(days=12)
# Sessions listed in the text
SESSIONS_NAMED = 40


@dataclass(frozen=True, repr=False)
class Timeline(Drawing):
    """The sessions and excluded dates of a result, on a line from 12 days before the first to 12 after the last."""

    heading: ClassVar[str] = mark("L'année d'un coup d'œil")
    result: Result

    @property
    def language(self) -> str:
        """The language of the programme, used unless another one is requested."""
        return self.result.language

    @property
    def days(self) -> tuple[date, ...]:
        """The days with a session."""
        return tuple(day_of(start) for start, _ in self.result.moments)

    @property
    def days_set_aside(self) -> tuple[date, ...]:
        return tuple(entry.moment.day for entry in self.result.set_aside) if isinstance(self.result, Dates) else ()

    @property
    @own_language
    def alternative(self) -> str:
        if not self.days:
            return tr("Aucune date n'est connue : il n'y a pas d'année à montrer.")
        days = [day(date) for date in self.days[:SESSIONS_NAMED]]
        more_count = len(self.days) - SESSIONS_NAMED
        dates_text = listed([*days, counted(more_count, "autre")] if more_count > 0 else days)
        sessions = tr("{sessions} : {when}.", sessions=counted(len(self.days), "séance"), when=dates_text)
        excluded_text = counted(len(self.days_set_aside), "date écartée", "dates écartées")
        return f"{sessions} {excluded_text}." if self.days_set_aside else sessions

    @property
    @own_language
    def caption(self) -> str:
        sentence = tr("Un rond plein par séance, avec son numéro.")
        return f"{sentence} {tr('Un rond vide : une date écartée.')}" if self.days_set_aside else sentence

    @own_language
    def frames(self) -> Sequence[Frame]:
        if not self.days:
            return ()
        dates = (*self.days, *self.days_set_aside)
        first, last = min(dates) - MARGIN_DAYS, max(dates) + MARGIN_DAYS
        across = LinearScale(first.toordinal(), last.toordinal(), 0, WIDTH)
        frame = Frame(WIDTH, LANE_HEIGHT)
        draw_months(frame, across, first, last)
        frame.line(0, LANE_HEIGHT / 2, WIDTH, LANE_HEIGHT / 2, stroke=LINE, stroke_width=2)
        for excluded in self.days_set_aside:
            frame.disc(
                across.at(excluded.toordinal()),
                LANE_HEIGHT / 2,
                DISC_AREA / 3,
                fill="white",
                stroke=INK,
                stroke_width=1.5,
            )
        for number, (x, y) in enumerate(session_positions(across, self.days), start=1):
            frame.disc(x, y, DISC_AREA, fill=DARK, stroke="white", stroke_width=1.5)
            frame.text(x, y, str(number), "middle", font_size=11, font_weight=BOLD_WEIGHT, fill="white")
        return [frame]

    def __repr__(self) -> str:
        return f"Timeline({len(self.days)} sessions)"  # a notebook saves what it shows


def day_of(start: date) -> date:
    return SessionMoment("", start).day


def session_positions(across: LinearScale, days: Sequence[date]) -> Iterator[tuple[float, float]]:
    """Yield the position of each session, one level lower if the previous one is too close."""
    previous_x, level = -float(MIN_GAP), 0
    for session_day in sorted(days):
        x = across.at(session_day.toordinal())
        level = (level + 1) % 3 if x - previous_x < MIN_GAP else 0
        previous_x = x
        yield x, LANE_HEIGHT / 2 + level * MIN_GAP


def draw_months(frame: Frame, across: LinearScale, first: date, last: date) -> None:
    """Draw the start of each month, and its name centred in its visible part."""
    from babel.dates import format_date

    begins = list(month_starts(first, last))
    for start, end in zip([first, *begins], [*begins, last], strict=True):
        left, right = across.at(start.toordinal()), across.at(end.toordinal())
        if start in begins:
            frame.line(left, -4, left, LANE_HEIGHT, stroke=LINE)
        name = format_date(start, "MMM" if len(begins) < 14 else "MMMMM", locale=spoken())
        if right - left > 24:
            frame.text((left + right) / 2, -10, name, "middle", fill=SOFT)


def month_starts(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month after ``first``, up to ``last``."""
    month = first.replace(day=1)
    while (month := (month + timedelta(days=32)).replace(day=1)) <= last:
        yield month
