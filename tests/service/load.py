"""Many clients at once, and beside them one that asks whether the service is there."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

import httpx
import numpy as np
import psutil

from tests.service.server import BEARER, JSON, Served

ASKS_HEALTH = """
import http.client, json, sys, time
host, seconds = sys.argv[1], float(sys.argv[2])
end, found = time.monotonic() + seconds, []
while time.monotonic() < end:
    begun = time.perf_counter()
    line = http.client.HTTPConnection(host, timeout=30)
    line.request("GET", "/health")
    answer = line.getresponse()
    answer.read()
    line.close()
    found.append((answer.status, time.perf_counter() - begun))
    time.sleep(0.02)
print(json.dumps(found))
"""
BARE = """
import sys, time
sys.path[:] = sys.argv[3:]
from mentormatch.contract.operation import ask
body = sys.stdin.buffer.read()
ask(sys.argv[1], body).to_json()
print("ready", flush=True)
begun, count = time.monotonic(), 0
while time.monotonic() < begun + float(sys.argv[2]):
    ask(sys.argv[1], body).to_json()
    count += 1
print(count / (time.monotonic() - begun))
"""


@dataclass
class Told:
    """What came of a load: how many answers of each status, how long those took that were given, and the memory."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    service: list[int] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.statuses[200] / self.seconds


def drift(samples: list[int]) -> float:
    """Return by which part the last third is above the first."""
    third = len(samples) // 3
    return float(np.mean(samples[-third:]) / np.mean(samples[:third]) - 1)


def p99(seconds: list[float]) -> float:
    return float(np.quantile(seconds, 0.99))


def loaded(served: Served, body: bytes, clients: int, seconds: float) -> Told:
    return asyncio.run(load(served, body, clients, seconds))


async def load(served: Served, body: bytes, clients: int, seconds: float) -> Told:
    told, begun = Told(), monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client(served, body, begun + seconds, told))
        group.create_task(weigh(served, begun + seconds, told))
    told.seconds = monotonic() - begun
    return told


async def client(served: Served, body: bytes, end: float, told: Told) -> None:
    """Ask again and again; wait where that is asked for."""
    limits = {"timeout": 120, "trust_env": False, "headers": BEARER | JSON}
    async with httpx.AsyncClient(base_url=served.url, **limits) as line:  # type: ignore[arg-type]  # limits are keywords
        while (begun := monotonic()) < end:
            answer = await line.post("/v1/match", content=body)
            told.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                told.took.append(monotonic() - begun)
            else:
                await asyncio.sleep(float(answer.headers.get("retry-after", 0)))


async def weigh(served: Served, end: float, told: Told) -> None:
    """Note the memory of the service and of its workers, once they are warm."""
    process = psutil.Process(served.process.pid)
    while monotonic() < end:
        await asyncio.sleep(0.5)
        told.service.append(process.memory_info().rss)
        told.workers.append(sum(child.memory_info().rss for child in process.children()))


def asking_health(served: Served, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ASKS_HEALTH, served.url.removeprefix("http://"), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def health_told(asking: subprocess.Popen[str]) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = json.loads(asking.communicate()[0])
    return found


def bare_rate(kind: str, body: bytes, processes: int, seconds: float) -> float:
    """Return how many answers a second the library gives by itself, in so many processes."""
    command = [sys.executable, "-c", BARE, kind, str(seconds), *sys.path]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(processes)]
    for one in running:
        assert one.stdin is not None
        one.stdin.write(body)
        one.stdin.close()
        one.stdin = None
    return sum(float(one.communicate()[0].split()[-1]) for one in running)
