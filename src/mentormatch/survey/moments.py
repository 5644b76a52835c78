"""Texts of a column -> the moments when answers were sent, and a message if some of them are unreliable.

Formats are ISO 8601, those of tools (``2026/04/08 1:05:06 PM UTC+2``), the numbers of days of spreadsheets, and months
by name (``mardi 3 mars 2026, 10:04``, ``Mar 03, 2026 10:04 AM``). If the year is last, the order of day and month
follows from the whole column:

- a part beyond 12 proves the order for all dates; dots prove that the day is first;
- if both orders are proved, two people typed the column: dates that can be read both ways are left out;
- if all texts have a part beyond 12, and no date stored by a spreadsheet has, the spreadsheet may have swapped day and
  month: the dates that it stored are left out, unless the swap would change nothing;
- if nothing is proved, both readings are kept. The likely order is that which sorts the rows, or that of the tool and
  its language; if these differ, there is none.
"""

# French here is read, not said

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.table import AmbiguousMoment, Order


def date_pattern(date: str) -> re.Pattern[str]:
    """Return the pattern of a date with an optional time and time zone."""
    separator = r"(?:t|\s*,\s*|\s+(?:-|\xe0|at)\s+|\s+)"
    # Italian sheets have dots between hours, minutes and seconds
    time = (
        r"(?P<hour>[0-9]{1,2})(?:[:h]|(?P<dot>\.))(?P<minute>[0-9]{2})"
        r"(?:(?(dot)\.|:)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
        r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?"
    )
    zone = r"\s*(?P<zone>z|(?:utc|gmt)?(?:(?P<sign>[+-])(?P<hours>1[0-4]|0?[0-9])(?::?(?P<minutes>[0-5][0-9]))?)?)"
    return re.compile(rf"{date}(?:{separator}{time}{zone})?", re.IGNORECASE)


YEAR_FIRST_PATTERN = date_pattern(r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<one>[0-9]{1,2})(?P=mark)(?P<two>[0-9]{1,2})")
YEAR_LAST_PATTERN = date_pattern(
    r"(?P<one>[0-9]{1,2})(?P<mark>[-/.])(?P<two>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})"
)
# A day with its month by name, in either order, with or without the weekday
NAMED_DAY = re.compile(
    r"(?:[^\W\d]+(?:-feira)?\.?,?\s+)?"
    r"(?:(?P<day>[0-9]{1,2})(?:er|\.)?\s+(?:de\s+)?(?P<month>[^\W\d]{3,})\.?,?\s+(?:de\s+)?"
    r"|(?P<name>[^\W\d]{3,})\.?\s+(?P<number>[0-9]{1,2}),\s+)(?P<year>[0-9]{4})(?=[\s,]|$)",
    re.IGNORECASE,
)
MONTHS_BY_LANGUAGE = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
ORDERS: tuple[Order, Order] = ("day first", "month first")
MAX_TEXT_LENGTH = 60
MIN_DAYS_IN_ORDER = 8  # so few different days are in order by chance in one of 20,160 cases


class AmbiguousDate(NamedTuple):
    """A date read day first and month first, None if that order is impossible; ``spelled``: its year is last."""

    day: datetime | None = None
    month: datetime | None = None
    spelled: bool = False

    @property
    def certain(self) -> datetime | None:
        """The moment if both readings agree or only one exists, else None."""
        return (self.day or self.month) if None in self[:2] or self.day == self.month else None

    def of(self, order: Order) -> datetime | None:
        return self.day if order == "day first" else self.month


class ReadMoment(NamedTuple):
    """A moment, or the likely one; with both readings if no order is proved."""

    when: datetime | None = None
    readings: AmbiguousMoment | None = None


