"""A desk whose pairs take for ever: what is solved before them lasts until it is interrupted."""

from typing import Any

from mentormatch import Matching, match, solve
from mentormatch.assignment import engine, subprocess_solve
from mentormatch.base.progress import track
from mentormatch.service.desk import desk
from tests.failure.processes import program, quotas
from tests.progress.hanging import HANGS

FACTORY = "tests.service.desk.slow_desk:SlowDesk"
SETTINGS = f"from mentormatch.service.desk import desks\ndesks.FACTORY = {FACTORY!r}"
"""What has a service make desks of this kind."""


class SlowDesk(desk.Desk):
    """A desk at which something else is solved before the pairs."""

    def form(self, seed: int, seconds: float) -> None:
        vars(desk)["match"] = slowly
        super().form(seed, seconds)


@track()
def slowly(cohort: Any, programme: Any, **settings: Any) -> Matching:
    """Return the pairs, after a solve that hangs until it is interrupted."""
    before = subprocess_solve.PROGRAM, engine.IN_PROCESS_PAIRS
    subprocess_solve.PROGRAM, engine.IN_PROCESS_PAIRS = program(HANGS), -1
    vars(engine)["_quick_without_rows"] = lambda *asked: False
    solve(quotas(10))
    subprocess_solve.PROGRAM, engine.IN_PROCESS_PAIRS = before
    return match(cohort, programme, **settings)
