"""Groups as people read them: participants who is in which group, the team what it rests on, and no more than that."""

import json
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import Status
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.groups.partition import goal_in_words
from mentormatch.groups.topics import choose_topics
from mentormatch.groups.turns import schedule_turns
from mentormatch.languages.translation import tr
from mentormatch.programme.sections import Facilitation
from mentormatch.report.sessions import TABLE_TITLES
from mentormatch.results import Grouping, Rotation, Tier
from mentormatch.rules import Together
from tests.doors import substitute
from tests.groups.examples import NAME, example_groups

SUFFIXES = (".html", ".csv", ".json", ".xlsx")


@pytest.fixture(scope="module")
def grouping() -> Grouping:
    """The groups of a second season: people meet again, and one of the first has no place any more."""
    cohort, programme = mm.examples.cohort(NAME), mm.examples.programme(NAME)
    assert programme.groups
    asked = programme.model_copy(update={"groups": programme.groups.model_copy(update={"size": 7})})
    return mm.form_groups(cohort, asked, past=[example_groups()])


@pytest.fixture(scope="module")
def rotation(grouping: Grouping) -> Rotation:
    return mm.rotate(grouping, 2)


def text_of(path: Path) -> str:
    """Return all that a document says."""
    if path.suffix == ".xlsx":
        cells = (cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row)
        return "\n".join(str(cell.value) for cell in cells)
    return unescape(path.read_text("utf-8-sig"))


def test_the_first_sentences_say_how_many_are_in_how_many_groups_what_is_known_and_how_many_have_none(
    grouping: Grouping,
) -> None:
    assert grouping.sentences == (
        "21\u00a0personnes en 3\u00a0groupes de 7.",
        "Contrôlé sans solveur : ces groupes respectent les règles, et aucune autre répartition ne fait mieux.",
        "3 personnes n’ont pas de groupe.",
    )


def test_the_team_is_told_each_goal_with_its_proof_and_why_not_all_have_a_place(grouping: Grouping) -> None:
    told = grouping.staff_sentences
    assert "Personnes placées : 21, prouvé." in told
    assert any(line.startswith("Retrouvailles : ") and line.endswith("prouvé.") for line in told)
    assert "24\u00a0personnes participent ; 3\u00a0groupes d’au plus 7 n’en prennent que 21." in told
    assert "Avec des groupes de 6 à 8 personnes, tout le monde a une place." in told


def test_a_goal_that_is_not_proved_says_how_far_its_bound_is() -> None:
    assert goal_in_words(Tier("total", 9_600_000, 10_000_000)).endswith("borne 1\u202f000,0 (écart 4,0\u00a0%)")
    far = goal_in_words(Tier("total", 9_000_000, 10_000_000))
    assert far.endswith("900,0, et aucune borne proche n’est connue")
    assert goal_in_words(Tier("placed", 9, 10)).endswith("borne 10 (écart 10,0\u00a0%)")
    assert goal_in_words(Tier("placed", 9, None)) == "personnes placées : 9, sans borne connue"


def test_groups_of_unlike_sizes_and_no_groups_are_told_too(grouping: Grouping) -> None:
    none = replace(grouping, solution=replace(grouping.solution, status=Status.STOPPED, groups=(), leaders=()))
    assert none.sentences[:2] == ("Aucun groupe n’a été formé.", "Le temps est écoulé avant une première réponse.")
    fewer = (grouping.solution.groups[0], grouping.solution.groups[1][:5])
    assert replace(none, solution=replace(none.solution, groups=fewer)).sentences[0].endswith("de 5 à 7.")


@pytest.mark.promise(25)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_points_reasons_and_former_meetings_are_in_the_document_of_the_team_alone(
    grouping: Grouping, suffix: str, tmp_path: Path
) -> None:
    public, staff = (
        text_of(grouping.save(tmp_path / f"{name}{suffix}", staff=name == "staff")) for name in ("public", "staff")
    )
    secrets = {
        ".csv": ["Points sur 100"],
        ".json": ["contributions", "unplaced", "met", "score", "tiers", "conflict", "rejected"],
    }.get(suffix, ["même métier", "Sans groupe" if suffix == ".html" else "full", "A déjà rencontré", "Retrouvailles"])
    assert [word for word in secrets if word in public] == []
    assert [word for word in secrets if word not in staff] == []
    assert all(one.person not in public for one in grouping.unplaced)
    assert all(key in public for group in grouping.groups for key in group.members)


