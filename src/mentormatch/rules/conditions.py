"""Whom a rule speaks of: the people of a side who gave some answers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector
from mentormatch.fields import Side
from mentormatch.fields.base import CHOSEN
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
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


def where_in_blanks(place: int) -> str:
    """Return what a condition asks of one person of a pair, with the blanks of a form.

    >>> where_in_blanks(0)
    'dont la ou le {where.0.side} a répondu {where.0.in} à {where.0.field}'
    """
    side, answers, field = blanks_of_condition(place)
    return tr("dont la ou le {side} a répondu {answers} à {field}", side=side, answers=answers, field=field)


def mentors_in_blanks(place: int) -> str:
    """Return of which mentors a condition speaks, with the blanks of a form."""
    _, answers, field = blanks_of_condition(place)
    return tr("qui ont répondu {answers} à {field}", answers=answers, field=field)


def blanks_of_condition(place: int) -> tuple[str, ...]:
    """Return the blanks of a condition: its side, its answers, its field."""
    return tuple(f"{{where.{place}.{setting}}}" for setting in ("side", "in", "field"))
