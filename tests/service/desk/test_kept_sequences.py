"""Whatever was said and done in whatever order, a desk that was kept is what it was, and says what the library says."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from random import Random
from typing import Any

import pytest

import mentormatch as mm
from mentormatch.programme.interview.question import plain_value
from mentormatch.service.desk.columns import DraftReplies
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.desk.peer_groups import GroupsStep
from mentormatch.widgets.board.session import people_of
from tests.conftest import some_of
from tests.operations.situations import edition
from tests.service.desk.session import EXAMPLE, Sitting
from tests.service.desk.trees import elements

PAIRS = """\
[programme]
name = "Essai"
role = { field = "role", mentor = "Mentor", mentee = "Mentoré" }
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.role]
question = "Rôle"
kind = "choice"
options = ["Mentor", "Mentoré"]
[fields.metier]
question = "Métier"
kind = "choice"
options = ["Régie", "Scène", "Lumière"]
[fields.themes]
question = "Thèmes"
kind = "choices"
options = ["Budget", "Tournée", "Droit"]
[[criteria]]  # le premier
kind = "same"
name = "métier"
field = "metier"
weight = 60
[[criteria]]
kind = "overlap"
name = "thèmes"
field = "themes"
weight = 40
[[rules]]
kind = "common"
name = "un thème en commun"
field = "themes"
least = 1
"""
ANSWERS = """\
Code;Rôle;Votre métier actuel;Les thèmes qui vous parlent
M1;Mentor;Régie;Budget, Droit
M2;Mentor;Scène;Tournée
M3;Mentor;Lumière;Budget, Tournée
M4;Mentor;Régie;Droit
E1;Mentoré;Scène;Budget
E2;Mentoré;Régie;Tournée, Droit
E3;Mentoré;Lumière;Droit
E4;Mentoré;Scène;Budget, Tournée
"""
GROUPS = """\
[programme]
name = "Groupes"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.structure]
question = "Structure"
kind = "names"
[groups]
size = 2
[[rules]]
kind = "different"
field = "structure"
"""
MEMBERS = "Code;Votre structure\n" + "".join(f"C{at};S{at // 2}\n" for at in range(6))
FILES: Mapping[str, Mapping[str, str]] = {
    "mapped": {"programme": PAIRS, "answers": ANSWERS},
    "drafted": {"answers": ANSWERS},
    "groups": {"programme": GROUPS, "answers": MEMBERS},
}
SAID = ("what", "question", "text", "means")
OF_FILES = ("side", "alone", "file")
EDITS: Sequence[dict[str, Any]] = (
    {"edit": "weight", "at": 0, "weight": 20, "others": True},
    {"edit": "weight", "at": 1, "weight": 75, "others": True},
    {"edit": "settings", "part": "rules", "at": 0, "changes": {"least": 2}},
    {"edit": "settings", "part": "programme", "changes": {"name": "Un autre nom"}},
    {"edit": "remove", "part": "criteria", "at": 1},
    {"edit": "goal", "goal": "floor", "at": 0},
)


def begun(kind: str) -> Sitting:
    """Return somebody who has handed files over and had them read."""
    sitting = Sitting()
    for part, text in FILES[kind].items():
        name = "programme.toml" if part == "programme" else "reponses.csv"
        sitting.done("take", text.encode(), part=part, name=name)
    sitting.done("read")
    return sitting


def again(sitting: Sitting) -> Sitting:
    """Return the same desk in another process, as it would be."""
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    return other


def shown(sitting: Sitting) -> dict[str, Any]:
    """Return all that staff see of a desk, step by step; what is refused is seen too."""
    steps = {
        do: json.loads(sitting.ask(do).body) for do in ("columns", "open", "round", "groups", "sessions", "follow")
    }
    form = json.loads(sitting.ask("programme", what={"action": "look"}).body)
    state = sitting.done("look") | {"edition": 0, "told": ""}
    offered = (state["plan"] or state["gathered"] or {"documents": []})["documents"]
    made = {one["name"]: sitting.content("hand", one["name"]) for one in offered if one["name"].endswith(".json")}
    return {"state": state, "form": form, "made": made, **steps}


# --- what staff do ----------------------------------------------------------------------------------------------------


def of_the_columns(sitting: Sitting, dice: Random) -> None:
    """Say something of the columns that their step offers, or take them as they are."""
    step = sitting.done("columns")
    if "tree" in step:
        sitting.ask(dice.choice(["settle", "accept"]))
        return
    menus = [one["menu"] for one in (*step["lines"], *step["blockers"]) if one["menu"]]
    chosen = [
        menu["gesture"] | {menu["slot"]: entry["value"]}
        for menu in menus
        for group in step["menus"][menu["menu"]]
        for entry in group["entries"]
    ]
    blocking = [one[name] for one in step["blockers"] for name in ("main", "quiet") if one[name]]
    pools = [blocking, blocking, chosen, [{"what": "confirm"}, {"what": "restore"}]]
    gestures = [one for one in dice.choice(pools) if one["what"] not in OF_FILES]
    if gestures and (step["blockers"] or dice.random() < 0.5):
        said = dice.choice(gestures)
        sitting.done("say", **{name: said.get(name, "") for name in SAID})
    else:
        sitting.ask("settle")


def of_the_form(sitting: Sitting, dice: Random) -> None:
    """Make a gesture on the form of the programme."""
    actions = ["edit", "edit", "edit", "keep", "keep", "undo", "redo", "leave", "compare"]
    what: dict[str, Any] = {"action": dice.choice(actions)}
    if what["action"] == "edit":
        what["edits"] = [dice.choice(EDITS)]
    if what["action"] == "compare":
        what |= {"first": dice.randint(0, 2), "second": dice.randint(0, 2)}
    sitting.ask("programme", what=what)


def of_the_pairs(sitting: Sitting, dice: Random) -> None:
    """Form the pairs, or do something on the board."""
    if sitting.desk.round is None:
        sitting.ask("form", seed=dice.randint(0, 2))
        return
    what: dict[str, Any] = {"action": dice.choice(["pin", "ban", "ban", "undo", "redo"])}
    if what["action"] in ("pin", "ban"):
        what |= {"mentor": f"m{dice.randint(1, 4)}", "mentee": f"e{dice.randint(1, 4)}"}
    sitting.ask("ask", json.dumps({"what": what}).encode(), validates=True)


def of_the_groups(sitting: Sitting, dice: Random) -> None:
    """Form the groups, or say who is to be together or apart."""
    if sitting.desk.kinds.group is None:
        sitting.ask("form", seed=dice.randint(0, 2))
    elif dice.random() < 0.7:
        people = [f"e{at}" for at in dice.sample(range(1, 7), 2)]
        sitting.ask("wish", way=dice.choice(["together", "apart"]), people=people)
    else:
        sitting.ask(*dice.choice([("unwish",), ("groups",)]))


def of_the_page(sitting: Sitting, dice: Random) -> None:
    """Choose a language, or how people are called."""
    if dice.random() < 0.5:
        sitting.done("speak", language=dice.choice(["fr", "en"]))
    else:
        sitting.ask("name", shown=dice.random() < 0.5)


STEPS: Mapping[str, Sequence[Callable[[Sitting, Random], None]]] = {
    "mapped": (of_the_columns, of_the_columns, of_the_form, of_the_form, of_the_pairs, of_the_pairs, of_the_page),
    "drafted": (of_the_columns, of_the_columns, of_the_columns, of_the_form, of_the_pairs, of_the_page),
    "groups": (of_the_columns, of_the_groups, of_the_groups, of_the_groups, of_the_page),
}


# --- what the library says --------------------------------------------------------------------------------------------


def cohort_of(sitting: Sitting, programme: mm.Programme) -> mm.Cohort:
    """Return who answered, as the library reads them."""
    answers = sitting.desk.uploads.files["answers"].content.decode()
    return mm.read_survey(programme, list(csv.DictReader(StringIO(answers), delimiter=";")))


def refute(sitting: Sitting) -> None:
    """Compare what a desk holds with what the library makes of its files and of what staff decided."""
    desk = sitting.desk
    if desk.intake is None:
        return
    programme = mm.Programme.parse(desk.uploads.files["programme"].content)
    cohort = cohort_of(sitting, programme)
    assert [side.ids for side in (desk.intake.cohort.mentors, desk.intake.cohort.mentees)] == [
        side.ids for side in (cohort.mentors, cohort.mentees)
    ]
    if desk.round:
        board = desk.round.board
        told: dict[str, list[tuple[str, str]]] = {"pin": [], "ban": []}
        for one in board.now.decisions:
            mentor, mentee = people_of(one)
            told[one.action].append((board.ground.key(mentor), board.ground.key(mentee)))
        seed = desk.round.initial.matching.seed
        found = mm.match(cohort, programme, seed=seed, pins=told["pin"], bans=told["ban"])
        assert [(one.mentor, one.mentee) for one in board.matching.pairs] == [
            (one.mentor, one.mentee) for one in found.pairs
        ]
    if isinstance(group := desk.kinds.group, GroupsStep):
        wishes = [(one.way, one.people) for one in group.current.wishes]
        grouping = mm.form_groups(
            cohort,
            programme,
            seed=group.seed,
            together=[people for way, people in wishes if way == "together"],
            apart=[people for way, people in wishes if way == "apart"],
        )
        assert [one.members for one in group.grouping.groups] == [one.members for one in grouping.groups]
    form = desk.programme_form
    if form and form.find_trial_error() is None:
        tried = form.versions.now.programme
        found = mm.match(cohort_of(sitting, tried), tried)
        assert [(one.mentor, one.mentee) for one in form.trial().matching.pairs] == [
            (one.mentor, one.mentee) for one in found.pairs
        ]


@pytest.mark.parametrize("seed", some_of(range(100), 3))
def test_whatever_was_said_and_done_is_there_again_and_is_what_the_library_says(seed: int) -> None:
    dice = Random(seed)
    kind = list(FILES)[seed % len(FILES)]
    sitting = begun(kind)
    for _ in range(dice.randint(6, 16)):
        dice.choice(STEPS[kind])(sitting, dice)
        if dice.random() < 0.25:
            before = shown(sitting)
            assert shown(sitting) == before  # a reload
            sitting = again(sitting)
            assert shown(sitting) == before
    refute(sitting)
    before = shown(sitting)
    sitting = again(sitting)
    assert shown(sitting) == before
    refute(sitting)


def test_the_year_of_the_pairs_is_there_again_with_its_calls() -> None:
    sitting = Sitting()
    sitting.formed()
    for month in (1, 3):
        name = f"suivi-{month}-mois.csv"
        sitting.done("wave", EXAMPLE.joinpath(name).read_bytes(), month=month, name=name)
    box = next(elements(sitting.done("follow")["tree"], "input", name="done"))
    sitting.done(**json.loads(box[1]["data-do"]), done=True)
    sitting.done("unwave", month=1)
    for programme in ("Avant", "Encore avant"):
        results = edition().model_copy(update={"programme": programme}).model_dump(mode="json")
        sitting.done("edition", json.dumps({"results": results}).encode(), name="suivi.json")
    before = sitting.done("follow")
    other = again(sitting)
    assert other.done("follow") == before
    assert other.content("hand", "suivi.json") == sitting.content("hand", "suivi.json")


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("sessions", [("try", {"number": 3})]),
        pytest.param(
            "groups", [("wish", {"way": "apart", "people": ["e1", "e6"]}), ("year", {})], marks=pytest.mark.proof
        ),
    ],
)
def test_groups_with_their_year_and_the_sessions_that_were_tried_are_there_again(
    kind: str, steps: list[tuple[str, dict[str, Any]]]
) -> None:
    sitting = Sitting()
    sitting.done("kind", kind=kind)
    sitting.done("example")
    sitting.done("read")
    sitting.done("form")
    for do, asked in steps:
        sitting.done(do, **asked)
    before = sitting.done("look"), sitting.done(kind)
    other = again(sitting)
    assert ({**other.done("look"), "edition": 0}, other.done(kind)) == ({**before[0], "edition": 0}, before[1])
    if kind == "groups":
        assert other.done("unwish") == sitting.done("unwish")


def test_the_kind_that_was_chosen_and_what_was_said_of_former_files_is_there_again() -> None:
    sitting = Sitting()
    sitting.done("kind", kind="sessions")
    assert again(sitting).done("look")["kind"] == "sessions"
    sitting = begun("drafted")
    sitting.done("accept")
    sitting.done("take", ANSWERS.replace("M4", "M5").encode(), part="answers", name="corrige.csv")
    other = again(sitting)
    other.done("read")
    assert plain(other) == plain(sitting) != {}


def plain(sitting: Sitting) -> dict[str, object]:
    """Return the replies to the questions of a draft as they are stored."""
    columns = (sitting.desk.columns or sitting.desk.previous_columns).columns  # type: ignore[union-attr]  # there are some
    assert isinstance(columns, DraftReplies)
    return {name: plain_value(reply) for name, reply in columns.replies.items()}
