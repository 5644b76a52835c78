"""What came in, in plain French: the sentences, the tables and the bars of the report before any solving."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from mentormatch.fields import Side, Use
from mentormatch.french import counted, listed
from mentormatch.inspection.columns import Fill, Question, Spread
from mentormatch.inspection.market import Prospects, Scarce, Seats
from mentormatch.inspection.rows import Fates, FileRead
from mentormatch.inspection.whole import Intake
from mentormatch.people import Fate
from mentormatch.report.view import TONES

KINDS: Mapping[str, str] = {
    "choice": "une option",
    "choices": "plusieurs options",
    "ranking": "un classement",
    "levels": "une grille de niveaux",
    "scale": "une échelle",
    "number": "un nombre",
    "slots": "des créneaux",
    "place": "un lieu",
    "names": "des noms",
    "yesno": "oui ou non",
    "text": "un texte",
}
USES: Mapping[Use, str] = {
    "key": "identifiant",
    "contact": "coordonnées",
    "match": "appariement",
    "display": "lu par l'équipe",
    "consent": "accord",
    "forbidden": "jamais lu",
}
HOW: Mapping[str, str] = {
    "texte": "ses mots",
    "identifiant": "son identifiant",
    "correspondance": "la correspondance",
    "": "rien : absente",
}
FATES: Mapping[Fate, tuple[str, str]] = {
    "taken": ("prise", "prises"),
    "incomplete": ("incomplète", "incomplètes"),
    "replaced": ("remplacée", "remplacées"),
    "rejected": ("rejetée", "rejetées"),
}
PEOPLE: Mapping[Side, str] = {"mentor": "mentor·e", "mentee": "mentoré·e"}
BLUES = ("#dbe7f0", "#b3cde0", "#7fa9c8", "#4a84ad", "#1f5f8b", "#133d5a")
"""From the lowest level of a grid to the highest."""
PROPOSALS = "Rien n'est encore décidé : aucun binôme n'a été formé pour ce rapport."


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar, in hundredths of the longest."""

    start: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class Track:
    """One option with its bar: ``counts`` in words, one for each entry of the legend, and ``total`` of them."""

    label: str
    counts: str
    total: int
    segments: tuple[Segment, ...]


def rows_in_words(fates: Fates) -> str:
    """Return how many rows came in, and what became of them."""
    told = [counted(count, *FATES[fate]) for fate, count in fates.counts.items()]
    rows = counted(len(fates.rows), "ligne")
    return f"{rows} : {', '.join(told)}" if told else rows


def lead(intake: Intake) -> str:
    """Return in a sentence or two what came in and what may come of it."""
    market = intake.market
    possible = "" if market.problem else f" Les règles permettent {market.possible} binômes sur {market.pairs}."
    return f"{rows_in_words(intake.fates)}.{possible}"


def figures(intake: Intake) -> Iterator[tuple[int, str]]:
    """Yield the numbers that stand at the top, each with its noun."""
    for seats in intake.market.seats:
        noun = PEOPLE[seats.side]
        yield seats.taking_part, f"{noun}{'s' * (seats.taking_part > 1)} qui participe{'nt' * (seats.taking_part > 1)}"
    aside, remarks = len(intake.fates.others), len(intake.remarks.told)
    yield aside, "ligne à regarder" if aside < 2 else "lignes à regarder"
    yield remarks, "remarque" if remarks < 2 else "remarques"


def outlook(market: Prospects) -> Iterator[str]:
    """Yield what is to be expected before any pair is formed, what weighs most first."""
    if market.problem:
        yield market.problem
        return
    yield from shortages({seats.side: seats for seats in market.seats})
    alone = [one.person for one in market.scarce if not one.partners]
    if alone:
        yield f"{listed(alone)} : aucun partenaire possible avec ces règles."
    few = [one.person for one in market.scarce if one.partners]
    if few:
        yield f"{listed(few)} : un ou deux partenaires possibles seulement."
    for one in market.unmet:
        yield f"« {one.option} » : {counted(one.asked, 'demande')}, et aucun·e mentor·e n'y répond ({one.criterion})."


def shortages(seats: Mapping[Side, Seats]) -> Iterator[str]:
    """Yield that one side has fewer places than the other has people."""
    sides: tuple[tuple[Side, Side], ...] = (("mentor", "mentee"), ("mentee", "mentor"))
    for giving, seeking in sides:
        places, people = seats[giving].places, seats[seeking].taking_part
        if places < people:
            yield (
                f"{counted(places, 'place')} chez les {PEOPLE[giving]}s pour {counted(people, PEOPLE[seeking])} :"
                f" {counted(people - places, 'personne')} au moins sans binôme."
            )


