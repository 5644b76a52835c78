"""When answers were sent: the moments in a column of texts, read all together.

Tools write ISO 8601, a form of their own (``2026/04/08 1:05:06 PM UTC+2``), or what a sheet shows; a sheet stores a
number of days, or the month by its name (``mardi 3 mars 2026, 10:04``, ``Mar 03, 2026 10:04 AM``). Where the year comes
last, day and month may stand in either order, which the whole column tells:

- one part beyond 12 proves the order for all;
- both orders proved: the column is of two hands, and dates that can be read both ways are not told;
- texts that all have a part beyond 12, beside dates that a sheet has understood, of which none has: the sheet took days
  for months, or there were no others; those that it understood are not told;
- nothing proved: both readings are kept. The likely one is that which puts the rows in order, or that of the tool and
  its language; where these differ there is none.
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
from mentormatch.survey.table import Order, Readings

YEAR_FIRST = r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<one>[0-9]{1,2})(?P=mark)(?P<two>[0-9]{1,2})"
YEAR_LAST = r"(?P<one>[0-9]{1,2})(?P<mark>[-/.])(?P<two>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})"
BETWEEN = r"(?:t|\s*,\s*|\s+(?:-|\xe0|at)\s+|\s+)"
# Italian sheets have dots between hours, minutes and seconds
TIME = (
    r"(?P<hour>[0-9]{1,2})(?:[:h]|(?P<dot>\.))(?P<minute>[0-9]{2})"
    r"(?:(?(dot)\.|:)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?"
)
ZONE = r"\s*(?P<zone>z|(?:utc|gmt)?(?:(?P<sign>[+-])(?P<hours>1[0-4]|0?[0-9])(?::?(?P<minutes>[0-5][0-9]))?)?)"
FIRST, LAST = (re.compile(rf"{day}(?:{BETWEEN}{TIME}{ZONE})?", re.IGNORECASE) for day in (YEAR_FIRST, YEAR_LAST))
WEEKDAY = r"(?:[^\W\d]+(?:-feira)?\.?,?\s+)?"
NAMED_DAY = re.compile(
    rf"{WEEKDAY}(?:(?P<day>[0-9]{{1,2}})(?:er|\.)?\s+(?:de\s+)?(?P<month>[^\W\d]{{3,}})\.?,?\s+(?:de\s+)?"
    r"|(?P<name>[^\W\d]{3,})\.?\s+(?P<number>[0-9]{1,2}),\s+)(?P<year>[0-9]{4})(?=[\s,]|$)",
    re.IGNORECASE,
)
"""A day with its month by name, as people and tools write it: with the weekday or not, day or month first."""
MONTHS_BY_LANGUAGE = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
SHORT_MONTHS = {"mrt": 3, "sept": 9}
ORDERS: tuple[Order, Order] = ("day first", "month first")
LONGEST = 60
SERIAL = re.compile(r"[3-5][0-9]{4}(?:[.,][0-9]+)?")
"""Days since the end of 1899, from 1982 to 2064: how a sheet stores a moment."""
DAY_ZERO = datetime(1899, 12, 30)
YEARS = range(1900, 2101)
CENTURY, MONTHS, NOON = 2000, 12, 12
MANY_DAYS = 8
"""So many different days are in order by chance in one case of 20,160."""

MIXED = mark(
    "« {column} » : des dates sont en jour/mois et d'autres en mois/jour ; celles qui se lisent des deux façons ne"
    " comptent pas."
)
CONVERTED = mark(
    "« {column} » : un tableur a pu inverser le jour et le mois d'une partie des dates ; celles-là ne comptent pas."
    " Donnez le fichier tel que l'outil l'a exporté."
)


class Both(NamedTuple):
    """One text read day first and month first, None where it is no date so; ``spelled`` says that its year is last."""

    day: datetime | None = None
    month: datetime | None = None
    spelled: bool = False

    @property
    def sure(self) -> datetime | None:
        """Return the moment where it can be read in one way alone."""
        return (self.day or self.month) if None in self[:2] or self.day == self.month else None

    def of(self, order: Order) -> datetime | None:
        """Return the moment, day and month in this order."""
        return self.day if order == "day first" else self.month


class ReadMoment(NamedTuple):
    """What is known of one moment: itself, or the likely one, and both readings where none is proved."""

    when: datetime | None = None
    readings: Readings | None = None


def moments(
    column: str, texts: Sequence[str], beside: Iterable[str] = (), certain: Order | None = None
) -> tuple[list[ReadMoment], str]:
    """Return the moments in the texts of a column, one a row, and what is wrong with the column, if anything.

    ``beside`` are other texts that the tool wrote in the same form. ``certain`` is the order in which it writes day
    and month in the language of the file, None where that is not certain.

    >>> [found.when and found.when.isoformat() for found in moments("Date", ["03/04/2026", "13/04/2026 9:05 PM"])[0]]
    ['2026-04-03T00:00:00', '2026-04-13T21:05:00']
    >>> moments("Date", ["03/04/2026"])[0][0].when
    """
    # A column of day numbers, as a sheet stores dates.
    if any(texts) and all(not text.strip() or SERIAL.fullmatch(text.strip()) for text in texts):
        return [ReadMoment(moment_of_days(text)) for text in texts], ""
    # Which orders of day and month every date of the column can be read in.
    read = [both(text) for text in texts]
    known = [one for one in (*read, *map(both, beside)) if one != Both()]
    orders = [order for order in ORDERS if all(one.of(order) for one in known)]
    # None: both orders are proved, the column is of two hands.
    if not orders:
        return [ReadMoment(one.sure) for one in read], MIXED
    # Both: nothing is proved, both readings are kept.
    if len(orders) > 1:
        likely = likelier(in_order(texts, read), certain)
        return [moment_without_proof(column, one, likely) for one in read], ""
    # One, but a sheet may have turned the dates that it understood.
    if is_turned_round(known):
        return [
            ReadMoment(one.of(orders[0]) if one.spelled or not may_be_turned(one) else None) for one in read
        ], CONVERTED
    # One order is proved for all.
    return [ReadMoment(one.of(orders[0])) for one in read], ""


def moment_of_days(text: str) -> datetime | None:
    """Return the moment that a number of days stands for, None for an empty text.

    >>> moment_of_days("46120.5").isoformat()
    '2026-04-08T12:00:00'
    """
    days = text.strip().replace(",", ".")
    return DAY_ZERO + timedelta(seconds=round(float(days) * 86_400, 3)) if days else None


def both(text: str) -> Both:
    """Return a text read both ways.

    >>> both("2026/04/08 1:05:06.5 PM UTC+2").day.isoformat()
    '2026-04-08T13:05:06.500000+02:00'
    """
    bare = with_month_number(text.strip()) if len(text) <= LONGEST else ""
    if found := FIRST.fullmatch(bare):
        when = moment(found, month="one", day="two")
        return Both(when, when)
    if found := LAST.fullmatch(bare):
        dotted = found["mark"] == "."  # nobody writes the month first with dots
        day, month = moment(found, month="two", day="one"), moment(found, month="one", day="two")
        return Both(day, None if dotted else month, spelled=True) if day or month else Both()
    return Both()


def with_month_number(text: str) -> str:
    """Return a text with its day in numbers, year first, if it names the month; other texts as they are.

    >>> with_month_number("mardi 3 mars 2026, 10:04"), with_month_number("Mar 03, 2026")
    ('2026-3-3, 10:04', '2026-3-03')
    """
    found = NAMED_DAY.match(text)
    month = month_named(found["month"] or found["name"]) if found else 0
    if not found or not month:
        return text
    return f"{found['year']}-{month}-{found['day'] or found['number']}{text[found.end() :]}"


@cache
def month_named(name: str) -> int:
    """Return the number of a month from its name or the beginning of it in any language, 0 unless there is one."""
    short = fold(name)
    tables = (enumerate(map(fold, names.split()), 1) for names in MONTHS_BY_LANGUAGE.values())
    numbers = {number for months in tables for number, month in months if month.startswith(short)}
    return SHORT_MONTHS.get(short) or (numbers.pop() if len(numbers) == 1 else 0)


def moment(found: re.Match[str], *, month: str, day: str) -> datetime | None:
    """Return the moment in a text, None where there is no such day or time."""
    year = int(found["year"]) + (CENTURY if len(found["year"]) < len("2000") else 0)
    hour = hour_of(found)
    if year not in YEARS or hour is None:
        return None
    fraction = int((found["fraction"] or "").ljust(6, "0")[:6])
    time = hour, int(found["minute"] or 0), int(found["second"] or 0), fraction
    try:
        return datetime(year, int(found[month]), int(found[day]), *time, tzinfo=zone(found))
    except ValueError:
        return None


def hour_of(found: re.Match[str]) -> int | None:
    """Return the hour of a time, 0 where there is none; None where it is none of a half day."""
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()
    if half and not 1 <= hour <= NOON:
        return None
    return hour % NOON + (NOON if half == "p" else 0) if half else hour


def zone(found: re.Match[str]) -> tzinfo | None:
    """Return the time zone of a time, None where none is written."""
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return timezone(-ahead if found["sign"] == "-" else ahead) if found["zone"] else None


def is_turned_round(moments: Sequence[Both]) -> bool:
    """Tell whether a sheet may have turned dates round: what it left as text has a part beyond 12, the rest none."""
    spelled = [one for one in moments if one.spelled]
    others = [one for one in moments if not one.spelled]
    turned = any(map(may_be_turned, others)) and all(one.day and one.day.day <= MONTHS for one in others)
    return bool(spelled) and turned and all(None in one[:2] for one in spelled)


def may_be_turned(one: Both) -> bool:
    """Tell whether day and month of a moment may have been turned round unseen."""
    return one.day is not None and one.day.month != one.day.day <= MONTHS


def moment_without_proof(column: str, one: Both, likely: Order | None) -> ReadMoment:
    """Return what is known of a moment where the column proves no order."""
    if one.day is None or one.month is None or one.day == one.month:
        return ReadMoment(one.sure)
    return ReadMoment(one.of(likely) if likely else None, Readings(column, one.day, one.month))


def likelier(rows: Order | None, tool: Order | None) -> Order | None:
    """Return the order that the rows or the tool tell, None where neither does, or each another."""
    return None if rows and tool and rows != tool else rows or tool


def in_order(texts: Sequence[str], read: Sequence[Both]) -> Order | None:
    """Return the one order of day and month in which the rows follow one another in time, either way.

    None where both do or neither, where they are too few to tell, or where they follow one another as texts: whoever
    sorted texts put the first number first, whatever it is.
    """
    orders = [order for order in ORDERS if follow(list(whens(read, order)))]
    if len(orders) != 1 or len({when.date() for when in whens(read, orders[0])}) < MANY_DAYS:
        return None
    return None if follow([text.strip() for text in texts if text.strip()]) else orders[0]


def whens(read: Sequence[Both], order: Order) -> Iterator[datetime]:
    """Yield the moments that can be read, as on the clock."""
    yield from (when.replace(tzinfo=None) for one in read if (when := one.of(order)))


def follow[T: (datetime, str)](values: Sequence[T]) -> bool:
    """Tell whether values rise, or fall, all along."""
    pairs = list(pairwise(values))
    return all(one <= other for one, other in pairs) or all(one >= other for one, other in pairs)
