"""A programme file with changes in it, and the versions that were kept.

Edits of a programme as data -> the text of its file after them, in which all comments and all else stay.

The text is changed where an edit says, and nowhere else (tomlkit); what comes out is read as any programme file is.

The versions of a programme that were kept, and what is tried since; gestures that can be undone; what differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from math import floor
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field as Setting
from pydantic import JsonValue, TypeAdapter, ValidationError

from mentormatch.base.arguments import checked
from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.base.strict_toml import parse_tables
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.extension import Extension
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.programme import Programme
from mentormatch.programme.question_edits import (
    AnswerEdit,
    MeaningEdit,
    PointsEdit,
    QuestionAddition,
    QuestionEdit,
    QuestionRemoval,
    QuestionSettings,
    WordingEdit,
    after_question_edit,
)
from mentormatch.programme.sections import Goal
from mentormatch.programme.tables import (
    GONE,
    append_block,
    fill_tables,
    parse_document,
    put,
    settings_text,
    table_of,
    toml_value,
    with_table_after,
    without_table,
)

type ListedPart = Literal["criteria", "rules"]

FULL = 100
"""What the weights are brought to, as points are told out of 100."""
BAD_EDIT = mark("Ce changement n'est pas de ceux qu'un programme comprend")


class WeightEdit(JsonMessage):
    """The criterion at a place, from 0, weighs so much; with ``others`` the others share what is left of 100."""

    edit: Literal["weight"] = "weight"
    at: Whole
    weight: Annotated[float, Setting(ge=0, le=1e6)]
    others: bool = False


class WeightsEdit(JsonMessage):
    """All weights add up to 100, in the same proportions as far as whole numbers allow."""

    edit: Literal["weights"] = "weights"


class SettingsEdit(JsonMessage):
    """Settings of the criterion or of the rule at a place, from 0, of the heading, or of the documents, are others.

    A setting is named by its path: ``least``, ``where.0.in``; None: it is not stated.
    """

    edit: Literal["settings"] = "settings"
    part: Literal["criteria", "rules", "programme", "documents"]
    at: Whole = 0
    changes: Annotated[dict[str, JsonValue], Setting(min_length=1)]


class AdditionEdit(JsonMessage):
    """A criterion or a rule comes at the end."""

    edit: Literal["add"] = "add"
    part: ListedPart
    settings: dict[str, JsonValue]


class RemovalEdit(JsonMessage):
    """The criterion or the rule at a place, from 0, goes; comments around it stay."""

    edit: Literal["remove"] = "remove"
    part: ListedPart
    at: Whole


class GoalEdit(JsonMessage):
    """A goal is pursued at a place, from 0; None: not at all."""

    edit: Literal["goal"] = "goal"
    goal: Goal
    at: Whole | None


type ProgrammeEdit = WeightEdit | WeightsEdit | SettingsEdit | AdditionEdit | RemovalEdit | GoalEdit | QuestionEdit

EDITS: TypeAdapter[ProgrammeEdit] = TypeAdapter(Annotated[ProgrammeEdit, Setting(discriminator="edit")])


def read_edit(stated: object) -> ProgrammeEdit:
    """Return an edit from its JSON; raises RequestError, without a word of what it held, where it is none."""
    try:
        return EDITS.validate_python(stated)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestError(
            tr(BAD_EDIT), [Problem(".".join(map(str, one["loc"])), one["type"]) for one in found]
        ) from None


@dataclass(frozen=True)
class ProgrammeText:
    r"""The text of a programme file, and the programme in it; ``folder`` is where the tables stand that it takes.

    >>> text = ProgrammeText('[programme]\nname = "Essai"  # provisoire\n')
    >>> print(text.after(GoalEdit(goal="total", at=0)).text)
    [programme]
    name = "Essai"  # provisoire
    <BLANKLINE>
    [goals]
    order = ["total", "matched", "priority"]
    <BLANKLINE>
    """

    made_by: ClassVar[str] = "mm.edits.ProgrammeText.of(content)"

    text: str
    source: str = "programme"
    folder: Path | None = None

    @classmethod
    @checked
    def of(cls, content: bytes, source: str = "programme") -> Self:
        """Return the text in the bytes of a file, its lines ended in one way; raises ProgrammeError if it has none."""
        parse_tables(content, source)
        return cls(content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), source)

    @cached_property
    def programme(self) -> Programme:
        """The programme that the library reads from this text; raises ProgrammeError with every mistake in it."""
        tables = parse_tables(self.text.encode(), self.source)
        return Programme.read(fill_tables(tables, self.folder) if self.folder else tables, self.source)

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.text.encode()

    @checked
    def after(self, edit: ProgrammeEdit) -> "ProgrammeText":
        """Return the text after an edit.

        Raises ProgrammeError where what comes out is no programme, RequestError where there is nothing to edit there.
        """
        made = type(self)(TomlEditor(self).after(edit), self.source, self.folder)
        _ = made.programme
        return made


class TomlEditor:
    """What changes one text: tomlkit's document of it, which holds every space and comment."""

    def __init__(self, text: ProgrammeText) -> None:
        self.programme = text.programme
        self.document = parse_document(text.text)

    def after(self, edit: ProgrammeEdit) -> str:
        """Return the text after an edit."""
        match edit:
            case WeightEdit() | WeightsEdit():
                self._weigh(weights_after(edit, [one.weight for one in self.programme.criteria]))
            case SettingsEdit(part=part, at=at, changes=changes):
                if part == "documents" and part not in self.document:
                    return append_block(self.document.as_string(), f"[{part}]\n{settings_text(changes)}")
                table = self._table(part, at) if part in ("criteria", "rules") else self.document[part]
                for path, value in changes.items():
                    put(table, path.split("."), value)
            case AdditionEdit(part=part, settings=settings):
                return self._with(part, settings)
            case RemovalEdit(part=part, at=at):
                return self._without(part, at)
            case GoalEdit():
                return self._order_goals(goals_after(edit, self.programme.goals.order))
            case (
                WordingEdit()
                | AnswerEdit()
                | MeaningEdit()
                | QuestionSettings()
                | QuestionAddition()
                | QuestionRemoval()
                | PointsEdit()
            ):
                return after_question_edit(self.document, self.programme, edit)
        return self.document.as_string()

    def _table(self, part: ListedPart, at: int) -> Any:
        """Return the table of a criterion or of a rule; raises RequestError where there is none at that place."""
        listed = self.document.get(part, [])
        if at >= len(listed):
            raise RequestError(tr(GONE))
        return listed[at]

    def _weigh(self, weights: Sequence[float]) -> None:
        for at, (criterion, weight) in enumerate(zip(self.programme.criteria, weights, strict=True)):
            if criterion.weight != weight:
                put(self._table("criteria", at), ["weight"], weight)

    def _with(self, part: ListedPart, settings: Mapping[str, JsonValue]) -> str:
        """Return the text with one more table: after the last of its part, before the comments that follow that."""
        from tomlkit.items import AoT

        listed = self.document.get(part)
        if listed is not None and not isinstance(listed, AoT):
            listed.append(toml_value({key: value for key, value in settings.items() if value is not None}))
            return self.document.as_string()
        block = f"[[{part}]]\n{settings_text(settings)}"
        if not listed:
            return append_block(self.document.as_string(), block)
        return with_table_after(self.document, listed[len(listed) - 1], block)

    def _without(self, part: ListedPart, at: int) -> str:
        """Return the text without a table; the comments that follow it stay where they are."""
        from tomlkit.items import AoT

        table = self._table(part, at)
        listed: Any = self.document.get(part)
        if not isinstance(listed, AoT):
            del listed[at]
            return self.document.as_string()
        return without_table(self.document, table)

    def _order_goals(self, goals: Sequence[Goal]) -> str:
        if "goals" not in self.document:
            order = ", ".join(f'"{goal}"' for goal in goals)
            return append_block(self.document.as_string(), f"[goals]\norder = [{order}]\n")
        put(self.document["goals"], ["order"], list(goals))
        return self.document.as_string()


