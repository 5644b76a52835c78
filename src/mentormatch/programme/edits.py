"""Edits of a programme as data -> the text of its file, with all comments and formatting; and its saved versions.

Only the edited part of the text changes (tomlkit). The result is parsed like any programme file. ``ProgrammeVersions``
has the saved versions, the draft since the last one, and undo; ``programme_differences`` compares two programmes.
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
from mentormatch.base.strict_json import JsonMessage, Whole, schema_problems
from mentormatch.base.strict_toml import parse_tables
from mentormatch.errors import RequestError
from mentormatch.fields.extension import Extension
from mentormatch.languages.translation import tr
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
    apply_question_edit,
)
from mentormatch.programme.sections import Goal
from mentormatch.programme.tables import (
    EXTENSION_GONE_MESSAGE,
    append_block,
    fill_tables,
    insert_table,
    parse_document,
    remove_table,
    set_value,
    settings_text,
    to_table,
    toml_value,
)

type ListedPart = Literal["criteria", "rules"]

TOTAL_WEIGHT = 100  # weights are scaled to this total: points are shown out of 100


class WeightEdit(JsonMessage):
    """Sets the weight of the criterion at an index; with ``others`` the other criteria share the remainder of 100."""

    edit: Literal["weight"] = "weight"
    at: Whole
    weight: Annotated[float, Setting(ge=0, le=1e6)]
    others: bool = False


class WeightsEdit(JsonMessage):
    """Scales all weights to a total of 100, to integers with the same proportions as far as possible."""

    edit: Literal["weights"] = "weights"


class SettingsEdit(JsonMessage):
    """Changes settings of the criterion or rule at an index, of the heading, or of the documents.

    A setting is named by its path: ``least``, ``where.0.in``. None removes it.
    """

    edit: Literal["settings"] = "settings"
    part: Literal["criteria", "rules", "programme", "documents"]
    at: Whole = 0
    changes: Annotated[dict[str, JsonValue], Setting(min_length=1)]


class AdditionEdit(JsonMessage):
    """Adds a criterion or a rule at the end of its list."""

    edit: Literal["add"] = "add"
    part: ListedPart
    settings: dict[str, JsonValue]


class RemovalEdit(JsonMessage):
    """Removes the criterion or the rule at an index; comments around it stay."""

    edit: Literal["remove"] = "remove"
    part: ListedPart
    at: Whole


class GoalEdit(JsonMessage):
    """Moves a goal to an index of the order; None removes it."""

    edit: Literal["goal"] = "goal"
    goal: Goal
    at: Whole | None


type ProgrammeEdit = WeightEdit | WeightsEdit | SettingsEdit | AdditionEdit | RemovalEdit | GoalEdit | QuestionEdit

EDIT_ADAPTER: TypeAdapter[ProgrammeEdit] = TypeAdapter(Annotated[ProgrammeEdit, Setting(discriminator="edit")])


def read_edit(message: object) -> ProgrammeEdit:
    """Parse an edit from its JSON. Raises RequestError, without its content, if it is invalid."""
    try:
        return EDIT_ADAPTER.validate_python(message)
    except ValidationError as error:
        message = tr("Ce changement n'est pas de ceux qu'un programme comprend")
        raise RequestError(message, schema_problems(error)) from None


@dataclass(frozen=True)
class ProgrammeText:
    r"""The text of a programme file, and the programme in it; ``folder`` contains its tables of points.

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
        """Return the text in the bytes of a file, with Unix line ends. Raises ProgrammeError if it is not TOML."""
        parse_tables(content, source)
        return cls(content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), source)

    @cached_property
    def programme(self) -> Programme:
        """The programme in this text. Raises ProgrammeError with all its problems."""
        tables = parse_tables(self.text.encode(), self.source)
        return Programme.read(fill_tables(tables, self.folder) if self.folder else tables, self.source)

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.text.encode()

    @checked
    def after(self, edit: ProgrammeEdit) -> "ProgrammeText":
        """Return the text after an edit.

        Raises ProgrammeError if the result is not a valid programme, RequestError if the edited part does not exist.
        """
        edited = type(self)(TomlEditor(self).after(edit), self.source, self.folder)
        _ = edited.programme
        return edited


