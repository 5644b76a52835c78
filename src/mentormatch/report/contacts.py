"""How people are reached, as a CSV file that only its owner can read."""

from os import PathLike
from pathlib import Path

from mentormatch.files import write_whole
from mentormatch.programme import Programme
from mentormatch.report.exporters.delimited import delimited
from mentormatch.survey.contacts import Contacts
from mentormatch.tables import SIDES, sheet


def write_contacts(contacts: Contacts, programme: Programme, path: str | PathLike[str]) -> Path:
    """Write who is reached how, one row a person under their key; raises OutputError where it cannot be written."""
    columns = [("side", "Côté"), ("key", "Identifiant")]
    columns += [(name, programme.fields[name].question) for name in contacts.fields]
    rows = (
        (SIDES[side], key, *(said.get(name, "") for name in contacts.fields))
        for (side, key), said in contacts.people.items()
    )
    target = Path(path)
    write_whole(target, delimited(sheet(columns, rows)), private=True)
    return target
