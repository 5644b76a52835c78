"""Who is mentor and mentee at once is one person in all documents: chains, sheets, letters, contacts, year, rights."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Cohort, Programme, carry_over, with_history, write_handouts
from mentormatch.contract.operation import ask
from mentormatch.explanation.names import cohort_names, on_both_sides, pseudonyms
from mentormatch.record.rights.edition import Edition, export_person
from mentormatch.record.rights.erasure import forget
from mentormatch.report.handouts import contact_sheet, make_handouts, person_sheet
from mentormatch.report.view import figures, summary_labels
from mentormatch.report.views.piece import get_view_labels
from mentormatch.results import Chain, Contacts
from mentormatch.rules import PastPair

TASKS = ["Budget", "Contrats", "Presse", "Lumière"]
ROLE = {"field": "role", "mentor": "Mentor·e", "mentee": "Mentoré·e", "both": "Les deux"}
HEADER = "Code;Vous êtes;Nom;Courriel;Je transmets;Je cherche"
ROWS = """P01;Mentor·e;Ana Bé;ana@x.fr;Budget;
P02;Les deux;Bo Li;bo@x.fr;Contrats;Budget
P03;Les deux;Cleo Su;cleo@x.fr;Budget,Presse;Contrats
P04;Mentoré·e;Dan Yu;dan@x.fr;;Presse
P05;Les deux;Eve Ro;eve@x.fr;Lumière;
P06;Mentoré·e;Fay Zu;fay@x.fr;;Lumière"""


def stated(**heading: Any) -> dict[str, Any]:
    text = {"kind": "text", "use": "contact"}
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "role": {"question": "Vous êtes", "kind": "choice", "options": ["Mentor·e", "Mentoré·e", "Les deux"]},
        "nom": {"question": "Nom", **text},
        "courriel": {"question": "Courriel", **text},
        "offre": {"question": "Je transmets", "kind": "choices", "side": "mentor", "options": TASKS},
        "besoins": {"question": "Je cherche", "kind": "choices", "side": "mentee", "options": TASKS},
    }
    met = {"question": "Vous êtes-vous vus ?", "kind": "yesno"}
    stopped = {"field": "vus", "in": ["Non"]}
    return {
        "programme": {"name": "Entraide", "role": ROLE, "minimum_answered": 0.1, **heading},
        "fields": fields,
        "criteria": [{"kind": "coverage", "mentee": "besoins", "mentor": "offre"}],
        "rules": [{"kind": "both_roles", "most": 2, "name": "deux rôles"}],
        "documents": {"name": "nom", "contacts": ["courriel"]},
        "follow_up": {"fields": {"vus": met, "avec": {"question": "Avec qui ?", "kind": "text"}}, "partner": "avec"}
        | {"stopped": stopped},
    }


def answers(folder: Path) -> Path:
    path = folder / "reponses.csv"
    path.write_text("\n".join([HEADER, *(row.replace(",", ", ") for row in ROWS.splitlines())]), encoding="utf-8")
    return path


@pytest.fixture(name="made")
def fixture_made(tmp_path: Path) -> tuple[mm.Matching, Contacts]:
    programme, source = Programme.read(stated()), answers(tmp_path)
    return mm.match(mm.read_survey(programme, source), programme), mm.read_contacts(programme, source)


def plan(*pairs: tuple[str, str]) -> mm.Matching:
    """Return the matching that consists of these pairs, each person being one on either side."""
    tables = {"programme": {"name": "x", "keys": "common"}, "fields": {"code": {"kind": "text", "use": "key"}}}
    capacity = [{"kind": "capacity", "side": side, "most": 9} for side in ("mentor", "mentee")]
    programme = Programme.read({**tables, "rules": capacity})
    sides = [[{"code": key} for key in sorted({pair[place] for pair in pairs})] for place in (0, 1)]
    cohort = mm.read_survey(programme, mentors=sides[0], mentees=sides[1])
    return mm.evaluate(cohort, programme, pairs).matching


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (["AB", "BC", "CD"], ["A accompagne B, qui accompagne C, qui accompagne D."]),
        (["AB", "BC", "CA", "YZ"], ["A accompagne B, qui accompagne C, qui accompagne A : une boucle."]),
        (["AB", "BA"], ["A accompagne B, qui accompagne A : une boucle."]),
        (
            ["AB", "XB", "BC", "BD", "DE"],
            ["A et X accompagnent B, qui accompagne C et D.", "B accompagne D, qui accompagne E."],
        ),
        (["AB", "CD"], []),
    ],
)
def test_chains_are_told_from_one_end_to_the_other_and_loops_as_such(pairs: list[str], told: list[str]) -> None:
    found = plan(*((pair[0], pair[1]) for pair in pairs)).chains
    assert [str(chain) for chain in found] == told
    between = {pair[0] for pair in pairs} & {pair[1] for pair in pairs}
    assert sorted(key for chain in found for key in chain.people) == sorted(between)


letters = st.sampled_from("ABCDE")
some_pairs = st.sets(st.tuples(letters, letters).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=9)


@settings(deadline=None, max_examples=60)
@given(some_pairs)
def test_everybody_in_the_middle_is_so_in_one_chain_between_all_who_accompany_them_and_all_whom_they_do(
    pairs: set[tuple[str, str]],
) -> None:
    between = {mentor for mentor, _ in pairs} & {mentee for _, mentee in pairs}
    told = plan(*pairs).chains
    assert sorted(key for chain in told for key in chain.people) == sorted(between)
    for chain in told:
        steps = [chain.mentors, *((key,) for key in chain.people), chain.mentees]
        for before, (key,), after in zip(steps, steps[1:-1], steps[2:], strict=False):
            assert set(before) == {mentor for mentor, mentee in pairs if mentee == key}
            assert set(after) == {mentee for mentor, mentee in pairs if mentor == key}
        assert chain.loop == (len(chain.mentors) == 1 and chain.mentors[0] == chain.people[-1])


def test_chains_are_in_the_frames_the_json_the_page_and_the_workbook(
    made: tuple[mm.Matching, Contacts], tmp_path: Path
) -> None:
    matching, _ = made
    sentence = "P01 accompagne P02, qui accompagne P03, qui accompagne P04."
    assert matching.chains == (Chain(("P01",), ("P02", "P03"), ("P04",)),)
    assert matching.frames.chains["chain"].tolist() == [sentence]
    told = ask("match", {"programme": stated(), "rows": rows()}).model_dump(mode="json")
    assert told["chains"] == [
        {"mentors": ["P01"], "people": ["P02", "P03"], "mentees": ["P04"], "loop": False, "sentence": sentence}
    ]
    folder = tmp_path / "out"
    matching.save(folder)
    assert sentence in (folder / "binomes.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert (5, "mentoré·es, dont 3 aussi mentor·es") in list(figures(matching))
    assert plan(("A", "B"), ("C", "D")).chains == ()


def rows() -> list[dict[str, str]]:
    return [dict(zip(HEADER.split(";"), row.replace(",", ", ").split(";"), strict=True)) for row in ROWS.splitlines()]


def test_one_sheet_and_one_letter_tell_both_roles(made: tuple[mm.Matching, Contacts], tmp_path: Path) -> None:
    matching, contacts = made
    handed = {one.key: one for one in make_handouts(matching, contacts)}
    assert list(handed) == ["P01", "P02", "P03", "P05", "P04", "P06"]
    assert handed["P02"].said == "Vous accompagnez Cleo Su. Ana Bé vous accompagne."
    assert (handed["P02"].missing, handed["P05"].missing) == (
        "",
        "Nous n’avons pas de mentor·e à vous proposer pour le moment.",
    )
    assert handed["P04"].missing == ""
    letters = {one.key: one for one in mm.letters(matching, contacts, "confirmation")}
    assert len(letters) == 6
    assert letters["P02"].address == "bo@x.fr"
    assert all(name in letters["P02"].text for name in ("Cleo Su", "cleo@x.fr", "Ana Bé", "ana@x.fr"))
    assert "pas de mentor·e" in letters["P05"].text
    table = person_sheet(matching, contacts, tuple(handed.values()))
    row = dict(zip(table.names, next(row for row in table.rows if row[1] == "P02"), strict=True))
    assert (row["side"], row["role_1"], row["role_2"]) == ("mentor·e et mentoré·e", "mentoré·e", "mentor·e")
    written = write_handouts(matching, contacts, tmp_path / "fiches")
    assert len([path for path in written if path.name.startswith("fiche-")]) == 6


def test_contacts_have_one_row_a_person(made: tuple[mm.Matching, Contacts]) -> None:
    matching, contacts = made
    table = contact_sheet(contacts, matching.programme)
    assert [row[1] for row in table.rows] == ["P01", "P02", "P03", "P04", "P05", "P06"]
    assert table.rows[1][0] == "mentor·e et mentoré·e"


def test_a_pseudonym_and_a_name_are_those_of_one_person(made: tuple[mm.Matching, Contacts]) -> None:
    matching, contacts = made
    hidden, called = pseudonyms(matching.cohort), get_view_labels(matching, contacts)
    assert hidden.person("mentor", "P02") == hidden.person("mentee", "P02") == "M02"
    assert called.person("mentor", "P02") == called.person("mentee", "P02") == "Bo Li"


def test_a_reply_without_a_side_is_about_the_pair_with_its_partner(made: tuple[mm.Matching, Contacts]) -> None:
    first = mm.reply(
        made[0], [mm.Reply("P02", "accepted", "P01"), mm.Reply("P01", "accepted"), mm.Reply("P03", "declined", "P02")]
    )
    assert first.settled == {("P01", "P02"): 1}
    assert [one.pair for one in first.declined] == [("P02", "P03")]
    with pytest.raises(mm.errors.RequestError, match="plusieurs binômes") as refused:
        mm.reply(made[0], [mm.Reply("P02", "accepted")])
    assert "P03 et P01" in str(refused.value)
    left = mm.reply(made[0], [mm.Reply("P02", "left")])
    assert not any("P02" in pair for pair in ((one.mentor, one.mentee) for one in left.matching.pairs))


def test_a_person_who_gives_up_one_role_is_told_of_that_role_alone(
    made: tuple[mm.Matching, Contacts], tmp_path: Path
) -> None:
    before, contacts = made
    source = answers(tmp_path)
    rows = source.read_text("utf-8")
    source.write_text(rows.replace("P02;Les deux;Bo Li;bo@x.fr;Contrats", "P02;Mentoré·e;Bo Li;bo@x.fr;"), "utf-8")
    now = mm.match(mm.read_survey(before.programme, source), before.programme)
    assert {("P01", "P02"), ("P02", "P03")} <= {(pair.mentor, pair.mentee) for pair in before.pairs}
    written = {letter.key: letter for letter in mm.letters(now, contacts, "confirmation", since=before)}
    assert set(written) == {"P02", "P03"}
    assert "votre binôme change" in written["P02"].subject
    assert "Votre binôme avec Cleo Su s’arrête." in written["P02"].text
    assert "Ana Bé vous accompagne." in written["P02"].text
    sheets = mm.write_handouts(now, contacts, tmp_path / "fiches", since=before)
    assert sum(path.parent.name == "fiches" and path.name.startswith("fiche-") for path in sheets) == 2


def test_who_leaves_leaves_both_sides_also_under_two_keys(made: tuple[mm.Matching, Contacts]) -> None:
    repaired = mm.repair(made[0], withdrawn=["P02"])
    assert set(repaired.ended) == {("P01", "P02"), ("P02", "P03")}
    assert [row.fate for row in repaired.matching.cohort.rows if row.key == "P02"] == ["rejected"]
    cohort = apart()
    assert [len(side) for side in cohort.both] == [1, 1]
    left = mm.repair(mm.match(cohort, two_files()), withdrawn=["M1"])
    assert (left.matching.cohort.mentors.ids, left.matching.cohort.mentees.ids) == (("M2",), ("E2",))
    assert [edit.entry for edit in left.matching.edits] == [
        {"edit": "withdrawn", "mentor": "m1"},
        {"edit": "withdrawn", "mentee": "e1"},
    ]
    assert {row.key for row in left.matching.cohort.rejected} == {"M1", "E1"}


def two_files() -> Programme:
    """Return a programme in which people have a key on each side, and are known by e-mail and name."""
    tables = stated()
    tables["programme"].pop("role")
    return Programme.read(tables)


def apart() -> Cohort:
    return mm.read_survey(two_files(), **sides())


def sides() -> Any:
    return {
        "mentors": [
            person("M1", "Bo Li", "bo@x.fr", offer="Budget"),
            person("M2", "Ana Bé", "ana@x.fr", offer="Presse"),
        ],
        "mentees": [person("E1", "Li Bo", "bo@x.fr", need="Presse"), person("E2", "Dan Yu", "dan@x.fr", need="Budget")],
    }


def person(code: str, name: str, email: str, *, offer: str = "", need: str = "") -> dict[str, str]:
    said = {"Code": code, "Nom": name, "Courriel": email}
    return said | ({"Je transmets": offer} if offer else {"Je cherche": need})


def test_a_pair_of_an_earlier_edition_does_not_come_back_with_the_roles_changed_over(
    made: tuple[mm.Matching, Contacts],
) -> None:
    programme = with_history(Programme.read(stated()), carry_over(made[0]))
    matching = mm.match(made[0].cohort, programme)
    assert not {("P02", "P03"), ("P03", "P02")} & {(pair.mentor, pair.mentee) for pair in matching.pairs}
    assert "année passée" in str(matching.why_not("P03", "P02"))
    separate = Programme.read({**stated(), "programme": {"name": "x"}})
    cohort = mm.read_survey(separate, **sides())
    rule = mm.rules.History(pairs=[PastPair(mentor="M1", mentee="E2")])
    assert mm.match(cohort, separate.with_rules([rule])).problem.scores.count == 2


def test_one_answer_of_the_year_speaks_of_the_pairs_of_both_roles(made: tuple[mm.Matching, Contacts]) -> None:
    matching, _ = made
    told = [{"Code": "P02", "Vous êtes-vous vus ?": "Oui", "Avec qui ?": ""}]
    year = mm.follow_up(matching.programme, matching.pairs, {3: told})
    met = {(one.pair.mentor, one.pair.mentee): one.state for one in year.meetings}
    assert (met["P01", "P02"], met["P02", "P03"], met["P03", "P04"]) == ("meeting", "meeting", "unknown")
    assert not year.waves[0].rejected
    one = mm.follow_up(matching.programme, matching.pairs, {3: [{**told[0], "Avec qui ?": "P01"}]})
    assert [reply.pairs for reply in one.waves[0].replies] == [
        tuple(at for at, pair in enumerate(matching.pairs) if (pair.mentor, pair.mentee) == ("P01", "P02"))
    ]


def test_what_is_held_of_a_person_is_one_row_and_is_erased_once(tmp_path: Path) -> None:
    source, programme = answers(tmp_path), Programme.read(stated())
    path = programme.save(tmp_path / "programme.toml")
    edition = Edition(path, {"answers": source})
    held = export_person(edition, "P02")
    assert [(row["line"], row["side"]) for row in held.rows] == [(3, "both")]
    done = forget(edition, "P02", who="Claire")
    assert done.rows == (("reponses.csv", 3),)
    assert "P02" not in source.read_text(encoding="utf-8")
    again = edition.cohort()
    assert not again.mentors.has("P02")
    assert not again.mentees.has("P02")


def test_who_is_known_by_mail_and_name_under_two_keys_is_told_all_and_erased_whole(tmp_path: Path) -> None:
    files = {}
    for side, people in sides().items():
        files[side] = tmp_path / f"{side}.csv"
        lines = [";".join(people[0]), *(";".join(one.values()) for one in people)]
        files[side].write_text("\n".join(lines), encoding="utf-8")
    edition = Edition(two_files().save(tmp_path / "programme.toml"), files)
    held = export_person(edition, "M1")
    assert [(row["file"], row["line"], row["side"]) for row in held.rows] == [
        ("mentors.csv", 2, "mentor"),
        ("mentees.csv", 2, "mentee"),
    ]
    assert [row["line"] for row in export_person(edition, "E2").rows] == [3]
    forget(edition, "M1", who="Claire")
    assert not any("bo@x.fr" in path.read_text(encoding="utf-8") for path in files.values())
    assert (edition.cohort().mentors.ids, edition.cohort().mentees.ids) == (("M2",), ("E2",))


def test_a_person_on_both_sides_shares_their_name_with_nobody_on_the_summary(
    made: tuple[mm.Matching, Contacts],
) -> None:
    matching, contacts = made
    names = cohort_names(contacts, matching.cohort, matching.programme)
    labels = summary_labels(matching, names)
    both = on_both_sides(matching.cohort)
    assert both
    for pair in both:
        assert [labels.person(*place) for place in pair] == [names[side, key.upper()] for side, key in pair]
