"""The criteria of the example programme on a cross join of two frames, a column an answer, each pair a row."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from benchmarks.scale.one_by_one import CELLS, SCALE, TOP, WEIGHTS
from mentormatch import Cohort, People
from mentormatch.base.columns import Grades, MultiChoice, NameLists, Ranks, SingleChoice
from mentormatch.scoring.scores import MILLION

type Values = NDArray[np.float64]


def frame(people: People) -> pd.DataFrame:
    """Return people as a frame: a column a question, or one an option where several can be given."""
    columns: dict[str, object] = {"key": people.ids}
    for name, column in people.columns.items():
        columns |= dict(spread(name, column))
    return pd.DataFrame(columns)


def spread(name: str, column: object) -> list[tuple[str, object]]:
    """Return the columns that the answers to a question become; NaN is no answer."""
    match column:
        case Ranks(labels, values, most):
            staked = np.where(values > 0, most + 1 - values, 0).astype(np.int8)
            return [(f"{name} {label}", staked[:, place]) for place, label in enumerate(labels)]
        case Grades(labels, _, values):
            return [(f"{name} {label}", values[:, place].astype(np.int8)) for place, label in enumerate(labels)]
        case MultiChoice(labels, values, known):
            ticks = [(f"{name} {label}", values[:, place]) for place, label in enumerate(labels)]
            return [(f"said {name}", known), *ticks]
        case SingleChoice(labels, values):
            said = np.where(values < 0, np.nan, values).astype(np.float64)
            words = [labels[value] if value >= 0 else None for value in values.tolist()]
            return [(name, said), (f"{name} words", pd.Series(words, dtype="category"))]
        case NameLists(values):
            firsts = [[*(names or ()), "", ""][:2] for names in values]
            return [(f"{name} {place}", [row[place] for row in firsts]) for place in range(2)]
    return []


def joined(cohort: Cohort) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames of both sides, with names that differ."""
    return frame(cohort.mentors).add_prefix("m "), frame(cohort.mentees).add_prefix("e ")


def scores(mentors: pd.DataFrame, mentees: pd.DataFrame) -> NDArray[np.int64]:
    """Return the points of all pairs in the order of the cross join."""
    both = mentors.merge(mentees, how="cross")
    parts = {
        "besoins couverts": coverage(both),
        "souhaits": wishes(both),
        "disciplines en commun": ranked(both, "disciplines"),
        "types de structure en commun": ticked(both, "structures"),
        "même expérience d'une reconversion": same(both, "reconversion"),
        "public souhaité": fitting(both),
        "valeurs partagées": ranked(both, "valeurs"),
        "attentes proches": close(both, "conseil"),
        "créneaux en commun": free(both, "creneaux"),
        "formats proches": close(both, "format"),
        "même département": same(both, "territoire"),
    }
    shares = [np.rint(np.where(np.isnan(value), 0.5, value) * WEIGHTS[name] * MILLION) for name, value in parts.items()]
    return np.sum(shares, axis=0).astype(np.int64)


def options(both: pd.DataFrame, name: str, sides: Sequence[str] = ("m", "e")) -> list[NDArray[np.int8]]:
    """Return (pairs, options) of each side, what was said of each option."""
    return [
        both[[label for label in both.columns.tolist() if label.startswith(f"{side} {name} ")]]
        .to_numpy()
        .astype(np.int8)
        for side in sides
    ]


def defined(values: Values, *known: ArrayLike) -> Values:
    """Return values with NaN where somebody gave no answer."""
    return np.where(np.logical_and.reduce([np.asarray(each) for each in known]), values, np.nan)


def coverage(both: pd.DataFrame) -> Values:
    """Return the share of the needs that the mentor meets."""
    (level,), (need,) = options(both, "transmettre", "m"), options(both, "besoins", "e")
    given = (np.maximum(level, 0) * need).sum(axis=1)
    unsaid, wanted = ((level < 0) * need).sum(axis=1), need.sum(axis=1)
    met = (given / TOP + unsaid * 0.5) / np.maximum(wanted, 1)
    return defined(met, wanted > 0, (level >= 0).any(axis=1))


def wishes(both: pd.DataFrame) -> Values:
    """Return 1 for a first wish, a half for a second."""
    first, second = (both["m key"] == both[f"e souhaits {place}"] for place in range(2))
    return np.where(first, 1.0, np.where(second, 0.5, 0.0))


def ranked(both: pd.DataFrame, name: str) -> Values:
    """Return what both rank over what either ranks."""
    ours, theirs = options(both, name)
    least, all_ = np.minimum(ours, theirs).sum(axis=1), [ours.sum(axis=1), theirs.sum(axis=1)]
    return defined(least / np.maximum(all_[0] + all_[1] - least, 1), all_[0] > 0, all_[1] > 0)


def ticked(both: pd.DataFrame, name: str) -> Values:
    """Return what both tick over what either ticks."""
    ours, theirs = options(both, name)
    common, either = (ours & theirs).sum(axis=1), (ours | theirs).sum(axis=1)
    return defined(common / np.maximum(either, 1), both[f"m said {name}"], both[f"e said {name}"])


def free(both: pd.DataFrame, name: str) -> Values:
    """Return 1 where two moments are free on both sides."""
    ours, theirs = options(both, name)
    common = np.minimum(1.0, (ours & theirs).sum(axis=1) / 2)
    return defined(common, both[f"m said {name}"], both[f"e said {name}"])


def same(both: pd.DataFrame, name: str) -> Values:
    """Return 1 for the same answer."""
    ours, theirs = both[f"m {name}"], both[f"e {name}"]
    return defined((ours == theirs).to_numpy().astype(np.float64), ours.notna(), theirs.notna())


def close(both: pd.DataFrame, name: str) -> Values:
    """Return 1 for the same step of a scale, 0 for its two ends."""
    apart: Values = (both[f"m {name}"] - both[f"e {name}"]).abs().to_numpy()
    return 1 - apart / SCALE


def fitting(both: pd.DataFrame) -> Values:
    """Return the points of two answers that go together."""
    public, situation = both["m public words"], both["e situation words"]
    value = np.zeros(len(both))
    for (ours, theirs), worth in CELLS.items():
        value[(public == ours) & (situation == theirs)] = worth
    return defined(value, public.notna(), situation.notna())
