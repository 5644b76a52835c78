"""Letters: who gets which, what stands in it, and templates that staff change."""

from collections.abc import Mapping
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import letters, write_letters
from mentormatch.report.handouts import contact_labels
from mentormatch.report.letters import (
    LetterKind,
    Template,
    default_templates,
    format_letter_notes,
    parse_template,
    templates_in,
)
from mentormatch.results import Letter
from tests.report.cohorts import matched, person, programme
from tests.report.readers import table
from tests.report.test_notebook import by_email

COHORT, PROGRAMME = mm.examples.cohort(), mm.examples.programme()
MATCHING = mm.match(COHORT, PROGRAMME)


@pytest.fixture(scope="module")
def contacts() -> mm.results.Contacts:
    with mm.examples.folder_of("mentorat").joinpath("reponses.csv").open("rb") as file:
        return mm.read_contacts(PROGRAMME, Path(file.name))


def second_round() -> mm.Proposal:
    """Return a round in which M06 and E08 have accepted, M01 alone, and E05 has declined M04."""
    said = [("M06", "accepted"), ("E08", "accepted"), ("M01", "accepted"), ("E05", "declined")]
    return mm.reply(MATCHING, [mm.Reply(person, answer) for person, answer in said])  # type: ignore[arg-type]  # answers of any text


def by_key(written: tuple[Letter, ...]) -> dict[str, Letter]:
    assert len({one.key for one in written}) == len(written)
    return {one.key: one for one in written}


def test_all_who_are_in_a_pair_get_a_proposal_and_all_others_are_told(contacts: mm.results.Contacts) -> None:
    found = by_key(letters(MATCHING, contacts, "proposal", deadline="le 15 janvier"))
    assert set(found) == {*COHORT.mentors.ids, *COHORT.mentees.ids}
    without = {one.person for one in MATCHING.unmatched}
    told = {key for key, one in found.items() if "pas de binôme cette fois-ci" in one.subject}
    assert told == without
    assert "E08" in found["E08"].text
    assert "15 janvier" in found["E08"].text
    assert "proposons" in found["E08"].text


def test_nobody_learns_how_to_reach_a_partner_before_both_have_accepted(contacts: mm.results.Contacts) -> None:
    addresses = {value for person in contacts for value in contacts.of(*person).values() if "@" in value}
    for kind in ("proposal", "reminder"):
        for one in letters(second_round(), contacts, kind):
            assert not any(address in one.text for address in addresses)
    (mentor, mentee) = letters(second_round(), contacts, "confirmation")[:1] + tuple(
        one for one in letters(second_round(), contacts, "confirmation") if one.key == "E08"
    )
    assert (mentor.key, mentee.address in mentor.text, mentor.address in mentee.text) == ("M06", True, True)


def test_each_occasion_is_for_those_it_concerns(contacts: mm.results.Contacts) -> None:
    now, without = second_round(), {one.person for one in second_round().matching.unmatched}
    assert set(by_key(letters(now, contacts, "proposal"))) == {"M04", "E01"} | without
    assert set(by_key(letters(now, contacts, "confirmation"))) == {"M06", "E08"} | without
    waiting = {str(row[0]) for row in now.form.rows}
    assert set(by_key(letters(now, contacts, "reminder"))) == waiting
    assert "M01" not in waiting


def test_a_reminder_reaches_people_whose_keys_are_addresses() -> None:
    matching = by_email()
    pair = matching.pairs[0]
    proposal = mm.reply(matching, [mm.Reply(pair.mentor, "accepted")])
    label = matching.labels.person
    mentors = {label("mentor", other.mentor) for other in matching.pairs[1:]}
    mentees = {label("mentee", other.mentee) for other in matching.pairs}
    assert set(by_key(letters(proposal, mm.results.Contacts((), {}), "reminder"))) == mentors | mentees


def test_a_reminder_names_only_partners_without_a_reply() -> None:
    rules = programme(rules=[{"kind": "capacity", "side": "mentor", "most": 2}])
    matching = matched(rules, [person("M1")], [person("E1"), person("E2")])
    proposal = mm.reply(matching, [mm.Reply("M1", "accepted", partner="E1")])
    reminders = by_key(letters(proposal, mm.results.Contacts((), {}), "reminder"))
    assert set(reminders) == {"M1", "E1", "E2"}
    assert "accompagner E2." in reminders["M1"].text
    assert "E1" not in reminders["M1"].text


