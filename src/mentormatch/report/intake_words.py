"""What came in, in plain words: the sentences, the tables and the bars of the report before any solving."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from mentormatch.base.theme import palette
from mentormatch.explanation.names import in_role
from mentormatch.explanation.tables import SIDE_WORDS
from mentormatch.fields import Side, Use
from mentormatch.inspection.intake import AnswerSpread, Intake, Question, ResponseCount
from mentormatch.inspection.market import FewOptions, Prospects, SideCapacity
from mentormatch.inspection.section import Fates, FileRead
from mentormatch.languages.phrases import about, counted, listed, plain, quoted
from mentormatch.languages.translation import everywhere, mark, tr, tr_n
from mentormatch.people.cohort import RowStatus
from mentormatch.report.view import TONES

KINDS: Mapping[str, str] = {
    "choice": mark("une option"),
    "choices": mark("plusieurs options"),
    "ranking": mark("un classement"),
    "levels": mark("une grille de niveaux"),
    "scale": mark("une échelle"),
    "number": mark("un nombre"),
    "slots": mark("des créneaux"),
    "place": mark("un lieu"),
    "names": mark("des noms"),
    "yesno": mark("oui ou non"),
    "text": mark("un texte"),
}
USES: Mapping[Use, str] = {
    "key": mark("identifiant"),
    "contact": mark("coordonnées"),
    "match": mark("appariement"),
    "display": mark("lu par l'équipe"),
    "consent": mark("accord"),
    "forbidden": mark("jamais lu"),
}
HOW: Mapping[str, str] = {
    "texte": mark("ses mots"),
    "identifiant": mark("son identifiant"),
    "correspondance": mark("la correspondance"),
    "": mark("rien : absente"),
}
FATE: Mapping[RowStatus, str] = {
    "taken": mark("prise"),
    "incomplete": mark("incomplète"),
    "replaced": mark("remplacée"),
    "rejected": mark("rejetée"),
}
FATES: Mapping[RowStatus, Callable[[int], str]] = {
    "taken": lambda count: counted(count, "prise"),
    "incomplete": lambda count: counted(count, "incomplète"),
    "replaced": lambda count: counted(count, "remplacée"),
    "rejected": lambda count: counted(count, "rejetée"),
}
"""What became of a row, and of so many."""
PEOPLE: Mapping[Side, str] = {"mentor": mark("mentor·es"), "mentee": mark("mentoré·es")}
SHORT: Mapping[Side, str] = {
    "mentor": mark("{places} chez les mentor·es pour {people} : {short} au moins sans binôme."),
    "mentee": mark("{places} chez les mentoré·es pour {people} : {short} au moins sans binôme."),
}
SEEKING: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: counted(count, "mentor·e"),
    "mentee": lambda count: counted(count, "mentoré·e"),
}
REACH: Mapping[Side, str] = {
    "mentor": mark("Partenaires possibles d'un·e mentor·e : {spread}."),
    "mentee": mark("Partenaires possibles d'un·e mentoré·e : {spread}."),
}
TAKING_PART: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: tr_n("mentor·e qui participe", "mentor·es qui participent", count),
    "mentee": lambda count: tr_n("mentoré·e qui participe", "mentoré·es qui participent", count),
}
BLUES = palette("shade")
"""From the lowest level of a grid to the highest."""
PROPOSALS = mark("Rien n'est encore décidé : aucun binôme n'a été formé pour ce rapport.")


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
    fates_in_words = [FATES[fate](count) for fate, count in fates.counts.items()]
    rows = counted(len(fates.rows), "ligne")
    return about(rows, ", ".join(fates_in_words)) if fates_in_words else rows


def lines_in_words(source: str, lines: str) -> str:
    """Return which lines of a file are taken; its name is empty where there is only one file."""
    if source:
        return tr("{source}, lignes prises : {lines}.", source=source, lines=lines)
    return tr("Lignes prises : {lines}.", lines=lines)


def lead(intake: Intake) -> str:
    """Return in a sentence or two what came in and what may come of it."""
    market = intake.market
    sentence = f"{rows_in_words(intake.fates)}."
    if market.problem:
        return sentence
    return tr(
        "{told} Les règles permettent {possible} binômes sur {pairs}.",
        told=sentence,
        possible=market.possible,
        pairs=market.pairs,
    )


def figures(intake: Intake) -> Iterator[tuple[int, str]]:
    """Yield the numbers that stand at the top, each with its noun."""
    for seats in intake.market.seats:
        yield seats.taking_part, TAKING_PART[seats.side](seats.taking_part)
    aside, remarks = len(intake.fates.others), len(intake.remarks.told)
    yield aside, tr_n("ligne à regarder", "lignes à regarder", aside)
    yield remarks, tr_n("remarque", "remarques", remarks)


def outlook(market: Prospects) -> Iterator[str]:
    """Yield what is to be expected before any pair is formed, what weighs most first."""
    if market.problem:
        yield market.problem
        return
    yield from shortages({seats.side: seats for seats in market.seats})
    names = dict(zip(market.scarce, name_scarce(market), strict=True))
    alone = [name for one, name in names.items() if not one.partners]
    if alone:
        yield tr("{people} : aucun partenaire possible avec ces règles.", people=listed(alone))
    few = [name for one, name in names.items() if one.partners]
    if few:
        yield tr("{people} : un ou deux partenaires possibles seulement.", people=listed(few))
    for one in market.unmet:
        yield tr(
            "« {option} » : {asked}, et aucun·e mentor·e n'y répond ({criterion}).",
            option=one.option,
            asked=counted(one.asked, "demande"),
            criterion=one.criterion,
        )


def name_scarce(market: Prospects) -> list[str]:
    """Return what everybody with few partners is called, and in which role where both sides have somebody called so."""
    sides = Counter(person for person, _ in {(one.person, one.side) for one in market.reach})
    return [in_role(one.person, one.side) if sides[one.person] > 1 else one.person for one in market.scarce]


def shortages(seats: Mapping[Side, SideCapacity]) -> Iterator[str]:
    """Yield that one side has fewer places than the other has people."""
    sides: tuple[tuple[Side, Side], ...] = (("mentor", "mentee"), ("mentee", "mentor"))
    for giving, seeking in sides:
        places, people = seats[giving].places, seats[seeking].taking_part
        if places < people:
            yield tr(
                SHORT[giving],
                places=counted(places, "place"),
                people=SEEKING[seeking](people),
                short=counted(people - places, "personne"),
            )


def seat_rows(market: Prospects) -> Iterator[tuple[str, int, int, int, str]]:
    """Yield for each side its people, who takes part, the places, and who is set aside why."""
    for one in market.seats:
        aside = ", ".join(f"{reason} ({count})" for reason, count in one.set_aside)
        yield tr(PEOPLE[one.side]), one.people, one.taking_part, one.places, aside


def scarce_rows(market: Prospects) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield everybody with few partners: who, side, how many, whom, and the rules that take the others away."""
    for one in market.scarce:
        yield one.person, tr(SIDE_WORDS[one.side]), len(one.partners), ", ".join(one.partners), leaving(one)


