"""Questions of a programme in the form, questions that can be added, and point tables, as JSON.

Sentences have blanks, each with its value, its options, and the value in the newest version.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage
from mentormatch.fields import AnyField, Slots
from mentormatch.fields.base import CHOICE_KINDS
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr, typeset
from mentormatch.people.cohort import Cohort
from mentormatch.programme.blanks import BLANK_PATTERN, BlankSentence, FormBlank
from mentormatch.programme.programme import Programme
from mentormatch.programme.question_edits import LIST_SETTINGS, POINTS_SETTING_BY_KIND
from mentormatch.report.intake_words import KIND_LABELS, SIDE_LABELS, USE_LABELS
from mentormatch.report.texts import spaced, visible
from mentormatch.scoring.criterion import Criterion
from mentormatch.widgets.form.changes import PERCENT_SETTINGS, as_percent, blank_words, label_of


class FormPiece(JsonMessage):
    """A text, or a blank with its ``setting``.

    ``value`` is shown on a scale of ``parts`` per unit; ``before`` is the text, ``before_value`` the JSON value of the
    newest version if it differs.
    """

    text: str = ""
    setting: str = ""
    kind: str = ""
    value: Any = None
    label: str = ""
    choices: list[tuple[str, str]] = Setting(default_factory=list)
    least: float | None = None
    most: float | None = None
    whole: bool = False
    optional: bool = False
    parts: int = 1
    before: str | None = None
    before_value: Any = None


class FormSentence(JsonMessage):
    """A sentence in pieces; ``stated`` is false if it is about an optional setting."""

    pieces: list[FormPiece]
    stated: bool


def display_text(text: str) -> str:
    """Return a text with typography, for display; typed texts are stored as typed."""
    return visible(spaced(typeset(text)))


def sentence_out(sentence: BlankSentence, former: tuple[BlankSentence, ...] = ()) -> FormSentence:
    """Return a sentence as JSON, with the former value of each changed blank."""
    before = {blank.setting: as_percent(blank) for former_sentence in former for blank in former_sentence.blanks}
    sentence_text = display_text("".join(piece if isinstance(piece, str) else "…" for piece in sentence.pieces))
    return FormSentence(
        pieces=[
            FormPiece(text=display_text(piece))
            if isinstance(piece, str)
            else piece_out(as_percent(piece), sentence_text, before.get(piece.setting))
            for piece in sentence.pieces
        ],
        stated=sentence.stated,
    )


def piece_out(blank: FormBlank, label: str, before: FormBlank | None) -> FormPiece:
    """Return a blank as JSON; its label is the whole sentence."""
    differs = before is not None and before.value != blank.value
    return FormPiece(
        setting=blank.setting,
        kind=blank.kind,
        value=blank.value,
        label=label,
        choices=[(value, display_text(words)) for value, words in blank.choices],
        least=blank.least,
        most=blank.most,
        whole=blank.whole,
        optional=blank.optional,
        parts=PERCENT_SETTINGS.get(blank.setting, 1),
        before=display_text(blank_words(before)) if before is not None and differs else None,
        before_value=get_edit_value(before) if before is not None and differs else None,
    )


def get_edit_value(blank: FormBlank) -> Any:
    """Return the value of a blank in the form of an edit."""
    if blank.kind == "truth":
        return blank.value == "true"
    parts = PERCENT_SETTINGS.get(blank.setting, 1)
    return blank.value / parts if parts > 1 and blank.value is not None else blank.value


# A larger point table is shown as a list of its entries.
MAX_GRID_CELLS = 400
# Kinds of questions that can be added without a file: they need a text and answers only.
ADDABLE_KINDS = ("choice", "choices", "scale", "ranking", "yesno", "number", "place", "names", "text")
BOOLEAN_SENTENCES = {
    "private": mark("Lue par l'équipe seule : {private}."),
    "shareable": mark("Sur la fiche que lit l'autre côté : {shareable}."),
    "watch": mark("Regarder si l'accès est égal selon la réponse : {watch}."),
    "later": mark("Posée plus tard, un premier fichier peut ne pas l'avoir : {later}."),
}
LIST_TITLES = {
    "options": mark("Réponses possibles"),
    "items": mark("Lignes de la grille"),
    "levels": mark("Niveaux, du plus bas au plus haut"),
    "days": mark("Jours"),
    "moments": mark("Moments"),
}


class FormList(JsonMessage):
    """The answers of a question under one setting, in order."""

    setting: str
    title: str
    answers: list[str]


class FormQuestion(JsonMessage):
    """A question: text, kind, side, users, number of answers, and sentences with blanks.

    ``follows`` is the question whose answers it shares, empty if it has its own; ``changed``: the newest version
    differs.
    """

    name: str
    question: str
    kind: str
    who: str
    serves: str
    answers: str
    changed: bool
    follows: str
    sentences: list[FormSentence]
    lists: list[FormList]


class QuestionOffer(JsonMessage):
    """A question that can be added: an unread column of the files."""

    name: str
    words: str
    settings: dict[str, Any]


class FormPoints(JsonMessage):
    """A point table: entries for two answers, or for two people by key.

    ``rows`` and ``columns`` are answers of mentors and of mentees with their texts, empty if the table is shown by its
    ``lines`` only; ``otherwise`` is the default entry, None if there is none.
    """

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    lines: list[tuple[str, str, float]]
    most: float
    otherwise: float | None
    people: bool
    heads: tuple[str, str]
    choices: list[list[tuple[str, str]]] = Setting(default_factory=list)


class OfferedQuestion(NamedTuple):
    """An unread column of the files: the id that its question would have, and its settings."""

    name: str
    settings: dict[str, Any]


def questions_out(programme: Programme, newest: Programme, cohort: Cohort | None) -> Iterator[FormQuestion]:
    """Yield the questions of a programme; ``newest`` is the version to compare with."""
    serving: dict[str, list[str]] = {}
    for extension in (*programme.criteria, *programme.rules):
        for name in dict.fromkeys(reference.field for reference in extension.references()):
            serving.setdefault(name, []).append(label_of(extension, programme.fields))
    for name, field in programme.fields.items():
        former = newest.fields.get(name)
        before = make_question_sentences(former) if former is not None else ()
        source_question = getattr(field, "items_of", None) or ""
        yield FormQuestion(
            name=name,
            question=display_text(field.question),
            kind=tr(KIND_LABELS.get(field.kind, field.kind)),
            who=tr("les deux") if field.side == "both" else tr(SIDE_LABELS[field.side]),
            serves=display_text(listed(serving.get(name, [] if field.use == "match" else [tr(USE_LABELS[field.use])]))),
            answers=describe_answer_count(name, cohort),
            changed=former != field,
            follows=display_text(programme.fields[source_question].question)
            if source_question in programme.fields
            else "",
            sentences=[sentence_out(sentence, before) for sentence in make_question_sentences(field)],
            lists=[] if source_question else list(make_answer_lists(field)),
        )


def describe_answer_count(name: str, cohort: Cohort | None) -> str:
    """Return the number of answers out of the people asked, as a text; empty if nobody was asked."""
    answer_count, count = answers_given(name, cohort) if cohort else (0, 0)
    return tr("{given} sur {asked}", given=answer_count, asked=count) if count else ""


def answers_given(name: str, cohort: Cohort) -> tuple[int, int]:
    """Return the number of understood answers to a question, and of people asked."""
    sides = [people for people in (cohort.mentors, cohort.mentees) if name in people.columns]
    return sum(int(people.known(name).sum()) for people in sides), sum(map(len, sides))


def shared_answers(name: str, cohort: Cohort) -> list[str]:
    """Return the answers that at least two people gave, most frequent first, so that none identifies a person.

    A person on both sides counts once, as a mentor if mentors were asked.
    """
    mentors, mentees = cohort.mentors.columns.get(name), cohort.mentees.columns.get(name)
    texts = [] if mentors is None else [mentors.shown(row) for row in range(len(cohort.mentors))]
    counted_rows = set() if mentors is None else set(cohort.both[1].tolist())
    texts += (
        [] if mentees is None else [mentees.shown(row) for row in range(len(cohort.mentees)) if row not in counted_rows]
    )
    words: dict[str, str] = {}
    counts = Counter(fold(text) for text in texts if fold(text) and words.setdefault(fold(text), text))
    return [words[key] for key, count in counts.most_common() if count > 1]


def make_answer_lists(field: AnyField) -> Iterator[FormList]:
    for setting in LIST_SETTINGS:
        answers = getattr(field, setting, None)
        if answers:
            yield FormList(setting=setting, title=tr(LIST_TITLES[setting]), answers=list(answers))


def make_question_sentences(field: AnyField) -> tuple[BlankSentence, ...]:
    """Return the settings of a question as sentences with blanks."""
    sides = (("both", tr("les deux")), *((side, tr(words)) for side, words in SIDE_LABELS.items()))
    blanks = {
        "question": FormBlank("question", "words", field.question),
        "kind": FormBlank(
            "kind", "choice", field.kind, tuple((kind, tr(words)) for kind, words in KIND_LABELS.items())
        ),
        "side": FormBlank("side", "choice", field.side, sides),
        "use": FormBlank("use", "choice", field.use, tuple((use, tr(words)) for use, words in USE_LABELS.items())),
        **{name: make_boolean_blank(name, value=getattr(field, name)) for name in BOOLEAN_SENTENCES},
        **make_bound_blanks(field),
    }
    templates = [
        mark("La question : {question}"),
        *[mark("On y répond par : {kind}.")] * (field.use in ("match", "display")),
        mark("Y répondent : {side}."),
        mark("Elle sert à : {use}."),
    ]
    templates += [mark("La réponse est entre {least} et {most}.")] * ("least" in blanks) + [
        mark("{most} réponses au plus.")
    ] * ("most" in blanks and "least" not in blanks)
    templates += [text for name, text in BOOLEAN_SENTENCES.items() if name != "watch" or field.kind in CHOICE_KINDS]
    setting_sentences = [BlankSentence(fill_sentence(tr(text), blanks)) for text in templates]
    return (*setting_sentences, *make_hour_sentences(field))


def make_hour_sentences(field: AnyField) -> Iterator[BlankSentence]:
    """Yield the hours of each moment of slots, except moments whose name cannot be part of a setting path."""
    zone = field.zone if isinstance(field, Slots) else None
    for moment, hours_text in zone.hours.items() if zone else ():
        if "." not in moment and not moment.isdigit():
            blank = FormBlank(f"zone.hours.{moment}", "words", hours_text)
            yield BlankSentence(
                fill_sentence(tr("Heures de « {moment} » : {hours}"), {"moment": moment, "hours": blank})
            )


def make_boolean_blank(name: str, *, value: bool) -> FormBlank:
    return FormBlank(name, "truth", str(value).lower(), (("false", tr("non")), ("true", tr("oui"))))


def make_bound_blanks(field: AnyField) -> dict[str, FormBlank]:
    """Return the blanks of the bounds that a question has."""
    is_whole = field.kind != "number"
    return {
        name: FormBlank(
            name, "number", getattr(field, name), (), 1 if is_whole else None, None, is_whole, optional=True
        )
        for name in ("least", "most")
        if name in type(field).model_fields
    }


def fill_sentence(template: str, blanks: Mapping[str, str | FormBlank]) -> tuple[str | FormBlank, ...]:
    """Return a template in pieces, with its {placeholders} replaced by texts and blanks."""
    parts = BLANK_PATTERN.split(template)
    return tuple(blanks[piece] if index % 2 else piece for index, piece in enumerate(parts) if piece)


def points_out(criterion: Criterion, fields: Mapping[str, AnyField]) -> FormPoints | None:
    """Return the point table of a criterion, None if it has none."""
    setting = POINTS_SETTING_BY_KIND.get(criterion.kind)
    if setting is None:
        return None
    entries = [(entry.mentor, entry.mentee, entry.points) for entry in getattr(criterion, setting)]
    people = setting == "pairs"
    questions = [] if people else [fields[getattr(criterion, side)] for side in ("mentor", "mentee")]
    answers = [[(entry, display_text(entry)) for entry in field.options_without("\0")] for field in questions]
    is_grid = not people and 0 < len(answers[0]) * len(answers[1]) <= MAX_GRID_CELLS
    return FormPoints(
        rows=answers[0] if is_grid else [],
        columns=answers[1] if is_grid else [],
        lines=entries,
        most=getattr(criterion, "most", 1.0),
        otherwise=getattr(criterion, "otherwise", None),
        people=people,
        heads=(tr("mentor·e"), tr("mentoré·e")),
        choices=[] if is_grid or people else answers,
    )


def offers_out(offered: Sequence[OfferedQuestion]) -> Iterator[QuestionOffer]:
    for question in offered:
        kind = tr(KIND_LABELS.get(str(question.settings["kind"]), ""))
        words = f"{display_text(str(question.settings['question']))} ({kind})"
        yield QuestionOffer(name=question.name, words=words, settings=question.settings)
