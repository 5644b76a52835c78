"""The smallest change for everybody without a partner."""

from collections.abc import Iterator
from itertools import batched

import numpy as np

from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.diagnosis.smallest_change import UnplacedPerson, change_for
from mentormatch.explanation.unmatched import BATCH, Case, SideView, other_side
from mentormatch.fields import Side
from mentormatch.rules.formulation import SIDES


def smallest_changes(case: Case) -> tuple[PossibleChange | None, ...]:
    """Return the least that would place each person without a partner, in the order of ``explain_unmatched``.

    None for who cannot be placed without displacing somebody, and for all where there are more than 300 people a side.
    """
    if not case.small:
        return (None,) * sum(len(case.alone(side)) for side in SIDES)
    return tuple(change for side in SIDES for change in changes_of(case, side))


def changes_of(case: Case, side: Side) -> Iterator[PossibleChange | None]:
    """Yield the smallest change for everybody of one side without a partner; rules look at many people at once."""
    view, others = SideView.of(case, side), np.flatnonzero(case.loads(other_side(side)).most > 0)
    for rows in batched(case.alone(side).tolist(), BATCH):
        for row, forbidden in zip(rows, view.excluding(rows), strict=True):
            yield change_for(UnplacedPerson(case, side, row, others, forbidden))
