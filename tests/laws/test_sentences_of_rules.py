"""What every rule and criterion says of itself on a form: sentences with a blank for each setting, whichever it is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import compress, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Criterion, Rule, language
from mentormatch.fields import AnyField
from mentormatch.fields.extension import attribute_of
from mentormatch.languages.translation import LANGUAGES
from mentormatch.programme.blanks import BLANK_PATTERN, BlankSentence, FormBlank, SentenceBuilder, make_blank_sentences
from mentormatch.programme.question_edits import POINTS_SETTING_BY_KIND
from mentormatch.programme.tables import to_table
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from tests.english import foreign_in
from tests.laws.extensions import criterion, rule
from tests.laws.planted.rule import Charter
from tests.laws.questionnaires import surveys

KINDS = sorted(rules_by_kind())
IN_TABLES = (*POINTS_SETTING_BY_KIND.values(), "file", "columns")
"""What a criterion is told beside its sentences: points of two answers, or of two people."""
every_criterion = pytest.mark.parametrize("kind", sorted(criteria_by_kind()))
every_rule = pytest.mark.parametrize("kind", KINDS)
every_language = pytest.mark.parametrize("code", LANGUAGES)
NUMBERS = (int, int | None, float, float | None)
ONE_OF_SEVERAL = re.compile(r"(?<![\d,.])1\s(?!dans|des)[\w·]+s\b(?! plus)")
"""The number one before a plural; no noun are « dans » and « des »."""
WHOLE = {"true": True, "false": False}


def named(text: str) -> list[str]:
    return [setting.partition(".")[0] for setting in BLANK_PATTERN.findall(text)]


def path_of(blank: FormBlank) -> list[str]:
    return blank.setting.split(".")


@every_rule
@given(data=st.data())
def test_the_sentences_of_a_rule_have_each_setting_once_and_what_stands_in_their_blanks_is_that_rule(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys(1))
    asked = rule(data.draw, survey, kind)
    sentences = make_blank_sentences(asked, survey.fields)
    assert asked.sentence
    assert_each_setting_once(asked)
    assert_the_same(asked, sentences)
    stated = {name for name in to_table(asked) if name not in ("kind", "name")}
    assert stated <= {path_of(blank)[0] for sentence in sentences if sentence.stated for blank in sentence.blanks}
    assert_only_questions_that_fit(asked, survey.fields, sentences)


def assert_each_setting_once(asked: Rule | Criterion, apart: Sequence[str] = ()) -> None:
    """Hold that every setting is in one sentence, but a list that is empty, which may be in none."""
    told = [set(named(text)) for text in (asked.sentence, *asked.details)]
    once = [setting for each in told for setting in each]
    assert len(once) == len(set(once))
    assert set(once) <= set(SentenceBuilder(asked, {}).settings)
    missing = set(SentenceBuilder(asked, {}).settings) - set(once) - set(apart)
    assert [name for name in missing if getattr(asked, attribute_of(type(asked), name))] == []


def assert_the_same(asked: Rule | Criterion, sentences: Sequence[BlankSentence]) -> None:
    """Hold that a rule whose blanks are filled with what stands there is the same rule."""
    tables = to_table(asked)
    for blank in [blank for sentence in sentences for blank in sentence.blanks if blank.kind != "count"]:
        *steps, last = path_of(blank)
        inner: Any = tables
        for step in steps:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        inner[last] = WHOLE[str(blank.value)] if blank.kind == "truth" else blank.value
    assert type(asked).model_validate({name: value for name, value in tables.items() if value is not None}) == asked


def assert_only_questions_that_fit(
    asked: Rule | Criterion, fields: Mapping[str, AnyField], sentences: Sequence[BlankSentence]
) -> None:
    """Hold that a blank offers the question that stands in it, and only questions of a kind that may."""
    by_setting = {reference.setting: reference for reference in asked.references()}
    for blank in [blank for sentence in sentences for blank in sentence.blanks if blank.kind == "field"]:
        if reference := by_setting.get(blank.setting):
            assert {fields[name].kind for name, _ in blank.choices} <= set(reference.ref.kinds)
            assert blank.value in dict(blank.choices)


def with_ones(kind: type[Rule] | type[Criterion]) -> Iterator[Rule | Criterion]:
    """Yield a rule or criterion for each choice of its numbers, all of which are 1."""
    numbers = [name for name, part in kind.model_fields.items() if part.annotation in NUMBERS]
    others = {name: value for name, value in kind.example.items() if name not in numbers}
    for chosen in product((False, True), repeat=len(numbers)):
        with suppress(ValueError):  # some numbers exclude each other
            yield kind.model_validate(others | dict.fromkeys(compress(numbers, chosen), 1))


@every_language
@pytest.mark.parametrize("kind", [*rules_by_kind().values(), *criteria_by_kind().values()])
def test_a_noun_agrees_with_the_number_one_before_it(kind: type[Rule] | type[Criterion], code: str) -> None:
    with language(code):
        for asked in with_ones(kind):
            texts = [*([asked.describe()] if isinstance(asked, Rule) else []), asked.sentence, *asked.details]
            for name in BLANK_PATTERN.findall(" ".join(texts)):
                texts = [text.replace(f"{{{name}}}", str(getattr(asked, name, "…"))) for text in texts]
            assert [text for text in texts if ONE_OF_SEVERAL.search(text)] == []


@every_language
@every_rule
def test_a_rule_speaks_in_whole_sentences_in_every_language(kind: str, code: str) -> None:
    asked = rules_by_kind()[kind].model_validate(rules_by_kind()[kind].example)
    with language(code):
        told = [re.sub(BLANK_PATTERN, "X", text) for text in (asked.sentence, *asked.details)]
        words = [word for by_value in asked.value_words.values() for word in by_value.values()]
    assert all(text[0] in "XÀ" or text[0].isupper() for text in told)
    assert all(text.endswith(".") for text in told)
    assert foreign_in(code, *told) == []
    assert all(words)


@every_criterion
@given(data=st.data())
def test_the_sentences_of_a_criterion_have_each_setting_once_or_its_table_has_it(
    kind: str, data: st.DataObject
) -> None:
    survey = data.draw(surveys(1))
    asked = criterion(data.draw, survey, kind)
    assert asked.sentence
    assert_each_setting_once(asked, apart=IN_TABLES)
    assert_the_same(asked, make_blank_sentences(asked, survey.fields))
    assert_only_questions_that_fit(asked, survey.fields, make_blank_sentences(asked, survey.fields))


@every_language
@every_criterion
def test_a_criterion_speaks_in_whole_sentences_in_every_language(kind: str, code: str) -> None:
    asked = criteria_by_kind()[kind].model_validate(criteria_by_kind()[kind].example)
    with language(code):
        told = [re.sub(BLANK_PATTERN, "X", text) for text in (asked.sentence, *asked.details)]
    assert all(text[0].isupper() and text.endswith(".") for text in told)
    assert foreign_in(code, *told) == []


def test_a_rule_that_says_no_sentence_is_told_by_its_phrase_and_its_settings() -> None:
    asked: Rule = Charter(shy=["E1"], least=2)
    first, *others = make_blank_sentences(asked, {})
    assert first.pieces == ("charte des marraines E1.",)
    assert [blank.setting for one in others for blank in one.blanks] == ["shy", "busy", "least", "most"]
    assert [one.stated for one in others] == [True, False, True, False]


def test_an_attribute_that_the_file_calls_otherwise_is_known_by_the_name_in_the_file() -> None:
    assert attribute_of(rules_by_kind()["require"], "in") == "among"
