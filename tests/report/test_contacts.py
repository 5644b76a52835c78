"""How people are reached leaves as what its name says: a workbook, CSV, or nothing at all."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import mentormatch as mm
from mentormatch import language
from mentormatch.errors import OutputError
from mentormatch.report.handouts import contact_sheet, write_contacts
from mentormatch.results import Contacts

PROGRAMME = mm.examples.programme()


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Contacts:
    files = mm.examples.copy_to(tmp_path_factory.mktemp("example"))
    return mm.read_contacts(PROGRAMME, files.answers)


@pytest.mark.parametrize("name", ["contacts.xlsx", "CONTACTS.XLSX"])
def test_a_workbook_holds_the_table_and_its_owner_alone_reads_it(name: str, contacts: Contacts, tmp_path: Path) -> None:
    path = write_contacts(contacts, PROGRAMME, tmp_path / name)
    (read,) = CalamineWorkbook.from_path(path).sheet_names
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(read).to_python()
    table = contact_sheet(contacts, PROGRAMME)
    assert len(table.rows) > 30
    assert [tuple(map(str, row)) for row in rows] == [table.titles, *table.rows]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["contacts.ods", "contacts.html", "contacts", "contacts.csv.gz"])
def test_another_ending_is_refused_with_those_that_are_written_and_leaves_nothing(
    name: str, contacts: Contacts, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"« \.csv », « \.xlsx »"):
        write_contacts(contacts, PROGRAMME, tmp_path / name)
    with language("en"), pytest.raises(OutputError, match="cannot be written like this"):
        write_contacts(contacts, PROGRAMME, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
