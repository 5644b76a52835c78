"""Which option an answer names that is worded a little otherwise: inclusive writing, plural, a number, another yes.

"Mentor(e)", "mentor.e", "Mentors" and "Mentor / Mentore" are one word. An option is found where only one can be meant:
"Mentore" without an accent may be a woman who is a mentor, or "mentoré", and is neither.
"""

# French here is read, not said

import re
from collections.abc import Sequence
from functools import lru_cache

from mentormatch.fields.base import position
from mentormatch.languages.text_keys import canonical, fold, says_yes

NOBODY = frozenset({"aucun", "aucune", "neant", "rien", "non", "personne", "-", "/", "ras", "sans objet", "none", "no"})


@lru_cache(maxsize=50_000)
def is_nobody(name: str) -> bool:
    """Say whether a text says that there is nobody to name; the same ones come again and again."""
    return fold(name) in NOBODY


YES_WORDS, NO_WORDS = frozenset({"oui", "yes", "vrai", "true"}), frozenset({"non", "no", "faux", "false"})
ENDING = r"(?:e|es|s|x|ne|nes|le|les|rice|rices|trice|trices|euse|euses)"
INCLUSIVE = re.compile(rf"(?<=[^\W\d_])(?:[·.•‧⋅∙・/-]({ENDING})(?![^\W\d_])|\(({ENDING})\))")
"""What inclusive writing adds to a word: mentor·e, mentor.e, mentor-e, mentor/e, mentor(e)."""
PLURAL = re.compile(r"(?<=[^\W\d_]{3})s\b")
EITHER = re.compile(r"\s*/\s*|\s+ou\s+|\s+or\s+")
NUMBERED = re.compile(r"(\d+)\s*[-:.)=]\s*(?=[^\W\d_])(.*)", re.DOTALL)


def option_named(options: Sequence[str], said: str) -> int | None:
    """Return where the one option stands that ``said`` names, None where none does or several may be meant.

    >>> roles = ["Mentor·e", "Mentoré·e"]
    >>> [option_named(roles, said) for said in ("mentor(e)", "Mentorés", "MENTOR", "Mentore", "mentor.e.s")]
    [0, 1, 0, None, 0]
    """
    exact = position(options, said)
    if exact is not None:
        return exact
    found = variant(tuple(options), said.strip(" ;,"))
    return affirmation(options, said) if found is None else found


def affirmation(options: Sequence[str], said: str) -> int | None:
    """Return where the option stands that is a bare yes, or no, as ``said`` is, and with which no other begins.

    >>> affirmation(["Oui", "Non", "Je ne sais pas"], "Yes, please"), affirmation(["Oui", "Oui, un peu"], "Yes")
    (0, None)
    """
    yes = says_yes(said)
    if yes is None or fold(said) == "x" or not any(map(str.isalpha, said)):  # "1" may be the first option
        return None
    words = YES_WORDS if yes else NO_WORDS
    led = [place for place, option in enumerate(options) if words & set(re.findall(r"\w+", fold(option))[:1])]
    return led[0] if len(led) == 1 and fold(options[led[0]]) in words else None


@lru_cache(maxsize=4096)
def variant(options: tuple[str, ...], said: str) -> int | None:
    """Return where the one option stands that is another spelling of ``said``; accents decide where they are typed."""
    bare, accented = forms(fold(said)), forms(canonical(said))
    by_forms = [forms(fold(option)) for option in options]
    typed = [frozenset() if said.isascii() else forms(canonical(option)) for option in options]
    one_word = not EITHER.search(INCLUSIVE.sub("", fold(said)))  # "mentor ou mentore" may be both roles
    alike = (
        [known == accented for known in typed],
        [not known.isdisjoint(accented) for known in typed],
        [one_word and known == bare for known in by_forms],
        [not known.isdisjoint(bare) for known in by_forms],
        [fold(said) in halves(option) for option in options],
    )
    found = next((same for same in alike if any(same)), [])
    return found.index(True) if sum(found) == 1 else None


@lru_cache(maxsize=4096)
def forms(text: str) -> frozenset[str]:
    """Return the words, each in the singular, that a text in inclusive writing stands for.

    >>> sorted(forms("mentoré·e·s")), sorted(forms("danses"))
    (['mentoré', 'mentorée'], ['danse'])
    """
    ways = [INCLUSIVE.sub("", text), INCLUSIVE.sub(lambda ending: ending[1] or ending[2], text)]
    words = [word for way in ways for word in EITHER.split(way)]
    return frozenset(PLURAL.sub("", word).strip() for word in words)


def halves(option: str) -> tuple[str, ...]:
    """Return the number in front of an option and what it numbers, nothing where it has none."""
    found = NUMBERED.fullmatch(fold(option))
    return (found[1], found[2]) if found else ()