class TomlEditor:
    """Applies one edit to the tomlkit document of a text, which preserves every space and comment."""

    def __init__(self, text: ProgrammeText) -> None:
        self.programme = text.programme
        self.document = parse_document(text.text)

    def after(self, edit: ProgrammeEdit) -> str:
        match edit:
            case WeightEdit() | WeightsEdit():
                self._set_weights(weights_after(edit, [criterion.weight for criterion in self.programme.criteria]))
            case SettingsEdit(part=part, at=at, changes=changes):
                if part == "documents" and part not in self.document:
                    return append_block(self.document.as_string(), f"[{part}]\n{settings_text(changes)}")
                table = self._table(part, at) if part in ("criteria", "rules") else self.document[part]
                for path, value in changes.items():
                    set_value(table, path.split("."), value)
            case AdditionEdit(part=part, settings=settings):
                return self._insert(part, settings)
            case RemovalEdit(part=part, at=at):
                return self._remove(part, at)
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
                return apply_question_edit(self.document, self.programme, edit)
        return self.document.as_string()

    def _table(self, part: ListedPart, at: int) -> Any:
        """Return the table of a criterion or a rule. Raises RequestError if there is none at that index."""
        listed = self.document.get(part, [])
        if at >= len(listed):
            raise RequestError(tr(EXTENSION_GONE_MESSAGE))
        return listed[at]

    def _set_weights(self, weights: Sequence[float]) -> None:
        for at, (criterion, weight) in enumerate(zip(self.programme.criteria, weights, strict=True)):
            if criterion.weight != weight:
                set_value(self._table("criteria", at), ["weight"], weight)

    def _insert(self, part: ListedPart, settings: Mapping[str, JsonValue]) -> str:
        """Return the text with one more table after the last of its part, or at the end if the part has none."""
        from tomlkit.items import AoT

        listed = self.document.get(part)
        if listed is not None and not isinstance(listed, AoT):
            listed.append(toml_value({key: value for key, value in settings.items() if value is not None}))
            return self.document.as_string()
        block = f"[[{part}]]\n{settings_text(settings)}"
        if not listed:
            return append_block(self.document.as_string(), block)
        return insert_table(self.document, listed[len(listed) - 1], block)

    def _remove(self, part: ListedPart, at: int) -> str:
        """Return the text without a table; the comments that follow it stay."""
        from tomlkit.items import AoT

        table = self._table(part, at)
        listed: Any = self.document.get(part)
        if not isinstance(listed, AoT):
            del listed[at]
            return self.document.as_string()
        return remove_table(self.document, table)

    def _order_goals(self, goals: Sequence[Goal]) -> str:
        if "goals" not in self.document:
            order = ", ".join(f'"{goal}"' for goal in goals)
            return append_block(self.document.as_string(), f"[goals]\norder = [{order}]\n")
        set_value(self.document["goals"], ["order"], list(goals))
        return self.document.as_string()


def weights_after(edit: WeightEdit | WeightsEdit, weights: Sequence[float]) -> list[float]:
    """Return the weights after an edit. Raises RequestError if there is no criterion at its index."""
    if isinstance(edit, WeightsEdit):
        return apportion(weights, TOTAL_WEIGHT)
    if edit.at >= len(weights):
        raise RequestError(tr(EXTENSION_GONE_MESSAGE))
    further = [*weights[: edit.at], *weights[edit.at + 1 :]]
    weight = edit.weight
    if edit.others and further:
        weight = min(weight, TOTAL_WEIGHT)
        further = apportion(further, TOTAL_WEIGHT - weight)
    return [*further[: edit.at], weight, *further[edit.at :]]


