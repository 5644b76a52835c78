"""The order of graded answers, the lowest first: by what their words mean, in French and English, or by their numbers.

An answer is read as a degree of one core word ("pas très important": -1 of "important"), as a step of a known ladder
("rarely", "monthly", "débutant"), or as a range of numbers with a unit. Answers that give none ("sans opinion") stand
off the scale. Where neither words nor numbers tell, there is no order: people are asked.
"""

import re
from collections.abc import Sequence
from functools import cache

from mentormatch.languages.vocabulary import Steps, Vocabulary, vocabulary
from mentormatch.programme.drafts.lexicon import fold, heads, number_by_word, plain, split_phrases, within

PLAIN = 2.0
"""How far an answer takes its core word if no other word says it."""
DEGREES = {
    "opposite": -4.0,
    "none": -3.0,
    "hardly": -1.0,
    "slightly": 0.5,
    "partly": 1.0,
    "fairly": 1.4,
    "mostly": 1.7,
    "very": 3.0,
    "fully": 4.0,
    "not_": -2.0,
}
"""How far words of degree take a core word, in the order in which they are tried; a negative core turns the sign."""
DAYS = {
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.4,
    "quarter": 91.3,
    "year": 365.25,
}
"""How long each unit of time is, in days."""


ONCE_A_DAY = "1 day per day"
FIGURE = re.compile(r"(?<![\w.,])(\d{1,3}(?:[ ,.]\d{3})+|\d+(?:[.,]\d+)?)(?:st|nd|rd|th|er|re|ere|eme|e)?(?![\d])")


def order_answers(answers: Sequence[str]) -> list[str] | None:
    """Return answers in their order, the lowest first, None where neither words nor numbers tell one.

    Answers off the scale are left out, unless they are a step of a ladder ("No preference", between two formats).

    >>> order_answers(["Plus de 5 ans", "1 à 2 ans", "Moins de 1 an"])
    ['Moins de 1 an', '1 à 2 ans', 'Plus de 5 ans']
    >>> order_answers(["Very important", "Not important", "No preference", "Somewhat important"])
    ['Not important', 'Somewhat important', 'Very important']
    """
    kept = [answer for answer in answers if not is_off_scale(answer)]
    if len(kept) < 2:
        return None
    ladders = vocabulary().ladders
    steps = ((given, getattr(ladders, name), name) for given in (answers, kept) for name in type(ladders).model_fields)
    stepped = ((given, in_ladder(given, ladder)) for given, ladder, name in steps if is_graded(given, ladder, name))
    for given, measured in (*stepped, (kept, in_degrees(kept)), (kept, in_ranges(kept))):
        if measured and None not in measured and len(set(measured)) == len(given):
            order = dict(zip(given, measured, strict=True))
            return sorted(given, key=lambda answer: order[answer] or 0)
    return None


def is_graded(answers: Sequence[str], ladder: Steps, name: str) -> bool:
    """Return whether answers have degrees; formats of meetings are options unless one is only preferred.

    >>> formats = vocabulary().ladders.presence
    >>> is_graded(["Online", "Either"], formats, "presence"), is_graded(["Mostly online"], formats, "presence")
    (False, True)
    """
    return name != "presence" or not {1, 3}.isdisjoint(in_ladder(answers, ladder))


def is_higher(one: str, other: str) -> bool | None:
    """Return whether ``one`` stands above ``other`` on a scale that names its ends, None where their words do not tell.

    >>> is_higher("very", "not at all"), is_higher("le moins", "le plus"), is_higher("tea", "coffee")
    (True, False, None)
    """
    scale = vocabulary().scale
    ends = [within(scale.most).search(plain(one)), within(scale.most).search(plain(other))]
    least = [within(scale.least).search(plain(one)), within(scale.least).search(plain(other))]
    if ends.count(None) == 1 or least.count(None) == 1:
        return bool(ends[0] or least[1])
    order = order_answers([one, other])
    values = [degree(one), degree(other)]
    if order is None and ({values[0][0], values[1][0]} - {""} or values[0][1] == values[1][1]):
        return None
    return order[0] == other if order else values[0][1] > values[1][1]


def is_off_scale(answer: str) -> bool:
    """Say whether an answer stands off any scale."""
    return bool(within(vocabulary().scale.off).fullmatch(plain(answer)))


def in_ladder(answers: Sequence[str], ladder: Steps) -> list[float | None]:
    """Return the step of each answer on a ladder, None for one that is none of its steps."""
    return [step_of(answer, ladder) for answer in answers]


def step_of(answer: str, ladder: Steps) -> float | None:
    """Return the step of an answer on a ladder, None where it is none of them."""
    said = heads(answer)
    found = (at for words in said for at, step in enumerate(ladder) if within(step).fullmatch(words))
    return next(found, None)


def in_degrees(answers: Sequence[str]) -> list[float | None] | None:
    """Return how far each answer goes, None where they are not degrees of one core word."""
    found = [degree(answer) for answer in answers]
    opposites = [pair.split("/") for pair in split_phrases(vocabulary().scale.opposites)]
    poles = {word: pair[0] for pair in opposites for word in pair}
    cores = [poles.get(core, core) for core, _ in found]
    plainly = sum(value == PLAIN and core not in poles for core, value in found)
    if len(set(cores) - {""}) > 1 or plainly > 1 or (len(found) < 3 and ("" in cores or len(set(cores)) > 1)):
        return None
    negative = {pair[1] for pair in opposites}
    return [-value if core in negative and value > 0 else value for core, value in found]


