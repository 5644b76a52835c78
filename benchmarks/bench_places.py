"""Places: 20,000 answers read; ``near`` and ``meet`` over 5,000 a side, with the memory that they take."""

from functools import cache
from random import Random
from tracemalloc import get_traced_memory, start, stop
from typing import Any

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from mentormatch import Cohort, People
from mentormatch.fields import Number, Place
from mentormatch.places.finding import find, find_untranslated
from mentormatch.places.gazetteer import DEPARTEMENTS, load_gazetteer
from mentormatch.rules import Meet, market_of
from mentormatch.scoring.criteria import Near
from mentormatch.scoring.scores import score

SIZE = 5_000
ANSWERS = 20_000
NEAR = Near(field="where", zero_at=100.0)
MEET = Meet(place="where", travel="trip")


@cache
def cohort() -> Cohort:
    """Return people anywhere, each of whom accepts another trip."""
    random = np.random.default_rng(0)

    def side(letter: str) -> People:
        places = random.integers(0, len(load_gazetteer().codes), SIZE).tolist()
        trips = random.uniform(5, 300, SIZE).tolist()
        columns = {"where": Place(question="?").column(places), "trip": Number(question="?").column(trips)}
        return People(tuple(f"{letter}{row}" for row in range(SIZE)), columns, np.ones(SIZE, dtype=bool))

    return Cohort(side("M"), side("E"))


def written() -> list[str]:
    """Return what people write, most of it different."""
    random, places = Random(0), load_gazetteer()
    found = random.choices(sorted(places.by_code.values()), k=ANSWERS)
    number = [DEPARTEMENTS[places.departements[place]][0] for place in found]
    return [f"{places.names[place].upper()} ({code})" for place, code in zip(found, number, strict=True)]


def peak_mb(call: Any) -> float:
    """Return the most memory that a call holds at once, beyond what there was."""
    start()
    call()
    _, peak = get_traced_memory()
    stop()
    return round(peak / 1e6, 1)


def test_reading_20_000_places(benchmark: BenchmarkFixture) -> None:
    answers = written()

    def read() -> int:
        find_untranslated.cache_clear()
        return sum(find(answer).position is not None for answer in answers)

    assert benchmark.pedantic(read, rounds=1) == ANSWERS


def test_near_over_5_000_a_side(benchmark: BenchmarkFixture) -> None:
    table = benchmark.pedantic(score, args=(cohort(), [NEAR]), rounds=1)
    benchmark.extra_info["peak_mb"] = peak_mb(lambda: score(cohort(), [NEAR]))
    assert table.values.shape == (SIZE, SIZE)


def test_meet_over_5_000_a_side(benchmark: BenchmarkFixture) -> None:
    market = market_of(cohort(), np.zeros((SIZE, SIZE), dtype=np.int32))
    barred = benchmark.pedantic(MEET.forbidden, args=(market,), rounds=1)
    benchmark.extra_info["peak_mb"] = peak_mb(lambda: MEET.forbidden(market))
    assert barred.shape == (SIZE, SIZE)
