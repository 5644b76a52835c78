"""What the staff decide: fields, criteria, rules and goals, read from TOML and checked whole."""

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
    check_answer,
    check_extension,
    check_fields,
    check_heading,
    check_target,
    misplaced_rules,
    misreference,
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
    check_clocks,
    check_rules,
    check_sections,
)
from mentormatch.programme.tables import PointsSource, as_tables, fill_tables, plain_table, tables_of, toml_text
from mentormatch.programme.validation_messages import (
    brief,
    count_mistakes,
    few,
    find_repeats,
    model_at,
    nearest,
    out_of_measure,
    translate,
    type_name,
    unknown,
)
from mentormatch.rules.rule import Rule, rules_by_kind
from mentormatch.scoring.criterion import Criterion, criteria_by_kind
from mentormatch.scoring.emphasis import FIELD_KINDS as EMPHASISED
from mentormatch.scoring.emphasis import Emphasis
from mentormatch.survey.code_table import CodeTable, read_codes
from mentormatch.survey.plan import target
from mentormatch.survey.privacy import NOBODY, Forgotten, forgotten_beside, read_forgotten, secret_beside

if TYPE_CHECKING:
    type AnyCriterion = Criterion
    type AnyRule = Rule
else:
    AnyCriterion = Annotated[reduce(or_, criteria_by_kind().values()), Setting(discriminator="kind")]
    AnyRule = Annotated[reduce(or_, rules_by_kind().values()), Setting(discriminator="kind")]

SOURCE = "source"
"""What errors call a programme, in the context of its validation."""

type Location = tuple[int | str, ...]

SHAPES: Mapping[str, tuple[type[dict[str, Any]] | type[list[Any]], str]] = MappingProxyType(
    {"fields": (dict, "[fields.identifiant]"), "criteria": (list, "[[criteria]]"), "rules": (list, "[[rules]]")}
)
OF_GROUPS = mark("Ce programme forme des groupes, et non des binômes")
OF_SESSIONS = mark("Ce programme règle les séances d'un groupe, et ne forme pas de binômes")
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "match": "match",
        "groups": "form_groups",
        "topics": "choose_topics",
        "dates": "choose_dates",
        "turns": "schedule_turns",
    }
)
"""The operations that serve programmes, each with its function."""
NOT_NAMED = mark("Ce nom n'est pas celui d'un seul critère, ou d'une règle, de ce programme")
NO_MODELS: Mapping[str, type[BaseModel]] = MappingProxyType({})


