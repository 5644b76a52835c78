"""Edits of the questions of a programme, and of its tables of points, in its TOML document; see ``edits``.

A question, or an answer, that is worded otherwise stays the same one: all that names it follows, and the mapping of the
programme says what its former words stand for, so that files that were answered by then are still understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import JsonValue, TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import RequestError
from mentormatch.fields import AnyField, Levels, Slots, YesNo, fields_by_kind
from mentormatch.fields.base import CHOICE_KINDS, position
from mentormatch.fields.clock import DAY_MINUTES, DAYS, SlotZone, minutes_in
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import language, mark, tr
from mentormatch.programme.programme import Programme
from mentormatch.programme.tables import (
    GONE,
    add,
    append_block,
    is_table,
    leave_out,
    parse_document,
    put,
    rename,
    settings_text,
    toml_value,
    with_table_after,
    without_table,
)
from mentormatch.survey.plan import answers_of, has_item, takes, target

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

type Name = Annotated[str, Setting(min_length=1, max_length=200)]
type Words = Annotated[str, Setting(min_length=1, max_length=2_000)]

LISTS = ("options", "items", "levels", "days", "moments")
"""The settings of a question that hold its answers."""
LISTING = ("choice", "choices", "scale", "ranking")
"""The kinds of questions whose answers are ``options``."""
TABLES = {"table": "cells", "given": "pairs"}
"""The criteria that have points in a table of their own, and the setting in which it stands."""
NO_QUESTION = mark("Cette question n'est plus dans le programme")
NO_ANSWER = mark("Cette réponse n'est plus dans la question")
NO_TABLE = mark("Ce critère n'a pas de table de points")
MOMENTS = (mark("matin"), mark("après-midi"), mark("soir"))
"""The moments with which slots begin where nothing tells others."""
WEEKDAYS = 5


class WordingEdit(JsonMessage):
    """A question is asked in other words; a file that has the former ones is understood as before."""

    edit: Literal["wording"] = "wording"
    name: Name
    question: Words


class AnswerEdit(JsonMessage):
    """An answer to a question is worded otherwise, wherever the programme names it; the former words are understood."""

    edit: Literal["answer"] = "answer"
    name: Name
    answer: Words
    becomes: Words


class MeaningEdit(JsonMessage):
    """A text that files hold as an answer to a question stands for an answer of the programme; None: for no other."""

    edit: Literal["meaning"] = "meaning"
    name: Name
    text: Words
    means: Words | None


class QuestionSettings(JsonMessage):
    """Settings of a question are others; None: not stated. Answers that go are understood no more."""

    edit: Literal["question"] = "question"
    name: Name
    changes: Annotated[dict[str, JsonValue], Setting(min_length=1)]


class QuestionAddition(JsonMessage):
    """A question comes after the others, under an id that none of them has."""

    edit: Literal["ask"] = "ask"
    name: Name
    settings: dict[str, JsonValue]


class QuestionRemoval(JsonMessage):
    """A question goes, with what the mapping says of it; comments around it stay."""

    edit: Literal["unask"] = "unask"
    name: Name


class PointsEdit(JsonMessage):
    """Two answers, or two people by their keys, get so many points in the table of a criterion; None: none stated."""

    edit: Literal["points"] = "points"
    at: Whole
    mentor: Words
    mentee: Words
    points: Annotated[float, Setting(ge=0, le=1e6)] | None


type QuestionEdit = (
    WordingEdit | AnswerEdit | MeaningEdit | QuestionSettings | QuestionAddition | QuestionRemoval | PointsEdit
)


def after_question_edit(document: "TOMLDocument", programme: Programme, edit: QuestionEdit) -> str:
    """Return the text of a programme after an edit; raises RequestError where there is nothing to edit there."""
    editor = QuestionEditor(document, programme)
    match edit:
        case WordingEdit(name=name, question=question):
            return editor.reword(name, question)
        case AnswerEdit(name=name, answer=answer, becomes=becomes):
            return editor.reword_answer(name, answer, becomes)
        case MeaningEdit(name=name, text=text, means=means):
            return editor.read_as(name, text, means)
        case QuestionSettings(name=name, changes=changes):
            return editor.change_settings(name, changes)
        case QuestionAddition(name=name, settings=settings):
            return editor.add_question(name, settings)
        case QuestionRemoval(name=name):
            return editor.remove_question(name)
        case PointsEdit():
            editor.give(edit)
    return document.as_string()


class QuestionEditor:
    """What changes the questions in a document, given the programme that it holds."""

    def __init__(self, document: "TOMLDocument", programme: Programme) -> None:
        self.document, self.programme = document, programme

    def table(self, name: str) -> Any:
        """Return the table of a question; raises RequestError where there is none."""
        if name not in self.programme.fields:
            raise RequestError(tr(NO_QUESTION))
        fields: Any = self.document["fields"]
        return fields[name]

    # --- settings --------------------------------------------------------------------------------------------------

    def change_settings(self, name: str, changes: Mapping[str, JsonValue]) -> str:
        """Return the text with other settings of a question; of its other answers, the mapping says what fits.

        A list of answers that only stands under another name keeps its lines and comments.
        """
        table = self.table(name)
        for setting in [one for one in LISTS if one in table and changes.get(one, table[one]) is None]:
            same = next((one for one in LISTS if one not in table and changes.get(one) == table[setting]), None)
            if same:
                rename(table, setting, same)
                self.document = parse_document(self.document.as_string())
                table = self.table(name)
        for path, value in changes.items():
            put(table, path.split("."), value)
        if {"kind", *LISTS} & set(changes):
            self._fit_mapping(name, table)
        if isinstance(moments := changes.get("moments"), list) and "zone" in table:
            fit_hours(table["zone"], [str(one) for one in moments])
        return self.document.as_string()

    def _fit_mapping(self, name: str, table: Any) -> None:
        """Leave out of the mapping what a question has no place for any more: answers, columns of its own."""
        try:
            field: AnyField = TypeAdapter(AnyField).validate_python(table.unwrap())
        except ValidationError:  # the programme is read whole afterwards, and every mistake is told
            return
        mapping: Any = self.document.get("mapping", {})
        said: Any = mapping.get("options", {}).get(name, {})
        for text in [text for text, answer in said.items() if not takes(field, answer)]:
            leave_out(said, text)
        meant: Any = mapping.get("questions", {})
        for header, one in [(header, target(one)) for header, one in meant.items()]:
            if one.field == name and one.item is not None and not has_item(field, one.item):
                leave_out(meant, header)

    # --- words -----------------------------------------------------------------------------------------------------

    def reword(self, name: str, question: str) -> str:
        """Return the text with a question in other words; the mapping tells the former ones."""
        table, former = self.table(name), self.programme.fields[name].question
        put(table, ["question"], question)
        self._forget("questions", question)
        known = {fold(header) for header in self.programme.mapping.questions}
        more = {former: name} if fold(former) not in {fold(question), fold(name), *known} else {}
        return self._extend_mapping(("questions",), more)

    def reword_answer(self, name: str, answer: str, becomes: str) -> str:
        """Return the text with an answer in other words, wherever it is named."""
        table = self.table(name)
        owner = table.get("items_of", name)
        names = [owner, *(each for each, field in self.programme.fields.items() if self._follows(field, owner))]
        lists = [listed for one in names for setting in LISTS if (listed := self.table(one).get(setting)) is not None]
        places = [(listed, place) for listed in lists if (place := position(list(listed), answer)) is not None]
        if not places:
            raise RequestError(tr(NO_ANSWER))
        for listed, place in places:
            listed[place] = becomes
        self._quote(set(names), answer, becomes)
        self._call_in_zones(set(names), answer, becomes)
        for one in names[:-1]:
            self.document = parse_document(self._reword_in_mapping(one, answer, becomes))
        return self._reword_in_mapping(names[-1], answer, becomes)

    @staticmethod
    def _follows(field: object, owner: str) -> bool:
        return getattr(field, "items_of", None) == owner

    def _reword_in_mapping(self, name: str, answer: str, becomes: str) -> str:
        """Return the text whose mapping reads the former words of an answer, and the columns of it, as these words."""
        headers: Any = self.document.get("mapping", {}).get("questions", {})
        for header, meant in [(header, target(said)) for header, said in headers.items()]:
            if meant.field == name and meant.item is not None and fold(meant.item) == fold(answer):
                headers[header] = f"{name} [{becomes}]"
        mapped: Any = self.document.get("mapping", {}).get("options", {}).get(name, {})
        for text in [text for text, said in mapped.items() if fold(said) == fold(answer)]:
            mapped[text] = becomes
        for text in [text for text in mapped if fold(text) == fold(becomes)]:
            leave_out(mapped, text)
        known = {fold(text) for text in mapped}
        more = {answer: becomes} if fold(answer) not in {fold(becomes), *known} else {}
        return self._extend_mapping(("options", name), more)

    def _quote(self, names: set[str], answer: str, becomes: str) -> None:
        """Have the role, criteria and rules name an answer by its other words."""
        role = self.programme.heading.role
        if role and role.field in names:
            heading: Any = self.document["programme"]
            for side, said in list(heading["role"].items()):
                if side != "field" and isinstance(said, str) and fold(said) == fold(answer):
                    heading["role"][side] = becomes
        for part, extensions in (("criteria", self.programme.criteria), ("rules", self.programme.rules)):
            for at, extension in enumerate(extensions):
                quoted = {one.setting for one in extension.quotations() if one.field in names}
                for setting in quoted:
                    tables: Any = self.document[part]
                    requote(tables[at], setting.split("."), (fold(answer), becomes), names)

    def _call_in_zones(self, names: set[str], answer: str, becomes: str) -> None:
        """Call an answer otherwise where slots by the clock say its hours or its time zone."""
        for one, field in self.programme.fields.items():
            if isinstance(field, Slots) and field.zone:
                kept = ["hours"] * (one in names) + ["zones"] * (field.zone.field in names)
                for part in kept:
                    zone = self.table(one)["zone"]
                    key = next((text for text in zone.get(part, {}) if fold(text) == fold(answer)), None)
                    if key is not None and key != becomes:
                        rename(zone[part], key, becomes)
                        self.document = parse_document(self.document.as_string())

    # --- the mapping -----------------------------------------------------------------------------------------------

    def _forget(self, part: str, text: str) -> None:
        """Leave out of a part of the mapping what it says of a text."""
        mapped: Any = self.document.get("mapping", {}).get(part, {})
        for key in [key for key in mapped if fold(key) == fold(text)]:
            leave_out(mapped, key)

    def read_as(self, name: str, text: str, means: str | None) -> str:
        """Return the text whose mapping reads a text in answers to a question as ``means``, in one place."""
        self.table(name)  # of a question that is there
        mapped: Any = self.document.get("mapping", {}).get("options", {}).get(name, {})
        known = next((key for key in mapped if fold(key) == fold(text)), None)
        if known is None:
            return self._extend_mapping(("options", name), {} if means is None else {text: means})
        put(mapped, [known], means)
        return self.document.as_string()

    def _extend_mapping(self, path: Sequence[str], more: Mapping[str, str]) -> str:
        """Return the text with more in a table of the mapping, which is made after the others if it is not there."""
        inner: Any = self.document.get("mapping")
        if more and inner is not None:
            for step in path:
                if step not in inner and not is_table(inner):
                    inner[step] = toml_value({})
                inner = inner.get(step)
                if inner is None:
                    break
        if not more or inner is not None:
            for text, said in more.items():
                add(inner, text, said)
            return self.document.as_string()
        header = ".".join(key_of(step) for step in ("mapping", *path))
        block = f"[{header}]\n{settings_text({**more})}"
        mapping = self.document.get("mapping")
        if mapping is not None and is_table(mapping):
            return with_table_after(self.document, mapping, block)
        return append_block(self.document.as_string(), block)

    # --- questions that come and go --------------------------------------------------------------------------------

    def add_question(self, name: str, settings: Mapping[str, JsonValue]) -> str:
        """Return the text with one more question; raises RequestError where one has this id."""
        if name in self.programme.fields:
            raise RequestError(tr("Une question a déjà cet identifiant"))
        fields: Any = self.document.get("fields", {})
        block = f"[fields.{key_of(name)}]\n{settings_text(settings)}"
        tables = [one for one in fields.values() if is_table(one)]
        if tables:
            return with_table_after(self.document, tables[-1], block)
        if fields:
            fields[name] = toml_value({key: value for key, value in settings.items() if value is not None})
            return self.document.as_string()
        return append_block(self.document.as_string(), block)

    def remove_question(self, name: str) -> str:
        """Return the text without a question, and without what the mapping says of it."""
        table, mapping = self.table(name), self.document.get("mapping", {})
        meant: Any = mapping.get("questions", {})
        for header in [header for header, said in meant.items() if said.partition("[")[0].strip() == name]:
            leave_out(meant, header)
        options: Any = mapping.get("options", {})
        if name in options:
            options.remove(name)
        fields: Any = self.document["fields"]
        if is_table(table):
            return without_table(self.document, table)
        fields.remove(name)
        return self.document.as_string()

    # --- tables of points ------------------------------------------------------------------------------------------

    def give(self, edit: PointsEdit) -> None:
        """State the points of two answers or of two people, or leave them unstated."""
        criteria = self.programme.criteria
        if edit.at >= len(criteria):
            raise RequestError(tr(GONE))
        setting = TABLES.get(criteria[edit.at].kind)
        if setting is None:
            raise RequestError(tr(NO_TABLE))
        tables: Any = self.document["criteria"]
        table = tables[edit.at]
        stated = table.get(setting, [])
        keys = fold(edit.mentor), fold(edit.mentee)
        place = next((at for at, one in enumerate(stated) if (fold(one["mentor"]), fold(one["mentee"])) == keys), None)
        if edit.points is None:
            if place is not None:
                del stated[place]
        elif place is not None:
            put(stated[place], ["points"], edit.points)
        else:
            self._state(table, setting, {"mentor": edit.mentor, "mentee": edit.mentee, "points": edit.points})

    @staticmethod
    def _state(table: Any, setting: str, one: dict[str, JsonValue]) -> None:
        """Add an entry to a list of tables, however it is written."""
        from tomlkit import table as new_table
        from tomlkit.items import AoT

        stated = table.get(setting)
        if isinstance(stated, AoT):
            made = new_table()
            made.update({key: toml_value(value) for key, value in one.items()})
            stated.append(made)
        elif stated is None:
            add(table, setting, [one])
        else:
            stated.append(toml_value(one))


def settings_of_kind(field: AnyField, kind: str, given: Sequence[str], spoken: str) -> dict[str, JsonValue] | None:
    """Return the changes by which a question becomes one of another kind, None where nothing tells its answers.

    What it lists stays, where the other kind has a place for it; else ``given``, answers of people, are its answers.
    What the other kind does not have goes. Words that a kind brings with it are in the language ``spoken``.
    """
    kinds = fields_by_kind()
    known, wanted = ({*kinds[one].model_fields} for one in (field.kind, kind))
    changes: dict[str, JsonValue] = dict.fromkeys(sorted(known - wanted))
    changes |= {"watch": None} if field.watch and kind not in CHOICE_KINDS else {}
    changes |= {"shareable": None} if field.shareable and kind == "names" else {}
    changes |= {"most": None} if "number" in (kind, field.kind) and "most" in known & wanted else {}
    with language(spoken):
        answers = find_listed_answers(field) or list(given)
        days, moments = slots_in(answers) if answers else ([*map(tr, DAYS[:WEEKDAYS])], [*map(tr, MOMENTS)])
        levels = find_listed_answers(YesNo())
    lists: dict[str, list[str]] = {"options": answers} if kind in LISTING else {}
    lists |= {"items": answers, "levels": levels} if kind == "levels" else {}
    lists |= {"days": days, "moments": moments} if kind == "slots" else {}
    own = {} if getattr(field, "items_of", None) else {name: getattr(field, name, None) for name in lists}
    if not all(lists.values()):
        return None
    return {**changes, **{name: [*texts] for name, texts in lists.items() if own.get(name) != texts}, "kind": kind}


def find_listed_answers(field: AnyField) -> list[str]:
    """Return the answers that a question lists, empty where it lists none."""
    match field:
        case Levels():
            return list(field.items)
        case Slots():
            return field.slots
        case YesNo():
            return list(field.column([]).spoken_labels)
    return answers_of(field)


def slots_in(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the days and the moments of which answers are all the slots, nothing where they are none.

    >>> slots_in(["lundi matin", "lundi soir", "jeudi matin", "jeudi soir"])
    (['lundi', 'jeudi'], ['matin', 'soir'])
    """
    parts = [option.split(" ", 1) for option in options]
    days, moments = (list(dict.fromkeys(part[at] for part in parts if len(part) > at)) for at in (0, 1))
    whole = [f"{day} {moment}" for day in days for moment in moments]
    return (days, moments) if sorted(whole) == sorted(options) else ([], [])


