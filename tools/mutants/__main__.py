"""Change one thing at a time in the code that vouches for a result, and tell which changes no test notices.

``python tools/mutants [GROUP ...]``, or ``make mutants GROUPS="check log"``; see docs/contributing/mutants.md.
"""

import argparse
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PACKAGE = SRC / "mentormatch"
PROOF = ["tests/assignment", "src/mentormatch/assignment/verification/certificate.py"]
GROUPS = {
    "check": (["assignment/verification/feasibility.py"], PROOF),
    "certificate": (
        [f"assignment/verification/{name}.py" for name in ("certificate", "solution_set", "reduced_costs")],
        [*PROOF, "tests/scale/test_product_rows.py"],
    ),
    "refutation": (["assignment/verification/refutation.py"], ["tests/assignment/test_refutation.py"]),
    "claims": (
        ["assignment/verification/claims.py"],
        ["tests/assignment/test_claims.py", "tests/oracles/test_systems.py", "tests/oracles/test_proofs.py"],
    ),
    "log": (["record/*.py"], ["tests/record", "src/mentormatch/record"]),
    "contract": (
        ["base/strict_json.py", "contract/*.py", "contract/operations/*.py"],
        [
            "tests/contract",
            "tests/gate/test_schemas.py",
            "tests/service/test_hostile.py::test_an_object_has_a_key_a_question_and_people_stand_in_lists",
            "src/mentormatch/contract",
            "src/mentormatch/base/strict_json.py",
        ],
    ),
    "limits": (
        [f"service/{name}.py" for name in ("settings", "gate", "handler", "problems")],
        ["tests/service/limits"],
    ),
    "diagnosis": (["explanation/diagnosis/*.py"], ["tests/explanation", "src/mentormatch/explanation/diagnosis"]),
}
"""What is changed, and the tests that are to notice."""

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[threads] = "1"  # a process is forked for each mutant: it must have one thread
os.chdir(ROOT)
sys.path.insert(0, str(SRC))
sys.dont_write_bytecode = True

from changes import Mutant, mutants_of  # noqa: E402 - after the path is set
from trying import KILLED, STOPPED, verdicts_of  # noqa: E402 - after the path is set


def main() -> None:
    """Try the groups that are asked for, all unless any is named."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--sample", type=int, default=0, help="so many mutants a group, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--only", default="", metavar="REGEX", help="mutants whose place and change match")
    arguments = parser.parse_args()
    for group in arguments.groups or GROUPS:
        begun = time.monotonic()
        mutants = chosen(group, arguments)
        counts = tried(mutants, GROUPS[group][1])
        killed = counts[KILLED] + counts[STOPPED]
        rate = killed / max(counts.total(), 1)
        seconds = time.monotonic() - begun
        told = f"{killed} killed ({counts[STOPPED]} stopped), {counts.total() - killed} not"
        tell(f"{group}: {len(mutants)} mutants, {told}: {rate:.1%} in {seconds:.0f} s")


def chosen(group: str, arguments: argparse.Namespace) -> list[Mutant]:
    """Return the mutants of a group that are asked for, or a sample of them."""
    paths = [path for pattern in GROUPS[group][0] for path in sorted(PACKAGE.glob(pattern))]
    every = [mutant for path in paths for mutant in mutants_of(path, str(path.relative_to(PACKAGE)))]
    found = [mutant for mutant in every if re.search(arguments.only, mutant.name)]
    if not 0 < arguments.sample < len(found):
        return found
    places = random.Random(arguments.seed).sample(range(len(found)), arguments.sample)
    return [found[place] for place in sorted(places)]


def tried(mutants: list[Mutant], tests: list[str]) -> Counter[str]:
    """Tell what no test noticed, and return how many mutants came to what."""
    counts = Counter[str]()
    for mutant, verdict in verdicts_of(mutants, tests):
        counts[verdict] += 1
        if verdict != KILLED:
            tell(f"  {verdict}  {mutant.name}")
    return counts


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