class Programme(VersionedPickle, Part):
    """What the staff of one programme decide: what is asked, what makes a pair better, what may not be.

    From a file: ``Programme.load("programme.toml")``; from tables shaped as it, of JSON say: ``Programme.read(data)``.
    From objects, of ``mm.fields``, ``mm.criteria`` and ``mm.rules``:

    >>> import mentormatch as mm
    >>> programme = mm.Programme(
    ...     heading=mm.sections.Heading(name="Spring", language="en"),
    ...     fields={"code": mm.fields.Text(use="key"), "skills": mm.fields.Choices(options=["Law", "Pay"])},
    ...     criteria=[mm.criteria.Overlap(field="skills")],
    ... )

    ``save(path)`` writes its file, ``to_dict()`` returns its tables. However it is made, it is checked whole, and
    raises ProgrammeError with every mistake in it; it is not changed any more.
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
    _forgotten: Forgotten = PrivateAttr(default=NOBODY)
    _codes: CodeTable = PrivateAttr(default=CodeTable())

    @property
    def forgotten(self) -> Forgotten:
        """Those who asked to be nobody in this programme: the list stands beside its file."""
        return self._forgotten

    @property
    def codes(self) -> CodeTable:
        """The codes that people had before: they are stored beside its file."""
        return self._codes

    @checked
    def keep_codes(self, cohort: Cohort) -> Path | None:
        """Store the codes of a cohort beside the file of the programme; return where, if there was anything to store.

        Nothing is stored if keys are codes, or if the programme comes from no file. Raises OutputError if the codes
        cannot be written.
        """
        written = self._codes.keep(cohort)
        if written is not None and self._codes.programme is not None:
            self._codes = read_codes(self._codes.programme)
        return written

    @classmethod
    @checked
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the programme in a TOML file, with what stands beside it: tables of points, and who is forgotten.

        Raises ProgrammeError with every mistake in it: key path (line, for syntax), found, expected, nearest name;
        SurveyError where a table cannot be read, or some are forgotten and the key that tells who is gone.
        """
        source = Path(path)
        loaded = cls.read(fill_tables(load_tables(source), source.parent), file_label(source))
        loaded._forgotten, loaded._codes = read_forgotten(source), read_codes(source)
        return loaded

    @classmethod
    @checked
    def parse(cls, content: bytes, source: str = "programme") -> Self:
        """Return the programme in the bytes of a TOML file; ``source`` is what errors call it.

        Raises ProgrammeError with every mistake in it.
        """
        return cls.read(parse_tables(content, source), source)

    @classmethod
    @checked
    def read(cls, data: Mapping[str, Any], source: str = "programme") -> Self:
        """Return the programme in ``data``, shaped as the TOML file is.

        Raises ProgrammeError with every mistake in it.
        """
        return cls.model_validate(dict(data), context={SOURCE: source})

    @model_validator(mode="before")
    @classmethod
    def _check_tables(cls, data: Any, info: ValidationInfo) -> Any:
        """Return the tables of a programme, given as such or as objects; raise ProgrammeError with every mistake."""
        if not isinstance(data, dict):
            return data
        parts = Parts(as_tables(data))
        found = chain(parts.problems, misreferences(parts))
        problems = first(found, tr("fichier")) or first(out_of_measure(parts.data), tr("fichier"))
        if problems:
            source = (info.context or {}).get(SOURCE, "programme")
            raise ProgrammeError(about(source, count_mistakes(problems)), problems)
        return parts.heading.with_rule_on_both(parts.data) if parts.heading else parts.data

    def to_dict(self) -> dict[str, Any]:
        """Return the tables of its file, without what is said by default; ``read`` gives the same programme again.

        All in them is a text, a number, true or false, a list or a table: JSON holds it as well.

        >>> Programme.read({"programme": {"name": "Essai"}}).to_dict()
        {'programme': {'name': 'Essai'}}
        """
        return tables_of(self)

    @checked
    def save(self, path: str | PathLike[str], *, replace: bool = False) -> Path:
        """Write the programme into a TOML file, which ``load`` reads as the same programme; return where it stands.

        Another programme that stands there stays, unless it is to be replaced: then it is kept beside, under its date.
        Who is forgotten is told in two files beside that of the programme; they are moved by who moves it.

        Raises
        ------
        OverwriteError
            Something else stands there.
        OutputError
            It cannot be written, or those who asked to be forgotten would be known there again.
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
        """Return whether a file states this programme, in whatever layout."""
        try:
            return type(self).load(path).to_dict() == self.to_dict()
        except ProgrammeError:
            return False

    @property
    def name(self) -> str:
        """What the programme is called."""
        return self.heading.name

    @property
    def served_by(self) -> tuple[str, ...]:
        """The operations that this programme asks for: ``match``, or ``groups``, or ``topics``, ``dates``, ``turns``.

        Without groups, criteria or rules, what is stated of sessions says what is to be decided of them.

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
        """Return the programme with some of its parts changed, checked whole. Raises ProgrammeError."""
        changed = super().model_copy(update=update)
        changed._forgotten, changed._codes = self._forgotten, self._codes
        return changed

    @checked
    def with_points(self, source: PointsSource, criterion: str | None = None) -> Self:
        """Return the programme with the points of pairs in ``source``, for the criterion that takes a table.

        ``source`` is a file, a frame or records, as for ``read_survey``; ``criterion`` the name of the criterion where
        several take one. Raises ProgrammeError with each row that cannot be used, SurveyError where the source cannot
        be read, RequestError where no criterion takes them, or several do.
        """
        taking = [each for each in self.criteria if each.takes_table and criterion in (None, each.name)]
        if len(taking) != 1:
            found = tr("{count} critères de ce genre", count=len(taking))
            problem = Problem("criteria", found, tr("un seul critère qui prend une table, ou son nom"))
            raise RequestError(tr("Ces points ne peuvent pas être pris"), [problem])
        (given,) = taking
        filled = type(given).with_table(given.model_dump(by_alias=True), plain_table(source))
        return self.model_copy(update={"criteria": [filled if each is given else each for each in self.criteria]})

    @checked
    def with_weights(self, weights: Mapping[str, float]) -> Self:
        """Return the programme with other weights, by the names of the criteria, or their kinds where one has it.

        Raises RequestError where a name is that of no criterion, or of several; ProgrammeError for a weight that
        cannot be one.

        >>> import mentormatch as mm
        >>> changed = mm.examples.programme().with_weights({"créneaux en commun": 2})
        >>> [criterion.weight for criterion in changed.criteria if criterion.name == "créneaux en commun"]
        [2.0]
        """
        criteria = list(self.criteria)
        for name, weight in weights.items():
            (place,) = find_named(name, self.criteria, "weights", single=True)
            criteria[place] = criteria[place].model_copy(update={"weight": weight})
        return self.model_copy(update={"criteria": criteria})

    @checked
    def with_criteria(self, criteria: Sequence[Criterion]) -> Self:
        """Return the programme with more criteria. Raises ProgrammeError where one does not fit it."""
        return self.model_copy(update={"criteria": [*self.criteria, *criteria]})

    @checked
    def with_rules(self, rules: Sequence[Rule]) -> Self:
        """Return the programme with more rules. Raises ProgrammeError where one does not fit it.

        Only they are checked: the others were.
        """
        if not rules:
            return self
        placed = [(("rules", place), rule) for place, rule in enumerate(rules, len(self.rules))]
        if problems := first(misplaced_rules(CheckedParts(self.fields, self.groups), placed), tr("fichier")):
            raise ProgrammeError(about(self.name, count_mistakes(problems)), problems)
        return replace_parts(self, rules=[*self.rules, *rules])

    @checked
    def without_rules(self, *rules: str | Rule) -> Self:
        """Return the programme without some rules: by their names or kinds, or themselves; without all if none is said.

        Raises RequestError where a name is that of no rule.

        >>> import mentormatch as mm
        >>> programme = mm.examples.programme()
        >>> len(programme.rules), len(programme.without_rules("veto").rules), len(programme.without_rules().rules)
        (10, 9, 0)
        """
        left_out = {place for rule in rules for place in find_named(rule, self.rules, "rules")}
        kept = [rule for place, rule in enumerate(self.rules) if rules and place not in left_out]
        return self.model_copy(update={"rules": kept})


