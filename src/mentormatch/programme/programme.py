"""Programme: fields, criteria, rules, goals and sections, parsed from TOML and checked as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, reduce
from inspect import Parameter, Signature
from itertools import chain, islice
from operator import or_
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic import Field as Setting
from pydantic_core import ErrorDetails

from mentormatch.aliases import moved_member
from mentormatch.base.arguments import checked
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.immutable_models import Entries, FrozenDict, Items, Part
from mentormatch.base.strict_json import MOST_LISTED, first
from mentormatch.base.strict_toml import load_tables, parse_tables
from mentormatch.errors import OutputError, Problem, ProgrammeError, RequestError
from mentormatch.fields import AnyField, Use, fields_by_kind
from mentormatch.fields.extension import Extension, FieldRef
from mentormatch.languages.phrases import about, listed, quoted
from mentormatch.languages.text_keys import file_label
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.references import (
    CheckedParts,
    find_added_rule_problems,
    find_answer_problems,
    find_extension_problems,
    find_field_problems,
    find_heading_problems,
    find_reference_problem,
    find_target_problems,
    unknown_field,
    wrong_kind,
)
from mentormatch.programme.sections import (
    Documents,
    FollowUp,
    Goals,
    Grouped,
    Heading,
    Sessions,
    Sharing,
    Wordings,
    find_clock_problems,
    find_rule_problems,
    find_section_problems,
)
from mentormatch.programme.tables import PointsSource, as_tables, fill_tables, plain_table, to_tables, toml_text
from mentormatch.programme.validation_messages import (
    count_problems,
    find_excessive_numbers,
    find_repeats,
    list_if_short,
    model_at,
    nearest_hint,
    shorten,
    to_problem,
    type_name,
    unknown_name_problem,
)
from mentormatch.rules.rule import Rule, rules_by_kind
from mentormatch.scoring.criterion import Criterion, criteria_by_kind
from mentormatch.scoring.emphasis import FIELD_KINDS as EMPHASISED
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.survey.code_table import CodeTable, read_codes
from mentormatch.survey.plan import target
from mentormatch.survey.privacy import NOBODY_FORGOTTEN, Forgotten, forgotten_beside, read_forgotten, secret_beside

if TYPE_CHECKING:
    type AnyCriterion = Criterion
    type AnyRule = Rule
else:
    AnyCriterion = Annotated[reduce(or_, criteria_by_kind().values()), Setting(discriminator="kind")]
    AnyRule = Annotated[reduce(or_, rules_by_kind().values()), Setting(discriminator="kind")]

SOURCE_KEY = "source"  # key in the validation context: the name of the programme in errors

type Location = tuple[int | str, ...]

EXPECTED_SHAPES: Mapping[str, tuple[type[dict[str, Any]] | type[list[Any]], str]] = MappingProxyType(
    {"fields": (dict, "[fields.identifiant]"), "criteria": (list, "[[criteria]]"), "rules": (list, "[[rules]]")}
)
GROUPS_ONLY_MESSAGE = mark("Ce programme forme des groupes, et non des binômes")
# The operations that accept programmes, each with its function
FUNCTION_BY_OPERATION: Mapping[str, str] = MappingProxyType(
    {
        "match": "match",
        "groups": "form_groups",
        "topics": "choose_topics",
        "dates": "choose_dates",
        "turns": "schedule_turns",
    }
)
NO_MODELS: Mapping[str, type[BaseModel]] = MappingProxyType({})


class Programme(VersionedPickle, Part):
    """The decisions of the staff of one programme: the questions, what makes a pair better, and the rules.

    Read one from a file with ``Programme.load("programme.toml")``, or from tables of the same shape, such as JSON, with
    ``Programme.read(data)``. Build one from objects of ``mm.fields``, ``mm.criteria`` and ``mm.rules``:

    >>> import mentormatch as mm
    >>> programme = mm.Programme(
    ...     heading=mm.sections.Heading(name="Spring", language="en"),
    ...     fields={"code": mm.fields.Text(use="key"), "skills": mm.fields.Choices(options=["Law", "Pay"])},
    ...     criteria=[mm.criteria.Overlap(field="skills")],
    ... )

    ``save(path)`` writes its file, ``to_dict()`` returns its tables. Every way to make a programme checks it as a
    whole, and raises ProgrammeError with all its problems. A programme is immutable.
    """

    made_by: ClassVar[str] = 'mm.Programme.load("programme.toml")'

    heading: Heading = Setting(validation_alias="programme", serialization_alias="programme")
    fields: Entries[str, AnyField] = Setting(default_factory=FrozenDict)
    criteria: Items[AnyCriterion] = Setting(default_factory=tuple)
    rules: Items[AnyRule] = Setting(default_factory=tuple)
    emphasis: Emphasis | None = Setting(default=None, exclude_if=lambda emphasis: emphasis is None)
    goals: Goals = Setting(default_factory=Goals)
    groups: Grouped | None = None
    mapping: Wordings = Setting(default_factory=Wordings)
    profiles: Sharing = Setting(default_factory=Sharing)
    documents: Documents = Setting(default_factory=Documents)
    follow_up: FollowUp = Setting(default_factory=FollowUp)
    sessions: Sessions | None = None
    _forgotten: Forgotten = PrivateAttr(default=NOBODY_FORGOTTEN)
    _codes: CodeTable = PrivateAttr(default=CodeTable())

    @property
    def forgotten(self) -> Forgotten:
        """The people who asked to be forgotten, as listed next to the file of the programme."""
        return self._forgotten

    @property
    def codes(self) -> CodeTable:
        """The codes that people already have, stored next to the file of the programme."""
        return self._codes

    @checked
    def keep_codes(self, cohort: Cohort) -> Path | None:
        """Store the codes of a cohort next to the file of the programme. Returns their path, None if none is stored.

        Nothing is stored if keys are codes, or if the programme was not loaded from a file. Raises OutputError if the
        codes cannot be written.
        """
        written = self._codes.keep(cohort)
        if written is not None and self._codes.programme is not None:
            self._codes = read_codes(self._codes.programme)
        return written

    @classmethod
    @checked
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the programme in a TOML file, with the files next to it: tables of points, and forgotten people.

        Raises ProgrammeError with all its problems: key path (line, for syntax), found, expected, nearest name;
        SurveyError if a table cannot be read, or if people are forgotten and the secret that identifies them is
        missing.
        """
        source = Path(path)
        loaded = cls.read(fill_tables(load_tables(source), source.parent), file_label(source))
        loaded._forgotten, loaded._codes = read_forgotten(source), read_codes(source)
        return loaded

    @classmethod
    @checked
    def parse(cls, content: bytes, source: str = "programme") -> Self:
        """Return the programme in the bytes of a TOML file; ``source`` is its name in errors.

        Raises ProgrammeError with all its problems.
        """
        return cls.read(parse_tables(content, source), source)

    @classmethod
    @checked
    def read(cls, data: Mapping[str, Any], source: str = "programme") -> Self:
        """Return the programme in ``data``, which has the shape of the TOML file.

        Raises ProgrammeError with all its problems.
        """
        return cls.model_validate(dict(data), context={SOURCE_KEY: source})

    @model_validator(mode="before")
    @classmethod
    def _check_tables(cls, data: Any, info: ValidationInfo) -> Any:
        """Return the tables of a programme, given as tables or as objects. Raises ProgrammeError."""
        if not isinstance(data, dict):
            return data
        parts = ProgrammeParts(as_tables(data))
        all_problems = chain(parts.problems, find_reference_problems(parts))
        problems = first(all_problems, tr("fichier")) or first(find_excessive_numbers(parts.data), tr("fichier"))
        if problems:
            source = (info.context or {}).get(SOURCE_KEY, "programme")
            raise ProgrammeError(about(source, count_problems(problems)), problems)
        return parts.heading.with_rule_on_both(parts.data) if parts.heading else parts.data

    def to_dict(self) -> dict[str, Any]:
        """Return the tables of its file, without default values; ``read`` returns an equal programme from them.

        The values are texts, numbers, booleans, lists and tables, as in JSON.

        >>> Programme.read({"programme": {"name": "Essai"}}).to_dict()
        {'programme': {'name': 'Essai'}}
        """
        return to_tables(self)

    @checked
    def save(self, path: str | PathLike[str], *, replace: bool = False) -> Path:
        """Write the programme into a TOML file, from which ``load`` returns an equal one. Returns its path.

        Another programme in that file stays, unless ``replace`` is true; it is then backed up next to the file, with
        the date in its name. The forgotten people are listed in two more files next to it: move them together.

        Raises
        ------
        OverwriteError
            The path has other content.
        OutputError
            The file cannot be written, or the lists of forgotten people are missing there.
        """
        from mentormatch.base.generation import back_up_file, refuse

        target = Path(path)
        if not self.forgotten.tokens <= read_forgotten(target).tokens:
            advice = tr("enregistrez-le à côté, ou copiez d'abord ces deux fichiers sous le nom du nouveau")
            names = listed([forgotten_beside(target).name, secret_beside(target).name])
            problem = Problem(names, tr("ces fichiers ne sont pas là"), advice=advice)
            raise OutputError(tr("Qui a demandé à être oublié serait de nouveau connu de ce programme"), [problem])
        if target.exists():
            if target.is_file() and self._is_stated_in(target):
                return target
            refuse([Problem(target.name, tr("un autre fichier est déjà là"))], replace=replace)
            back_up_file(target)
        write_whole(target, toml_text(self.to_dict()).encode())
        return target

    def _is_stated_in(self, path: Path) -> bool:
        try:
            return type(self).load(path).to_dict() == self.to_dict()
        except ProgrammeError:
            return False

    @property
    def name(self) -> str:
        """The name of the programme."""
        return self.heading.name

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(getattr(self, part))} {part}" for part in ("fields", "criteria", "rules"))
        return f"Programme({self.name!r}, {counts}, goals {', '.join(self.goals.order)})"

    @property
    def served_by(self) -> tuple[str, ...]:
        """The operations for this programme: ``match``, or ``groups``, or ``topics``, ``dates``, ``turns``.

        Without groups, criteria and rules, the section on sessions determines the operations.

        >>> Programme.read({"programme": {"name": "Essai"}, "groups": {"size": 6}}).served_by
        ('groups',)
        """
        if self.groups is not None:
            return ("groups",)
        if self.sessions is None or self.criteria or self.rules:
            return ("match",)
        return self.sessions.decides

    must_form_pairs = moved_member("must_form_pairs", f"{__name__}:require_pairs", method=True)
    must_form_groups = moved_member("must_form_groups", f"{__name__}:require_groups", method=True)

    @checked
    def fields_with(self, use: Use) -> list[str]:
        """Return the ids of the fields with this use."""
        return [name for name, field in self.fields.items() if field.use == use]

    @checked
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return the programme with some parts changed, checked as a whole. Raises ProgrammeError."""
        changed = super().model_copy(update=update)
        changed._forgotten, changed._codes = self._forgotten, self._codes
        return changed

    @checked
    def with_points(self, source: PointsSource, criterion: str | None = None) -> Self:
        """Return the programme with the points of pairs in ``source``, for the criterion that accepts a table.

        ``source`` is a file, a frame or records, as for ``read_survey``; ``criterion`` is the name of the criterion if
        several accept a table. Raises ProgrammeError with each invalid row, SurveyError if the source cannot be read,
        RequestError if no criterion accepts a table, or several do.
        """
        receivers = [entry for entry in self.criteria if entry.takes_table and criterion in (None, entry.name)]
        if len(receivers) != 1:
            cause = tr("{count} critères de ce genre", count=len(receivers))
            problem = Problem("criteria", cause, tr("un seul critère qui prend une table, ou son nom"))
            raise RequestError(tr("Ces points ne peuvent pas être pris"), [problem])
        (receiver,) = receivers
        filled = type(receiver).with_table(receiver.model_dump(by_alias=True), plain_table(source))
        return self.model_copy(update={"criteria": [filled if entry is receiver else entry for entry in self.criteria]})

    @checked
    def with_weights(self, weights: Mapping[str, float]) -> Self:
        """Return the programme with other weights, by the name of the criterion, or by its kind if only one has it.

        Raises RequestError for a name of no criterion or of several, ProgrammeError for an invalid weight.

        >>> import mentormatch as mm
        >>> changed = mm.examples.programme().with_weights({"créneaux en commun": 2})
        >>> [criterion.weight for criterion in changed.criteria if criterion.name == "créneaux en commun"]
        [2.0]
        """
        criteria = list(self.criteria)
        for name, weight in weights.items():
            (index,) = find_named(name, self.criteria, "weights", single=True)
            criteria[index] = criteria[index].model_copy(update={"weight": weight})
        return self.model_copy(update={"criteria": criteria})

    @checked
    def with_criteria(self, criteria: Sequence[Criterion]) -> Self:
        """Return the programme with further criteria. Raises ProgrammeError if one is not valid in it."""
        return self.model_copy(update={"criteria": [*self.criteria, *criteria]})

    @checked
    def with_rules(self, rules: Sequence[Rule]) -> Self:
        """Return the programme with further rules. Raises ProgrammeError if one is not valid in it.

        Only the new rules are checked.
        """
        if not rules:
            return self
        located = [(("rules", index), rule) for index, rule in enumerate(rules, len(self.rules))]
        if problems := first(find_added_rule_problems(CheckedParts(self.fields, self.groups), located), tr("fichier")):
            raise ProgrammeError(about(self.name, count_problems(problems)), problems)
        return replace_parts(self, rules=[*self.rules, *rules])

    @checked
    def without_rules(self, *rules: str | Rule) -> Self:
        """Return the programme without some rules, given as names, kinds or objects; without any rule by default.

        Raises RequestError for an unknown name.

        >>> import mentormatch as mm
        >>> programme = mm.examples.programme()
        >>> len(programme.rules), len(programme.without_rules("veto").rules), len(programme.without_rules().rules)
        (10, 9, 0)
        """
        removed = {index for rule in rules for index in find_named(rule, self.rules, "rules")}
        remaining = [rule for index, rule in enumerate(self.rules) if rules and index not in removed]
        return self.model_copy(update={"rules": remaining})


def require_pairs(programme: Programme) -> None:
    """Raise RequestError, with the operations to use instead, unless a programme forms pairs."""
    if programme.served_by == ("match",):
        return
    grouped = programme.groups is not None
    cause = tr("une section [groups]") if grouped else tr("une section [sessions], sans critère ni règle")
    problem = Problem(tr("programme"), cause, tr("des critères et deux côtés"), operation_hint(programme.served_by))
    sessions_only = tr("Ce programme règle les séances d'un groupe, et ne forme pas de binômes")
    raise RequestError(tr(GROUPS_ONLY_MESSAGE) if grouped else sessions_only, [problem])


def require_groups(programme: Programme) -> None:
    """Raise RequestError, with the operations to use instead, unless a programme forms groups."""
    if programme.groups is None:
        problem = Problem(
            "groups", tr("section absente"), tr("une section [groups]"), operation_hint(programme.served_by)
        )
        raise RequestError(tr("Ce programme ne forme pas de groupes"), [problem])


Programme.__signature__ = Signature(
    [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if info.is_required() else info.get_default(call_default_factory=True),
        )
        for name, info in Programme.model_fields.items()
    ]
)
# The signature that pydantic makes lists every kind of criterion and rule


def replace_parts[P: Programme](
    programme: P,
    *,
    criteria: Sequence[Criterion] | None = None,
    rules: Sequence[Rule] | None = None,
    goals: Goals | None = None,
) -> P:
    """Return the programme with other parts, without checking them.

    The parts must derive from checked ones, for example a relaxed rule. Otherwise use ``model_copy``.
    """
    lists = {name: tuple(part) for name, part in (("criteria", criteria), ("rules", rules)) if part is not None}
    return BaseModel.model_copy(programme, update={**lists, **({} if goals is None else {"goals": goals})})


def find_named(named: str | Extension, among: Sequence[Extension], where: str, *, single: bool = False) -> list[int]:
    """Return the indices of the criteria or rules with this name or kind, or equal to this object.

    Raises RequestError if there is none, or if there are several and ``single`` is true.
    """
    if isinstance(named, Extension):
        indices = [index for index, entry in enumerate(among) if entry == named]
    else:
        by_name = [index for index, entry in enumerate(among) if named in (entry.name, getattr(entry, "label", None))]
        indices = by_name or [index for index, entry in enumerate(among) if getattr(entry, "kind", None) == named]
    if not indices or (single and len(indices) > 1):
        labels = list(
            dict.fromkeys(str(getattr(entry, "label", entry.name or getattr(entry, "kind", ""))) for entry in among)
        )
        name = named if isinstance(named, str) else type(named).__name__
        cause = tr("{name} : {count} dans ce programme", name=quoted(shorten(name)), count=len(indices))
        raise RequestError(
            tr("Ce nom n'est pas celui d'un seul critère, ou d'une règle, de ce programme"),
            [Problem(where, cause, list_if_short(labels), nearest_hint(name, labels))],
        )
    return indices


def operation_hint(operations: Sequence[str]) -> str:
    """Return the advice to use these operations, as commands and as functions.

    >>> operation_hint(["match"])
    'demandez `mentormatch match` (en Python : `match`)'
    """
    commands = listed([f"`mentormatch {name}`" for name in operations])
    functions = listed([f"`{FUNCTION_BY_OPERATION[name]}`" for name in operations])
    return tr("demandez {commands} (en Python : {functions})", commands=commands, functions=functions)


@cache  # an adapter takes longer to make than to use
def type_adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class ProgrammeParts:
    """The parts of a programme file, parsed separately, so that an error in one hides no error in another."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[Problem] = []
        self.heading = self._part(Heading, ("programme",), data.get("programme", {}))
        self.goals = self._part(Goals, ("goals",), data.get("goals", {}))
        self.groups = self._part(Grouped, ("groups",), data["groups"]) if data.get("groups") is not None else None
        self.emphasis = (
            self._part(Emphasis, ("emphasis",), data["emphasis"]) if data.get("emphasis") is not None else None
        )
        self.profiles = self._part(Sharing, ("profiles",), data.get("profiles", {}))
        self.documents = self._part(Documents, ("documents",), data.get("documents", {}))
        self.follow_up = self._part(FollowUp, ("follow_up",), data.get("follow_up", {}))
        self.sessions = (
            self._part(Sessions, ("sessions",), sessions) if (sessions := data.get("sessions")) is not None else None
        )
        self.mapping = self._part(Wordings, ("mapping",), data.get("mapping", {}))
        self.fields = {str(where[1]): field for where, field in self._all("fields", AnyField, fields_by_kind())}
        self.criteria = self._all("criteria", AnyCriterion, criteria_by_kind())
        self.rules = self._all("rules", AnyRule, rules_by_kind())
        names = [str(info.validation_alias or name) for name, info in Programme.model_fields.items()]
        unknown_keys = (unknown_name_problem(tr("fichier"), key, names) for key in data if key not in names)
        self.problems += islice(unknown_keys, MOST_LISTED + 1)

    @cached_property
    def stated_fields(self) -> set[str]:
        """The ids of all fields in the file, valid or not."""
        fields = self.data.get("fields")
        return set(fields) if isinstance(fields, dict) else set()

    def _all(self, part: str, kind: Any, models: Mapping[str, type[BaseModel]]) -> list[tuple[Location, Any]]:
        """Parse each item of a list, or of a table of tables. Returns the valid ones, with their paths."""
        shape, written = EXPECTED_SHAPES[part]
        tables = self.data.get(part, shape())
        if not isinstance(tables, shape):
            cause, expected = type_name(tables), tr("des tables qui s'écrivent {written}", written=written)
            self.problems.append(Problem(part, tr("trouvé : {found}", found=cause), expected))
            return []
        items = tables.items() if isinstance(tables, dict) else enumerate(tables)
        if isinstance(tables, dict) and any(not str(key).strip() for key in tables):
            self.problems.append(
                Problem(part, tr("un identifiant vide"), tr("un identifiant, par exemple [fields.metier]"))
            )
        parsed = [((part, key), self._part(kind, (part, key), item, models)) for key, item in items]
        return [(where, item) for where, item in parsed if item is not None]

    def _part(self, kind: Any, where: Location, table: Any, models: Mapping[str, type[BaseModel]] = NO_MODELS) -> Any:
        """Parse one table. Returns None, and records the problems, if it is invalid."""
        try:
            return type_adapter(kind).validate_python(table)
        except ValidationError as error:
            if len(self.problems) <= MOST_LISTED:
                details = islice(error.errors(include_url=False), MOST_LISTED + 1)
                self.problems += (explain_error(detail, where, models or {"": kind}) for detail in details)
        return None


