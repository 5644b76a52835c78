"""``mentormatch schema``: the contract, on stdout."""

import json
from pathlib import Path

import pytest

from mentormatch.contract.operation import SchemaPart, operations_by_kind, schema_of
from tests.cli.processes import run


@pytest.mark.parametrize(("options", "part"), [((), "request"), (("--response", "--json"), "response")])
def test_the_schema_of_a_request_or_a_response_is_told(
    options: tuple[str, ...], part: SchemaPart, tmp_path: Path
) -> None:
    done = run("schema", "why-not", *options, folder=tmp_path)
    assert json.loads(done.stdout) == schema_of(operations_by_kind()["why-not"], part)
    assert done.stderr == ""


def test_without_an_operation_they_are_listed(tmp_path: Path) -> None:
    assert run("schema", folder=tmp_path).stdout.split() == list(operations_by_kind())


def test_an_operation_that_is_not_there_is_bad_data(tmp_path: Path) -> None:
    done = run("schema", "why", folder=tmp_path)
    assert done.returncode == 3
    assert "Opération inconnue" in done.stderr
