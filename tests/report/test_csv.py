from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.base.formulas import guard, unguard
from tests.report.cohorts import hostile_matchings, hostile_strings, matched, person, programme, small
from tests.report.readers import table, written

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
awkward = st.text(
    alphabet=st.sampled_from(list("'=+-@\t\r\n \u00a0\u200b\ufeff\uff1d\uff0b\uff0d\uff20\"a;")), max_size=8
)


@pytest.mark.promise(23)
@given(st.one_of(awkward, st.text()))
def test_a_guard_is_taken_off_again_whatever_the_text(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.promise(23)
@given(st.text(alphabet="' \t\n\u00a0\u200b\ufeff", max_size=5), st.sampled_from(FORMULA), st.text(max_size=5))
def test_no_guarded_text_starts_with_what_a_spreadsheet_takes_for_a_formula(before: str, sign: str, after: str) -> None:
    assert guard(before + sign + after).startswith("'")


def test_two_texts_never_share_a_guarded_form() -> None:
    texts = ["=1", "'=1", "''=1", " =1", "' =1", "'a", "''a", "a"]
    assert len({guard(text) for text in texts}) == len(texts)


def test_a_name_with_an_apostrophe_or_a_dash_inside_is_left_alone() -> None:
    names = ["D'Artagnan", "François-Xavier", "'t Hooft", "a@example.org", "2+2", ""]
    assert [guard(name) for name in names] == names


@pytest.mark.promise(23)
def test_hostile_keys_are_guarded_in_the_file_and_come_back_without_the_guard(shared_data: Path) -> None:
    for matching in hostile_matchings(hostile_strings(shared_data / "hostile")):
        rows = table(written(matching, ".csv"))[1:]
        assert not [cell for row in rows for cell in row if cell.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULA)]
        kept = [(pair.mentor, pair.mentee) for pair in matching.pairs]
        back = [(unguard(row[0]), unguard(row[1])) for row in rows]
        assert back == [tuple(key.encode("utf-8", "backslashreplace").decode() for key in keys) for keys in kept]


def test_the_file_is_french_marked_utf_8_with_semicolons_and_decimal_commas() -> None:
    content = written(small(), ".csv")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == '"Mentor·e";"Mentoré·e";"Points sur 100";"Part connue";"Pourquoi"'
    assert lines[2].startswith('"M2";"E2";"66,7";"1,0";')
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")


def test_a_key_with_separators_quotes_and_line_breaks_stays_one_cell() -> None:
    key = 'a;"b",c\nd'
    matching = matched(programme(), [person(key)], [person("E1")])
    assert table(written(matching, ".csv"))[1][0] == key
