"""Pool of the workers of a Dask cluster, on this machine or on others.

Matrix and query are results of tasks, not scattered data: if they are lost with the last worker that held them, the
scheduler computes them again.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from pickle import PicklingError
from typing import Any

import dask
from distributed import Client, Future, KilledWorker
from distributed.protocol.pickle import dumps

from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.errors import EngineError
from mentormatch.languages.translation import tr
from mentormatch.scale.scan.blocks import ScanHits
from mentormatch.scale.scan.workers import (
    Block,
    MatrixPayload,
    NotReadyError,
    NoWorkersError,
    ScanPool,
    WorkerLostError,
    make_pickle_error,
    scan_payload,
)
from mentormatch.scale.scores.matrix import ScoreMatrix

RESULT_POLL_S = 5.0  # wait for a result before the deadline and the workers are checked again


def identity(value: object) -> object:
    """Return the argument: the task whose result the workers hold."""
    return value


@dataclass(slots=True)
class DaskScanPool(ScanPool[Future[Any]]):
    """The workers of a Dask client."""

    client: Client
    window: int = 1 << 20
    contents: dict[str, object] = field(default_factory=dict)
    remote: dict[str, Future[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, executor: object) -> "DaskScanPool | None":
        """Return the pool of a Dask client; None if the object is no client, or an asynchronous one."""
        return cls(executor) if isinstance(executor, Client) and not executor.asynchronous else None

    def load_matrix(self, matrix: ScoreMatrix) -> None:
        try:
            self._load("payload", MatrixPayload.of(matrix, dumps))
        except (PicklingError, AttributeError, TypeError) as error:
            raise make_pickle_error(error) from error

    def start(self, query: ScanQuery) -> None:
        self._load("query", query)

    def _load(self, name: str, value: object) -> None:
        """Submit the task whose result is ``value``: one worker receives it now, the others at first use."""
        self.contents[name] = value
        self.remote[name] = self._submit(identity, value)

    def submit(self, block: Block) -> Future[Any]:
        for name, future in self.remote.items():
            if future.status in ("cancelled", "error"):
                self._load(name, self.contents[name])
        return self._submit(scan_payload, self.remote["payload"], self.remote["query"], *block)

    def _submit(self, *task: Any) -> Future[Any]:
        """Submit a task. Raises NoWorkersError if the client is not connected."""
        if self.client.status != "running":
            raise NoWorkersError(
                tr(
                    "Le client Dask n'est pas relié ({status}) : son ordonnanceur a pris fin, ou ne peut pas être"
                    " joint. Lancez une grappe et un client et recommencez ; sans exécuteur, les fils de cette machine"
                    " examinent",
                    status=self.client.status,
                )
            )
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):  # it is meant to be large
            return self.client.submit(*task, pure=False)

    def next_result(self, future: Future[Any], block: Block) -> ScanHits | None:
        try:
            hits: ScanHits = future.result(timeout=RESULT_POLL_S)
        except TimeoutError as error:
            raise NotReadyError from error
        except (KilledWorker, CancelledError, OSError) as error:
            raise WorkerLostError from error
        except ImportError as error:
            raise EngineError(
                tr(
                    "Il manque « {name} » à un ouvrier Dask : installez mentormatch dans la même version là où"
                    " tournent les ouvriers",
                    name=error.name,
                )
            ) from error
        return hits

    def is_alive(self, futures: Sequence[Future[Any]]) -> bool:
        return self.client.status == "running" and bool(self.client.scheduler_info()["workers"])

    def cancel(self, futures: Sequence[Future[Any]]) -> None:
        if futures and self.client.status == "running":
            with suppress(OSError):
                self.client.cancel(list(futures))

    def close(self) -> None:
        self.remote.clear()
        self.contents.clear()
