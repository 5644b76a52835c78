"""The step of the columns without HTTP: what ``map`` and ``draft`` propose, by gestures, whatever the files are."""

import csv
import json
import tomllib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Programme, language
from mentormatch.programme.drafts.mapping_draft import mapping_text, propose_mapping
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.service.desk.columns import DraftReplies
from tests.conftest import DEEP, SHARED_DATA, some_of, some_seeds
from tests.drafts.questionnaires import renderer, reworded, sources
from tests.drafts.test_canaries import CANARY, EXPORTS, export
from tests.drafts.test_canaries import PROGRAMME as OTHER_PROGRAMME
from tests.english import french_in
from tests.service.desk.session import ANSWERS, FOREIGN, PROGRAMME, Sitting
from tests.service.desk.trees import words

SAID = ("what", "question", "text", "means")
ABOUT_FILES = ("side", "alone", "file")
QUESTIONNAIRES = sorted((SHARED_DATA / "questions" / "open").glob("*.yaml"))


def handed(**files: bytes) -> Sitting:
    """Return somebody who handed these files over, by their parts."""
    sitting = Sitting()
    for part, content in files.items():
        sitting.done("take", content, part=part, name="programme.toml" if part == "programme" else f"{part}.csv")
    return sitting


def say(sitting: Sitting, gesture: dict[str, Any], **more: str) -> dict[str, Any]:
    """Return the step after a gesture that it offers."""
    return sitting.done("say", **{name: {**gesture, **more}[name] for name in SAID})


def asked(sitting: Sitting) -> DraftInterview:
    """Return the questions that a draft asks of staff."""
    found = sitting.desk.require_columns().interpret()
    assert isinstance(found, DraftInterview)
    return found


def solve(sitting: Sitting) -> dict[str, Any]:
    """Press the main button of whatever blocks, one after the other; of a draft, accept what can be accepted."""
    if isinstance(sitting.desk.require_columns().columns, DraftReplies):
        return sitting.done("accept")
    step = sitting.done("columns")
    while step["blockers"]:
        step = say(sitting, step["blockers"][0]["main"])
    return step


def requests_of(tree: Any) -> list[dict[str, Any]]:
    """Return the requests that a tree triggers."""
    if isinstance(tree, str):
        return []
    own = [json.loads(tree[1]["data-do"])] if "data-do" in tree[1] else []
    return [*own, *(one for child in tree[2:] for one in requests_of(child))]


def line(step: dict[str, Any], question: str) -> dict[str, Any]:
    """Return the line of a question."""
    found: dict[str, Any] = next(one for one in step["lines"] if one["question"].startswith(question))
    return found


def entry(step: dict[str, Any], menu: str, words: str) -> str:
    """Return the value of an entry of a menu, by the beginning of its words."""
    entries = [one for group in step["menus"][menu] for one in group["entries"]]
    return next(str(one["value"]) for one in entries if one["words"].startswith(words))


def other_words(folder: Path) -> bytes:
    """Return the answers of the example in other words."""
    return reworded(folder).read_bytes()


def rewritten(*, without: str = "", more: str = "") -> bytes:
    """Return the answers of the example without one column, or with one more that is empty."""
    header, *rows = csv.reader(StringIO(ANSWERS.decode("utf-8-sig")), delimiter=";")
    kept = [place for place, text in enumerate(header) if text != without]
    written = StringIO()
    table = [
        [*(cells[place] for place in kept), *([cell] if more else [])]
        for cells, cell in zip((header, *rows), (more, *[""] * len(rows)), strict=True)
    ]
    csv.writer(written, delimiter=";").writerows(table)
    return written.getvalue().encode()


# --- a programme whose columns are called otherwise ------------------------------------------------------------------


def test_a_question_that_is_no_longer_there_confirms_nothing(tmp_path: Path) -> None:
    sitting = handed(programme=PROGRAMME, answers=other_words(tmp_path))
    sitting.done("read")
    before = sitting.done("columns")
    assert sitting.done("say", what="confirm", question="ffffffffffffffff") == before
    assert sitting.done("say", what="confirm") != before


def test_other_words_lead_to_the_columns_and_then_to_the_pairs_of_the_programmes_own_words(tmp_path: Path) -> None:
    sitting = handed(programme=PROGRAMME, answers=other_words(tmp_path))
    told = sitting.done("read")
    assert (told["columns"]["blocked"], told["columns"]["open"] > 3, told["intake"]) == (0, True, None)
    assert sitting.done("settle")["columns"] == {"blocked": 0, "open": 0}
    sitting.done("form")
    pairs = json.loads(sitting.content("hand", "binomes.json"))["pairs"]
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert [(pair["mentor"], pair["mentee"]) for pair in pairs] == [
        (pair.mentor, pair.mentee) for pair in matching.pairs
    ]


