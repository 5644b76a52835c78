"""Turns of phrase that several reviews share: people of a side in numbers, and the first names of many."""

from collections.abc import Sequence

from mentormatch.fields import Side
from mentormatch.languages import tr_n
from mentormatch.languages.phrases import counted, listed, thousands


def counted_people(number: int, side: Side) -> str:
    r"""Return a number of people of one side.

    >>> counted_people(1, "mentor"), counted_people(2, "mentee")
    ('1\xa0mentor·e', '2\xa0mentoré·es')
    """
    return counted(number, "mentor·e") if side == "mentor" else counted(number, "mentoré·e")


def possible_people(number: int, side: Side) -> str:
    r"""Return a number of people of one side who are possible partners.

    >>> possible_people(2, "mentor")
    '2\xa0mentor·es possibles'
    """
    if side == "mentor":
        return counted(number, "mentor·e possible", "mentor·es possibles")
    return counted(number, "mentoré·e possible", "mentoré·es possibles")


def these(number: int, side: Side) -> str:
    r"""Return "these" with a number of people of one side.

    >>> these(5, "mentor"), these(1, "mentee")
    ('Ces 5\xa0mentor·es', 'Ce·tte mentoré·e')
    """
    said = thousands(number)
    if side == "mentor":
        return tr_n("Ce·tte mentor·e", "Ces {number}\u00a0mentor·es", number, number=said)
    return tr_n("Ce·tte mentoré·e", "Ces {number}\u00a0mentoré·es", number, number=said)


def first_of(names: Sequence[str], most: int, count: int | None = None) -> str:
    r"""Return the first few names, and how many others there are of ``count``, by default of these.

    >>> first_of(["M1", "M2", "M3"], 2)
    'M1, M2 et 1\xa0autre'
    """
    others = (len(names) if count is None else count) - most
    return listed([*names[:most], *([counted(others, "autre")] if others > 0 else [])])
