"""What a run was expected to take, and what it took: ``python -m benchmarks.bench_estimate [MENTORS MENTEES [MB]]``.

Each market is a process of its own; without numbers, those of 1,000 to 30,000 mentees one after the other. Cohorts are
those of ``bench_scale``; memory is the greatest of the process, cohort and library included, in megabytes (10^6 bytes).
"""

import json
import subprocess
import sys
from contextlib import suppress
from time import perf_counter

import mentormatch as mm
from benchmarks.scale import measuring
from benchmarks.scale.cohorts import Market
from mentormatch import RequestError
from mentormatch.operations.instance import MAX_STORED_PAIRS, list_plans

SIZES = (1_000, 3_000, 10_000, 30_000)


def market(mentors: int, mentees: int, memory_mb: int | None = None) -> dict[str, object]:
    """Return what was expected of a market, and what it took."""
    drawn = Market(mentors, mentees)
    programme, people = drawn.programme, drawn.people
    beforehand = mm.estimate(people, programme, memory_mb=memory_mb)
    usual, *_ = list_plans((mentors, mentees), MAX_STORED_PAIRS)
    begun = perf_counter()
    status, shorter = "refused", 0
    with suppress(RequestError):
        matching = mm.match(people, programme, memory_mb=memory_mb)
        status, shorter = str(matching.status), getattr(matching.problem.scores, "list_divisor", 1)
    return {
        "mentors": mentors,
        "mentees": mentees,
        "way": beforehand.way,
        "status": status,
        "shorter": shorter,
        "least_s": round(beforehand.seconds[0], 2),
        "seconds": round(perf_counter() - begun, 2),
        "most_s": round(beforehand.seconds[1], 2),
        "expected_mb": beforehand.memory_mb,
        "peak_mb": measuring.memory_mb(),
        "usual_mb": usual.memory_mb,
    }


def main() -> None:
    """Measure the market that is asked for, or all, one process after the other."""
    if sys.argv[1:]:
        sys.stdout.write(json.dumps(market(*map(int, sys.argv[1:]))) + "\n")
        return
    for mentees in SIZES:
        asked = [sys.executable, "-m", "benchmarks.bench_estimate", str(mentees * 6 // 10), str(mentees)]
        subprocess.run(asked, check=True)


if __name__ == "__main__":
    main()
