"""Clients that generators make from the description, without a flag: no warning, no untyped part, and they work."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mentormatch.contract.operation import operations_by_kind
from tests.conftest import ROOT, TOOLS
from tests.programs import find_program
from tests.service.server import TOKEN, Served, serving

GENERATED = ROOT / "docs" / "clients" / "generated"
SEARCH = os.pathsep.join([str(TOOLS), os.environ.get("PATH", "")])
BOILERPLATE = {"to_dict", "from_dict", "_get_kwargs"}
"""What turns a model into JSON and back, whatever the model is."""
LINES = [
    "proved E02 proved 1 2 1",
    "infeasible 2 3",
    "verified",
    "urn:mentormatch:problem:misfit $",
]


def needed(*programs: str, advice: str) -> None:
    """Skip a test if a program is missing."""
    for program in programs:
        find_program(program, advice=advice, path=SEARCH)


def run(command: Sequence[object], folder: Path, **variables: str) -> str:
    """Return what a program printed, on both streams; fail where it failed."""
    told = {**os.environ, "PATH": SEARCH, "no_proxy": "127.0.0.1", "NODE_DISABLE_COMPILE_CACHE": "1", **variables}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as service:
        yield service


@pytest.fixture(scope="module")
def folder(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the descriptions as the service tells them, and a request for each operation."""
    found = tmp_path_factory.mktemp("generated")
    with served.client() as client:
        for name in ("openapi.json", "openapi-3.0.json"):
            (found / name).write_text(client.get(f"/{name}").raise_for_status().text, "utf-8")
    examples = {kind: operation.example() for kind, operation in operations_by_kind().items()}
    (found / "requests.json").write_text(json.dumps(examples), "utf-8")
    return found


def told_by(program: str, served: Served) -> dict[str, str]:
    return {"MENTORMATCH_URL": served.url, "MENTORMATCH_TOKEN": TOKEN, "PYTHONPATH": program}


@pytest.fixture(scope="module")
def python_client(folder: Path) -> Path:
    """Return the folder of the client that openapi-python-client makes."""
    needed("openapi-python-client", advice="make build/tools/made")
    printed = run(["openapi-python-client", "generate", "--path", "openapi.json"], folder)
    assert re.fullmatch(r"Generating \S+mentormatch-client", printed.replace("\n", "")), printed
    return folder / "mentormatch-client"


def untyped(path: Path) -> Iterator[str]:
    """Yield the places of a file where anything is taken, but for boilerplate and what stands inside functions."""
    for node in ast.parse(path.read_text("utf-8")).body:
        parts = node.body if isinstance(node, ast.ClassDef) else [node]
        for part in parts:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name not in BOILERPLATE:
                spoken = [part.returns, *(each.annotation for each in (*part.args.args, *part.args.kwonlyargs))]
            elif isinstance(part, ast.AnnAssign):
                spoken = [part.annotation]
            else:
                continue
            if any(isinstance(each, ast.Name) and each.id == "Any" for one in spoken if one for each in ast.walk(one)):
                yield f"{path.name}:{part.lineno}"


def test_the_python_client_has_a_type_for_everything(python_client: Path) -> None:
    package = python_client / "mentormatch_client"
    files = [*package.glob("models/*.py"), *package.glob("api/**/*.py")]
    assert [place for file in files for place in untyped(file)] == []
    named = {file.stem for file in files}
    assert {kind.replace("-", "_") for kind in operations_by_kind()} <= named
    assert {f"{kind.replace('-', '_')}_request" for kind in operations_by_kind()} <= named
    assert [name for name in named if re.search(r"_type_\d|(?<!by)_item$|mentormatch", name)] == []


@pytest.mark.proof
def test_an_application_with_the_python_client_passes_the_strictest_check_and_calls_every_operation(
    python_client: Path, folder: Path, served: Served
) -> None:
    shutil.copy(GENERATED / "application.py", python_client)
    checked = run([sys.executable, "-m", "mypy", "--strict", "application.py"], python_client, MYPYPATH=".")
    assert checked.startswith("Success")
    program = [sys.executable, "application.py", folder / "requests.json"]
    printed = run(program, python_client, **told_by(str(python_client), served))
    assert_told(printed)


def assert_told(printed: str) -> None:
    """Assert that an application printed what the answers hold."""
    assert printed.replace("'", "").count("M01") == printed.replace("'", "").count("M02") >= 1
    assert [line for line in LINES if line not in printed] == []


