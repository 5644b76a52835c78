import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import SurveyError
from mentormatch.survey.text_decoder import DecodedText, decode, physical_lines
from tests.doors import substitute

pytestmark = pytest.mark.promise(3)


def texts(content: bytes, encoding: str | None = None) -> str:
    return decode(content, "a.csv", encoding)[0].whole


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_told_by_its_mark_or_by_being_valid(codec: str) -> None:
    assert texts("Zoé;Œuvre €\n".encode(codec)) == "Zoé;Œuvre €\n"


def test_only_the_mark_at_the_start_is_no_part_of_the_text() -> None:
    assert texts(b"\xef\xbb\xbf" + "\ufeffnom\ufeff".encode()) == "\ufeffnom\ufeff"


def test_utf_16_of_either_order_is_read_by_its_mark() -> None:
    assert texts(b"\xff\xfe" + "Zoé".encode("utf-16-le")) == "Zoé"
    assert texts(b"\xfe\xff" + "Zoé".encode("utf-16-be")) == "Zoé"


def test_windows_text_is_read_and_remarked_on() -> None:
    text, remarks = decode("Zoé;œuvre;10 €".encode("cp1252"), "a.csv")
    assert text.whole == "Zoé;œuvre;10 €"
    assert len(remarks) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_mixed_encodings_are_refused_with_their_physical_line(end: str) -> None:
    content = f"nom{end}Zoé{end}Anne{end}".encode() + "Zoé".encode("cp1252")
    with pytest.raises(SurveyError, match="ligne 4 "):
        decode(content, "a.csv")


def test_a_byte_that_windows_does_not_define_is_refused_with_its_line() -> None:
    with pytest.raises(SurveyError, match="ligne 2 "):
        decode(b"pr\xe9nom\nZo\x81\n", "a.csv")


def test_utf_16_cut_in_the_middle_is_refused_with_its_line() -> None:
    with pytest.raises(SurveyError, match="ligne 3 "):
        decode("nom\nA\nB".encode("utf-16")[:-1], "a.csv")


def test_an_encoding_that_is_said_wins() -> None:
    assert texts("Zoé".encode(), "cp1252") == "ZoÃ©"
    assert texts("Zoé".encode("utf-16-le"), "utf-16-le") == "Zoé"
    assert texts(b"\xef\xbb\xbfnom", "utf-8") == "nom"


def test_an_encoding_that_is_said_and_wrong_is_refused_with_its_line() -> None:
    with pytest.raises(SurveyError, match=r"ligne 2 .*utf-8"):
        decode("nom\nZoé".encode("cp1252"), "a.csv", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-9", "rot13", "base64", "a\0b"])
def test_what_is_no_encoding_of_text_is_refused(encoding: str) -> None:
    with pytest.raises(SurveyError, match="encodage"):
        decode(b"nom", "a.csv", encoding)


def test_a_refusal_holds_nothing_of_what_was_answered() -> None:
    with pytest.raises(SurveyError) as refusal:
        decode("nom\nCanari secret é\n".encode() + b"\xe9", "a.csv")
    assert "Canari" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("word", ["é", "è", "à", "ç", "É", "œ", "’", "ê"])
def test_each_french_letter_encoded_twice_is_remarked_on(word: str) -> None:
    twice = f"nom\nune {word} lettre".encode().decode("cp1252", "replace").encode()
    text, remarks = decode(twice, "a.csv")
    assert word not in text.whole
    assert [remark.line for remark in remarks if "deux fois" in remark.text] == (
        [2] if "\ufffd" not in text.whole else []
    )


@pytest.mark.parametrize("text", ["Âge", "Château", "À côté", "PÂTES", "Ã", "Åsa", "Zoé « oui »", "L’été"])
def test_plain_text_is_not_taken_for_encoded_twice(text: str) -> None:
    read, remarks = decode(text.encode(), "a.csv")
    assert (read.whole, remarks) == (text, ())


@given(text=st.text(st.sampled_from("a\r\n\x0b\x0c\x1c\x85\u2028é")))
def test_physical_lines_end_where_python_ends_them_in_files(text: str) -> None:
    assert list(physical_lines(text)) == list(io.StringIO(text, newline=""))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
@given(text=st.text(st.sampled_from("a\r\né")))
def test_lines_are_the_same_wherever_pieces_end(encoding: str, size: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "survey", CHUNK_BYTES=size)
        assert list(DecodedText(text.encode(encoding), encoding).lines()) == list(io.StringIO(text, newline=""))


def test_a_fault_is_found_by_its_line_also_where_pieces_end_in_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", CHUNK_BYTES=3)
    assert texts("Zoé;œuvre\n".encode()) == "Zoé;œuvre\n"
    with pytest.raises(SurveyError, match="ligne 3 "):
        decode("Zoé\nœuvre\n".encode() + "é".encode("cp1252"), "a.csv")
