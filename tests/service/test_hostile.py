"""What was made to hurt is refused by command line, page and service alike, in words that say where, at no cost."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pytest

from mentormatch import Programme, ProgrammeError, RequestError
from mentormatch.base.strict_json import MOST_KEYS, MOST_LISTED, parse_json
from mentormatch.base.strict_toml import immoderate
from mentormatch.contract.operation import ask
from tests.cli.commands import done
from tests.failure.processes import children, only_linux
from tests.service.desk.session import Sitting
from tests.service.hostile_requests import HEAD, JSONS, LINES, TOMLS, doubled, spoken
from tests.service.server import AT_ONCE, JSON, Served, serving

MOST_WORDS = 60_000
"""Characters of an answer, however much is wrong."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--workers", "1", settings=AT_ONCE) as service:
        yield service


def told_well(problems: Any) -> None:
    """Assert that there are problems, each with its place, and not too many words."""
    assert 1 <= len(problems) <= MOST_LISTED + 1
    assert all(one["where"] and one["found"] for one in problems)
    assert len(json.dumps(problems)) < MOST_WORDS


@pytest.mark.promise(39)
@pytest.mark.parametrize("what", TOMLS)
def test_a_programme_is_refused_alike_by_command_line_and_page(what: str, tmp_path: Path) -> None:
    programme, answers = tmp_path / "p.toml", tmp_path / "a.csv"
    programme.write_text(TOMLS[what], "utf-8")
    answers.write_text("a\n1\n", "utf-8")
    ended = done("match", answers, "-p", programme, "--json")
    assert ended.code == 3
    error = json.loads(ended.out)["error"]
    assert error["code"] == "programme"
    told_well(error["problems"])
    desk = Sitting()
    desk.done("begin", people=100, pairs=100)
    desk.done("take", TOMLS[what].encode(), part="programme", name="p.toml")
    desk.done("take", b"a\n1\n", part="answers", name="a.csv")
    refused = desk.refused("read")
    assert refused["place"] == "programme"
    told_well(refused["problems"])


@pytest.mark.promise(39)
@pytest.mark.parametrize("what", JSONS)
def test_a_request_is_refused_alike_by_command_line_and_service(what: str, served: Served, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text(JSONS[what], "utf-8")
    ended = done("ask", "match", request, "--json")
    assert ended.code == 3
    told_well(json.loads(ended.out)["error"]["problems"])
    with served.client() as line:
        answer = line.post("/v1/match", content=JSONS[what].encode(), headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.json()["problems"] == json.loads(ended.out)["error"]["problems"]


@pytest.mark.promise(39)
@pytest.mark.parametrize("what", LINES)
def test_a_line_is_refused_with_its_status_and_the_service_goes_on(what: str, served: Served) -> None:
    sent, status = LINES[what]
    told = spoken(served.url, sent)
    assert told.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(told.partition(b"\r\n\r\n")[2])["status"] == status
    with served.client() as line:
        assert line.get("/health").status_code == 200


def test_a_number_below_zero_by_its_sign_alone_is_zero() -> None:
    read = Programme.parse(f"{HEAD}minimum_answered = -0.0\n".encode())
    assert read.heading.minimum_answered == 0
    assert parse_json('{"a": -0, "b": -0.0}') == {"a": 0, "b": 0}


def test_a_text_is_never_read_as_the_request_that_it_holds() -> None:
    request = json.dumps({"programme": {"programme": {"name": "x"}}, "mentors": [], "mentees": []})
    ask("match", request)
    with pytest.raises(RequestError, match="un texte"):
        ask("match", json.dumps(request))


@pytest.mark.parametrize(
    "text",
    [
        'a = """x""""" \nb = [1]',
        "a = '''x''''' \nb = [1]",
        f"a = \"{'[' * 99}\"  # {'{' * 99}\nb = '{'[' * 99}'",
        f'a = """{"[" * 99}\\""" {"9" * 999}"""',
        f"'{'9' * 999}' = 1\n\"{'9' * 999}\" = 2",
        "\n".join(f"[{'.'.join('abcdefghijklmno')}{n}]\nx = [[[1]]]" for n in range(20)),
        f"a = {'9' * 100}",
        f"# {'a.' * 99}b = 1",
    ],
)
def test_what_stands_in_texts_and_comments_is_never_beyond_measure(text: str) -> None:
    assert immoderate(text) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f'a = """\n"""\nb = {"[" * 33}', 3),
        (f"a = {{b = {'[' * 32}", 1),
        (f"\n\n{'a . ' * 16}b = 1", 3),
        (f"a = -{'1_' * 100}1", 1),
        (f"a = 0b{'1' * 101}", 1),
    ],
)
def test_what_is_beyond_measure_is_told_with_its_line(text: str, line: int) -> None:
    found = immoderate(text)
    assert found is not None
    assert found.where.startswith(f"ligne {line}, ")


def test_a_programme_that_is_far_too_large_is_not_parsed() -> None:
    with pytest.raises(ProgrammeError, match=r"8\sMo"):
        Programme.parse(b"#" * ((8 << 20) + 1))


def refusal(text: str) -> None:
    with pytest.raises(RequestError):
        parse_json(text)


