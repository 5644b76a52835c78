"""What is written of the service is what the service does."""

import json
import re
from pathlib import Path

import pytest

from mentormatch.contract.operation import operations
from mentormatch.service.problems import KINDS
from mentormatch.service.server import make_app
from mentormatch.service.settings import MIB, Settings

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "run-the-service.md").read_text("utf-8")


@pytest.mark.parametrize("code", KINDS)
def test_the_guide_says_what_to_do_about_every_problem(code: str) -> None:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| {KINDS[code].status} |")]
    assert f"`{code}`" in row


def test_the_guide_names_every_operation_and_every_limit() -> None:
    limits = Settings("")
    assert [kind for kind in operations() if f"`/v1/{kind}`" not in GUIDE] == []
    table = GUIDE.partition("## Limits")[2]
    told = [limits.people, limits.pairs, limits.queue, limits.jobs, limits.connections]
    told += [limits.body_bytes // MIB, limits.worker_bytes // (1024 * MIB), limits.results_bytes // MIB]
    told += [round(each) for each in (limits.body_s, limits.headers_s, limits.time_limit_s, limits.expiry_s / 60)]
    assert [each for each in told if not re.search(rf"(?<!\d){each:,}(?!\d)", table)] == []
    assert f"{limits.small_pairs:,} pairs" in GUIDE
    assert f"{limits.patience_s:g} seconds" in GUIDE


def test_every_reference_in_the_description_leads_somewhere() -> None:
    told = make_app(Settings("")).openapi()
    refs = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(told)))
    assert refs - set(told["components"]["schemas"]) == set()
    assert refs
