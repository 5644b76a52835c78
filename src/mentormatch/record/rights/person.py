"""One person in files of answers: their rows, all they are known by, and the rows of others that name them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.programme.enrolment import plan_of
from mentormatch.programme.programme import Programme
from mentormatch.survey.plan import Plan
from mentormatch.survey.privacy import Pseudonyms
from mentormatch.survey.submissions import SubmissionSheet, laid_out, submissions
from mentormatch.survey.table import Record, TextTable

SHORTEST = 3
"""Characters; a shorter text is found everywhere, and tells of nobody."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row that a person sent: its file, its place, the side and the key under which it was sent."""

    table: TextTable
    record: Record
    side: Side | None
    key: str


@dataclass(frozen=True)
class HeldData:
    """All that files of answers hold of one person: ``keys`` are their codes and e-mail addresses.

    ``texts`` are those and the contact details that nobody else gave: what tells that a document speaks of them.
    """

    rows: tuple[PersonRow, ...]
    keys: tuple[str, ...]
    texts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Held({len(self.rows)} rows)"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the person in a text that is folded as keys are: whole words only."""
        texts = {canonical(text) for text in self.texts}
        told = sorted((text for text in texts if len(text) >= SHORTEST), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, told))})(?!\w)" if told else r"(?!)")

    def also_as(self, pseudonyms: Pseudonyms) -> "HeldData":
        """Return the same, to be found under their pseudonyms too: profiles and forms bear nothing else."""
        names = [pseudonyms.of(row.side, row.key) for row in self.rows if row.side]
        return replace(self, texts=tuple(dict.fromkeys((*self.texts, *names))))

    def named_in(self, text: str) -> bool:
        """Say whether a text names the person."""
        return self.pattern.search(canonical(text)) is not None


def held(programme: Programme, tables: Sequence[tuple[TextTable, Side | None]], person: str) -> HeldData:
    """Return what files hold of the person with this key or this e-mail address, also where they were forgotten.

    Of somebody who was forgotten, and has no row any more, that is what was asked for: documents may name them still.
    Raises SurveyError where no row is theirs; the message does not repeat what was asked for.
    """
    plan = plan_of(programme, apart=all(side is not None for _, side in tables))
    everybody = [each for sheet in laid_out(tables, plan) for each in sent_in(sheet, plan)]
    sought = canonical(person)
    found = [each for each in everybody if each.whose(sought)]
    if not found and plan.forgotten.holds(sought):
        return HeldData((), (person,), (person,))
    if not found:
        sources = ", ".join(table.source for table, _ in tables)
        expected = tr("son code, ou son courriel, tel que saisi")
        missing = Problem(sources, tr("aucune ligne n'est de cette personne"), expected)
        raise SurveyError(tr("Personne introuvable"), [missing])
    keys = dict.fromkeys(key for each in found for key in each.keys if key)
    others = {canonical(text) for each in everybody if not each.whose(sought) for text in each.contact}
    own = [text for each in found for text in each.contact if text and canonical(text) not in others]
    return HeldData(tuple(each.row for each in found), tuple(keys), tuple(dict.fromkeys((*keys, *own))))


@dataclass(frozen=True, slots=True, repr=False)
class SentAnswers:
    """One row of anybody: by which key and e-mail address it is told whose it is, and the contact details in it."""

    row: PersonRow
    keys: tuple[str, str]
    contact: tuple[str, ...]

    def whose(self, person: str) -> bool:
        """Say whether this key, or e-mail address, is that of who sent the row."""
        return person in map(canonical, self.keys)


def sent_in(sheet: SubmissionSheet, plan: Plan) -> Iterator[SentAnswers]:
    """Yield every row of one file."""
    records = {record.line: record for record in sheet.table.records}
    contacts = [name for name, field in plan.fields.items() if field.use == "contact"]
    for sent in submissions(sheet, plan):
        told = tuple(str(sent.answers.get(name, "")).strip() for name in contacts)
        yield SentAnswers(PersonRow(sheet.table, records[sent.line], sent.side, sent.key), (sent.key, sent.email), told)


def mentions(held: HeldData, tables: Iterable[TextTable]) -> Iterator[tuple[str, int, str]]:
    """Yield where the rows of others name the person: file, line and header; never what they say."""
    mine = {(row.table.source, row.record.line) for row in held.rows}
    for table in tables:
        for record in table.records:
            if (table.source, record.line) not in mine:
                cells = zip(table.header, record.cells, strict=True)
                yield from ((table.source, record.line, header) for header, cell in cells if held.named_in(cell))
