"""A file that was never on a disk is read as one that is."""

from io import BytesIO
from pathlib import Path

import pytest

from mentormatch import SurveyError, examples, read_survey
from mentormatch.survey.table_reader import read_stream, read_table
from tests.doors import substitute


def test_a_table_in_memory_is_that_of_the_file(tmp_path: Path) -> None:
    path = examples.copy_to(tmp_path).answers
    source = read_stream(path.name, BytesIO(path.read_bytes()))
    assert read_table(source) == read_table(path)
    programme = examples.programme()
    assert read_survey(programme, source).rows == read_survey(programme, path).rows


def test_what_is_empty_or_too_large_is_refused_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SurveyError, match=r"rien\.csv") as refused:
        read_stream("rien.csv", BytesIO())
    assert refused.value.problems[0].found == "vide"
    substitute(monkeypatch, "survey", MAX_BYTES=10)
    with pytest.raises(SurveyError, match=r"gros\.csv") as refused:
        read_stream("gros.csv", BytesIO(b"a;b\n" * 3))
    assert refused.value.problems[0].found == "trop grand"
