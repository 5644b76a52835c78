"""What is known of a survey tool, as tables: columns and states of its exports, its row on the page of tools."""

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
    """What the words of a column, of one of these names, say of a response.

    ``others`` is the verdict on all other words. An empty cell says nothing unless it is listed, or ``others`` says
    more than "asked". With ``choose``, staff are told how many responses have each word that counts.
    """

    column: Names
    counts: Names = ()
    partial: Names = ()
    out: Names = ()
    others: Verdict = "asked"
    choose: bool = False

    def verdict(self, word: str) -> Verdict:
        """Return what a word says of a response."""
        said: tuple[tuple[Verdict, Names], ...] = (
            ("counts", self.counts),
            ("partial", self.partial),
            ("out", self.out),
        )
        known = next((verdict for verdict, words in said if fold(word) in folded(words)), None)
        return known or ("counts" if not word.strip() and self.others == "asked" else self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the exports of a tool.

    Attributes
    ----------
    first : names of the first columns, in their order
    among : names of columns, one of each of which is there
    any_of : names of columns, one of which is there
    place : where the tool's own columns are: before, behind or around the questions, or among them
    dropped, kept, asked : the tool's own columns: those that nobody needs, those that a programme may name, and those
        that are questions all the same, such as the kind of a ticket
    prefixes : how the names of other columns begin that nobody needs
    sent, day_first : columns with the moment of a response, and those that write the day first for sure
    zone : the time zone of moments without one
    number : columns with the number of a response
    states : columns that say whether a response counts
    joiner : what stands between a question and its item; ``item_first`` if the item comes before it
    certain_joiner : whether the joiner is never part of a question
    several : what joins several choices in a cell, if readers of fields do not know it
    boxes : whether only boxes, 1 or 0, have a column per item
    unasked_boxes : whether boxes have 0 too where the person was not asked
    summary : first words of rows that are no responses
    buyer : the address of who ordered for others, the number of the order, and the names of participants
    third_person : a column that says that the address is somebody else's
    from_memory : whether no export was seen, so that staff are told how to read it otherwise
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
    """Return names as they are compared."""
    return frozenset(map(fold, names))


def completed_page(page: ToolPage, facts: Facts) -> ToolPage:
    """Return what the page of survey tools says of one, in French, with what its facts say where it says nothing."""
    partial = [f"« {state.column[0]} » vaut « {word} »" for state in facts.states for word in state.partial]
    out = [
        f"{', '.join(f'« {word} »' for word in state.out)} dans « {state.column[0]} »"
        for state in facts.states
        if state.out
    ]
    places = ("{item}", "Question") if facts.item_first else ("Question", "{item}")
    grid = f"`{facts.joiner.join(places)}`" if facts.joiner and not facts.boxes else "une question par ligne"
    said = {
        "sent": ", sinon ".join(f"« {name} »" for name in facts.sent[:2]),
        "unfinished": " ou ".join(partial),
        "refused": f"est rejeté : {', '.join(out)}" if out else "",
        "own": ", ".join(facts.kept),
        "other": "dans la cellule",
        "grid": grid.format(item="ligne"),
        "ranking": "la cellule, dans l'ordre",
        "response": f"« {facts.number[0]} »" if facts.number else "",
    }
    return replace(page, **{name: text for name, text in said.items() if not getattr(page, name)})
