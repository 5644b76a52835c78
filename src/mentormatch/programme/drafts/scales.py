"""The order of graded answers, the lowest first: by what their words mean, in French and English, or by their numbers.

An answer is read as a degree of one core word ("pas très important": -1 of "important"), as a step of a known ladder
("rarely", "monthly", "débutant"), or as a range of numbers with a unit. Answers that give none ("sans opinion") stand
off the scale. Where neither words nor numbers tell, there is no order: people are asked.
"""

import re
from collections.abc import Sequence
from functools import cache

from mentormatch.programme.drafts.ladders import DEGREES, LADDERS, NEUTRAL, OFF, PLAIN, POLES
from mentormatch.programme.drafts.patterns import fold, heads, plain, within

MOST = "most, le plus, la plus, best, meilleur*, highest, maximum, max, strongest"
LEAST = "least, le moins, la moins, worst, pire, lowest, minimum, min, weakest"
"""Words of the ends of a scale."""
UNITS = (
    ("minutes?|min|mn", 1 / 1440),
    ("hours?|heures?|hrs?|h", 1 / 24),
    ("days?|jours?|j", 1.0),
    ("weeks?|semaines?|wks?", 7.0),
    ("months?|mois", 30.4),
    ("quarters?|trimestres?", 91.3),
    ("years?|yrs?|ans?|annees?|yo", 365.25),
)
RATE = re.compile(rf"(?:\b(?:par|per|a|an|each|every|chaque)|/)\s*(?=(?:{'|'.join(words for words, _ in UNITS)})\b)")
"""What comes before the period of a rate: two hours *per* week."""
EVERY_DAY = re.compile(r"\b(?:tous les jours|chaque jour|quotidien\w*|every day|daily)\b")
SMALL_NUMBERS = {
    word: value
    for value, words in enumerate(
        (
            "none aucun aucune zero never jamais",
            "un une one once",
            "deux two twice",
            "trois three",
            "quatre four",
            "cinq five",
            "six",
            "sept seven",
            "huit eight",
            "neuf nine",
            "dix ten",
        )
    )
    for word in words.split()
} | {"moi seul": 1, "just me": 1}
BELOW = re.compile(
    r"\b(?:moins|jusqu|less|under|below|fewer|up to|at most|au plus|maximum|inferieur\w*)\b|^[<≤]|^-\s*\d"
)
ABOVE = re.compile(
    r"\b(?:plus de|plus d'|more than|over|above|at least|au moins|superieur\w*|minimum|beyond|au dela|onwards)\b|^[>≥]"
    r"|\+\s*\w*$|\d\s*\+|\b(?:et|ou|and|or) (?:plus|more|over|above|older|up)\b|\bplus$"
)
FIGURE = re.compile(r"(?<![\w.,])(\d{1,3}(?:[ ,.]\d{3})+|\d+(?:[.,]\d+)?)(?:st|nd|rd|th|er|re|ere|eme|e)?(?![\d])")
FILLER = re.compile(
    r"\b(?:moins|jusqu|less|than|under|below|fewer|up|to|at|most|least|au|plus|maximum|minimum|more|over|"
    r"above|or|ou|et|and|entre|between|de|d|a|from|environ|about|around|less|par|per"
    r"|an?|the|of|un|une|employees?|salaries?|personnes?|people|persons?|mentees?|mentores?|experience|"
    r"old|age|in|with|each|every|fois|times?|moi|seul|just|me|year|old|euros?|eur|gbp|usd|k|annee|etudes?|"
    r"study|seance\w*|session\w*|rendez|vous|meeting\w*|call\w*"
    r"|every|tous|toutes|chaque|level|niveau|stage|phase|grade|semester|semestre|class|classe|only|older|"
    r"members?|membres?|articles?|papers?|projects?|projets?|km|miles?|kg|cm|m|mentors?|students?|"
    r"etudiant\w*)\b"
)


def order_answers(answers: Sequence[str]) -> list[str] | None:
    """Return answers in their order, the lowest first, None where neither words nor numbers tell one.

    Answers off the scale are left out.

    >>> order_answers(["Plus de 5 ans", "1 à 2 ans", "Moins de 1 an"])
    ['Moins de 1 an', '1 à 2 ans', 'Plus de 5 ans']
    >>> order_answers(["Very important", "Not important", "No preference", "Somewhat important"])
    ['Not important', 'Somewhat important', 'Very important']
    """
    kept = [answer for answer in answers if not is_off_scale(answer)]
    if len(kept) < 2:
        return None
    for measured in (*(in_ladder(kept, ladder) for ladder in LADDERS), in_degrees(kept), in_ranges(kept)):
        if measured and None not in measured and len(set(measured)) == len(kept):
            order = dict(zip(kept, measured, strict=True))
            return sorted(kept, key=lambda answer: order[answer] or 0)
    return None


def is_higher(one: str, other: str) -> bool | None:
    """Return whether ``one`` stands above ``other`` on a scale that names its ends, None where their words do not tell.

    >>> is_higher("very", "not at all"), is_higher("le moins", "le plus"), is_higher("tea", "coffee")
    (True, False, None)
    """
    ends = [within(MOST).search(plain(one)), within(MOST).search(plain(other))]
    least = [within(LEAST).search(plain(one)), within(LEAST).search(plain(other))]
    if ends.count(None) == 1 or least.count(None) == 1:
        return bool(ends[0] or least[1])
    order = order_answers([one, other])
    values = [degree(one), degree(other)]
    if order is None and ({values[0][0], values[1][0]} - {""} or values[0][1] == values[1][1]):
        return None
    return order[0] == other if order else values[0][1] > values[1][1]


