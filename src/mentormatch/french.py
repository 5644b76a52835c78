"""Small turns of phrase in the language that is spoken: enumerations, numbers with their noun, points out of 100."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from mentormatch.languages import FRENCH, spoken, tr_n

NO_BREAK = "\u00a0"


def listed(words: Sequence[str]) -> str:
    """Return ``words`` as an enumeration.

    >>> listed(["Budget", "Contrats", "Tournée"])
    'Budget, Contrats et Tournée'
    """
    from babel.lists import format_list

    return format_list(words, locale=spoken())


def counted(number: int, one: str, many: str | None = None) -> str:
    r"""Return a number with its noun, in the singular or the plural, which ends in s unless it is said.

    >>> counted(1, "besoin"), counted(3, "créneau", "créneaux")
    ('1\xa0besoin', '3\xa0créneaux')
    """
    return f"{thousands(number)}{NO_BREAK}{tr_n(one, many or f'{one}s', number)}"


def points(millionths: int) -> str:
    r"""Return a score as points out of 100, or a sum of scores, with one decimal.

    >>> points(734_200), points(125_771_000)
    ('73,4', '12\u202f577,1')
    """
    return decimal(millionths / 10_000, 1)


def decimal(number: float, places: int) -> str:
    r"""Return a number with so many decimals, its thousands apart.

    >>> decimal(12_345.678, 2)
    '12\u202f345,68'
    """
    return f"{number:,.{places}f}".translate(_symbols(spoken()))


@cache
def _symbols(code: str) -> dict[int, str]:
    """Return what parts thousands and decimals in a language, by what Python writes; Babel's own way takes 12 µs."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return {ord(","): get_group_symbol(code), ord("."): get_decimal_symbol(code)}


def percent(share: float) -> str:
    r"""Return a share between 0 and 1 as a whole percentage.

    >>> percent(0.4)
    '40\xa0%'
    """
    return f"{decimal(share * 100, 0)}{NO_BREAK if spoken() == FRENCH else ''}%"


def thousands(number: int) -> str:
    r"""Return a whole number, its thousands apart.

    >>> thousands(40_000)
    '40\u202f000'
    """
    return decimal(number, 0)


def day(when: date) -> str:
    r"""Return a date in words.

    >>> day(date(2026, 11, 1))
    '1er\xa0novembre 2026'
    """
    from babel.dates import format_date

    text = format_date(when, "long", locale=spoken())
    return (
        text.replace("1 ", f"1er{NO_BREAK}", 1)
        if spoken() == FRENCH and when.day == 1
        else text.replace(" ", NO_BREAK, 1)
    )
