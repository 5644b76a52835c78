"""Cuts of a knapsack hold for every set that fits, and are found wherever shares are outside the hull of these sets."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from mentormatch.assignment.mip.cutting_planes import broken_cut, find_cuts
from mentormatch.assignment.mip.program_model import LinearConstraint, Program


def sets_that_fit(needs: NDArray[np.int64], hours: int) -> NDArray[np.int64]:
    """Return (sets, items) 0-1, every set that fits in the hours."""
    every = np.array(list(product((0, 1), repeat=len(needs))))
    return every[every @ needs <= hours]


def is_inside(shares: NDArray[np.float64], sets: NDArray[np.int64]) -> bool:
    """Return whether parts of the sets that sum to 1 cover the shares, by a linear program of SciPy."""
    count = len(sets)
    found = linprog(np.zeros(count), -sets.T, -shares + 1e-3, np.ones((1, count)), [1.0], method="highs")
    return bool(found.status == 0)


@given(st.integers(0, 1_000_000))
def test_a_cut_holds_for_every_set_that_fits_and_is_found_where_shares_are_outside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 9))
    needs = rng.integers(0, 12, count)
    hours = int(max(needs.max(), needs.sum() * rng.uniform(0.2, 0.9)))
    shares = np.clip(rng.random(count) * 1.6 - 0.3, 0, 1)
    sets = sets_that_fit(needs, hours)
    found = broken_cut(shares, rng.normal(size=count), needs, hours)
    if found is None:
        # More than one share at 1 may be too much by itself: the linear program rules that out
        assert is_inside(shares, sets) or shares @ needs > hours
        return
    coefficients, most = found
    assert (coefficients >= 0).all()
    assert (sets @ coefficients).max() == most < coefficients @ shares


def test_cuts_bring_the_bound_of_a_knapsack_down_to_its_best_set() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        needs, worth, every = rng.integers(5, 26, 10), rng.integers(15, 26, 10), np.arange(10)
        row = LinearConstraint(every, needs, None, int(needs.sum() // 2))
        program = Program(worth, np.zeros(10, dtype=bool), [row], integral=False, knapsacks=[0])
        rows = [row, *find_cuts(program, None).cuts]
        matrix = np.zeros((len(rows), len(every)))
        for place, each in enumerate(rows):
            matrix[place, each.columns] = each.coefficients
        most = [float(each.most or 0) for each in rows]
        bound = -(linprog(-worth, matrix, most, bounds=(0, 1), method="highs").fun or 0.0)
        best = int((sets_that_fit(needs, int(row.most or 0)) @ worth).max())
        assert best - 1e-6 <= bound < best + 0.5, seed