def moments(
    column: str, texts: Sequence[str], other_texts: Iterable[str] = (), certain: Order | None = None
) -> tuple[list[ReadMoment], str]:
    """Return the moment of each text of a column, and a message on the column if some are unreliable, else "".

    ``other_texts`` are further dates of the tool in the same format. ``certain`` is the order of day and month of the
    tool in the language of the file, None if it is unknown.

    >>> [read.when and read.when.isoformat() for read in moments("Date", ["03/04/2026", "13/04/2026 9:05 PM"])[0]]
    ['2026-04-03T00:00:00', '2026-04-13T21:05:00']
    >>> moments("Date", ["03/04/2026"])[0][0].when
    """
    # Days since the end of 1899, from 1982 to 2064, as a spreadsheet stores dates
    if any(texts) and all(
        not text.strip() or re.fullmatch(r"[3-5][0-9]{4}(?:[.,][0-9]+)?", text.strip()) for text in texts
    ):
        return [ReadMoment(moment_of_days(text)) for text in texts], ""
    # The orders in which all dates are valid
    pairs = [parse_both_orders(text) for text in texts]
    dates = [date for date in (*pairs, *map(parse_both_orders, other_texts)) if date != AmbiguousDate()]
    orders = [order for order in ORDERS if all(date.of(order) for date in dates)]
    # None: two people typed the column in different orders
    if not orders:
        return [ReadMoment(date.certain) for date in pairs], mark(
            "« {column} » : des dates sont en jour/mois et d'autres en mois/jour ; celles qui se lisent des deux"
            " façons ne comptent pas."
        )
    # Both: no order is proved
    if len(orders) > 1:
        likely = find_agreed_order(find_sorting_order(texts, pairs), certain)
        return [moment_without_proof(column, date, likely) for date in pairs], ""
    # One, but a spreadsheet may have swapped the dates that it stored
    if is_swapped(dates):
        return [
            ReadMoment(date.of(orders[0]) if date.spelled or not may_be_swapped(date) else None) for date in pairs
        ], mark(
            "« {column} » : un tableur a pu inverser le jour et le mois d'une partie des dates ; celles-là ne comptent"
            " pas. Donnez le fichier tel que l'outil l'a exporté."
        )
    return [ReadMoment(date.of(orders[0])) for date in pairs], ""


def moment_of_days(text: str) -> datetime | None:
    """Return the moment of a number of days, None for an empty text.

    >>> moment_of_days("46120.5").isoformat()
    '2026-04-08T12:00:00'
    """
    days = text.strip().replace(",", ".")
    return datetime(1899, 12, 30) + timedelta(seconds=round(float(days) * 86_400, 3)) if days else None


def parse_both_orders(text: str) -> AmbiguousDate:
    """Return both readings of a text.

    >>> parse_both_orders("2026/04/08 1:05:06.5 PM UTC+2").day.isoformat()
    '2026-04-08T13:05:06.500000+02:00'
    """
    bare = with_month_number(text.strip()) if len(text) <= MAX_TEXT_LENGTH else ""
    if match := YEAR_FIRST_PATTERN.fullmatch(bare):
        when = moment(match, month="one", day="two")
        return AmbiguousDate(when, when)
    if match := YEAR_LAST_PATTERN.fullmatch(bare):
        dotted = match["mark"] == "."  # nobody writes the month first with dots
        day, month = moment(match, month="two", day="one"), moment(match, month="one", day="two")
        return AmbiguousDate(day, None if dotted else month, spelled=True) if day or month else AmbiguousDate()
    return AmbiguousDate()


def with_month_number(text: str) -> str:
    """Return a text with its date in numbers, year first, if it names a month; other texts unchanged.

    >>> with_month_number("mardi 3 mars 2026, 10:04"), with_month_number("Mar 03, 2026")
    ('2026-3-3, 10:04', '2026-3-03')
    """
    match = NAMED_DAY.match(text)
    month = month_named(match["month"] or match["name"]) if match else 0
    if not match or not month:
        return text
    return f"{match['year']}-{month}-{match['day'] or match['number']}{text[match.end() :]}"


