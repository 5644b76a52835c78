"""Text -> a number, stated in digits or words, with or without a unit; or a message on the actual content of the text.

A text is a number if it has one meaning: one number, and no other words but those for people ("2 personnes") or the
unit in the question ("3 h" for a question about hours). Ranges are not rounded and units not dropped. Three digits
after one comma or point may be thousands or decimals: the limits of the question decide, else there is no number.
"""

# French here is read, not said

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from unicodedata import category

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark

NO_NUMBER_MESSAGE = mark("nombre attendu")
AT_MOST_MESSAGE = mark("un maximum, lu comme ce nombre")
ABOUT_MESSAGE = mark("un nombre approximatif, lu tel quel")

DIGITS_PATTERN = r"[0-9]+(?:(?:[.,']|[ ](?=[0-9]{3}(?![0-9])))[0-9]+)*[.,]?(?![0-9])"
GROUPED_PATTERN = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[ .,'])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:(?!(?P=mark))[.,](?P<part>[0-9]*))?"
)
TOKEN_PATTERN = re.compile(rf"(?P<figures>{DIGITS_PATTERN})|(?P<word>[^\W\d_]+)|(?P<sign>\S)")
SIGNED_PATTERN = re.compile(rf"[-+]?{DIGITS_PATTERN}")
NUMBER_PLACEHOLDER = "…"  # replaces a number in the text around it
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Dates, times and ranks, with the reason why none is a number
ODD_SHAPES = (
    (
        re.compile(
            r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{2,4}(?: .*)?|"
            r"[0-9]{1,2}[-./ ](?:janv|fev|mars|avr|mai|juin|juil|aou|sept|oct|nov|dec|jan|feb|mar|apr|may|jun|jul|aug"
            r"|sep)[a-z]*\.?(?:[-./ ][0-9]{2,4})?"
        ),
        mark("une date (un tableur en fait de « 1-2 ») ; écrivez un seul nombre"),
    ),
    (
        re.compile(r"[0-9]{1,3} ?(?:h|heures?|hours?|:) ?[0-9]{1,2} ?(?:m|min|mn|minutes?)?(?::[0-9][0-9])?"),
        mark("des heures et des minutes ; écrivez un seul nombre, avec une virgule"),
    ),
    (re.compile(r"[0-9]+ ?(?:er|ere|e|eme|ieme|nd|nde|st|rd|th)\b.*"), mark("un rang ; écrivez un nombre")),
)
# Words around a number, with the note; the first match counts
CHANGING_WORDS = (
    (
        re.compile(
            r"\b(?:environ|a peu pres|approximativement|autour de|plus ou moins|about|around|roughly|"
            r"approximately|approx|more or less|circa|env)\b\.?|[~≈?]|\+/-|±"
        ),
        ABOUT_MESSAGE,
    ),
    (
        re.compile(
            r"\b(?:pas plus de|pas plus|not? more than|au maximum|au plus|maximum|maxi?|jusqu'a|up to|at most|at the"
            r" most|maximum of|un maximum de)\b\.?|≤"
        ),
        AT_MOST_MESSAGE,
    ),
    (
        re.compile(
            r"\b(?:plus de|plus que|au moins|au minimum|minimum|mini|a partir de|at least|more than|over|from|"
            r"(?:et|ou) (?:plus|davantage)|(?:or|and) (?:more|over|up|above))\b|[+>≥]"
        ),
        mark("un minimum ; écrivez un seul nombre"),
    ),
    (
        re.compile(r"\b(?:moins de|moins que|less than|fewer than|under|below|presque|almost|nearly)\b|[<]"),
        mark("une limite qui n'est pas atteinte ; écrivez un seul nombre"),
    ),
)
# Words for people, and the endings of inclusive writing: they do not change a number
NEUTRAL_WORDS = frozenset(
    {
        *("personne", "personnes", "people", "person", "persons", "pair", "pairs", "binome", "binomes"),
        *("mentor", "mentors", "mentore", "mentores", "mentoree", "mentorees", "mentee", "mentees"),
        *("jeune", "jeunes", "eleve", "eleves", "student", "students"),
        *("etudiant", "etudiants", "etudiante", "etudiantes"),
        *("seul", "seule", "seuls", "seules", "seulement", "only", "just", "de", "d", "of", "e", "s", "es"),
    }
)

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