def require_pairs(programme: Programme) -> None:
    """Raise RequestError, with the operations that serve it, if a programme is not one of pairs."""
    if programme.served_by == ("match",):
        return
    grouped = programme.groups is not None
    found = tr("une section [groups]") if grouped else tr("une section [sessions], sans critère ni règle")
    problem = Problem(tr("programme"), found, tr("des critères et deux côtés"), serving(programme.served_by))
    raise RequestError(tr(OF_GROUPS if grouped else OF_SESSIONS), [problem])


def require_groups(programme: Programme) -> None:
    """Raise RequestError, with the operations that serve it, if a programme is not one of groups."""
    if programme.groups is None:
        problem = Problem("groups", tr("section absente"), tr("une section [groups]"), serving(programme.served_by))
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
"""That of pydantic names every kind of criterion and rule."""


def replace_parts[P: Programme](
    programme: P,
    *,
    criteria: Sequence[Criterion] | None = None,
    rules: Sequence[Rule] | None = None,
    goals: Goals | None = None,
) -> P:
    """Return the programme with parts that are known to go with it; nothing is checked again.

    They come of parts that were checked, as a rule that was relaxed does. All else is for ``model_copy``.
    """
    lists = {name: tuple(part) for name, part in (("criteria", criteria), ("rules", rules)) if part is not None}
    return BaseModel.model_copy(programme, update={**lists, **({} if goals is None else {"goals": goals})})


def find_named(named: str | Extension, among: Sequence[Extension], where: str, *, single: bool = False) -> list[int]:
    """Return the places of the criteria or rules that have this name or kind, or are this object.

    Raises RequestError if there is none, or several where a ``single`` one is expected.
    """
    if isinstance(named, Extension):
        places = [place for place, each in enumerate(among) if each == named]
    else:
        by_name = [place for place, each in enumerate(among) if named in (each.name, getattr(each, "label", None))]
        places = by_name or [place for place, each in enumerate(among) if getattr(each, "kind", None) == named]
    if not places or (single and len(places) > 1):
        known = list(
            dict.fromkeys(str(getattr(each, "label", each.name or getattr(each, "kind", ""))) for each in among)
        )
        said = named if isinstance(named, str) else type(named).__name__
        found = tr("{name} : {count} dans ce programme", name=quoted(brief(said)), count=len(places))
        raise RequestError(tr(NOT_NAMED), [Problem(where, found, few(known), nearest(said, known))])
    return places


def serving(operations: Sequence[str]) -> str:
    """Return which operations to ask for, as commands and as functions.

    >>> serving(["match"])
    'demandez `mentormatch match` (en Python : `match`)'
    """
    commands = listed([f"`mentormatch {name}`" for name in operations])
    functions = listed([f"`{FUNCTIONS[name]}`" for name in operations])
    return tr("demandez {commands} (en Python : {functions})", commands=commands, functions=functions)


@cache
def reader(kind: Any) -> TypeAdapter[Any]:
    """Return what reads a table of one kind; it takes longer to make than to use."""
    return TypeAdapter(kind)


