"""How people are reached, as a CSV file that only its owner can read."""

from os import PathLike
from pathlib import Path

from mentormatch.generation import write_document
from mentormatch.languages import language, tr
from mentormatch.programme import Programme
from mentormatch.report.exporters.delimited import delimited
from mentormatch.survey.contacts import Contacts
from mentormatch.tables import SIDES, Sheet, sheet


def write_contacts(
    contacts: Contacts, programme: Programme, path: str | PathLike[str], *, replace: bool = False
) -> Path:
    """Write who is reached how, one row a person under their key.

    Raises OutputError where it cannot be written, or somebody wrote in the one that is there and it is not to be
    ``replaced``.
    """
    with language(programme.heading.language, unless_asked=True):
        content = delimited(contact_sheet(contacts, programme))
        return write_document(Path(path), content, "contacts", replace=replace, private=True)


def contact_sheet(contacts: Contacts, programme: Programme) -> Sheet:
    """Return who is reached how, as a table."""
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [(name, programme.fields[name].question) for name in contacts.fields]
    rows = (
        (tr(SIDES[side]), key, *(said.get(name, "") for name in contacts.fields))
        for (side, key), said in contacts.people.items()
    )
    return sheet(columns, rows)