def test_the_mapping_is_the_one_that_the_command_writes(tmp_path: Path) -> None:
    sitting = handed(programme=PROGRAMME, answers=other_words(tmp_path))
    sitting.done("read")
    known, tables = Programme.parse(PROGRAMME), read_tables(tmp_path / "reponses.csv")
    text = mapping_text(propose_mapping(known, tables), known)
    assert sitting.content("hand", "correspondance.toml").decode() == text
    sitting.done("settle")
    assert sitting.content("hand", "programme.toml") == PROGRAMME.rstrip() + b"\n\n" + text.encode()


def test_a_column_and_an_answer_are_said_to_be_something_else_by_their_menus(tmp_path: Path) -> None:
    answers = other_words(tmp_path).replace(b"Vos structures", b"Lieux et maisons")
    sitting = handed(programme=PROGRAMME, answers=answers)
    sitting.done("read")
    step = sitting.done("columns")
    told = line(step, "Lieux et maisons")
    assert (told["state"], told["menu"]["value"]) == ("unused", "")
    assert step["blockers"][0]["title"].startswith("Structures pour lesquelles")
    step = say(sitting, told["menu"]["gesture"], means=entry(step, "fields", "Structures pour"))
    assert (line(step, "Lieux et maisons")["state"], step["blockers"]) == ("known", [])
    unread = line(step, "Je serai")["answers"][0]
    step = say(sitting, unread["menu"]["gesture"], means=entry(step, unread["menu"]["menu"], "Non"))
    assert line(step, "Je serai")["answers"] == []
    mapping = tomllib.loads(sitting.content("hand", "correspondance.toml").decode())["mapping"]
    assert mapping["questions"]["Lieux et maisons"] == "employeurs"
    assert mapping["options"]["dates_collectives"] == {"Oui sauf 1 date": "Non"}
    assert sitting.done("settle")["intake"]


@pytest.mark.proof
def test_a_known_column_can_be_left_unread_and_then_something_is_missing_or_not() -> None:
    sitting = handed(programme=PROGRAMME, answers=ANSWERS)
    assert sitting.done("read")["columns"] == {"blocked": 0, "open": 0}
    step = sitting.done("columns")
    step = say(sitting, line(step, "Téléphone")["menu"]["gesture"], means="")
    assert (line(step, "Téléphone")["state"], step["blockers"]) == ("unused", [])
    step = say(sitting, line(step, "Langues")["menu"]["gesture"], means="")
    assert [one["title"][:7] for one in step["blockers"]] == ["Langues"]
    assert sitting.refused("settle")["title"].startswith("Il reste")
    step = say(sitting, step["blockers"][0]["main"])  # the very column
    assert (line(step, "Langues")["state"], step["blockers"]) == ("known", [])
    sitting.done("settle")
    assert b'"T\xc3\xa9l\xc3\xa9phone" = ""' in sitting.content("hand", "programme.toml")
    assert sitting.done("read")["intake"]


@pytest.mark.proof
def test_what_nobody_was_asked_yet_holds_nothing_up() -> None:
    places = "Nombre de personnes que vous pouvez accompagner cette année"
    sitting = handed(programme=PROGRAMME, answers=rewritten(without=places))
    sitting.done("read")
    step = sitting.done("columns")
    assert [(one["text"], one["hint"]) for one in step["blockers"]] == [
        ("Aucune colonne n’y répond.", "Sans elle, une place par personne.")
    ]
    solve(sitting)
    sitting.done("settle")
    assert tomllib.loads(sitting.content("hand", "programme.toml").decode())["fields"]["capacite"]["later"] is True
    assert sitting.content("hand", "programme.toml").startswith(PROGRAMME[:400])  # comments are still there
    assert sitting.done("form")["plan"]["answered"]


def test_a_file_of_something_else_says_so_once_with_a_way_on() -> None:
    sitting = handed(programme=PROGRAMME, answers=b"a;b\r\n1;2\r\n3;4\r\n")
    assert sitting.done("read")["columns"]["blocked"] > 20
    first, *others = sitting.done("columns")["blockers"]
    assert (first["title"], first["main"]["what"]) == ("Ce fichier ne parle guère de ce programme", "alone")
    assert all(len(one["title"]) < 120 and one["text"] == "Aucune colonne n’y répond." for one in others)


