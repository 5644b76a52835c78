"""What every panel is: lines, each with one thing to do, menus, boxes and buttons, told as JSON and asked in JSON."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import language, mark, spoken, tr
from mentormatch.report.texts import spaced

WORDS = {"panel_working": mark("Un instant…")}
"""Texts of the script, by the names that it knows."""


class PanelRow(JsonMessage):
    """One line: what it is about, what is told of it, and what can be done, ``act``, if anything.

    A file that is ``put`` has one of the suffixes that it ``accept``s; ``there``: all is well with it.
    """

    name: str
    words: str
    told: str = ""
    there: bool = False
    act: Literal["put", "give", "leave", ""] = ""
    act_words: str = ""
    accept: str = ""


class PanelMenu(JsonMessage):
    """A menu: its options as (value, words); the first, which is empty, asks to choose."""

    name: str
    words: str
    options: list[tuple[str, str]]


class PanelBox(JsonMessage):
    """A box to tick."""

    name: str
    words: str
    on: bool


class PanelButton(JsonMessage):
    """A button; the ``main`` one is what comes next."""

    name: str
    words: str
    main: bool = False


class PanelView(JsonMessage):
    """All that a panel shows; ``document`` is a page of its own."""

    title: str
    lead: str = ""
    said: str = ""
    rows: list[PanelRow] = Setting(default_factory=list)
    menus: list[PanelMenu] = Setting(default_factory=list)
    boxes: list[PanelBox] = Setting(default_factory=list)
    buttons: list[PanelButton] = Setting(default_factory=list)
    document: str = ""


class PanelGesture(JsonMessage):
    """What is asked: a file is put or given, a line is left, an option chosen, a box ticked, a button pressed."""

    act: Literal["put", "give", "leave", "choose", "tick", "do"]
    name: Annotated[str, Setting(max_length=300)]
    value: Annotated[str, Setting(max_length=300)] = ""

    @classmethod
    def of(cls, value: object) -> "PanelGesture":
        """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = [Problem(".".join(map(str, one["loc"])), one["type"]) for one in found]
            raise RequestError(tr("La demande n'est pas de celles que ce panneau comprend"), problems) from None


@dataclass
class Panel(ABC):
    """A panel: ``said`` is what the last gesture came to, ``given`` a file that was asked for: its name and bytes."""

    said: str = ""
    given: tuple[str, bytes] | None = None

    @property
    @abstractmethod
    def language(self) -> str:
        """The language that is spoken in it."""

    @abstractmethod
    def view(self) -> PanelView:
        """Return what it shows."""

    @abstractmethod
    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Do what is asked, with the bytes of a file; raises MentorMatchError where it is refused."""

    def state(self) -> dict[str, Any]:
        """Return what it shows as JSON, its texts as they are printed."""
        with language(self.language):
            view = self.view()
            view = view.model_copy(update={"said": self.said})
            state: dict[str, Any] = space_texts(view.model_dump(mode="json"))
            return state


def space_texts(value: Any, key: str = "") -> Any:
    """Return JSON with every text as it is printed, but names, values and pages."""
    if isinstance(value, dict):
        return {name: space_texts(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [space_texts(one, key) for one in value]
    return spaced(value) if isinstance(value, str) and key in ("words", "told", "lead", "said", "title") else value


def words() -> dict[str, str]:
    """Return the texts of the script in the language that is spoken, and its code."""
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in WORDS.items()}}
