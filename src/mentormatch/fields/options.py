"""Answer -> the option with another spelling: inclusive writing, plural, number, or a word for yes or no.

"Mentor(e)", "mentor.e", "Mentors" and "Mentor / Mentore" are one word. An option is returned only if no other is
possible: "Mentore" without an accent may be a female mentor or "mentoré", and is neither.
"""

# French here is read, not said

import re
from collections.abc import Sequence
from functools import lru_cache

from mentormatch.fields.base import position
from mentormatch.languages.text_keys import canonical, fold, says_yes


@lru_cache(maxsize=50_000)
def is_nobody(name: str) -> bool:
    """Return whether a text means "no name". Cached: such texts are frequent."""
    words = {"aucun", "aucune", "neant", "rien", "non", "personne", "-", "/", "ras", "sans objet", "none", "no"}
    return fold(name) in words


INCLUSIVE_ENDINGS = r"(?:e|es|s|x|ne|nes|le|les|rice|rices|trice|trices|euse|euses)"
# Endings of inclusive writing: mentor·e, mentor.e, mentor-e, mentor/e, mentor(e)
INCLUSIVE_PATTERN = re.compile(
    rf"(?<=[^\W\d_])(?:[·.•‧⋅∙・/-]({INCLUSIVE_ENDINGS})(?![^\W\d_])|\(({INCLUSIVE_ENDINGS})\))"
)
ALTERNATIVE_PATTERN = re.compile(r"\s*/\s*|\s+ou\s+|\s+or\s+")


def option_named(options: Sequence[str], answer: str) -> int | None:
    """Return the index of the option that an answer names; None if it names none, or may name several.

    >>> roles = ["Mentor·e", "Mentoré·e"]
    >>> [option_named(roles, said) for said in ("mentor(e)", "Mentorés", "MENTOR", "Mentore", "mentor.e.s")]
    [0, 1, 0, None, 0]
    """
    exact_index = position(options, answer)
    if exact_index is not None:
        return exact_index
    index = option_by_spelling(tuple(options), answer.strip(" ;,"))
    return yes_no_option(options, answer) if index is None else index


def yes_no_option(options: Sequence[str], answer: str) -> int | None:
    """Return the index of the bare yes (or no) option that an answer means; None if another begins with that word.

    >>> yes_no_option(["Oui", "Non", "Je ne sais pas"], "Yes, please"), yes_no_option(["Oui", "Oui, un peu"], "Yes")
    (0, None)
    """
    yes = says_yes(answer)
    if yes is None or fold(answer) == "x" or not any(map(str.isalpha, answer)):  # "1" may be the first option
        return None
    words = {"oui", "yes", "vrai", "true"} if yes else {"non", "no", "faux", "false"}
    candidates = [index for index, option in enumerate(options) if words & set(re.findall(r"\w+", fold(option))[:1])]
    return candidates[0] if len(candidates) == 1 and fold(options[candidates[0]]) in words else None


@lru_cache(maxsize=4096)
def option_by_spelling(options: tuple[str, ...], answer: str) -> int | None:
    """Return the index of the one option that is another spelling of the answer; typed accents must match first."""
    unaccented, accented = word_forms(fold(answer)), word_forms(canonical(answer))
    by_forms = [word_forms(fold(option)) for option in options]
    typed = [frozenset() if answer.isascii() else word_forms(canonical(option)) for option in options]
    # "mentor ou mentore" may be both roles
    one_word = not ALTERNATIVE_PATTERN.search(INCLUSIVE_PATTERN.sub("", fold(answer)))
    matches_by_test = (
        [option_forms == accented for option_forms in typed],
        [not option_forms.isdisjoint(accented) for option_forms in typed],
        [one_word and option_forms == unaccented for option_forms in by_forms],
        [not option_forms.isdisjoint(unaccented) for option_forms in by_forms],
        [fold(answer) in number_and_text(option) for option in options],
    )
    matches = next((hits for hits in matches_by_test if any(hits)), [])
    return matches.index(True) if sum(matches) == 1 else None


@lru_cache(maxsize=4096)
def word_forms(text: str) -> frozenset[str]:
    """Return the singular words that a text in inclusive writing represents.

    >>> sorted(word_forms("mentoré·e·s")), sorted(word_forms("danses"))
    (['mentoré', 'mentorée'], ['danse'])
    """
    spellings = [INCLUSIVE_PATTERN.sub("", text), INCLUSIVE_PATTERN.sub(lambda ending: ending[1] or ending[2], text)]
    words = [word for spelling in spellings for word in ALTERNATIVE_PATTERN.split(spelling)]
    return frozenset(re.sub(r"(?<=[^\W\d_]{3})s\b", "", word).strip() for word in words)


def number_and_text(option: str) -> tuple[str, ...]:
    """Return the number and the text of a numbered option; empty if it has no number."""
    match = re.fullmatch(r"(\d+)\s*[-:.)=]\s*(?=[^\W\d_])(.*)", fold(option), re.DOTALL)
    return (match[1], match[2]) if match else ()
