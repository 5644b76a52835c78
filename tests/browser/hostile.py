"""Strings that attack pages, as names of people, as answers and as the names of criteria and rules."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pandas import DataFrame

import mentormatch as mm
from mentormatch.explanation.names import Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import fold
from mentormatch.report.texts import spaced, visible
from mentormatch.widgets.board.session import Board


def hostile_board(texts: Sequence[str], folder: Path) -> tuple[Board, set[str]]:
    """Return a board that shows these texts wherever somebody types something, and its people's names as shown."""
    half = (len(texts) + 1) // 2
    options = {fold(text): text for text in texts if fold(text)}.values()
    fields: dict[str, Any] = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "metier": {"question": texts[0], "kind": "choice", "options": list(options)},
    }
    data = {
        "programme": {"name": texts[-1]},
        "fields": fields,
        "criteria": [{"kind": "same", "field": "metier", "weight": 1, "name": texts[0]}],
        "rules": [{"kind": "ban", "mentor": "M1", "mentee": "E1", "name": texts[0]}],
    }
    programme = mm.Programme.read(data)
    mentors, mentees = (
        DataFrame([[f"{letter}{row}", texts[row]] for row in range(half)], columns=["Code", texts[0]])
        for letter in "ME"
    )
    cohort = mm.read_survey(programme, mentors=mentors, mentees=mentees)
    known: dict[tuple[Side, str], str] = {}
    for side, told in zip(SIDES, (texts[:half], texts[half:]), strict=True):
        known |= {(side, key.casefold()): text for key, text in zip(cohort.side(side).ids, told, strict=False)}
    names = {visible(spaced(text)) for text in known.values()}
    return Board(mm.match(cohort, programme), folder, labels=Labels(known, "?")), names
