"""Sentences with blanks as JSON: what stands in each, what may, and what the newest version said."""

from dataclasses import replace
from typing import Any

from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage
from mentormatch.languages import typeset
from mentormatch.programme.blanks import BlankSentence, FormBlank
from mentormatch.report.texts import spaced, visible
from mentormatch.widgets.form.changes import blank_words

PARTS_OF_ONE = {"minimum_answered": 100, "otherwise": 100}
"""Settings that are shares, and are told out of so many."""


class FormPiece(JsonMessage):
    """A piece of a sentence: a text, or a blank, told by its ``setting``.

    ``value`` is what stands there, in so many ``parts`` of one; ``before`` what the newest version says in words, and
    ``before_value`` as JSON, where that differs.
    """

    text: str = ""
    setting: str = ""
    kind: str = ""
    value: Any = None
    label: str = ""
    choices: list[tuple[str, str]] = Setting(default_factory=list)
    least: float | None = None
    most: float | None = None
    whole: bool = False
    optional: bool = False
    parts: int = 1
    before: str | None = None
    before_value: Any = None


class FormSentence(JsonMessage):
    """A sentence in pieces; one that is not ``stated`` is on what could be set besides."""

    pieces: list[FormPiece]
    stated: bool


def display_text(text: str) -> str:
    """Return a text as it is shown, whoever wrote it: what is typed anew is kept as it is typed."""
    return visible(spaced(typeset(text)))


def sentence_out(sentence: BlankSentence, former: tuple[BlankSentence, ...] = ()) -> FormSentence:
    """Return a sentence as JSON, with what ``former`` ones say in each blank that is another."""
    before = {blank.setting: in_parts(blank) for one in former for blank in one.blanks}
    whole = display_text("".join(piece if isinstance(piece, str) else "…" for piece in sentence.pieces))
    return FormSentence(
        pieces=[
            FormPiece(text=display_text(piece))
            if isinstance(piece, str)
            else piece_out(in_parts(piece), whole, before.get(piece.setting))
            for piece in sentence.pieces
        ],
        stated=sentence.stated,
    )


def in_parts(blank: FormBlank) -> FormBlank:
    """Return the blank of a share, told out of so many parts; any other as it is."""
    parts = PARTS_OF_ONE.get(blank.setting, 1)
    if parts == 1:
        return blank
    value = None if blank.value is None else round(blank.value * parts, 6)
    return replace(blank, value=value, most=float(parts))


def piece_out(blank: FormBlank, label: str, before: FormBlank | None) -> FormPiece:
    """Return a blank as JSON; its label is the whole sentence."""
    differs = before is not None and before.value != blank.value
    return FormPiece(
        setting=blank.setting,
        kind=blank.kind,
        value=blank.value,
        label=label,
        choices=[(value, display_text(words)) for value, words in blank.choices],
        least=blank.least,
        most=blank.most,
        whole=blank.whole,
        optional=blank.optional,
        parts=PARTS_OF_ONE.get(blank.setting, 1),
        before=display_text(blank_words(before)) if before is not None and differs else None,
        before_value=plain_value(before) if before is not None and differs else None,
    )


def plain_value(blank: FormBlank) -> Any:
    """Return what stands in a blank as an edit states it."""
    if blank.kind == "truth":
        return blank.value == "true"
    parts = PARTS_OF_ONE.get(blank.setting, 1)
    return blank.value / parts if parts > 1 and blank.value is not None else blank.value
