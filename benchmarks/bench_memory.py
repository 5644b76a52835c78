"""What memory a match takes, children included, beside what ``estimate`` says: ``python -m benchmarks.bench_memory``.

Each case is a process of its own: a programme of a kind on people drawn from the example. ``peak_mb`` is the most that
the process and all below it hold together between the start of ``match`` and its end, looked at every few milliseconds.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import mentormatch as mm
from mentormatch.operations.estimate import sample
from mentormatch.rules import Capacity, Load

EVERY_S, MEGA = 0.005, 1_000_000
SHAPES = ((14, 18), (100, 150), (260, 260), (600, 1_000), (2_000, 3_000))
GOALS = {
    "sums": ("matched", "total"),
    "floor": ("matched", "floor", "total"),
    "leximin": ("matched", "leximin"),
}


def programme_of(kind: str) -> mm.Programme:
    """Return the programme of a kind: its rules, then its goals."""
    rules, goals = kind.split("-")
    base = mm.examples.programme()
    kept = [rule for rule in base.rules if rules != "free" or rule.kind != "quota"]
    if rules == "several":
        kept = [*kept, Capacity(side="mentee", most=2)]
    if rules == "bound":  # a quota that the best pairs without it do not keep
        kept = [rule.model_copy(update={"least": None, "most": 3}) if rule.kind == "quota" else rule for rule in kept]
    if rules == "minimums":
        kept = [*kept, Capacity(side="mentor", most=3, minimum=2)]
    if rules == "hours":  # a pair takes one unit of what its mentor has
        kept = [*kept, Load(weights=1, limit="capacite")]
    order = base.goals.model_copy(update={"order": list(GOALS[goals])})
    return base.model_copy(update={"rules": kept, "goals": order})


RULES = "free", "quota", "several", "bound", "minimums", "hours"
KINDS = tuple(f"{rules}-{goals}" for rules in RULES for goals in GOALS)


def held_mb(process: int) -> float:
    """Return what a process and all below it hold, in megabytes."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        below = [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGA + sum(held_mb(int(child)) for child in below)


def measure(kind: str, mentors: int, mentees: int) -> dict[str, object]:
    """Return what was expected of a case, and the most that it held."""
    people, programme = sample(mm.examples.cohort(), (mentors, mentees)), programme_of(kind)
    beforehand = mm.estimate(people, programme)
    over, peaks = Event(), [held_mb(os.getpid())]

    def look() -> None:
        while not over.wait(EVERY_S):
            peaks.append(held_mb(os.getpid()))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        status = str(mm.match(people, programme, memory_mb=beforehand.memory_mb, time_limit_s=20).status)
    except mm.RequestError:
        status = "refused"
    over.set()
    thread.join()
    return {
        "kind": kind,
        "shape": [mentors, mentees],
        "status": status,
        "expected_mb": beforehand.memory_mb,
        "own_mb": beforehand.own_mb,
        "start_mb": round(peaks[0]),
        "peak_mb": round(max(peaks)),
        "is_most": status != "refused" and max(peaks) <= beforehand.memory_mb,
    }


def main() -> None:
    """Measure the case that is asked for, or all, one process after the other."""
    if sys.argv[1:]:
        kind, mentors, mentees = sys.argv[1:]
        sys.stdout.write(json.dumps(measure(kind, int(mentors), int(mentees))) + "\n")
        return
    for kind in KINDS:
        for mentors, mentees in SHAPES:
            asked = [sys.executable, "-m", "benchmarks.bench_memory", kind, str(mentors), str(mentees)]
            subprocess.run(asked, check=True)


if __name__ == "__main__":
    main()
