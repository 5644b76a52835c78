"""An evaluation that is cancelled ends at once, in words, whatever it is at; one that is not is as without."""

from threading import Event

import pytest

import mentormatch as mm


class SetAfter(Event):
    """An event that is set once somebody has asked so often."""

    def __init__(self, asks: int) -> None:
        super().__init__()
        self.asks, self.count = asks, 0

    def is_set(self) -> bool:
        self.count += 1
        return self.count > self.asks


def test_an_evaluation_is_given_up_whenever_it_is_cancelled() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    pairs = [(pair.mentor, pair.mentee) for pair in mm.match(cohort, programme).pairs]
    never = SetAfter(1_000_000)
    whole = mm.evaluate(cohort, programme, pairs, cancel=never)
    assert (whole.pairs, whole.breaches) == (mm.evaluate(cohort, programme, pairs).pairs, ())
    assert never.count > len(pairs) + len(programme.rules)
    for asks in range(never.count):
        with pytest.raises(mm.EngineError, match="arrêtée avant la fin"):
            mm.evaluate(cohort, programme, pairs, cancel=SetAfter(asks))
    assert mm.evaluate(cohort, programme, pairs, cancel=SetAfter(never.count)).breaches == ()


def test_that_is_told_in_the_language_that_is_asked_for() -> None:
    with mm.language("en"), pytest.raises(mm.EngineError, match="was stopped before all rules"):
        mm.evaluate(mm.examples.cohort(), mm.examples.programme(), [], cancel=SetAfter(0))
