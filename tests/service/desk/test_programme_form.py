"""The form of the programme at a desk: a version that is kept holds for all that comes after it."""

import tomllib

import mentormatch as mm
from mentormatch import Programme
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText, RemovalEdit, SettingsEdit, WeightEdit
from mentormatch.service.desk.uploads import CohortCache
from tests.service.desk.session import ANSWERS, PROGRAMME, Sitting

GAP = {"edit": "settings", "part": "rules", "at": 3, "changes": {"least": 1}}


def asked(sitting: Sitting, action: str, **values: object) -> dict[str, object]:
    """Return the form after something was asked of it."""
    return sitting.done("programme", what={"action": action, **values})


def read() -> Sitting:
    """Return a desk that has read the example."""
    sitting = Sitting()
    sitting.done("example")
    sitting.done("read")
    return sitting


def test_a_trial_leaves_the_pairs_alone_until_it_is_kept() -> None:
    sitting = Sitting()
    sitting.formed()
    before = sitting.done("look")
    told = asked(sitting, "edit", edits=[GAP])
    assert told["tried"]
    assert sitting.done("look") == before
    assert sitting.content("hand", "programme.toml") == PROGRAMME


def test_the_next_steps_use_the_version_that_was_kept_and_its_file_is_the_same_with_its_comments() -> None:
    sitting = read()
    asked(sitting, "edit", edits=[GAP])
    told = asked(sitting, "keep")
    assert (told["version"], told["tried"]) == (2, False)
    assert sitting.done("look")["plan"] is None
    kept = sitting.content("hand", "programme.toml")
    assert tomllib.loads(kept.decode())["rules"][3]["least"] == 1
    assert kept.replace(b"least = 1\n", b"least = 2\n", 1) == PROGRAMME
    plan = sitting.done("form")["plan"]
    assert {figure["noun"]: figure["number"] for figure in plan["figures"]}["binômes"] == 13
    assert Programme.parse(kept) == sitting.desk.require_board().matching.programme


def test_the_form_speaks_as_the_page_does_and_calls_people_as_staff_chose() -> None:
    sitting = Sitting()
    sitting.formed()
    sitting.done("name", shown=True)
    sitting.done("speak", language="en")
    told = asked(sitting, "edit", edits=[GAP])
    assert told["measures"][2]["name"] == "Pairs formed"  # type: ignore[index]  # what JSON holds
    assert "Vialard Nadège" in str(told["moves"])


def test_files_that_are_handed_over_anew_begin_a_form_anew() -> None:
    sitting = read()
    asked(sitting, "edit", edits=[GAP])
    sitting.confirmed("take", ANSWERS + b"\n", part="answers", name="reponses.csv")
    assert "pas encore été lues" in sitting.refused("programme", what={"action": "look"})["title"]
    sitting.done("read")
    assert not asked(sitting, "look")["tried"]


def test_what_cannot_be_is_told_as_any_mistake_in_a_programme_and_all_stays() -> None:
    sitting = read()
    wrong = {**GAP, "changes": {"field": "personne"}}
    told = sitting.refused("programme", what={"action": "edit", "edits": [wrong]})
    assert (told["place"], "champ inconnu" in told["problems"][0]["found"]) == ("programme", True)
    assert not asked(sitting, "look")["tried"]
    assert "formulaire" in sitting.refused("programme", what={"action": "vote"})["title"]


def test_who_takes_part_is_read_anew_where_weights_or_roles_decide_on_it_and_else_not() -> None:
    sitting = read()
    reader = CohortCache(sitting.desk.require_columns().tables)
    text = ProgrammeText.of(PROGRAMME)
    first = reader.cohort_for(text.programme)
    assert reader.cohort_for(text.after(RemovalEdit(part="rules", at=9)).programme) is first
    share = SettingsEdit(part="programme", changes={"minimum_answered": 1.0})
    edits: list[ProgrammeEdit] = [share, WeightEdit(at=0, weight=0.0), WeightEdit(at=4, weight=0.0)]
    for edit in edits:
        programme = text.after(edit).programme
        found = reader.cohort_for(programme)
        fresh = CohortCache(sitting.desk.require_columns().tables).cohort_for(programme)
        assert found is not first
        assert (found.mentors.complete.tolist(), found.mentees.complete.tolist()) == (
            fresh.mentors.complete.tolist(),
            fresh.mentees.complete.tolist(),
        )


def test_a_programme_of_groups_has_no_such_form() -> None:
    sitting = Sitting()
    folder = mm.examples.folder_of("codeveloppement")
    for part, name in (("programme", "programme.toml"), ("answers", "reponses.csv")):
        sitting.done("take", folder.joinpath(name).read_bytes(), part=part, name=name)
    assert sitting.done("read")["intake"]["pairs"] is False
    assert "groupes" in sitting.refused("programme", what={"action": "look"})["title"]


def test_a_column_that_nothing_reads_becomes_a_question_by_which_people_are_compared() -> None:
    rows = ANSWERS.decode("utf-8-sig").splitlines()
    more = [
        f"{row};{'Sport pratiqué' if place == 0 else ('Judo', 'Vélo')[place % 2]}" for place, row in enumerate(rows)
    ]
    sitting = Sitting()
    sitting.done("take", PROGRAMME, part="programme", name="programme.toml")
    sitting.done("take", "\n".join(more).encode(), part="answers", name="reponses.csv")
    sitting.done("read")
    offers = asked(sitting, "look")["question_offers"]
    (offer,) = [one for one in offers if one["name"] == "sport_pratique"]  # type: ignore[attr-defined]  # what JSON holds
    asked(sitting, "edit", edits=[{"edit": "ask", "name": "question", "settings": offer["settings"]}])
    same = {"kind": "same", "field": "sport_pratique", "weight": 20}
    told = asked(sitting, "edit", edits=[{"edit": "add", "part": "criteria", "settings": same}])
    assert told["questions"][-1]["answers"] == "32 sur 32"  # type: ignore[index]  # what JSON holds
    asked(sitting, "keep")
    plan = sitting.done("form")["plan"]
    assert plan["figures"]
    assert (
        tomllib.loads(sitting.content("hand", "programme.toml").decode())["fields"]["sport_pratique"]["kind"]
        == "choice"
    )
