"""Works open on one service, a gesture each every ten seconds: ``python -m benchmarks.bench_works [works] [minutes]``.

A real service that keeps works in a file, as on a host, with one browser a work as far as HTTP sees it. In turn a
weight of the programme is tried, somebody is withdrawn on the board, both are undone, the overview is looked at. It
prints the seconds of the answers, how many processors the service and the whole machine were busy with, and the memory
that the processes of the service hold, what they share counted once: others may keep the machine busy.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic, perf_counter, sleep
from typing import Any

import httpx
import psutil

from benchmarks.bench_start import processor_of, told
from tests.service.server import TOKEN, Served, serving

WORKS, MINUTES, EVERY_S = 50, 3.0, 10.0
OPENING = 4
"""So many open their work at a time."""

type Seconds = dict[str, list[float]]


class Work:
    """One work: somebody's browser, as far as HTTP sees it, and the gestures that they make in turn."""

    def __init__(self, served: Served, number: int) -> None:
        own = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
        self.client = httpx.Client(base_url=served.url, headers=own, timeout=300, trust_env=False)
        self.number, self.here = number, ""
        self.gestures = cycle(self.round())
        for _ in range(number % 4):
            next(self.gestures)

    def open(self) -> float:
        """Begin at the example, and return how long that took, to the first overview."""
        told(self.client.post("/session", json={"token": TOKEN}))
        self.here = f"/desk/{told(self.client.post('/desk')).json()['desk']}"
        start = perf_counter()
        for do in ("example", "read", "form"):
            self.ask({"do": do})
        told(self.client.get(f"{self.here}/pages/binomes"))
        self.ask({"do": "programme", "what": {"action": "look"}})
        return perf_counter() - start

    def stay(self) -> None:
        """Say that somebody is still there."""
        if self.here:
            told(self.client.post(f"{self.here}/here"))

    def ask(self, what: dict[str, Any]) -> None:
        """Ask something of the desk."""
        told(self.client.post(self.here, json=what))

    def board(self, **what: Any) -> None:
        """Ask something of the board."""
        told(self.client.post(f"{self.here}/board", json={"turn": 1, "what": what}))

    def round(self) -> Iterator[tuple[str, Any]]:
        """Yield the gestures of a round, each by its name."""
        weight = {"edit": "weight", "at": 0, "weight": 30 + self.number % 20, "others": True}
        yield "form", lambda: self.ask({"do": "programme", "what": {"action": "edit", "edits": [weight]}})
        yield "board", lambda: self.board(action="withdraw", person="m1")
        yield "form", lambda: self.ask({"do": "programme", "what": {"action": "undo"}})
        yield "board", lambda: self.board(action="undo")
        yield "overview", lambda: told(self.client.get(f"{self.here}/pages/binomes"))

    def work(self, until: float, seconds: Seconds) -> None:
        """Make a gesture every ten seconds, each work at a time of its own."""
        due = monotonic() + EVERY_S * self.number / WORKS
        while due < until:
            sleep(max(due - monotonic(), 0))
            name, gesture = next(self.gestures)
            start = perf_counter()
            gesture()
            seconds[name].append(perf_counter() - start)
            due = max(due + EVERY_S, monotonic())


def memory_mb(service: psutil.Process) -> float:
    """Return the memory of a service and of its processes, what they share counted once."""
    found = 0.0
    for one in (service, *service.children(recursive=True)):
        try:
            found += one.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue
    return round(found)


def watch(service: psutil.Process, people: Sequence[Work], ended: Event, held: list[float]) -> None:
    """Note the memory of the service, and say that everybody is still there, as an open page does."""
    while not ended.wait(EVERY_S):
        held.append(memory_mb(service))
        for one in people:
            one.stay()


def figures(seconds: list[float]) -> dict[str, float]:
    """Return how many answers there were, and how long people waited for them."""
    late = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    return {
        "answers": len(seconds),
        "median_s": round(median(seconds), 2),
        "p95_s": round(late, 2),
        "max_s": round(max(seconds), 2),
    }


def measured(works: int, minutes: float) -> dict[str, Any]:
    """Return the figures of so many works over some minutes."""
    seconds: Seconds = defaultdict(list)
    with (
        TemporaryDirectory() as folder,
        serving("--places", works, "--store", Path(folder, "service.db"), sparing=False) as served,
    ):
        service = psutil.Process(served.process.pid)
        people = [Work(served, number) for number in range(works)]
        ended, held = Event(), list[float]()
        with ThreadPoolExecutor(works + 1) as pool:
            watching = pool.submit(watch, service, people, ended, held)
            try:
                with ThreadPoolExecutor(OPENING) as few:
                    opening = list(few.map(Work.open, people))
                held.append(memory_mb(service))
                opened = len(held) - 1
                before, machine, start = processor_of(service), psutil.cpu_times(), perf_counter()
                begun = monotonic()
                for done in [pool.submit(one.work, begun + 60 * minutes, seconds) for one in people]:
                    done.result()
            finally:
                ended.set()
            watching.result()
        wall, after = perf_counter() - start, psutil.cpu_times()
        spent = processor_of(service) - before
        busy = sum(after) - sum(machine) - (after.idle - machine.idle)
    everything = [one for each in seconds.values() for one in each]
    return {
        "works": works,
        "minutes": round(wall / 60, 1),
        "opening": figures(opening),
        "all": figures(everything),
        **{name: figures(each) for name, each in sorted(seconds.items())},
        "processor_of_service": round(spent / wall, 2),
        "processor_s_a_gesture": round(spent / len(everything), 3),
        "busy_processors": round(busy / wall, 2),
        "memory_mb": {"opened": held[opened], "last": held[-1], "most": max(held)},
    }


if __name__ == "__main__":
    WORKS = int(sys.argv[1]) if len(sys.argv) > 1 else WORKS
    sys.stdout.write(json.dumps(measured(WORKS, float(sys.argv[2]) if len(sys.argv) > 2 else MINUTES)) + "\n")
