"""The facts of a survey tool as data: columns and states of its exports, and its row on the page of survey tools."""

# French here is read, not said

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from mentormatch.languages.text_keys import fold
from mentormatch.survey.tool import ToolPage

type Names = tuple[str, ...]
"""Headers or words as a tool writes them; they are compared by ``text_keys.fold``."""
type Verdict = Literal["counts", "partial", "out", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A column whose words decide whether a response counts; ``column`` lists its possible names.

    ``others`` is the verdict on all other words. An empty cell counts, unless it is listed or ``others`` is not
    "asked". With ``choose``, a remark gives the number of responses for each word that counts, if there are several.
    """

    column: Names
    counts: Names = ()
    partial: Names = ()
    out: Names = ()
    others: Verdict = "asked"
    choose: bool = False

    def verdict(self, word: str) -> Verdict:
        """Return the verdict on a response with this word."""
        verdicts: tuple[tuple[Verdict, Names], ...] = (
            ("counts", self.counts),
            ("partial", self.partial),
            ("out", self.out),
        )
        listed = next((verdict for verdict, words in verdicts if fold(word) in folded(words)), None)
        return listed or ("counts" if not word.strip() and self.others == "asked" else self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Properties of a tool's exports: with all columns of ``first`` and ``among``, and at least one of ``any_of``.

    Attributes
    ----------
    first : names of the first columns, in order, each with its variants
    among : names of columns that exist anywhere, each with its variants
    any_of : names of which at least one is a column
    place : position of the tool's own columns: before, after or around the questions, or anywhere
    dropped : own columns that are left out
    kept : own columns that a programme may name
    asked : own columns that are questions, such as the kind of a ticket
    prefixes : first characters of the names of other columns that are left out
    sent : columns with the moment of a response, the best first
    day_first : columns whose presence makes it likely that the tool writes the day first
    zone : time zone of moments without one
    number : columns with the number of a response
    states : columns that decide whether a response counts
    joiner : separator between a question and its item
    item_first : whether the item is before the question
    certain_joiner : whether the joiner never occurs in a question
    several : separator of several choices in a cell, if the fields do not know it
    boxes : whether only boxes, 1 or 0, true or false, have a column per item
    unasked_boxes : whether boxes are also unticked if the person did not see the question
    summary : texts in the first own column of rows that are no responses
    buyer : columns of the address of a buyer of several tickets, of the number of the order, and of participants' names
    third_person : a column that is true if the address belongs to another person
    from_memory : whether these facts were not checked against a real export; a remark tells staff
    said : a remark on every export
    """

    first: tuple[Names, ...] = ()
    among: tuple[Names, ...] = ()
    any_of: Names = ()
    place: Literal["first", "last", "around", "anywhere"] = "first"
    dropped: Names = ()
    kept: Names = ()
    asked: Names = ()
    prefixes: Names = ()
    sent: Names = ()
    day_first: Names = ()
    zone: str = ""
    number: Names = ()
    states: tuple[State, ...] = ()
    joiner: str = ""
    item_first: bool = False
    certain_joiner: bool = False
    several: str = ""
    boxes: bool = False
    unasked_boxes: bool = False
    summary: Names = ()
    buyer: tuple[str, str, Names] | None = None
    third_person: str = ""
    from_memory: bool = False
    said: str = ""


@cache
def folded(names: Names) -> frozenset[str]:
    return frozenset(map(fold, names))


def completed_page(page: ToolPage, facts: Facts) -> ToolPage:
    """Return the row of a tool on the page of survey tools, in French, with empty cells filled from its facts."""
    partial = [f"« {state.column[0]} » vaut « {word} »" for state in facts.states for word in state.partial]
    out = [
        f"{', '.join(f'« {word} »' for word in state.out)} dans « {state.column[0]} »"
        for state in facts.states
        if state.out
    ]
    places = ("{item}", "Question") if facts.item_first else ("Question", "{item}")
    grid = f"`{facts.joiner.join(places)}`" if facts.joiner and not facts.boxes else "une question par ligne"
    texts = {
        "sent": ", sinon ".join(f"« {name} »" for name in facts.sent[:2]),
        "unfinished": " ou ".join(partial),
        "refused": f"est rejeté : {', '.join(out)}" if out else "",
        "own": ", ".join(facts.kept),
        "other": "dans la cellule",
        "grid": grid.format(item="ligne"),
        "ranking": "la cellule, dans l'ordre",
        "response": f"« {facts.number[0]} »" if facts.number else "",
    }
    return replace(page, **{name: text for name, text in texts.items() if not getattr(page, name)})
