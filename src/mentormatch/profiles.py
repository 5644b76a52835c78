"""Anonymous profiles, and the short form by which people answer them.

Anonymous profiles: a pseudonym, the answers marked as shareable, and the fields into which wishes go.

The short form, read back: wishes and refusals in pseudonyms -> the answers to the fields that hold them.
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
from mentormatch.survey.plan import Plan, answers_of, renaming


class Codes(Protocol):
    """What gives people their pseudonyms."""

    def of(self, side: Side, key: str) -> str:
        """Return the pseudonym of somebody."""
        ...


@dataclass(frozen=True, slots=True)
class WishQuestions:
    """What one side is asked: the field of its ``wishes`` and that of its ``refusals``, None where it is not asked.

    ``choices`` and ``refused`` are how many people it may name in each, 0 where it is not asked.
    """

    wishes: str | None
    refusals: str | None
    choices: int
    refused: int


def find_questions(programme: Programme) -> dict[Side, WishQuestions]:
    """Return what each side is asked.

    Raises ProgrammeError where the programme has nowhere to put wishes or refusals, or would show them to others.
    """
    wishes = next((one for one in programme.criteria if isinstance(one, Wishes)), None)
    refusals = next((field for one in programme.rules if (field := one.refusal_field)), None)
    found: dict[Side, WishQuestions] = {side: find_side_questions(programme, side, wishes, refusals) for side in SIDES}
    named = {name for one in found.values() for name in (one.wishes, one.refusals) if name}
    problems = [
        Problem(f"fields.{name}", tr("montrerait des souhaits ou des refus"), "private = true")
        for name in sorted(named)
        if not programme.fields[name].private
    ]
    if not named:
        advice = tr("ajoutez un critère « wishes », une règle « veto », ou les deux")
        problems.append(Problem("programme", tr("ni souhaits ni refus"), advice=advice))
    if problems:
        raise ProgrammeError(tr("Les souhaits ne peuvent pas être demandés"), problems)
    return found


def find_side_questions(programme: Programme, side: Side, wishes: Wishes | None, refusals: str | None) -> WishQuestions:
    """Return what one side is asked: no more wishes than the criterion counts."""
    sharing = programme.profiles
    wished: str | None = getattr(wishes, side, None)
    refused = refusals if refusals and sharing.refusals and programme.fields[refusals].asks(side) else None
    most = min(sharing.choices, wishes.most) if wishes and wished else 0
    return WishQuestions(wished, refused, most, sharing.refusals if refused else 0)


def codes_of(people: People, side: Side, codes: Codes) -> dict[str, int]:
    """Return where the person of each pseudonym stands.

    Raises ProgrammeError where two people of one side have the same: the key beside the programme must be another.
    """
    found = {codes.of(side, key): row for row, key in enumerate(people.ids)}
    if len(found) < len(people):
        advice = tr("effacez la clé, et recommencez")
        problem = Problem(side, tr("deux personnes ont le même pseudonyme"), advice=advice)
        raise ProgrammeError(tr("Les pseudonymes ne distinguent pas tout le monde"), [problem])
    return found


@dataclass(frozen=True, slots=True)
class Profile:
    """One person as the other side reads them: a pseudonym, and under each question the lines of a shareable answer."""

    code: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Profiles(VersionedPickle):
    """The profiles of both sides in the order of their codes, what each side is asked, and who is who (for staff).

    ``keys`` are by side and code; ``withheld`` counts those who take part and did not agree to be shown. ``lists`` are
    the codes that each person reads, by side and code; None: everybody reads all of the other side.
    """

    programme: Programme
    shown: dict[Side, tuple[Profile, ...]]
    asked: dict[Side, WishQuestions]
    keys: dict[tuple[Side, str], str]
    withheld: dict[Side, int]
    lists: dict[Side, dict[str, tuple[str, ...]]] | None = None

    @checked
    def read_by(self, side: Side, code: str) -> tuple[Profile, ...]:
        """Return the profiles that the person of one side with this code reads, in the order of their codes."""
        shown = self.shown[ACROSS[side]]
        return shown if self.lists is None else tuple(one for one in shown if one.code in self.lists[side][code])


def anonymous_profiles(
    cohort: Cohort,
    programme: Programme,
    codes: Codes,
    *,
    lists: Mapping[Side, Mapping[str, Sequence[str]]] | None = None,
) -> Profiles:
    """Return the profiles of the people who take part, and agreed where the programme asks them.

    Everybody reads all profiles of the other side, also of those whom a rule keeps from them: a profile that is missing
    would tell of it. With ``lists``, the keys of the partners whom each person is shown, by side and key, as
    ``suggest`` makes them, everybody reads the profiles of their own list alone.

    Raises ProgrammeError where nothing is shareable, or nothing is asked about the profiles.
    """
    questions = find_questions(programme)
    if not any(field.shareable for field in programme.fields.values()):
        expected = tr("shareable = true dans quelques champs")
        problem = Problem("fields", tr("aucune réponse ne peut être montrée"), expected)
        raise ProgrammeError(tr("Les profils seraient vides"), [problem])
    taking = taking_part(cohort, programme)
    agreed = {side: [row for row in taking[side] if agrees(cohort, programme, side, row)] for side in SIDES}
    keys = {(side, codes.of(side, key)): key for side in SIDES for key in cohort.side(side).ids}
    return Profiles(
        programme,
        {side: tuple(sheets(cohort, programme, side, agreed[side], codes)) for side in SIDES},
        questions,
        keys,
        {side: len(taking[side]) - len(agreed[side]) for side in SIDES},
        None if lists is None else {side: encode_lists(lists[side], side, codes) for side in SIDES},
    )


def encode_lists(lists: Mapping[str, Sequence[str]], side: Side, codes: Codes) -> dict[str, tuple[str, ...]]:
    """Return the lists of one side in pseudonyms; a partner is of the other side."""
    return {
        codes.of(side, key): tuple(codes.of(ACROSS[side], partner) for partner in own) for key, own in lists.items()
    }


def taking_part(cohort: Cohort, programme: Programme) -> dict[Side, list[int]]:
    """Return who of each side can be paired at all: they answered enough, are admitted, and have a place."""
    problem = formulate(cohort, score(cohort, programme.criteria, programme.emphasis), programme.rules, ("matched",))
    loads = {"mentor": problem.mentors.most, "mentee": problem.mentees.most}
    return {side: [row for row, most in enumerate(loads[side].tolist()) if most > 0] for side in SIDES}


def agrees(cohort: Cohort, programme: Programme, side: Side, row: int) -> bool:
    """Say whether somebody agreed that their profile is shown, where the programme names a question that asks them."""
    name = programme.profiles.consent
    if name is None or programme.fields[name].use == "consent":
        return True  # a row without its consents is nobody's
    people = cohort.side(side)
    return name in people.columns and people.codes(name).values[row] == 1


def sheets(cohort: Cohort, programme: Programme, side: Side, rows: list[int], codes: Codes) -> Iterator[Profile]:
    """Yield the profiles of one side in the order of their codes, which tells nothing of the order of the answers."""
    people = cohort.side(side)
    shared = [
        (name, field.question) for name, field in programme.fields.items() if field.shareable and field.asks(side)
    ]
    places = codes_of(people, side, codes)
    for code in sorted(places):
        if places[code] in rows:
            said = [(question, lines_of(people.columns[name], places[code])) for name, question in shared]
            yield Profile(code, tuple((question, lines) for question, lines in said if lines))


def lines_of(column: Column, row: int) -> tuple[str, ...]:
    """Return one answer in lines: of a grid one a level, the highest first; of others one, none where it is blank."""
    if not isinstance(column, Grades):
        return (column.shown(row),) if column.shown(row) else ()
    given = column.values[row]
    items = {level: [column.labels[item] for item in np.flatnonzero(given == level)] for level in set(given.tolist())}
    return tuple(
        tr("{level} : {items}", level=column.levels[level], items=", ".join(items[level]))
        for level in sorted(items, reverse=True)
        if level >= 0
    )


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
    (sheet,) = locate_fields([(table, "mentee") for table, _ in read_tables(mentees=form)], plan)
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
