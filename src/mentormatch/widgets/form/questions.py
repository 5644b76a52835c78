"""The questions of a programme in its form: words, answers, uses; those that may be added; and tables of points.

Sentences with blanks as JSON: what stands in each, what may, and what the newest version said.
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
from mentormatch.widgets.form.changes import PARTS_OF_ONE, blank_words, in_parts, label_of


class FormPiece(JsonMessage):
    """A piece of a sentence: a text, or a blank, told by its ``setting``.

    ``value`` is what stands there, in so many ``parts`` of one; ``before`` what the newest version says in words, and
    ``before_value`` as JSON, where that differs.
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
    """A sentence in pieces; one that is not ``stated`` is on what could be set besides."""

    pieces: list[FormPiece]
    stated: bool


def display_text(text: str) -> str:
    """Return a text as it is shown, whoever wrote it: what is typed anew is kept as it is typed."""
    return visible(spaced(typeset(text)))


def sentence_out(sentence: BlankSentence, former: tuple[BlankSentence, ...] = ()) -> FormSentence:
    """Return a sentence as JSON, with what ``former`` ones say in each blank that is another."""
    before = {blank.setting: in_parts(blank) for one in former for blank in one.blanks}
    whole = display_text("".join(piece if isinstance(piece, str) else "…" for piece in sentence.pieces))
    return FormSentence(
        pieces=[
            FormPiece(text=display_text(piece))
            if isinstance(piece, str)
            else piece_out(in_parts(piece), whole, before.get(piece.setting))
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
        parts=PARTS_OF_ONE.get(blank.setting, 1),
        before=display_text(blank_words(before)) if before is not None and differs else None,
        before_value=plain_value(before) if before is not None and differs else None,
    )


def plain_value(blank: FormBlank) -> Any:
    """Return what stands in a blank as an edit states it."""
    if blank.kind == "truth":
        return blank.value == "true"
    parts = PARTS_OF_ONE.get(blank.setting, 1)
    return blank.value / parts if parts > 1 and blank.value is not None else blank.value


MOST_CELLS = 400
"""A larger table is told by what it states, line by line."""
TYPED = ("choice", "choices", "scale", "ranking", "yesno", "number", "place", "names", "text")
"""The kinds of questions that can be added where no file has them: those that need no more than words and answers."""
WORDED = mark("La question : {question}")
OF_KIND = mark("On y répond par : {kind}.")
HOURS = mark("Heures de « {moment} » : {hours}")
ASKED = mark("Y répondent : {side}.")
USED = mark("Elle sert à : {use}.")
BETWEEN = mark("La réponse est entre {least} et {most}.")
AT_MOST = mark("{most} réponses au plus.")
TRUTHS = {
    "private": mark("Lue par l'équipe seule : {private}."),
    "shareable": mark("Sur la fiche que lit l'autre côté : {shareable}."),
    "watch": mark("Regarder si l'accès est égal selon la réponse : {watch}."),
    "later": mark("Posée plus tard, un premier fichier peut ne pas l'avoir : {later}."),
}
TITLES = {
    "options": mark("Réponses possibles"),
    "items": mark("Lignes de la grille"),
    "levels": mark("Niveaux, du plus bas au plus haut"),
    "days": mark("Jours"),
    "moments": mark("Moments"),
}


class FormList(JsonMessage):
    """The answers of a question that stand under one setting, in their order."""

    setting: str
    title: str
    answers: list[str]


class FormQuestion(JsonMessage):
    """One question: its words, its kind, who answers it, what it serves, how many answered; sentences with blanks.

    ``follows`` is the question whose answers it takes, empty where it has its own; ``changed``: the newest version has
    another, or none.
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


class FormOffer(JsonMessage):
    """A question that can be added: a column of the files that nothing reads yet."""

    name: str
    words: str
    settings: dict[str, Any]


class FormPoints(JsonMessage):
    """A table of points: what is stated of two answers, or of two people by their keys.

    ``rows`` and ``columns`` are answers with their words, of mentors and of mentees, none where the table is told by
    its ``lines`` alone; ``otherwise`` is what stands where nothing is stated, None where that is nothing.
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
    """A column of the files that no question of the programme reads: the id it would have, and its settings."""

    name: str
    settings: dict[str, Any]


def questions_out(programme: Programme, kept: Programme, cohort: Cohort | None) -> Iterator[FormQuestion]:
    """Yield every question of a programme; ``kept`` is the newest version."""
    serving: dict[str, list[str]] = {}
    for extension in (*programme.criteria, *programme.rules):
        for name in dict.fromkeys(reference.field for reference in extension.references()):
            serving.setdefault(name, []).append(label_of(extension, programme.fields))
    for name, field in programme.fields.items():
        former = kept.fields.get(name)
        before = sentences(former) if former is not None else ()
        followed = getattr(field, "items_of", None) or ""
        yield FormQuestion(
            name=name,
            question=display_text(field.question),
            kind=tr(KIND_LABELS.get(field.kind, field.kind)),
            who=tr("les deux") if field.side == "both" else tr(SIDE_LABELS[field.side]),
            serves=display_text(listed(serving.get(name, [] if field.use == "match" else [tr(USE_LABELS[field.use])]))),
            answers=describe_answer_count(name, cohort),
            changed=former != field,
            follows=display_text(programme.fields[followed].question) if followed in programme.fields else "",
            sentences=[sentence_out(one, before) for one in sentences(field)],
            lists=[] if followed else list(lists(field)),
        )


def describe_answer_count(name: str, cohort: Cohort | None) -> str:
    """Return how many answered a question, of those who were asked; empty where nobody was."""
    given, count = answers_given(name, cohort) if cohort else (0, 0)
    return tr("{given} sur {asked}", given=given, asked=count) if count else ""


def answers_given(name: str, cohort: Cohort) -> tuple[int, int]:
    """Return how many answers to a question were understood, and of how many people."""
    sides = [people for people in (cohort.mentors, cohort.mentees) if name in people.columns]
    return sum(int(people.known(name).sum()) for people in sides), sum(map(len, sides))


def shared_answers(name: str, cohort: Cohort) -> list[str]:
    """Return the answers to a question that two people gave at least, the most frequent first: none tells who it is."""
    columns = [people.columns[name] for people in (cohort.mentors, cohort.mentees) if name in people.columns]
    texts = [column.shown(row) for column in columns for row in range(len(column.known))]
    words: dict[str, str] = {}
    count = Counter(fold(text) for text in texts if fold(text) and words.setdefault(fold(text), text))
    return [words[key] for key, number in count.most_common() if number > 1]


def lists(field: AnyField) -> Iterator[FormList]:
    """Yield the answers that a question lists."""
    for setting in LIST_SETTINGS:
        answers = getattr(field, setting, None)
        if answers:
            yield FormList(setting=setting, title=tr(TITLES[setting]), answers=list(answers))


def sentences(field: AnyField) -> tuple[BlankSentence, ...]:
    """Return what is set of a question as sentences with blanks."""
    sides = (("both", tr("les deux")), *((side, tr(words)) for side, words in SIDE_LABELS.items()))
    blanks = {
        "question": FormBlank("question", "words", field.question),
        "kind": FormBlank(
            "kind", "choice", field.kind, tuple((kind, tr(words)) for kind, words in KIND_LABELS.items())
        ),
        "side": FormBlank("side", "choice", field.side, sides),
        "use": FormBlank("use", "choice", field.use, tuple((use, tr(words)) for use, words in USE_LABELS.items())),
        **{name: truth(name, value=getattr(field, name)) for name in TRUTHS},
        **numbers(field),
    }
    templates = [WORDED, *[OF_KIND] * (field.use in ("match", "display")), ASKED, USED]
    templates += [BETWEEN] * ("least" in blanks) + [AT_MOST] * ("most" in blanks and "least" not in blanks)
    templates += [text for name, text in TRUTHS.items() if name != "watch" or field.kind in CHOICE_KINDS]
    own = [BlankSentence(fill_sentence(tr(text), blanks)) for text in templates]
    return (*own, *hours(field))


def hours(field: AnyField) -> Iterator[BlankSentence]:
    """Yield the hours of the moments of slots by the clock; those whose words no path to a setting can hold are not."""
    zone = field.zone if isinstance(field, Slots) else None
    for moment, said in zone.hours.items() if zone else ():
        if "." not in moment and not moment.isdigit():
            blank = FormBlank(f"zone.hours.{moment}", "words", said)
            yield BlankSentence(fill_sentence(tr(HOURS), {"moment": moment, "hours": blank}))


def truth(name: str, *, value: bool) -> FormBlank:
    """Return the blank of a setting that is so or not."""
    return FormBlank(name, "truth", str(value).lower(), (("false", tr("non")), ("true", tr("oui"))))


def numbers(field: AnyField) -> dict[str, FormBlank]:
    """Return the blanks of the bounds of a question, those that it has."""
    whole = field.kind != "number"
    return {
        name: FormBlank(name, "number", getattr(field, name), (), 1 if whole else None, None, whole, optional=True)
        for name in ("least", "most")
        if name in type(field).model_fields
    }


def fill_sentence(template: str, blanks: Mapping[str, str | FormBlank]) -> tuple[str | FormBlank, ...]:
    """Return a sentence in pieces, its {places} filled with texts and blanks."""
    parts = BLANK_PATTERN.split(template)
    return tuple(blanks[piece] if place % 2 else piece for place, piece in enumerate(parts) if piece)


def points_out(criterion: Criterion, fields: Mapping[str, AnyField]) -> FormPoints | None:
    """Return the table of points of a criterion, None where it has none."""
    setting = POINTS_SETTING_BY_KIND.get(criterion.kind)
    if setting is None:
        return None
    stated = [(one.mentor, one.mentee, one.points) for one in getattr(criterion, setting)]
    people = setting == "pairs"
    questions = [] if people else [fields[getattr(criterion, side)] for side in ("mentor", "mentee")]
    answers = [[(one, display_text(one)) for one in field.options_without("\0")] for field in questions]
    whole = not people and 0 < len(answers[0]) * len(answers[1]) <= MOST_CELLS
    return FormPoints(
        rows=answers[0] if whole else [],
        columns=answers[1] if whole else [],
        lines=stated,
        most=getattr(criterion, "most", 1.0),
        otherwise=getattr(criterion, "otherwise", None),
        people=people,
        heads=(tr("mentor·e"), tr("mentoré·e")),
        choices=[] if whole or people else answers,
    )


def offers_out(offered: Sequence[OfferedQuestion]) -> Iterator[FormOffer]:
    """Yield the questions that can be added."""
    for one in offered:
        kind = tr(KIND_LABELS.get(str(one.settings["kind"]), ""))
        words = f"{display_text(str(one.settings['question']))} ({kind})"
        yield FormOffer(name=one.name, words=words, settings=one.settings)