def is_off_scale(answer: str) -> bool:
    """Say whether an answer stands off any scale."""
    return bool(within(OFF).fullmatch(plain(answer)))


@cache
def steps(ladder: str) -> tuple[str, ...]:
    """Return the steps of a ladder, each with its synonyms."""
    return tuple(step for step in ladder.split("|") if step.strip() != "*")


def in_ladder(answers: Sequence[str], ladder: str) -> list[float | None]:
    """Return the step of each answer on a ladder, None for one that is none of its steps."""
    return [step_of(answer, ladder) for answer in answers]


def step_of(answer: str, ladder: str) -> float | None:
    """Return the step of an answer on a ladder, None where it is none of them."""
    said = heads(answer)
    found = (at for words in said for at, step in enumerate(steps(ladder)) if within(step).fullmatch(words))
    return next(found, None)


def in_degrees(answers: Sequence[str]) -> list[float | None] | None:
    """Return how far each answer goes, None where they are not degrees of one core word."""
    found = [degree(answer) for answer in answers]
    poles = {word: pair[0] for pair in POLES for word in pair}
    cores = [poles.get(core, core) for core, _ in found]
    plainly = sum(value == PLAIN and core not in poles for core, value in found)
    if len(set(cores) - {""}) > 1 or plainly > 1 or (len(found) < 3 and ("" in cores or len(set(cores)) > 1)):
        return None
    negative = {pair[1] for pair in POLES}
    return [-value if core in negative and value > 0 else value for core, value in found]


def degree(answer: str) -> tuple[str, float]:
    """Return the core word of an answer and how far it takes it: 2 where nothing is said, 0 where it is neutral."""
    heard = heads(answer) or [fold(answer)]
    said = heard[-1] if re.match(r"\s*\d", answer) else heard[0]
    said = re.sub(r"^(?:i am|i m|i feel|i|je suis|je|oui|yes) ", "", said)
    if within(NEUTRAL).fullmatch(said):
        return "", 0.0
    for value, words in DEGREES:
        found = re.match(within(words).pattern, said)
        if found:
            core = said[found.end() :].strip()
            return re.sub(r"\s*\d+$", "", core), float(value)
    return re.sub(r"\s*\d+$", "", said), PLAIN


def in_ranges(answers: Sequence[str]) -> list[float | None] | None:
    """Return what orders ranges of numbers: the first number of each, a little less below it, a little more above."""
    spoken = {unit(write_figures(answer)) for answer in answers}
    found = [bound(answer, scaled=len(spoken - {1.0}) > 1) for answer in answers]
    rates = {bool(RATE.search(write_figures(answer))) for answer in answers if fold(answer) not in SMALL_NUMBERS}
    classes = all(re.fullmatch(r"\d+(?:e|eme)", fold(answer)) for answer in answers)
    return None if None in found or years(answers) or classes or len(rates) > 1 else found


def years(answers: Sequence[str]) -> bool:
    """Say whether answers are years of a calendar."""
    return bool(answers) and all(re.fullmatch(r"(?:19|20)\d\d", answer.strip()) for answer in answers)


def bound(answer: str, *, scaled: bool = True) -> float | None:
    """Return what orders a range of numbers in days or in its own unit, None where an answer is no range.

    >>> bound("6 mois à 1 an") < bound("1 à 2 ans") < bound("Plus de 2 ans")
    True
    >>> bound("12 Green Road") is None
    True
    """
    said = write_figures(re.sub(r"\s*\(.*?\)|\s[–—-]\s(?!\d).*$", "", answer).strip().casefold())
    found = FIGURE.search(said)
    if not found or rest_of(said):
        return None
    value = float(re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", found[1]).replace(",", "."))
    amount, _, period = RATE.sub("|", said[found.end() :], count=1).partition("|")
    value *= (unit(amount) if scaled else 1.0) / unit(period)
    if re.match(r"every|tous|toutes", said):
        value = 1 / value if value else value
    nudge = -0.01 if BELOW.search(said) else 0.01 if ABOVE.search(said) else 0.0
    return value + nudge * max(value, 0.01)


def write_figures(said: str) -> str:
    """Return a text without accents, in which small numbers are figures."""
    words = fold(said).replace("d'un ", "de 1 ").replace("d'une ", "de 1 ").replace("'", " ")
    words = EVERY_DAY.sub("1 day per day", words)
    for word, value in SMALL_NUMBERS.items():
        words = re.sub(rf"\b{word}\b", str(value), words)
    return words


def rest_of(said: str) -> str:
    """Return what an answer says beside a range of numbers and its unit: nothing, where it is one."""
    bare = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|re|ere|eme)\b", "", said)
    bare = FIGURE.sub(" ", bare)
    for words, _ in UNITS:
        bare = re.sub(rf"(?<![a-z])(?:{words})(?![a-z])", " ", bare)
    return re.sub(r"[^a-z0-9]", "", FILLER.sub(" ", bare))


def unit(behind: str) -> float:
    """Return how long the first unit behind a number is, in days; 1 where there is none."""
    found = [
        (match.start(), days)
        for words, days in UNITS
        if (match := re.search(rf"(?<![a-z])(?:{words})(?![a-z])", behind))
    ]
    return min(found)[1] if found else 1.0
