"""The files of words, one per language."""

import re
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from mentormatch.languages import vocabulary as room
from mentormatch.languages.vocabulary import (
    PhraseList,
    RegexAlternatives,
    Section,
    Vocabulary,
    WordSet,
    known_languages,
    load,
    vocabulary,
    words_in,
    words_of,
)
from mentormatch.programme.drafts.lexicon import compile_phrases

EVERY = (*((code,) for code in known_languages()), known_languages())


def texts_of(section: Section, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each list of a section with its path."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from texts_of(value, f"{path}{name}.")
        else:
            yield from ((f"{path}{name}", text) for text in (value if isinstance(value, tuple) else (value,)))


@pytest.mark.parametrize("codes", EVERY, ids="+".join)
def test_every_list_of_words_compiles_alone_and_beside_those_of_all_languages(codes: tuple[str, ...]) -> None:
    for path, text in texts_of(words_in(codes)):
        if isinstance(text, RegexAlternatives):
            assert text.whole.search("zzzz") is None, path
            assert text.anywhere.search("zzzz") is None, path
        elif isinstance(text, PhraseList):
            assert compile_phrases(text).search("zzzz") is None, path


@pytest.mark.parametrize("code", known_languages())
def test_words_are_written_as_texts_are_compared(code: str) -> None:
    for path, text in texts_of(load(code)):
        assert isinstance(text, PhraseList | WordSet | RegexAlternatives), path
        if isinstance(text, PhraseList):
            assert re.fullmatch(r"[a-z0-9\s,*{}/]*", text), path
            assert not re.search(r",\s*,|\{\s*,|,\s*\}", text), path


def test_a_file_with_an_unknown_part_or_a_broken_pattern_is_refused() -> None:
    wrong_files: tuple[dict[str, object], ...] = (
        {"mispelled": {}},
        {"key": {"response": "(id"}},
        {"key": {"response": "id||no"}},
    )
    for wrong in wrong_files:
        with pytest.raises(ValidationError):
            Vocabulary.model_validate(wrong)


def test_french_and_english_words_are_used_together_unless_others_are_named() -> None:
    assert vocabulary() is words_in(room.DEFAULT_LANGUAGES)
    with words_of(("fr",)):
        assert vocabulary() is load("fr")
    assert "lundi" in vocabulary().week.days[0]
    assert "monday" in vocabulary().week.days[0]
