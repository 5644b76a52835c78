"""Metrics of the service in the format of Prometheus: requests, queue, working time, jobs and memory.

Labels are routes, methods, statuses and operations: no personal data, address, key or id. Each service has its own
registry.
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

from mentormatch.service.gate import HttpExchange
from mentormatch.service.jobs import Jobs
from mentormatch.service.processes import StatefulWorkers, WorkerPool

PROMETHEUS_MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Counters of requests and work, exported with the current load."""

    def __init__(self, pool: WorkerPool, jobs: Jobs, residents: StatefulWorkers) -> None:
        self.registry = CollectorRegistry()
        self.requests = Total(
            "mentormatch_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "mentormatch_request_seconds",
            "From the head of a request to the end of its answer.",
            ("route",),
            buckets=(0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 120.0),
            registry=self.registry,
        )
        self.solving = Histogram(
            "mentormatch_solve_seconds",
            "What a worker took for a request: reading, scoring, solving, explaining.",
            ("operation",),
            buckets=(0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 60.0, 120.0, 300.0),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(LoadCollector(pool, jobs, residents))
        pool.on_work_done = self.observe_work

    def observe_exchange(self, exchange: HttpExchange) -> None:
        """Count a request, also one whose client disconnected (status 0)."""
        method = exchange.scope["method"]
        self.requests.labels(
            exchange.route,
            method if method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH") else "other",
            str(exchange.status),
        ).inc()
        self.seconds.labels(exchange.route).observe(monotonic() - exchange.started)

    def observe_work(self, kind: str, seconds: float) -> None:
        self.solving.labels(kind).observe(seconds)

    def to_text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)


class LoadCollector(Collector):
    """The load of the service and the memory of its processes, at the time of the export."""

    def __init__(self, pool: WorkerPool, jobs: Jobs, residents: StatefulWorkers) -> None:
        self.pool, self.jobs, self.residents = pool, jobs, residents

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        load = self.pool.load
        yield gauge("mentormatch_workers", "Workers that are there.", self.pool.present)
        yield gauge("mentormatch_workers_busy", "Workers at work on a request.", load.busy)
        yield gauge("mentormatch_requests_waiting", "Requests that wait for a worker.", load.waiting)
        yield gauge("mentormatch_sessions", "Sessions of the page that are open.", len(self.residents.by_id))
        jobs = GaugeMetricFamily("mentormatch_jobs", "Jobs that are not over.", labels=("state",))
        for state, number in sorted(Counter(job.state for job in self.jobs.running.values()).items()):
            jobs.add_metric((state,), number)
        yield jobs
        memory = GaugeMetricFamily("mentormatch_memory_bytes", "Resident memory.", labels=("processes",))
        for name, number in self._memory():
            memory.add_metric((name,), number)
        yield memory

    def _memory(self) -> Iterator[tuple[str, int]]:
        if sys.platform == "linux":
            workers = [child.process.pid for child in self.pool.all]
            sessions = [worker.child.process.pid for worker in self.residents.by_id.values()]
            for name, processes in (("service", [os.getpid()]), ("workers", workers), ("sessions", sessions)):
                yield name, sum(map(get_rss_bytes, processes))


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def get_rss_bytes(process: int) -> int:
    """Return the resident memory of a process, 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
