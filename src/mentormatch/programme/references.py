"""Mentions of fields and of answers in a programme -> those that are not there, or not what the mention needs."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Ranking
from mentormatch.fields.base import Special
from mentormatch.fields.extension import Extension, FieldRef
from mentormatch.languages.phrases import quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.sections import Grouped, Heading, Placed, check_clocks, check_rules
from mentormatch.programme.validation_messages import (
    MOST_COMPARED,
    brief,
    enumerate_names,
    few,
    key_path,
    nearest,
)
from mentormatch.rules.rule import Rule
from mentormatch.survey.plan import Target, answers_of, has_item, takes

type Location = tuple[int | str, ...]

SPECIAL: Mapping[Special, str] = MappingProxyType(
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
ANSWERED_BY: Mapping[str, str] = MappingProxyType(
    {
        "both": mark("un champ auquel répondent les deux côtés"),
        "mentor": mark("un champ auquel répondent les mentor·es"),
        "mentee": mark("un champ auquel répondent les mentoré·es"),
        "members": mark("un champ auquel répondent les membres"),
    }
)
EMAIL = FieldRef(("text",), "any")
ROLES = FieldRef(("choice", "choices", "yesno"))


class QuestionParts(Protocol):
    """What the mentions of fields are checked against."""

    @property
    def fields(self) -> Mapping[str, AnyField]:
        """The fields without a mistake."""

    @property
    def groups(self) -> Grouped | None:
        """The section on groups, None in a programme of pairs."""

    @property
    def stated_fields(self) -> Set[str]:
        """The ids of all fields."""


@dataclass(frozen=True, slots=True)
class CheckedParts:
    """The fields and groups of a programme that was checked."""

    fields: Mapping[str, AnyField]
    groups: Grouped | None

    @property
    def stated_fields(self) -> Set[str]:
        """The ids of all fields."""
        return self.fields.keys()


def misplaced_rules(parts: QuestionParts, rules: Sequence[Placed]) -> Iterator[Problem]:
    """Yield what does not go with the questions of a programme in more rules."""
    grouped = parts.groups is not None
    for where, rule in rules:
        if not isinstance(rule, Rule):
            yield Problem(key_path(where), type(rule).__name__, tr("une règle de `mm.rules`"))
        else:
            yield from check_rules([(where, rule)], grouped=grouped)
            yield from check_extension(parts, where, rule)
            yield from check_clocks(parts.fields, [(where, rule)], grouped=grouped, later={})


def check_extension(parts: QuestionParts, where: Location, extension: Extension) -> Iterator[Problem]:
    """Yield what is wrong with the fields and answers that a criterion or a rule mentions."""
    for reference in extension.references():
        yield from misreference(parts, (*where, reference.setting), reference.field, reference.ref)
    for said in extension.quotations():
        yield from misquotation((*where, said.setting), parts.fields.get(said.field), said.answer)
    for problem in extension.mistakes(parts.fields):
        yield replace(problem, where=key_path((*where, problem.where)))


def wrong_kind(where: str, name: str, field: AnyField, kinds: Sequence[str]) -> Problem:
    """Return that a field is of none of these kinds."""
    found = tr("« {name} » est de genre « {kind} »", name=name, kind=field.kind)
    return Problem(where, found, enumerate_names(kinds))


def check_heading(parts: QuestionParts, heading: Heading) -> Iterator[Problem]:
    """Yield what is wrong with the fields that the heading mentions."""
    if heading.role:
        role = heading.role
        yield from misreference(parts, ("programme", "role", "field"), role.field, ROLES)
        field = parts.fields.get(role.field)
        for setting, answer in role.answers.items():
            yield from misquotation(("programme", "role", setting), field, answer)
        yield from role.mistakes(field) if field else ()
    if heading.email:
        yield from misreference(parts, ("programme", "email"), heading.email, EMAIL)


def check_target(parts: QuestionParts, where: Location, meant: Target) -> Iterator[Problem]:
    """Yield that a header is mapped to no field, or to no item of its field."""
    yield from unknown_field(parts, where, meant.field)
    field = parts.fields.get(meant.field)
    if field and meant.item is not None and not has_item(field, meant.item):
        expected = few(answers_of(field)) or tr("un champ qui a une colonne par option, par ligne ou par rang")
        found = tr("« {field} » n'a pas « {item} »", field=meant.field, item=brief(meant.item))
        yield Problem(key_path(where), found, expected, nearest(meant.item, answers_of(field)))


def check_answer(where: Location, field: AnyField, said: str) -> Iterator[Problem]:
    """Yield that an answer is mapped to nothing that its question understands."""
    if not takes(field, said):
        yield unknown_option(where, field, said, answers_of(field))


def unknown_option(where: Location, field: AnyField, said: str, known: Sequence[str]) -> Problem:
    """Return that a text is none of the answers that are known to a field."""
    expected = few(known) or tr("une réponse possible de « {question} »", question=field.question)
    return Problem(
        key_path(where), tr("option inconnue « {answer} »", answer=brief(said)), expected, nearest(said, known)
    )


def check_fields(parts: QuestionParts) -> Iterator[Problem]:
    """Yield the rankings of nothing, and that people have several keys."""
    for name, field in parts.fields.items():
        if isinstance(field, Ranking) and not field.options:
            near = nearest(field.items_of, parts.stated_fields)
            found, expected = tr("aucun item à classer"), tr("« options » ou « items_of »")
            yield Problem(key_path(("fields", name)), found, expected, near)
        yield from check_use(key_path(("fields", name)), field)
    keys = [name for name, field in parts.fields.items() if field.use == "key"]
    if len(keys) > 1:
        found = tr("plusieurs identifiants : {keys}", keys=enumerate_names(keys))
        yield Problem("fields", found, tr("un seul champ d'usage « key »"))


def check_use(where: str, field: AnyField) -> Iterator[Problem]:
    """Yield that a question of article 9 is asked without a reason, and that what is nobody's business is shared."""
    apart = field.use not in ("match", "display") or field.private or field.special or field.kind == "names"
    if field.special and field.use != "forbidden" and not field.why.strip():
        found = tr("donnée sensible ({category}) : RGPD, article 9", category=tr(SPECIAL[field.special]))
        advice = tr('écrivez why = "..." : le motif et la base légale, ou use = "forbidden"')
        yield Problem(where, found, tr("le motif de cette question"), advice)
    if field.shareable and apart:
        expected = tr("un champ qui n'est ni privé, ni sensible, ni une liste de noms")
        yield Problem(where, tr("« shareable » montrerait une réponse réservée"), expected)
    if field.later and field.use != "match":
        yield Problem(
            where, tr("« later » avec l'usage « {use} »", use=field.use), tr("l'usage {use}", use=quoted("match"))
        )