@cache
def month_named(name: str) -> int:
    """Return the number of a month from its name, or its beginning, in a known language; 0 if unknown or ambiguous."""
    short = fold(name)
    tables = (enumerate(map(fold, names.split()), 1) for names in MONTHS_BY_LANGUAGE.values())
    numbers = {number for months in tables for number, month in months if month.startswith(short)}
    return {"mrt": 3, "sept": 9}.get(short) or (numbers.pop() if len(numbers) == 1 else 0)


def moment(match: re.Match[str], *, month: str, day: str) -> datetime | None:
    """Return the moment in a text, None if its day or time does not exist, or its year is not in 1900 to 2100."""
    year = int(match["year"]) + (2000 if len(match["year"]) < len("2000") else 0)
    hour = hour_of(match)
    if year not in range(1900, 2101) or hour is None:
        return None
    fraction = int((match["fraction"] or "").ljust(6, "0")[:6])
    time = hour, int(match["minute"] or 0), int(match["second"] or 0), fraction
    try:
        return datetime(year, int(match[month]), int(match[day]), *time, tzinfo=zone(match))
    except ValueError:
        return None


def hour_of(match: re.Match[str]) -> int | None:
    """Return the hour of a time, 0 if there is none; None if it is not in 1 to 12 with a.m. or p.m."""
    hour, half = int(match["hour"] or 0), (match["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half == "p" else 0) if half else hour


def zone(match: re.Match[str]) -> tzinfo | None:
    """Return the time zone of a time, None if the text has none."""
    ahead = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return timezone(-ahead if match["sign"] == "-" else ahead) if match["zone"] else None


def is_swapped(moments: Sequence[AmbiguousDate]) -> bool:
    """Return whether a spreadsheet may have swapped dates: texts have a part beyond 12, stored dates have none."""
    spelled = [date for date in moments if date.spelled]
    stored = [date for date in moments if not date.spelled]
    are_swappable = any(map(may_be_swapped, stored)) and all(date.day and date.day.day <= 12 for date in stored)
    return bool(spelled) and are_swappable and all(None in date[:2] for date in spelled)


def may_be_swapped(date: AmbiguousDate) -> bool:
    return date.day is not None and date.day.month != date.day.day <= 12


def moment_without_proof(column: str, date: AmbiguousDate, likely: Order | None) -> ReadMoment:
    """Return both readings of a moment, and the likely one, in a column that proves no order."""
    if date.day is None or date.month is None or date.day == date.month:
        return ReadMoment(date.certain)
    return ReadMoment(date.of(likely) if likely else None, AmbiguousMoment(column, date.day, date.month))


def find_agreed_order(rows: Order | None, tool: Order | None) -> Order | None:
    return None if rows and tool and rows != tool else rows or tool


def find_sorting_order(texts: Sequence[str], dates: Sequence[AmbiguousDate]) -> Order | None:
    """Return the only order of day and month in which the rows are sorted by time, ascending or descending.

    None if both orders or neither do, if there are too few days, or if the rows are sorted as texts: then the first
    number increases whatever it means.
    """
    orders = [order for order in ORDERS if is_monotonic(list(whens(dates, order)))]
    if len(orders) != 1 or len({when.date() for when in whens(dates, orders[0])}) < MIN_DAYS_IN_ORDER:
        return None
    return None if is_monotonic([text.strip() for text in texts if text.strip()]) else orders[0]


def whens(dates: Sequence[AmbiguousDate], order: Order) -> Iterator[datetime]:
    """Yield the moments that can be read, as local times."""
    yield from (when.replace(tzinfo=None) for date in dates if (when := date.of(order)))


def is_monotonic[T: (datetime, str)](values: Sequence[T]) -> bool:
    """Return whether values never decrease, or never increase."""
    pairs = list(pairwise(values))
    return all(earlier <= later for earlier, later in pairs) or all(earlier >= later for earlier, later in pairs)
