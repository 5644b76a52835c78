"""Seconds, memory, and work in a process of its own."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import monotonic, process_time

from benchmarks.scale.records import Row

MEGA = 1_000_000


def alone[**P, R](work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what comes of work done in a new process, so that its memory and its caches are its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def timed[R](work: Callable[[], R]) -> tuple[R, Row]:
    """Return what comes of work, with its seconds of wall and of all processors of this process."""
    wall, used = monotonic(), process_time()
    found = work()
    return found, {"wall_s": monotonic() - wall, "processor_s": process_time() - used}


def memory_mb() -> float:
    """Return the greatest memory of this process so far, in megabytes (10^6 bytes).

    A process that was started by a large one is told by ``getrusage`` to have been as large; Linux knows better.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    peak = next((line.split()[1] for line in lines if line.startswith("VmHWM")), None)
    return (getrusage(RUSAGE_SELF).ru_maxrss if peak is None else int(peak)) * 1_024 / MEGA


def shown(figure: object) -> str:
    """Return a figure as it is printed, with four digits that say something.

    >>> shown(1234.5), shown(0.00012345), shown(12), shown(None), shown(12345)
    ('1,234', '0.0001234', '12', '-', '12,345')
    """
    if isinstance(figure, float):
        return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.4g}"
    if isinstance(figure, int) and not isinstance(figure, bool):
        return f"{figure:,}"
    return "-" if figure is None else str(figure)


def line_of(row: Row) -> str:
    """Return a row as a line."""
    return f"{row['name']}: " + ", ".join(f"{key} {shown(figure)}" for key, figure in row.items() if key != "name")
