"""Pairs scanned by the workers of an executor, and whether the pairs found are the same.

By the threads of this machine, by two processes, by two Dask workers of one thread each, and by two of which one is
killed when half of the blocks of a scan at all pairs have come back.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from unittest.mock import patch

import dask
from distributed import Client, Future, LocalCluster

from benchmarks.scale.cohorts import Market, matrix_of
from benchmarks.scale.measuring import timed
from benchmarks.scale.records import Row
from mentormatch import AssignmentProblem, solve
from mentormatch.assignment.engine import Workers
from mentormatch.scale.scan import dispatch
from mentormatch.scale.scan.blocks import ScanHits
from mentormatch.scale.scan.dask_cluster import DaskScanPool
from mentormatch.scale.scan.workers import Block, MatrixPayload


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


class Falling(DaskScanPool):
    """Two workers of which one is killed when half of the blocks of a scan have come back."""

    half = 0
    taken = count(1)
    told: ClassVar[Row] = {}

    def next_result(self, future: Future[Any], block: Block) -> ScanHits | None:
        if next(self.taken) == self.half:
            pid = next(iter(self.client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            type(self).told = {"killed_after_blocks": self.half}
        return super().next_result(future, block)


def scan_with(name: str, problem: AssignmentProblem, executor: Workers | None, alone: bytes = b"") -> tuple[Row, bytes]:
    """Return what an executor takes, and the pairs."""
    found, seconds = timed(lambda: solve(problem, executor=executor))
    pairs = found.pairs.tobytes()
    same = "-" if not alone else "the same" if pairs == alone else "others"
    told = {"status": str(found.status), "pairs": len(found.pairs), "wall_s": seconds["wall_s"], "beside_threads": same}
    return {"name": name, **told}, pairs


def beside_threads(market: Market) -> list[Row]:
    """Return what the market takes by each in turn; compiled code is loaded by a first run of each."""
    problem = market.posed()
    blocks = dispatch.split_into_blocks(*problem.shape)
    solve(problem)
    alone, pairs = scan_with(f"{market.name}: threads", problem, None)
    rows = [alone | {"blocks": len(blocks), "sent_mb": len(MatrixPayload.of(matrix_of(problem)).packed) / 1e6}]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        solve(problem, executor=executor)
        rows.append(scan_with("two processes", problem, executor, pairs)[0])
    with two_workers() as client:
        solve(problem, executor=client)
        rows.append(scan_with("two Dask workers", problem, client, pairs)[0])
        Falling.half = len(blocks) // 2
        with patch.object(DaskScanPool, "of", lambda executor: Falling(executor)):
            last, _ = scan_with("two Dask workers, one killed half-way", problem, client, pairs)
        rows.append(last | Falling.told)
    return rows
