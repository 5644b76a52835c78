"""Every mistake in a programme file is told in English where that is asked for."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mentormatch import Programme, ProgrammeError, language
from mentormatch.fields import Number, YesNo
from mentormatch.languages.translation import tr
from mentormatch.programme.references import SENSITIVE_SUBJECT_LABELS, SIDE_LABELS
from mentormatch.programme.validation_messages import BOUND_MESSAGES, TYPE_MESSAGES, TYPE_NAMES
from tests.english import french_in

BASE = """
[programme]
name = "Trial"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.trade]
question = "Trade"
kind = "choice"
options = ["Making", "Touring"]
[fields.wants]
question = "Wants"
kind = "yesno"
side = "mentee"
"""
MISTAKES = """
[extra]
[[criteria]]
kind = "same"
field = "trades"
weight = "heavy"
[[criteria]]
kind = "sam"
[[criteria]]
field = "trade"
[[criteria]]
kind = "same"
field = "wants"
[[criteria]]
kind = "same"
field = "code"
[[criteria]]
kind = "near"
field = "trade"
within = 3
zero_at = 1
[[criteria]]
kind = "wishes"
[[rules]]
kind = "require"
field = "trade"
in = ["Makin"]
[[rules]]
kind = "capacity"
[[rules]]
kind = "capacity"
most = 1
minimum = 2
[[rules]]
kind = "quota"
where = { side = "mentee", field = "trade", in = ["Making"] }
[[rules]]
kind = "quota"
least = 2
most = 1
where = { side = "mentor", field = "wants", in = ["Oui"] }
[[rules]]
kind = "priority"
[fields.again]
question = "Again"
kind = "text"
use = "key"
[fields.doubled]
question = "Doubled"
kind = "choice"
options = ["a", "A"]
[fields.empty]
question = "Empty"
kind = "choice"
options = [" "]
[fields.nothing]
question = "Nothing"
kind = "ranking"
items_of = "trad"
[fields.health]
question = "Health"
kind = "yesno"
special = "health"
shareable = true
[fields.last]
question = "Last"
kind = "yesno"
use = "display"
later = true
[goals]
order = ["total", "total"]
[profiles]
consent = "trade"
[mapping.questions]
"Where" = "trade [Nowhere]"
"where" = "nowhere"
[mapping.options.trade]
"x" = "y"
[documents]
contacts = ["code"]
[follow_up]
months = [3, 1]
"""
LATER = """
[follow_up]
partner = "who"
stopped = { field = "state", in = ["no"] }
[follow_up.fields.mood]
question = "Mood"
kind = "choice"
options = ["good", "bad"]
[[follow_up.calls]]
field = "mood"
in = ["worse"]
why = "bad"
"""


def told(data: dict[str, Any]) -> Iterator[str]:
    with pytest.raises(ProgrammeError) as refusal, language("en"):
        Programme.read(data)
    yield str(refusal.value)
    yield from (text for one in refusal.value.problems for text in (one.where, one.found, one.expected, one.advice))


@pytest.mark.parametrize(
    ("text", "count"),
    [(MISTAKES, 26), (LATER, 3), ("rules = 3", 1), ("[[rules]]\nkind = 'gap'\nleast = 2025-01-01", 2)],
)
def test_every_mistake_is_told_in_english(text: str, count: int) -> None:
    said = list(told(tomllib.loads(f"{BASE}\n{text}" if text[:1] != "r" else f"{text}\n{BASE}")))
    assert len(said) >= 1 + 4 * count
    assert not french_in(*said)


@pytest.mark.parametrize("content", [b"[programme", b"\xff", None])
def test_a_file_that_cannot_be_read_is_told_in_english(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_bytes(content)
    with language("en"), pytest.raises(ProgrammeError) as refusal:
        Programme.load(path)
    assert not french_in(*[str(refusal.value)])


def test_the_words_of_mistakes_are_english() -> None:
    with language("en"):
        for words in (TYPE_MESSAGES, TYPE_NAMES, SIDE_LABELS, SENSITIVE_SUBJECT_LABELS):
            assert not french_in(*(tr(word) for word in words.values()))
        assert not french_in(*(tr(word, limit=3) for word in BOUND_MESSAGES.values()))


def test_an_answer_that_is_not_understood_is_told_in_english() -> None:
    with language("en"):
        assert YesNo(question="?").read("perhaps").note == "neither yes nor no"
        assert Number(question="?").read("many").note == "number expected"
        assert Number(question="?", most=3).read("4").note == "number outside the bounds of the programme"
