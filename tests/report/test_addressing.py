"""No letter or sheet goes out with a code where the survey asks for names, nor under the name of a draft."""

from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.report.addressing import format_unreachable_warning
from mentormatch.report.handouts import make_handouts

FOLDER = mm.examples.folder_of("mentorat")
STATED = mm.examples.programme().to_dict()


def varied(**documents: object) -> tuple[mm.Matching, mm.results.Contacts]:
    """Return the pairs of the example and its contacts, under another section of documents."""
    programme = mm.Programme.read(STATED | {"documents": STATED["documents"] | documents})
    return mm.match(mm.examples.cohort(), programme), mm.read_contacts(programme, str(FOLDER / "reponses.csv"))


def unnamed(programme: str) -> tuple[mm.Matching, mm.results.Contacts]:
    """Return the pairs of the example under another name of the programme."""
    stated = STATED | {"programme": STATED["programme"] | {"name": programme}}
    found = mm.Programme.read(stated)
    return mm.match(mm.examples.cohort(), found), mm.read_contacts(found, str(FOLDER / "reponses.csv"))


def refusals(matching: mm.Matching, contacts: mm.results.Contacts, folder: Path) -> set[str]:
    """Return what is refused, letters and sheets alike."""
    told = set()
    for write in (
        lambda: mm.letters(matching, contacts, "proposal"),
        lambda: mm.write_handouts(matching, contacts, folder),
    ):
        with pytest.raises(mm.RequestError) as refused:
            write()
        told.add(str(refused.value))
    assert not folder.exists()
    return told


def test_names_that_no_field_is_said_to_give_are_refused_with_what_to_write(tmp_path: Path) -> None:
    (told,) = refusals(*varied(name=None), tmp_path / "fiches")
    assert 'name = "nom"' in told


def test_who_gave_no_name_is_told_by_code(tmp_path: Path) -> None:
    matching, contacts = varied()
    people = {person: dict(said) for person, said in contacts.people.items()}
    del people["mentor", "M02"]["nom"]
    (told,) = refusals(matching, mm.results.Contacts(contacts.fields, people), tmp_path / "fiches")
    assert "M02 : sans nom" in told


@pytest.mark.parametrize("name", ["Programme à nommer", "Programme to be named"])
def test_the_name_of_a_draft_is_refused_in_any_language(name: str, tmp_path: Path) -> None:
    (told,) = refusals(*unnamed(name), tmp_path / "fiches")
    assert "[programme] name" in told


def test_people_are_called_by_codes_where_nobody_was_asked_for_a_name() -> None:
    matching, contacts = varied()
    bare = mm.results.Contacts((), {})
    assert "Bonjour M01," in mm.letters(matching, bare, "proposal")[0].text
    assert "Bonjour M01," not in mm.letters(matching, contacts, "proposal")[0].text


def test_first_and_last_name_make_one_name() -> None:
    matching, contacts = varied(name=["nom", "telephone"], contacts=["courriel"])
    first = make_handouts(matching, contacts)[0]
    assert first.name == " ".join(contacts.of("mentor", "M01")[field] for field in ("nom", "telephone"))


def test_it_is_told_that_nobody_would_read_how_to_reach_their_partner() -> None:
    for documents, told in (
        ({}, ""),
        ({"contacts": []}, "[documents] contacts"),
        ({"contacts": ["nom"]}, "ne liraient pas"),
    ):
        matching, contacts = varied(**documents)
        assert told in format_unreachable_warning(matching, make_handouts(matching, contacts))
