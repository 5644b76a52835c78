"""One number, date or moment that a caller gives, of whatever type: taken exactly, or refused in words."""

from datetime import date, datetime
from decimal import Decimal
from math import floor, isfinite
from numbers import Integral, Real

import numpy as np

from mentormatch.base.arrays import is_masked_array
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

MOST_SEED = (1 << 64) - 1
LONGEST_S = 10**9
"""Some thirty years: what waits for a time takes no more."""


def exact_number(value: object) -> int | float | None:
    """Return a finite number as Python has it, whole ones as integers; None where it is none: a boolean is none.

    >>> exact_number(1e6), exact_number(0.5), exact_number(True), exact_number("1"), exact_number(float("nan"))
    (1000000, 0.5, None, None, None)
    """
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, Real | Decimal):
        return None
    if isinstance(number, Integral):
        return int(number)
    if isinstance(number, Decimal) and not number.is_finite():
        return None
    real = float(number)
    if not isfinite(real):
        return None
    whole: int = floor(number)  # type: ignore[assignment]  # the stubs do not say that any real number has a floor
    return whole if number == whole else real


def plain(value: object) -> object:
    """Return what an array of no dimensions or a number of numpy holds, and anything else as it is."""
    if is_masked_array(value):
        return None if value.ndim or value.mask else value.item()
    return value.item() if isinstance(value, np.generic | np.ndarray) and not value.ndim else value


def whole_number(where: str, value: object, least: int = 0, most: int | None = None) -> int:
    """Return a whole number, given in any type that holds one; raise RequestError where it is none, or out of bounds.

    >>> whole_number("seed", 3.0)
    3
    """
    number = exact_number(value)
    if isinstance(number, int) and number >= least and (most is None or number <= most):
        return number
    if most is None and not least:
        raise refusal(where, value, tr("un nombre entier, 0 ou plus"))
    if most is None:
        raise refusal(where, value, tr("un nombre entier, {least} au moins", least=least))
    raise refusal(where, value, tr("un nombre entier de {least} à {most}", least=least, most=most))


def seed_number(value: object) -> int:
    """Return what settles ties; raise RequestError where it is no whole number from 0 to 2^64 - 1."""
    return whole_number("seed", value, most=MOST_SEED)


def duration(where: str, value: object) -> float | None:
    """Return a number of seconds above 0, None where that is given; raise RequestError where it is neither."""
    number = exact_number(value)
    if value is None or (number is not None and 0 < number <= LONGEST_S):
        return None if number is None else float(number)
    raise refusal(where, value, tr("un nombre de secondes au-dessus de 0, ou None"))


def refusal(where: str, value: object, expected: str) -> RequestError:
    """Return the error that says where, what was found and what was expected."""
    return RequestError(tr("Le nombre ne convient pas"), [Problem(where, value_in_words(value), expected)])


def value_in_words(value: object) -> str:
    """Return a number as it was given, or what kind of thing it is."""
    number = plain(value)
    short = isinstance(number, float | Decimal) or (isinstance(number, int) and number.bit_length() < 100)
    return str(number) if short else type(value).__name__


FORMS = "2026-10-13, 2026-10-13T09:30"


def start_of(when: str | date) -> date | None:
    """Return when a date begins, None where it is none; a local time has no zone of its own."""
    try:
        start = when if isinstance(when, date) else read(when)
    except (TypeError, ValueError):
        return None
    return None if isinstance(start, datetime) and start.tzinfo is not None else start


def read(text: str) -> date:
    """Return the date, or the moment, that a text writes as ISO 8601 does."""
    return datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
