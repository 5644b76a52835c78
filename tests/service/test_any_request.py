"""Any request that the description allows, and any that it does not, is answered as it says, never by a failure."""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig

from mentormatch.service.app import make_app
from mentormatch.service.settings import Settings
from mentormatch.wire.examples import COHORT, PROGRAMME
from tests.service.serving import BEARER, Served, serving

REQUESTS, SEEDS = 500, 12
MAKES_PROGRAMMES = "/v1/match"
"""The operation whose requests hold any programme; those of the others, which take as long to make, hold one of these."""
PROGRAMMES = [
    PROGRAMME,
    {**PROGRAMME, "programme": {"name": "Mentorat", "language": "en"}, "goals": {"tiers": ["matched", "leximin"]}},
    {**PROGRAMME, "rules": [{"kind": "minimum_score", "score": 1}]},
]
CONFIG: dict[str, Any] = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 409, 413, 415, 422]},
        "positive_data_acceptance": {"expected-statuses": [200, 202, 204, 404, 409, 422]},  # 422: see ``hold``
    },
    "phases": {"coverage": {"enabled": False}},
}
DESCRIPTION = make_app(Settings("")).openapi()


def simpler() -> dict[str, Any]:
    """Return the description with a few programmes in place of all that there can be."""
    found = deepcopy(DESCRIPTION)
    found["components"]["schemas"]["ProgrammeTable"] = {"enum": PROGRAMMES}
    return found


def schema_of(description: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_dict(description, config=SchemathesisConfig.from_dict(CONFIG))


def requests(**options: Any) -> Callable[[Any], Any]:
    """Return what has so many requests made, none of them made smaller: one that fails is enough."""
    phases = [Phase.explicit, Phase.generate]
    return settings(deadline=None, suppress_health_check=list(HealthCheck), phases=phases, **options)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as service:
        yield service


def hold(case: Case, served: Served) -> None:
    """Hold one answer against the description; what fits the contract may be refused for its programme, or its facts."""
    answer = case.call_and_validate(base_url=served.url, headers=BEARER)
    with open("/tmp/sch.log","a") as f: f.write(f"{case.operation.label} {case.meta.generation.mode.value} {answer.status_code} {answer.elapsed:.3f} {answer.json().get('type') if 'problem' in answer.headers.get('content-type',[''])[0] else ''}\n")
    if answer.status_code == 422 and case.meta is not None and case.meta.generation.mode.is_positive:
        assert answer.json()["type"].endswith("bad-programme")


@pytest.mark.filterwarnings("ignore")
@schema_of(DESCRIPTION).include(path=MAKES_PROGRAMMES).parametrize()
@requests(max_examples=REQUESTS, derandomize=True)
def test_every_answer_to_any_programme_is_one_that_the_description_promises(case: Case, served: Served) -> None:
    hold(case, served)


@pytest.mark.filterwarnings("ignore")
@schema_of(simpler()).exclude(path=MAKES_PROGRAMMES).parametrize()
@requests(max_examples=REQUESTS, derandomize=True)
def test_every_answer_is_one_that_the_description_promises(case: Case, served: Served) -> None:
    hold(case, served)
