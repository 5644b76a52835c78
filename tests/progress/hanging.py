"""Solves that tell an answer with a gap and then hang, in a process of their own."""

from tests.failure.trouble import program

HANGS = """from dataclasses import replace
ask = milp.Milp.solve
def hanging(self, problem, run):
    def tell(told):
        run.tell(told)
        if told().tiers[0].proved:
            time.sleep(600)
    return ask(self, problem, replace(run, tell=tell))
milp.Milp.solve = hanging"""

READY = f"""import sys
import mentormatch as mm
from mentormatch.assignment import engine, keeper, progress
from tests.failure.trouble import quotas
program, engine.FEW, engine._quick_without_rows = keeper.PROGRAM, -1, lambda *asked: False
hanging = {program(HANGS)!r}
"""
"""Code that has every problem solved apart, by ``keeper.PROGRAM``: ``program``, or the one that is ``hanging``."""