def weights_after(edit: WeightEdit | WeightsEdit, weights: Sequence[float]) -> list[float]:
    """Return the weights after an edit; raises RequestError where there is no such criterion."""
    if isinstance(edit, WeightsEdit):
        return shares(weights, FULL)
    if edit.at >= len(weights):
        raise RequestError(tr(GONE))
    others = [*weights[: edit.at], *weights[edit.at + 1 :]]
    weight = edit.weight
    if edit.others and others:
        weight = min(weight, FULL)
        others = shares(others, FULL - weight)
    return [*others[: edit.at], weight, *others[edit.at :]]


def shares(weights: Sequence[float], whole: float) -> list[float]:
    """Return numbers in the proportions of some weights that add up to ``whole`` (largest remainder).

    All but one are whole numbers, and all are where ``whole`` is one. Weights of 0 stay so, unless all are.

    >>> shares([35, 10, 10], 100), shares([0, 0], 5)
    ([64, 18, 18], [3, 2])
    """
    total = sum(weights)
    parts = [weight / total if total else 1 / len(weights) for weight in weights]
    exact = [part * floor(whole) for part in parts]
    found: list[float] = [floor(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda at: (-(exact[at] - found[at]), at))
    for at in [at for at in order if parts[at]][: floor(whole) - int(sum(found))]:
        found[at] += 1
    if found and whole > floor(whole):
        found[max(range(len(parts)), key=parts.__getitem__)] += whole - floor(whole)
    return found


def goals_after(edit: GoalEdit, goals: Sequence[Goal]) -> list[Goal]:
    """Return the goals after an edit, in their order; raises RequestError where none would be left."""
    others = [goal for goal in goals if goal != edit.goal]
    found = others if edit.at is None else [*others[: edit.at], edit.goal, *others[edit.at :]]
    if not found:
        raise RequestError(tr("Il faut au moins un objectif"))
    return found


MOST_UNDONE = 200
"""So many gestures can be undone."""

type ComparedPart = Literal["heading", "fields", "criteria", "rules", "goals"]


@dataclass(frozen=True)
class ProgrammeVersions:
    r"""Versions of one programme, the newest last, and the text that is tried since: ``now``.

    Nothing is changed in place: each method returns the versions after it.

    >>> from mentormatch.programme.edits import GoalEdit
    >>> begun = ProgrammeVersions.of(ProgrammeText('[programme]\nname = "Essai"\n'))
    >>> tried = begun.edit(GoalEdit(goal="floor", at=0))
    >>> tried.is_tried, tried.undo().is_tried, len(tried.keep().kept)
    (True, False, 2)
    """

    kept: tuple[ProgrammeText, ...]
    now: ProgrammeText
    before: tuple[ProgrammeText, ...] = ()
    undone: tuple[ProgrammeText, ...] = ()

    @classmethod
    @checked
    def of(cls, text: ProgrammeText) -> "ProgrammeVersions":
        """Return the first version alone."""
        return cls((text,), text)

    @property
    def newest(self) -> ProgrammeText:
        """The version that was kept last."""
        return self.kept[-1]

    @property
    def is_tried(self) -> bool:
        """Whether something differs from the newest version."""
        return self.now.text != self.newest.text

    @checked
    def edit(self, *edits: ProgrammeEdit) -> "ProgrammeVersions":
        """Return the versions after one gesture, of one edit or of several.

        Raises ProgrammeError where what comes out is no programme, RequestError where there is nothing to edit there.
        """
        made = self.now
        for edit in edits:
            made = made.after(edit)
        if made.text == self.now.text:
            return self
        return replace(self, now=made, before=(*self.before, self.now)[-MOST_UNDONE:], undone=())

    def undo(self) -> "ProgrammeVersions":
        """Return the versions before the last gesture; the same where there was none."""
        if not self.before:
            return self
        return replace(self, now=self.before[-1], before=self.before[:-1], undone=(*self.undone, self.now))

    def redo(self) -> "ProgrammeVersions":
        """Return the versions with the gesture that was undone last; the same where there is none."""
        if not self.undone:
            return self
        return replace(self, now=self.undone[-1], before=(*self.before, self.now), undone=self.undone[:-1])

    def keep(self) -> "ProgrammeVersions":
        """Return the versions with what is tried as one more; the same where nothing differs."""
        return replace(self, kept=(*self.kept, self.now)) if self.is_tried else self

    def leave(self) -> "ProgrammeVersions":
        """Return the versions without what is tried; that can be undone too."""
        if not self.is_tried:
            return self
        return replace(self, now=self.newest, before=(*self.before, self.now)[-MOST_UNDONE:], undone=())


class ProgrammeDifference(NamedTuple):
    """One thing that differs: where, and what it was and is, by place in its list; None: it was not, or is not."""

    part: ComparedPart
    before: int | None
    after: int | None


def programme_differences(before: Programme, after: Programme) -> tuple[ProgrammeDifference, ...]:
    """Return what differs in heading, questions, criteria, rules and goals from one programme to another.

    Questions are known by their ids, and told by their places among those of each.
    """
    found: list[ProgrammeDifference] = []
    if before.heading != after.heading:
        found.append(ProgrammeDifference("heading", 0, 0))
    found += question_differences(before, after)
    found += compare_lists("criteria", before.criteria, after.criteria)
    found += compare_lists("rules", before.rules, after.rules)
    if before.goals != after.goals:
        found.append(ProgrammeDifference("goals", 0, 0))
    return tuple(found)


def question_differences(before: Programme, after: Programme) -> Iterator[ProgrammeDifference]:
    """Yield what differs between the questions of two programmes."""
    places = [{name: place for place, name in enumerate(programme.fields)} for programme in (before, after)]
    for name in {**before.fields, **after.fields}:
        if before.fields.get(name) != after.fields.get(name):
            yield ProgrammeDifference("fields", *(each.get(name) for each in places))


def compare_lists(
    part: ComparedPart, before: Sequence[Extension], after: Sequence[Extension]
) -> Iterator[ProgrammeDifference]:
    """Yield what differs between two lists; of what stands at one place and is of one kind, that it changed."""
    known, now = ([repr(table_of(one)) for one in listed] for listed in (before, after))
    for what, first, last, start, end in SequenceMatcher(None, known, now, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = list(range(first, last)), list(range(start, end))
        for place in list(gone):
            like = next((one for one in come if are_alike(before[place], after[one])), None)
            if like is not None:
                gone.remove(place)
                come.remove(like)
                yield ProgrammeDifference(part, place, like)
        yield from (ProgrammeDifference(part, place, None) for place in gone)
        yield from (ProgrammeDifference(part, None, place) for place in come)


def are_alike(one: Extension, other: Extension) -> bool:
    """Say whether two entries are of one kind, and have one name or speak of the same questions."""
    if type(one) is not type(other):
        return False
    fields = [[reference.field for reference in each.references()] for each in (one, other)]
    return (one.name is not None and one.name == other.name) or fields[0] == fields[1]