def misreference(parts: QuestionParts, where: Location, name: str, ref: FieldRef) -> Iterator[Problem]:
    """Yield what is wrong with one mention of a field."""
    field = parts.fields.get(name)
    if field is None:
        yield from unknown_field(parts, where, name)
    elif field.kind not in ref.kinds:
        yield wrong_kind(key_path(where), name, field, ref.kinds)
    elif field.use not in (uses := ("contact",) if ref is EMAIL else ("match", "key")):
        found = tr("« {name} » a l'usage « {use} »", name=name, use=field.use)
        yield Problem(key_path(where), found, tr("l'usage {use}", use=quoted(uses[0])))
    elif ref.side != "any" and field.side not in ("mentee" if parts.groups else ref.side, "both"):
        found = tr("« {name} » n'est posé qu'à un côté", name=name)
        yield Problem(key_path(where), found, tr(ANSWERED_BY["members" if parts.groups else ref.side]))


def unknown_field(parts: QuestionParts, where: Location, name: str) -> Iterator[Problem]:
    """Yield that no field of this name stands in the file, also none with a mistake."""
    if name not in parts.stated_fields:
        names = parts.stated_fields
        found = tr("champ inconnu « {name} »", name=brief(name))
        yield Problem(
            key_path(where), found, few(names), nearest(name, sorted(names) if len(names) <= MOST_COMPARED else ())
        )


def misquotation(where: Location, field: AnyField | None, answer: str) -> Iterator[Problem]:
    """Yield that an answer named in a setting is no option of its question, where it is not."""
    if field is None:
        return
    if options := field.options_without(answer):
        yield unknown_option(where, field, answer, options)
