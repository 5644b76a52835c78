"""The texts in answers that a question does not understand."""

from collections.abc import Iterator, Mapping

from mentormatch.fields import Answer, AnyField, Choices, Levels, Ranking, Slots
from mentormatch.fields.base import split
from mentormatch.fields.lists import peel, rank_of
from mentormatch.fields.single import NO, YES
from mentormatch.survey.mapping import answers_of, has_item, takes
from mentormatch.survey.tool import OTHER
from mentormatch.text import fold


def unknown_texts(field: AnyField, answer: Answer) -> Iterator[str]:
    """Yield each text in ``answer`` that is no option of a question which has some; what it may say freely is known."""
    if isinstance(answer, Mapping):
        for item, text in answer.items():
            if fold(item) != fold(OTHER):
                yield from () if has_item(field, item) else (item,)
                yield from in_part(field, text)
    elif isinstance(field, Levels):
        yield from (part for cell in field.cells(answer) for part in cell if not takes(field, part))
    elif answers_of(field):
        yield from in_cell(field, answer)


def in_part(field: AnyField, text: str) -> Iterator[str]:
    """Yield what is unknown in the cell of one item: a level, a moment, an option in its rank; a tick is known."""
    if fold(text) in {"", *YES, *NO}:
        return
    if isinstance(field, Slots):
        pieces = (piece.strip() for part in split(text, field.joiner) for piece in part.split(","))
        yield from (piece for piece in pieces if piece and not takes(field, piece))
    elif isinstance(field, Levels) or (isinstance(field, Ranking) and not rank_of(text)):
        yield from () if takes(field, text) else (text.strip(),)


def in_cell(field: AnyField, text: str) -> Iterator[str]:
    """Yield what is unknown in a cell with one answer, or with several."""
    if not isinstance(field, Choices | Ranking | Slots):
        yield from () if not text.strip() or takes(field, text) else (text.strip(),)
        return
    for piece in split(text, field.joiner):
        found, rest = peel(answers_of(field), fold(piece))
        if rest:
            yield piece if not found else rest