def fit_hours(zone: Any, moments: Sequence[str]) -> None:
    """Have slots by the clock say the hours of these moments; a new one begins where no other is, if there is room."""
    hours: Any = zone.get("hours", {})
    for gone in [one for one in hours if position(moments, one) is None]:
        leave_out(hours, gone)
    least = zone.get("minutes", SlotZone.model_fields["minutes"].default)
    for moment in [one for one in moments if position(list(hours), one) is None]:
        taken = sorted(minutes_in(said) for said in hours.values()) or [(8 * 60, 8 * 60)]
        free = next((start for start in (taken[-1][1], taken[0][0] - least) if 0 <= start <= DAY_MINUTES - least), None)
        if free is not None:
            add(hours, moment, "-".join(f"{each // 60:02}:{each % 60:02}" for each in (free, free + least)))


def requote(table: Any, path: Sequence[str], words: tuple[str, str], names: set[str]) -> None:
    """Name an answer by other words at a path, in each table of a list there that is about one of the questions."""
    step, *further = path
    inner, (former, becomes) = table.get(step), words
    if further:
        for one in inner if isinstance(inner, list) else [inner]:
            if one.get("field", next(iter(names))) in names:
                requote(one, further, words, names)
    elif isinstance(inner, str):
        if fold(inner) == former:
            table[step] = becomes
    else:
        for place in places_of(inner, former):
            inner[place] = becomes


def places_of(texts: Any, former: str) -> Iterator[int]:
    """Yield where a text stands in a list, in the form in which texts are compared."""
    yield from [place for place, one in enumerate(texts or ()) if fold(str(one)) == former]


def key_of(name: str) -> str:
    """Return a name as a key of TOML."""
    from tomlkit import key

    return key(name).as_string()
