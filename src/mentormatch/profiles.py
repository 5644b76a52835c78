"""Anonymous profiles of people, and the short form in which the other side states wishes and refusals.

A profile has a pseudonym and the shareable answers. The form is read back into the fields of the programme that hold
wishes and refusals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mentormatch.base.arguments import checked
from mentormatch.base.columns import Column, Grades, NameLists
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, ProgrammeError, SurveyError
from mentormatch.fields import ACROSS, SIDES, Answer, AnswerReading, AnyField, Choices, Ranking, Side, Text
from mentormatch.fields.base import position
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import LANGUAGES, language, mark, tr, tr_n
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.enrolment import AnswerSource, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import formulate
from mentormatch.scoring.criteria.preferences import Wishes
from mentormatch.scoring.scores import score
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.entries import SubmissionSheet, locate_fields, submissions
from mentormatch.survey.plan import IntakePlan, answer_mapping, answers_of


class PseudonymSource(Protocol):
    """A source of pseudonyms."""

    def of(self, side: Side, key: str) -> str:
        """Return the pseudonym of a person."""
        ...


@dataclass(frozen=True, slots=True)
class WishQuestions:
    """The fields for the ``wishes`` and ``refusals`` of one side, None if it is not asked.

    ``choices`` and ``refused`` are the maximum numbers of people it may name, 0 if it is not asked.
    """

    wishes: str | None
    refusals: str | None
    choices: int
    refused: int


def get_wish_questions(programme: Programme) -> dict[Side, WishQuestions]:
    """Return the wish questions of each side.

    Raises ProgrammeError if the programme has a field neither for wishes nor for refusals, or has one that is not
    private.
    """
    wishes = next((extension for extension in programme.criteria if isinstance(extension, Wishes)), None)
    refusals = next((field for extension in programme.rules if (field := extension.refusal_field)), None)
    questions_by_side: dict[Side, WishQuestions] = {
        side: find_side_questions(programme, side, wishes, refusals) for side in SIDES
    }
    field_names = {
        name for extension in questions_by_side.values() for name in (extension.wishes, extension.refusals) if name
    }
    problems = [
        Problem(f"fields.{name}", tr("montrerait des souhaits ou des refus"), "private = true")
        for name in sorted(field_names)
        if not programme.fields[name].private
    ]
    if not field_names:
        advice = tr("ajoutez un critère « wishes », une règle « veto », ou les deux")
        problems.append(Problem("programme", tr("ni souhaits ni refus"), advice=advice))
    if problems:
        raise ProgrammeError(tr("Les souhaits ne peuvent pas être demandés"), problems)
    return questions_by_side


def find_side_questions(programme: Programme, side: Side, wishes: Wishes | None, refusals: str | None) -> WishQuestions:
    """Return the wish questions of one side, with at most as many wishes as the criterion counts."""
    sharing = programme.profiles
    wish_field: str | None = getattr(wishes, side, None)
    refused = refusals if refusals and sharing.refusals and programme.fields[refusals].asks(side) else None
    max_wishes = min(sharing.choices, wishes.most) if wishes and wish_field else 0
    return WishQuestions(wish_field, refused, max_wishes, sharing.refusals if refused else 0)


def get_pseudonym_rows(people: People, side: Side, codes: PseudonymSource) -> dict[str, int]:
    """Map the pseudonym of each person of one side to the row of the person.

    Raises ProgrammeError if two people of one side have the same: then the key file must be replaced.
    """
    rows_by_code = {codes.of(side, key): row for row, key in enumerate(people.ids)}
    if len(rows_by_code) < len(people):
        advice = tr("effacez la clé, et recommencez")
        problem = Problem(side, tr("deux personnes ont le même pseudonyme"), advice=advice)
        raise ProgrammeError(tr("Les pseudonymes ne distinguent pas tout le monde"), [problem])
    return rows_by_code


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as shown to the other side: a pseudonym, and per question the lines of a shareable answer."""

    code: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Profiles(VersionedPickle):
    """The profiles of both sides in the order of their codes, the wish questions, and the table of codes (for staff).

    ``keys`` maps (side, code) to keys; ``withheld`` counts the participants without consent. ``lists`` has the codes
    that each person reads, by side and code; None: everyone reads all profiles of the other side.
    """

    programme: Programme
    shown: dict[Side, tuple[Profile, ...]]
    asked: dict[Side, WishQuestions]
    keys: dict[tuple[Side, str], str]
    withheld: dict[Side, int]
    lists: dict[Side, dict[str, tuple[str, ...]]] | None = None

    @checked
    def read_by(self, side: Side, code: str) -> tuple[Profile, ...]:
        """Return the profiles that a person reads, given by side and code, in the order of their codes."""
        profiles = self.shown[ACROSS[side]]
        return (
            profiles
            if self.lists is None
            else tuple(profile for profile in profiles if profile.code in self.lists[side][code])
        )