def degree(answer: str) -> tuple[str, float]:
    """Return the core word of an answer and how far it takes it: 2 where nothing is said, 0 where it is neutral."""
    heard = heads(answer) or [fold(answer)]
    said = heard[-1] if re.match(r"\s*\d", answer) else heard[0]
    said = re.sub(r"^(?:i am|i m|i feel|i|je suis|je|oui|yes) ", "", said)
    if within(vocabulary().scale.neutral).fullmatch(said):
        return "", 0.0
    for name, value in DEGREES.items():
        found = within(getattr(vocabulary().degrees, name)).match(said)
        if found:
            core = said[found.end() :].strip()
            return re.sub(r"\s*\d+$", "", core), value
    return re.sub(r"\s*\d+$", "", said), PLAIN


def in_ranges(answers: Sequence[str]) -> list[float | None] | None:
    """Return what orders ranges of numbers: the first number of each, a little less below it, a little more above."""
    spoken = {unit(write_figures(answer)) for answer in answers}
    found = [measure_range(answer, scaled=len(spoken - {1.0}) > 1) for answer in answers]
    rates = {
        bool(rate(vocabulary()).search(write_figures(answer)))
        for answer in answers
        if fold(answer) not in numbers(vocabulary())
    }
    classes = all(re.fullmatch(r"\d+(?:e|eme)", fold(answer)) for answer in answers)
    return None if None in found or years(answers) or classes or len(rates) > 1 else found


def years(answers: Sequence[str]) -> bool:
    """Say whether answers are years of a calendar."""
    return bool(answers) and all(re.fullmatch(r"(?:19|20)\d\d", answer.strip()) for answer in answers)


def measure_range(answer: str, *, scaled: bool = True) -> float | None:
    """Return what orders a range of numbers in days or in its own unit, None where an answer is no range.

    >>> measure_range("6 mois à 1 an") < measure_range("1 à 2 ans") < measure_range("Plus de 2 ans")
    True
    >>> measure_range("12 Green Road") is None
    True
    """
    said = write_figures(re.sub(r"\s*\(.*?\)|\s[–—-]\s(?!\d).*$", "", answer).strip().casefold())
    found, words = FIGURE.search(said), vocabulary()
    if not found or rest_of(said):
        return None
    value = float(re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", found[1]).replace(",", "."))
    amount, _, period = rate(words).sub("|", said[found.end() :], count=1).partition("|")
    value *= (unit(amount) if scaled else 1.0) / unit(period)
    if words.scale.every.anywhere.match(said):
        value = 1 / value if value else value
    below, above = bounds(words)
    nudge = -0.01 if below.search(said) else 0.01 if above.search(said) else 0.0
    return value + nudge * max(value, 0.01)


def write_figures(said: str) -> str:
    """Return a text without accents, in which small numbers are figures."""
    text = vocabulary().scale.of_one.whole.sub("de 1", fold(said)).replace("'", " ")
    text = vocabulary().scale.every_day.whole.sub(ONCE_A_DAY, text)
    for word, value in numbers(vocabulary()).items():
        text = re.sub(rf"\b{word}\b", str(value), text)
    return text


def rest_of(said: str) -> str:
    """Return what an answer says beside a range of numbers and its unit: nothing, where it is one."""
    bare = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|re|ere|eme)\b", "", said)
    bare = FIGURE.sub(" ", bare)
    for words, _ in units(vocabulary()):
        bare = words.sub(" ", bare)
    return re.sub(r"[^a-z0-9]", "", vocabulary().scale.fillers.whole.sub(" ", bare))


def unit(behind: str) -> float:
    """Return how long the first unit behind a number is, in days; 1 where there is none."""
    found = [(match.start(), days) for words, days in units(vocabulary()) if (match := words.search(behind))]
    return min(found)[1] if found else 1.0


@cache
def units(words: Vocabulary) -> tuple[tuple[re.Pattern[str], float], ...]:
    """Return the words of each unit of time and its length in days."""
    return tuple((re.compile(rf"(?<![a-z])(?:{getattr(words.units, name)})(?![a-z])"), DAYS[name]) for name in DAYS)


@cache
def rate(words: Vocabulary) -> re.Pattern[str]:
    """Return what comes before the period of a rate: two hours *per* week."""
    periods = "|".join(getattr(words.units, name) for name in DAYS)
    return re.compile(rf"(?:\b(?:{words.scale.per})|/)\s*(?=(?:{periods})\b)")


@cache
def numbers(words: Vocabulary) -> dict[str, int]:
    """Return the small numbers by their words."""
    return {**number_by_word(words.scale.numbers)} | dict.fromkeys(split_phrases(words.scale.alone), 1)


@cache
def bounds(words: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what tells that a range lies below its number, and above it."""
    scale = words.scale
    below = rf"\b(?:{scale.below})\b|^[<≤]|^-\s*\d"
    above = rf"\b(?:{scale.above})\b|^[>≥]|\+\s*\w*$|\d\s*\+|\b(?:{scale.and_above})\b|\bplus$"
    return re.compile(below), re.compile(above)
