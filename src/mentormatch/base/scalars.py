"""A number, date or time of any type -> its exact Python value, or an error with a message."""

from datetime import date, datetime
from decimal import Decimal
from math import floor, isfinite
from numbers import Integral, Real

import numpy as np

from mentormatch.base.arrays import is_masked_array
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

LONGEST_S = 10**9  # about thirty years; functions that wait accept no more


def exact_number(value: object) -> int | float | None:
    """Return a number as int, if integral, or float. None for other values, also booleans.

    None also for a fraction or decimal beyond the range of float.

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
    try:
        real = float(number)
    except OverflowError:  # of a large fraction
        return None
    if not isfinite(real):
        return None
    integer: int = floor(number)  # type: ignore[assignment]  # the stubs do not say that any real number has a floor
    return integer if number == integer else real


def plain(value: object) -> object:
    """Return the value in a numpy scalar or 0-d array, None if it is masked; None for other masked arrays.

    Any other value is returned unchanged.
    """
    if is_masked_array(value):
        return None if value.ndim or value.mask else value.item()
    return value.item() if isinstance(value, np.generic | np.ndarray) and not value.ndim else value


def whole_number(where: str, value: object, least: int = 0, most: int | None = None) -> int:
    """Return an integer given in any real type. Raises RequestError unless it is one, within the bounds.

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
    """Return the seed of tie-breaking. Raises RequestError unless it is an integer from 0 to 2^64 - 1."""
    return whole_number("seed", value, most=(1 << 64) - 1)


def duration(where: str, value: object) -> float | None:
    """Return a positive number of seconds, up to ``LONGEST_S``, or None if None was given; else raise RequestError."""
    number = exact_number(value)
    if value is None or (number is not None and 0 < number <= LONGEST_S):
        return None if number is None else float(number)
    raise refusal(where, value, tr("un nombre de secondes au-dessus de 0, ou None"))


def refusal(where: str, value: object, expected: str) -> RequestError:
    """Return the error for an unsuitable value, with its place and the expected form."""
    return RequestError(tr("Le nombre ne convient pas"), [Problem(where, value_in_words(value), expected)])


def value_in_words(value: object) -> str:
    """Return a short number as text, for any other value the name of its type."""
    number = plain(value)
    short = isinstance(number, float | Decimal) or (isinstance(number, int) and number.bit_length() < 100)
    return str(number) if short else type(value).__name__


FORMS = "2026-10-13, 2026-10-13T09:30"  # examples of accepted dates


def start_of(when: str | date) -> date | None:
    """Parse a date or local time; None if it is invalid or has a time zone."""
    try:
        start = when if isinstance(when, date) else parse_iso(when)
    except (TypeError, ValueError):
        return None
    return None if isinstance(start, datetime) and start.tzinfo is not None else start


def parse_iso(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