def explain_error(detail: ErrorDetails, where: Location, models: Mapping[str, type[BaseModel]]) -> Problem:
    """Return the problem of one pydantic error."""
    inside = detail["loc"]  # pydantic puts the kind between the path of a table and the key in it
    tagged = bool(inside) and "" not in models and inside[0] in models
    valid = models[str(inside[0])] if tagged else models.get("", Part)
    return to_problem(detail, (*where, *inside[1 if tagged else 0 :]), model_at(valid, inside[1 if tagged else 0 : -1]))


def find_reference_problems(parts: ProgrammeParts) -> Iterator[Problem]:
    """Yield the problems of all references to fields and answers."""
    for where, extension in [*parts.criteria, *parts.rules]:
        yield from find_extension_problems(parts, where, extension)
    if parts.emphasis:
        yield from find_emphasis_problems(parts, parts.emphasis)
    if parts.heading:
        yield from find_heading_problems(parts, parts.heading)
    if parts.profiles and (name := parts.profiles.consent):
        yield from unknown_field(parts, ("profiles", "consent"), name)
        if (field := parts.fields.get(name)) and field.kind != "yesno":
            yield wrong_kind("profiles.consent", name, field, ("yesno",))
    yield from find_rule_problems(parts.rules, grouped=parts.groups is not None, goals=parts.data.get("goals"))
    if parts.mapping:
        yield from find_mapping_problems(parts, parts.mapping)
    yield from find_section_problems((parts.documents, parts.groups, parts.sessions), parts.follow_up, parts.fields)
    yield from find_field_problems(parts)
    extensions, later = [*parts.criteria, *parts.rules], parts.follow_up.fields if parts.follow_up else {}
    yield from find_clock_problems(parts.fields, extensions, grouped=parts.groups is not None, later=later)


