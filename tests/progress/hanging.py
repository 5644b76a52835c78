"""Solves that tell an answer with a gap and then hang, in a process of their own."""

from tests.failure.processes import program

HANGS = """from dataclasses import replace
ask = milp.Milp.solve
def hanging(self, problem, run):
    def tell(told):
        run.on_incumbent(told)
        if told().tiers[0].proved:
            time.sleep(600)
    return ask(self, problem, replace(run, on_incumbent=tell))
milp.Milp.solve = hanging"""

READY = f"""import sys
import mentormatch as mm
from mentormatch.assignment import engine, subprocess_solve
from mentormatch.base import progress
from tests.failure.processes import quotas
program, engine.IN_PROCESS_PAIRS, engine._try_relaxation = subprocess_solve.PROGRAM, -1, lambda *asked: None
hanging = {program(HANGS)!r}
"""
"""Code that has every problem solved apart, by ``PROGRAM``: ``program``, or the one that is ``hanging``."""
