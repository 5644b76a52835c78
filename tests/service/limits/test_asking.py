"""In a worker: what is asked is read, counted before anything is scored, and answered or refused with a reason."""

import json
from typing import Any

import pytest

from mentormatch import EngineError, SurveyError
from mentormatch.contract.operation import SAMPLE_COHORT, ask, operations_by_kind
from mentormatch.errors import OutputError, Problem
from mentormatch.service import handler
from mentormatch.service.handler import (
    answer_request,
    count_people,
    is_on_members,
    parse_with_time_limit,
    refuse_too_large,
)
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from tests.doors import substitute

MOST = {"people": 5, "pairs": 12, "time_limit_s": 100.0}


def told(request: Any, kind: str = "match", tell: Any = lambda message: None, **most: Any) -> bytes:
    content = request if isinstance(request, bytes) else json.dumps(request).encode()
    return answer_request(ServiceMessage({"kind": kind, "most": MOST | most, "language": "fr"}, content), tell)


def refusal_of(request: Any, code: str, **most: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        told(request, **most)
    assert caught.value.code == code
    return caught.value


def of(mentors: int = 0, mentees: int = 0, rows: int = 0) -> dict[str, Any]:
    return {"mentors": [0] * mentors, "mentees": [0] * mentees, "rows": [0] * rows}


def test_an_answer_is_that_of_the_library_and_its_size_is_told_before() -> None:
    heads: list[Any] = []
    answer = told(SAMPLE_COHORT, tell=lambda message: heads.append(dict(message.head)))
    assert answer == ask("match", SAMPLE_COHORT).to_json().encode()
    assert heads[0] == {"told": "size", "pairs": 4}


@pytest.mark.parametrize(
    ("request_", "pairs"),
    [(of(3, 4), 12), (of(5, 1), 5), (of(1, 5), 5), (of(rows=6), 9), (of(rows=7), 12), (of(), 0), ([], 0), (None, 0)],
)
def test_as_many_people_and_pairs_as_the_limits_are_taken(request_: Any, pairs: int) -> None:
    assert refuse_too_large(request_, 5, 12) == pairs


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        (of(6, 1), ["mentors"]),
        (of(1, 6), ["mentees"]),
        (of(6, 6), ["mentors", "mentees", "$"]),
        (of(rows=11), ["rows", "$"]),
        (of(5, 3), ["$"]),
        (of(rows=8), ["$"]),
    ],
)
def test_more_are_refused_each_with_what_was_found_and_expected(request_: Any, where: list[str]) -> None:
    with pytest.raises(RefusedError) as caught:
        refuse_too_large(request_, 5, 12)
    assert caught.value.code == "too-large"
    assert [problem.where for problem in caught.value.problems] == where
    assert all(problem.found and problem.expected and problem.advice for problem in caught.value.problems)


def test_rows_hold_people_of_both_sides() -> None:
    assert refuse_too_large(of(rows=10), 5, 25) == 25
    with pytest.raises(RefusedError) as caught:
        refuse_too_large(of(rows=11), 5, 30)
    assert caught.value.problems[0] == Problem(
        "rows", "11\u00a0personnes", "10 au plus", "envoyez-en moins, ou relevez la limite du service"
    )


@pytest.mark.parametrize(
    ("request_", "pairs"),
    [
        ({"members": [0] * 3}, 9),
        ({"members": [0] * 2, "facilitators": [0]}, 9),
        ({"rows": [0] * 3}, 9),
        ({"members": [0] * 4}, None),
        ({"members": [0] * 2, "facilitators": [0] * 2}, None),
        ({"rows": [0] * 4}, None),
        ({"rows": [0] * 4, "members": []}, None),
        ({}, 0),
    ],
)
def test_of_groups_any_two_who_answered_are_a_pair(request_: Any, pairs: int | None) -> None:
    if pairs is not None:
        assert refuse_too_large(request_, 5, 12, among=True) == pairs
        return
    with pytest.raises(RefusedError) as caught:
        refuse_too_large(request_, 5, 12, among=True)
    assert [problem.where for problem in caught.value.problems] == ["$"]
    assert caught.value.problems[0].found == "16\u00a0binômes"


