"""Graded answers -> the answers from lowest to highest, by the meaning of their words or by their numbers.

An answer is parsed as a degree of one core word ("pas très important": -1 of "important"), as a step of a known scale
("rarely", "monthly", "débutant"), or as a range of numbers with a unit. A neutral answer ("mixed") is the middle of a
scale, an answer without opinion ("sans opinion") is off it. If neither words nor numbers give an order, the result is
None: staff must order the answers.
"""

import re
from collections.abc import Sequence
from functools import cache

from mentormatch.languages.vocabulary import Steps, Vocabulary, vocabulary
from mentormatch.programme.drafts.lexicon import (
    compile_phrases,
    fold,
    get_readings,
    normalize_words,
    number_by_word,
    split_phrases,
)

DEFAULT_DEGREE = 2.0  # of an answer without a word of degree
# Words of degree in the order in which they are tried; a negative core word changes the sign
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
DAYS_PER_UNIT = {
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.4,
    "quarter": 91.3,
    "year": 365.25,
}
NUMBER_PATTERN = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[ ,.]\d{3})+|\d+(?:[.,]\d+)?)(?:st|nd|rd|th|er|re|ere|eme|e)?(?![\d])"
)


def order_answers(answers: Sequence[str]) -> list[str] | None:
    """Return answers from lowest to highest; None if neither words nor numbers give an order.

    Answers off the scale are left out, unless they are a step of a known scale ("No preference", between two formats).

    >>> order_answers(["Plus de 5 ans", "1 à 2 ans", "Moins de 1 an"])
    ['Moins de 1 an', '1 à 2 ans', 'Plus de 5 ans']
    >>> order_answers(["Very important", "Not important", "No preference", "Somewhat important"])
    ['Not important', 'Somewhat important', 'Very important']
    """
    on_scale = [answer for answer in answers if not is_off_scale(answer)]
    if len(on_scale) < 2:
        return None
    ladders = vocabulary().ladders
    steps = (
        (texts, getattr(ladders, name), name) for texts in (answers, on_scale) for name in type(ladders).model_fields
    )
    measured_steps = (
        (texts, compute_steps(texts, ladder)) for texts, ladder, name in steps if is_graded(texts, ladder, name)
    )
    for texts, values in (
        *measured_steps,
        (on_scale, compute_degrees(on_scale)),
        (on_scale, compute_range_values(on_scale)),
    ):
        if values and None not in values and len(set(values)) == len(texts):
            order = dict(zip(texts, values, strict=True))
            return sorted(texts, key=lambda answer: order[answer] or 0)
    return None


def is_graded(answers: Sequence[str], ladder: Steps, name: str) -> bool:
    """Return whether answers have degrees; formats of meetings are options unless one is only preferred.

    >>> formats = vocabulary().ladders.presence
    >>> is_graded(["Online", "Either"], formats, "presence"), is_graded(["Mostly online"], formats, "presence")
    (False, True)
    """
    return name != "presence" or not {1, 3}.isdisjoint(compute_steps(answers, ladder))


def is_higher(one: str, other: str) -> bool | None:
    """Return whether ``one`` is above ``other``, two ends of a scale; None if their words do not show it.

    >>> is_higher("very", "not at all"), is_higher("le moins", "le plus"), is_higher("tea", "coffee")
    (True, False, None)
    """
    scale = vocabulary().scale
    most_matches = [
        compile_phrases(scale.most).search(normalize_words(one)),
        compile_phrases(scale.most).search(normalize_words(other)),
    ]
    least_matches = [
        compile_phrases(scale.least).search(normalize_words(one)),
        compile_phrases(scale.least).search(normalize_words(other)),
    ]
    if most_matches.count(None) == 1 or least_matches.count(None) == 1:
        return bool(most_matches[0] or least_matches[1])
    order = order_answers([one, other])
    values = [parse_degree(one), parse_degree(other)]
    if order is None and ({values[0][0], values[1][0]} - {""} or values[0][1] == values[1][1]):
        return None
    return order[0] == other if order else values[0][1] > values[1][1]


def is_off_scale(answer: str) -> bool:
    return bool(compile_phrases(vocabulary().scale.off).fullmatch(normalize_words(answer)))


def compute_steps(answers: Sequence[str], ladder: Steps) -> list[float | None]:
    return [find_step(answer, ladder) for answer in answers]


def find_step(answer: str, ladder: Steps) -> float | None:
    """Return the index of the step that an answer names; None if it names none."""
    variants = get_readings(answer)
    steps = (index for text in variants for index, step in enumerate(ladder) if compile_phrases(step).fullmatch(text))
    return next(steps, None)


def compute_degrees(answers: Sequence[str]) -> list[float | None] | None:
    """Return the degree of each answer; None unless all are degrees of one core word or of its opposite."""
    degrees = [parse_degree(answer) for answer in answers]
    opposites = [pair.split("/") for pair in split_phrases(vocabulary().scale.opposites)]
    poles = {word: pair[0] for pair in opposites for word in pair}
    cores = [poles.get(core, core) for core, _ in degrees]
    plain_count = sum(value == DEFAULT_DEGREE and core not in poles for core, value in degrees)
    if len(set(cores) - {""}) > 1 or plain_count > 1 or (len(degrees) < 3 and ("" in cores or len(set(cores)) > 1)):
        return None
    negative = {pair[1] for pair in opposites}
    return [-value if core in negative and value > 0 else value for core, value in degrees]