def seat_rows(market: Prospects) -> Iterator[tuple[str, int, int, int, str]]:
    """Yield for each side its people, who takes part, the places, and who is set aside why."""
    for one in market.seats:
        aside = ", ".join(f"{reason} ({count})" for reason, count in one.set_aside)
        yield f"{PEOPLE[one.side]}s", one.people, one.taking_part, one.places, aside


def scarce_rows(market: Prospects) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield everybody with few partners: who, side, how many, whom, and the rules that take the others away."""
    for one in market.scarce:
        yield one.person, PEOPLE[one.side], len(one.partners), ", ".join(one.partners), leaving(one)


def reach_in_words(market: Prospects) -> Iterator[str]:
    """Yield for each side how many possible partners its people have."""
    for side, noun in PEOPLE.items():
        counts = [one.partners for one in market.reach if one.side == side]
        if counts:
            spread = spread_in_words(Spread(min(counts), median(counts), max(counts)))
            yield f"Partenaires possibles d'un·e {noun} : {spread}."


def reach_rows(market: Prospects) -> Iterator[tuple[str, str, int]]:
    """Yield everybody who takes part: who, side, how many possible partners."""
    yield from ((one.person, PEOPLE[one.side], one.partners) for one in market.reach)


def leaving(one: Scarce) -> str:
    """Return the rules that take partners from somebody; several may take the same."""
    told = [f"« {rule} » en écarte {count}" for rule, count in one.leaving]
    return f"sur {one.others} : {', '.join(told)}" if told else ""


def reading_rows(files: Sequence[FileRead]) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield how each file was read: its tool, its rows and columns, its encoding and delimiter or its sheet."""
    for one in files:
        manner = [one.encoding or "", f"séparateur {shown(one.delimiter)}" if one.delimiter else "", one.sheet or ""]
        yield one.source, one.tool, one.rows, one.columns, ", ".join(text for text in manner if text)


def shown(delimiter: str) -> str:
    """Return a delimiter so that it can be seen."""
    return "tabulation" if delimiter == "\t" else f"« {delimiter} »"


def question_rows(asked: Sequence[Question]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield each question: its words, its kind, its use, how it was found, how many of each side answered."""
    for one in asked:
        yield one.question, KINDS[one.kind], USES[use_of(one)], HOW[one.how], *answered(one)


def use_of(question: Question) -> Use:
    """Return the use of a question."""
    return next(use for use in USES if use == question.use)


def answered(question: Question) -> tuple[str, str]:
    """Return how many mentors and how many mentees answered, empty where a side was not asked."""
    told: dict[Side, str] = {fill.side: fill_in_words(fill) for fill in question.fills}
    return told.get("mentor", ""), told.get("mentee", "")


def fill_in_words(fill: Fill) -> str:
    """Return how many answered, of how many."""
    return f"{fill.answered} sur {fill.asked}"


def answer_rows(asked: Sequence[Question]) -> Iterator[tuple[str, str, str, int]]:
    """Yield how often each option of each question was given, by side or by level."""
    for one in asked:
        for bar in one.bars:
            yield from ((one.question, bar.label, name, n) for name, n in zip(one.legend, bar.counts, strict=True))


def spread_in_words(spread: Spread) -> str:
    """Return the least, the greatest and the median of some numbers.

    >>> spread_in_words(Spread(0, 1.5, 3))
    'de 0 à 3, médiane 1,5'
    """
    least, median, most = (f"{value:g}".replace(".", ",") for value in (spread.least, spread.median, spread.most))
    return f"de {least} à {most}, médiane {median}"


def tones(question: Question) -> tuple[str, ...]:
    """Return the colour of each entry of the legend: a side each, or from the lowest level to the highest."""
    count = len(question.legend)
    if question.kind != "levels":
        return tuple(TONES[0] if name.startswith("mentor·") else TONES[1] for name in question.legend)
    return tuple(BLUES[round(place * (len(BLUES) - 1) / max(1, count - 1))] for place in range(count))


def tracks(question: Question) -> Iterator[Track]:
    """Yield a bar for each option, the longest 100 wide."""
    longest = max((bar.total for bar in question.bars), default=0) or 1
    for bar in question.bars:
        starts = [sum(bar.counts[:place]) for place in range(len(bar.counts))]
        segments = tuple(
            Segment(round(100 * start / longest, 3), round(100 * count / longest, 3), tone)
            for start, count, tone in zip(starts, bar.counts, tones(question), strict=True)
            if count
        )
        yield Track(bar.label, " + ".join(map(str, bar.counts)), bar.total, segments)
