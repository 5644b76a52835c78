"""No action loses what staff decided without having asked, and what was lost can be brought back."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.service.desk import desk_requests, past_works
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.desk.peer_groups import GroupsStep
from mentormatch.widgets.board.session import people_of
from tests.conftest import DEEP
from tests.operations.situations import edition
from tests.report.reviewed.edits import with_cells
from tests.service.desk.session import ANSWERS, EXAMPLE, PROGRAMME, VALIDATION, Sitting
from tests.service.desk.test_kept_sequences import ANSWERS as MAPPED
from tests.service.desk.test_kept_sequences import GROUPS, MEMBERS, PAIRS

BAN = {"action": "ban", "mentor": "m1", "mentee": "e12"}


def decided(sitting: Sitting) -> Sitting:
    """Decide something on the board of the example, and validate the plan."""
    sitting.formed()
    sitting.moved(**BAN)
    sitting.moved(**VALIDATION)
    return sitting


def plan(sitting: Sitting) -> tuple[Any, ...]:
    """Return what is decided, the pairs and the validation."""
    view = sitting.done("open")["view"]
    return [one["what"] for one in view["decisions"]], view["pairs"], view["final"], view["head"]


LOSING: dict[str, tuple[dict[str, Any], bytes]] = {
    "leave": ({"part": "answers"}, b""),
    "take": ({"part": "answers", "name": "r.csv"}, ANSWERS + b"\n"),
    "read": ({}, b""),
    "settle": ({}, b""),
    "form": ({"seed": 3}, b""),
    "next": ({}, b""),
}


@pytest.mark.promise(47)
@pytest.mark.parametrize("do", LOSING)
def test_an_action_that_would_lose_a_decision_and_the_validation_asks_first_and_can_be_taken_back(do: str) -> None:
    sitting, (asked, body) = decided(Sitting()), LOSING[do]
    before, files = plan(sitting), sitting.done("look")["files"]
    told = sitting.asks(do, body, **asked)
    assert told["lost"] == ([] if do == "take" else ["1\xa0décision sera perdue."])
    assert any(one.startswith("La version validée de ") for one in told["kept"])
    assert told["keeps"] in ("Ne rien changer", "Annuler")
    assert plan(sitting) == before  # asking changes nothing
    told = sitting.confirmed(do, body, **asked)
    (back,) = [one for one in told["past"] if "validée" in one["words"]]
    assert back["words"].startswith("Revenir à la version validée de ")
    told = sitting.done("back", id=back["id"])
    assert plan(sitting) == before
    assert told["files"] == files
    assert told["plan"]["final"]


def test_a_confirmation_holds_for_what_was_shown_and_for_nothing_else() -> None:
    sitting = decided(Sitting())
    sure = sitting.asks("leave", part="answers")["sure"]
    sitting.moved(action="ban", mentor="m2", mentee="e1")
    lost = json.loads(sitting.ask("leave", part="answers", sure=sure).body)
    assert lost["lost"] == ["2\xa0décisions seront perdues."]


@pytest.mark.parametrize("part", ["answers", "programme"])
def test_the_same_file_brings_back_what_was_decided_on_it(part: str) -> None:
    sitting = decided(Sitting())
    before, held = plan(sitting), {"answers": ANSWERS, "programme": PROGRAMME}
    sitting.confirmed("leave", part=part)
    told = sitting.done("take", held[part], part=part, name="de-nouveau")
    assert told["told"] == "Ces fichiers étaient déjà là\xa0: ce qui avait été décidé avec eux est revenu."
    assert plan(sitting) == before


def test_the_same_file_over_itself_changes_nothing() -> None:
    sitting = decided(Sitting())
    before = plan(sitting)
    sitting.done("take", ANSWERS, part="answers", name="encore.csv")
    assert plan(sitting) == before


def test_other_files_and_the_first_ones_again_give_each_their_own_decisions() -> None:
    sitting = decided(Sitting())
    first = plan(sitting)
    sitting.confirmed("take", ANSWERS + b"\n", part="answers", name="autre.csv")
    sitting.done("read")
    sitting.done("form")
    sitting.moved(action="ban", mentor="m2", mentee="e3")
    second = plan(sitting)
    sitting.confirmed("take", ANSWERS, part="answers", name="r.csv")
    assert plan(sitting) == first
    sitting.confirmed("take", ANSWERS + b"\n", part="answers", name="autre.csv")
    assert plan(sitting) == second


def test_work_that_an_action_discards_before_it_fails_can_be_brought_back() -> None:
    sitting = Sitting()
    sitting.done("example")
    for part in ("mentors", "mentees"):
        sitting.done("take", ANSWERS, part=part, name=f"{part}.csv")
    sitting.done("read")
    sitting.done("form")
    sitting.moved(**BAN)
    before = plan(sitting)
    sitting.desk.limits = sitting.desk.limits.model_copy(update={"people": 40})  # fewer than the rows of both files
    sure = sitting.asks("read", apart=True)["sure"]
    assert sitting.refused("read", apart=True, sure=sure)["place"] == "answers"
    told = sitting.done("look")
    assert told["plan"] is None
    (back,) = told["past"]
    sitting.done("back", id=back["id"])
    assert plan(sitting) == before


def test_a_reviewed_workbook_without_the_remarks_of_another_asks_first() -> None:
    sitting = Sitting()
    sitting.formed()
    book = sitting.content("hand", "binomes.xlsx")
    sitting.done("review", with_cells(book, {"G2": "à revoir"}), name="premier.xlsx")
    sitting.done("review", sitting.content("hand", "binomes.xlsx"), name="premier.xlsx")  # it has the remark
    second = with_cells(book, {"G3": "non"})
    told = sitting.asks("review", second, name="second.xlsx")
    assert told["words"] == "1\xa0remarque du classeur relu sera perdue."
    told = sitting.confirmed("review", second, name="second.xlsx")
    (back,) = told["past"]
    sitting.confirmed("back", id=back["id"])
    assert [note.remark for note in sitting.desk.require_board().matching.notes] == ["à revoir"]


def test_a_reason_given_after_the_validation_asks_first() -> None:
    sitting = decided(Sitting())
    asked = {"validates": True}
    body = json.dumps({"what": {"action": "explain", "number": 1, "why": "accord du 4 mars"}}).encode()
    assert sitting.asks("ask", body, **asked)["kept"][0].startswith("La version validée de ")
    assert sitting.confirmed("ask", body, **asked)["final"] is False
    (back,) = sitting.done("look")["past"]
    assert sitting.done("back", id=back["id"])["plan"]["final"]


def test_a_move_that_no_longer_leads_forward_to_a_validated_plan_asks_first() -> None:
    sitting = decided(Sitting())
    sitting.moved(action="undo")
    body = json.dumps({"what": {"action": "ban", "mentor": "m2", "mentee": "e3"}}).encode()
    assert sitting.asks("ask", body, validates=True)["kept"][0].startswith("La version validée de ")
    sitting.moved(action="redo")
    assert plan(sitting)[2]


def test_a_validated_plan_stays_and_is_offered_once_the_board_goes_on() -> None:
    sitting = decided(Sitting())
    before = plan(sitting)
    assert sitting.done("look")["past"] == []
    sitting.moved(action="ban", mentor="m2", mentee="e3")
    (back,) = sitting.done("look")["past"]
    assert sitting.asks("back", id=back["id"])["words"] == "1\xa0décision sera perdue."
    sitting.confirmed("back", id=back["id"])
    assert plan(sitting) == before


def test_a_later_validation_stays_in_the_log_of_an_earlier_plan_that_is_brought_back() -> None:
    sitting = decided(Sitting())
    sitting.moved(action="ban", mentor="m2", mentee="e3")
    (back,) = sitting.done("look")["past"]
    sitting.moved(**VALIDATION)
    log = sitting.content("hand", "binomes.journal.jsonl")
    sitting.confirmed("back", id=back["id"])
    assert sitting.content("hand", "binomes.journal.jsonl") == log


def test_former_states_are_kept_with_the_work_and_for_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = decided(Sitting())
    before = plan(sitting)
    sitting.confirmed("form", seed=3)
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    (back,) = [one for one in other.done("look")["past"] if "validée" in one["words"]]
    other.done("back", id=back["id"])
    assert plan(other) == before
    monkeypatch.setattr(past_works, "PAST_DAYS", 0)
    save_parts(other.desk, {})
    assert other.desk.past.works == []
    assert other.refused("back", id=back["id"])["title"].startswith("Cet état n’est plus gardé")


def test_a_work_that_cannot_be_taken_up_is_not_overwritten() -> None:
    sitting = decided(Sitting())
    parts = save_parts(sitting.desk, {})
    state = json.loads(parts["state"])
    state["round"]["steps"][1]["decisions"][0]["mentor"] = "m999"  # nobody, as another version might have it
    broken = parts | {"state": json.dumps(state).encode()}
    other = Sitting(Workspace())
    assert restore(other.desk, broken).startswith("Les fichiers sont repris")
    other.done("speak", language="fr")
    kept = save_parts(other.desk, {})
    assert any(
        json.loads(one)["round"]
        for one in past_works.PastWorks.unpack(kept["past"]).contents.values()
        if one.startswith(b'{"version"')
    )


def test_the_last_validated_state_outlives_any_number_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_works, "MAX_PAST_STATES", 2)
    sitting = decided(Sitting())
    head = plan(sitting)[3]
    for seed in range(1, 5):
        sitting.ask("form", seed=seed, sure=json.loads(sitting.ask("form", seed=seed).body).get("sure", ""))
        sitting.moved(action="ban", mentor="m2", mentee=f"e{seed}")
    assert [one.head for one in sitting.desk.past.works if one.head] == [head]
    assert len(sitting.desk.past.works) <= 2


@pytest.mark.promise(48)
def test_a_departure_after_the_validation_leaves_the_pairs_that_run_also_another_day() -> None:
    sitting = decided(Sitting())
    running = {(one["mentor"], one["mentee"]) for one in plan(sitting)[1]}
    sitting.moved(action="withdraw", person="m10")
    after = {(one["mentor"], one["mentee"]) for one in plan(sitting)[1]}
    assert {pair for pair in running - after if "m10" not in pair} == set()
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    assert plan(other)[1] == plan(sitting)[1]
    other.moved(action="undo")
    assert {(one["mentor"], one["mentee"]) for one in plan(other)[1]} == running
    other.moved(action="redo")
    assert {(one["mentor"], one["mentee"]) for one in plan(other)[1]} == after


def test_a_departure_from_the_decision_of_an_earlier_day_leaves_its_pairs() -> None:
    sitting = decided(Sitting())
    decision = sitting.content("hand", "binomes.decision.json")
    later = Sitting()
    later.done("example")
    later.done("take", decision, part="answers", name="d.json")
    later.done("read")
    later.done("form")
    running = {(one["mentor"], one["mentee"]) for one in plan(later)[1]}
    later.moved(action="withdraw", person="m10")
    after = {(one["mentor"], one["mentee"]) for one in plan(later)[1]}
    assert {pair for pair in running - after if "m10" not in pair} == set()
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(later.desk, {})) == ""
    assert plan(other)[1] == plan(later)[1]


# --- the law ----------------------------------------------------------------------------------------------------------


def record(sitting: Sitting) -> Counter[tuple[Any, ...]]:
    """Return what staff decided, noted and validated, told by what the desk holds."""
    desk, items = sitting.desk, Counter[tuple[Any, ...]]()
    one = desk.round
    while one is not None:
        ground = one.board.ground
        for decision in one.board.now.decisions:
            keys = tuple(ground.key(person) for person in people_of(decision))
            items["decision", decision.action, keys] += 1
        items.update(("decision", kind, pair) for kind in ("pin", "ban") for pair in getattr(one, f"{kind}s"))
        items.update(("seal", step.seal.head) for step in one.board.steps if step.seal)
        items.update(("reply", *map(str, key)) for key in one.recorded)
        one = one.before
    if isinstance(group := desk.kinds.group, GroupsStep):
        items.update(("wish", wish.way, tuple(wish.people)) for wish in group.current.wishes)
    items.update(("call", *person) for person in desk.kinds.follow_up.called)
    return Counter(dict.fromkeys(items, 1))


def of_board(**what: Any) -> tuple[str, dict[str, Any], bytes]:
    return "ask", {"validates": True}, json.dumps({"what": what}).encode()


FEW = MAPPED.replace("Votre métier actuel", "Métier").replace("Les thèmes qui vous parlent", "Thèmes")
FILES = {"pairs": (PAIRS, FEW), "groups": (GROUPS, MEMBERS.replace("Votre structure", "Structure"))}
OWN_BACK = (
    "release",
    "undo",
    "redo",
    "unwish",
    "lift",
    "note",
    "call",
    "unwave",
    "unedition",
    "wish",
    "reopen",
    "back",
    "unapply",
)
"""What takes back by its name what somebody says: that alone may be gone then."""
NEVER = ("begin", "prepare", "remember", "restore")
"""What the service asks, never the page."""
people = st.tuples(st.integers(1, 4), st.integers(1, 4))
moves = st.one_of(
    st.builds(
        lambda pair, act: of_board(action=act, mentor=f"m{pair[0]}", mentee=f"e{pair[1]}"),
        people,
        st.sampled_from(["pin", "ban"]),
    ),
    st.builds(
        lambda at, side: of_board(action="withdraw", person=f"{side}{at}"), st.integers(1, 4), st.sampled_from("me")
    ),
    st.just(of_board(**VALIDATION)),
    st.sampled_from([of_board(action="undo"), of_board(action="redo"), of_board(action="release", number=1)]),
    st.just(of_board(action="explain", number=1, why="parce que")),
)
FIVE = {"most": 4, "begin": "2027-01-01", "end": "2027-06-30", "rhythm": "month", "zone": ""}
EDITS = {"edit": "weight", "at": 0, "weight": 20, "others": True}
plain: dict[str, Callable[[], st.SearchStrategy[dict[str, Any]]]] = {
    "look": lambda: st.just({}),
    "speak": lambda: st.sampled_from([{"language": "fr"}, {"language": "en"}]),
    "back": lambda: st.integers(0, 3).map(lambda at: {"id": at}),
    "leave": lambda: st.sampled_from(["programme", "answers", "experiment"]).map(lambda part: {"part": part}),
    "example": lambda: st.just({}),
    "read": lambda: st.just({"apart": False}),
    "columns": lambda: st.just({}),
    "say": lambda: st.sampled_from(["confirm", "restore"]).map(lambda what: {"what": what}),
    "reply": lambda: st.just({"question": "shared", "values": ["0"]}),
    "accept": lambda: st.just({}),
    "settle": lambda: st.just({}),
    "side": lambda: st.just({"side": "mentors"}),
    "form": lambda: st.integers(0, 1).map(lambda seed: {"seed": seed}),
    "show": lambda: st.just({"name": "binomes"}),
    "open": lambda: st.just({}),
    "name": lambda: st.booleans().map(lambda shown: {"shown": shown}),
    "hand": lambda: st.just({"name": "binomes.json"}),
    "programme": lambda: st.sampled_from(
        [{"action": "edit", "edits": [EDITS]}, {"action": "keep"}, {"action": "undo"}, {"action": "leave"}]
    ).map(lambda what: {"what": what}),
    "experiment": lambda: st.just({}),
    "record": lambda: st.just({"seed": 1}),
    "draw": lambda: st.just({}),
    "round": lambda: st.just({}),
    "note": lambda: st.builds(
        lambda pair, said: {"round": 1, "person": f"m{pair[0]}", "partner": f"e{pair[1]}", "answer": said},
        people,
        st.sampled_from(["accepted", "declined", ""]),
    ),
    "oblige": lambda: st.just({"asked": "mentor"}),
    "close": lambda: st.sampled_from([{"round": 1, "late": "accept"}, {"round": 2, "late": "accept"}]),
    "reopen": lambda: st.just({}),
    "kind": lambda: st.sampled_from(["pairs", "groups"]).map(lambda kind: {"kind": kind}),
    "five": lambda: st.just({}),
    "set_five": lambda: st.integers(2, 4).map(lambda least: {**FIVE, "least": least}),
    "groups": lambda: st.just({}),
    "wish": lambda: st.sampled_from([["e1", "e2"], ["e1", "e6"]]).map(lambda who: {"way": "apart", "people": who}),
    "lift": lambda: st.just({"number": 0}),
    "unwish": lambda: st.just({}),
    "year": lambda: st.just({}),
    "sessions": lambda: st.just({}),
    "try": lambda: st.just({"number": 2}),
    "follow": lambda: st.just({}),
    "unwave": lambda: st.just({"month": 1}),
    "unedition": lambda: st.just({"at": 0}),
    "call": lambda: st.booleans().map(lambda done: {"person": "m1", "done": done}),
    "next": lambda: st.just({}),
    "files": lambda: st.just({}),
    "sheets": lambda: st.sampled_from([{"way": "listed"}, {"way": "reversed"}]),
    "unaside": lambda: st.just({"at": 0}),
    "pairs": lambda: st.sampled_from([{}, {"view": "two", "mentor": "2"}]),
    "more": lambda: st.just({"person": "m1"}),
    "undo": lambda: st.just({}),
    "documents": lambda: st.just({"letter": 1}),
    "letters": lambda: st.sampled_from([{"name": "Essai 2"}, {"message": "Bienvenue"}, {"contacts": ["courriel"]}]),
    "validate": lambda: st.just({"who": "Camille Roux", "why": "comité", "validates": True}),
    "apply": lambda: st.builds(
        lambda pair, change: {**change, "undo": str(pair[0] % 2), "who": "Camille Roux", "validates": True},
        people,
        st.sampled_from([{"people": ["m1"]}, {"people": ["e2", "m3"]}, {"pairs": ["m1-e2"]}, {"pairs": ["m2-e4"]}, {}]),
    ),
    "unapply": lambda: st.just({}),
}
FURTHER = json.dumps({"results": edition().model_dump(mode="json")}).encode()
handed = st.sampled_from(
    [
        ("take", {"part": "answers", "name": "r.csv"}, FEW.encode()),
        ("take", {"part": "answers", "name": "r.csv"}, FEW.replace("M4", "M5").encode()),
        ("take", {"part": "answers", "name": "r.csv"}, FEW.replace("E2", "E7").encode() + b"M6;Mentor;Droit;Budget\n"),
        ("take", {"part": "programme", "name": "p.toml"}, PAIRS.encode()),
        ("take", {"part": "experiment", "name": "p.toml"}, PAIRS.replace("60", "70").encode()),
        ("review", {"name": "r.xlsx"}, b"none"),
        ("gather", {"name": "r.csv"}, "Personne;Partenaire;Réponse\nM1;E1;oui\n".encode()),
        ("wave", {"month": 1, "name": "s.csv"}, EXAMPLE.joinpath("suivi-1-mois.csv").read_bytes()),
        ("edition", {"name": "s.json"}, FURTHER),
    ]
)
actions = st.one_of(
    moves,
    moves,
    handed,
    st.sampled_from(sorted(plain)).flatmap(lambda do: st.tuples(st.just(do), plain[do](), st.just(b""))),
    plain["apply"]().map(lambda values: ("apply", values, b"")),
    st.sampled_from([("validate", {"who": "Camille Roux", "validates": True}, b""), ("restart", {}, b"")]),
)


def do(sitting: Sitting, do: str, values: dict[str, Any], body: bytes, **sure: str) -> dict[str, Any]:
    """Do something, and return the head of the answer with what it says."""
    if do == "back":
        works = sitting.desk.past.works
        values = {"id": works[values["id"] % len(works)].id if works else "none"}
    answer = sitting.ask(do, body, **values, **sure)
    return {**answer.head, **(json.loads(answer.body) if answer.head.get("asks") else {})}


def test_every_action_that_the_page_knows_is_in_the_law() -> None:
    known = {get_args(one.model_fields["do"].annotation)[0] for one in every_action(desk_requests.WorkspaceAction)}
    assert known == {*plain, "ask", "take", "review", "gather", "wave", "edition", *NEVER}


def every_action(kind: Any) -> list[Any]:
    """Return the models of an alias of a union, which may have others in it."""
    found = getattr(kind, "__value__", kind)
    return [model for part in get_args(found) for model in every_action(part)] or [found]


@pytest.mark.promise(47)
@settings(max_examples=300 if DEEP else 12)
@given(kind=st.sampled_from(["pairs", "pairs", "pairs", "groups"]), steps=st.lists(actions, min_size=3, max_size=12))
def test_no_sequence_of_actions_loses_what_was_decided_without_having_asked(
    kind: str, steps: list[tuple[str, dict[str, Any], bytes]]
) -> None:
    sitting = Sitting()
    for part, text in zip(("programme", "answers"), FILES[kind], strict=True):
        sitting.done("take", text.encode(), part=part, name="p.toml" if part == "programme" else "r.csv")
    sitting.done("read")
    sitting.done("form")
    validated = ""
    for action, values, body in steps:
        before = record(sitting)
        if action == "restart":
            other = Sitting(Workspace())
            assert restore(other.desk, save_parts(sitting.desk, {})) == ""
            assert (record(other), other.desk.validated_head) == (before, sitting.desk.validated_head)
            sitting = other
            continue
        answer = do(sitting, action, values, body)
        if answer.get("asks"):
            assert record(sitting) == before, action  # it has asked, and done nothing
            assert before, action
            chosen = answer["choices"][sum(body) % len(answer["choices"])]  # a change of people, or a replacement
            answer = do(sitting, action, values, body, sure=chosen["sure"])
            assert not answer.get("asks"), action
        else:
            gone = before - record(sitting)
            own = json.loads(body)["what"]["action"] if action == "ask" else action
            seals = {one for one in gone if one[0] == "seal"}
            assert not seals or own == "validate", action  # the same plan is validated once more
            assert not gone or own in (*OWN_BACK, "validate"), (action, gone)
        validated = sitting.desk.validated_head or validated
    if validated:
        reach_validated(sitting, validated)


def reach_validated(sitting: Sitting, validated: str) -> None:
    """Hold that a validation can be brought back, here and from the working file."""
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    for one in (sitting, other):
        (last,) = [work.id for work in one.desk.past.works if work.head == validated][-1:]
        lost = one.ask("back", id=last)
        if lost.head.get("asks"):
            one.done("back", id=last, sure=json.loads(lost.body)["sure"])
        assert one.desk.validated_head == validated


def test_a_version_that_is_validated_after_a_restart_is_there_after_the_next_one() -> None:
    sitting = decided(Sitting())
    other = Sitting(Workspace())
    restore(other.desk, save_parts(sitting.desk, {}))
    other.moved(action="ban", mentor="m2", mentee="e3")
    other.moved(**VALIDATION)
    heads = [one.head for one in other.desk.past.works]
    last = Sitting(Workspace())
    restore(last.desk, save_parts(other.desk, {}))
    assert [one.head for one in last.desk.past.works] == heads
    assert heads[-1] == last.desk.validated_head