def anonymous_profiles(
    cohort: Cohort,
    programme: Programme,
    codes: PseudonymSource,
    *,
    lists: Mapping[Side, Mapping[str, Sequence[str]]] | None = None,
) -> Profiles:
    """Return the profiles of participants, with their consent if the programme asks for it.

    Everyone reads all profiles of the other side, including people whom a rule excludes, because a missing profile
    would reveal the rule. With ``lists``, the keys of the partners to show per side and key, as ``suggest`` makes them,
    everyone reads only the profiles of the individual list.

    Raises ProgrammeError if no answer is shareable, if there is no wish question or one is not private, or if two
    people of one side have the same pseudonym.
    """
    questions = get_wish_questions(programme)
    if not any(field.shareable for field in programme.fields.values()):
        expected = tr("shareable = true dans quelques champs")
        problem = Problem("fields", tr("aucune réponse ne peut être montrée"), expected)
        raise ProgrammeError(tr("Les profils seraient vides"), [problem])
    pairable_rows = find_pairable_rows(cohort, programme)
    rows_with_consent = {
        side: [row for row in pairable_rows[side] if has_consented(cohort, programme, side, row)] for side in SIDES
    }
    keys = {(side, codes.of(side, key)): key for side in SIDES for key in cohort.side(side).ids}
    return Profiles(
        programme,
        {side: tuple(get_side_profiles(cohort, programme, side, rows_with_consent[side], codes)) for side in SIDES},
        questions,
        keys,
        {side: len(pairable_rows[side]) - len(rows_with_consent[side]) for side in SIDES},
        None if lists is None else {side: encode_lists(lists[side], side, codes) for side in SIDES},
    )


def encode_lists(lists: Mapping[str, Sequence[str]], side: Side, codes: PseudonymSource) -> dict[str, tuple[str, ...]]:
    return {
        codes.of(side, key): tuple(codes.of(ACROSS[side], partner) for partner in partners)
        for key, partners in lists.items()
    }


def find_pairable_rows(cohort: Cohort, programme: Programme) -> dict[Side, list[int]]:
    """Return the rows of each side that can be paired at all: admitted, enough answers, at least one place."""
    problem = formulate(cohort, score(cohort, programme.criteria, programme.emphasis), programme.rules, ("matched",))
    loads = {"mentor": problem.mentors.most, "mentee": problem.mentees.most}
    return {side: [row for row, max_partners in enumerate(loads[side].tolist()) if max_partners > 0] for side in SIDES}


def has_consented(cohort: Cohort, programme: Programme, side: Side, row: int) -> bool:
    """Return whether a person consented to the profile; True if the programme does not ask."""
    name = programme.profiles.consent
    if name is None or programme.fields[name].use == "consent":
        return True  # a row without its consents is nobody's
    people = cohort.side(side)
    return name in people.columns and people.codes(name).values[row] == 1


def get_side_profiles(
    cohort: Cohort, programme: Programme, side: Side, rows: list[int], codes: PseudonymSource
) -> Iterator[Profile]:
    """Yield the profiles of one side in the order of their codes, which is unrelated to the order of answers."""
    people = cohort.side(side)
    shared = [
        (name, field.question) for name, field in programme.fields.items() if field.shareable and field.asks(side)
    ]
    rows_by_code = get_pseudonym_rows(people, side, codes)
    for code in sorted(rows_by_code):
        if rows_by_code[code] in rows:
            answers = [
                (question, get_answer_lines(people.columns[name], rows_by_code[code])) for name, question in shared
            ]
            yield Profile(code, tuple((question, lines) for question, lines in answers if lines))


def get_answer_lines(column: Column, row: int) -> tuple[str, ...]:
    """Return an answer as lines: one per level of a grid, highest first; else one, or none for a blank."""
    if not isinstance(column, Grades):
        return (column.shown(row),) if column.shown(row) else ()
    levels = column.values[row]
    items = {level: [column.labels[item] for item in np.flatnonzero(levels == level)] for level in set(levels.tolist())}
    return tuple(
        tr("{level} : {items}", level=column.levels[level], items=", ".join(items[level]))
        for level in sorted(items, reverse=True)
        if level >= 0
    )


