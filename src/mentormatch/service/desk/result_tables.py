"""Results of groups as a desk tells and hands them out: sentences, tables, a year at a glance, documents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from babel.dates import format_date

from mentormatch.assignment.model.solution import Status
from mentormatch.base.scalars import start_of
from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.tables import ResultSheet
from mentormatch.groups.dates import Dates
from mentormatch.groups.inputs import moment_in_words
from mentormatch.groups.result import Result
from mentormatch.groups.turns import Turns
from mentormatch.languages.phrases import clock, counted
from mentormatch.languages.translation import mark, spoken, tr
from mentormatch.report.folder import zip_files
from mentormatch.report.sessions import TABLE_TITLES, WRITER_BY_SUFFIX, SessionDocuments, table_in_words

ANSWERED = (Status.PROVED, Status.FEASIBLE)
CODES, NAMES = mark("Des codes"), mark("Des noms, à côté des codes")
"""What documents hold of people."""


DOCUMENT_TITLES: Mapping[str, str] = {
    "binomes.zip": mark("Tout, en un fichier"),
    "binomes.xlsx": mark("Le classeur à relire et à annoter (Excel)"),
    "binomes.html": mark("Les binômes en détail, en un fichier"),
    "binomes.resume.html": mark("Le résumé, en un fichier"),
    "binomes.csv": mark("Le tableau des binômes (CSV)"),
    "binomes.json": mark("Le résultat, pour une autre application"),
    "binomes.decision.json": mark("La décision"),
    "binomes.journal.jsonl": mark("Le journal"),
    "fiches.zip": mark("Une fiche par personne, et le tableau du publipostage"),
    "qui-est-qui.csv": mark("Qui est derrière chaque code"),
    "edition.json": mark("Pour l'an prochain"),
    "lettres-proposition.zip": mark("Les lettres qui proposent un binôme"),
    "lettres-rappel.zip": mark("Les rappels"),
    "lettres-confirmation.zip": mark("Les lettres qui confirment"),
    "propositions.json": mark("La proposition, à reprendre un autre jour"),
    "ou-en-est-chacun.csv": mark("Où en est chaque personne"),
    "refus.csv": mark("Les binômes refusés"),
    "reponses-a-remplir.csv": mark("Le formulaire à remplir"),
    "reponses-notees.csv": mark("Les réponses notées"),
    "suggestions.csv": mark("De courtes listes de partenaires"),
    "suivi.html": mark("Le suivi, à lire ou à imprimer"),
    "suivi.xlsx": mark("Le suivi, en classeur (Excel)"),
    "suivi.json": mark("Le suivi, pour une autre application"),
}
"""What documents are called; the names of their files are seen once they are downloaded."""


class TableOut(JsonMessage):
    """A table in words, by its code."""

    name: str
    title: str
    titles: list[str]
    rows: list[list[str]]


class SessionOut(JsonMessage):
    """A session: its date in words, long and short, where on the year from 0 to 1, how many come, who presents."""

    number: int
    when: str
    short: str
    at: float | None
    attendance: str
    presenting: list[str]


class MonthOut(JsonMessage):
    """The first day of a month: its name, and where on the year from 0 to 1."""

    name: str
    at: float


class DocumentLine(JsonMessage):
    """A document that can be kept, what it is for, and where that differs what of people it ``holds``.

    ``question``: what is asked before it is taken, empty if nothing is.
    """

    name: str
    purpose: str
    holds: str = ""
    question: str = ""

    @property
    def title(self) -> str:
        """What the document is called on the page: never by the name of its file."""
        return tr(DOCUMENT_TITLES[self.name]) if self.name in DOCUMENT_TITLES else self.purpose


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """A document of a result: what it is for, and whether it holds what is for the team alone."""

    result: Result
    purpose: str
    staff: bool = False

    def content(self, name: str) -> bytes:
        """Return the document, in the format of its name."""
        return WRITER_BY_SUFFIX[PurePath(name).suffix](SessionDocuments(self.result, self.staff))


def document_lines(documents: Mapping[str, ResultDocument], whole: str, *, named: bool) -> list[DocumentLine]:
    """Return what documents there are, first the archive of all that may be given to everybody; JSON holds no names."""
    if not documents:
        return []
    purposes = {whole: tr("Tout ce qui peut être donné à tous, en un seul fichier")}
    purposes |= {name: one.purpose for name, one in documents.items()}
    return [
        DocumentLine(name=name, purpose=purpose, holds=tr(NAMES if named and not name.endswith(".json") else CODES))
        for name, purpose in purposes.items()
    ]


def pack_documents(documents: Mapping[str, ResultDocument]) -> bytes:
    """Return the documents that may be given to everybody in one archive."""
    return zip_files({name: one.content(name) for name, one in documents.items() if not one.staff})


def tables_of(result: Result, without: Iterable[str] = ()) -> list[TableOut]:
    """Return the tables of a result, those for the team too, in words."""
    left = set(without)
    return [
        table_out(name, tr(TABLE_TITLES[name]), table_in_words(name, table))
        for name, table in SessionDocuments(result, staff=True).tables.items()
        if name not in left
    ]


def table_out(name: str, title: str, table: ResultSheet) -> TableOut:
    """Return a table as it is told."""
    rows = [[str(cell) for cell in row] for row in table.rows]
    return TableOut(name=name, title=title, titles=list(table.titles), rows=rows)


@dataclass(frozen=True, slots=True)
class YearSpan:
    """The days from the first session of some groups to the last, as whole months."""

    first: date
    last: date

    @classmethod
    def of(cls, turns: Iterable[Turns]) -> "YearSpan | None":
        """Return the span of the sessions that are dates, None where none is."""
        days = [day_of(start) for one in turns for start in map(start_of, one.season.sessions) if start is not None]
        return cls(min(days).replace(day=1), next_month(max(days))) if days else None

    def place(self, day: date) -> float:
        """Return where a day is, from 0 to 1."""
        return round((day - self.first).days / (self.last - self.first).days, 4)

    @property
    def months(self) -> Iterator[MonthOut]:
        """The months, in order."""
        day = self.first
        while day < self.last:
            yield MonthOut(name=format_date(day, "MMM", locale=spoken()), at=self.place(day))
            day = next_month(day)


def day_of(start: date) -> date:
    """Return the day of a moment."""
    return start.date() if isinstance(start, datetime) else start


def next_month(day: date) -> date:
    """Return the first day of the month after that of a day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def short_day(session: str) -> str:
    """Return a session as a table of the year has it: a weekday with its date, or the name that it has."""
    start = start_of(session)
    return session if start is None else format_date(day_of(start), "EEE d MMM", locale=spoken())


