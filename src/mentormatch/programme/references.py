"""References to fields and answers in a programme -> the problems of unknown or unsuitable ones."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Place, Ranking
from mentormatch.fields.base import Special
from mentormatch.fields.extension import Extension, FieldRef
from mentormatch.languages.phrases import quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.sections import Grouped, Heading, Placed, find_clock_problems, find_rule_problems
from mentormatch.programme.validation_messages import (
    MAX_COMPARED,
    enumerate_names,
    key_path,
    list_if_short,
    nearest_hint,
    shorten,
)
from mentormatch.rules.rule import Rule
from mentormatch.survey.plan import HeaderTarget, answers_of, has_item, understands

type Location = tuple[int | str, ...]

SENSITIVE_SUBJECT_LABELS: Mapping[Special, str] = MappingProxyType(
    {
        "origin": mark("origine raciale ou ethnique"),
        "politics": mark("opinions politiques"),
        "religion": mark("convictions religieuses ou philosophiques"),
        "union": mark("appartenance syndicale"),
        "genetics": mark("données génétiques"),
        "biometrics": mark("données biométriques"),
        "health": mark("santé"),
        "sexuality": mark("vie ou orientation sexuelle"),
    }
)
SIDE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "both": mark("un champ auquel répondent les deux côtés"),
        "mentor": mark("un champ auquel répondent les mentor·es"),
        "mentee": mark("un champ auquel répondent les mentoré·es"),
        "members": mark("un champ auquel répondent les membres"),
    }
)
EMAIL_REF = FieldRef(("text",), "any")
LOCATED = ("place",)  # the kinds of a setting that needs coordinates
ROLE_REF = FieldRef(("choice", "choices", "yesno"))


class QuestionParts(Protocol):
    """The parts of a programme that references are checked against."""

    @property
    def fields(self) -> Mapping[str, AnyField]:
        """The fields without a problem."""

    @property
    def groups(self) -> Grouped | None:
        """The section on groups, None in a programme of pairs."""

    @property
    def stated_fields(self) -> Set[str]:
        """The ids of all fields, valid or not."""


@dataclass(frozen=True, slots=True)
class CheckedParts:
    """The fields and groups of a programme that has been checked."""

    fields: Mapping[str, AnyField]
    groups: Grouped | None

    @property
    def stated_fields(self) -> Set[str]:
        return self.fields.keys()


def find_added_rule_problems(parts: QuestionParts, rules: Sequence[Placed]) -> Iterator[Problem]:
    """Yield the problems of rules that are added to the questions of a checked programme."""
    grouped = parts.groups is not None
    for where, rule in rules:
        if not isinstance(rule, Rule):
            yield Problem(key_path(where), type(rule).__name__, tr("une règle de `mm.rules`"))
        else:
            yield from find_rule_problems([(where, rule)], grouped=grouped)
            yield from find_extension_problems(parts, where, rule)
            yield from find_clock_problems(parts.fields, [(where, rule)], grouped=grouped, later={})


def find_extension_problems(parts: QuestionParts, where: Location, extension: Extension) -> Iterator[Problem]:
    """Yield the problems of the fields and answers that a criterion or a rule refers to."""
    for reference in extension.references():
        yield from find_reference_problem(parts, (*where, reference.setting), reference.field, reference.ref)
    for quotation in extension.quotations():
        yield from find_quotation_problem(
            (*where, quotation.setting), parts.fields.get(quotation.field), quotation.answer
        )
    for problem in extension.mistakes(parts.fields):
        yield replace(problem, where=key_path((*where, problem.where)))


def wrong_kind(where: str, name: str, field: AnyField, kinds: Sequence[str]) -> Problem:
    """Return the problem of a field of an unsuitable kind."""
    cause = tr("« {name} » est de genre « {kind} »", name=name, kind=field.kind)
    return Problem(where, cause, enumerate_names(kinds))


def find_heading_problems(parts: QuestionParts, heading: Heading) -> Iterator[Problem]:
    """Yield the problems of the fields that the heading refers to."""
    if heading.role:
        role = heading.role
        yield from find_reference_problem(parts, ("programme", "role", "field"), role.field, ROLE_REF)
        field = parts.fields.get(role.field)
        for setting, answer in role.answers.items():
            yield from find_quotation_problem(("programme", "role", setting), field, answer)
        yield from role.mistakes(field) if field else ()
    if heading.email:
        yield from find_reference_problem(parts, ("programme", "email"), heading.email, EMAIL_REF)


def find_target_problems(parts: QuestionParts, where: Location, mapped: HeaderTarget) -> Iterator[Problem]:
    """Yield the problem of a header mapped to an unknown field, or to an unknown item of its field."""
    yield from unknown_field(parts, where, mapped.field)
    field = parts.fields.get(mapped.field)
    if field and mapped.item is not None and not has_item(field, mapped.item):
        expected = list_if_short(answers_of(field)) or tr(
            "un champ qui a une colonne par option, par ligne ou par rang"
        )
        problem_text = tr("« {field} » n'a pas « {item} »", field=mapped.field, item=shorten(mapped.item))
        yield Problem(key_path(where), problem_text, expected, nearest_hint(mapped.item, answers_of(field)))


def find_answer_problems(where: Location, field: AnyField, answer: str) -> Iterator[Problem]:
    """Yield the problem of an answer mapped to a text that its question does not accept."""
    if not understands(field, answer):
        yield unknown_option(where, field, answer, answers_of(field))


def unknown_option(where: Location, field: AnyField, answer: str, options: Sequence[str]) -> Problem:
    """Return the problem of a text that is not among the known answers of a field."""
    expected = list_if_short(options) or tr("une réponse possible de « {question} »", question=field.question)
    return Problem(
        key_path(where),
        tr("option inconnue « {answer} »", answer=shorten(answer)),
        expected,
        nearest_hint(answer, options),
    )


def find_field_problems(parts: QuestionParts) -> Iterator[Problem]:
    """Yield the problems of each field, and of several fields that are keys."""
    for name, field in parts.fields.items():
        if isinstance(field, Ranking) and not field.options:
            hint = nearest_hint(field.items_of, parts.stated_fields)
            cause, expected = tr("aucun item à classer"), tr("« options » ou « items_of »")
            yield Problem(key_path(("fields", name)), cause, expected, hint)
        yield from find_use_problems(key_path(("fields", name)), field)
    keys = [name for name, field in parts.fields.items() if field.use == "key"]
    if len(keys) > 1:
        cause = tr("plusieurs identifiants : {keys}", keys=enumerate_names(keys))
        yield Problem("fields", cause, tr("un seul champ d'usage « key »"))


def find_use_problems(where: str, field: AnyField) -> Iterator[Problem]:
    """Yield the problems of sensitive questions (GDPR, article 9) without a reason, and of shared private ones."""
    is_reserved = field.use not in ("match", "display") or field.private or field.special or field.kind == "names"
    if field.special and field.use != "forbidden" and not field.why.strip():
        cause = tr(
            "donnée sensible ({category}) : RGPD, article 9", category=tr(SENSITIVE_SUBJECT_LABELS[field.special])
        )
        advice = tr('écrivez why = "..." : le motif et la base légale, ou use = "forbidden"')
        yield Problem(where, cause, tr("le motif de cette question"), advice)
    if field.shareable and is_reserved:
        expected = tr("un champ qui n'est ni privé, ni sensible, ni une liste de noms")
        yield Problem(where, tr("« shareable » montrerait une réponse réservée"), expected)
    if field.later and field.use != "match":
        yield Problem(
            where, tr("« later » avec l'usage « {use} »", use=field.use), tr("l'usage {use}", use=quoted("match"))
        )


def find_reference_problem(parts: QuestionParts, where: Location, name: str, ref: FieldRef) -> Iterator[Problem]:
    """Yield the problem of one reference to a field."""
    field = parts.fields.get(name)
    if field is None:
        yield from unknown_field(parts, where, name)
    elif field.kind not in ref.kinds:
        yield wrong_kind(key_path(where), name, field, ref.kinds)
    elif ref.kinds == LOCATED and not is_located(field):
        cause = tr("« {name} » est une liste de lieux, dont les distances ne sont pas connues", name=name)
        yield Problem(key_path(where), cause, tr("un lieu sans « options »"))
    elif field.use not in (uses := ("contact",) if ref is EMAIL_REF else ("match", "key")):
        cause = tr("« {name} » a l'usage « {use} »", name=name, use=field.use)
        yield Problem(key_path(where), cause, tr("l'usage {use}", use=quoted(uses[0])))
    elif ref.side != "any" and field.side not in ("mentee" if parts.groups else ref.side, "both"):
        cause = tr("« {name} » n'est posé qu'à un côté", name=name)
        yield Problem(key_path(where), cause, tr(SIDE_LABELS["members" if parts.groups else ref.side]))


def is_located(field: AnyField) -> bool:
    """Return whether the answers to a question have coordinates."""
    return isinstance(field, Place) and not field.options


def unknown_field(parts: QuestionParts, where: Location, name: str) -> Iterator[Problem]:
    """Yield a problem if the file has no field of this name, not even an invalid one."""
    if name not in parts.stated_fields:
        names = parts.stated_fields
        cause = tr("champ inconnu « {name} »", name=shorten(name))
        yield Problem(
            key_path(where),
            cause,
            list_if_short(names),
            nearest_hint(name, sorted(names) if len(names) <= MAX_COMPARED else ()),
        )


def find_quotation_problem(where: Location, field: AnyField | None, answer: str) -> Iterator[Problem]:
    """Yield a problem if an answer in a setting is not an option of its question."""
    if field is None:
        return
    if options := field.options_without(answer):
        yield unknown_option(where, field, answer, options)
