"""Kinds of question, and the typed column that the answers to each become."""

from typing import Annotated

from pydantic import Field as Setting

from mentormatch.fields.base import Answer, AnswerReading, Blank, Field, Figures, SeveralAnswers, Side, Use
from mentormatch.fields.grids import Levels, Slots
from mentormatch.fields.lists import Choices, ListOfNames, Ranking
from mentormatch.fields.single import Choice, Number, Place, Scale, Text, YesNo

KINDS = (Choice, Choices, Ranking, Levels, Number, Scale, Slots, Place, ListOfNames, YesNo, Text)

type AnyField = Annotated[
    Choice | Choices | Ranking | Levels | Number | Scale | Slots | Place | ListOfNames | YesNo | Text,
    Setting(discriminator="kind"),
]


def fields_by_kind() -> dict[str, type[Field]]:
    """Return every kind of question by its name in a programme file."""
    return {str(kind.model_fields["kind"].default): kind for kind in KINDS}


__all__ = [
    "Answer",
    "AnswerReading",
    "AnyField",
    "Blank",
    "Choice",
    "Choices",
    "Field",
    "Figures",
    "Levels",
    "ListOfNames",
    "Number",
    "Place",
    "Ranking",
    "Scale",
    "SeveralAnswers",
    "Side",
    "Slots",
    "Text",
    "Use",
    "YesNo",
    "fields_by_kind",
]
