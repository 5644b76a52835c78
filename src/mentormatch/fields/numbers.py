"""A number as people write it, in figures or in words, with its unit or not; or what stands there instead.

A text is a number where it has one meaning: one number, and beside it nothing but words that change nothing: people
("2 personnes"), or what the question itself asks for ("3 h" where it asks for hours). A range is never rounded, a unit
never dropped. Three figures behind one comma or point may be thousands or decimals: the limits of the question decide,
or nobody.
"""

# French here is read, not said

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from unicodedata import category

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark

NO_NUMBER = mark("nombre attendu")
RANGE = mark("une plage de nombres ; écrivez un seul nombre")
SEVERAL = mark("plusieurs nombres ; écrivez-en un seul")
TEXT = mark("un nombre et du texte ; écrivez le nombre seul")
UNIT = mark("un nombre et une unité que la question ne demande pas ; écrivez le nombre seul, dans l'unité demandée")
DATE = mark("une date (un tableur en fait de « 1-2 ») ; écrivez un seul nombre")
DURATION = mark("des heures et des minutes ; écrivez un seul nombre, avec une virgule")
PERCENT = mark("un pourcentage ; écrivez le nombre seul")
RANK = mark("un rang ; écrivez un nombre")
AT_LEAST = mark("un minimum ; écrivez un seul nombre")
BELOW = mark("une limite qui n'est pas atteinte ; écrivez un seul nombre")
THOUSANDS = mark("des milliers ou des décimales, on ne sait ; écrivez le nombre sans séparateur de milliers")
AT_MOST = mark("un maximum, lu comme ce nombre")
ABOUT = mark("un nombre approximatif, lu tel quel")

FIGURES = r"[0-9]+(?:(?:[.,']|[ ](?=[0-9]{3}(?![0-9])))[0-9]+)*[.,]?(?![0-9])"
GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[ .,'])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:(?!(?P=mark))[.,](?P<part>[0-9]*))?"
)
PLAIN = re.compile(r"[0-9]{1,18}(?:[.,][0-9]{0,18})?")
UNSURE = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
TOKEN = re.compile(rf"(?P<figures>{FIGURES})|(?P<word>[^\W\d_]+)|(?P<sign>\S)")
SIGNED = re.compile(rf"[-+]?{FIGURES}")
GAP = "…"
"""What stands for a number in the text around it."""
LONGEST = 300
"""How many characters are read; what is longer is no number."""
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

MONTHS = "janv|fev|mars|avr|mai|juin|juil|aou|sept|oct|nov|dec|jan|feb|mar|apr|may|jun|jul|aug|sep"
DATED = re.compile(
    r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{2,4}(?: .*)?|"
    rf"[0-9]{{1,2}}[-./ ](?:{MONTHS})[a-z]*\.?(?:[-./ ][0-9]{{2,4}})?"
)
TIMED = re.compile(r"[0-9]{1,3} ?(?:h|heures?|hours?|:) ?[0-9]{1,2} ?(?:m|min|mn|minutes?)?(?::[0-9][0-9])?")
RANKED = re.compile(r"[0-9]+ ?(?:er|ere|e|eme|ieme|nd|nde|st|rd|th)\b.*")
CODE = re.compile(r"[0-9][^\W\d_]+[0-9]")
BETWEEN = re.compile(r"[-/~]|a|ou|or|to|et|and|jusqu'a|voire")
"""What stands between the two ends of a range, once its words for people are gone."""
LOWEST = re.compile(
    r"\b(?:plus de|plus que|au moins|au minimum|minimum|mini|a partir de|at least|more than|over|from|"
    r"(?:et|ou) (?:plus|davantage)|(?:or|and) (?:more|over|up|above))\b|[+>≥]"
)
UNDER = re.compile(r"\b(?:moins de|moins que|less than|fewer than|under|below|presque|almost|nearly)\b|[<]")
HIGHEST = re.compile(
    r"\b(?:pas plus de|pas plus|not? more than|au maximum|au plus|maximum|maxi?|jusqu'a|up to|at most|at the most|"
    r"maximum of|un maximum de)\b\.?|≤"
)
ROUGHLY = re.compile(r"\b(?:environ|a peu pres|approximativement|autour de|plus ou moins|about|around|roughly|"
                     r"approximately|approx|more or less|circa|env)\b\.?|[~≈?]|\+/-|±")  # fmt: skip
NEUTRAL = frozenset(
    {
        *("personne", "personnes", "people", "person", "persons", "pair", "pairs", "binome", "binomes"),
        *("mentor", "mentors", "mentore", "mentores", "mentoree", "mentorees", "mentee", "mentees"),
        *("jeune", "jeunes", "eleve", "eleves", "student", "students"),
        *("etudiant", "etudiants", "etudiante", "etudiantes"),
        *("seul", "seule", "seuls", "seules", "seulement", "only", "just", "de", "d", "of", "e", "s", "es"),
    }
)
"""Words that change nothing in a number of people, and the ends of words in inclusive writing."""
PUNCTUATION = frozenset(".,;:!()·*\"'«»[]…")

