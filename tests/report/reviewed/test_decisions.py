"""What staff wrote in a workbook comes back as they meant it."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import Matching, examples, match, read_decisions
from mentormatch.operations.matching import KeyPair
from mentormatch.report.reviewed import rows
from mentormatch.results import Decisions
from tests.report.cohorts import FIELDS, hostile_matchings, hostile_strings, matched, person, programme
from tests.report.edition import attacks, edition
from tests.report.readers import sheets
from tests.report.reviewed.edits import line_of, saved, with_cells, with_row, without_words, workbook
from tests.report.workbooks import opened, resaved

DEPTH = max(1, settings().max_examples // 10)
"""Each workbook is read by two processes of its own."""


@cache
def proposed() -> Matching:
    return match(examples.cohort(), examples.programme())


@cache
def content() -> bytes:
    return workbook(proposed())


def pairs(matching: Matching) -> set[KeyPair]:
    return {(pair.mentor, pair.mentee) for pair in matching.pairs}


def again(decisions: Decisions) -> Matching:
    return match(examples.cohort(), examples.programme(), pins=decisions.pins, bans=decisions.bans)


def free_mentor() -> KeyPair:
    """Return a mentor without a pair, and a mentee whom they could have."""
    allowed = proposed().frames.scores.notna()
    alone = [one.person for one in proposed().unmatched if one.side == "mentor"]
    chosen = [mentee for _, mentee in sorted(pairs(proposed()))]
    return next((mentor, mentee) for mentor in alone for mentee in chosen if bool(allowed.loc[mentor, mentee]))


def test_a_workbook_that_nobody_wrote_in_decides_nothing(tmp_path: Path) -> None:
    path = saved(tmp_path, content())
    assert read_decisions(path, examples.cohort(), examples.programme()) == Decisions()


def test_choices_become_pins_and_bans_and_the_next_matching_keeps_to_them(tmp_path: Path) -> None:
    first, second, third = [(pair.mentor, pair.mentee) for pair in proposed().pairs[:3]]
    path = saved(tmp_path, with_cells(content(), {"F2": "Validé", "F3": " refuse ", "F4": "à discuter"}))
    decisions = read_decisions(path, examples.cohort(), examples.programme())
    assert without_words(decisions) == Decisions(pins=(first,), bans=(second,), discussed=(third,))
    assert str(decisions) == "1\xa0binôme imposé, 1\xa0binôme écarté et 1\xa0binôme à discuter"
    result = again(decisions)
    assert first in pairs(result)
    assert second not in pairs(result)


def swap() -> tuple[KeyPair, KeyPair]:
    """Return two proposed pairs whose mentors may change places."""
    allowed, chosen = proposed().frames.scores.notna(), sorted(pairs(proposed()))
    return next(
        (one, two)
        for one in chosen
        for two in chosen
        if one[0] < two[0] and bool(allowed.loc[one[0], two[1]]) and bool(allowed.loc[two[0], one[1]])
    )


def test_mentors_who_change_places_do_so_in_the_next_matching(tmp_path: Path) -> None:
    one, two = swap()
    cells = {f"A{line_of(proposed(), *one)}": two[0], f"A{line_of(proposed(), *two)}": one[0].lower()}
    decisions = read_decisions(saved(tmp_path, with_cells(content(), cells)))
    assert set(decisions.pins) == {(two[0], one[1]), (one[0], two[1])}
    assert set(decisions.bans) == {one, two}
    assert set(decisions.pins) <= pairs(again(decisions))


def test_a_row_that_is_added_imposes_a_pair_or_sets_one_aside(tmp_path: Path) -> None:
    matching = matched(programme(), [person("M1"), person("M2")], [person("E1")])
    (pair,) = matching.pairs
    other = "M2" if pair.mentor == "M1" else "M1"
    content = with_row(workbook(matching), 3, other, "E1", "", "", "", "Refusé")
    assert without_words(read_decisions(saved(tmp_path, content))) == Decisions(bans=((other, "E1"),))
    content = with_cells(with_row(workbook(matching), 3, other, "E1"), {"F2": "Refusé"})
    assert without_words(read_decisions(saved(tmp_path, content))) == Decisions(
        pins=((other, "E1"),), bans=((pair.mentor, pair.mentee),)
    )


def test_a_note_below_the_table_decides_nothing(tmp_path: Path) -> None:
    content = with_row(workbook(proposed()), 40, "", "", "", "", "", "", "vu en comité")
    assert without_words(read_decisions(saved(tmp_path, content))) == Decisions()


def test_decisions_go_on_from_workbook_to_workbook_until_they_are_taken_back(tmp_path: Path) -> None:
    first, second, *_ = [(pair.mentor, pair.mentee) for pair in proposed().pairs]
    decided = read_decisions(saved(tmp_path, with_cells(content(), {"F2": "Validé", "F3": "Refusé"})))
    then = again(decided)
    assert read_decisions(saved(tmp_path, workbook(then)), examples.cohort(), examples.programme()) == decided
    row = line_of(then, *first)
    assert sheets(workbook(then))["Binômes"][row - 1][5] == "Validé"
    taken_back = with_cells(workbook(then), {f"F{row}": ""})
    assert without_words(read_decisions(saved(tmp_path, taken_back))) == Decisions(bans=(second,))


def test_a_pair_that_was_set_aside_may_be_imposed_again(tmp_path: Path) -> None:
    (first,) = pairs(one())
    refused = match(one().cohort, one().programme, bans=[first])
    content = with_cells(workbook(refused), {"A2": first[0]})
    assert read_decisions(saved(tmp_path, content)).pins == (first,)


def test_a_banned_pair_may_be_imposed_again_if_only_some_keys_identify_people(tmp_path: Path) -> None:
    fields = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}
    people = [person("ana@example.org"), person("B2")], [person("cyd@example.org"), person("d4")]
    banned = matched(programme(fields=fields), *people, bans=[("B2", "d4")])
    codes = [banned.labels.person("mentor", pair.mentor) for pair in banned.pairs]
    content = with_cells(workbook(banned), {"A2": codes[1], "A3": codes[0]})
    decisions = read_decisions(saved(tmp_path, content), banned.cohort)
    assert ("B2", "d4") in decisions.pins
    assert set(decisions.bans) == pairs(banned)


@cache
def one() -> Matching:
    return matched(programme(), [person("M1"), person("M2")], [person("E1")])


@settings(max_examples=DEPTH)
@given(
    st.lists(st.sampled_from(["Validé", "Refusé", "À discuter", ""]), min_size=4, max_size=4), st.permutations(range(4))
)
def test_any_choices_and_any_order_of_rows_come_back(
    tmp_path_factory: pytest.TempPathFactory, choices: list[str], order: list[int]
) -> None:
    chosen = [(pair.mentor, pair.mentee) for pair in four().pairs]
    cells: dict[str, str] = {}
    for row, place in enumerate(order, start=2):
        mentor, mentee = chosen[place]
        cells |= {f"A{row}": mentor, f"B{row}": mentee, f"F{row}": choices[place]}
    found = read_decisions(saved(tmp_path_factory.mktemp("book"), with_cells(workbook(four()), cells)))
    said = dict(zip(chosen, choices, strict=True))
    assert set(found.pins) == {pair for pair in chosen if said[pair] == "Validé"}
    assert set(found.bans) == {pair for pair in chosen if said[pair] == "Refusé"}
    assert set(found.discussed) == {pair for pair in chosen if said[pair] == "À discuter"}


@cache
def four() -> Matching:
    return matched(programme(), [person(f"M{n}") for n in range(4)], [person(f"E{n}") for n in range(4)])


def test_any_key_that_a_file_can_hold_comes_back_as_it_was_typed(tmp_path: Path, shared_data: Path) -> None:
    strings = [
        text for text in hostile_strings(shared_data / "hostile") if text.encode("utf-8", "ignore").decode() == text
    ]
    for matching in hostile_matchings(strings):
        content = with_cells(workbook(matching), {f"F{row + 2}": "Validé" for row in range(len(matching.pairs))})
        assert set(read_decisions(saved(tmp_path, content)).pins) == pairs(matching)


def test_the_hidden_sheet_is_spelled_without_a_character_that_a_spreadsheet_changes() -> None:
    carried = rows.WorkbookFingerprint.of(matched(programme(), [person("Zoé\x1a_x0041_")], [person("E\u2028")]))
    assert all(text.isascii() and text.isprintable() for text in carried.cells())
    assert rows.WorkbookFingerprint.from_cells(carried.cells()) == carried


@pytest.mark.parametrize("suffix", ["xlsx", pytest.param("ods", marks=pytest.mark.proof)])
def test_a_workbook_saved_by_another_program_reads_the_same(tmp_path: Path, suffix: str) -> None:
    first, second, *_ = [(pair.mentor, pair.mentee) for pair in proposed().pairs]
    (again,) = resaved(tmp_path, suffix, with_cells(content(), {"F2": "Validé", "F3": "Refusé"}))
    path = tmp_path / f"binomes.{suffix}"
    path.write_bytes(again)
    found = read_decisions(path, examples.cohort(), examples.programme())
    assert without_words(found) == Decisions(pins=(first,), bans=(second,))


def chosen(content: bytes, choices: Sequence[str], order: Sequence[int]) -> bytes:
    """Return a workbook in which a choice was made on each row, and the rows were sorted, by openpyxl."""
    book = opened(content)
    sheet = book["Binômes"]
    for row, choice in enumerate(choices, start=2):
        sheet.cell(row, 6).value = choice
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for row, place in enumerate(order, start=2):
        for column, value in enumerate(rows[place], start=1):
            sheet.cell(row, column).value = value
            sheet.cell(row, column).data_type = "s" if isinstance(value, str) else "n"  # it guesses formulas
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.proof
def test_choices_on_any_key_survive_two_other_programs(tmp_path: Path, shared_data: Path) -> None:
    matching = edition(attacks(shared_data / "hostile")[::4]).matching
    choices = [("Validé", "Refusé", "À discuter", "")[place % 4] for place in range(len(matching.pairs))]
    by_openpyxl = chosen(workbook(matching), choices, range(len(choices))[::-1])
    said = [(pair.mentor, pair.mentee) for pair in matching.pairs]
    expected = [{pair for pair, choice in zip(said, choices, strict=True) if choice == word} for word in choices[:3]]
    for content in (by_openpyxl, *resaved(tmp_path, "xlsx", by_openpyxl)):
        found = read_decisions(saved(tmp_path, content), matching.cohort, matching.programme)
        assert [set(found.pins), set(found.bans), set(found.discussed)] == expected
