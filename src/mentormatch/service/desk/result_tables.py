"""Results of groups as messages: tables, sessions of a year, and documents."""

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
from mentormatch.service.desk.document_names import DocumentName

ANSWERED_STATUSES = (Status.PROVED, Status.FEASIBLE)
CODES_NOTE = mark("Des codes")
NAMES_NOTE = mark("Des noms, à côté des codes")
KEYS_INSIDE = mark("Des adresses ou des noms, pour l'équipe seule")


# titles on the page, where file names are not shown
STAFF_PREFIX = "equipe-"
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


class TableOut(JsonMessage):
    """A table with its code."""

    name: str
    title: str
    titles: list[str]
    rows: list[list[str]]


class SessionOut(JsonMessage):
    """A session: date (long and short), position in the year in [0, 1], attendance, presenters, topic in words."""

    number: int
    when: str
    short: str
    at: float | None
    attendance: str
    presenting: list[str]
    topic: str


class MonthOut(JsonMessage):
    """The first day of a month: its name, and its position in the year in [0, 1]."""

    name: str
    at: float


class DocumentLine(JsonMessage):
    """A document with its purpose, and the personal data it ``holds`` if that varies.

    ``question``: to confirm before the download, empty without one.
    """

    name: str
    purpose: str
    holds: str = ""
    question: str = ""

    @property
    def title(self) -> str:
        """The title on the page, never the file name."""
        return tr(DOCUMENT_TITLES[self.name]) if self.name in DOCUMENT_TITLES else self.purpose

    @property
    def for_staff(self) -> bool:
        """Whether a document of groups or sessions is for the team alone."""
        return self.name.startswith(STAFF_PREFIX) or self.name == DocumentName.NEXT_GROUPS


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """A document of a result with its purpose.

    ``staff``: with what is for staff only; ``has_keys``: with keys that identify people, so for staff only, too.
    """

    result: Result
    purpose: str
    staff: bool = False
    has_keys: bool = False

    def content(self, name: str) -> bytes:
        """Return the document in the format of its name."""
        return WRITER_BY_SUFFIX[PurePath(name).suffix](SessionDocuments(self.result, self.staff))


def document_lines(documents: Mapping[str, ResultDocument], archive_name: str, *, named: bool) -> list[DocumentLine]:
    """Describe the documents, first the archive of all that are not for staff only; JSON contains keys, not names."""
    if not documents:
        return []
    purposes = {archive_name: tr("Tout ce qui peut être donné à tous, en un seul fichier")}
    purposes |= {name: document.purpose for name, document in documents.items()}
    with_keys = {name for name, document in documents.items() if document.has_keys}
    return [
        DocumentLine(
            name=name,
            purpose=purpose,
            holds=tr(
                KEYS_INSIDE if name in with_keys else NAMES_NOTE if named and not name.endswith(".json") else CODES_NOTE
            ),
        )
        for name, purpose in purposes.items()
    ]


def pack_documents(documents: Mapping[str, ResultDocument]) -> bytes:
    """Return the documents that are not for staff only, as one archive."""
    for_everyone = {name: document for name, document in documents.items() if not (document.staff or document.has_keys)}
    return zip_files({name: document.content(name) for name, document in for_everyone.items()})


def tables_of(result: Result, without: Iterable[str] = ()) -> list[TableOut]:
    """Return the tables of a result, also those for staff."""
    excluded = set(without)
    return [
        table_out(name, tr(TABLE_TITLES[name]), table_in_words(name, table))
        for name, table in SessionDocuments(result, staff=True).tables.items()
        if name not in excluded
    ]


def table_out(name: str, title: str, table: ResultSheet) -> TableOut:
    rows = [[str(cell) for cell in row] for row in table.rows]
    return TableOut(name=name, title=title, titles=list(table.titles), rows=rows)


@dataclass(frozen=True, slots=True)
class YearSpan:
    """The months from the first to the last session of some groups: ``last`` is the day after them."""

    first: date
    last: date

    @classmethod
    def of(cls, turns: Iterable[Turns]) -> "YearSpan | None":
        """Return the span of the sessions with a date, None without any."""
        days = [
            day_of(start)
            for group_turns in turns
            for start in map(start_of, group_turns.season.sessions)
            if start is not None
        ]
        return cls(min(days).replace(day=1), next_month(max(days))) if days else None

    def position(self, day: date) -> float:
        """Return the position of a day in [0, 1]."""
        return round((day - self.first).days / (self.last - self.first).days, 4)

    @property
    def months(self) -> Iterator[MonthOut]:
        """The months in order."""
        day = self.first
        while day < self.last:
            yield MonthOut(name=format_date(day, "MMM", locale=spoken()), at=self.position(day))
            day = next_month(day)


def day_of(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def short_day(session: str) -> str:
    """Return the weekday and date of a session, or its name if it has no date."""
    start = start_of(session)
    return session if start is None else format_date(day_of(start), "EEE d MMM", locale=spoken())


def sessions_out(
    turns: Turns, dates: Dates | None, span: YearSpan | None, topics: Mapping[date | None, str] | None = None
) -> list[SessionOut]:
    """Return the sessions of a group with their presenters, and their ``topics`` by the start of the session."""
    attended = [] if dates is None else list(zip(dates.chosen, dates.attendance, strict=True))
    attendance = {moment.start: count for moment, count in attended}
    presenting: dict[str, list[str]] = {session: [] for session in turns.season.sessions}
    for turn in turns.turns:
        presenting[turn.session].append(turn.member)
    return [
        SessionOut(
            number=number,
            when=moment_in_words(session),
            short=short_day(session),
            at=None if span is None or (start := start_of(session)) is None else span.position(day_of(start)),
            attendance=format_attendance(attendance, session, 0 if dates is None else len(dates.there.answers)),
            presenting=people,
            topic=(topics or {}).get(start_of(session), ""),
        )
        for number, (session, people) in enumerate(presenting.items(), start=1)
    ]


def format_attendance(coming: Mapping[date, int], session: str, answered: int) -> str:
    """Return the attendance in proportion to the answers; empty if all come, or the attendance is unknown."""
    start = start_of(session)
    if start is None or coming.get(start, answered) == answered:
        return ""
    return tr("{people} sur {all}", people=counted(coming[start], "présent·e"), all=answered)


def get_weekly_slot(turns: Turns) -> str:
    """Return the weekday and hour common to all sessions with an hour, empty if they differ or there are none."""
    starts = [start for start in map(start_of, turns.season.sessions) if isinstance(start, datetime)]
    slots = {(start.weekday(), start.time()) for start in starts}
    if len(slots) != 1:
        return ""
    weekday = format_date(starts[0].date(), "EEEE", locale=spoken())
    return tr("{weekday} à {hour}", weekday=weekday, hour=clock(starts[0]))


def join_lines(sentences: Sequence[str]) -> str:
    return "\n".join(sentences)
