"""How people are reached, as a CSV file or a workbook that only its owner can read."""

from os import PathLike
from pathlib import Path

from mentormatch.base.generation import write_document
from mentormatch.errors import OutputError, Problem
from mentormatch.explanation.tables import SIDES, ResultSheet, sheet
from mentormatch.languages import language, tr
from mentormatch.programme.programme import Programme
from mentormatch.programme.validation_messages import enumerated
from mentormatch.report.book import Book, BookColumn
from mentormatch.report.exporters.delimited import delimited
from mentormatch.survey.contacts import Contacts


def write_contacts(
    contacts: Contacts, programme: Programme, path: str | PathLike[str], *, replace: bool = False
) -> Path:
    """Write who is reached how, one row a person under their key: a workbook for ``.xlsx``, CSV for ``.csv``.

    Raises OutputError for any other ending, where it cannot be written, or where somebody wrote in the one that is
    there and it is not to be ``replaced``.
    """
    target = Path(path)
    with language(programme.heading.language, unless_asked=True):
        writer = WRITERS.get(target.suffix.lower())
        if writer is None:
            found = Problem(target.name, tr("un autre format"), enumerated(WRITERS))
            raise OutputError(tr("Les coordonnées ne s'écrivent pas ainsi"), [found])
        content = writer(contact_sheet(contacts, programme))
        return write_document(target, content, "contacts", replace=replace, private=True)


def workbook(table: ResultSheet) -> bytes:
    """Return a table as a workbook of one sheet."""
    book = Book(tr("Coordonnées"))
    book.table(tr("Coordonnées"), [BookColumn(title, WIDTH, "wrapped") for title in table.titles], table.rows)
    return book.content()


WIDTH = 28.0
WRITERS = {".csv": delimited, ".xlsx": workbook}
"""What writes a table, by the ending of the file."""


def contact_sheet(contacts: Contacts, programme: Programme) -> ResultSheet:
    """Return who is reached how, as a table."""
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [(name, programme.fields[name].question) for name in contacts.fields]
    rows = (
        (tr(SIDES[side]), key, *(said.get(name, "") for name in contacts.fields))
        for (side, key), said in contacts.people.items()
    )
    return sheet(columns, rows)
