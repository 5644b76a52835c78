"""The engine of the search for groups in machine code: which walk an energy needs, and when compiled code is there."""

from pathlib import Path
from typing import Any

import numpy as np

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups import replica_kernels
from mentormatch.groups.energy import EnergyTables, ReplicaStates
from mentormatch.groups.replica_kernels import sweep_pairs, sweep_units

PATIENT_S, MANY = (8.0, 20.0), 60
"""Functions that were never compiled are compiled for so many people, where there are so many seconds: for sums over
pairs alone, and for all energies."""


class CompiledReplicas:
    """The engine of the search in machine code; see ``replica_exchange``.

    Sums over pairs and people alone have a walk of their own: it takes a tenth of the time, and is compiled in two
    seconds, the one for all energies in ten.
    """

    def __init__(self, tables: EnergyTables, states: ReplicaStates, quantiles: IntVector) -> None:
        self.tables, self.states, self.quantiles = tables, states, quantiles.astype(np.uint16)
        self.first = tables.first.astype(np.uint64)

    def walk(self, temperatures: IntVector, proposals: int) -> float:
        """Make so many proposals at each replica; return which part was accepted."""
        done = self._run(self.states, temperatures, proposals)
        self.states.energies += done[0]
        return float(done[1].sum()) / max(int(done[2].sum()), 1)

    def descend(self, replica: int) -> IntVector:
        """Return the places of the local optimum below a replica, which stays as it is."""
        copy = self.states.copy(self.tables, replica)
        self._run(copy, np.zeros(1, dtype=np.int64), 0)
        return np.asarray(copy.place[0].copy())

    def _run(self, states: ReplicaStates, temperatures: IntVector, proposals: int) -> IntMatrix:
        done, tables = np.zeros((3, len(states)), dtype=np.int64), self.tables
        walk = states.arrays(), temperatures, proposals, self.quantiles, done
        if tables.plain:
            sweep_pairs(tables.pairs, tables.least, tables.home, self.first, *walk)
        else:
            sweep_units(tables, self.first, *walk)
        return done


def may_compile(tables: EnergyTables, left_s: float) -> bool:
    """Return whether compiled code is there, or there is time to make it."""
    dispatcher: Any = sweep_pairs if tables.plain else sweep_units
    if dispatcher.signatures or (left_s > PATIENT_S[not tables.plain] and len(tables.unit) >= MANY):
        return True
    # The store of compiled functions, where another process left them, of the file as it is
    source = Path(replica_kernels.__file__)
    stored = Path(dispatcher.stats.cache_path).glob(f"{source.stem}.{dispatcher.__name__}-*.nbc")
    return any(each.stat().st_mtime >= source.stat().st_mtime for each in stored)
