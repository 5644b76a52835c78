"""Intake report -> sentences, table rows and bars that describe the answers before any solving."""

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
from mentormatch.report.view import CRITERION_COLOURS

KIND_LABELS: Mapping[str, str] = {
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
USE_LABELS: Mapping[Use, str] = {
    "key": mark("identifiant"),
    "contact": mark("coordonnées"),
    "match": mark("appariement"),
    "display": mark("lu par l'équipe"),
    "consent": mark("accord"),
    "forbidden": mark("jamais lu"),
}
FOUND_BY_LABELS: Mapping[str, str] = {
    "texte": mark("ses mots"),
    "identifiant": mark("son identifiant"),
    "correspondance": mark("la correspondance"),
    "": mark("rien : absente"),
}
FATE_LABELS: Mapping[RowStatus, str] = {
    "taken": mark("prise"),
    "incomplete": mark("incomplète"),
    "replaced": mark("remplacée"),
    "rejected": mark("rejetée"),
}
FATE_COUNTS: Mapping[RowStatus, Callable[[int], str]] = {
    "taken": lambda count: counted(count, "prise"),
    "incomplete": lambda count: counted(count, "incomplète"),
    "replaced": lambda count: counted(count, "remplacée"),
    "rejected": lambda count: counted(count, "rejetée"),
}
SIDE_LABELS: Mapping[Side, str] = {"mentor": mark("mentor·es"), "mentee": mark("mentoré·es")}
SHORTAGE_TEXTS: Mapping[Side, str] = {
    "mentor": mark("{places} chez les mentor·es pour {people} : {short} au moins sans binôme."),
    "mentee": mark("{places} chez les mentoré·es pour {people} : {short} au moins sans binôme."),
}
SEEKER_COUNTS: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: counted(count, "mentor·e"),
    "mentee": lambda count: counted(count, "mentoré·e"),
}
PARTNER_SPREAD_TEXTS: Mapping[Side, str] = {
    "mentor": mark("Partenaires possibles d'un·e mentor·e : {spread}."),
    "mentee": mark("Partenaires possibles d'un·e mentoré·e : {spread}."),
}
PARTICIPANT_LABELS: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: tr_n("mentor·e qui participe", "mentor·es qui participent", count),
    "mentee": lambda count: tr_n("mentoré·e qui participe", "mentoré·es qui participent", count),
}
# From the lowest level of a grid to the highest
LEVEL_COLOURS = palette("shade")
NOTHING_DECIDED = mark("Rien n'est encore décidé : aucun binôme n'a été formé pour ce rapport.")


@dataclass(frozen=True, slots=True)
class BarSegment:
    """A segment of a bar; ``start`` and ``width`` are percentages of the longest bar."""

    start: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class OptionBar:
    """An option with its bar: ``counts`` as a text, one number per legend entry, and their ``total``."""

    label: str
    counts: str
    total: int
    segments: tuple[BarSegment, ...]


def rows_in_words(fates: Fates) -> str:
    """Return the number of rows, in total and by outcome, as a text."""
    fate_texts = [FATE_COUNTS[fate](count) for fate, count in fates.counts.items()]
    rows = counted(len(fates.rows), "ligne")
    return about(rows, ", ".join(fate_texts)) if fate_texts else rows


def lines_in_words(source: str, lines: str) -> str:
    """Return a sentence on the accepted lines of a file; ``source`` is empty if there is only one file."""
    if source:
        return tr("{source}, lignes prises : {lines}.", source=source, lines=lines)
    return tr("Lignes prises : {lines}.", lines=lines)


def format_intake_summary(intake: Intake) -> str:
    """Return the number of rows and of possible pairs as one or two sentences."""
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
    """Yield the headline numbers, each with its noun."""
    for seats in intake.market.seats:
        yield seats.taking_part, PARTICIPANT_LABELS[seats.side](seats.taking_part)
    rejected, remarks = len(intake.fates.others), len(intake.remarks.told)
    yield rejected, tr_n("ligne à regarder", "lignes à regarder", rejected)
    yield remarks, tr_n("remarque", "remarques", remarks)


def outlook(market: Prospects) -> Iterator[str]:
    """Yield the findings before solving, most severe first."""
    if market.problem:
        yield market.problem
        return
    yield from shortages({seats.side: seats for seats in market.seats})
    names = dict(zip(market.scarce, name_scarce(market), strict=True))
    isolated = [name for entry, name in names.items() if not entry.partners]
    if isolated:
        yield tr("{people} : aucun partenaire possible avec ces règles.", people=listed(isolated))
    scarce = [name for entry, name in names.items() if entry.partners]
    if scarce:
        yield tr("{people} : un ou deux partenaires possibles seulement.", people=listed(scarce))
    for entry in market.unmet:
        yield tr(
            "« {option} » : {asked}, et aucun·e mentor·e n'y répond ({criterion}).",
            option=entry.option,
            asked=counted(entry.asked, "demande"),
            criterion=entry.criterion,
        )


def name_scarce(market: Prospects) -> list[str]:
    """Return the names of people with few partners, with the role if both sides have a person of this name."""
    sides = Counter(person for person, _ in {(entry.person, entry.side) for entry in market.reach})
    return [in_role(entry.person, entry.side) if sides[entry.person] > 1 else entry.person for entry in market.scarce]


