"""What is said of many lines is said once; numbered names are different names; mail goes to bare addresses only."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, Programme, match, read_contacts, read_survey, write_handouts
from mentormatch.people.cohort import MAX_LINES_NAMED, merge_remarks
from mentormatch.report.handouts import write_contacts
from mentormatch.results import Remark
from mentormatch.survey.contacts import find_address_fault
from mentormatch.survey.intake import similar_pairs
from tests.survey.intake.answers import EMAIL, KEY, NAME, frame

TEXTS = st.sampled_from(["une plage", "vide", "rouge"])
SOURCES = st.sampled_from(["a.csv", "b.csv"])
REMARKS = st.lists(st.builds(Remark, SOURCES, st.none() | st.integers(2, 30), TEXTS), max_size=40)


@given(REMARKS)
def test_what_is_said_of_lines_of_one_file_is_said_once_and_counts_them(remarks: list[Remark]) -> None:
    told = merge_remarks(remarks)
    of_lines = [one for one in told if one.line is not None]
    for remark in remarks:
        same = [one for one in of_lines if one.source == remark.source and one.text.endswith(remark.text)]
        alike = [one for one in remarks if (one.source, one.text) == (remark.source, remark.text)]
        lines = sorted({one.line for one in alike if one.line is not None})
        if remark.line is None:
            assert remark in told
            continue
        (one,) = same
        assert one.line in lines
        assert len(lines) == 1 or str(len(lines)) in one.text or all(str(line) in one.text for line in lines)
        assert len(lines) <= MAX_LINES_NAMED or f"({len(lines)} en tout)" in one.text
    assert merge_remarks(told) == told


def cohort_of(*answers: str) -> Cohort:
    """Return the cohort of mentors with these answers to a number and to a question of names."""
    fields = {
        "code": KEY,
        "places": {"question": "Places", "kind": "number"},
        "prof": {"question": "Prof", "kind": "names"},
    }
    stated = Programme.read({"programme": {"name": "Essai"}, "fields": fields})
    mentors = frame("Code|Places|Prof", *(f"M{place}|{answer}" for place, answer in enumerate(answers)))
    return read_survey(stated, mentors=mentors, mentees=mentors.iloc[:0])


def test_one_oddity_on_twelve_lines_is_one_remark_with_the_first_lines() -> None:
    (remark,) = cohort_of(*["1-2|"] * 12).remarks
    assert remark.line == 2
    assert remark.text.startswith("lignes 2, 3, 4, 5, 6... (12 en tout) : « places » : une plage de nombres")


@pytest.mark.parametrize(
    ("one", "other"),
    [("prof 1", "prof 10"), ("prof 1", "prof 2"), ("Lycée Moulin 3", "Lycée Moulin 4"), ("Paris II", "Paris III"),
     ("Université Paris IV", "Université Paris V"), ("Lycée Mermoz A", "Lycée Mermoz B"), ("prof10", "prof100"),
     ("Groupe scolaire X", "Groupe scolaire Y"), ("Laboratoire 0", "Laboratoire 1")],
)  # fmt: skip
def test_names_that_bear_other_numbers_are_not_near(one: str, other: str) -> None:
    assert list(similar_pairs([one, other])) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Compagnie des Brumes", "Compagnie des Brume"), ("Lycée Moulin 3", "Lycee Moulin 3"), ("prof 1", "prof l"),
     ("Théâtre de l'Étoile", "Théâtre de l'Etoiles"), ("Studi0 Nord", "Studio Nord"), ("Paris IV Sud", "Paris IV Su")],
)  # fmt: skip
def test_names_that_differ_by_a_letter_or_look_alike_are_near(one: str, other: str) -> None:
    assert list(similar_pairs([one, other])) == [(one, other)]


@given(st.sampled_from(["prof", "Lycée Jean Moulin", "Cie", "Paris"]), st.integers(0, 200), st.integers(0, 200))
def test_no_two_numbers_make_near_names(word: str, one: int, other: int) -> None:
    assert not list(similar_pairs([f"{word} {one}", f"{word} {other}"][: 1 + (one != other)]))


def test_many_near_names_are_one_remark() -> None:
    remarks = cohort_of(
        *(f"|{name}" for name in ("Brumes du Nord", "Brume du Nord", "Vents du Nord", "Vent du Nord"))
    ).remarks
    assert [remark.text for remark in remarks] == [
        "« prof », des noms presque identiques, comptés comme différents : lignes 2 et 3 et 4 et 5"
    ]


def test_two_names_in_one_are_told_where_one_of_them_is_somebody() -> None:
    assert cohort_of("|M1, M2", "|", "|").remarks[0].line == 2
    assert cohort_of("|Cie des Vents / Cie A", "|Cie A").remarks[0].line == 2
    assert cohort_of("|L'Archipel, scène de danse", "|Cie A").remarks == ()


def test_two_names_in_one_are_not_told_where_only_the_same_person_gives_one_of_them() -> None:
    fields = {
        "code": KEY,
        "ville": {"question": "Ville", "kind": "text"},
        "prof": {"question": "Prof", "kind": "names"},
    }
    stated = Programme.read({"programme": {"name": "Essai"}, "fields": fields})
    mentors = frame("Code|Ville|Prof", "M1|Vannes|Vannes, Martin", "M2|Lyon|Durand")
    assert read_survey(stated, mentors=mentors, mentees=mentors.iloc[:0]).remarks == ()
    assert cohort_of("|M0, Martin").remarks == ()


WRONG = {
    "une adresse et autre chose": ["zoe@example.org (le soir)", "zoe@example.org ou 06 00 00 00 00", "zoe@example.org.",
                                   "Zoé <zoe@example.org>", "mailto:zoe@example.org"],
    "plusieurs adresses": ["zoe@example.org; z@example.org", "zoe@example.org ou z@example.org"],
    "pas une adresse": ["06 00 00 00 00", "zoe chez example", "zoe@", "@example.org", "voir plus haut"],
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_bare_address_is_told_by_its_kind(kind: str) -> None:
    assert [text for text in WRONG[kind] if kind not in find_address_fault(text)] == []


@pytest.mark.parametrize("address", ["zoe@example.org", " zoe.d+m@ex-ample.co.uk ", "zoé@exemple.fr", "o'neill@x.fr"])
def test_a_bare_address_is_one(address: str) -> None:
    assert find_address_fault(address) == ""


CONTACTS = {
    "code": KEY,
    "courriel": EMAIL,
    "pro": {"question": "E-mail professionnel", "kind": "text", "use": "contact"},
    "joindre": {"question": "Comment vous joindre", "kind": "text", "use": "contact"},
    "nom": NAME,
}
LEAK = "@dirty"


@pytest.mark.promise(6)
def test_an_address_with_words_behind_it_is_a_remark_and_leaves_in_no_file(tmp_path: Path) -> None:
    stated = Programme.read(
        {
            "programme": {"name": "Essai"},
            "fields": CONTACTS,
            "documents": {"name": "nom", "contacts": ["courriel", "pro", "nom"]},
        }
    )
    header = "Code|Courriel|E-mail professionnel|Comment vous joindre|Nom"
    mentors = frame(
        header, "M1|m1@dirty.example (le soir)|m1@clean.example|m1 le soir|Anne", "M2|m2@clean.example||06|Bo"
    )
    mentees = frame(header, "E1|e1@clean.example|e1@dirty.example ou 06||Cléo", "E2|x@dirty.y; z@dirty.y|||Dan")
    cohort = read_survey(stated, mentors=mentors, mentees=mentees)
    contacts = read_contacts(stated, mentors=mentors, mentees=mentees)
    told = [remark for remark in cohort.remarks if "adresse" in remark.text]
    assert len(told) == 3
    assert not [remark for remark in cohort.remarks if "dirty" in remark.text]
    assert dict(contacts.of("mentor", "M1")) == {"pro": "m1@clean.example", "joindre": "m1 le soir", "nom": "Anne"}
    assert len(contacts) == 4
    written = [write_contacts(contacts, stated, tmp_path / "contacts.csv")]
    written += write_handouts(match(cohort, stated), contacts, tmp_path / "remise")
    assert not [path.name for path in written if LEAK.encode() in path.read_bytes()]
    rows = list(csv.reader(StringIO(written[0].read_text("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows] == ["Identifiant", "M1", "M2", "E1", "E2"]
