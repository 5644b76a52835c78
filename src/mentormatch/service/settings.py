"""The limits and addresses of the service."""

import os
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1 << 20
DAY_S = 86_400.0


def _workers() -> int:
    return min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits and addresses of a service; sizes in bytes, times in seconds.

    Parameters
    ----------
    token
        The master token; every request but public ones needs it, or a key from ``store``.
    hosts, https
        Host names that are accepted in addition to those of the loopback interface; whether a proxy with HTTPS is in
        front, so that cookies are sent over HTTPS only.
    store
        The file of jobs, keys and workspaces; None: in memory, without keys.
    open_description, open_metrics
        Whether the OpenAPI description and the metrics are public.
    origins, gzip
        Sites whose pages may call the service (CORS); whether responses to applications may be compressed.
    body_bytes, body_s, max_bodies
        Size and duration limits of a request body, and the number of bodies being received at a time.
    max_sign_ins, sign_in_bytes, sign_in_s
        Simultaneous sign-ins, and the size and duration limits of each.
    page_bytes
        Size limit of an action of the staff page.
    max_people, max_pairs
        Largest number of people per side, and of pairs.
    sync_pairs, sync_wait_s
        Requests with more pairs, or that take longer, are answered with a job.
    workers, max_waiting
        Requests that run at a time, and requests that may wait.
    time_limit_s, worker_bytes, worker_recycle_bytes
        Time limit of a request, memory limit of a worker, and the memory above which a worker is replaced after a
        request.
    max_jobs, results_bytes, expiry_s
        Number of stored jobs and total size of their responses, above which no job is added; the time until a finished
        job expires.
    max_workspaces, workspace_idle_s
        Number of processes with state, such as open workspaces, and the time without a call after which one ends.
    left_tab_s, silent_tab_s
        Time after which a tab that was left, or that sends nothing, loses its right to edit.
    workspace_ttl_s, workspace_store_bytes
        Time for which encrypted workspaces are stored after their last change (0: never), and their total size.
    min_free_disk_bytes
        Free disk space below which the service is not ready.
    max_connections, header_timeout_s, keep_alive_s, send_timeout_s
        Number of connections; time limits of a request head, of an idle connection, and of each part of a response.
    drain_s, grace_s
        After SIGTERM: time for running work, while new work is refused, and then for sending responses.
    """

    token: str = field(repr=False)
    hosts: tuple[str, ...] = ()
    https: bool = False
    store: Path | None = None
    open_description: bool = False
    open_metrics: bool = False
    origins: tuple[str, ...] = ()
    gzip: bool = False
    body_bytes: int = 8 * MIB
    body_s: float = 20.0
    max_bodies: int = 64
    max_sign_ins: int = 32
    sign_in_bytes: int = 4 << 10
    sign_in_s: float = 5.0
    page_bytes: int = 64 << 10
    max_people: int = 2_000
    max_pairs: int = 1_000_000
    sync_pairs: int = 40_000
    sync_wait_s: float = 30.0
    workers: int = field(default_factory=_workers)
    max_waiting: int = 32
    time_limit_s: float = 300.0
    worker_bytes: int = 2_048 * MIB
    worker_recycle_bytes: int = 768 * MIB
    max_jobs: int = 1_000
    results_bytes: int = 256 * MIB
    expiry_s: float = 900.0
    max_workspaces: int = 4
    workspace_idle_s: float = 1_800.0
    left_tab_s: float = 60.0
    silent_tab_s: float = 150.0
    workspace_ttl_s: float = 30 * DAY_S
    workspace_store_bytes: int = 1_024 * MIB
    min_free_disk_bytes: int = 64 * MIB
    max_connections: int = 512
    header_timeout_s: float = 10.0
    keep_alive_s: float = 5.0
    send_timeout_s: float = 30.0
    drain_s: float = 30.0
    grace_s: float = 3.0