def french(number: int) -> Iterator[str]:
    """Yield the French spellings of a whole number below 1000: words separated, no accents, no plural s."""
    hundreds, remainder = divmod(number, 100)
    if hundreds:
        hundred = "cent" if hundreds == 1 else f"{UNITS_FR[hundreds]} cent"
        yield from [f"{hundred} {below}" for below in french(remainder)] if remainder else [hundred]
        return
    if number < len(UNITS_FR):
        yield UNITS_FR[number]
    elif number < 20:
        yield f"dix {UNITS_FR[number - 10]}"
    else:
        tens = 20 * (number // 20) if number >= 60 else 10 * (number // 10)
        yield from join_tens(TENS_FR[tens], number - tens)
        for regional_tens in SWISS_TENS.get(10 * (number // 10), ()):
            yield from join_tens(regional_tens, number % 10)


def join_tens(tens: str, remainder: int) -> Iterator[str]:
    """Yield tens followed by a number, with and without "et" before one and eleven."""
    for below in french(remainder) if remainder else ():
        yield f"{tens} {below}"
        if below in ("un", "onze"):
            yield f"{tens} et {below}"
    if not remainder:
        yield tens


def english(number: int) -> Iterator[str]:
    """Yield the English spellings of a whole number below 1000, words separated."""
    hundreds, remainder = divmod(number, 100)
    if hundreds:
        for hundred in [f"{UNITS_EN[hundreds]} hundred", *(["hundred", "a hundred"] if hundreds == 1 else [])]:
            yield from (
                [f"{hundred}{link}{below}" for below in english(remainder) for link in (" ", " and ")]
                if remainder
                else [hundred]
            )
    elif number < len(UNITS_EN):
        yield UNITS_EN[number]
    else:
        tens, unit = TENS_EN[number // 10 - 2], number % 10
        yield f"{tens} {UNITS_EN[unit]}" if unit else tens


@cache
def numerals() -> dict[tuple[str, ...], int]:
    """Map the words of each whole number from 0 to 1000, French and English, to the number."""
    numbers = {tuple(words.split()): n for n in range(1000) for way in (french, english) for words in way(n)}
    plural = {("une",): 1, ("mille",): 1000, ("thousand",): 1000, ("one", "thousand"): 1000, ("quatre", "vingts"): 80}
    cents = {(*words[:-1], "cents"): number for words, number in numbers.items() if words[1:] and words[-1] == "cent"}
    ones = {(*words[:-1], "une"): number for words, number in numbers.items() if words[1:] and words[-1] == "un"}
    return numbers | plural | cents | ones


@lru_cache(maxsize=4096)
def read_number(
    text: str, question: str = "", low: float = float("-inf"), high: float = float("inf")
) -> tuple[float | None, str]:
    """Return the number in ``text`` and a message: None if there is no number, empty if nothing is odd.

    ``low`` and ``high`` only decide between thousands and decimals: a clear number outside is returned.

    >>> read_number("deux personnes"), read_number("1-2"), read_number("3 h", "Combien d'heures par mois ?")
    ((2.0, ''), (None, 'une plage de nombres ; écrivez un seul nombre'), (3.0, ''))
    """
    if len(text) > 300:  # no number, and slow to search
        return None, NO_NUMBER_MESSAGE
    if text.isascii() and text.isdigit():
        return float(text), ""
    if any(category(character) == "No" for character in text):  # superscripts and fractions are not digits
        return None, NO_NUMBER_MESSAGE
    folded = fold(text.translate(FULL_WIDTH))
    for shape, reason in ODD_SHAPES:
        if shape.fullmatch(folded):
            return None, reason
    if re.search(r"[0-9][^\W\d_]+[0-9]", folded):
        return None, NO_NUMBER_MESSAGE
    numbers, surroundings = extract_numbers(folded)
    if len(numbers) == 2 and numbers[0] == numbers[1] and surroundings.endswith(f"({NUMBER_PLACEHOLDER})"):  # deux (2)
        numbers, surroundings = numbers[1:], surroundings.removesuffix(f"({NUMBER_PLACEHOLDER})")
    if len(numbers) != 1:
        return None, count_note(numbers, surroundings)
    values = [value for value in numbers[0] if low <= value <= high] if len(numbers[0]) > 1 else numbers[0]
    if not numbers[0]:
        return None, NO_NUMBER_MESSAGE
    if len(values) != 1:
        return None, mark("des milliers ou des décimales, on ne sait ; écrivez le nombre sans séparateur de milliers")
    oddity = remainder_note(surroundings, question)
    return (values[0], oddity) if oddity in ("", AT_MOST_MESSAGE, ABOUT_MESSAGE) else (None, oddity)


def extract_numbers(folded: str) -> tuple[list[tuple[float, ...]], str]:
    """Return the possible values of each number in a folded text, and the text with a placeholder for each."""
    numbers: list[tuple[float, ...]] = []
    words = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", folded)
    tokens = list(TOKEN_PATTERN.finditer(words))
    surroundings, index, end = "", 0, 0
    while index < len(tokens):
        figures = tokens[index]["figures"]
        length, value = (0, 0) if figures else number_in_words(tokens[index : index + 8])
        if length or figures:
            numbers.append((float(value),) if length else read_figures(figures))
            surroundings += words[end : tokens[index].start()] + NUMBER_PLACEHOLDER
            index += max(length, 1)
            end = tokens[index - 1].end()
        else:
            index += 1
    surroundings += words[end:]
    if numbers and surroundings.startswith(
        ("-" + NUMBER_PLACEHOLDER, "+" + NUMBER_PLACEHOLDER)
    ):  # a dash followed by a space is a bullet
        sign = -1 if surroundings[0] == "-" else 1
        return [tuple(sign * value for value in numbers[0]), *numbers[1:]], surroundings[1:]
    return numbers, surroundings


def number_in_words(tokens: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Return the count of leading tokens that make the longest number in words, and that number."""
    words = list(takewhile(bool, (token["word"] for token in tokens)))
    number_by_words = numerals()
    for length in range(len(words), 0, -1):
        value = number_by_words.get(tuple(words[:length]))
        if value is not None:
            return length, value
    return 0, 0


def read_figures(text: str) -> tuple[float, ...]:
    """Return the possible values of digits: one, two if a separator is ambiguous, none if it is invalid."""
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text):
        return float(text.replace(",", ".")), float(re.sub(r"\D", "", text))
    grouped = GROUPED_PATTERN.fullmatch(text)
    if grouped and (grouped["part"] is not None or len(grouped["whole"]) > 7 or grouped["mark"] in " '"):
        return (float(f"{re.sub(r'\D', '', grouped['whole'])}.{grouped['part'] or 0}"),)
    return (float(text.replace(",", ".")),) if re.fullmatch(r"[0-9]{1,18}(?:[.,][0-9]{0,18})?", text) else ()


def parse_number(text: str) -> float | None:
    """Return the number that ``text`` states in digits only; None if it has none, several, or other text.

    A comma or point that may separate thousands is decimal.

    >>> parse_number("1 000,5"), parse_number("1 2"), parse_number("deux")
    (1000.5, None, None)
    """
    folded = fold(text) if any(map(str.isdigit, text)) else ""
    numbers, surroundings = extract_numbers(folded) if SIGNED_PATTERN.fullmatch(folded) else ([], "")
    return numbers[0][0] if surroundings == NUMBER_PLACEHOLDER and numbers[0] else None


def count_note(numbers: Sequence[tuple[float, ...]], surroundings: str) -> str:
    """Return the message for a text with no number, or with several."""
    if not numbers:
        return NO_NUMBER_MESSAGE
    words = [
        word
        for word in re.findall(r"[^\W\d_]+|\S", surroundings.split(NUMBER_PLACEHOLDER)[1])
        if word not in NEUTRAL_WORDS
    ]
    return (
        mark("une plage de nombres ; écrivez un seul nombre")
        if len(numbers) == 2 and re.fullmatch(r"[-/~]|a|ou|or|to|et|and|jusqu'a|voire", " ".join(words))
        else mark("plusieurs nombres ; écrivez-en un seul")
    )


def remainder_note(surroundings: str, question: str) -> str:
    """Return the message for the text around a number; empty if the text changes nothing."""
    if surroundings == NUMBER_PLACEHOLDER:
        return ""
    expected = set(measure_words(fold(question)))
    for words, note in CHANGING_WORDS:
        if words.search(surroundings):
            return unexpected_text(words.sub(" ", surroundings), expected) or note
    return unexpected_text(surroundings, expected)


def unexpected_text(surroundings: str, expected: set[str]) -> str:
    """Return the message for a unit or words that are not in the question; empty if there are none."""
    unexpected = {word for word in measure_words(surroundings) if word not in NEUTRAL_WORDS and word not in expected}
    signs = set(re.findall(r"[^\w\s]", surroundings)) - set(".,;:!()·*\"'«»[]…") - set(MEASURE_SIGNS)
    if unexpected == {"%"} and not signs:
        return mark("un pourcentage ; écrivez le nombre seul")
    if unexpected and not signs and unexpected <= set(MEASURE_NAMES.values()):
        return mark(
            "un nombre et une unité que la question ne demande pas ; écrivez le nombre seul, dans l'unité demandée"
        )
    return mark("un nombre et du texte ; écrivez le nombre seul") if unexpected or signs else ""


def measure_words(text: str) -> Iterator[str]:
    """Yield the words and measure signs of a folded text, each measure under one name."""
    for word in re.findall(rf"[^\W\d_]+|{MEASURE_SIGNS}", text):
        singular = word.removesuffix("s")
        yield MEASURE_NAMES.get(word) or MEASURE_NAMES.get(singular) or (word if word in NEUTRAL_WORDS else singular)


MEASURE_SIGNS = "[€$£%]"
# Each spelling of a measure -> its one name
MEASURE_NAMES = {
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