def sessions_out(turns: Turns, dates: Dates | None, span: YearSpan | None) -> list[SessionOut]:
    """Return the sessions of one group with who presents at each."""
    present = [] if dates is None else list(zip(dates.chosen, dates.attendance, strict=True))
    coming = {moment.start: count for moment, count in present}
    presenting: dict[str, list[str]] = {session: [] for session in turns.season.sessions}
    for one in turns.turns:
        presenting[one.session].append(one.member)
    return [
        SessionOut(
            number=number,
            when=moment_in_words(session),
            short=short_day(session),
            at=None if span is None or (start := start_of(session)) is None else span.place(day_of(start)),
            attendance=attending(coming, session, 0 if dates is None else len(dates.there.answers)),
            presenting=people,
        )
        for number, (session, people) in enumerate(presenting.items(), start=1)
    ]


def attending(coming: Mapping[date, int], session: str, answered: int) -> str:
    """Return how many come to a session of those who said when they can, empty where all do, or nobody was asked."""
    start = start_of(session)
    if start is None or coming.get(start, answered) == answered:
        return ""
    return tr("{people} sur {all}", people=counted(coming[start], "présent·e"), all=answered)


def slot_of(turns: Turns) -> str:
    """Return the weekday and the hour of all sessions, empty where they differ."""
    starts = [start for start in map(start_of, turns.season.sessions) if isinstance(start, datetime)]
    slots = {(start.weekday(), start.time()) for start in starts}
    if len(slots) != 1:
        return ""
    weekday = format_date(starts[0].date(), "EEEE", locale=spoken())
    return tr("{weekday} à {hour}", weekday=weekday, hour=clock(starts[0]))


def join_lines(sentences: Sequence[str]) -> str:
    """Return sentences as the lines of a message."""
    return "\n".join(sentences)
