"""One submission -> somebody, or the reason why it is nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mentormatch.fields import SIDES, Answer, AnswerReading, AnyField, SeveralAnswers, Side
from mentormatch.fields.base import as_text, is_blank
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import percent
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Fate, RowFate
from mentormatch.survey.contacts import asks_for_mail
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import WHOLE, SentMoment

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
        text = answer if type(answer) is str else apart(answer)
        if text not in met:
            met[text] = with_names_once(field.read(answer), names)
        return met[text]

    return read


def apart(answer: str) -> tuple[object, object]:
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


def fate_of(share: float, plan: Plan) -> tuple[Fate, str]:
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
