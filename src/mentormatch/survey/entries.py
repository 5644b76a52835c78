"""One submission -> somebody, or the reason why it is nobody.

Files of answers, each with the place of every question -> what each person sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import SIDES, Answer, AnswerReading, AnyField, SeveralAnswers, Side
from mentormatch.fields.base import as_text, is_blank
from mentormatch.languages.phrases import listed, percent
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Remark, RowFate, RowStatus
from mentormatch.survey.contacts import asks_for_mail
from mentormatch.survey.headers import QuestionPlace, claims_by_field, places, separate_questions, split_part
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import WHOLE, SentMoment, TextTable
from mentormatch.survey.tool import OTHER

KEYLESS, NAMELESS = mark("pas d'identifiant"), mark("pas de courriel, et pas d'autre identifiant")
UNACCEPTED = mark("la notice d'information n'est pas acceptée")


@dataclass(frozen=True, slots=True)
class Submission:
    """What one person sent: where it stands, on which side (None: not told), their key, e-mail and answers by field.

    ``sent`` is what the survey tool noted of it.
    """

    source: str
    line: int
    side: Side | None
    key: str
    email: str
    answers: Mapping[str, Answer]
    sent: SentMoment = WHOLE


@dataclass(frozen=True, slots=True)
class SurveyEntry:
    """One row that is somebody: who, on which side, what they answered, how much of the score it speaks to.

    ``readings`` are the answers to the fields ``names``, which all of a side share: a table for each person would take
    more memory than all that they answered.
    """

    row: RowFate
    side: Side
    email: str
    names: tuple[str, ...]
    readings: tuple[AnswerReading, ...]
    contact: Mapping[str, str]
    share: float
    sent: SentMoment = WHOLE

    @property
    def key(self) -> str:
        """The person's key, in the form in which keys are compared."""
        return canonical(self.row.key)

    def value(self, name: str) -> object:
        """Return what the answer to a field stands for, None where there is none."""
        return self.readings[self.names.index(name)].value if name in self.names else None


