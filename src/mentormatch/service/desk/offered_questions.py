"""The questions in the files of a desk that its programme does not read: the form can add them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.programme_draft import draft
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.uses import is_sensitive
from mentormatch.programme.enrolment import plan_of
from mentormatch.programme.programme import Programme
from mentormatch.survey.headers import claimed
from mentormatch.widgets.form.questions import OfferedQuestion


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
            if unread.issuperset(one.sample.headers) and not one.answers and not any(one.renamed())
        ]

    @cached_property
    def _entries(self) -> list[DraftEntry]:
        drafted = draft(self.tables, "").entries
        return [one for one in drafted if one.guess.use != "forbidden" and not is_sensitive(one.sample)]

    def _unread(self, programme: Programme) -> set[str]:
        return set(self._headers(programme))

    def _headers(self, programme: Programme) -> Iterator[str]:
        """Yield the headers that answer no question of a programme, and are not the survey tool's own."""
        plan = plan_of(programme, apart=self.tables[0][1] is not None)
        for table, _ in self.tables:
            claims = claimed(table.header, plan).values()
            read = {column for one in claims for column in (*one.whole, *(at for _, at in one.items))}
            yield from (header for at, header in enumerate(table.header) if at not in read and at not in table.own)


def settings_of(entry: DraftEntry) -> dict[str, Any]:
    """Return a question of a draft as the table of a programme file."""
    told: dict[str, Any] = {"question": entry.question, "kind": entry.guess.kind}
    told |= {
        name: value if isinstance(value, str | int | float) else list(value)
        for name, value in entry.guess.settings.items()
    }
    if entry.side:
        told["side"] = entry.side
    return told if entry.guess.use == "match" else {**told, "use": entry.guess.use}
