"""A delimited text takes no more time and memory than its size allows, or is refused in words."""

import subprocess
import sys
import time

import pytest

from mentormatch import SurveyError
from mentormatch.survey.table_reader import TableSource, read_table, rows_in
from tests.conftest import DEEP, some_of
from tests.doors import substitute

MANY, LONG = (8_000_000, 8_000_000) if DEEP else (2_200_000, 5_200_000)
"""So many bytes of lines, and so many of one line, are tried."""
TEXTS = {
    "returns": (b"nom;note\r" + b"\r" * MANY, "trop de lignes"),
    "line ends": (b"nom;note\n" + b"\r\n" * (MANY // 2), "trop de lignes"),
    "one quote": (b'nom;note\n"' + b"\n" * MANY + b'"', "trop de lignes"),
    "one line": (b"nom;note\n" + b"x" * LONG, "trop de caractères"),
    "quotes": (b'nom;note\n"' + b'""' * (LONG // 2) + b'";x\n', "trop de caractères"),
    "spaces": (b" " * LONG, "trop de caractères"),
    "delimiters": (b"nom;note\n" + b";" * LONG, "trop de cellules"),
}
PROGRAM = """
import resource, sys
from mentormatch.errors import SurveyError
from mentormatch.survey.table_reader import TableSource, read_table, rows_in
content = bytes.fromhex(sys.argv[1]) + bytes.fromhex(sys.argv[2]) * (100_000_000 // len(bytes.fromhex(sys.argv[2])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    rows_in(TableSource("reponses.csv", content))
except SurveyError:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.promise(7)
@pytest.mark.parametrize("kind", some_of(TEXTS, 2))
def test_megabytes_of_anything_are_refused_in_words_and_soon(kind: str) -> None:
    content, said = TEXTS[kind]
    start = time.process_time()
    with pytest.raises(SurveyError, match=said):
        rows_in(TableSource("reponses.csv", content))
    assert time.process_time() - start < 5


@pytest.mark.promise(7)
@pytest.mark.parametrize("width", some_of([20, 1, 400], 1))
def test_megabytes_of_dates_are_read_soon(width: int) -> None:
    titles = ";".join(f"Date {number}" for number in range(width))
    rows = (
        ";".join(
            f"{1 + (row + at) % 12}/{1 + at % 12}/20{10 + row % 17} {at % 24}:{10 + row % 50}" for at in range(width)
        )
        for row in range(6_000_000 // 16 // width)
    )
    content = "\n".join([titles, *rows][:190_000]).encode()
    start = time.process_time()
    assert read_table(TableSource("reponses.csv", content)).records
    assert time.process_time() - start < 5


def test_cells_that_all_differ_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "survey", MAX_DIFFERENT=50)
    alike = b"nom;note\n" + b"A;1\n" * 200
    assert len(rows_in(TableSource("reponses.csv", alike)).records) == 201
    with pytest.raises(SurveyError, match=r"ligne 2[0-9] .*différentes"):
        rows_in(TableSource("reponses.csv", b"nom;note\n" + b"".join(b"%d;x%d\n" % (at, at) for at in range(200))))


@pytest.mark.proof
@pytest.mark.promise(7)
@pytest.mark.parametrize(
    ("head", "again"), [("a;b\r", "\r"), ("a;b\n", "x"), ('a;b\n"', "\n"), ("a;b\n", "é’;x\n"), ("", "\0")]
)
def test_a_hundred_megabytes_take_a_small_multiple_of_that(head: str, again: str) -> None:
    command = [sys.executable, "-c", PROGRAM, head.encode().hex(), again.encode().hex()]
    done = subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert int(done.stdout) < 300
