"""Columnar people: 100,000 rows of 60 answers, read and held: ``python -m benchmarks.bench_people``.

In a process of its own: seconds, the greatest memory while it reads, and what the people then hold, which is what
Python and numpy have given out and not taken back (tracemalloc, in a second process, for it makes everything slower).
The file holds every kind of question of the example programme; it is that of ``bench_intake``.
"""

import gc
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import mentormatch as mm
from benchmarks.bench_intake import wide
from benchmarks.made import header, write_survey
from benchmarks.scale.measuring import MEGA, memory_mb

ROWS = 100_000
HELD_MB = 500
"""What so many people may hold at most, and reading them come to."""


def read(path: Path) -> dict[str, object]:
    """Return what reading a file costs this process."""
    programme = wide()
    start, wall, processor = memory_mb(), perf_counter(), process_time()
    cohort = mm.read_survey(programme, path)
    return {
        "people": len(cohort.mentors) + len(cohort.mentees),
        "columns": len(header(programme)),
        "seconds": round(perf_counter() - wall, 1),
        "processor_s": round(process_time() - processor, 1),
        "start_mb": start,
        "peak_mb": memory_mb(),
    }


def held(path: Path) -> dict[str, object]:
    """Return what the people in a file hold once they are read."""
    programme = wide()
    tracemalloc.start()
    cohort = mm.read_survey(programme, path)
    gc.collect()
    return {"people": len(cohort.mentors) + len(cohort.mentees), "held_mb": tracemalloc.get_traced_memory()[0] // MEGA}


PARTS = {"read": read, "held": held}


def child(part: str, path: Path) -> dict[str, object]:
    """Return what a process of its own says of a part."""
    asked = [sys.executable, "-m", "benchmarks.bench_people", part, str(path)]
    answer = subprocess.run(asked, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True).stdout
    told: dict[str, object] = json.loads(answer)
    return told


def measured(rows: int = ROWS) -> dict[str, object]:
    """Return what so many rows cost."""
    with TemporaryDirectory() as folder:
        path = write_survey(wide(), Path(folder, "reponses.csv"), rows // 2, rows // 2)
        size = {"file_mb": path.stat().st_size // MEGA}
        return {**size, **child("read", path), **child("held", path)}


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.stdout.write(json.dumps(PARTS[given[0]](Path(given[1])) if given else measured()) + "\n")
