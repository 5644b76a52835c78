"""Duration of one step of a loop, so that no step begins that would end after the deadline."""

from time import monotonic
from typing import Self


class StepTimer:
    """The duration of the last step of a loop, ``last_s``; before the first step an estimate, 0 without one.

    >>> timer = StepTimer()
    >>> with timer:
    ...     pass
    >>> timer.allows(None), timer.allows(monotonic() + 60), timer.allows(monotonic() - 1)
    (True, True, False)
    """

    def __init__(self, last_s: float = 0.0) -> None:
        self.last_s = last_s
        self.began = 0.0

    def __enter__(self) -> Self:
        self.began = monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        self.last_s = monotonic() - self.began

    def allows(self, deadline: float | None, then_s: float = 0.0) -> bool:
        """Return whether one more step, and ``then_s`` seconds of work after it, would end before the deadline."""
        return deadline is None or monotonic() + self.last_s + then_s <= deadline
