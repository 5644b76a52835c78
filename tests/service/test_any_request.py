"""Any request that the description allows, and any that it does not, is answered as it says, never by a failure."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from time import sleep
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.config import SchemathesisConfig

from mentormatch.contract.operation import (
    GROUPS_PROGRAMME,
    SAMPLE_MEMBERS,
    SAMPLE_MENTEES,
    SAMPLE_MENTORS,
    SAMPLE_PROGRAMME,
    operations_by_kind,
)
from mentormatch.service.server import make_app
from mentormatch.service.settings import Settings
from tests.conftest import DEEP
from tests.service.server import AT_ONCE, BEARER, Served, serving

REQUESTS = 500 if DEEP else 8
SEEDS, REQUESTS_A_SEED = (*range(9), 10, 11, 12), 170
"""With seed 9 schemathesis makes itself a schema from which it cannot draw."""
PATIENCE = 5
"""So often what is answered 503 is asked again."""
MAKES_PROGRAMMES = "/v1/match"
"""The operation whose requests hold any programme and any people; those of the others, quicker to make, these."""
PROGRAMMES = [
    SAMPLE_PROGRAMME,
    {
        **SAMPLE_PROGRAMME,
        "programme": {"name": "Mentorat", "language": "en"},
        "goals": {"order": ["matched", "leximin"]},
    },
    {**SAMPLE_PROGRAMME, "rules": [{"kind": "minimum_score", "score": 1}]},
    GROUPS_PROGRAMME,
    {**GROUPS_PROGRAMME, "groups": {"least": 1, "most": 3}, "sessions": {"number": 2, "rounds": 2, "topics": "topics"}},
]
ANSWERS = ["budget", ["budget", "diffusion"], "", 1, None, {"budget": "diffusion"}]
PEOPLE = [
    *({"id": key} for key in ("M01", "M02", "E01", "C05", " c01", "é" * 1_000)),
    *SAMPLE_MENTORS[:1],
    *SAMPLE_MENTEES[:1],
    *SAMPLE_MEMBERS["members"],
    *({"id": f"C0{number}", "answers": {"skills": said}} for number, said in enumerate(ANSWERS)),
    {"id": "C06", "answers": {"unasked": ""}},
]
ROWS = [
    {},
    {"Code": "C01", "Que pouvez-vous transmettre ?": "budget", "Quels sujets vous seraient utiles ?": "Paie; Budget"},
    {"Code": "C02", "Que pouvez-vous transmettre ?": None},
]
SIMPLER = {"ProgrammeFile": PROGRAMMES, "Submitted": PEOPLE, "Row": ROWS}
CONFIG: dict[str, Any] = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 409, 413, 415, 422]},
        "positive_data_acceptance": {"expected-statuses": [200, 202, 204, 404, 409, 422]},  # 422: see ``hold``
    },
    "phases": {"coverage": {"enabled": False}},
}


def described() -> dict[str, Any]:
    """Return the description, with what it leaves out for generators: people or rows, and how headers may be long."""
    found: dict[str, Any] = deepcopy(make_app(Settings("")).openapi())
    schemas = found["components"]["schemas"]
    schemas["Row"]["propertyNames"] = {"minLength": 1, "maxLength": 1_000}
    for operation in operations_by_kind().values():
        schemas[operation.request_type.__name__] |= operation.request_type.model_config.get("json_schema_extra", {})
    return found


DESCRIPTION = described()

pytestmark = pytest.mark.filterwarnings("ignore")  # of what is drawn


def simpler() -> dict[str, Any]:
    """Return the description with a few programmes, people and rows in place of all that there can be."""
    found = deepcopy(DESCRIPTION)
    found["components"]["schemas"] |= {name: {"enum": some} for name, some in SIMPLER.items()}
    del found["paths"]["/metrics"]  # nothing can be wrong with its requests but the token, which is always sent here
    for kind in operations_by_kind():
        asked = found["paths"][f"/v1/{kind}"]["post"]
        del asked["parameters"], asked["requestBody"]["content"]["application/json"]["examples"]
    return reached(found)


def reached(description: dict[str, Any]) -> dict[str, Any]:
    """Return a description without the schemas that nothing in it leads to any more."""
    every = description["components"]["schemas"]
    kept: dict[str, Any] = {}
    ahead = names_in(description["paths"])
    while ahead:
        kept |= {name: every[name] for name in ahead}
        ahead = names_in([every[name] for name in ahead]) - set(kept)
    return {**description, "components": {**description["components"], "schemas": kept}}


def names_in(part: Any) -> set[str]:
    """Return the names of the schemas that a part of a description leads to."""
    return set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(part)))


def schema_of(description: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_dict(description, config=SchemathesisConfig.from_dict(CONFIG))


def over[F: Callable[..., None]](schema: Any, **options: Any) -> Callable[[F], F]:
    """Return what has so many requests of each operation made; one that fails is not made smaller."""
    drawing = settings(
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        **options,
    )

    def decorate(test: F) -> F:
        made: F = schema.parametrize()(drawing(test))
        return made

    return decorate


COUNTS = Counter[int]()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--workers", "1", settings=AT_ONCE) as service:
        yield service
    if COUNTS and sys.__stderr__:
        told = f"{COUNTS.total()} requests from this process, by status: {dict(sorted(COUNTS.items()))}"
        sys.__stderr__.write(f"\n{told}\n")


@pytest.fixture(scope="module")
def line() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def hold(case: Any, served: Served, line: requests.Session) -> int:
    """Return the status of an answer that is as described; 422 to what fits the contract is for its programme alone."""
    asked = {"base_url": served.url, "session": line, "headers": BEARER}
    answer = case.call(**asked)
    for _ in range(PATIENCE):  # on a busy machine a service says for a moment that it is not ready, and to ask again
        if answer.status_code != 503:
            break
        sleep(1)
        answer = case.call(**asked)
    case.validate_response(answer, headers=BEARER, transport_kwargs=asked)
    if answer.status_code == 422 and case.meta.generation.mode.is_positive:
        assert answer.json()["type"].endswith(("bad-programme", "other-request"))
    return int(answer.status_code)


WHOLE = schema_of(DESCRIPTION)


@over(WHOLE.include(path=MAKES_PROGRAMMES), max_examples=REQUESTS, derandomize=True)
def test_every_answer_to_any_programme_is_one_that_the_description_promises(
    case: Any, served: Served, line: requests.Session
) -> None:
    hold(case, served, line)


@over(schema_of(simpler()).exclude(path=MAKES_PROGRAMMES), max_examples=REQUESTS, derandomize=True)
def test_every_answer_is_one_that_the_description_promises(case: Any, served: Served, line: requests.Session) -> None:
    hold(case, served, line)


def seeded(number: int) -> Callable[..., None]:
    """Return the same test with other requests, any programme in each of them."""

    @pytest.mark.proof
    @over(WHOLE, max_examples=REQUESTS_A_SEED)
    @seed(number)
    def test(case: Any, served: Served, line: requests.Session) -> None:
        COUNTS[hold(case, served, line)] += 1

    made: Callable[..., None] = test
    return made


for number in SEEDS if DEEP else ():  # each is made for every operation as it is collected, which takes seconds
    globals()[f"test_other_requests_{number}"] = seeded(number)
