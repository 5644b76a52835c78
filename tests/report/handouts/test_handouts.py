"""What leaves the team: each person reads of their partner what the programme says, and of nobody anything else."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mentormatch import Matching, Programme, ProgrammeError, RequestError, match, write_handouts
from mentormatch.fields import SIDES
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.record.validation import validate
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.handouts import (
    NO_PARTNER_TEXT,
    PROVISIONAL_TEXT,
    common_text,
    letters_book,
    make_handouts,
    person_sheet,
)
from mentormatch.report.texts import render_template
from mentormatch.results import Contacts
from tests.report.cohorts import FIELDS, hostile_matchings, hostile_strings, matched, person, programme
from tests.report.handouts.samples import CONTACTS, example, read
from tests.report.readers import ALIVE, Outline, parts, sheets, table


def handed(folder: Path, matching: Matching, contacts: Contacts) -> dict[str, str]:
    """Return the files that were written, as text, by name."""
    written = write_handouts(matching, contacts, folder)
    return {path.name: path.read_text("utf-8") for path in written if path.suffix == ".html"}


def reachable(matching: Matching) -> Contacts:
    """Return contacts made of each person's key."""
    known = {
        (side, canonical(key)): {name: f"{name} de {key}" for name in CONTACTS}
        for side in SIDES
        for key in matching.cohort.side(side).ids
    }
    return Contacts(tuple(CONTACTS), known)


def two_each(**documents: object) -> Matching:
    rules = programme(
        fields={**FIELDS, **CONTACTS},
        documents={"name": "nom"} | documents,
        rules=[{"kind": "capacity", "side": "mentor", "most": 2}],
    )
    return matched(rules, [person("M1")], [person("E1", "diffusion"), person("E2")])


def test_each_sheet_names_the_partners_and_those_only(tmp_path: Path) -> None:
    matching, contacts = example()
    files = handed(tmp_path, matching, contacts)
    partners: dict[tuple[str, str], set[str]] = {}
    for pair in matching.pairs:
        partners.setdefault(("mentor", pair.mentor), set()).add(contacts.of("mentee", pair.mentee)["courriel"])
        partners.setdefault(("mentee", pair.mentee), set()).add(contacts.of("mentor", pair.mentor)["courriel"])
    emails = {said["courriel"] for said in contacts.people.values()}
    for side, name in zip(SIDES, ("mentor", "mentoree"), strict=True):
        for row, key in enumerate(matching.cohort.side(side).ids, start=1):
            page = files[f"fiche-{name}-{row:02d}.html"]
            assert {email for email in emails if email in page} == partners.get((side, key), set())
            assert (tr(NO_PARTNER_TEXT) in read(page)) == ((side, key) not in partners)


def test_a_sheet_holds_no_answer_no_phone_and_no_points(tmp_path: Path) -> None:
    matching, contacts = example()
    said = {said["telephone"] for said in contacts.people.values() if "telephone" in said}
    for side in SIDES:
        people = matching.cohort.side(side)
        rows = [people.person(row) for row in range(len(people))]
        for name, field in matching.programme.fields.items():
            if field.use in ("match", "display") and name in people.columns:
                said |= {part for one in rows for part in one.parts(name) if len(part) > 5}
    said |= {criterion.label for criterion in matching.programme.criteria}
    own = " ".join([*matching.programme.documents.message.split(), matching.programme.name])
    for page in handed(tmp_path, matching, contacts).values():
        texts = read(page)
        assert [text for text in said if text in texts and text not in own] == []
        assert "points" not in texts


def test_points_are_told_where_the_programme_says_so(tmp_path: Path) -> None:
    matching = two_each(score=True)
    files = handed(tmp_path, matching, reachable(matching))
    assert [points_in(files[f"fiche-mentoree-0{n}.html"]) for n in (1, 2)] == [["66,7"], ["100,0"]]
    assert points_in(files["fiche-mentor-01.html"]) == ["66,7", "100,0"]


def points_in(page: str) -> list[str]:
    return re.findall(r"Points du binôme (\S+) sur 100", read(page))


def test_partners_stand_in_an_order_that_tells_nothing_of_their_points(tmp_path: Path) -> None:
    matching = two_each(name="nom")
    assert [pair.mentee for pair in matching.pairs] == ["E2", "E1"]
    page = handed(tmp_path, matching, reachable(matching))["fiche-mentor-01.html"]
    assert "Vous accompagnez nom de E1 et nom de E2." in page
    assert re.findall("<h2 class=.who.>(.*)</h2>", page) == ["nom de E1", "nom de E2"]


def test_nothing_of_a_partner_but_name_and_code_is_read_unless_the_programme_says_so(tmp_path: Path) -> None:
    matching = two_each()
    files = handed(tmp_path, matching, reachable(matching))
    others = [f"{field} de M1" for field in CONTACTS if field != "nom"]
    sheets = [page for name, page in files.items() if name.startswith("fiche-mentoree")]
    assert not [one for one in others for page in sheets if one in page]
    assert "nom de M1 vous accompagne." in files["fiche-mentoree-01.html"]