UNITS_FR = (
    *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit"),
    *("neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
)
TENS_FR = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre vingt"}
SWISS_TENS = {70: ("septante",), 80: ("huitante", "octante"), 90: ("nonante",)}
UNITS_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MOST_IN_WORDS = 1000
MOST_WORDS = 8
"""The longest number below it has fewer words."""


def french(number: int) -> Iterator[str]:
    """Yield the ways in which French writes a whole number below 1000, words apart, without accents and plurals."""
    hundreds, rest = divmod(number, 100)
    if hundreds:
        hundred = "cent" if hundreds == 1 else f"{UNITS_FR[hundreds]} cent"
        yield from [f"{hundred} {below}" for below in french(rest)] if rest else [hundred]
        return
    if number < len(UNITS_FR):
        yield UNITS_FR[number]
    elif number < 20:
        yield f"dix {UNITS_FR[number - 10]}"
    else:
        tens = 20 * (number // 20) if number >= 60 else 10 * (number // 10)
        yield from join_tens(TENS_FR[tens], number - tens)
        for other in SWISS_TENS.get(10 * (number // 10), ()):
            yield from join_tens(other, number % 10)


def join_tens(tens: str, rest: int) -> Iterator[str]:
    """Yield a number of tens with what is behind it, "et" before one and eleven or not."""
    for below in french(rest) if rest else ():
        yield f"{tens} {below}"
        if below in ("un", "onze"):
            yield f"{tens} et {below}"
    if not rest:
        yield tens


def english(number: int) -> Iterator[str]:
    """Yield the ways in which English writes a whole number below 1000, words apart."""
    hundreds, rest = divmod(number, 100)
    if hundreds:
        for hundred in [f"{UNITS_EN[hundreds]} hundred", *(["hundred", "a hundred"] if hundreds == 1 else [])]:
            yield from (
                [f"{hundred}{link}{below}" for below in english(rest) for link in (" ", " and ")] if rest else [hundred]
            )
    elif number < len(UNITS_EN):
        yield UNITS_EN[number]
    else:
        tens, unit = TENS_EN[number // 10 - 2], number % 10
        yield f"{tens} {UNITS_EN[unit]}" if unit else tens


@cache
def numerals() -> dict[tuple[str, ...], int]:
    """Return the numbers from 0 to 1000 by their words, French and English."""
    found = {tuple(words.split()): n for n in range(MOST_IN_WORDS) for way in (french, english) for words in way(n)}
    plural = {("une",): 1, ("mille",): 1000, ("thousand",): 1000, ("one", "thousand"): 1000, ("quatre", "vingts"): 80}
    cents = {(*words[:-1], "cents"): number for words, number in found.items() if words[1:] and words[-1] == "cent"}
    ones = {(*words[:-1], "une"): number for words, number in found.items() if words[1:] and words[-1] == "un"}
    return found | plural | cents | ones


@lru_cache(maxsize=4096)
def read_number(
    text: str, question: str = "", low: float = float("-inf"), high: float = float("inf")
) -> tuple[float | None, str]:
    """Return the number in ``text``, None where there is none, and what is odd about it, as a message to be spoken.

    >>> read_number("deux personnes"), read_number("1-2"), read_number("3 h", "Combien d'heures par mois ?")
    ((2.0, ''), (None, 'une plage de nombres ; écrivez un seul nombre'), (3.0, ''))
    """
    if len(text) > LONGEST:
        return None, NO_NUMBER
    if text.isascii() and text.isdigit():
        return float(text), ""
    if any(category(character) == "No" for character in text):  # a square or a half is no figure like the others
        return None, NO_NUMBER
    said = fold(text.translate(FULL_WIDTH))
    for shape, kind in ((DATED, DATE), (TIMED, DURATION), (RANKED, RANK)):
        if shape.fullmatch(said):
            return None, kind
    if CODE.search(said):
        return None, NO_NUMBER
    numbers, rest = take_apart(said)
    if len(numbers) == 2 and numbers[0] == numbers[1] and rest.endswith(f"({GAP})"):  # deux (2)
        numbers, rest = numbers[1:], rest.removesuffix(f"({GAP})")
    if len(numbers) != 1:
        return None, several(numbers, rest)
    values = [value for value in numbers[0] if low <= value <= high] if len(numbers[0]) > 1 else numbers[0]
    if len(values) != 1:
        return None, THOUSANDS if numbers[0] else NO_NUMBER
    oddity = remainder(rest, question)
    return (values[0], oddity) if oddity in ("", AT_MOST, ABOUT) else (None, oddity)


def take_apart(said: str) -> tuple[list[tuple[float, ...]], str]:
    """Return the numbers in a folded text, each by what it may mean, and the text with a gap for each."""
    found: list[tuple[float, ...]] = []
    words = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", said)
    tokens = list(TOKEN.finditer(words))
    rest, at, done = "", 0, 0
    while at < len(tokens):
        figures = tokens[at]["figures"]
        length, value = (0, 0) if figures else number_in_words(tokens[at : at + MOST_WORDS])
        if length or figures:
            found.append((float(value),) if length else read_figures(figures))
            rest += words[done : tokens[at].start()] + GAP
            at += max(length, 1)
            done = tokens[at - 1].end()
        else:
            at += 1
    rest += words[done:]
    if found and rest.startswith(("-" + GAP, "+" + GAP)):  # a dash with a space behind it would be a bullet
        sign = -1 if rest[0] == "-" else 1
        return [tuple(sign * value for value in found[0]), *found[1:]], rest[1:]
    return found, rest


def number_in_words(tokens: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Return how many tokens at the front are a number in words, the most that can be, and which number."""
    words = list(takewhile(bool, (token["word"] for token in tokens)))
    known = numerals()
    for length in range(len(words), 0, -1):
        value = known.get(tuple(words[:length]))
        if value is not None:
            return length, value
    return 0, 0


def read_figures(text: str) -> tuple[float, ...]:
    """Return what figures may mean: one number, two where a separator has two meanings, none where it has none."""
    if UNSURE.fullmatch(text):
        return float(text.replace(",", ".")), float(re.sub(r"\D", "", text))
    grouped = GROUPED.fullmatch(text)
    if grouped and (grouped["part"] is not None or len(grouped["whole"]) > 7 or grouped["mark"] in " '"):
        return (float(f"{re.sub(r'\D', '', grouped['whole'])}.{grouped['part'] or 0}"),)
    return (float(text.replace(",", ".")),) if PLAIN.fullmatch(text) else ()


def parse_number(text: str) -> float | None:
    """Return the number that ``text`` writes in figures alone, None where it writes none, or more than one.

    >>> parse_number("1 000,5"), parse_number("1 2"), parse_number("deux")
    (1000.5, None, None)
    """
    said = fold(text) if any(map(str.isdigit, text)) else ""
    numbers, rest = take_apart(said) if SIGNED.fullmatch(said) else ([], "")
    return numbers[0][0] if rest == GAP and numbers[0] else None


def several(numbers: Sequence[tuple[float, ...]], rest: str) -> str:
    """Return what a text with no number, or with several, holds."""
    if not numbers:
        return NO_NUMBER
    words = [word for word in re.findall(r"[^\W\d_]+|\S", rest.split(GAP)[1]) if word not in NEUTRAL]
    return RANGE if len(numbers) == 2 and BETWEEN.fullmatch(" ".join(words)) else SEVERAL


def remainder(rest: str, question: str) -> str:
    """Return what is odd about what stands around a number, empty where nothing is."""
    if rest == GAP:
        return ""
    expected = set(units(fold(question)))
    for shape, kind in ((ROUGHLY, ABOUT), (HIGHEST, AT_MOST), (LOWEST, AT_LEAST), (UNDER, BELOW)):
        if shape.search(rest):
            return strange(shape.sub(" ", rest), expected) or kind
    return strange(rest, expected)


def strange(rest: str, expected: set[str]) -> str:
    """Return what of the rest changes the number: a unit or words that the question does not ask for."""
    left = {word for word in units(rest) if word not in NEUTRAL and word not in expected}
    signs = set(re.findall(r"[^\w\s]", rest)) - PUNCTUATION - set(MEASURE_SIGNS)
    if left and not signs and left <= MEASURES:
        return PERCENT if left == {"%"} else UNIT
    return TEXT if left or signs else ""


def units(text: str) -> Iterator[str]:
    """Yield the words of a folded text, and its signs of measures, each measure under one name."""
    for word in re.findall(rf"[^\W\d_]+|{MEASURE_SIGNS}", text):
        singular = word.removesuffix("s")
        yield MEASURED.get(word) or MEASURED.get(singular) or (word if word in NEUTRAL else singular)


MEASURE_SIGNS = "[€$£%]"
MEASURED = {
    name: names[0]
    for names in (
        ("heure", "h", "hour", "hr"),
        ("minute", "min", "mn"),
        ("jour", "j", "day"),
        ("semaine", "week", "sem"),
        ("moi", "mois", "month"),
        ("an", "annee", "year", "yr"),
        ("kilometre", "km", "kilometer"),
        ("euro", "€", "eur"),
        ("dollar", "$"),
        ("livre", "£"),
        ("%", "percent"),
        ("foi", "fois", "time"),
        ("par", "per", "/"),
    )
    for name in names
}
"""Every way to write a measure, with the one name for it."""
MEASURES = frozenset(MEASURED.values())