@pytest.mark.proof
def test_of_two_columns_that_answer_the_same_one_is_kept() -> None:
    programme = PROGRAMME + b'\n[mapping.questions]\n"Mail" = "courriel"\n'
    sitting = handed(programme=programme, answers=rewritten(more="Mail"))
    sitting.done("read")
    (blocker,) = sitting.done("columns")["blockers"]
    assert blocker["text"].startswith("Deux colonnes y répondent")
    assert say(sitting, blocker["main"])["blockers"] == []
    assert sitting.done("settle")["intake"]


def test_a_programme_that_tells_nobody_apart_is_told_by_whom() -> None:
    programme = (
        '# gardé\n[programme]\nname = "x"\n[fields.m]\nquestion = "Métier"\nkind = "choice"\noptions = ["Son"]\n'
    )
    rows = "".join(f"C{row};{'Mentor·e' if row % 2 else 'Mentoré·e'};Son\n" for row in range(8))
    sitting = handed(programme=programme.encode(), answers=f"Code;Vous êtes;Métier\n{rows}".encode())
    sitting.done("read")
    assert [one["main"]["words"] for one in sitting.done("columns")["blockers"]] == [
        "Prendre «\u00a0Code\u00a0»",
        "Prendre «\u00a0Vous êtes\u00a0»",
    ]
    solve(sitting)
    told = sitting.done("settle")
    assert [one["number"] for one in told["intake"]["figures"][:2]] == [4, 4]
    assert sitting.content("hand", "programme.toml").startswith("# gardé".encode())


# --- answers without a programme -------------------------------------------------------------------------------------


