import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.languages.text_keys import canonical, canonicals, flags, fold, skeleton
from tests.survey.reading.hostile import shared


@given(st.text())
def test_comparing_twice_is_comparing_once(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert fold(fold(text)) == fold(text)


@given(
    st.lists(
        st.text() | st.text("aZ`' \t\n\r\x0b\x1c\x1f", max_size=4) | st.from_regex("[A-Z]{1,2}[0-9]", fullmatch=True)
    )
)
def test_texts_compared_together_are_what_each_is_by_itself(texts: list[str]) -> None:
    assert canonicals(texts) == tuple(map(canonical, texts))


@given(st.text(), st.text())
def test_what_is_canonically_equal_folds_alike(left: str, right: str) -> None:
    for other in (right, left.upper(), left.lower(), f"  {left}\u00a0"):
        # Greek's small iota below a letter is a mark, its capital a letter: folding drops the one and keeps the other.
        if canonical(left) == canonical(other) and "\u0345" not in unicodedata.normalize("NFD", left + other):
            assert fold(left) == fold(other)


@pytest.mark.promise(4)
@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Zo\u00e9", "ZOE\u0301", True), ("Stra\u00dfe", "STRASSE", True), ("L'Ha\u00ff", "l\u2019ha\u00ff", True),
        ("Jean  Paul", "jean\u00a0paul", True), ("Jean-Paul", "Jean\u2011Paul", False), ("Zoé", "Zoe", False),
        ("Paul", "Pau\u200bl", False), ("Paul", "\u0420aul", False), ("\uff30aul", "Paul", False),
        ("007", "0007", False),
    ],
)  # fmt: skip
def test_keys_are_compared_in_nfc_and_casefold_only(left: str, right: str, same: object) -> None:
    assert (canonical(left) == canonical(right)) is same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Prénom", "PRENOM"), ("N\u00b0\u00a0d\u2019adhérent", "n\u00b0 d'adherent"), ("J\u2011P", "j\u2013p"),
        ("S\u0153ur", "soeur"), ("a\u200bb", "ab"), ("\uff30\uff21", "pa"), ("a\u2212b", "a-b"), ("x\u3164", "x"),
    ],
)  # fmt: skip
def test_headers_are_compared_without_what_a_reader_overlooks(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@pytest.mark.parametrize(("left", "right"), [("lundi", "mardi"), ("+", "-"), ("a-b", "ab"), ("1", "2"), ("C++", "C")])
def test_different_options_stay_different(left: str, right: str) -> None:
    assert fold(left) != fold(right)


@pytest.mark.promise(4)
def test_homographs_look_alike_and_are_never_equal() -> None:
    for real, fake in json.loads(shared("hostile/strings-made/strings.json").read_text())["homographs"]:
        assert skeleton(real) == skeleton(fake)
        assert canonical(real) != canonical(fake)


@pytest.mark.promise(4)
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Pau\u200bl", "invisible"), ("a\u00adb", "invisible"), ("\u3164", "invisible"), ("a\ufe0f", "invisible"),
        ("\u202eluaP", "sens d’écriture"), ("abc\u200f", "sens d’écriture"), ("\u0420aul", "alphabets mélangés"),
        ("M\u0430rie", "alphabets mélangés"), ("\uff30\uff21\uff35\uff2c", "pleine chasse"), ("a\x7fb", "invisible"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_flagged(text: str, flag: str) -> None:
    assert any(flag in found for found in flags(text))


@pytest.mark.parametrize(
    "text", ["Zoé", "N'Guyen", "Иван", "Иван Petrov", "עברית", "李", "Œdipe", "Jean\u2011Paul", "a\nb"]
)
def test_plain_names_of_any_alphabet_are_not_flagged(text: str) -> None:
    assert flags(text) == ()
