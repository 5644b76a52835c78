"""What the small path takes from nothing: a command, an import, and the first overview on the page of staff.

Each is a process of its own, with its bytecode kept as an installed package has it. The goal of a match of the example
into a folder, and of the overview, is in seconds of the processor, children included: others may keep the machine busy.
Run it alone with ``python -m benchmarks.bench_start``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx
import psutil
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from tests.service.desk.session import ANSWERS, PROGRAMME
from tests.service.server import TOKEN, serving

ROUNDS = 5
IMPORT_S, OVERVIEW_S = 0.1, 1.5
READING_S = 5.0
"""How long somebody looks for the files, once the page is open."""

type Figures = dict[str, float]


@contextmanager
def bytecode_kept(folder: str) -> Iterator[dict[str, str]]:
    """Give variables under which Python keeps its bytecode in a folder."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    yield own | {"PYTHONPYCACHEPREFIX": folder}


def spent(words: list[str], variables: dict[str, str]) -> tuple[float, float]:
    """Return the seconds of the processor and of the clock that a process takes."""
    start, before = perf_counter(), os.times()
    subprocess.run([sys.executable, *words], env=variables, check=True, capture_output=True)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return processor, perf_counter() - start


def medians(words: Callable[[Path], list[str]]) -> Figures:
    """Return the medians of some runs; the one before them fills the caches."""
    with TemporaryDirectory() as caches, TemporaryDirectory() as folder, bytecode_kept(caches) as variables:
        runs = [spent(words(Path(folder, str(number))), variables) for number in range(ROUNDS + 1)][1:]
    processor, wall = (median(values) for values in zip(*runs, strict=True))
    return {"processor_s": round(processor, 2), "wall_s": round(wall, 2)}


def match(folder: Path) -> list[str]:
    """Return the command that pairs the people of the example into a folder."""
    files = mm.examples.copy_to(folder)
    return ["-m", "mentormatch", "match", str(files.answers), "-p", str(files.programme), "-o", str(folder / "out")]


def cold_match() -> Figures:
    """Return what a match of the example takes."""
    return medians(match)


def cold_import() -> Figures:
    """Return what ``import mentormatch`` takes, the interpreter included."""
    return medians(lambda folder: ["-c", "import mentormatch"])


def overview() -> Figures:
    """Return what the first overview takes of somebody who opens the page, hands the example over, and forms pairs."""
    with serving(sparing=False) as served:
        sleep(READING_S)
        headers = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=served.url, headers=headers, timeout=120, trust_env=False) as client:
            told(client.post("/session", json={"token": TOKEN}))
            desk = "/desk/" + told(client.post("/desk")).json()["desk"]
            sleep(READING_S)
            service = psutil.Process(served.process.pid)
            start, before = perf_counter(), processor_of(service)
            for part, content in (("programme", PROGRAMME), ("answers", ANSWERS)):
                named = {"Content-Type": "application/octet-stream", "X-File-Name": f"{part}.csv"}
                told(client.put(f"{desk}/files/{part}", content=content, headers=named))
            told(client.post(desk, json={"do": "read"}))
            told(client.post(desk, json={"do": "form"}))
            told(client.get(f"{desk}/pages/binomes"))
            wall, processor = perf_counter() - start, processor_of(service) - before
    return {"processor_s": round(processor, 2), "wall_s": round(wall, 2)}


def told(answer: httpx.Response) -> httpx.Response:
    """Return an answer that is none of a failure."""
    return answer.raise_for_status()


def processor_of(service: psutil.Process) -> float:
    """Return the seconds of the processor of a process and of those that it started."""
    return sum(sum(one.cpu_times()[:2]) for one in (service, *service.children(recursive=True)))


FIGURES: dict[str, Callable[[], Figures]] = {"match": cold_match, "import": cold_import, "overview": overview}


def test_a_match_of_the_example_from_nothing(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info.update(benchmark.pedantic(cold_match, rounds=1))


def test_an_import_from_nothing(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info.update(benchmark.pedantic(cold_import, rounds=1))
    assert benchmark.extra_info["processor_s"] < IMPORT_S


def test_the_first_overview_of_a_desk(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info.update(benchmark.pedantic(overview, rounds=1))
    assert benchmark.extra_info["processor_s"] < OVERVIEW_S


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: figure() for name, figure in FIGURES.items()}) + "\n")