def test_answers_alone_lead_to_the_programme_that_the_command_drafts(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(ANSWERS)
    sitting = handed(answers=ANSWERS)
    told = sitting.done("read")
    assert (told["columns"]["blocked"], told["intake"], told["plan"]) == (0, None, None)
    tables = read_tables(path)
    with language("fr"):
        assert sitting.content("hand", "programme.toml").decode() == make_draft(tables).text
    expected = mm.draft_programme(path).answered({"places": {"1 ou 2": "2"}}).accepted().text
    assert "intake" not in solve(sitting)  # « 1 ou 2 » has no proposal: staff ask the person
    sitting.done("reply", question="places", lines=["2"])
    assert solve(sitting)["intake"]
    assert sitting.content("hand", "programme.toml").decode() == expected
    sitting.done("form")
    pairs = json.loads(sitting.content("hand", "binomes.json"))["pairs"]
    programme = Programme.parse(expected.encode())
    matching = mm.match(mm.read_survey(programme, path), programme)
    assert [(pair["mentor"], pair["mentee"]) for pair in pairs] == [
        (pair.mentor, pair.mentee) for pair in matching.pairs
    ]


def test_replies_by_their_places_are_those_of_the_draft_and_no_word_of_the_file_comes_back() -> None:
    sitting = handed(answers=FOREIGN)
    sitting.done("read")
    shared, twins = asked(sitting).questions[:2]
    assert (shared.id, twins.id) == ("shared", "twins")
    sitting.done("reply", question="shared", values=["1"])
    step = sitting.done("reply", question="twins", lines=["1"])
    replies = asked(sitting).replies
    assert replies["shared"] == (shared.choices[1].value,)
    assert replies["twins"] == {twins.lines[0].key: twins.choices[1].value}
    assert all(one.get("question") in ("shared", "twins", "criteria", None) for one in requests_of(step["tree"]))
    assert sitting.refused("reply", question="twins", lines=[])["title"] == "Cette question n’est plus posée"
    assert sitting.refused("reply", question="shared", values=["9"])["title"] == "Cette question n’est plus posée"
    sitting.done("say", what="restore")
    assert asked(sitting).replies == {}


def test_the_question_and_the_answers_that_tell_the_sides_are_chosen() -> None:
    rows = "".join(f"p{n}@x.fr;{'ABC'[n % 3]};{'Son' if n % 2 else 'Lumière'}\n" for n in range(12))
    sitting = handed(answers=f"Courriel;Groupe;Métier\n{rows}".encode())
    assert sitting.done("read")["columns"]["blocked"] == 1
    assert sitting.refused("settle")["title"].startswith("Il reste")
    role = asked(sitting).questions[0]
    column = [*role.columns].index("Groupe")
    sides = {"B": "mentor", "A": "mentee", "C": ""}
    lines = [sides[answer] for answer in role.columns["Groupe"]]
    sitting.done("reply", question="role", column=column, lines=lines)
    solve(sitting)
    assert [one["number"] for one in sitting.done("settle")["intake"]["figures"][:2]] == [4, 4]


def test_the_file_of_one_side_waits_for_that_of_the_other() -> None:
    rows = "".join(f"p{n}@x.fr;{'Son' if n % 2 else 'Lumière'}\n" for n in range(12))
    sitting = handed(answers=f"Courriel;Métier\n{rows}".encode())
    sitting.done("read")
    assert {"do": "side", "side": "mentors"} in requests_of(sitting.done("columns")["tree"])
    told = sitting.done("side", side="mentors")
    assert [one["part"] for one in told["files"]] == ["mentors"]
    sitting.done("take", f"Courriel;Métier\n{rows.replace('p', 'q')}".encode(), part="mentees", name="m.csv")
    sitting.done("read", apart=True)
    solve(sitting)
    assert [one["number"] for one in sitting.done("settle")["intake"]["figures"][:2]] == [12, 12]


# --- what holds for both ---------------------------------------------------------------------------------------------


def test_nothing_said_is_lost_by_an_error_or_a_corrected_file() -> None:
    sitting = handed(answers=FOREIGN)
    sitting.done("read")
    sitting.done("reply", question="shared", values=["1"])
    said = asked(sitting).replies
    assert sitting.done("take", b"\x00\x01", part="answers", name="rien.csv")["told"].startswith("rien.csv")
    assert asked(sitting).replies == said
    sitting.done("take", FOREIGN.replace(b"lundi", b"mardi", 1), part="answers", name="corrige.csv")
    sitting.done("read")
    assert asked(sitting).replies == said
    sitting.done("take", ANSWERS, part="answers", name="autre.csv")
    sitting.done("read")
    assert asked(sitting).replies in ({}, said)  # what does not fit is left out


@pytest.mark.proof
def test_a_programme_that_was_changed_elsewhere_is_not_written_over() -> None:
    sitting = handed(answers=ANSWERS)
    sitting.done("read")
    solve(sitting)
    sitting.done("settle")
    changed = sitting.content("hand", "programme.toml").replace(b"weight = 10", b"weight = 30", 1)
    sitting.done("take", changed, part="programme", name="programme.toml")
    assert sitting.done("read")["intake"]
    sitting.done("settle")
    assert sitting.content("hand", "programme.toml") == changed


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize("programme", [b"", OTHER_PROGRAMME.encode()])
def test_what_somebody_typed_and_what_is_sensitive_is_not_on_the_page(
    kind: str, programme: bytes, tmp_path: Path
) -> None:
    answers = export(tmp_path / "r.csv", kind).read_bytes()
    sitting = handed(answers=answers, **({"programme": programme} if programme else {}))
    sitting.done("read")
    step = sitting.done("columns")
    assert CANARY not in json.dumps(step, ensure_ascii=False).casefold()
    if not programme:
        assert "Votre religion" in json.dumps(step, ensure_ascii=False)
        return
    assert {one["question"] for one in step["aside"]} == {"Avez-vous un problème de santé\u00a0?", "Votre religion"}
    assert "«\u00a0problème de santé\u00a0» est dans la question" in step["aside"][0]["why"]
    assert line(step, "Thèmes")["examples"] == ["Droit", "Budget"]


@pytest.mark.parametrize("programme", [b"", PROGRAMME])
def test_a_file_without_its_header_row_is_refused_and_its_first_person_is_in_no_message_and_no_programme(
    programme: bytes,
) -> None:
    rows = ANSWERS.decode("utf-8-sig").split("\n")[1:]
    first = next(csv.reader(StringIO(rows[0]), delimiter=";"))
    sitting = handed(answers="\n".join(rows).encode(), **({"programme": programme} if programme else {}))
    told = json.dumps(sitting.refused("read"), ensure_ascii=False) + words(sitting.done("files")["tree"])
    assert "Ligne 1" in told
    assert not [cell for cell in first if len(cell) > 3 and cell in told]
    assert sitting.done("look")["columns"] is None
    assert sitting.refused("hand", name="programme.toml")


def test_what_the_page_sends_back_holds_no_word_of_anybody() -> None:
    for files in ({"answers": ANSWERS}, {"answers": ANSWERS, "programme": PROGRAMME}):
        sitting = handed(**files)
        sitting.done("read")
        step = sitting.done("columns")
        offered = requests_of(step["tree"]) if "tree" in step else gestures(step)
        told = [str(value) for gesture in offered for value in gesture.values()]
        assert all(value.isascii() and " " not in value for value in told)


def gestures(step: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield every gesture that a step offers, each entry of a menu too, without those about the files."""
    for one in [*step["blockers"], *step["lines"]]:
        for name in ("main", "quiet", "gesture"):
            if one.get(name) and one[name]["what"] not in ABOUT_FILES:
                yield {key: one[name][key] for key in SAID}
        for menu in [one.get("menu"), *(answer["menu"] for answer in one.get("answers", ()))]:
            for group in step["menus"].get(menu["menu"], ()) if menu else ():
                for each in group["entries"]:
                    yield {**{key: menu["gesture"][key] for key in SAID}, menu["slot"]: each["value"]}
    yield from ({"what": what, "question": "", "text": "", "means": ""} for what in ("confirm", "restore"))


def assert_sound(sitting: Sitting, step: dict[str, Any]) -> None:
    """Hold that a step says something, and that what does not block leads on."""
    if "tree" in step:
        blocked = sitting.done("look")["columns"]["blocked"]
        assert blocked or sitting.done("settle")["intake"]
        return
    assert step["lead"]
    assert step["lines"] or step["aside"]
    assert all(one["title"] and one["text"] and len(one["text"]) < 400 for one in step["blockers"])
    if not step["blockers"]:
        assert sitting.done("settle")["intake"]


@pytest.mark.proof
@pytest.mark.parametrize("seed", some_seeds(8))
def test_whatever_is_chosen_in_any_order_the_step_goes_on(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    sitting = handed(answers=other_words(tmp_path), programme=PROGRAMME)
    sitting.done("read")
    step = sitting.done("columns")
    for _ in range(12 if DEEP else 4):
        step = say(sitting, random.choice(list(gestures(step))))
        assert sitting.done("columns") == step
    assert_sound(sitting, step)


@pytest.mark.parametrize("path", some_of(QUESTIONNAIRES, 2), ids=lambda path: path.stem)
def test_every_questionnaire_goes_through_in_both_languages(path: Path, shared_data: Path, tmp_path: Path) -> None:
    render = renderer(shared_data / "questions")
    files = sources(render.read(path), render, tmp_path)
    for code in ("fr", "en"):
        sitting = handed(**{part: file.read_bytes() for part, file in files.items()})
        sitting.done("speak", language=code)
        sitting.done("read", apart="answers" not in files)
        step = sitting.done("columns")
        assert_sound(sitting, step)


@pytest.mark.parametrize("programme", [b"", PROGRAMME], ids=["alone", "programme"])
def test_every_hostile_file_is_understood_or_refused_in_words(programme: bytes, shared_data: Path) -> None:
    for path in hostile(shared_data)[:: 1 if DEEP else 8]:
        files = {"answers": path.read_bytes()} | ({"programme": programme} if programme else {})
        sitting = handed(**files)
        told = json.loads(sitting.ask("read").body)
        if "columns" not in told:
            assert told["place"] == "answers", path.name
            assert told["title"], path.name
        elif not told["intake"]:
            assert_sound(sitting, sitting.done("columns"))


def hostile(folder: Path) -> list[Path]:
    """Return every hostile file that may be taken for answers."""
    found = [path for path in sorted((folder / "hostile").rglob("*")) if path.is_file()]
    return [path for path in found if path.stat().st_size < 2_000_000]


def test_in_english_nothing_french_is_said_of_the_columns(tmp_path: Path) -> None:
    sitting = handed(answers=other_words(tmp_path), programme=PROGRAMME)
    sitting.done("speak", language="en")
    sitting.done("read")
    step = sitting.done("columns")
    told = [*step["remarks"], *(text for one in step["blockers"] for text in (one["text"], one["hint"]))]
    own = [step["lead"].partition(":")[2], *(text for text in told if "“" not in text)]  # what is quoted is the file's
    own += [one["sure_words"] for one in step["lines"]]
    assert french_in(*own) == []


def test_rows_that_are_set_aside_are_told_without_the_words_of_a_file() -> None:
    lines = ["Nom;Adresse e-mail;Vous êtes;J’ai lu la notice sur mes données"]
    lines += [
        f"Nom {at};p{at}@a.example;{('Mentor·e', 'Mentoré·e')[at % 2]};{'Non' if at == 3 else 'Oui'}" for at in range(8)
    ]
    sitting = handed(answers="\r\n".join(lines).encode("utf-8"))
    sitting.done("read")
    told = words(sitting.done("columns")["tree"])
    assert "1\N{NO-BREAK SPACE}ligne mise de côté" in told
    assert 'use = "' not in told
