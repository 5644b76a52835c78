"""The table of question kinds, and the typed columns of the answers to several questions."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field as Setting

from mentormatch.base.columns import Column, MultiChoice
from mentormatch.fields.base import Field
from mentormatch.fields.clock import with_zones
from mentormatch.fields.lists import Choices, Levels, ListOfNames, Ranking, Slots
from mentormatch.fields.single_answers import Choice, Number, Place, Scale, Text, YesNo

type AnyField = Annotated[
    Choice | Choices | Ranking | Levels | Number | Scale | Slots | Place | ListOfNames | YesNo | Text,
    Setting(discriminator="kind"),
]


def fields_by_kind() -> dict[str, type[Field]]:
    """Map each kind of question to its class, by its name in a programme file."""
    return {
        str(kind.model_fields["kind"].default): kind
        for kind in (Choice, Choices, Ranking, Levels, Number, Scale, Slots, Place, ListOfNames, YesNo, Text)
    }


def columns_of(fields: Mapping[str, Field], values: Mapping[str, Sequence[object]]) -> dict[str, Column]:
    """Return the typed column of each field. Slots with a time zone setting include the place of residence."""
    columns = {name: fields[name].column(answers) for name, answers in values.items()}
    for name, column in columns.items():
        field = fields[name]
        if isinstance(field, Slots) and field.zone and field.week and isinstance(column, MultiChoice):
            columns[name] = with_zones(column, columns[field.zone.field], field.week, field.zone)
    return columns
