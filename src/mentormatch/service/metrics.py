"""What a host watches, as Prometheus reads it: requests, the queue, seconds of work, jobs, memory; nothing of people.

Labels are routes, methods, statuses and operations: no address, no key, no id. Each service has a registry of its own.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client import Counter as Total
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from mentormatch.service.gate import Exchange
from mentormatch.service.jobs import Jobs
from mentormatch.service.processes import Pool, Residents

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")
REQUEST_S = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 120.0)
SOLVE_S = (0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Metrics:
    """Counts what is answered, and tells it with how the service stands at that moment."""

    def __init__(self, pool: Pool, jobs: Jobs, residents: Residents) -> None:
        self.registry = CollectorRegistry()
        self.requests = Total(
            "mentormatch_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "mentormatch_request_seconds",
            "From the head of a request to the end of its answer.",
            ("route",),
            buckets=REQUEST_S,
            registry=self.registry,
        )
        self.solving = Histogram(
            "mentormatch_solve_seconds",
            "What a worker took for a request: reading, scoring, solving, explaining.",
            ("operation",),
            buckets=SOLVE_S,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(Standing(pool, jobs, residents))
        pool.worked = self.observe_work

    def observe_exchange(self, exchange: Exchange) -> None:
        """Count a request that was answered, or that nobody waited for (status 0)."""
        method = exchange.scope["method"]
        self.requests.labels(exchange.route, method if method in METHODS else "other", str(exchange.status)).inc()
        self.seconds.labels(exchange.route).observe(monotonic() - exchange.begun)

    def observe_work(self, kind: str, seconds: float) -> None:
        """Count the work on a request."""
        self.solving.labels(kind).observe(seconds)

    def text(self) -> bytes:
        """Return all of it in the format of Prometheus."""
        return generate_latest(self.registry)


class Standing(Collector):
    """How much the service has to do, and the memory that its processes take, when it is asked."""

    def __init__(self, pool: Pool, jobs: Jobs, residents: Residents) -> None:
        self.pool, self.jobs, self.residents = pool, jobs, residents

    def collect(self) -> Iterable[Metric]:
        """Yield it."""
        load = self.pool.load
        yield gauge("mentormatch_workers", "Workers that are there.", self.pool.present)
        yield gauge("mentormatch_workers_busy", "Workers at work on a request.", load.busy)
        yield gauge("mentormatch_requests_waiting", "Requests that wait for a worker.", load.waiting)
        yield gauge("mentormatch_sessions", "Sessions of the page that are open.", len(self.residents.all))
        jobs = GaugeMetricFamily("mentormatch_jobs", "Jobs that are not over.", labels=("state",))
        for state, number in sorted(Counter(job.state for job in self.jobs.under_way.values()).items()):
            jobs.add_metric((state,), number)
        yield jobs
        memory = GaugeMetricFamily("mentormatch_memory_bytes", "Resident memory.", labels=("processes",))
        for name, number in self._memory():
            memory.add_metric((name,), number)
        yield memory

    def _memory(self) -> Iterator[tuple[str, int]]:
        if sys.platform == "linux":
            workers = [child.process.pid for child in self.pool.all]
            sessions = [one.child.process.pid for one in self.residents.all.values()]
            for name, processes in (("service", [os.getpid()]), ("workers", workers), ("sessions", sessions)):
                yield name, sum(map(resident_bytes, processes))


def gauge(name: str, said: str, value: float) -> Metric:
    """Return one number."""
    return GaugeMetricFamily(name, said, value=value)


def resident_bytes(process: int) -> int:
    """Return the memory of a process, 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