def parse_degree(answer: str) -> tuple[str, float]:
    """Return the core word of an answer and its degree: 2 without a word of degree, 0 for a neutral answer."""
    variants = get_readings(answer) or [fold(answer)]
    text = variants[-1] if re.match(r"\s*\d", answer) else variants[0]
    text = re.sub(r"^(?:i am|i m|i feel|i|je suis|je|oui|yes) ", "", text)
    if compile_phrases(vocabulary().scale.neutral).fullmatch(text):
        return "", 0.0
    for name, value in DEGREES.items():
        match = compile_phrases(getattr(vocabulary().degrees, name)).match(text)
        if match:
            core = text[match.end() :].strip()
            return re.sub(r"\s*\d+$", "", core), value
    return re.sub(r"\s*\d+$", "", text), DEFAULT_DEGREE


def compute_range_values(answers: Sequence[str]) -> list[float | None] | None:
    """Return a number per answer by which ranges of numbers are ordered; None unless all are comparable ranges."""
    units_in_days = {get_unit_days(write_figures(answer)) for answer in answers}
    values = [measure_range(answer, scaled=len(units_in_days - {1.0}) > 1) for answer in answers]
    rates = {
        bool(get_rate_pattern(vocabulary()).search(write_figures(answer)))
        for answer in answers
        if fold(answer) not in get_number_words(vocabulary())
    }
    are_school_classes = all(re.fullmatch(r"\d+(?:e|eme)", fold(answer)) for answer in answers)
    return None if None in values or are_years(answers) or are_school_classes or len(rates) > 1 else values


def are_years(answers: Sequence[str]) -> bool:
    return bool(answers) and all(re.fullmatch(r"(?:19|20)\d\d", answer.strip()) for answer in answers)


def measure_range(answer: str, *, scaled: bool = True) -> float | None:
    """Return the number by which a range is ordered, in days, in its unit, or per day for a rate; None for other texts.

    It is the first number, slightly lower for "less than" and slightly higher for "more than".

    >>> measure_range("6 mois à 1 an") < measure_range("1 à 2 ans") < measure_range("Plus de 2 ans")
    True
    >>> measure_range("12 Green Road") is None
    True
    """
    text = write_figures(re.sub(r"\s*\(.*?\)|\s[–—-]\s(?!\d).*$", "", answer).strip().casefold())
    match, words = NUMBER_PATTERN.search(text), vocabulary()
    if not match or get_other_letters(text):
        return None
    value = float(re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", match[1]).replace(",", "."))
    amount, _, period = get_rate_pattern(words).sub("|", text[match.end() :], count=1).partition("|")
    value *= (get_unit_days(amount) if scaled else 1.0) / get_unit_days(period)
    if words.scale.every.anywhere.match(text):
        value = 1 / value if value else value
    below, above = get_bound_patterns(words)
    nudge = -0.01 if below.search(text) else 0.01 if above.search(text) else 0.0
    return value + nudge * max(value, 0.01)


def write_figures(answer: str) -> str:
    """Return a text without accents, with small numbers as digits."""
    text = vocabulary().scale.of_one.whole.sub("de 1", fold(answer)).replace("'", " ")
    text = vocabulary().scale.every_day.whole.sub("1 day per day", text)
    for word, value in get_number_words(vocabulary()).items():
        text = re.sub(rf"\b{word}\b", str(value), text)
    return text


def get_other_letters(text: str) -> str:
    """Return the letters and digits of an answer that belong neither to a range of numbers nor to its unit."""
    remaining = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|re|ere|eme)\b", "", text)
    remaining = NUMBER_PATTERN.sub(" ", remaining)
    for words, _ in get_unit_patterns(vocabulary()):
        remaining = words.sub(" ", remaining)
    return re.sub(r"[^a-z0-9]", "", vocabulary().scale.fillers.whole.sub(" ", remaining))


def get_unit_days(after_number: str) -> float:
    """Return the length in days of the first unit after a number; 1 if there is none."""
    positions = [
        (match.start(), days)
        for words, days in get_unit_patterns(vocabulary())
        if (match := words.search(after_number))
    ]
    return min(positions)[1] if positions else 1.0


@cache
def get_unit_patterns(words: Vocabulary) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple(
        (re.compile(rf"(?<![a-z])(?:{getattr(words.units, name)})(?![a-z])"), DAYS_PER_UNIT[name])
        for name in DAYS_PER_UNIT
    )


@cache
def get_rate_pattern(words: Vocabulary) -> re.Pattern[str]:
    """Return the pattern of the words before the period of a rate: two hours *per* week."""
    periods = "|".join(getattr(words.units, name) for name in DAYS_PER_UNIT)
    return re.compile(rf"(?:\b(?:{words.scale.per})|/)\s*(?=(?:{periods})\b)")


@cache
def get_number_words(words: Vocabulary) -> dict[str, int]:
    """Map the words of small numbers to their values."""
    return {**number_by_word(words.scale.numbers)} | dict.fromkeys(split_phrases(words.scale.alone), 1)


@cache
def get_bound_patterns(words: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of "less than", and that of "more than", in a folded range."""
    scale = words.scale
    below = rf"\b(?:{scale.below})\b|^[<≤]|^-\s*\d"
    above = rf"\b(?:{scale.above})\b|^[>≥]|\+\s*\w*$|\d\s*\+|\b(?:{scale.and_above})\b|\bplus$"
    return re.compile(below), re.compile(above)
