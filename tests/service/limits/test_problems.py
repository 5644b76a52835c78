"""Problems: their kinds, what is told of each, and the way from a worker to whoever asked."""

import pytest

from mentormatch.errors import Problem
from mentormatch.service.openapi import ProblemOut
from mentormatch.service.problems import PROBLEM_KINDS, RefusedError

STATUSES = {
    400: {"not-json", "bad-request"},
    401: {"no-token"},
    403: {"forbidden", "no-scope"},
    404: {"not-found"},
    405: {"wrong-method"},
    408: {"too-slow"},
    409: {"contradiction", "held", "not-yet", "old-save", "would-lose"},
    413: {"too-large"},
    415: {"not-taken"},
    421: {"misdirected"},
    422: {"misfit", "bad-programme", "other-request"},
    429: {"busy"},
    431: {"head-too-large"},
    500: {"failed"},
    503: {"not-kept", "not-ready", "stopping", "worker-ended", "too-long", "out-of-memory"},
}
WRONG = Problem("$.seed", "a text", "a number", "leave it out")


def test_the_status_of_each_kind_is_stable() -> None:
    wanted = {code: status for status, codes in STATUSES.items() for code in codes}
    assert {code: RefusedError(code, "").status for code in PROBLEM_KINDS} == wanted


@pytest.mark.parametrize("code", PROBLEM_KINDS)
def test_a_problem_has_all_that_the_standard_asks_for(code: str) -> None:
    told = RefusedError(code, "a sentence", [WRONG]).to_json("an-id")
    ProblemOut.model_validate(told)
    assert told["type"] == f"urn:mentormatch:problem:{code}"
    assert (told["title"], told["status"]) == (PROBLEM_KINDS[code].title_in("en"), PROBLEM_KINDS[code].status)
    assert (told["detail"], told["request_id"]) == ("a sentence", "an-id")
    assert told["problems"] == [
        {"where": "$.seed", "found": "a text", "expected": "a number", "advice": "leave it out"}
    ]


@pytest.mark.parametrize("code", PROBLEM_KINDS)
def test_whoever_may_ask_again_is_told_when(code: str) -> None:
    headers = RefusedError(code, "", headers={"X": "y"}).headers
    assert headers["X"] == "y"
    asked_again = {"busy", "not-kept", "not-ready", "stopping", "worker-ended"}
    assert headers.get("Retry-After") == ("2" if code in asked_again else None)


def test_a_problem_is_the_same_after_the_way_from_a_worker() -> None:
    sent = RefusedError("misfit", "a sentence", [WRONG])
    came = RefusedError.from_head(sent.to_head())
    assert came.to_json("x") == sent.to_json("x")
    assert came.headers == sent.headers


def test_the_text_of_the_error_itself_says_no_more_than_its_kind() -> None:
    assert str(RefusedError("misfit", "a sentence", [WRONG])) == "misfit"