# The questions of the form, which is read in any supported language
CODE_QUESTION, WISHES_QUESTION, REFUSALS_QUESTION = mark("Votre code"), mark("Vos choix"), mark("À écarter")

type CodePositions = Mapping[str, tuple[Side, int]]


@dataclass(frozen=True, slots=True)
class WishChoice:
    """The choices of a person: source, person, wishes in order, refusals."""

    where: str
    side: Side
    row: int
    wishes: tuple[int, ...]
    refusals: tuple[int, ...]


def with_wishes(cohort: Cohort, programme: Programme, codes: PseudonymSource, *forms: AnswerSource) -> Cohort:
    """Return the cohort with the wishes and refusals of short forms, in the fields of the criterion and the rule.

    A form replaces the earlier wishes of its sender and adds to the earlier refusals. People are named by pseudonym;
    the sender may also give their key.

    Raises SurveyError with every problem of the forms: an unknown code, a code of the same side, a person with several
    forms, too many wishes or refusals, a person both chosen and refused.
    """
    questions = get_wish_questions(programme)
    code_positions = {
        code: (side, row) for side in SIDES for code, row in get_pseudonym_rows(cohort.side(side), side, codes).items()
    }
    entries = [entry for form in forms for entry in read_form(form, code_positions, cohort, programme)]
    choices = [entry for entry in entries if isinstance(entry, WishChoice)]
    problems = [*(entry for entry in entries if isinstance(entry, Problem)), *find_repeated_forms(choices)]
    if problems:
        raise SurveyError(tr("Les souhaits ne peuvent pas être repris"), problems)
    sides = {side: [entry for entry in choices if entry.side == side] for side in SIDES}
    mentors, mentees = (set_choices(cohort, side, questions[side], sides[side]) for side in SIDES)
    return replace(cohort, mentors=mentors, mentees=mentees)


def make_form_plan(code_positions: CodePositions) -> IntakePlan:
    """Return the plan that reads a short form of any tool by its three questions."""
    options = list(code_positions) or ["-"]
    fields: dict[str, AnyField] = {
        "code": Text(question=tr(CODE_QUESTION), use="key"),
        "choix": Ranking(question=tr(WISHES_QUESTION), options=options),
        "ecarter": Choices(question=tr(REFUSALS_QUESTION), options=options),
    }
    names = dict(zip((CODE_QUESTION, WISHES_QUESTION, REFUSALS_QUESTION), fields, strict=True))
    return IntakePlan(
        fields, "code", None, required_fields=frozenset({"code"}), mapping=answer_mapping(index_questions(names), {})
    )


def index_questions(names: Mapping[str, str]) -> dict[str, str]:
    """Return the field name of each question, in every supported language."""
    names_by_question: dict[str, str] = {}
    for code in LANGUAGES:
        with language(code):
            names_by_question |= {tr(question): name for question, name in names.items()}
    return names_by_question


def read_form(
    form: AnswerSource, code_positions: CodePositions, cohort: Cohort, programme: Programme
) -> Iterator[WishChoice | Problem]:
    """Yield the choices or the problem of each row of a form; rows without a choice are skipped."""
    plan, positions = make_form_plan(code_positions), list(code_positions.values())
    voters = {canonical(code): position for code, position in code_positions.items()} | find_unambiguous_keys(cohort)
    (sheet,) = locate_fields([(table, "mentee") for table, _ in read_tables(mentees=form)], plan)
    yield from find_unreadable_rows(sheet)
    for submission in submissions(sheet, plan):
        where = tr("{source}, ligne {line}", source=submission.source, line=submission.line)
        answers = [read_codes(plan.fields[name], submission.answers.get(name, "")) for name in ("choix", "ecarter")]
        wishes, refusals = (tuple(answer.value) if isinstance(answer.value, tuple) else () for answer in answers)
        if any(answer.note for answer in answers):
            expected = tr("un code des profils, tel qu'il y est écrit")
            yield Problem(where, tr("un code n'est celui de personne"), expected)
        elif not wishes and not refusals:
            continue
        elif canonical(submission.key) not in voters:
            finding = tr("« {question} » n'est celui de personne", question=tr(CODE_QUESTION))
            yield Problem(where, finding, tr("le code que l'équipe a donné à la personne"))
        else:
            picked = PickedPeople([positions[index] for index in wishes], [positions[index] for index in refusals])
            yield read_choice(where, voters[canonical(submission.key)], picked, programme)


