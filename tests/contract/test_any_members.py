"""Any answers of members, and any programme of theirs, lead to groups, turns, topics and dates, or to a refusal."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.contract.operation import GROUPS_PROGRAMME, SAMPLE_ANSWERS
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from tests.conftest import DEEP
from tests.contract.bodies import OF_MEMBERS, example, places, replaced
from tests.contract.sent import request_of
from tests.contract.test_any_answers import ANSWERS
from tests.contract.test_any_json import said, values

CODEV, TASK = request_of("codeveloppement"), request_of("groupe-de-travail")
EVERY_KIND = {
    **CODEV["programme"],
    "sessions": {
        **TASK["programme"]["sessions"],
        "topics": "themes",
        "attends": "dates",
        "wishes": None,
        "urgent": None,
    },
    "fields": {
        **CODEV["programme"]["fields"],
        **GROUPS_PROGRAMME["fields"],
        "dates": TASK["programme"]["fields"]["dates"],
        "themes": TASK["programme"]["fields"]["sujets"],
    },
}
EXTENSIONS = [
    *(("criteria", kind.example) for kind in criteria_by_kind().values()),
    *(("rules", kind.example) for kind in rules_by_kind().values() if kind.of_groups),
]
PLACES = list(places(EVERY_KIND))[1:]
ASKED = [*SAMPLE_ANSWERS["C01"], "skills"]
LIMIT = {"time_limit_s": 2}


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", OF_MEMBERS)
@settings(max_examples=20 if DEEP else 4)
@given(data=st.data())
def test_any_answers_are_worked_on_or_refused(kind: str, data: st.DataObject) -> None:
    answers = st.dictionaries(st.sampled_from(ASKED), st.sampled_from(ANSWERS), max_size=len(ASKED))
    members = [{"id": f"C{number}", "answers": data.draw(answers)} for number in range(data.draw(st.integers(0, 5)))]
    apart: dict[str, Any] = (
        {"dates": None} if kind == "turns" else {"past": [], "apart": []} if kind in ("groups", "rotate") else {}
    )
    assert said(kind, example(kind, members=members, **apart, **LIMIT))


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", OF_MEMBERS)
@settings(max_examples=20 if DEEP else 4)
@given(data=st.data())
def test_any_json_in_a_programme_of_groups_is_answered_or_refused(kind: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES))
    programme = replaced(EVERY_KIND, place, data.draw(values))
    rows = (TASK if "sessions" in place else CODEV)["rows"]
    assert "Input should" not in said(kind, {"programme": programme, "rows": rows, **LIMIT})


@pytest.mark.parametrize(("part", "extension"), EXTENSIONS)
def test_every_criterion_and_rule_is_followed_or_refused_in_words(part: str, extension: dict[str, Any]) -> None:
    programme = {**CODEV["programme"], part: [*CODEV["programme"][part], extension]}
    assert "Input should" not in said("groups", {**CODEV, "programme": programme, **LIMIT})
