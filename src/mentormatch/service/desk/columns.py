"""How files are understood: replies to the questions of a draft, or a programme and answers in other words.

What ``draft`` makes of the columns that a programme leaves out is offered to the form of the programme.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.languages.translation import language, spoken
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.programme_draft import draft
from mentormatch.programme.drafts.samples import Tables, language_of
from mentormatch.programme.drafts.uses import is_sensitive
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.programme import Programme
from mentormatch.report.texts import visible
from mentormatch.service.desk.column_mapping import ColumnMapping, SeenMapping
from mentormatch.service.desk.column_messages import ColumnCounts, ColumnGesture
from mentormatch.survey.headers import claims_by_field
from mentormatch.widgets.form.questions import OfferedQuestion


@dataclass
class DraftReplies:
    """The replies of staff to the questions of a draft, by the ids of the questions."""

    tables: Tables
    replies: dict[str, Any] = field(default_factory=dict)

    def interpret(self) -> DraftInterview:
        """Return the interview about the files; replies that do not fit other files are left out, not forgotten."""
        fitting = dict(self.replies)
        while True:
            try:
                return DraftInterview.of(self.tables, fitting)
            except RequestError as error:
                stale = {name for one in error.problems for name in fitting if one.where.startswith(name)}
                if not stale:
                    raise
                fitting = {name: reply for name, reply in fitting.items() if name not in stale}

    def content(self) -> bytes:
        """Return the file of the programme after the replies."""
        return self.interpret().text.encode()


def is_blocked(interview: DraftInterview) -> bool:
    """Return whether the answers cannot be read yet: nothing tells who is mentor, or the files are refused."""
    return not interview.draft.outline.knows_sides or bool(interview.draft.dry_run.problems)


@dataclass
class UnreadQuestions:
    """What ``draft`` makes of the columns that a programme leaves unread; worked out where there are some."""

    tables: Tables

    def of(self, programme: Programme) -> list[OfferedQuestion]:
        """Return the questions that can be added, in the order of the files; none that is sensitive."""
        unread = self._unread(programme)
        return [
            OfferedQuestion(one.name, settings_of(one))
            for one in (self._entries if unread else [])
            if unread.issuperset(one.sample.headers) and not one.answers and not any(one.map_headers())
        ]

    @cached_property
    def _entries(self) -> list[DraftEntry]:
        drafted = draft(self.tables, "").entries
        return [one for one in drafted if one.guess.use != "forbidden" and not is_sensitive(one.sample)]

    def _unread(self, programme: Programme) -> set[str]:
        return set(self._headers(programme))

    def _headers(self, programme: Programme) -> Iterator[str]:
        """Yield the headers that answer no question of a programme, and are not the survey tool's own."""
        plan = make_intake_plan(programme, apart=self.tables[0][1] is not None)
        for table, _ in self.tables:
            claims = claims_by_field(table.header, plan).values()
            read = {column for one in claims for column in (*one.whole, *(at for _, at in one.items))}
            yield from (header for at, header in enumerate(table.header) if at not in read and at not in table.own)


def settings_of(entry: DraftEntry) -> dict[str, Any]:
    """Return a question of a draft as the table of a programme file."""
    settings: dict[str, Any] = {"question": entry.question, "kind": entry.guess.kind}
    settings |= {
        name: value if isinstance(value, str | int | float) else list(value)
        for name, value in entry.guess.settings.items()
    }
    if entry.side:
        settings["side"] = entry.side
    return settings if entry.guess.use == "match" else {**settings, "use": entry.guess.use}


PROGRAMME, MAPPING = "programme.toml", "correspondance.toml"
"""What can be kept of the step: the programme, and the mapping alone."""


@dataclass
class DeskColumns:
    """The columns of some files, understood for a programme or without one.

    ``made`` is the programme that came of it last, None before, and ``settled`` whether nothing was said since. What
    staff said is known by the words of the files: it goes on with a file that was corrected.
    """

    columns: ColumnMapping | DraftReplies
    code: str
    made: bytes | None = None
    settled: bool = False
    shown: dict[str, SeenMapping | DraftInterview] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: bytes | None, tables: Tables, former: "DeskColumns | None") -> "DeskColumns":
        """Return the columns of these tables; what was said on ``former`` ones holds on where it is about the same."""
        if former is not None and former.fits(programme):
            settled = former.settled and former.tables == tables
            return replace(former, columns=replace(former.columns, tables=tables), settled=settled, shown={})
        if programme is None:
            return cls(DraftReplies(tables), language_of(tables))
        return cls(ColumnMapping(programme, tables), Programme.parse(programme).heading.language)

    @property
    def tables(self) -> Tables:
        """The tables that are understood."""
        return self.columns.tables

    def fits(self, programme: bytes | None) -> bool:
        """Say whether a programme is the one for which the columns are understood, or came of them."""
        source = self.columns.source if isinstance(self.columns, ColumnMapping) else None
        return programme == source or (programme is not None and programme == self.made)

    def interpret(self) -> SeenMapping | DraftInterview:
        """Return how the files are understood, in the language that is spoken; worked out once."""
        if spoken() not in self.shown:
            self.shown[spoken()] = self.columns.interpret()
        return self.shown[spoken()]

    def count_left(self) -> ColumnCounts:
        """Return how much there is still to do."""
        seen = self.interpret()
        if isinstance(seen, DraftInterview):
            blocked, left = int(is_blocked(seen)), len(seen.open)
        else:
            blocked, left = len(seen.out.blockers), sum(line.state == "open" for line in seen.out.lines)
        return ColumnCounts(blocked=blocked, open=0 if self.settled else left)

    def do(self, gesture: ColumnGesture) -> None:
        """Do what a gesture asks; of a draft, all replies are withdrawn."""
        match self.columns, self.interpret():
            case ColumnMapping() as columns, SeenMapping() as seen:
                columns.do(gesture, seen)
            case DraftReplies() as columns, _ if gesture.what == "restore":
                columns.replies = {}
        self.renew()

    def reply(self, replies: Mapping[str, Any]) -> None:
        """Reply to questions of the draft."""
        if isinstance(self.columns, DraftReplies):
            self.columns.replies = {**self.columns.replies, **replies}
            self.renew()

    def renew(self) -> None:
        """Have the files be understood anew."""
        self.settled = False
        self.shown.clear()

    def document(self, name: str) -> bytes:
        """Return the programme, or the mapping alone where there is one."""
        writers: dict[str, Callable[[], bytes]] = {PROGRAMME: self.columns.content}
        if isinstance(self.columns, ColumnMapping):
            writers[MAPPING] = self.columns.write_mapping
        with language(self.code):
            return writers.get(name, self.columns.content)()

    def settle(self) -> bytes:
        """Return the programme that comes of all that was said, from now on the one that is used."""
        self.made, self.settled = self.document(PROGRAMME), True
        return self.made


def gesture(values: Mapping[str, Any]) -> ColumnGesture:
    """Return what the page asks as a gesture, a name that somebody typed fit to be written."""
    return ColumnGesture(words="", **{**values, "text": visible(values["text"])})