def test_a_letter_is_a_draft_that_mail_programs_read(contacts: mm.results.Contacts, tmp_path: Path) -> None:
    written = letters(MATCHING, contacts, "confirmation")
    paths = write_letters(written, tmp_path, "fr")
    (one,) = [each for each in written if each.key == "M06"]
    mail = message_from_bytes((tmp_path / one.file).read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"], mail["X-Unsent"]) == (one.address, one.subject, "1")
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == one.text
    assert html is not None
    assert "<p>" in html.get_content()
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    rows = table(paths[0].read_bytes())
    assert len(rows) == len(written) + 1
    assert {row[1] for row in rows[1:]} == {each.address for each in written}
    assert write_letters(written, tmp_path, "fr") == paths


WORDS = st.sampled_from(("à", "2026", "🎉", "binôme", "Mentorat", "l’été", ":", "très-long-mot-composé-de-beaucoup"))


@given(st.lists(WORDS, min_size=1, max_size=25).map(" ".join))
@example("à 🎉 b été vous nous binôme 2026 été nous « b proposons un culture b l’été 2026 été un été")
@example("Programme : nous vous proposons\r\nBcc: quelqu'un@exemple.example un binôme")
def test_a_subject_is_decoded_as_it_was_written(subject: str) -> None:
    content = Letter("M1", "a@example.org", subject, "Bonjour\n", "lettre.eml").eml()
    told = " ".join(subject.split())
    mail = message_from_bytes(content, policy=default)
    assert (mail["Subject"], mail["To"], mail.defects) == (told, "a@example.org", [])
    assert str(make_header(decode_header(message_from_bytes(content)["Subject"]))) == told  # another decoder
    assert "Bcc" not in mail
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_what_people_typed_is_text_in_html() -> None:
    one = Letter("M1", "a@example.org", "Objet", "Bonjour <script>alert(1)</script>,\n\n{braces}\n", "lettre.eml")
    assert "<script>" not in one.html
    assert "{braces}" in one.html


def test_who_has_no_address_is_in_the_table_alone_and_staff_are_told(tmp_path: Path) -> None:
    written = letters(MATCHING, mm.results.Contacts((), {}), "proposal")
    assert [path.name for path in write_letters(written, tmp_path, "fr")] == ["lettres.csv"]
    assert any("Sans adresse" in note for note in format_letter_notes(written))


def test_templates_are_written_once_and_then_are_the_teams(contacts: mm.results.Contacts, tmp_path: Path) -> None:
    templates_in(tmp_path, "fr")
    (tmp_path / "proposition.txt").write_text("Bonjour {nom} {{!}}\nC'est {programme}.\n\n{message}\n", "utf-8")
    used = templates_in(tmp_path, "fr")
    found = by_key(letters(MATCHING, contacts, "proposal", templates=used))
    assert found["M06"].subject.endswith("{!}")
    assert PROGRAMME.name in found["M06"].text
    assert used["reminder"] == default_templates_in("fr")["reminder"]


def default_templates_in(language: str) -> Mapping[LetterKind, Template]:
    with mm.language(language):
        return default_templates()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n\n", "sans objet"),
        ("Objet\nBonjour {prenom}", "ligne 2"),
        ("Objet\nBonjour {nom!r}", "ligne 2"),
        ("Objet\nBonjour {nom.__class__}", "ligne 2"),
        ("Objet {\nBonjour", "ligne 1"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_told_by_its_line(text: str, told: str) -> None:
    found = parse_template(text, "modele.txt")
    assert isinstance(found, list)
    assert any(told in str(one) for one in found)


def test_blank_lines_before_the_subject_count_as_lines() -> None:
    found = parse_template("\n\nObjet\n\nBonjour {inconnu}\n", "modele.txt")
    assert isinstance(found, list)
    assert [one.where for one in found] == ["modele.txt, ligne 5"]


def test_a_template_in_another_encoding_is_refused(tmp_path: Path) -> None:
    templates_in(tmp_path, "fr")
    (tmp_path / "rappel.txt").write_bytes("Objet\nréponse".encode("cp1252"))
    with pytest.raises(mm.errors.OutputError, match="UTF-8"):
        templates_in(tmp_path, "fr")


def test_letters_speak_the_language_that_is_asked_for(contacts: mm.results.Contacts) -> None:
    with mm.language("en"):
        found = by_key(letters(MATCHING, contacts, "proposal"))
        confirmed = by_key(letters(MATCHING, contacts, "confirmation"))["M06"].text
    assert "E-mail: " in confirmed
    assert "we propose a pair" in found["M06"].subject
    assert "reply with your code, M06" in found["M06"].text


def test_a_contact_that_is_asked_in_a_whole_question_has_a_word_before_it() -> None:
    questions = {"mail": "What is your email, please?", "tel": "Which phone number?", "tel_2": "Your mobile?"}
    fields = {name: {"question": text, "kind": "text", "use": "contact"} for name, text in questions.items()}
    known = mm.Programme.read({"programme": {"name": "X", "email": "mail"}, "fields": fields})
    with mm.language("en"):
        assert contact_labels(known, ["mail", "tel"]) == {"mail": "E-mail", "tel": "Telephone"}
        assert contact_labels(known, list(questions)) == {**questions, "mail": "E-mail"}
