"""The step of the columns: how the files are understood, what staff said of it, and the programme that comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mentormatch.languages import language, spoken
from mentormatch.programme.drafts.samples import Tables, language_of
from mentormatch.programme.programme import Programme
from mentormatch.report.texts import visible
from mentormatch.service.desk.column_draft import ColumnDraft, SeenDraft
from mentormatch.service.desk.column_mapping import ColumnMapping, SeenMapping
from mentormatch.service.desk.column_messages import ColumnCounts, ColumnGesture, ColumnsOut

PROGRAMME, MAPPING = "programme.toml", "correspondance.toml"
"""What can be kept of the step: the programme, and the mapping alone."""


@dataclass
class DeskColumns:
    """The columns of some files, understood for a programme or without one.

    ``made`` is the programme that came of it last, None before, and ``settled`` whether nothing was said since. What
    staff said is known by the words of the files: it goes on with a file that was corrected.
    """

    columns: ColumnMapping | ColumnDraft
    code: str
    made: bytes | None = None
    settled: bool = False
    shown: dict[str, SeenMapping | SeenDraft] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: bytes | None, tables: Tables, former: "DeskColumns | None") -> "DeskColumns":
        """Return the columns of these tables; what was said on ``former`` ones holds on where it is about the same."""
        if former is not None and former.fits(programme):
            settled = former.settled and former.tables == tables
            return replace(former, columns=replace(former.columns, tables=tables), settled=settled, shown={})
        if programme is None:
            return cls(ColumnDraft(tables), language_of(tables))
        return cls(ColumnMapping(programme, tables), Programme.parse(programme).heading.language)

    @property
    def tables(self) -> Tables:
        """The tables that are understood."""
        return self.columns.tables

    def fits(self, programme: bytes | None) -> bool:
        """Say whether a programme is the one for which the columns are understood, or came of them."""
        source = self.columns.source if isinstance(self.columns, ColumnMapping) else None
        return programme == source or (programme is not None and programme == self.made)

    def out(self) -> ColumnsOut:
        """Return the step as the page shows it, in the language that is spoken."""
        return self.interpret().out

    def interpret(self) -> SeenMapping | SeenDraft:
        """Return how the files are understood, in the language that is spoken; worked out once."""
        if spoken() not in self.shown:
            self.shown[spoken()] = self.columns.interpret()
        return self.shown[spoken()]

    def count_left(self) -> ColumnCounts:
        """Return how much there is still to do."""
        out = self.out()
        left = 0 if self.settled else sum(line.state == "open" for line in out.lines)
        return ColumnCounts(blocked=len(out.blockers), open=left)

    def do(self, gesture: ColumnGesture) -> None:
        """Do what a gesture asks."""
        match self.columns, self.interpret():
            case ColumnMapping() as columns, SeenMapping() as seen:
                columns.do(gesture, seen)
            case ColumnDraft() as columns, SeenDraft() as seen:
                columns.do(gesture, seen)
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
