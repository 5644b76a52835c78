"""Pairs looked at by the workers of an executor: ``python -m benchmarks.bench_spread [MENTEES]``, 12,000 unless said.

The market of ``bench_scale`` with six mentors for ten mentees, by the threads of this machine, by two processes, by two
Dask workers of one thread each, and by two of which one is killed halfway through the first look at all pairs: wall
seconds, and whether the pairs are the same.
"""

import os
import platform
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from itertools import count
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import dask
from distributed import Client, Future, LocalCluster

from benchmarks.bench_scale import posed, programme_of, say, told
from benchmarks.population import cohort_of
from mentormatch.assignment.engine import Workers, solve
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.wide import spread
from mentormatch.assignment.wide.cluster import Cluster
from mentormatch.assignment.wide.crew import Block
from mentormatch.assignment.wide.parcel import Parcel
from mentormatch.assignment.wide.scan import Seen

MENTEES = 12_000


@contextmanager
def two_workers() -> Iterator[Client]:
    """Start two Dask workers, and leave nothing of them."""
    with (
        TemporaryDirectory() as folder,
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        yield client


class Falling(Cluster):
    """Two workers of which one is killed when half of the blocks of a look have come back."""

    half = 0
    taken = count(1)

    def take(self, promise: Future[Any], block: Block) -> Seen | None:
        if next(self.taken) == self.half:
            pid = next(iter(self.client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            told("killed", worker=pid, blocks_back=self.half, blocks_out=len(self.client.futures) - 2)
        return super().take(promise, block)


def timed(name: str, problem: AssignmentProblem, executor: Workers | None, alone: bytes = b"") -> bytes:
    """Print what an executor takes, and return the pairs."""
    begun = monotonic()
    found = solve(problem, executor=executor)
    pairs = found.pairs.tobytes()
    same = "-" if not alone else "the same" if pairs == alone else "OTHERS"
    told(name, status=found.status, pairs=len(found.pairs), wall_s=monotonic() - begun, beside_threads=same)
    return pairs


def main() -> None:
    """Draw a market and have it looked at by each in turn."""
    mentees = int(sys.argv[1]) if len(sys.argv) > 1 else MENTEES
    packages = [f"{name} {version(name)}" for name in ("numpy", "numba", "distributed")]
    say(", ".join([platform.platform(), platform.python_version(), *packages]))
    programme = programme_of()
    problem = posed(cohort_of(programme, mentees * 6 // 10, mentees, seed=1), programme)
    blocks = spread.blocks_of(*problem.shape)
    told("sent", parcel_MB=len(Parcel.of(problem.scores.tiles).packed) / 1e6, blocks=len(blocks))
    timed("threads, the first time", problem, None)
    alone = timed("threads", problem, None)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        timed("two processes, the first time", problem, executor, alone)
        timed("two processes", problem, executor, alone)
    with two_workers() as client:
        timed("two Dask workers, the first time", problem, client, alone)
        timed("two Dask workers", problem, client, alone)
        Cluster.of, Falling.half = classmethod(lambda _, executor: Falling(executor)), len(blocks) // 2
        timed("two Dask workers, one killed", problem, client, alone)


if __name__ == "__main__":
    main()