@pytest.mark.promise(39)
@pytest.mark.parametrize("value", ["1", '"x"', "[]", "[[1]]", '{"a": 1}'])
def test_an_object_has_a_key_a_question_and_people_stand_in_lists(value: str) -> None:
    most = [f'"k {number}": {value}' for number in range(MOST_KEYS)]
    assert len(parse_json(f"{{{','.join(most)}}}")) == MOST_KEYS
    text = f'{{"é": 1, "rows": [\n{{{",".join([*most, *most[:1]])}}}]}}'
    told = set()
    for given in (text, text.encode()):
        with pytest.raises(RequestError, match=r"20000 clés au plus") as refused:
            parse_json(given)
        told |= {problem.where for problem in refused.value.problems}
    assert told == {"$" if value in {"[[1]]", '{"a": 1}'} else "ligne 2, colonne 1"}
    assert len(parse_json(text.replace('"k 0"', '"z"', 1), by_person=True)["rows"][0]) == MOST_KEYS + 1


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the least of a few times that a processor is at some work: others may be at theirs."""
    taken = []
    for _ in range(times):
        begun = process_time()
        work()
        taken.append(process_time() - begun)
    return min(taken)


@pytest.mark.proof
@pytest.mark.promise(39)
def test_the_time_for_doubled_keys_grows_with_their_number() -> None:
    counts = [10_000, 20_000, 40_000, 80_000, 160_000]
    taken = {count: seconds(partial(refusal, doubled(count))) for count in counts}
    say("doubled keys → ms", ", ".join(f"{count:,}: {1_000 * time:.0f}" for count, time in taken.items()))
    assert taken[160_000] < 4 * 16 * taken[10_000]


MEASURED = """
import json, sys
from pathlib import Path
from time import perf_counter
from tests.cli.commands import done
from tests.service.desk.session import Sitting

def reset():
    Path("/proc/self/clear_refs").write_text("5")

def high():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

def by_command(path):
    return lambda: done("match", answers, "-p", path, "--json").code

def by_request(path):
    return lambda: done("ask", "match", path, "--json").code

def by_page(path):
    content = path.read_bytes()
    def read():
        desk = Sitting()
        desk.done("begin", people=100, pairs=100)
        desk.done("take", content, part="programme", name="p.toml")
        desk.done("take", b"a\\n1\\n", part="answers", name="a.csv")
        desk.refused("read")
        return 3
    return read

folder = Path(sys.argv[1])
answers = folder / "a.csv"
def least(work):
    taken = []
    for _ in range(3):
        begun = perf_counter()
        work()
        taken.append(1000 * (perf_counter() - begun))
    return min(taken)

path = folder / sys.argv[2]
for face, by in (("command", by_command), ("page", by_page)) if path.suffix == ".toml" else (("command", by_request),):
    start = least(by(folder / f"warm{path.suffix}"))
    work = by(path)
    reset()
    before = high()
    ms = least(work) - start
    print(json.dumps([face, work(), ms, high() - before]))
"""
WARM = {"warm.toml": f"{HEAD}y = 1\n", "warm.json": '{"programme": {"x": 1}}', "a.csv": "a\n1\n"}
"""What is refused before: everything is imported then, and a command line takes its time to be built."""
MOST_MS, MOST_MB = 100.0, 10.0


def say(*words: str) -> None:
    """Write a figure where whoever runs the proof sees it."""
    if sys.__stderr__:
        sys.__stderr__.write(f"\n{': '.join(words)}")


def measured(folder: Path, name: str) -> list[tuple[str, int, float, float]]:
    """Return the faces that were asked, how they ended, and what that took beyond the start: ms, MB."""
    command = [sys.executable, "-c", MEASURED, str(folder), name]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return [tuple(json.loads(line)) for line in ended.stdout.splitlines()]


@only_linux
@pytest.mark.proof
@pytest.mark.promise(39)
@pytest.mark.parametrize(
    ("what", "text", "suffix"),
    [*((what, text, "toml") for what, text in TOMLS.items()), *((what, text, "json") for what, text in JSONS.items())],
)
def test_it_is_refused_within_a_tenth_of_a_second_and_ten_megabytes(
    what: str, text: str, suffix: str, tmp_path: Path
) -> None:
    for name, content in WARM.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / f"hostile.{suffix}").write_text(text, "utf-8")
    for face, code, ms, mb in measured(tmp_path, f"hostile.{suffix}"):
        say(f"{suffix}, {what}", f"by {face}, ends with {code}, {ms:.0f} ms, {mb:.1f} MB")
        assert code == 3
        assert ms < MOST_MS
        assert mb < MOST_MB + len(text) / 1e6


def high_mb(pids: list[int]) -> float:
    """Return the most memory that processes took together since it was last reset."""
    found = (re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in pids)
    return sum(int(one[1]) for one in found if one) / 1_024


@only_linux
@pytest.mark.proof
@pytest.mark.promise(39)
@pytest.mark.parametrize("what", [*JSONS, *LINES])
def test_the_service_refuses_it_as_fast(what: str, served: Served) -> None:
    with served.client() as line:
        for _ in range(3):
            line.post("/v1/match", content=b"{}", headers=JSON)
        pids = [served.process.pid, *children(served.process.pid)]
        for pid in pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")
        before, begun = high_mb(pids), perf_counter()
        if what in JSONS:
            status = line.post("/v1/match", content=JSONS[what].encode(), headers=JSON).status_code
        else:
            status = int(spoken(served.url, LINES[what][0])[9:12])
        ms, mb = 1_000 * (perf_counter() - begun), high_mb(pids) - before
    say(f"service, {what}", f"{status}, {ms:.0f} ms, {mb:.1f} MB")
    assert 400 <= status < 500
    assert ms < MOST_MS
    assert mb < MOST_MB + len(JSONS.get(what, "")) / 1e6