@pytest.mark.promise(26)
def test_workbook_page_csv_json_and_frame_have_the_same_groups(grouping: Grouping, tmp_path: Path) -> None:
    rows = [(group.number, key) for group in grouping.groups for key in group.members]
    files = {suffix: grouping.save(tmp_path / f"groupes{suffix}") for suffix in SUFFIXES}
    sheet = load_workbook(files[".xlsx"]).worksheets[0]
    assert [tuple(cell.value for cell in row) for row in list(sheet.rows)[1:]] == rows
    lines = [line.replace('"', "").split(";") for line in files[".csv"].read_text("utf-8-sig").splitlines()[1:]]
    assert [(int(number), key) for number, key in lines] == rows
    told = json.loads(files[".json"].read_text())
    assert [(one["number"], key) for one in told["groups"] for key in one["members"]] == rows
    assert list(grouping.frames.groups.itertuples(index=False, name=None)) == rows
    page = files[".html"].read_text()
    assert [page.index(f">{key}<") for _, key in rows] == sorted(page.index(f">{key}<") for _, key in rows)


def test_the_points_of_a_group_are_those_of_its_criteria_in_every_table(grouping: Grouping) -> None:
    frames = grouping.frames
    sums = frames.shares.groupby("group")["points"].sum()
    assert sums.round(6).tolist() == frames.scores["points"].round(6).tolist()
    assert frames.scores["again"].sum() == len(frames.met) == grouping.repeats > 0
    assert set(frames.unplaced["code"]) <= {"full", "nobody_to_meet"}


def test_a_share_says_what_the_group_answered_but_nothing_of_a_private_question(grouping: Grouping) -> None:
    reasons = {share.criterion: share.reason for share in grouping.groups[0].contributions}
    assert reasons["créneaux communs à tous"].startswith("tout le groupe : ")
    members = grouping.cohort.members
    row = members.find(grouping.groups[0].members[0])
    assert members.shown("metier", row) in reasons["même métier"]
    assert reasons["souhaits"] == ""


def test_a_notebook_shows_points_and_who_has_no_group_but_never_who_met_whom(grouping: Grouping) -> None:
    html = unescape(grouping._repr_html_())
    for words in ("75", "même métier", "Sans groupe", grouping.unplaced[0].person, "tout le monde a une place"):
        assert words in html
    assert "A déjà rencontré" not in html
    assert "<script" not in html


def without_codes(grouping: Grouping) -> Grouping:
    """Return groups of people whose keys are e-mail addresses."""
    ids = tuple(f"{key.lower()}@example.org" for key in grouping.cohort.mentees.ids)
    cohort = replace(grouping.cohort, mentees=replace(grouping.cohort.mentees, ids=ids))
    fields = {
        name: field.model_copy(update={"use": "contact"}) if field.use == "key" else field
        for name, field in grouping.programme.fields.items()
    }
    people = Together(people=[ids[0], ids[8]])
    others = [each for each in grouping.programme.rules if "code" not in getattr(each, "against", ())]
    programme = grouping.programme.model_copy(update={"fields": fields, "rules": [*others, people]})
    return mm.form_groups(cohort, programme)


@pytest.mark.promise(25)
def test_a_notebook_calls_people_by_pseudonyms_where_their_keys_are_addresses(grouping: Grouping) -> None:
    addressed = without_codes(grouping)
    shown = addressed._repr_html_() + mm.rotate(addressed, 2)._repr_html_()
    assert "@" not in shown
    assert "E01" in shown
    assert addressed.labels is KEY_LABELS


@pytest.mark.promise(25)
def test_a_notebook_of_topics_and_turns_hides_keys_that_identify_people() -> None:
    keys = ["jean.dupont@example.fr", "b@example.fr", "P02", "Zoé Martin"]
    topics = choose_topics({keys[0]: ["X"], keys[1]: ["Y"], keys[2]: ["X"], keys[3]: None}, 1)
    turns = schedule_turns(keys, ["2027-01-05", "2027-02-02"], absences={keys[0]: ["2027-01-05", "2027-02-02"]})
    for result in (topics, turns):
        assert not any(key in result._repr_html_() for key in keys)
        # No pseudonym is the key of another person
        assert all(name in result._repr_html_() for name in ("P01", "P03", "P04", "P05"))
    named = topics.relabel(Labels({("mentee", keys[0]): "Jean Dupont"}))
    assert "Jean Dupont" in named._repr_html_()


def test_a_notebook_of_topics_and_turns_shows_keys_that_identify_nobody() -> None:
    for result in (choose_topics({"C01": ["X"], "C02": ["Y"]}, 1), schedule_turns(["C01", "C02"], 2)):
        assert all(key in result._repr_html_() for key in ("C01", "C02"))