EVERY_OPERATION = """
import json, sys, time
from importlib import import_module
from pathlib import Path
from mentormatch_client import AuthenticatedClient, models
from mentormatch_client.api.jobs import job, job_result
kinds = {path.stem: path.parent.name for path in Path("mentormatch_client/api").glob("*/*.py")}
with AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2]) as client:
    for kind, asked in json.loads(Path(sys.argv[3]).read_text()).items():
        name = kind.replace("-", "_")
        called = import_module(f"mentormatch_client.api.{kinds[name]}.{name}")
        title = kind.title().replace("-", "")
        body = getattr(models, f"{title}Request").from_dict(asked)
        assert body.to_dict() == asked, kind
        at_once = called.sync(client=client, body=body)
        taken = called.sync(client=client, body=body, prefer="respond-async")
        while taken.state in ("queued", "running"):
            time.sleep(0.05)
            taken = job.sync(taken.id, client=client)
        result = job_result.sync(taken.id, client=client)
        assert type(at_once) is type(result) is getattr(models, f"{title}Response"), kind
        later = {**at_once.to_dict(), "added_later": 1}
        assert type(at_once).from_dict(later) == at_once, kind
        print(kind)
"""


@pytest.mark.proof
def test_the_python_client_gets_the_same_type_at_once_and_as_a_job_and_passes_over_what_is_added_later(
    python_client: Path, folder: Path, served: Served
) -> None:
    program = [sys.executable, "-c", EVERY_OPERATION, served.url, TOKEN, folder / "requests.json"]
    assert run(program, python_client).split() == list(operations_by_kind())


HEADERS = "[name: string]: unknown;"
"""Of an answer, those that are not described; what openapi-typescript writes into each."""


@pytest.mark.proof
def test_an_application_with_types_for_typescript_passes_the_strictest_check_and_calls_every_operation(
    folder: Path, served: Served
) -> None:
    needed("node", "npm", advice="make build/tools/made")
    project = Path(shutil.copytree(GENERATED, folder / "typescript"))
    run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], project)
    printed = run(
        ["node", "node_modules/.bin/openapi-typescript", folder / "openapi.json", "-o", "mentormatch.d.ts"], project
    )
    assert not re.search("warn|error", printed, re.IGNORECASE)
    types = (project / "mentormatch.d.ts").read_text("utf-8")
    plain = re.sub(r'"[^"\n]*"|/\*.*?\*/', "", types, flags=re.DOTALL)
    assert {line.strip() for line in plain.splitlines() if re.search(r"\b(any|unknown)\b", line)} <= {HEADERS}
    run(
        [
            "node",
            "node_modules/.bin/tsc",
            "--strict",
            "--noUncheckedIndexedAccess",
            "--module",
            "nodenext",
            "application.ts",
        ],
        project,
    )
    assert_told(run(["node", "application.js", folder / "requests.json"], project, **told_by("", served)))


JAVA_MADE = """
import json, sys, time
from pathlib import Path
import openapi_client as made
tags = {name: api for api in (made.PairsApi, made.GroupsApi, made.DecisionsApi) for name in vars(api)}
with made.ApiClient(made.Configuration(host=sys.argv[1], access_token=sys.argv[2])) as client:
    jobs = made.JobsApi(client)
    for kind, asked in json.loads(Path(sys.argv[3]).read_text()).items():
        name, title = kind.replace("-", "_"), kind.title().replace("-", "")
        api = tags[name](client)
        body = getattr(made, f"{title}Request").from_dict(asked)
        at_once = getattr(api, name)(body)
        assert type(at_once) is getattr(made, f"{title}Response"), kind
        taken = getattr(api, f"{name}_with_http_info")(body, prefer="respond-async").data
        while taken.state in ("queued", "running"):
            time.sleep(0.05)
            taken = jobs.job(taken.id)
        assert jobs.job_result(taken.id).actual_instance == at_once, kind
        later = {**at_once.to_dict(), "added_later": 1}
        assert type(at_once).from_dict(later) == at_once, kind
        print(kind)
    try:
        made.PairsApi(client).match(made.MatchRequest.from_dict({**asked, "programme": {"programme": {"name": "x"}}}))
    except made.ApiException as refused:
        assert refused.data.type.startswith("urn:mentormatch:problem:")
"""


def warnings_of_java(description: str, folder: Path) -> set[str]:
    """Return what openapi-generator warns of while it makes a client in Python."""
    command = ["openapi-generator-cli", "generate", "-i", description, "-g", "python", "-o", f"{description}.made"]
    return {line.partition("WARN")[2] for line in run(command, folder).splitlines() if "WARN" in line}


@pytest.mark.proof
def test_the_client_of_openapi_generator_is_made_without_a_warning_and_calls_every_operation(
    folder: Path, served: Served
) -> None:
    needed("openapi-generator-cli", advice="make build/tools/made")
    assert warnings_of_java("openapi-3.0.json", folder) == set()
    client = folder / "openapi-3.0.json.made"
    keys = [
        line
        for file in (client / "openapi_client" / "models").glob("*.py")
        for line in re.findall(r"^    \w+: .*\bAny\b.*$", file.read_text("utf-8"), re.MULTILINE)
        if "actual_instance" not in line
    ]
    assert keys == []
    program = [sys.executable, "-c", JAVA_MADE, served.url, TOKEN, folder / "requests.json"]
    assert run(program, client, PYTHONPATH=str(client)).split() == list(operations_by_kind())
