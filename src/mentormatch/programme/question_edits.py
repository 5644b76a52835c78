"""Edits of the questions and the tables of points of a programme, in its TOML document; see ``edits``.

A question or an answer with a new wording stays the same one: all references to it follow, and the mapping of the
programme keeps the former wording, so that earlier files are still understood.
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
from mentormatch.languages.translation import language, tr
from mentormatch.programme.programme import Programme
from mentormatch.programme.tables import (
    EXTENSION_GONE_MESSAGE,
    add_key,
    append_block,
    has_header,
    insert_table,
    parse_document,
    remove_key,
    remove_table,
    rename_key,
    set_value,
    settings_text,
    toml_value,
)
from mentormatch.survey.plan import answers_of, has_item, target, understands

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

type Name = Annotated[str, Setting(min_length=1, max_length=200)]
type Words = Annotated[str, Setting(min_length=1, max_length=2_000)]

LIST_SETTINGS = ("options", "items", "levels", "days", "moments")  # settings of a question that list its answers
KINDS_WITH_OPTIONS = ("choice", "choices", "scale", "ranking")  # kinds with answers in ``options``
# Kinds of criteria with a table of points, and the setting that contains it
POINTS_SETTING_BY_KIND = {"table": "cells", "given": "pairs"}


class WordingEdit(JsonMessage):
    """Changes the text of a question; files with the former text are still understood."""

    edit: Literal["wording"] = "wording"
    name: Name
    question: Words


class AnswerEdit(JsonMessage):
    """Changes the text of an answer, wherever the programme refers to it; the former text is still understood."""

    edit: Literal["answer"] = "answer"
    name: Name
    answer: Words
    becomes: Words


class MeaningEdit(JsonMessage):
    """Maps a text in the answers to a question to an answer of the programme; None removes the mapping."""

    edit: Literal["meaning"] = "meaning"
    name: Name
    text: Words
    means: Words | None


class QuestionSettings(JsonMessage):
    """Changes settings of a question; None removes one. Removed answers are no longer understood."""

    edit: Literal["question"] = "question"
    name: Name
    changes: Annotated[dict[str, JsonValue], Setting(min_length=1)]


class QuestionAddition(JsonMessage):
    """Adds a question at the end, under a new id."""

    edit: Literal["ask"] = "ask"
    name: Name
    settings: dict[str, JsonValue]


class QuestionRemoval(JsonMessage):
    """Removes a question, with its mapping; comments around it stay."""

    edit: Literal["unask"] = "unask"
    name: Name


class PointsEdit(JsonMessage):
    """Sets the points of two answers, or two people by their keys, in the table of a criterion; None removes them."""

    edit: Literal["points"] = "points"
    at: Whole
    mentor: Words
    mentee: Words
    points: Annotated[float, Setting(ge=0, le=1e6)] | None


type QuestionEdit = (
    WordingEdit | AnswerEdit | MeaningEdit | QuestionSettings | QuestionAddition | QuestionRemoval | PointsEdit
)


def apply_question_edit(document: "TOMLDocument", programme: Programme, edit: QuestionEdit) -> str:
    """Return the text of a programme after an edit. Raises RequestError if the edited part does not exist."""
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
            editor.set_points(edit)
    return document.as_string()


class QuestionEditor:
    """Edits the questions in a document; ``programme`` is the programme in it."""

    def __init__(self, document: "TOMLDocument", programme: Programme) -> None:
        self.document, self.programme = document, programme

    def table(self, name: str) -> Any:
        """Return the table of a question. Raises RequestError if there is none."""
        if name not in self.programme.fields:
            raise RequestError(tr("Cette question n'est plus dans le programme"))
        fields: Any = self.document["fields"]
        return fields[name]

    # --- settings --------------------------------------------------------------------------------------------------

    def change_settings(self, name: str, changes: Mapping[str, JsonValue]) -> str:
        """Return the text with other settings of a question, and without mappings to removed answers.

        A list of answers that only moves to another setting keeps its lines and comments.
        """
        table = self.table(name)
        for setting in [
            setting for setting in LIST_SETTINGS if setting in table and changes.get(setting, table[setting]) is None
        ]:
            target = next(
                (
                    other_list
                    for other_list in LIST_SETTINGS
                    if other_list not in table and changes.get(other_list) == table[setting]
                ),
                None,
            )
            if target:
                rename_key(table, setting, target)
                self.document = parse_document(self.document.as_string())
                table = self.table(name)
        for path, value in changes.items():
            set_value(table, path.split("."), value)
        if {"kind", *LIST_SETTINGS} & set(changes):
            self._fit_mapping(name, table)
        if isinstance(moments := changes.get("moments"), list) and "zone" in table:
            align_hours(table["zone"], [str(setting) for setting in moments])
        return self.document.as_string()

    def _fit_mapping(self, name: str, table: Any) -> None:
        """Remove the mappings to answers and items that the question does not have."""
        try:
            field: AnyField = TypeAdapter(AnyField).validate_python(table.unwrap())
        except ValidationError:  # the whole programme is parsed afterwards, and reports every problem
            return
        mapping: Any = self.document.get("mapping", {})
        answers: Any = mapping.get("options", {}).get(name, {})
        for text in [text for text, answer in answers.items() if not understands(field, answer)]:
            remove_key(answers, text)
        headers: Any = mapping.get("questions", {})
        for header, mapped in [(header, target(mapped)) for header, mapped in headers.items()]:
            if mapped.field == name and mapped.item is not None and not has_item(field, mapped.item):
                remove_key(headers, header)

    # --- words -----------------------------------------------------------------------------------------------------

    def reword(self, name: str, question: str) -> str:
        """Return the text with a question in other words; the former ones are mapped to it, unless they are its id."""
        table, former = self.table(name), self.programme.fields[name].question
        set_value(table, ["question"], question)
        self._unmap("questions", question)
        mapped = {fold(header) for header in self.programme.mapping.questions}
        added = {former: name} if fold(former) not in {fold(question), fold(name), *mapped} else {}
        return self._extend_mapping(("questions",), added)

    def reword_answer(self, name: str, answer: str, becomes: str) -> str:
        """Return the text with an answer in other words, wherever it is referred to."""
        table = self.table(name)
        owner = table.get("items_of", name)
        names = [
            owner,
            *(field_id for field_id, field in self.programme.fields.items() if self._takes_items_of(field, owner)),
        ]
        lists = [
            texts
            for field_name in names
            for setting in LIST_SETTINGS
            if (texts := self.table(field_name).get(setting)) is not None
        ]
        positions = [(texts, index) for texts in lists if (index := position(list(texts), answer)) is not None]
        if not positions:
            raise RequestError(tr("Cette réponse n'est plus dans la question"))
        for texts, index in positions:
            texts[index] = becomes
        self._replace_quotations(set(names), answer, becomes)
        self._rename_in_zones(set(names), answer, becomes)
        for field_name in names[:-1]:
            self.document = parse_document(self._reword_in_mapping(field_name, answer, becomes))
        return self._reword_in_mapping(names[-1], answer, becomes)

    @staticmethod
    def _takes_items_of(field: object, owner: str) -> bool:
        return getattr(field, "items_of", None) == owner

    def _reword_in_mapping(self, name: str, answer: str, becomes: str) -> str:
        """Return the text whose mapping leads former texts and columns of an answer to the new text."""
        headers: Any = self.document.get("mapping", {}).get("questions", {})
        for header, mapped_to in [(header, target(text)) for header, text in headers.items()]:
            if mapped_to.field == name and mapped_to.item is not None and fold(mapped_to.item) == fold(answer):
                headers[header] = f"{name} [{becomes}]"
        mapped: Any = self.document.get("mapping", {}).get("options", {}).get(name, {})
        for text in [text for text, option in mapped.items() if fold(option) == fold(answer)]:
            mapped[text] = becomes
        for text in [text for text in mapped if fold(text) == fold(becomes)]:
            remove_key(mapped, text)
        texts = {fold(text) for text in mapped}
        added = {answer: becomes} if fold(answer) not in {fold(becomes), *texts} else {}
        return self._extend_mapping(("options", name), added)

    def _replace_quotations(self, names: set[str], answer: str, becomes: str) -> None:
        """Replace an answer in the role, the criteria and the rules."""
        role = self.programme.heading.role
        if role and role.field in names:
            heading: Any = self.document["programme"]
            for side, quoted_answer in list(heading["role"].items()):
                if side != "field" and isinstance(quoted_answer, str) and fold(quoted_answer) == fold(answer):
                    heading["role"][side] = becomes
        for part, extensions in (("criteria", self.programme.criteria), ("rules", self.programme.rules)):
            for index, extension in enumerate(extensions):
                quoted = {quotation.setting for quotation in extension.quotations() if quotation.field in names}
                for setting in quoted:
                    tables: Any = self.document[part]
                    replace_quotations(tables[index], setting.split("."), (fold(answer), becomes), names)

    def _rename_in_zones(self, names: set[str], answer: str, becomes: str) -> None:
        for field_name, field in self.programme.fields.items():
            if isinstance(field, Slots) and field.zone:
                parts = ["hours"] * (field_name in names) + ["zones"] * (field.zone.field in names)
                for part in parts:
                    zone = self.table(field_name)["zone"]
                    key = next((text for text in zone.get(part, {}) if fold(text) == fold(answer)), None)
                    if key is not None and key != becomes:
                        rename_key(zone[part], key, becomes)
                        self.document = parse_document(self.document.as_string())

    # --- the mapping -----------------------------------------------------------------------------------------------

    def _unmap(self, part: str, text: str) -> None:
        """Remove a text from a part of the mapping."""
        mapped: Any = self.document.get("mapping", {}).get(part, {})
        for key in [key for key in mapped if fold(key) == fold(text)]:
            remove_key(mapped, key)

    def read_as(self, name: str, text: str, means: str | None) -> str:
        """Return the text with one mapping of a text in the answers to a question; None removes it."""
        self.table(name)  # raises RequestError if there is no such question
        mapped: Any = self.document.get("mapping", {}).get("options", {}).get(name, {})
        key = next((key for key in mapped if fold(key) == fold(text)), None)
        if key is None:
            return self._extend_mapping(("options", name), {} if means is None else {text: means})
        set_value(mapped, [key], means)
        return self.document.as_string()

    def _extend_mapping(self, path: Sequence[str], added: Mapping[str, str]) -> str:
        """Return the text with further entries in a table of the mapping, made after the others if absent."""
        inner: Any = self.document.get("mapping")
        if added and inner is not None:
            for step in path:
                if step not in inner and not has_header(inner):
                    inner[step] = toml_value({})
                inner = inner.get(step)
                if inner is None:
                    break
        if not added or inner is not None:
            for text, target_text in added.items():
                add_key(inner, text, target_text)
            return self.document.as_string()
        header = ".".join(format_toml_key(step) for step in ("mapping", *path))
        block = f"[{header}]\n{settings_text({**added})}"
        mapping = self.document.get("mapping")
        if mapping is not None and has_header(mapping):
            return insert_table(self.document, mapping, block)
        return append_block(self.document.as_string(), block)

    # --- questions that come and go --------------------------------------------------------------------------------

    def add_question(self, name: str, settings: Mapping[str, JsonValue]) -> str:
        """Return the text with one more question. Raises RequestError if its id is in use."""
        if name in self.programme.fields:
            raise RequestError(tr("Une question a déjà cet identifiant"))
        fields: Any = self.document.get("fields", {})
        block = f"[fields.{format_toml_key(name)}]\n{settings_text(settings)}"
        tables = [table for table in fields.values() if has_header(table)]
        if tables:
            return insert_table(self.document, tables[-1], block)
        if fields:
            fields[name] = toml_value({key: value for key, value in settings.items() if value is not None})
            return self.document.as_string()
        return append_block(self.document.as_string(), block)

    def remove_question(self, name: str) -> str:
        """Return the text without a question and its mapping."""
        table, mapping = self.table(name), self.document.get("mapping", {})
        headers: Any = mapping.get("questions", {})
        for header in [header for header, mapped in headers.items() if mapped.partition("[")[0].strip() == name]:
            remove_key(headers, header)
        options: Any = mapping.get("options", {})
        if name in options:
            options.remove(name)
        fields: Any = self.document["fields"]
        if has_header(table):
            return remove_table(self.document, table)
        fields.remove(name)
        return self.document.as_string()

    # --- tables of points ------------------------------------------------------------------------------------------

    def set_points(self, edit: PointsEdit) -> None:
        """Set or remove the points of two answers or of two people."""
        criteria = self.programme.criteria
        if edit.at >= len(criteria):
            raise RequestError(tr(EXTENSION_GONE_MESSAGE))
        setting = POINTS_SETTING_BY_KIND.get(criteria[edit.at].kind)
        if setting is None:
            raise RequestError(tr("Ce critère n'a pas de table de points"))
        tables: Any = self.document["criteria"]
        table = tables[edit.at]
        entries = table.get(setting, [])
        keys = fold(edit.mentor), fold(edit.mentee)
        index = next(
            (number for number, entry in enumerate(entries) if (fold(entry["mentor"]), fold(entry["mentee"])) == keys),
            None,
        )
        if edit.points is None:
            if index is not None:
                del entries[index]
        elif index is not None:
            set_value(entries[index], ["points"], edit.points)
        else:
            self._append_entry(table, setting, {"mentor": edit.mentor, "mentee": edit.mentee, "points": edit.points})

    @staticmethod
    def _append_entry(table: Any, setting: str, entry: dict[str, JsonValue]) -> None:
        """Add an entry to a list of tables, in the notation of the list."""
        from tomlkit import table as new_table
        from tomlkit.items import AoT

        entries = table.get(setting)
        if isinstance(entries, AoT):
            new_entry = new_table()
            new_entry.update({key: toml_value(value) for key, value in entry.items()})
            entries.append(new_entry)
        elif entries is None:
            add_key(table, setting, [entry])
        else:
            entries.append(toml_value(entry))


def convert_kind(field: AnyField, kind: str, typed: Sequence[str], locale: str) -> dict[str, JsonValue] | None:
    """Return the changes that turn a question into one of another kind; None if its answers are unknown.

    The listed answers stay if the new kind lists answers; without any, ``typed``, answers of people, are listed.
    Settings that the new kind lacks are removed. Texts that a kind provides are in the language ``locale``.
    """
    kinds = fields_by_kind()
    old_names, new_names = ({*kinds[kind_name].model_fields} for kind_name in (field.kind, kind))
    changes: dict[str, JsonValue] = dict.fromkeys(sorted(old_names - new_names))
    changes |= {"watch": None} if field.watch and kind not in CHOICE_KINDS else {}
    changes |= {"shareable": None} if field.shareable and kind == "names" else {}
    changes |= {"most": None} if "number" in (kind, field.kind) and "most" in old_names & new_names else {}
    with language(locale):
        answers = find_listed_answers(field) or list(typed)
        working_week = [*map(tr, DAYS[:5])], [tr("matin"), tr("après-midi"), tr("soir")]
        days, moments = slots_in(answers) if answers else working_week
        levels = find_listed_answers(YesNo())
    lists: dict[str, list[str]] = {"options": answers} if kind in KINDS_WITH_OPTIONS else {}
    lists |= {"items": answers, "levels": levels} if kind == "levels" else {}
    lists |= {"days": days, "moments": moments} if kind == "slots" else {}
    current = {} if getattr(field, "items_of", None) else {name: getattr(field, name, None) for name in lists}
    if not all(lists.values()):
        return None
    return {**changes, **{name: [*texts] for name, texts in lists.items() if current.get(name) != texts}, "kind": kind}


def find_listed_answers(field: AnyField) -> list[str]:
    """Return the answers that a question lists; empty if it lists none."""
    match field:
        case Levels():
            return list(field.items)
        case Slots():
            return field.slots
        case YesNo():
            return list(field.column([]).spoken_labels)
    return answers_of(field)


def slots_in(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the days and the moments whose slots are exactly these answers; empty lists if there are none.

    >>> slots_in(["lundi matin", "lundi soir", "jeudi matin", "jeudi soir"])
    (['lundi', 'jeudi'], ['matin', 'soir'])
    """
    parts = [option.split(" ", 1) for option in options]
    days, moments = (list(dict.fromkeys(part[index] for part in parts if len(part) > index)) for index in (0, 1))
    slots = [f"{day} {moment}" for day in days for moment in moments]
    return (days, moments) if sorted(slots) == sorted(options) else ([], [])


