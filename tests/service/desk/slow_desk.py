"""A desk whose pairs take for ever: what is solved before them lasts until it is interrupted."""

from typing import Any

from mentormatch import Matching, match, solve
from mentormatch.assignment.engine import IN_PROCESS_PAIRS
from mentormatch.assignment.subprocess_solve import ENGINE_PROGRAM
from mentormatch.base.progress import track
from mentormatch.service.desk.desk import Workspace
from tests.doors import put
from tests.failure.processes import program, quotas
from tests.progress.hanging import HANGS

FACTORY = "tests.service.desk.slow_desk:SlowDesk"
SETTINGS = f"from tests.doors import put\nput('service', FACTORY={FACTORY!r})"
"""What has a service make desks of this kind."""


class SlowDesk(Workspace):
    """A desk at which something else is solved before the pairs."""

    def solve(self, seed: int, seconds: float) -> None:
        put("service", match=slowly)
        super().solve(seed, seconds)


@track()
def slowly(cohort: Any, programme: Any, **settings: Any) -> Matching:
    """Return the pairs, after a solve that hangs until it is interrupted."""
    put("assignment", ENGINE_PROGRAM=program(HANGS), IN_PROCESS_PAIRS=-1, _is_relaxation_quick=lambda *asked: False)
    solve(quotas(10))
    put("assignment", ENGINE_PROGRAM=ENGINE_PROGRAM, IN_PROCESS_PAIRS=IN_PROCESS_PAIRS)
    return match(cohort, programme, **settings)
