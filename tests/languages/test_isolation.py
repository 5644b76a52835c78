"""A text that people typed changes the writing direction of nothing around it, in any sentence."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import MentorMatchError
from mentormatch.contract.operation import ask
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import for_terminals
from mentormatch.languages.translation import isolate, tr
from tests.contract.bodies import KINDS, example, texts

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
OVERRIDE = "\u202e"
ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069\n]*\u2069")
TYPED = st.text(alphabet=st.sampled_from(f"{MARKS}a1 \n\u05d0"), max_size=12)


def outside(text: str) -> str:
    """Return a text without what stands in an isolate."""
    while (left := ISOLATED.sub("", text)) != text:
        text = left
    return text


def leaks(text: str) -> bool:
    """Return whether a mark of direction, or a letter from right to left, stands outside of every isolate."""
    return any(each in f"{MARKS}\u05d0" for each in outside(text))


@given(TYPED)
def test_any_text_is_isolated_once_and_says_the_same(text: str) -> None:
    put_in = isolate(text)
    assert not leaks(put_in)
    assert isolate(put_in) == put_in
    assert isolate(tr("« {text} »", text=text)) == tr("« {text} »", text=text)
    unmarked = str.maketrans("", "", MARKS)
    assert put_in.translate(unmarked) == text.translate(unmarked)
    assert not leaks(listed([text, "b", text]))


@pytest.mark.parametrize("text", ["", "Zoé", "D'Artagnan", "\u5f20\u4f1f", "a\u0301", "\U0001f600"])
def test_a_text_from_left_to_right_stays_as_it_is(text: str) -> None:
    assert isolate(text) == text


def test_a_terminal_shows_marks_as_escapes_and_no_isolate() -> None:
    assert for_terminals(tr("« {text} »", text="Pau\u202el")) == "« Pau\\u202el »"
    assert for_terminals(tr("« {text} »", text="\u05d6\u05d5\u05d4")) == "« \u05d6\u05d5\u05d4 »"


def keys_in(value: object) -> Iterator[str]:
    """Yield the ids of the people of a request."""
    stated = value if isinstance(value, dict) else {}
    for side in ("mentors", "mentees", "members"):
        yield from (str(person["id"]) for person in stated.get(side, ()))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "verify"])
def test_no_sentence_of_an_operation_lets_a_key_turn_the_words_after_it(kind: str) -> None:
    sent = example(kind)
    text, keys = json.dumps(sent), list(keys_in(sent))
    for key in keys:
        text = text.replace(f'"{key}"', json.dumps(f"{key}{OVERRIDE}"))
    try:
        answered = json.loads(ask(kind, json.loads(text)).to_json())
    except MentorMatchError as error:
        pytest.fail(str(error))
    own = {f"{key}{OVERRIDE}" for key in keys}
    assert [each for each in texts(answered) if leaks(each) and each not in own] == []