def align_hours(zone: Any, moments: Sequence[str]) -> None:
    """Set hours for exactly these moments; a new one follows or precedes the present hours, if there is time."""
    hours: Any = zone.get("hours", {})
    for moment in [moment for moment in hours if position(moments, moment) is None]:
        remove_key(hours, moment)
    length = zone.get("minutes", SlotZone.model_fields["minutes"].default)
    for moment in [moment for moment in moments if position(list(hours), moment) is None]:
        intervals = sorted(minutes_in(hours_text) for hours_text in hours.values()) or [(8 * 60, 8 * 60)]
        free = next(
            (start for start in (intervals[-1][1], intervals[0][0] - length) if 0 <= start <= DAY_MINUTES - length),
            None,
        )
        if free is not None:
            add_key(hours, moment, "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (free, free + length)))


def replace_quotations(table: Any, path: Sequence[str], words: tuple[str, str], names: set[str]) -> None:
    """Replace an answer at a path, in each table of a list there that refers to one of the questions."""
    step, *further = path
    inner, (former, becomes) = table.get(step), words
    if further:
        for item in inner if isinstance(inner, list) else [inner]:
            if item.get("field", next(iter(names))) in names:
                replace_quotations(item, further, words, names)
    elif isinstance(inner, str):
        if fold(inner) == former:
            table[step] = becomes
    else:
        for index in matching_indices(inner, former):
            inner[index] = becomes


def matching_indices(texts: Any, former: str) -> Iterator[int]:
    yield from [index for index, item in enumerate(texts or ()) if fold(str(item)) == former]


def format_toml_key(name: str) -> str:
    from tomlkit import key

    return key(name).as_string()
