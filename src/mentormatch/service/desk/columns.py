"""Interpretation of files: replies to the questions of a draft, or columns mapped to a programme.

Questions that a programme leaves unread are offered to the programme form.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.languages.translation import language, spoken
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.drafts.samples import Tables, language_of
from mentormatch.programme.drafts.uses import is_sensitive
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.programme import Programme
from mentormatch.report.texts import visible
from mentormatch.service.desk.column_mapping import ColumnMapping, InterpretedMapping
from mentormatch.service.desk.column_messages import ColumnAction, ColumnCounts
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.survey.headers import claims_by_field
from mentormatch.widgets.form.questions import OfferedQuestion


@dataclass
class DraftReplies:
    """The replies of staff to the questions of a draft, by the id of the question."""

    tables: Tables
    replies: dict[str, Any] = field(default_factory=dict)

    def interpret(self) -> DraftInterview:
        """Return the interview about the files; replies that do not fit these files are ignored, but kept."""
        fitting = dict(self.replies)
        while True:
            try:
                return DraftInterview.of(self.tables, fitting)
            except RequestError as error:
                stale = {name for problem in error.problems for name in fitting if problem.where.startswith(name)}
                if not stale:
                    raise
                fitting = {name: reply for name, reply in fitting.items() if name not in stale}

    def content(self) -> bytes:
        """Return the programme file after the replies."""
        return self.interpret().text.encode()


def is_blocked(interview: DraftInterview) -> bool:
    """Return whether the answers cannot be read yet: unknown sides, or rejected files."""
    return not interview.draft.outline.knows_sides or bool(interview.draft.dry_run.problems)


@dataclass
class UnreadQuestions:
    """The questions that a programme leaves unread, drafted on first use."""

    tables: Tables

    def unread_by(self, programme: Programme) -> list[OfferedQuestion]:
        """Return the unread questions in the order of the files, without sensitive ones."""
        unread = self._unread(programme)
        return [
            OfferedQuestion(entry.name, entry_settings(entry))
            for entry in (self._entries if unread else [])
            if unread.issuperset(entry.sample.headers) and not entry.answers and not any(entry.map_headers())
        ]

    @cached_property
    def _entries(self) -> list[DraftEntry]:
        drafted = make_draft(self.tables, "").entries
        return [entry for entry in drafted if entry.guess.use != "forbidden" and not is_sensitive(entry.sample)]

    def _unread(self, programme: Programme) -> set[str]:
        return set(self._headers(programme))

    def _headers(self, programme: Programme) -> Iterator[str]:
        """Yield the headers without a question in the programme, except those of the survey tool."""
        plan = make_intake_plan(programme, per_side=self.tables[0][1] is not None)
        for table, _ in self.tables:
            claims = claims_by_field(table.header, plan).values()
            read_columns = {column for claim in claims for column in (*claim.whole, *(at for _, at in claim.items))}
            yield from (
                header for at, header in enumerate(table.header) if at not in read_columns and at not in table.own
            )


def entry_settings(entry: DraftEntry) -> dict[str, Any]:
    """Return a drafted question as a table of a programme file."""
    settings: dict[str, Any] = {"question": entry.question, "kind": entry.guess.kind}
    settings |= {
        name: value if isinstance(value, str | int | float) else list(value)
        for name, value in entry.guess.settings.items()
    }
    if entry.side:
        settings["side"] = entry.side
    return settings if entry.guess.use == "match" else {**settings, "use": entry.guess.use}


@dataclass
class ColumnsStep:
    """Columns interpreted with or without a programme.

    ``programme_bytes`` is the last programme made from them (None before), ``confirmed`` whether nothing changed since.
    Choices are keyed by the texts in the files, so that they apply to corrected files.
    """

    columns: ColumnMapping | DraftReplies
    language: str
    programme_bytes: bytes | None = None
    confirmed: bool = False
    by_language: dict[str, InterpretedMapping | DraftInterview] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: bytes | None, tables: Tables, former: "ColumnsStep | None") -> "ColumnsStep":
        """Return the columns of these tables, with the choices made on ``former`` ones if they still apply."""
        if former is not None and former.is_for(programme):
            confirmed = former.confirmed and former.tables == tables
            return replace(former, columns=replace(former.columns, tables=tables), confirmed=confirmed, by_language={})
        if programme is None:
            return cls(DraftReplies(tables), language_of(tables))
        return cls(ColumnMapping(programme, tables), Programme.parse(programme).heading.language)

    @property
    def tables(self) -> Tables:
        """The tables."""
        return self.columns.tables

    def is_for(self, programme: bytes | None) -> bool:
        """Return whether the columns are interpreted for a programme, or produced it."""
        source = self.columns.source if isinstance(self.columns, ColumnMapping) else None
        return programme == source or (programme is not None and programme == self.programme_bytes)

    def interpret(self) -> InterpretedMapping | DraftInterview:
        """Return the interpretation in the current language, computed once per language."""
        if spoken() not in self.by_language:
            self.by_language[spoken()] = self.columns.interpret()
        return self.by_language[spoken()]

    def count_left(self) -> ColumnCounts:
        """Return the numbers of problems and open questions."""
        interpretation = self.interpret()
        if isinstance(interpretation, DraftInterview):
            blocked, open_count = int(is_blocked(interpretation)), len(interpretation.open)
        else:
            blocked, open_count = (
                len(interpretation.out.blockers),
                sum(line.state == "open" for line in interpretation.out.lines),
            )
        return ColumnCounts(blocked=blocked, open=0 if self.confirmed else open_count)

    def apply(self, gesture: ColumnAction) -> None:
        """Apply an action; for a draft, only the withdrawal of all replies."""
        match self.columns, self.interpret():
            case ColumnMapping() as columns, InterpretedMapping() as interpretation:
                columns.apply(gesture, interpretation)
            case DraftReplies() as columns, _ if gesture.what == "restore":
                columns.replies = {}
        self.reset()

    def reply(self, replies: Mapping[str, Any]) -> None:
        if isinstance(self.columns, DraftReplies):
            self.columns.replies = {**self.columns.replies, **replies}
            self.reset()

    def reset(self) -> None:
        """Discard the interpretations."""
        self.confirmed = False
        self.by_language.clear()

    def document(self, name: str) -> bytes:
        """Return the programme, or only the mapping."""
        writers: dict[str, Callable[[], bytes]] = {DocumentName.PROGRAMME: self.columns.content}
        if isinstance(self.columns, ColumnMapping):
            writers[DocumentName.MAPPING] = self.columns.write_mapping
        with language(self.language):
            return writers.get(name, self.columns.content)()

    def confirm(self) -> bytes:
        """Return the resulting programme, and mark it as confirmed."""
        self.programme_bytes, self.confirmed = self.document(DocumentName.PROGRAMME), True
        return self.programme_bytes


def parse_column_action(values: Mapping[str, Any]) -> ColumnAction:
    """Parse an action on columns, with its typed name made printable."""
    return ColumnAction(words="", **{**values, "text": visible(values["text"])})
