"""How many slots of the week two people have in common: the same ones, or by the clock where they live apart."""

from mentormatch.base.columns import MultiChoice
from mentormatch.fields.clock import ZonedSlots
from mentormatch.scoring.criterion import CommonItems


def slots_in_common(ours: MultiChoice, theirs: MultiChoice) -> CommonItems:
    """Return the number of common slots of each pair."""
    if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
        return CommonItems(*ours.numbers(theirs))
    return CommonItems(ours.values, theirs.values, ours.values.shape[1])
