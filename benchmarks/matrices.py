"""Scores of many shapes, integers from 0 to a million or so: what is easy for one solver is hard for another."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

type IntMatrix = NDArray[np.int64]


def untied(size: int, seed: int = 0) -> IntMatrix:
    """Return (size, size) scores drawn one by one."""
    return np.random.default_rng(size + seed).integers(0, 1_000_000, (size, size))


def plane(size: int, seed: int = 0) -> IntMatrix:
    """Return how close points in a square are."""
    draw = np.random.default_rng(size + seed)
    ways = draw.random((size, 1, 2)) - draw.random((1, size, 2))
    return np.rint(1_000_000 * (1 - np.hypot(ways[..., 0], ways[..., 1]) / 1.5)).astype(np.int64)


def parts(size: int, seed: int = 0) -> IntMatrix:
    """Return a mentor's part plus a mentee's part: all full answers are tied."""
    draw = np.random.default_rng(size + seed)
    return draw.integers(0, 500_000, (size, 1)) + draw.integers(0, 500_000, (1, size))


def five(size: int, seed: int = 0) -> IntMatrix:
    """Return scores of five distinct values."""
    return 250_000 * np.random.default_rng(size + seed).integers(0, 5, (size, size))


SHAPES: dict[str, Callable[[int], IntMatrix]] = {"untied": untied, "plane": plane, "parts": parts, "five": five}
