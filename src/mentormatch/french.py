"""Small turns of French: enumerations, numbers with their noun, points out of 100."""

from collections.abc import Sequence

NO_BREAK = "\u00a0"


def listed(words: Sequence[str]) -> str:
    """Return ``words`` as an enumeration.

    >>> listed(["Budget", "Contrats", "Tournée"])
    'Budget, Contrats et Tournée'
    """
    return ", ".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} et {words[-1]}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    r"""Return a number with its noun, in the plural from two on.

    >>> counted(1, "besoin"), counted(3, "créneau", "créneaux")
    ('1\xa0besoin', '3\xa0créneaux')
    """
    return f"{number}{NO_BREAK}{noun if number < 2 else plural or noun + 's'}"


def points(millionths: int) -> str:
    """Return a score as points out of 100, with one decimal.

    >>> points(734_200)
    '73,4'
    """
    return f"{millionths / 10_000:.1f}".replace(".", ",")


def percent(share: float) -> str:
    r"""Return a share between 0 and 1 as a whole percentage.

    >>> percent(0.4)
    '40\xa0%'
    """
    return f"{share:.0%}".replace("%", f"{NO_BREAK}%")


def thousands(number: int) -> str:
    r"""Return a whole number, its thousands apart.

    >>> thousands(40_000)
    '40\xa0000'
    """
    return f"{number:,}".replace(",", NO_BREAK)
