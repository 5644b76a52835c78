"""Kinds of question, and the typed columns of their answers."""

from mentormatch.base.immutable_models import Entries, Items
from mentormatch.fields.base import (
    ACROSS,
    SIDES,
    Answer,
    AnswerReading,
    Blank,
    Field,
    Figures,
    SeveralAnswers,
    Side,
    Use,
)
from mentormatch.fields.extension import Extension, FieldRef
from mentormatch.fields.kinds import AnyField, columns_of, fields_by_kind
from mentormatch.fields.lists import Choices, Levels, ListOfNames, Ranking, Slots
from mentormatch.fields.single_answers import Choice, Number, Options, Place, Scale, Text, YesNo

__all__ = [
    "ACROSS",
    "SIDES",
    "Answer",
    "AnswerReading",
    "AnyField",
    "Blank",
    "Choice",
    "Choices",
    "Entries",
    "Extension",
    "Field",
    "FieldRef",
    "Figures",
    "Items",
    "Levels",
    "ListOfNames",
    "Number",
    "Options",
    "Place",
    "Ranking",
    "Scale",
    "SeveralAnswers",
    "Side",
    "Slots",
    "Text",
    "Use",
    "YesNo",
    "columns_of",
    "fields_by_kind",
]
