"""All that staff typed in a workbook lives on in the next one: in the row of its pair, or among former decisions."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

import mentormatch as mm
from mentormatch import Cohort, Matching, SurveyError, language, match, read_decisions
from mentormatch.explanation.edits import Note
from mentormatch.operations.matching import KeyPair
from mentormatch.report.texts import visible
from mentormatch.results import Decisions
from mentormatch.survey.privacy import add_forgotten
from tests.report.cohorts import hostile_strings, matched, person, programme
from tests.report.readers import ALIVE, parts, sheets
from tests.report.reviewed.edits import saved, without_words, workbook
from tests.report.workbooks import opened, resaved

DEPTH = max(2, settings().max_examples // 100)
"""Each example is several workbooks, each read by processes of its own."""
PREVIOUS = "Décisions précédentes"

type Typed = Mapping[tuple[int, int], str]
"""Texts by row and column from 1."""


@cache
def four() -> Matching:
    return matched(programme(), [person(f"M{n}") for n in range(5)], [person(f"E{n}") for n in range(5)])


def typed(content: bytes, cells: Typed, sheet: str = "Binômes") -> bytes:
    """Return a workbook in which texts were typed with openpyxl, as texts."""
    book = opened(content)
    for (row, column), text in cells.items():
        cell = book[sheet].cell(row, column)
        cell.value, cell.data_type = text or None, "s" if text else "n"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def again(matching: Matching, decisions: Decisions) -> Matching:
    """Return the next matching, which goes on from what was decided and typed."""
    made = match(matching.cohort, matching.programme, pins=decisions.pins, bans=decisions.bans)
    return made.with_notes(decisions.notes)


def read(folder: Path, content: bytes, matching: Matching | None = None) -> Decisions:
    asked = (matching.cohort, bare(matching)) if matching else ()
    return read_decisions(saved(folder, content), *asked)


def bare(matching: Matching) -> mm.Programme:
    """Return the programme without what was decided by hand."""
    rules = [rule for rule in matching.programme.rules if rule.kind not in ("pin", "ban")]
    return matching.programme.model_copy(update={"rules": rules})


def keys(matching: Matching) -> list[KeyPair]:
    return [(pair.mentor, pair.mentee) for pair in matching.pairs]


def rows(content: bytes, sheet: str) -> list[list[object]]:
    return sheets(content)[sheet]


def test_a_remark_a_choice_and_a_column_of_staff_stand_in_the_row_of_their_pair(tmp_path: Path) -> None:
    first, second = keys(four())[:2]
    cells = {(1, 8): "Appel", (2, 6): "Validé", (2, 7): "ok", (3, 7): "à voir", (3, 8): "12/03"}
    content = typed(workbook(four()), cells)
    decisions = read(tmp_path, content, four())
    assert decisions.notes == (
        Note(first, "Validé", "ok"),
        Note(second, "", "à voir", (("Appel", "12/03"),)),
    )
    assert str(decisions) == "1\xa0binôme imposé et 2\xa0lignes avec une remarque"
    made = workbook(again(four(), Decisions(decisions.pins, notes=decisions.notes)))
    found = {(row[0], row[1]): row[5:] for row in rows(made, "Binômes")}
    assert found["Mentor·e", "Mentoré·e"] == ["Validation", "Remarque", "Appel"]
    assert found[first] == ["Validé", "ok", ""]
    assert PREVIOUS not in sheets(made)


def test_what_was_written_beside_a_refused_pair_is_kept_with_what_became_of_it(tmp_path: Path) -> None:
    first = keys(four())[0]
    decisions = read(tmp_path, typed(workbook(four()), {(2, 6): "Refusé", (2, 7): "déjà collègues"}))
    then = again(four(), decisions)
    header, row = rows(workbook(then), PREVIOUS)
    assert header == ["Mentor·e", "Mentoré·e", "Validation", "Remarque", "Ce qu’il en est"]
    assert row[:4] == [*first, "Refusé", "déjà collègues"]
    now = dict(keys(then))
    assert str(row[4]).startswith(f"{first[0]} est avec {now[first[0]]} ; {first[1]} est avec ")
    assert read(tmp_path, workbook(then), then) == decisions


def test_a_pair_that_was_refused_without_a_word_is_no_longer_out_of_sight(tmp_path: Path) -> None:
    first = keys(four())[0]
    refused = match(four().cohort, four().programme, bans=[first])
    assert [row[:4] for row in rows(workbook(refused), PREVIOUS)[1:]] == [[*first, "Refusé", ""]]


def test_a_pair_under_discussion_that_is_gone_and_comes_back_has_its_words_again(tmp_path: Path) -> None:
    first = keys(four())[0]
    decisions = read(tmp_path, typed(workbook(four()), {(2, 6): "À discuter", (2, 7): "à revoir"}))
    without = match(four().cohort, four().programme, bans=[first]).with_notes(decisions.notes)
    assert [row[:4] for row in rows(workbook(without), PREVIOUS)[1:]] == [[*first, "À discuter", "à revoir"]]
    found = read(tmp_path, workbook(without))
    assert found.discussed == (first,)
    back = match(four().cohort, four().programme).with_notes(found.notes)
    assert [row[5:] for row in rows(workbook(back), "Binômes") if (row[0], row[1]) == first] == [
        ["À discuter", "à revoir"]
    ]


def test_a_text_that_stands_beside_no_pair_is_kept(tmp_path: Path) -> None:
    content = typed(workbook(four()), {(20, 3): "vu en comité", (20, 9): "le 3"})
    decisions = read(tmp_path, content)
    assert without_words(decisions) == Decisions()
    assert decisions.notes == (Note(("", ""), "", "vu en comité · le 3"),)
    for _ in range(2):
        content = workbook(again(four(), decisions))
        assert [row[3] for row in rows(content, PREVIOUS)] == ["Remarque", "vu en comité · le 3"]
        assert read(tmp_path, content).notes == decisions.notes


def test_a_word_that_is_no_choice_among_former_decisions_becomes_part_of_the_remark(tmp_path: Path) -> None:
    first = keys(four())[0]
    refused = match(four().cohort, four().programme, bans=[first])
    content = typed(workbook(refused), {(2, 3): "plus tard", (2, 4): "en juin"}, PREVIOUS)
    assert read(tmp_path, content).notes == (Note(first, "", "plus tard\nen juin"),)
    assert read(tmp_path, content).bans == (first,)


def test_a_pair_may_be_refused_among_former_decisions_and_imposed_again_in_the_sheet_of_pairs(tmp_path: Path) -> None:
    first = keys(four())[0]
    noted = match(four().cohort, four().programme, bans=[first]).with_notes([Note(first, "À discuter", "x")])
    content = typed(workbook(noted), {(2, 3): "Refusé"}, PREVIOUS)
    assert read(tmp_path, content).bans == (first,)
    row = next(place for place, one in enumerate(rows(content, "Binômes"), 1) if one[1] == first[1])
    other = next(place for place, one in enumerate(rows(content, "Binômes"), 1) if one[0] == first[0])
    mentor = str(rows(content, "Binômes")[row - 1][0])
    swapped = typed(content, {(row, 1): first[0], (other, 1): mentor})
    found = read(tmp_path, swapped)
    assert first in found.pins
    assert first not in found.bans
    assert [note.remark for note in found.notes if note.pair == first] == ["x"]


def people(*gone: str) -> Cohort:
    """Return the cohort of the example as it answered, without some people."""
    mentors, mentees = ([person(f"{one}{n}") for n in range(5) if f"{one}{n}" not in gone] for one in "ME")
    return matched(programme(), mentors, mentees).cohort


def test_pairs_of_people_who_left_end_and_their_words_are_kept(tmp_path: Path) -> None:
    first, second = keys(four())[:2]
    cells = {(2, 6): "Validé", (2, 7): "très bien", (3, 6): "Validé", (3, 7): "oui"}
    path = saved(tmp_path, typed(workbook(four()), cells))
    cohort = people(first[0])
    decisions = read_decisions(path, cohort, programme())
    assert (decisions.pins, decisions.ended) == ((second,), (first,))
    assert "1\xa0binôme dont quelqu’un est parti" in str(decisions)
    made = match(cohort, programme(), pins=decisions.pins, bans=decisions.bans).with_notes(decisions.notes)
    (row,) = rows(workbook(made), PREVIOUS)[1:]
    assert row[:4] == [*first, "Validé", "très bien"]
    assert str(row[4]).startswith(f"{first[0]} ne participe plus ; ")
    found = read_decisions(saved(tmp_path, workbook(made)), cohort, programme())
    assert (found.pins, set(found.notes)) == ((second,), set(decisions.notes))


@pytest.mark.promise(28)
def test_what_was_written_beside_somebody_who_is_forgotten_does_not_come_back(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path / "edition")
    asked = mm.Programme.load(files.programme)
    first = mm.match(mm.read_survey(asked, files.answers), asked)
    gone, kept = keys(first)[:2]
    path = saved(tmp_path, typed(workbook(first), {(2, 7): "très bien", (3, 7): "oui"}))
    add_forgotten(files.programme, gone[0])
    asked = mm.Programme.load(files.programme)
    decisions = read_decisions(path, mm.read_survey(asked, files.answers), asked)
    assert [note.pair for note in decisions.notes] == [kept]


def test_a_workbook_of_mostly_other_people_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, workbook(four()))
    mentors, mentees = ([person(f"{letter}{n}", "diffusion") for n in range(5)] for letter in "ME")
    with pytest.raises(SurveyError, match="d’autres réponses"):
        read_decisions(path, matched(programme(), mentors, mentees).cohort, programme())


def test_words_live_through_a_repair_of_who_left(tmp_path: Path) -> None:
    first, second = keys(four())[:2]
    decisions = read(tmp_path, typed(workbook(four()), {(2, 7): "très bien", (3, 6): "Validé", (3, 7): "oui"}))
    repaired = mm.repair(again(four(), decisions), withdrawn=[first[0]]).matching
    content = workbook(repaired)
    assert [row[5:7] for row in rows(content, "Binômes") if (row[0], row[1]) == second] == [["Validé", "oui"]]
    assert [row[:4] for row in rows(content, PREVIOUS)[1:]] == [[*first, "", "très bien"]]


def test_words_go_from_one_language_to_the_other(tmp_path: Path) -> None:
    first, second = keys(four())[:2]
    decisions = read(
        tmp_path, typed(workbook(four()), {(2, 6): "Refusé", (2, 7): "non", (3, 6): "Validé", (3, 7): "oui"})
    )
    then = again(four(), decisions)
    with language("en"):
        content = workbook(then)
    assert [row[:4] for row in rows(content, "Former decisions")[1:]] == [[*first, "Refused", "non"]]
    assert without_words(read(tmp_path, content)) == without_words(decisions)
    assert set(read(tmp_path, content).notes) == set(decisions.notes)
    assert [row[5:7] for row in rows(content, "Pairs") if (row[0], row[1]) == second] == [["Validated", "oui"]]


texts = st.text(max_size=30).filter(lambda text: not ILLEGAL_CHARACTERS_RE.search(text))


def hostile(folder: Path) -> st.SearchStrategy[str]:
    strings = [text for text in hostile_strings(folder) if text.encode("utf-8", "ignore").decode() == text]
    return st.sampled_from([text for text in strings if not ILLEGAL_CHARACTERS_RE.search(text)])


@pytest.mark.proof
@settings(max_examples=DEPTH)
@given(data=st.data())
def test_any_choices_and_remarks_come_through_any_number_of_reruns(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> None:
    folder, said = tmp_path_factory.mktemp("book"), texts | hostile(shared_data / "hostile")
    matching, before = four(), Decisions()
    for _ in range(data.draw(st.integers(1, 2))):
        choices = data.draw(st.lists(st.sampled_from(["Validé", "Refusé", "À discuter", ""]), min_size=3, max_size=3))
        remarks = data.draw(st.lists(said, min_size=3, max_size=3))
        more = data.draw(st.lists(said, min_size=3, max_size=3))
        columns = (choices, remarks, more)
        cells = {(row, 6 + place): text for place, column in enumerate(columns) for row, text in enumerate(column, 2)}
        decisions = read(folder, typed(workbook(matching), {(1, 8): "À nous", **cells}), matching)
        for pair, choice, remark, own in zip(keys(matching), *columns, strict=False):
            note = next((one for one in decisions.notes if one.pair == pair), Note(pair))
            assert kept(remark) in kept(note.remark)
            assert not own.strip() or kept(own) in [kept(text) for _, text in note.columns]
            assert note.choice == choice
        assert {kept(note.remark) for note in before.notes if note.pair not in keys(matching)} <= {
            kept(note.remark) for note in decisions.notes
        }
        matching, before = again(matching_of(matching), decisions), decisions
        content = workbook(matching)
        found = read(folder, content, matching)
        assert [set(found.bans), set(found.discussed)] == [set(decisions.bans), set(decisions.discussed)]
        assert set(found.pins) == set(decisions.pins)
        assert {seen(note) for note in found.notes if note.remark.strip()} == {
            seen(note) for note in decisions.notes if note.remark.strip()
        }
        assert [name for name, xml in parts(content) if ALIVE.search(name + xml)] == []


def matching_of(matching: Matching) -> Matching:
    """Return a matching without what was decided by hand, for the next one to go on from."""
    return Matching(
        matching.cohort, bare(matching), matching.scores, matching.problem, matching.solution, matching.seed
    )


def kept(text: str) -> str:
    """Return a text as it is compared: what nothing shows is an escape, and not every end of a line is kept."""
    return "".join(visible(text).split())


def seen(note: Note) -> tuple[object, ...]:
    return note.pair, note.choice, kept(note.remark), frozenset((title, kept(text)) for title, text in note.columns)


@pytest.mark.parametrize("suffix", [pytest.param("xlsx", marks=pytest.mark.proof), "ods"])
def test_words_are_read_from_a_workbook_that_another_program_saved(tmp_path: Path, suffix: str) -> None:
    content = typed(workbook(four()), {(1, 8): "Appel", (2, 7): "à rappeler", (3, 8): "oui", (4, 6): "Refusé"})
    (other,) = resaved(tmp_path, suffix, content)
    path = tmp_path / f"binomes.{suffix}"
    path.write_bytes(other)
    expected = read(tmp_path, content)
    assert set(read_decisions(path).notes) == set(expected.notes)
    assert len(expected.notes) == 3