class Questionnaire:
    """The questions of a plan, ready to read many rows: what each side is asked, its consents, the contacts."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.answer_readers = {side: readers(plan.fields_for(side)) for side in SIDES}
        self.names = {side: tuple(questions) for side, questions in self.answer_readers.items()}
        consents = {name: field for name, field in plan.fields.items() if field.use == "consent"}
        self.consents = {
            side: readers({name: field for name, field in consents.items() if field.asks(side)}) for side in SIDES
        }
        self.contacts = [name for name, field in plan.fields.items() if field.use == "contact"]
        self.addresses = [
            name for name in self.contacts if name == plan.email or asks_for_mail(name, plan.fields[name])
        ]


def readers(fields: Mapping[str, AnyField]) -> dict[str, Callable[[Answer], AnswerReading]]:
    """Return what reads the answers to each field; a name that comes again and again, in any of them, is held once."""
    names: dict[str, str] = {}
    return {name: reader(field, names) for name, field in fields.items()}


def reader(field: AnyField, names: dict[str, str]) -> Callable[[Answer], AnswerReading]:
    """Return what reads the answers to ``field``, each different text once: most come again and again."""
    met: dict[object, AnswerReading] = {}

    def read(answer: Answer) -> AnswerReading:
        if not isinstance(answer, str):
            return field.read(answer)
        text = answer if type(answer) is str else answer_key(answer)
        if text not in met:
            met[text] = with_names_once(field.read(answer), names)
        return met[text]

    return read


def answer_key(answer: str) -> tuple[object, object]:
    """Return what an answer that is more than its text is known by: its parts, or that it came as a number."""
    return (answer.parts, answer.ordered) if isinstance(answer, SeveralAnswers) else (type(answer), answer)


def with_names_once(reading: AnswerReading, names: dict[str, str]) -> AnswerReading:
    """Return a reading whose names, if it is of names, are those of ``names`` where they are among them."""
    if not isinstance(reading.value, tuple) or not all(isinstance(one, str) for one in reading.value):
        return reading
    return replace(reading, value=tuple([names.setdefault(one, one) for one in reading.value]))


def enter(sent: Submission, questionnaire: Questionnaire) -> SurveyEntry | RowFate:
    """Return who sent this, or the row with the reason why it is nobody."""
    plan = questionnaire.plan
    if plan.forgotten.holds(sent.key, sent.email):
        return RowFate(sent.source, sent.line, "rejected", reason=tr("effacée, à la demande de la personne"))
    reason = refusal(sent, questionnaire)
    if reason or sent.side is None:
        return RowFate(sent.source, sent.line, "rejected", sent.key, sent.side, reason)
    readings = {
        name: read(sent.answers.get(name, "")) for name, read in questionnaire.answer_readers[sent.side].items()
    }
    share = share_answered(readings, plan.weights.get(sent.side, {}))
    fate, reason = fate_of(share, plan) if sent.sent.whole else ("incomplete", tr("envoi non terminé"))
    row = RowFate(sent.source, sent.line, fate, sent.key, sent.side, reason, when=sent.sent.when)
    answers = questionnaire.names[sent.side], tuple(readings.values())
    return SurveyEntry(
        row, sent.side, canonical(sent.email), *answers, contact_in(sent, questionnaire), share, sent.sent
    )


def refusal(sent: Submission, questionnaire: Questionnaire) -> str:
    """Return why a row is nobody, empty where it is somebody."""
    if sent.side is None:
        roles = questionnaire.plan.roles
        return tr(roles.neither) if roles else ""
    if not sent.key:
        return tr(KEYLESS if questionnaire.plan.key else NAMELESS)
    if any(read(sent.answers.get(name, "")).value != 1 for name, read in questionnaire.consents[sent.side].items()):
        return tr(UNACCEPTED)
    return ""


def fate_of(share: float, plan: Plan) -> tuple[RowStatus, str]:
    """Return the fate of a row that is somebody, and the reason."""
    if share >= plan.minimum_answered:
        return "taken", ""
    least = percent(plan.minimum_answered)
    return "incomplete", tr("{share} de réponses aux critères, {asked} demandés", share=percent(share), asked=least)


def contact_in(sent: Submission, questionnaire: Questionnaire) -> dict[str, str]:
    """Return the contact answers, which go to a table of their own."""
    answers = {name: sent.answers.get(name, "") for name in questionnaire.contacts}
    return {name: as_text(answer).strip() for name, answer in answers.items() if not is_blank(answer)}


def share_answered(readings: Mapping[str, AnswerReading], weights: Mapping[str, float]) -> float:
    """Return the share of the weight of the criteria that these answers speak to, 1 where no criterion asks."""
    total = sum(weights.values())
    answered = sum(weight for name, weight in weights.items() if name in readings and readings[name].value is not None)
    return answered / total if total else 1.0


BY_RESPONSE = mark(
    "Ni identifiant ni courriel : chaque réponse est une personne, connue par le numéro que l'outil lui a donné ; qui a"
    " répondu deux fois compte pour deux."
)


type Sides = tuple[Side | None, ...]
BOTH: Sides = ("mentor", "mentee")
NEITHER: Sides = (None,)


@dataclass(frozen=True, slots=True)
class SubmissionSheet:
    """One file of answers: its table, the side that answered (None: a question tells), where each field stands."""

    table: TextTable
    side: Side | None
    places: Mapping[str, QuestionPlace]


def laid_out(tables: Sequence[tuple[TextTable, Side | None]], plan: Plan) -> list[SubmissionSheet]:
    """Return the tables with the place of each field.

    Raises SurveyError with every problem of every header.
    """
    sheets, problems = [], []
    for source, answering in tables:
        table, side = separate_questions(source, plan), answering or (None if plan.roles else plan.alone)
        found, wrong = places(table, plan, side)
        sheets.append(SubmissionSheet(table, side, found))
        problems += [*wrong, *without_identity(table, found, plan), *without_role(table, side, plan)]
    if problems:  # what was remarked of a file may be why: of which tool it seems to be an export
        remarked = [Problem(table.source, one.text) for table, _ in tables for one in table.remarks if one.line is None]
        raise SurveyError(tr("Les réponses ne peuvent pas être lues"), [*problems, *remarked])
    return sheets


def without_identity(table: TextTable, found: Mapping[str, QuestionPlace], plan: Plan) -> Iterator[Problem]:
    """Yield that a file tells neither the key nor the e-mail of people, nor the number of their response."""
    if plan.key is None and plan.email not in found and not by_response(table, plan):
        lost = tr("ni identifiant ni courriel : on ne peut pas distinguer les personnes")
        advice = tr("ajoutez une colonne d'identifiant (usage « key ») ou de courriel (usage « contact »)")
        yield Problem(table.source, lost, advice=advice)


def by_response(table: TextTable, plan: Plan) -> bool:
    """Say whether people are known by the number that the survey tool gave to their response: by nothing else."""
    return plan.key is None and plan.email is None and table.numbered


def without_role(table: TextTable, side: Side | None, plan: Plan) -> Iterator[Problem]:
    """Yield that nothing tells mentors from mentees, where nothing does."""
    if side is None and plan.roles is None:
        advice = tr("indiquez « role » dans [programme], ou donnez un fichier par côté")
        yield Problem(table.source, tr("rien ne distingue mentor·es et mentoré·es"), advice=advice)


def submissions(sheet: SubmissionSheet, plan: Plan) -> Iterator[Submission]:
    """Yield what each row of a file holds, once for each side that its person is on."""
    sides_of = side_teller(sheet, plan)
    for record in sheet.table.records:
        answers = {name: place.answer(record.cells) for name, place in sheet.places.items()}
        sent = sheet.table.sent.get(record.line, WHOLE).read(plan.dates)
        email = "" if sent.borrowed else answer_text(answers, plan.email)
        known_by_email = plan.email and not sent.borrowed
        key = answer_text(answers, plan.key) if plan.key else email if known_by_email else sent.response
        for side in sides_of(answers):
            yield Submission(sheet.table.source, record.line, side, key, email, answers, sent)


def answer_text(answers: Mapping[str, Answer], name: str | None) -> str:
    """Return the answer to a field of one cell, empty where there is none."""
    return as_text(answers.get(name, "")).strip() if name else ""


def side_teller(sheet: SubmissionSheet, plan: Plan) -> Callable[[Mapping[str, Answer]], Sides]:
    """Return what tells the sides of a row from its answers: one, both, or None where its role is neither."""
    roles = plan.roles
    if sheet.side is not None or roles is None:
        return lambda answers: (sheet.side,)
    field = plan.fields[roles.field]
    mentee, mentor = (role_in(field, answer) for answer in (roles.mentee, roles.mentor))
    both = role_in(field, roles.both) if isinstance(roles.both, str) else frozenset((mentee, mentor))
    sides: dict[object, Sides] = {both: BOTH} if roles.both else {}
    sides |= {mentee: ("mentee",), mentor: ("mentor",)}
    sides.pop(None, None)  # a role that is no answer to its question is nobody's
    sides_of = cache(lambda text: sides.get(role_in(field, text), NEITHER))

    def sides_for(answers: Mapping[str, Answer]) -> Sides:
        answer = answers.get(roles.field, "")
        return sides_of(answer) if isinstance(answer, str) else sides.get(role_in(field, answer), NEITHER)

    return sides_for


def role_in(field: AnyField, answer: Answer) -> object:
    """Return what an answer to the question of the role is compared by: its value, or its words in a text.

    One option of several is a value by itself, more of them are the set of all: nobody is put on a side that they
    share, unless the programme says that who ticks both is on both.
    """
    value = field.read(answer).value
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else frozenset(value) or None
    return fold(value) if isinstance(value, str) else value


def unread(sheets: Sequence[SubmissionSheet]) -> Iterator[RowFate]:
    """Yield the rows that the reader refused."""
    for sheet in sheets:
        for refused in sheet.table.refused:
            yield RowFate(sheet.table.source, refused.line, "rejected", reason=refused.reason)


def beside_whole(place: QuestionPlace, table: TextTable) -> str:
    """Return the items of a question that has a whole column too, in words: those that are not read, and hold answers.

    What was typed beside the options, under the item of that name, is no option and is left as typed.
    """
    items = place.parts.items() if place.column is not None else ()
    held = [
        part
        for part, column in items
        if fold(part) != fold(OTHER) and any(record.cells[column].strip() for record in table.records)
    ]
    return listed([f"[{part}]" for part in held])


def excluded_columns(table: TextTable, plan: Plan) -> set[int]:
    """Return the columns of the questions that the programme forbids."""
    claims = claims_by_field(table.header, plan)
    forbidden = [claims[name] for name, field in plan.fields.items() if field.use == "forbidden" and name in claims]
    return {at for claim in forbidden for at in (*claim.whole, *(column for _, column in claim.items))}


def remarks_of(sheets: Sequence[SubmissionSheet], plan: Plan) -> Iterator[Remark]:
    """Yield what the reader remarked, the parts of questions without a column, the columns that no question claims."""
    for sheet in sheets:
        source = sheet.table.source
        for name, place in sheet.places.items():
            absent = plan.fields[name].absent(list(place.parts)) if place.column is None else []
            if absent:
                parts = listed([f"[{part}]" for part in absent])
                yield Remark(source, None, tr("« {name} » : aucune colonne pour {parts}", name=name, parts=parts))
            if passed_over := beside_whole(place, sheet.table):
                sentence = tr("« {name} » : sa colonne entière est lue, et non {parts}", name=name, parts=passed_over)
                yield Remark(source, None, sentence)
        yield from (Remark(source, remark.line, remark.text) for remark in sheet.table.remarks)
        if by_response(sheet.table, plan):
            yield Remark(source, None, tr(BY_RESPONSE))
        used = {place.column for place in sheet.places.values()} | sheet.table.own
        used |= {column for place in sheet.places.values() for column in place.parts.values()}
        excluded = excluded_columns(sheet.table, plan) - used
        for question in dict.fromkeys(sheet.table.header[at] for at in sorted(excluded)):
            sentence = tr("colonne exclue par le programme, jamais lue : « {question} »", question=question)
            yield Remark(source, None, sentence)
        used |= excluded
        unused = [split_part(text) or (text, "") for at, text in enumerate(sheet.table.header) if at not in used]
        for question in dict.fromkeys(question for question, _ in unused if question.strip()):
            yield Remark(source, None, tr("colonne non utilisée : « {question} »", question=question))