@pytest.mark.parametrize("kind", operations_by_kind())
def test_operations_on_members_are_measured_by_them(kind: str) -> None:
    example = operations_by_kind()[kind].example()
    heads: list[Any] = []
    told(example, kind, tell=lambda message: heads.append(dict(message.head)), pairs=16)
    assert heads[0]["pairs"] == {"members": 16, "mentors": 4}.get(
        next(iter({"members", "mentors"} & set(example)), ""), 0
    )


@pytest.mark.parametrize("kind", [kind for kind in operations_by_kind() if is_on_members(kind)])
def test_members_of_groups_get_four_fifths_of_the_time_at_most_and_no_more_than_fit(kind: str) -> None:
    example = operations_by_kind()[kind].example()
    assert getattr(parse_with_time_limit(kind, {**example, "time_limit_s": 1_000}, 100.0), "time_limit_s") == 80.0  # noqa: B009 - not all have it
    with pytest.raises(RefusedError) as caught:
        told({**example, "members": [0] * 6}, kind, pairs=100)
    assert [problem.where for problem in caught.value.problems] == ["members"]


@pytest.mark.parametrize(
    ("data", "found"), [({"mentors": [1, 2]}, 2), ({"mentors": "ab"}, 0), ({}, 0), ([1], 0), ("x", 0)]
)
def test_only_lists_are_counted(data: Any, found: int) -> None:
    assert count_people(data, "mentors") == found


def test_too_many_are_refused_before_anything_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "parse_with_time_limit", lambda *_: pytest.fail("it was looked at"))
    refusal_of(of(6, 1), "too-large")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"{", "not-json"),
        (b'{"a": 1, "a": 2}', "not-json"),
        ({**SAMPLE_COHORT, "more": 1}, "misfit"),
        (3, "misfit"),
        ({**SAMPLE_COHORT, "programme": {"programme": {"name": "x"}, "goals": 3}}, "bad-programme"),
        ({**SAMPLE_COHORT, "bans": [{"mentor": "M9", "mentee": "E01"}]}, "contradiction"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_its_kind_with_everything_that_is_wrong(request_: Any, code: str) -> None:
    error = refusal_of(request_, code)
    assert error.detail_in("en")
    assert error.problems


@pytest.mark.parametrize(
    ("error", "code"),
    [(EngineError("x"), "failed"), (OutputError("x"), "failed"), (SurveyError("x"), "contradiction")],
)
def test_what_fails_within_is_a_failure_and_what_people_sent_is_not(
    error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(handler, "ask", fail)
    assert refusal_of(SAMPLE_COHORT, code).detail_in("en") == "x"


@pytest.mark.parametrize(("asked", "given"), [(None, 80.0), (5, 5.0), (80, 80.0), (81, 80.0), (1_000, 80.0)])
def test_a_solver_gets_four_fifths_of_the_time_at_most(asked: float | None, given: float) -> None:
    request = parse_with_time_limit("match", {**SAMPLE_COHORT, "time_limit_s": asked}, 100.0)
    assert getattr(request, "time_limit_s") == given  # noqa: B009 - not all have it


def test_operations_without_a_time_limit_are_left_as_they_are() -> None:
    example = operations_by_kind()["verify"].example()
    assert parse_with_time_limit("verify", example, 100.0) == operations_by_kind()["verify"].request_type.of(example)


def test_the_language_of_the_request_is_spoken_from_the_first_word_on() -> None:
    wrong = {"more": 1}
    english, french = (refusal_of({**wrong, "language": code}, "misfit").sentence for code in ("en", "fr"))
    assert english != french


def test_progress_is_told_as_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:

    substitute(monkeypatch, "base", QUIET_S=0.0)
    heads: list[Any] = []
    told(SAMPLE_COHORT, tell=lambda message: heads.append(dict(message.head)))
    assert heads[-1]["told"] == "progress"
    assert heads[-1]["progress"]["over"] is True