def read_codes(field: AnyField, answer: Answer) -> AnswerReading:
    """Return the codes in an answer; columns that are ranks instead of codes have one code each, for refusals too."""
    options = answers_of(field)
    if isinstance(answer, Mapping) and all(position(options, part) is None for part in answer):
        return Ranking(question=field.question, options=options).read(answer)
    return field.read(answer)


def find_unreadable_rows(sheet: SubmissionSheet) -> Iterator[Problem]:
    """Yield the rows of a form that cannot be read, and the lack of both questions."""
    for refused in sheet.table.refused:
        where = tr("{source}, ligne {line}", source=sheet.table.source, line=refused.line)
        yield Problem(where, refused.reason)
    if not {"choix", "ecarter"} & set(sheet.places):
        expected = tr(
            "une colonne « {wishes} » ou « {refusals} »", wishes=tr(WISHES_QUESTION), refusals=tr(REFUSALS_QUESTION)
        )
        yield Problem(sheet.table.source, tr("ni souhaits ni refus"), expected)


def find_unambiguous_keys(cohort: Cohort) -> dict[str, tuple[Side, int]]:
    """Return the position of each key that only one side has."""
    positions = [(canonical(key), (side, row)) for side in SIDES for row, key in enumerate(cohort.side(side).ids)]
    return {
        key: people[0][1]
        for key, people in group_by(positions, lambda position: position[0]).items()
        if len(people) == 1
    }


@dataclass(frozen=True, slots=True)
class PickedPeople:
    """The people that one row names, as (side, row)."""

    wishes: list[tuple[Side, int]]
    refusals: list[tuple[Side, int]]


def read_choice(
    where: str, person: tuple[Side, int], picked: PickedPeople, programme: Programme
) -> WishChoice | Problem:
    """Return the choices of a person, or the problem in them."""
    (side, row), wishes, refusals = person, picked.wishes, picked.refusals
    questions = get_wish_questions(programme)[side]
    if any(position[0] == side for position in (*wishes, *refusals)):
        return Problem(where, tr("un code est du même côté que la personne"), tr("des codes de l'autre côté"))
    if set(wishes) & set(refusals):
        return Problem(where, tr("une même personne est choisie et écartée"), tr("l'un ou l'autre"))
    if len(wishes) > questions.choices:
        return Problem(
            where,
            tr_n("{count} choix", "{count} choix", len(wishes), count=len(wishes)),
            tr("{most} au plus", most=questions.choices),
        )
    if len(refusals) > questions.refused:
        return Problem(
            where,
            tr_n("{count} refus", "{count} refus", len(refusals), count=len(refusals)),
            tr("{most} au plus", most=questions.refused),
        )
    return WishChoice(where, side, row, tuple(index for _, index in wishes), tuple(index for _, index in refusals))


def find_repeated_forms(choices: Sequence[WishChoice]) -> Iterator[Problem]:
    for forms_of_person in group_by(choices, lambda choice: (choice.side, choice.row)).values():
        if len(forms_of_person) > 1:
            where = listed([choice.where for choice in forms_of_person])
            yield Problem(where, tr("la même personne répond plusieurs fois"), tr("une seule ligne"))


def set_choices(cohort: Cohort, side: Side, questions: WishQuestions, choices: Sequence[WishChoice]) -> People:
    """Return the people of one side with their choices as keys of the other side."""
    people, keys_across = cohort.side(side), cohort.side(ACROSS[side]).ids
    columns = dict(people.columns)
    if questions.wishes:
        wishes_by_row = {choice.row: tuple(keys_across[row] for row in choice.wishes) for choice in choices}
        columns[questions.wishes] = replace_names(people.names(questions.wishes), wishes_by_row)
    if questions.refusals:
        before = people.names(questions.refusals)
        refusals_by_row = {
            choice.row: (*(before.values[choice.row] or ()), *(keys_across[row] for row in choice.refusals))
            for choice in choices
            if choice.refusals
        }
        columns[questions.refusals] = replace_names(before, refusals_by_row)
    return replace(people, columns=columns)


def replace_names(column: NameLists, replacements: Mapping[int, tuple[str, ...]]) -> NameLists:
    return NameLists(tuple(replacements.get(row, names) for row, names in enumerate(column.values)))
