"""Special categories of personal data (RGPD, article 9) are refused unless the programme says why it asks."""

from typing import Any, get_args

import pytest

import mentormatch as mm
from mentormatch import Programme, ProgrammeError
from mentormatch.fields.base import Special
from mentormatch.programme.references import SENSITIVE_SUBJECT_LABELS
from tests.inspection.reports import CODE, programme, report

HEALTH = {"question": "Avez-vous besoin d'un aménagement ?", "kind": "yesno", "special": "health"}


def refusal(field: dict[str, Any]) -> str:
    with pytest.raises(ProgrammeError) as raised:
        programme({"code": CODE, "sante": field})
    return str(raised.value)


@pytest.mark.parametrize("category", SENSITIVE_SUBJECT_LABELS)
@pytest.mark.parametrize("use", ["match", "display", "contact"])
def test_a_question_of_article_9_is_refused_without_a_reason(category: str, use: str) -> None:
    told = refusal({"question": "Q", "kind": "text", "special": category, "use": use})
    assert "fields.sante" in told
    assert "article 9" in told
    assert "why" in told


def test_a_blank_is_no_reason() -> None:
    assert "article 9" in refusal({**HEALTH, "why": "  "})


def test_it_is_taken_with_a_reason_or_where_it_is_never_read() -> None:
    told = programme({"code": CODE, "sante": {**HEALTH, "why": "aménager les lieux, avec accord explicite"}})
    assert told.fields["sante"].why
    hidden = programme({"code": CODE, "sante": {**HEALTH, "use": "forbidden"}})
    cohort = report(hidden, [{"code": "M1", "sante": "Oui"}], []).cohort
    assert "sante" not in cohort.mentors.columns


def test_every_category_of_article_9_has_its_words() -> None:
    assert set(get_args(Special.__value__)) == set(SENSITIVE_SUBJECT_LABELS)


def test_another_category_is_a_mistake() -> None:
    assert "special" in refusal({**HEALTH, "special": "santé"})


def test_json_is_held_to_the_same() -> None:
    request = {"programme": {"programme": {"name": "x"}, "fields": {"s": HEALTH}}, "mentors": [], "mentees": []}
    with pytest.raises(ProgrammeError, match="article 9"):
        mm.answer_json(request)


@pytest.mark.parametrize(
    "field",
    [{"private": True}, {"use": "contact"}, {"use": "consent", "kind": "yesno"}, {"special": "health", "why": "x"}],
)
def test_what_is_reserved_is_never_shareable(field: dict[str, Any]) -> None:
    assert "shareable" in refusal({"question": "Q", "kind": "text", "shareable": True, **field})


def test_a_question_that_looks_like_article_9_and_declares_nothing_is_remarked_on() -> None:
    rules = Programme.read(
        {
            "programme": {"name": "x"},
            "fields": {"code": CODE, "s": {"question": "Votre état de santé", "kind": "text", "use": "display"}},
        }
    )
    told = "\n".join(map(str, report(rules, [{"code": "M1"}], []).remarks.told))
    assert "« s » : donnée sensible (RGPD, article 9) ?" in told