def test_groups_may_be_told_by_name(grouping: Grouping, tmp_path: Path) -> None:
    mm.examples.copy_to(tmp_path, NAME)
    documents = grouping.programme.documents.model_copy(update={"name": "nom"})
    asked = replace(grouping, programme=grouping.programme.model_copy(update={"documents": documents}))
    named = asked.named(mm.read_contacts(asked.programme, tmp_path / "reponses.csv"))
    told = text_of(named.save(tmp_path / "noms.html"))
    assert "Arnaud Alix" in told or "Arnaud Alix" in {named.name_of(one.person) for one in named.unplaced}
    assert "C02" not in told
    assert [group.members for group in named.groups] == [group.members for group in grouping.groups]


@pytest.mark.proof
@pytest.mark.parametrize("labels", [KEY_LABELS, Labels({}, "?")])
def test_groups_have_labels_of_their_own_so_that_others_leave_them_the_same(
    grouping: Grouping, rotation: Rotation, labels: Labels
) -> None:
    assert grouping.in_codes(labels) == grouping
    assert rotation.in_codes(labels) == rotation


def test_a_conflict_names_people_as_the_groups_do(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "groups", QUESTION_LIMIT_S=0.1)  # ways out are sought in vain
    cohort, programme = mm.examples.cohort(NAME), mm.examples.programme(NAME)
    impossible = mm.form_groups(cohort, programme, together=[("C01", "C02")])
    assert impossible.conflict
    assert "C01 et C02" in impossible.conflict.reason
    labels = Labels({("mentee", "c01"): "Alix", ("mentee", "c02"): "Basile"})
    named = replace(impossible, labels=labels)
    assert named.conflict
    assert named.conflict.people == impossible.conflict.people
    assert "Alix et Basile sont à réunir" in named.conflict.reason
    assert "C01" not in str(named.conflict)


def test_who_leads_stands_with_the_groups(grouping: Grouping) -> None:
    leader = grouping.cohort.members.take([0])
    programme = grouping.programme
    assert programme.groups
    led = Facilitation(field="metier", facilitator="Production", member="Diffusion", seats=3)
    asked = programme.model_copy(update={"groups": programme.groups.model_copy(update={"facilitators": led})})
    cohort = replace(
        grouping.cohort,
        mentors=leader,
        mentees=grouping.cohort.members.take(list(range(2, len(grouping.cohort.members)))),
    )
    found = mm.form_groups(cohort, asked)
    assert {group.facilitator for group in found.groups} == {"C01"}
    assert {row[2] for row in found.sheets["groups"].rows} == {"C01"}
    assert found._repr_html_().count("<td>C01</td>") == 3
    assert found.as_dict["groups"][0]["facilitator"] == "C01"  # type: ignore[index]  # what is told is JSON


def test_a_rotation_says_its_rounds_to_all_and_who_meets_again_to_the_team(rotation: Rotation, tmp_path: Path) -> None:
    assert rotation.sentences == (rotation.explanation,)
    assert len(rotation.again) == rotation.repeats > 0
    public, staff = (
        text_of(rotation.save(tmp_path / f"{name}.html", staff=name == "staff")) for name in ("public", "staff")
    )
    assert "Tour\u00a02" in public
    assert "Retrouvailles" not in public
    assert "Retrouvailles entre les tours" in staff
    told = json.loads(rotation.save(tmp_path / "tours.json").read_text())
    assert [tuple(tuple(group) for group in each["groups"]) for each in told["rounds"]] == list(rotation.rounds)
    assert str(rotation.status) == ("proved" if rotation.proved else "feasible")


def test_every_table_has_a_title_that_a_sheet_of_a_workbook_can_bear_in_both_languages(
    grouping: Grouping, rotation: Rotation
) -> None:
    for result in (grouping, rotation):
        assert {*result.sheets, *result.staff_sheets} <= set(TABLE_TITLES)
    for code in ("fr", "en"):
        with mm.language(code):
            assert [title for title in map(tr, TABLE_TITLES.values()) if len(title) > 31] == []


@pytest.mark.proof
def test_groups_are_told_in_english_too(grouping: Grouping, rotation: Rotation) -> None:
    with mm.language("en"):
        told = [*grouping.sentences, *grouping.staff_sentences, *rotation.sentences]
        page = grouping._repr_html_()
    assert told[0] == "21\u00a0people in 3\u00a0groups of 7."
    assert "Who is in which group" not in page
    assert "Without a group" in page