class Parts:
    """The parts of a programme file, each read by itself, so that a mistake in one does not hide those in another."""

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
            self._part(Sessions, ("sessions",), stated) if (stated := data.get("sessions")) is not None else None
        )
        self.mapping = self._part(Wordings, ("mapping",), data.get("mapping", {}))
        self.fields = {str(where[1]): field for where, field in self._all("fields", AnyField, fields_by_kind())}
        self.criteria = self._all("criteria", AnyCriterion, criteria_by_kind())
        self.rules = self._all("rules", AnyRule, rules_by_kind())
        names = [str(info.validation_alias or name) for name, info in Programme.model_fields.items()]
        others = (unknown(tr("fichier"), key, names) for key in data if key not in names)
        self.problems += islice(others, MOST_LISTED + 1)

    @cached_property
    def stated_fields(self) -> set[str]:
        """The ids of all fields in the file, also of those with a mistake."""
        stated = self.data.get("fields")
        return set(stated) if isinstance(stated, dict) else set()

    def _all(self, part: str, kind: Any, models: Mapping[str, type[BaseModel]]) -> list[tuple[Location, Any]]:
        """Read each item of a list, or of a table of tables; return those without a mistake, with their places."""
        shape, written = SHAPES[part]
        stated = self.data.get(part, shape())
        if not isinstance(stated, shape):
            found, expected = type_name(stated), tr("des tables qui s'écrivent {written}", written=written)
            self.problems.append(Problem(part, tr("trouvé : {found}", found=found), expected))
            return []
        items = stated.items() if isinstance(stated, dict) else enumerate(stated)
        read = [((part, key), self._part(kind, (part, key), item, models)) for key, item in items]
        return [(where, item) for where, item in read if item is not None]

    def _part(self, kind: Any, where: Location, stated: Any, models: Mapping[str, type[BaseModel]] = NO_MODELS) -> Any:
        """Read one table; return None, and note the mistakes, where there are any."""
        try:
            return reader(kind).validate_python(stated)
        except ValidationError as error:
            if len(self.problems) <= MOST_LISTED:
                details = islice(error.errors(include_url=False), MOST_LISTED + 1)
                self.problems += (mistake(detail, where, models or {"": kind}) for detail in details)
        return None


def mistake(detail: ErrorDetails, where: Location, models: Mapping[str, type[BaseModel]]) -> Problem:
    """Return one mistake in words; pydantic puts the kind between the place of a table and the key in it."""
    inside = detail["loc"]
    tagged = bool(inside) and inside[0] in models
    valid = models[str(inside[0])] if tagged else models.get("", Part)
    return translate(detail, (*where, *inside[1 if tagged else 0 :]), model_at(valid, inside[1 if tagged else 0 : -1]))


def misreferences(parts: Parts) -> Iterator[Problem]:
    """Yield every mention of a field or of an answer that is not there, or is not what the mention needs."""
    for where, extension in [*parts.criteria, *parts.rules]:
        yield from check_extension(parts, where, extension)
    if parts.emphasis:
        yield from check_emphasis(parts, parts.emphasis)
    if parts.heading:
        yield from check_heading(parts, parts.heading)
    if parts.profiles and (name := parts.profiles.consent):
        yield from unknown_field(parts, ("profiles", "consent"), name)
        if (field := parts.fields.get(name)) and field.kind != "yesno":
            yield wrong_kind("profiles.consent", name, field, ("yesno",))
    yield from check_rules(parts.rules, grouped=parts.groups is not None, goals=parts.data.get("goals"))
    if parts.mapping:
        yield from check_mapping(parts, parts.mapping)
    yield from check_sections((parts.documents, parts.groups, parts.sessions), parts.follow_up, parts.fields)
    yield from check_fields(parts)
    extensions, later = [*parts.criteria, *parts.rules], parts.follow_up.fields if parts.follow_up else {}
    yield from check_clocks(parts.fields, extensions, grouped=parts.groups is not None, later=later)


def check_emphasis(parts: Parts, emphasis: Emphasis) -> Iterator[Problem]:
    """Yield what is wrong with the question by which people say what matters most to them."""
    yield from misreference(parts, ("emphasis", "field"), emphasis.field, FieldRef(EMPHASISED, "any"))
    criteria = [criterion for _, criterion in parts.criteria]
    if len(criteria) == len(parts.data.get("criteria", criteria)):  # of one with a mistake the name is not known
        yield from emphasis.mistakes(parts.fields, criteria)
    if parts.groups:
        yield Problem("emphasis", tr(OF_GROUPS), tr("pas d'« emphasis »"))


def check_mapping(parts: Parts, mapping: Wordings) -> Iterator[Problem]:
    """Yield each header that is mapped to nothing, each answer that is mapped to no option, and what is said twice."""
    mapped = {header: said for header, said in mapping.questions.items() if said.strip()}  # "": it answers nothing
    for header, said in mapped.items():
        yield from check_target(parts, ("mapping", "questions", quoted(header)), target(said))
    yield from find_repeats(("mapping", "questions"), mapping.questions)
    for name, texts in mapping.options.items():
        yield from unknown_field(parts, ("mapping", "options"), name)
        if field := parts.fields.get(name):
            for text, said in texts.items():
                yield from check_answer(("mapping", "options", name, quoted(text)), field, said)
        yield from find_repeats(("mapping", "options", name), texts)
