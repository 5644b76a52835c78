"""The short form, read back: wishes and refusals in pseudonyms -> the answers to the fields that hold them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mentormatch.base.columns import NameLists
from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import ACROSS, SIDES, Answer, AnswerReading, AnyField, Choices, Ranking, Side, Text
from mentormatch.fields.base import position
from mentormatch.languages import LANGUAGES, language, mark, tr, tr_n
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort, People
from mentormatch.profiles.sheets import Codes, WishQuestions, codes_of, find_questions
from mentormatch.programme.enrolment import AnswerSource, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.survey.column_map import answers_of, renaming
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet, laid_out, submissions

CODE, WISHES, REFUSALS = mark("Votre code"), mark("Vos choix"), mark("À écarter")
"""The questions of the form, which is read in whatever language it was written."""

type Known = Mapping[str, tuple[Side, int]]


@dataclass(frozen=True, slots=True)
class WishChoice:
    """What one person chose: where it was read, who they are, whom they ask for in order, whom they refuse."""

    where: str
    side: Side
    row: int
    wishes: tuple[int, ...]
    refusals: tuple[int, ...]


def with_wishes(cohort: Cohort, programme: Programme, codes: Codes, *forms: AnswerSource) -> Cohort:
    """Return the cohort with the wishes and refusals of short forms, in the fields of criterion and rule.

    Who sent a form has their former wishes replaced, and their refusals added to those they had. A person is named by
    pseudonym; who answers may also give their own key.

    Raises SurveyError with every problem of the forms: a code that is nobody's or of the same side, somebody who
    answers twice, too many wishes or refusals, one person both asked for and refused.
    """
    questions = find_questions(programme)
    known = {code: (side, row) for side in SIDES for code, row in codes_of(cohort.side(side), side, codes).items()}
    found = [one for form in forms for one in read(form, known, cohort, programme)]
    choices = [one for one in found if isinstance(one, WishChoice)]
    problems = [*(one for one in found if isinstance(one, Problem)), *find_repeated_forms(choices)]
    if problems:
        raise SurveyError(tr("Les souhaits ne peuvent pas être repris"), problems)
    sides = {side: [one for one in choices if one.side == side] for side in SIDES}
    mentors, mentees = (with_choices(cohort, side, questions[side], sides[side]) for side in SIDES)
    return replace(cohort, mentors=mentors, mentees=mentees)


def form_plan(known: Known) -> Plan:
    """Return how a short form is read: whatever the tool, by its three questions."""
    options = list(known) or ["-"]
    fields: dict[str, AnyField] = {
        "code": Text(question=tr(CODE), use="key"),
        "choix": Ranking(question=tr(WISHES), options=options),
        "ecarter": Choices(question=tr(REFUSALS), options=options),
    }
    names = dict(zip((CODE, WISHES, REFUSALS), fields, strict=True))
    return Plan(fields, "code", None, needed=frozenset({"code"}), renaming=renaming(index_questions(names), {}))


def index_questions(names: Mapping[str, str]) -> dict[str, str]:
    """Return the name of the field that each question asks for, by its words in every language."""
    found: dict[str, str] = {}
    for code in LANGUAGES:
        with language(code):
            found |= {tr(question): name for question, name in names.items()}
    return found


def read(form: AnswerSource, known: Known, cohort: Cohort, programme: Programme) -> Iterator[WishChoice | Problem]:
    """Yield what each row of a form chose, or what is wrong with it; a row without any choice is passed over."""
    plan, places = form_plan(known), list(known.values())
    voters = {canonical(code): place for code, place in known.items()} | own_keys(cohort)
    (sheet,) = laid_out([(table, "mentee") for table, _ in read_tables(form)], plan)
    yield from unreadable(sheet)
    for sent in submissions(sheet, plan):
        where = tr("{source}, ligne {line}", source=sent.source, line=sent.line)
        answers = [read_codes(plan.fields[name], sent.answers.get(name, "")) for name in ("choix", "ecarter")]
        wishes, refusals = (tuple(one.value) if isinstance(one.value, tuple) else () for one in answers)
        if any(one.note for one in answers):
            expected = tr("un code des profils, tel qu'il y est écrit")
            yield Problem(where, tr("un code n'est celui de personne"), expected)
        elif not wishes and not refusals:
            continue
        elif canonical(sent.key) not in voters:
            found = tr("« {question} » n'est celui de personne", question=tr(CODE))
            yield Problem(where, found, tr("le code que l'équipe a donné à la personne"))
        else:
            picked = Picked([places[at] for at in wishes], [places[at] for at in refusals])
            yield read_choice(where, voters[canonical(sent.key)], picked, programme)


def read_codes(field: AnyField, answer: Answer) -> AnswerReading:
    """Return the codes in one answer; columns that are no codes but ranks hold one code each, also of refusals."""
    options = answers_of(field)
    if isinstance(answer, Mapping) and all(position(options, part) is None for part in answer):
        return Ranking(question=field.question, options=options).read(answer)
    return field.read(answer)


def unreadable(sheet: SubmissionSheet) -> Iterator[Problem]:
    """Yield the rows of a form that could not be read, and that it asks for nothing."""
    for refused in sheet.table.refused:
        where = tr("{source}, ligne {line}", source=sheet.table.source, line=refused.line)
        yield Problem(where, refused.reason)
    if not {"choix", "ecarter"} & set(sheet.places):
        expected = tr("une colonne « {wishes} » ou « {refusals} »", wishes=tr(WISHES), refusals=tr(REFUSALS))
        yield Problem(sheet.table.source, tr("ni souhaits ni refus"), expected)


def own_keys(cohort: Cohort) -> dict[str, tuple[Side, int]]:
    """Return where each key stands, those left out that both sides have."""
    places = [(canonical(key), (side, row)) for side in SIDES for row, key in enumerate(cohort.side(side).ids)]
    return {key: same[0][1] for key, same in group_by(places, lambda place: place[0]).items() if len(same) == 1}


@dataclass(frozen=True, slots=True)
class Picked:
    """The people whom one row names, by side and place."""

    wishes: list[tuple[Side, int]]
    refusals: list[tuple[Side, int]]


def read_choice(where: str, who: tuple[Side, int], picked: Picked, programme: Programme) -> WishChoice | Problem:
    """Return what somebody chose, or what is wrong with it."""
    (side, row), wishes, refusals = who, picked.wishes, picked.refusals
    questions = find_questions(programme)[side]
    if any(place[0] == side for place in (*wishes, *refusals)):
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
    return WishChoice(where, side, row, tuple(at for _, at in wishes), tuple(at for _, at in refusals))


def find_repeated_forms(choices: Sequence[WishChoice]) -> Iterator[Problem]:
    """Yield that one person sent several forms."""
    for same in group_by(choices, lambda one: (one.side, one.row)).values():
        if len(same) > 1:
            where = listed([one.where for one in same])
            yield Problem(where, tr("la même personne répond plusieurs fois"), tr("une seule ligne"))


def with_choices(cohort: Cohort, side: Side, questions: WishQuestions, choices: Sequence[WishChoice]) -> People:
    """Return the people of one side with what they chose, by the keys of the other side."""
    people, others = cohort.side(side), cohort.side(ACROSS[side]).ids
    columns = dict(people.columns)
    if questions.wishes:
        wished = {one.row: tuple(others[at] for at in one.wishes) for one in choices}
        columns[questions.wishes] = replace_names(people.names(questions.wishes), wished)
    if questions.refusals:
        before = people.names(questions.refusals)
        refused = {
            one.row: (*(before.values[one.row] or ()), *(others[at] for at in one.refusals))
            for one in choices
            if one.refusals
        }
        columns[questions.refusals] = replace_names(before, refused)
    return replace(people, columns=columns)


def replace_names(column: NameLists, said: Mapping[int, tuple[str, ...]]) -> NameLists:
    """Return a column of names with other answers in some rows."""
    return NameLists(tuple(said.get(row, names) for row, names in enumerate(column.values)))
