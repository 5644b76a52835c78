"""After a departure only people whose partners differ get a letter or a sheet, and no letter tells of anybody else."""

import csv
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Matching, letters
from mentormatch.programme.enrolment import read_contacts
from mentormatch.report.handouts import write_handouts
from mentormatch.results import Letter, Repair
from tests.operations.foreign_markets import clubs, offices

type Market = tuple[mm.Programme, dict[str, list[dict[str, object]]]]


class Year:
    """A programme of another house after a departure and an arrival, with names and addresses that nobody else has."""

    def __init__(self, market: Market) -> None:
        self.programme, self.sides = market
        newcomer = self.sides["mentees"][-1]
        arrived = mm.read_survey(self.programme, mentees=[newcomer])
        cohort = mm.read_survey(self.programme, mentors=self.sides["mentors"], mentees=self.sides["mentees"][:-1])
        self.before = mm.match(cohort, self.programme)
        self.gone = self.before.pairs[0].mentor
        stopped = [(self.before.pairs[2].mentor, self.before.pairs[2].mentee)]
        self.repaired: Repair = mm.repair(self.before, withdrawn=[self.gone], arrived=arrived, stopped=stopped, undo=0)
        self.contacts = read_contacts(self.programme, mentors=self.sides["mentors"], mentees=self.sides["mentees"])
        self.names = {str(row["code"]): str(row["nom"]) for rows in self.sides.values() for row in rows}
        self.addresses = {str(row["code"]): str(row["courriel"]) for rows in self.sides.values() for row in rows}

    @property
    def concerned(self) -> set[str]:
        """The people whose set of partners differs, and newcomers."""
        had, has = partners(self.before), partners(self.repaired.matching)
        arrived = {*self.repaired.matching.cohort.mentees.ids} - {*self.before.cohort.mentees.ids}
        return {key for key in had.keys() | has.keys() if had.get(key) != has.get(key)} | arrived

    def written(self) -> tuple[Letter, ...]:
        return letters(self.repaired.matching, self.contacts, "confirmation", since=self.before)


def partners(matching: Matching) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in matching.pairs:
        found.setdefault(pair.mentor, set()).add(pair.mentee)
        found.setdefault(pair.mentee, set()).add(pair.mentor)
    return found


@pytest.fixture(scope="module", params=[offices, clubs])
def year(request: pytest.FixtureRequest) -> Year:
    return Year(request.param())


def test_nobody_else_gets_a_letter(year: Year) -> None:
    written = year.written()
    assert {one.key for one in written} == year.concerned
    assert year.gone in {one.key for one in written}
    assert len(written) < len(letters(year.repaired.matching, year.contacts, "confirmation"))
    assert len({one.file for one in written}) == len(written)


def test_no_letter_holds_a_name_or_an_address_of_anybody_but_partners(year: Year) -> None:
    had, has = partners(year.before), partners(year.repaired.matching)
    for one in year.written():
        partners_of = had.get(one.key, set()) | has.get(one.key, set())
        assert one.address == year.addresses[one.key]
        for key, name in year.names.items():
            if key != one.key and key not in partners_of:
                assert name not in one.text
                assert name not in one.subject
        reachable = {key for key, address in year.addresses.items() if address in one.text}
        assert reachable == (set() if one.key == year.gone else has.get(one.key, set()))


def test_a_letter_says_what_ends_and_what_begins(year: Year) -> None:
    found = {one.key: one for one in year.written()}
    had, has = partners(year.before), partners(year.repaired.matching)
    assert found[year.gone].subject == f"{year.programme.name} : merci"
    assert all(year.names[key] in found[year.gone].text for key in had[year.gone])
    for key in year.concerned - {year.gone}:
        ended = had.get(key, set()) - has.get(key, set())
        assert all(year.names[partner] in found[key].text for partner in ended | has.get(key, set()))
        expected = "change" if key in had and key in has else "s’arrête" if key in had else "binôme"
        assert expected in found[key].subject


def test_only_their_sheets_and_rows_are_written(year: Year, tmp_path: Path) -> None:
    written = write_handouts(year.repaired.matching, year.contacts, tmp_path / "fiches", since=year.before)
    sheets = [path for path in written if path.parent.name == "fiches" and path.name.startswith("fiche-")]
    assert len(sheets) == len(year.concerned - {year.gone})
    with (tmp_path / "fiches" / "publipostage.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["Identifiant"] for row in rows} == year.concerned - {year.gone}


def test_without_a_change_nobody_gets_a_letter(year: Year) -> None:
    assert letters(year.before, year.contacts, "confirmation", since=year.before) == ()
