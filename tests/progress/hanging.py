"""Solves that tell an answer with a gap and then hang, in a process of their own."""

from tests.failure.processes import program

HANGS = """from dataclasses import replace
ask = engines["milp"].solve
def hanging(self, problem, run):
    def tell(told):
        run.on_incumbent(told)
        if told().tiers[0].proved:
            time.sleep(600)
    return ask(self, problem, replace(run, on_incumbent=tell))
engines["milp"].solve = hanging"""

READY = f"""import sys
import mentormatch as mm
from mentormatch.assignment.subprocess_solve import ENGINE_PROGRAM as program
from tests.doors import put
from tests.failure.processes import quotas
put("assignment", IN_PROCESS_PAIRS=-1, _try_relaxation=lambda *asked: None)
hanging = {program(HANGS)!r}
"""
"""Code that has every problem solved apart, by ``ENGINE_PROGRAM``: ``program``, or the one that is ``hanging``."""