def reach_in_words(market: Prospects) -> Iterator[str]:
    """Yield for each side how many possible partners its people have."""
    for side, sentence in REACH.items():
        counts = [one.partners for one in market.reach if one.side == side]
        if counts:
            spread = spread_in_words(AnswerSpread(min(counts), median(counts), max(counts)))
            yield tr(sentence, spread=spread)


def reach_rows(market: Prospects) -> Iterator[tuple[str, str, int]]:
    """Yield everybody who takes part: who, side, how many possible partners."""
    yield from ((one.person, tr(SIDE_WORDS[one.side]), one.partners) for one in market.reach)


def leaving(one: FewOptions) -> str:
    """Return the rules that take partners from somebody; several may take the same."""
    rules = [tr("« {rule} » en écarte {count}", rule=rule, count=count) for rule, count in one.leaving]
    return tr("sur {others} : {told}", others=one.others, told=", ".join(rules)) if rules else ""


def reading_rows(files: Sequence[FileRead]) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield how each file was read: its tool, its rows and columns, its encoding and delimiter or its sheet."""
    for one in files:
        cut = tr("séparateur {delimiter}", delimiter=show_delimiter(one.delimiter)) if one.delimiter else ""
        manner = [one.encoding or "", cut, one.sheet or ""]
        yield one.source, one.tool, one.rows, one.columns, ", ".join(text for text in manner if text)


def show_delimiter(delimiter: str) -> str:
    """Return a delimiter so that it can be seen."""
    return tr("tabulation") if delimiter == "\t" else quoted(delimiter)


def question_rows(questions: Sequence[Question]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield each question: its words, its kind, its use, how it was found, how many of each side answered."""
    for one in questions:
        yield one.question, tr(KINDS[one.kind]), tr(USES[use_of(one)]), tr(HOW[one.how]), *count_answers(one)


def use_of(question: Question) -> Use:
    """Return the use of a question."""
    return next(use for use in USES if use == question.use)


def count_answers(question: Question) -> tuple[str, str]:
    """Return how many mentors and how many mentees answered, empty where a side was not asked."""
    fills: dict[Side, str] = {fill.side: fill_in_words(fill) for fill in question.fills}
    return fills.get("mentor", ""), fills.get("mentee", "")


def fill_in_words(fill: ResponseCount) -> str:
    """Return how many answered, of how many."""
    return tr("{part} sur {whole}", part=fill.answered, whole=fill.asked)


def answer_rows(questions: Sequence[Question]) -> Iterator[tuple[str, str, str, int]]:
    """Yield how often each option of each question was given, by side or by level."""
    for one in questions:
        for bar in one.bars:
            yield from ((one.question, bar.label, name, n) for name, n in zip(one.legend, bar.counts, strict=True))


def spread_in_words(spread: AnswerSpread) -> str:
    """Return the least, the greatest and the median of some numbers.

    >>> spread_in_words(AnswerSpread(0, 1.5, 3))
    'de 0 à 3, médiane 1,5'
    """
    least, median, most = map(plain, (spread.least, spread.median, spread.most))
    return tr("de {least} à {most}, médiane {median}", least=least, most=most, median=median)


def tones(question: Question) -> tuple[str, ...]:
    """Return the colour of each entry of the legend: a side each, or from the lowest level to the highest."""
    count = len(question.legend)
    if question.kind != "levels":
        return tuple(TONES[0] if name in everywhere(PEOPLE["mentor"]) else TONES[1] for name in question.legend)
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
