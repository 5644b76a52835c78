"""A refusal is told in one language: that of Accept-Language, of the request or of its programme, its title too."""

import json
from typing import Any

import pytest

from mentormatch.contract import operations_by_kind
from mentormatch.languages import language
from mentormatch.service import KINDS, RefusedError, ServiceMessage
from mentormatch.service.handler import answer_request

MOST = {"people": 100, "pairs": 10_000, "time_limit_s": 10.0}
TITLES = {
    "misfit": {"fr": "La requête ne suit pas le contrat", "en": "The request does not fit the contract"},
    "contradiction": {
        "fr": "La requête se contredit, ou contredit ce dont elle parle",
        "en": "The request contradicts itself, or what it speaks of",
    },
    "not-json": {"fr": "Le corps n’est pas du JSON", "en": "The body is not JSON"},
    "bad-programme": {"fr": "Le programme a des erreurs", "en": "The programme has mistakes"},
    "too-large": {"fr": "La requête est trop grande", "en": "The request is too large"},
}


def body_of(code: str, own: str, wished: str | None) -> bytes:
    """Return a request that is refused with a code; ``own`` is the language of its programme."""
    request: dict[str, Any] = json.loads(json.dumps(operations_by_kind()["match"].example()))
    request["programme"]["programme"]["language"] = own
    if wished:
        request["language"] = wished
    match code:
        case "misfit":
            request["mentors"][0] = {"id": 3}
        case "contradiction":
            request["pins"] = [{"mentor": "zz", "mentee": "E01"}]
        case "not-json":
            return b"{"
        case "bad-programme":
            request["programme"]["criteria"][0]["kind"] = "zz"
        case "too-large":
            request["mentors"] *= 100
    return json.dumps(request).encode()


def refusal(code: str, own: str, *, accepted: str | None = None, wished: str | None = None) -> dict[str, Any]:
    head = {"kind": "match", "most": MOST, "language": "fr", "accepted": accepted}
    with pytest.raises(RefusedError) as refused:
        answer_request(ServiceMessage(head, body_of(code, own, wished)), lambda _: None)
    assert refused.value.code == code
    # A refusal goes from process to process, and may be stored, before it is told
    return RefusedError.from_head(json.loads(json.dumps(refused.value.as_head()))).document("r")


@pytest.mark.parametrize("code", sorted(TITLES))
@pytest.mark.parametrize(
    ("own", "accepted", "wished", "told"),
    [
        ("fr", None, None, "fr"),
        ("en", None, None, "en"),
        ("fr", "en", None, "en"),
        ("en", "fr", None, "fr"),
        ("fr", "fr", "en", "en"),
        ("en", "en", "fr", "fr"),
    ],
)
def test_a_refusal_is_in_one_language(code: str, own: str, accepted: str, wished: str, told: str) -> None:
    if code == "not-json":
        told = accepted or "fr"  # what cannot be read has no programme, and asks for no language
    document = refusal(code, own, accepted=accepted, wished=wished)
    assert document["title"] == TITLES[code][told]
    with language(told):
        again = refusal(code, told, accepted=told, wished=told)
    assert document == again


def test_every_kind_of_problem_has_a_title_in_each_language() -> None:
    for kind in KINDS.values():
        assert kind.title_in("fr") != kind.title_in("en")
