"""Whom a rule speaks of: the people of a side who gave some answers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector
from mentormatch.fields import Side
from mentormatch.fields.base import CHOSEN
from mentormatch.fields.extension import FieldRef
from mentormatch.people.cohort import People


class Where(BaseModel):
    """The people of ``side`` who answered one of ``in`` to ``field``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    side: Side
    field: Annotated[str, FieldRef(CHOSEN, "any")]
    among: list[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)

    def holds(self, people: People) -> BoolVector:
        """Return (n,) bool: who the condition holds for; not for those who did not answer."""
        return people.gave(self.field, self.among)


def as_list(stated: object) -> object:
    """Return one condition as a list of one."""
    return [stated] if isinstance(stated, dict | Where) else stated