def apportion(weights: Sequence[float], total_points: float) -> list[float]:
    """Return numbers in the proportions of some weights, with the sum ``total_points`` (largest remainder method).

    All but one are integers; all are if ``total_points`` is. A weight of 0 stays 0, unless all are 0.

    >>> apportion([35, 10, 10], 100), apportion([0, 0], 5)
    ([64, 18, 18], [3, 2])
    """
    total = sum(weights)
    parts = [weight / total if total else 1 / len(weights) for weight in weights]
    exact = [part * floor(total_points) for part in parts]
    rounded: list[float] = [floor(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda at: (-(exact[at] - rounded[at]), at))
    for at in [at for at in order if parts[at]][: floor(total_points) - int(sum(rounded))]:
        rounded[at] += 1
    if rounded and total_points > floor(total_points):
        rounded[max(range(len(parts)), key=parts.__getitem__)] += total_points - floor(total_points)
    return rounded


def goals_after(edit: GoalEdit, goals: Sequence[Goal]) -> list[Goal]:
    """Return the goals after an edit, in order. Raises RequestError if none remains."""
    remaining = [goal for goal in goals if goal != edit.goal]
    goals_in_order = remaining if edit.at is None else [*remaining[: edit.at], edit.goal, *remaining[edit.at :]]
    if not goals_in_order:
        raise RequestError(tr("Il faut au moins un objectif"))
    return goals_in_order


MAX_UNDO = 200  # edits that can be undone

type ComparedPart = Literal["heading", "fields", "criteria", "rules", "goals"]


@dataclass(frozen=True)
class ProgrammeVersions:
    r"""The saved versions of one programme, the newest last, and the draft since then: ``now``.

    Versions do not change: each method returns new ones.

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
        """Return the versions with this text as the only version."""
        return cls((text,), text)

    @property
    def newest(self) -> ProgrammeText:
        """The version saved last."""
        return self.kept[-1]

    @property
    def is_tried(self) -> bool:
        """Whether the draft differs from the newest version."""
        return self.now.text != self.newest.text

    @checked
    def edit(self, *edits: ProgrammeEdit) -> "ProgrammeVersions":
        """Return the versions after one action of one or several edits.

        Raises ProgrammeError if the result is not a valid programme, RequestError if an edited part does not exist.
        """
        draft = self.now
        for edit in edits:
            draft = draft.after(edit)
        if draft.text == self.now.text:
            return self
        return replace(self, now=draft, before=(*self.before, self.now)[-MAX_UNDO:], undone=())

    def undo(self) -> "ProgrammeVersions":
        """Return the versions before the last action; unchanged if there is none."""
        if not self.before:
            return self
        return replace(self, now=self.before[-1], before=self.before[:-1], undone=(*self.undone, self.now))

    def redo(self) -> "ProgrammeVersions":
        """Return the versions with the action that was undone last; unchanged if there is none."""
        if not self.undone:
            return self
        return replace(self, now=self.undone[-1], before=(*self.before, self.now), undone=self.undone[:-1])

    def keep(self) -> "ProgrammeVersions":
        """Return the versions with the draft saved; unchanged if the draft equals the newest version."""
        return replace(self, kept=(*self.kept, self.now)) if self.is_tried else self

    def leave(self) -> "ProgrammeVersions":
        """Return the versions without the draft; this can be undone too."""
        if not self.is_tried:
            return self
        return replace(self, now=self.newest, before=(*self.before, self.now)[-MAX_UNDO:], undone=())


class ProgrammeDifference(NamedTuple):
    """A difference, by index in the list before and after; None: absent from that programme."""

    part: ComparedPart
    before: int | None
    after: int | None


def programme_differences(before: Programme, after: Programme) -> tuple[ProgrammeDifference, ...]:
    """Return the differences between two programmes in heading, questions, criteria, rules and goals.

    Questions are identified by their ids, and reported by their index in each programme.
    """
    differences: list[ProgrammeDifference] = []
    if before.heading != after.heading:
        differences.append(ProgrammeDifference("heading", 0, 0))
    differences += question_differences(before, after)
    differences += compare_lists("criteria", before.criteria, after.criteria)
    differences += compare_lists("rules", before.rules, after.rules)
    if before.goals != after.goals:
        differences.append(ProgrammeDifference("goals", 0, 0))
    return tuple(differences)


def question_differences(before: Programme, after: Programme) -> Iterator[ProgrammeDifference]:
    indices = [{name: index for index, name in enumerate(programme.fields)} for programme in (before, after)]
    for name in {**before.fields, **after.fields}:
        if before.fields.get(name) != after.fields.get(name):
            yield ProgrammeDifference("fields", *(index.get(name) for index in indices))


def compare_lists(
    part: ComparedPart, before: Sequence[Extension], after: Sequence[Extension]
) -> Iterator[ProgrammeDifference]:
    """Yield the differences between two lists; entries of the same kind in the same replaced part count as changed."""
    texts_before, texts_after = ([repr(to_table(entry)) for entry in listed] for listed in (before, after))
    for tag, first, last, start, end in SequenceMatcher(None, texts_before, texts_after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        removed, added = list(range(first, last)), list(range(start, end))
        for index in list(removed):
            match = next((entry for entry in added if is_same_entry(before[index], after[entry])), None)
            if match is not None:
                removed.remove(index)
                added.remove(match)
                yield ProgrammeDifference(part, index, match)
        yield from (ProgrammeDifference(part, index, None) for index in removed)
        yield from (ProgrammeDifference(part, None, index) for index in added)


def is_same_entry(first: Extension, second: Extension) -> bool:
    """Return whether two entries have the same kind, and the same name or the same questions."""
    if type(first) is not type(second):
        return False
    fields = [[reference.field for reference in extension.references()] for extension in (first, second)]
    return (first.name is not None and first.name == second.name) or fields[0] == fields[1]
