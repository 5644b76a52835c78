"""What the service allows: every limit in one place, none of them endless."""

import os
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1 << 20
DAY_S = 86_400.0


def _workers() -> int:
    return min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits of a service, and whom it answers.

    Sizes are in bytes, times in seconds. ``hosts`` are further names by which it may be called, beside those of this
    machine for itself; ``https``: a proxy that speaks HTTPS stands before it, and cookies go over that alone.

    Parameters
    ----------
    token
        What every request but those for ``/health`` must bear, or a key that is in the ``store``.
    store
        The file of the jobs and keys; None: in memory, without keys.
    open_description, open_metrics
        Whether the description in OpenAPI, and the metrics, are told without the token.
    origins, gzip
        The sites whose pages may call the service, and whether answers to applications are packed for those who take
        that.
    body_bytes, body_s, receiving
        The largest body, how long it may take to come, and how many may be coming at a time.
    sign_ins, sign_in_bytes, sign_in_s
        How many may be signing in at a time, how large what they send may be, and how long it may take to come.
    page_bytes
        The largest body that says what to do on the page.
    people, pairs
        The most people a side, and the most pairs of both.
    small_pairs, patience_s
        More pairs than this, or more time, and an answer becomes a job to be fetched.
    workers, queue
        How many requests are worked on at a time, and how many may wait.
    time_limit_s, worker_bytes, retiring_bytes
        How long a worker works on one request, the memory it may take, and that above which it is replaced after it.
    jobs, results_bytes, expiry_s
        How many jobs are kept, how many bytes of results, and for how long.
    residents, resident_idle_s
        How many processes keep something between calls, such as the works that are open on the page, and for how long
        without any call.
    gone_s, silent_s
        A tab that said that it is left, and one of which nothing is heard, are gone after so long: the place is free.
    keep_s, works_bytes
        For how long works are kept, sealed, after their last change (0: not at all), and how many bytes of all.
    disk_bytes
        The least that is to be free on the disk that the service may write to, for it to be ready.
    connections, headers_s, keep_alive_s, sending_s
        How many connections there may be, how long the head of a request may take to come, how long one waits for a
        further request, and for a piece of an answer to be taken.
    drain_s, grace_s
        How long what is worked on may go on when the service is told to end (SIGTERM), while new work is refused, and
        how long answers may take to be sent after that.
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
    receiving: int = 64
    sign_ins: int = 32
    sign_in_bytes: int = 4 << 10
    sign_in_s: float = 5.0
    page_bytes: int = 64 << 10
    people: int = 2_000
    pairs: int = 1_000_000
    small_pairs: int = 40_000
    patience_s: float = 30.0
    workers: int = field(default_factory=_workers)
    queue: int = 32
    time_limit_s: float = 300.0
    worker_bytes: int = 2_048 * MIB
    retiring_bytes: int = 768 * MIB
    jobs: int = 1_000
    results_bytes: int = 256 * MIB
    expiry_s: float = 900.0
    residents: int = 4
    resident_idle_s: float = 1_800.0
    gone_s: float = 60.0
    silent_s: float = 150.0
    keep_s: float = 30 * DAY_S
    works_bytes: int = 1_024 * MIB
    disk_bytes: int = 64 * MIB
    connections: int = 512
    headers_s: float = 10.0
    keep_alive_s: float = 5.0
    sending_s: float = 30.0
    drain_s: float = 30.0
    grace_s: float = 3.0