def find_emphasis_problems(parts: ProgrammeParts, emphasis: Emphasis) -> Iterator[Problem]:
    """Yield the problems of the question by which people give more weight to some criteria."""
    yield from find_reference_problem(parts, ("emphasis", "field"), emphasis.field, FieldRef(EMPHASISED, "any"))
    criteria = [criterion for _, criterion in parts.criteria]
    if len(criteria) == len(parts.data.get("criteria", criteria)):  # an invalid criterion has no name to compare
        yield from emphasis.mistakes(parts.fields, criteria)
    if parts.groups:
        yield Problem("emphasis", tr(GROUPS_ONLY_MESSAGE), tr("pas d'« emphasis »"))


def find_mapping_problems(parts: ProgrammeParts, mapping: Wordings) -> Iterator[Problem]:
    """Yield the problem of each header or answer mapped to an unknown target, and of duplicate texts."""
    # A header mapped to an empty text answers no question
    mapped = {header: answer for header, answer in mapping.questions.items() if answer.strip()}
    for header, answer in mapped.items():
        yield from find_target_problems(parts, ("mapping", "questions", quoted(header)), target(answer))
    yield from find_repeats(("mapping", "questions"), mapping.questions)
    for name, texts in mapping.options.items():
        yield from unknown_field(parts, ("mapping", "options"), name)
        if field := parts.fields.get(name):
            for text, answer in texts.items():
                yield from find_answer_problems(("mapping", "options", name, quoted(text)), field, answer)
        yield from find_repeats(("mapping", "options", name), texts)