def shortages(seats: Mapping[Side, SideCapacity]) -> Iterator[str]:
    """Yield a sentence per side that has fewer places than the other side has people."""
    sides: tuple[tuple[Side, Side], ...] = (("mentor", "mentee"), ("mentee", "mentor"))
    for offering, seeking in sides:
        places, people = seats[offering].places, seats[seeking].taking_part
        if places < people:
            yield tr(
                SHORTAGE_TEXTS[offering],
                places=counted(places, "place"),
                people=SEEKER_COUNTS[seeking](people),
                short=counted(people - places, "personne"),
            )


def seat_rows(market: Prospects) -> Iterator[tuple[str, int, int, int, str]]:
    """Yield a row per side: people, participants, places, and exclusions with their reasons."""
    for capacity in market.seats:
        exclusions = ", ".join(f"{reason} ({count})" for reason, count in capacity.set_aside)
        yield tr(SIDE_LABELS[capacity.side]), capacity.people, capacity.taking_part, capacity.places, exclusions


def scarce_rows(market: Prospects) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield a row per person with few partners: person, side, number, partners, and the rules that exclude others."""
    for entry in market.scarce:
        yield (
            entry.person,
            tr(SIDE_WORDS[entry.side]),
            len(entry.partners),
            ", ".join(entry.partners),
            format_excluding_rules(entry),
        )


def reach_in_words(market: Prospects) -> Iterator[str]:
    for side, sentence in PARTNER_SPREAD_TEXTS.items():
        counts = [entry.partners for entry in market.reach if entry.side == side]
        if counts:
            spread = spread_in_words(AnswerSpread(min(counts), median(counts), max(counts)))
            yield tr(sentence, spread=spread)


def reach_rows(market: Prospects) -> Iterator[tuple[str, str, int]]:
    yield from ((entry.person, tr(SIDE_WORDS[entry.side]), entry.partners) for entry in market.reach)


def format_excluding_rules(entry: FewOptions) -> str:
    """Return the rules that exclude partners of a person, with counts; several rules may exclude the same partner."""
    rules = [tr("« {rule} » en écarte {count}", rule=rule, count=count) for rule, count in entry.leaving]
    return tr("sur {others} : {told}", others=entry.others, told=", ".join(rules)) if rules else ""


def reading_rows(files: Sequence[FileRead]) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield a row per file: name, tool, number of rows and columns, encoding, delimiter or sheet."""
    for file in files:
        delimiter_text = (
            tr("séparateur {delimiter}", delimiter=show_delimiter(file.delimiter)) if file.delimiter else ""
        )
        details = [file.encoding or "", delimiter_text, file.sheet or ""]
        yield file.source, file.tool, file.rows, file.columns, ", ".join(text for text in details if text)


def show_delimiter(delimiter: str) -> str:
    return tr("tabulation") if delimiter == "\t" else quoted(delimiter)


def question_rows(questions: Sequence[Question]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield a row per question: text, kind, use, how it was found, and the answered counts per side."""
    for question in questions:
        yield (
            question.question,
            tr(KIND_LABELS[question.kind]),
            tr(USE_LABELS[use_of(question)]),
            tr(FOUND_BY_LABELS[question.how]),
            *count_answers(question),
        )


def use_of(question: Question) -> Use:
    return next(use for use in USE_LABELS if use == question.use)


def count_answers(question: Question) -> tuple[str, str]:
    """Return the answered counts of mentors and mentees, empty for a side that was not asked."""
    fills: dict[Side, str] = {fill.side: format_answered_text(fill) for fill in question.fills}
    return fills.get("mentor", ""), fills.get("mentee", "")


def format_answered_text(fill: ResponseCount) -> str:
    return tr("{part} sur {whole}", part=fill.answered, whole=fill.asked)


def answer_rows(questions: Sequence[Question]) -> Iterator[tuple[str, str, str, int]]:
    """Yield the count of each option of each question, per side or per level."""
    for question in questions:
        for bar in question.bars:
            yield from (
                (question.question, bar.label, name, count)
                for name, count in zip(question.legend, bar.counts, strict=True)
            )


def spread_in_words(spread: AnswerSpread) -> str:
    """Return the minimum, maximum and median of some numbers as a text.

    >>> spread_in_words(AnswerSpread(0, 1.5, 3))
    'de 0 à 3, médiane 1,5'
    """
    lowest, middle, highest = map(plain, (spread.least, spread.median, spread.most))
    return tr("de {least} à {most}, médiane {median}", least=lowest, most=highest, median=middle)


def compute_legend_colours(question: Question) -> tuple[str, ...]:
    """Return the colour of each legend entry: one per side, or from the lowest level to the highest."""
    count = len(question.legend)
    if question.kind != "levels":
        return tuple(
            CRITERION_COLOURS[0] if name in everywhere(SIDE_LABELS["mentor"]) else CRITERION_COLOURS[1]
            for name in question.legend
        )
    return tuple(LEVEL_COLOURS[round(index * (len(LEVEL_COLOURS) - 1) / max(1, count - 1))] for index in range(count))


def compute_option_bars(question: Question) -> Iterator[OptionBar]:
    """Yield a bar per option; the longest bar is 100 wide."""
    longest = max((bar.total for bar in question.bars), default=0) or 1
    for bar in question.bars:
        starts = [sum(bar.counts[:index]) for index in range(len(bar.counts))]
        segments = tuple(
            BarSegment(round(100 * start / longest, 3), round(100 * count / longest, 3), tone)
            for start, count, tone in zip(starts, bar.counts, compute_legend_colours(question), strict=True)
            if count
        )
        yield OptionBar(bar.label, " + ".join(map(str, bar.counts)), bar.total, segments)
