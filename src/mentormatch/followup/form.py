"""A programme -> the questions of its follow-up as a form to copy; five questions if the programme states none."""

import csv
from collections.abc import Iterator
from io import StringIO

from mentormatch.fields import AnyField, Choice, Choices, Levels, YesNo
from mentormatch.followup.waves import plan_of_wave
from mentormatch.languages.phrases import about, counted
from mentormatch.languages.translation import language, spoken, tr
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import Answered, Call, FollowUp, Outcome

LIME_TYPES = {"choices": "M", "levels": "F"}
"""Types of questions in LimeSurvey by kind of field: several answers, and an array; others are a list or a text."""


def with_follow_up(programme: Programme, code: str) -> Programme:
    """Return the programme, with ``five_questions`` in the language ``code`` if it asks none during the year."""
    if programme.follow_up.fields:
        return programme
    with language(code):
        return programme.model_copy(update={"follow_up": five_questions()})


def five_questions() -> FollowUp:
    """Return the follow-up of a programme that states none: do they meet, understand each other, go on, want a call.

    The form asks for the code of the participant first, which makes five.
    """
    agree = [tr("Tout à fait"), tr("Plutôt"), tr("Plutôt pas"), tr("Pas du tout")]
    go_on = [tr("Oui"), tr("J'hésite"), tr("Non")]
    fields: dict[str, AnyField] = {
        "meeting": Choice(
            question=tr("Depuis le dernier point, vous êtes-vous rencontré·es ?"),
            options=[tr("Oui"), tr("Une fois"), tr("Non")],
        ),
        "understanding": Choice(question=tr("Nous nous comprenons bien"), options=agree),
        "go_on": Choice(question=tr("Souhaitez-vous continuer ?"), options=go_on),
        "call": YesNo(question=tr("Souhaitez-vous que l'équipe vous appelle ?")),
    }
    return FollowUp(
        fields=fields,
        stopped=Answered(field="go_on", answers=go_on[2:]),
        calls=[
            Call(field="call", answers=[tr("Oui")], why=tr("demande à être appelé·e")),
            Call(field="understanding", answers=agree[2:], why=tr("ne trouve pas que l'on se comprenne bien")),
            Call(field="go_on", answers=go_on[1:2], why=tr("hésite à continuer")),
        ],
        outcomes=[
            Outcome(name=tr("se comprennent bien"), field="understanding", answers=agree[:2]),
            Outcome(name=tr("souhaite continuer"), field="go_on", answers=go_on[:1]),
        ],
    )


def form_text(programme: Programme) -> str:
    """Return the questions of a follow-up with their answers, as text to copy into any tool."""
    fields = plan_of_wave(programme).fields.values()
    questions = counted(len(fields), "question")
    introduction = tr("{questions}, deux minutes. Vos réponses sont lues par l'équipe seule.", questions=questions)
    lines = [tr("{programme} : le point sur votre binôme", programme=programme.name), introduction]
    lines += [
        f"{number}. {field.question}\n   {answers_of(field)}".rstrip() for number, field in enumerate(fields, start=1)
    ]
    return "\n\n".join(lines) + "\n"


def options_of(field: AnyField) -> list[str]:
    """Return the answers that a question offers, those to each item for a grid; nothing if it is answered freely."""
    if field.kind == "yesno":
        return [tr("Oui"), tr("Non")]
    return list(field.levels if isinstance(field, Levels) else getattr(field, "options", ()))


def answers_of(field: AnyField) -> str:
    """Return the answers that a question offers, in a line, or in a line per item of a grid."""
    answers = " · ".join(options_of(field))
    return "\n   ".join(about(item, answers) for item in field.items) if isinstance(field, Levels) else answers


def form_for_limesurvey(programme: Programme) -> bytes:
    """Return the same questions as a survey that LimeSurvey imports: text with tabs, one row per part."""
    text = StringIO(newline="")
    writer = csv.DictWriter(
        text,
        ("id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "mandatory"),
        delimiter="\t",
        lineterminator="\r\n",
        restval="",
    )
    writer.writeheader()
    for number, row in enumerate(_lime_rows(programme), start=1):
        writer.writerow({"id": number, "language": spoken(), **row})
    return text.getvalue().encode("utf-8-sig")


def _lime_rows(programme: Programme) -> Iterator[dict[str, str]]:
    title = tr("{programme} : le point sur votre binôme", programme=programme.name)
    yield {"class": "S", "name": "language", "text": spoken(), "language": ""}
    yield {"class": "SL", "name": "surveyls_title", "text": title}
    yield {"class": "G", "name": title, "relevance": "1"}
    for number, field in enumerate(plan_of_wave(programme).fields.values(), start=1):
        answers = options_of(field)
        items = field.items if isinstance(field, Levels) else answers if isinstance(field, Choices) else ()
        kind = LIME_TYPES.get(field.kind, "L" if answers else "S")
        needed = "Y" if number == 1 else "N"
        yield {
            "class": "Q",
            "type/scale": kind,
            "name": f"q{number}",
            "relevance": "1",
            "text": field.question,
            "mandatory": needed,
        }
        for place, item in enumerate(items, start=1):
            yield {"class": "SQ", "type/scale": "0", "name": f"SQ{place:03}", "relevance": "1", "text": item}
        for place, answer in enumerate([] if isinstance(field, Choices) else answers, start=1):
            yield {"class": "A", "type/scale": "0", "name": f"A{place}", "text": answer}
