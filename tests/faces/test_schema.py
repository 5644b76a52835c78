"""``mentormatch schema``: the contract, on stdout."""

import json
from pathlib import Path

from mentormatch.wire.operation import operations
from mentormatch.wire.schema import schema_of
from tests.faces.test_command_line import run


def test_the_schema_of_a_request_and_of_a_response_is_told(tmp_path: Path) -> None:
    asked, answered = (run("schema", "why-not", *more, folder=tmp_path) for more in ((), ("--response", "--json")))
    operation = operations()["why-not"]
    assert json.loads(asked.stdout) == schema_of(operation, "request")
    assert json.loads(answered.stdout) == schema_of(operation, "response")
    assert asked.stderr == answered.stderr == ""


def test_without_an_operation_they_are_listed(tmp_path: Path) -> None:
    assert run("schema", folder=tmp_path).stdout.split() == list(operations())
    assert json.loads(run("schema", "--json", folder=tmp_path).stdout)["operations"] == list(operations())


def test_an_operation_that_is_not_there_is_bad_data(tmp_path: Path) -> None:
    done = run("schema", "why", folder=tmp_path)
    assert done.returncode == 3
    assert "Opération inconnue" in done.stderr