def test_a_key_that_is_an_address_is_not_read_by_the_partner(tmp_path: Path) -> None:
    fields = {"metier": FIELDS["metier"], "courriel": CONTACTS["courriel"]}
    rules = programme(fields=fields, criteria=[{"kind": "same", "field": "metier", "weight": 1}])
    people = [{"courriel": address, "metier": "production"} for address in ("a@x.example", "b@x.example")]
    matching = matched(rules, people[:1], people[1:])
    files = handed(tmp_path, matching, Contacts((), {}))
    assert "b@x.example" not in files["fiche-mentor-01.html"]
    assert "E01" in files["fiche-mentor-01.html"]


def test_contacts_that_the_programme_does_not_have_are_told() -> None:
    with pytest.raises(ProgrammeError) as refusal:
        programme(
            fields={**FIELDS, **CONTACTS}, documents={"name": "noms", "contacts": ["tel", "metier"], "scores": True}
        )
    assert [problem.where for problem in refusal.value.problems] == ["documents"]
    with pytest.raises(ProgrammeError) as refusal:
        programme(fields={**FIELDS, **CONTACTS}, documents={"name": "noms", "contacts": ["tel", "metier"]})
    assert [problem.where for problem in refusal.value.problems] == ["documents.name", "documents.contacts"]


@pytest.mark.promise(26)
def test_letters_and_matching_agree_pair_for_pair(tmp_path: Path) -> None:
    matching, contacts = example()
    write_handouts(matching, contacts, tmp_path)
    found = sheets((tmp_path / "publipostage.xlsx").read_bytes())
    expected = {(pair.mentor, pair.mentee) for pair in matching.pairs}
    assert {(row[0], row[1]) for row in found["Par binôme"][1:]} == expected
    head = found["Par personne"][0]
    for rows in (found["Par personne"][1:], table((tmp_path / "publipostage.csv").read_bytes())[1:]):
        told = [dict(zip(map(str, head), row, strict=True)) for row in rows]
        assert len(told) == len(matching.cohort.mentors) + len(matching.cohort.mentees)
        pairs = {
            (row["Identifiant"], row[f"Binôme {number} : identifiant"])
            for row in told
            for number in (1, 2)
            if row["Côté"] == "mentor·e" and row[f"Binôme {number} : identifiant"]
        }
        assert pairs == expected
        assert {str(row["Identifiant"]) for row in told if row["Situation"] == "sans binôme"} == {
            one.person for one in matching.unmatched
        }


def test_every_column_for_letters_has_a_heading_of_its_own_and_is_explained(tmp_path: Path) -> None:
    matching, contacts = example()
    write_handouts(matching, contacts, tmp_path)
    found = sheets((tmp_path / "publipostage.xlsx").read_bytes())
    for name in ("Par personne", "Par binôme"):
        assert len(set(found[name][0])) == len(found[name][0])
        assert [row[1] for row in found["Colonnes"][1:] if row[0] == name] == found[name][0]
    assert all(row[2] for row in found["Colonnes"])
    explained = {(row[0], row[1]): row[2] for row in found["Colonnes"]}
    assert "La réponse de la personne" in str(explained["Par binôme", "Mentor·e : Courriel"])
    assert "Le code" in str(explained["Par binôme", "Mentor·e"])


@pytest.mark.promise(23)
def test_no_hostile_text_lives_in_what_is_handed_out(shared_data: Path) -> None:
    strings = hostile_strings(shared_data / "hostile")
    for matching in hostile_matchings(strings):
        settings = {"name": "nom", "contacts": ["nom", "courriel", "tel"], "message": "\n".join(strings[:50])}
        data = matching.programme.model_dump(by_alias=True)
        rules = Programme.read({**data, "fields": {**data["fields"], **CONTACTS}, "documents": settings})
        changed = replace(matching, programme=rules)
        contacts = reachable(changed)
        every = make_handouts(changed, contacts)
        outline = Outline(render_template("handouts.html", handed=every, common=common_text(changed, None)))
        assert outline.balanced
        assert not {"script", "a", "img", "iframe", "form", "object", "svg"} & set(outline.tags)
        assert not [name for name, _ in outline.attributes if name.startswith("on") or name in ("href", "src")]
        content = letters_book(changed, contacts, every)
        assert [name for name, xml in parts(content) if ALIVE.search(name + xml)] == []
        cells = [cell for row in table(to_csv(person_sheet(changed, contacts, every))) for cell in row]
        assert [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)] == []


def test_what_is_handed_out_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    matching = two_each()
    for path in write_handouts(matching, reachable(matching), tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_sheet_says_that_it_is_a_proposal_until_somebody_has_validated_the_decision(tmp_path: Path) -> None:
    matching = two_each()
    decision, *_ = matching.save(tmp_path / "binomes", who="Camille Roux")
    for validated in (False, True):
        if validated:
            validate(decision, who="Camille Roux")
        written = write_handouts(matching, reachable(matching), tmp_path / "documents", decision=decision)
        (page,) = [path.read_text("utf-8") for path in written if path.name == "fiche-mentor-01.html"]
        assert (tr(PROVISIONAL_TEXT) in read(page)) == (not validated)


def test_the_decision_of_other_pairs_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    decision, *_ = two_each().save(tmp_path / "binomes", who="Camille Roux")
    other = match(two_each().cohort, two_each().programme, bans=[("M1", "E1")])
    with pytest.raises(RequestError, match="n’est pas celui de ces binômes"):
        write_handouts(other, reachable(other), tmp_path / "documents", decision=decision)
    assert not (tmp_path / "documents").exists()
