"""Messages of the columns step: lines, menus, and the actions of menus and buttons.

The page sends actions back unchanged; only this service interprets them.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.languages.phrases import joined
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.drafts.identity import could_be_key, key_candidates
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Confidence
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.sensitivity import find_sensitive_words
from mentormatch.programme.drafts.uses import SUBJECT_LABELS, find_subject

type LineState = Literal["open", "known", "typed", "unused"]  # to be confirmed, known, free text, or unused
# The last three are on the files: assign a side, use only the answers, upload another file.
type ColumnActionKind = Literal[
    "column",
    "answer",
    "confirm",
    "later",
    "restore",
    "side",
    "alone",
    "file",
]

SIDES_UNKNOWN = mark("Qui est mentor·e, qui est mentoré·e ?")
NO_KEY = mark("Ce qui distingue les personnes")
MAX_LABEL = 80  # characters of an entry of a menu
SURETY_LABELS: dict[Confidence, str] = {
    "sure": mark("sûr"),
    "likely": mark("probable"),
    "doubtful": mark("à confirmer"),
}


class ColumnAction(JsonMessage):
    """An action of a button, and its label."""

    words: str
    what: ColumnActionKind
    question: str = ""
    text: str = ""
    means: str = ""


class MenuEntry(JsonMessage):
    """An entry of a menu."""

    value: str
    words: str


class MenuGroup(JsonMessage):
    """Entries of a menu with a title, which may be empty."""

    title: str
    entries: list[MenuEntry]


class ColumnMenu(JsonMessage):
    """A menu with its value, and the action whose ``slot`` the choice fills."""

    menu: str
    value: str
    slot: Literal["question", "means"]
    gesture: ColumnAction


class ColumnBlocker(JsonMessage):
    """A problem that blocks the step, with a button, a menu, and a secondary button."""

    title: str
    text: str
    hint: str = ""
    main: ColumnAction | None = None
    menu: ColumnMenu | None = None
    quiet: ColumnAction | None = None


class ColumnAnswer(JsonMessage):
    """An unknown answer with its frequency, and the menu of options."""

    text: str
    given: str
    menu: ColumnMenu


class ColumnLine(JsonMessage):
    """A question of the files: apparent meaning, certainty, reason, and the menu to change it."""

    question: str
    key: str
    state: LineState
    columns: str
    examples: list[str]
    seems: str
    sure: Confidence
    sure_words: str
    why: str
    menu: ColumnMenu | None
    answers: list[ColumnAnswer]


class SensitiveQuestion(JsonMessage):
    """A sensitive question that is ignored, and the reason."""

    question: str
    why: str


class ColumnsOut(JsonMessage):
    """The step of columns."""

    lead: str
    menus: dict[str, list[MenuGroup]]
    blockers: list[ColumnBlocker]
    lines: list[ColumnLine]
    aside: list[SensitiveQuestion]
    remarks: list[str]
    documents: list[str]


class ColumnCounts(JsonMessage):
    """The numbers of blocking problems and of open questions."""

    blocked: int
    open: int


def make_menu_entry(value: str, words: str) -> MenuEntry:
    """Return an entry of a menu, shortened if needed."""
    short = " ".join(words.split())
    return MenuEntry(value=value, words=short if len(short) <= MAX_LABEL else f"{short[: MAX_LABEL - 1]}…")


def format_surety(sure: Confidence) -> str:
    return tr(SURETY_LABELS[sure])


def make_opaque_tag(text: str) -> str:
    """Return a digest that represents a text on the page, so that actions contain no personal data.

    >>> make_opaque_tag("Métier") == make_opaque_tag("Métier") != make_opaque_tag("métier")
    True
    """
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def describe_sensitive_question(sample: QuestionSample) -> SensitiveQuestion:
    """Describe a sensitive question, with the words in it or in its context that identify it."""
    subject, words = find_subject(sample), find_sensitive_words(sample.question)
    if words:
        why = tr("« {text} » est dans la question", text=words)
    elif previous := next(filter(find_subject, sample.follows), None):
        why = tr("elle suit « {question} »", question=previous.question)
    else:
        why = tr("ses réponses possibles le disent")
    return SensitiveQuestion(question=sample.question, why=joined([tr(SUBJECT_LABELS[subject or "health"]), why]))


def choose_question_action(sample: QuestionSample, gesture: ColumnAction) -> ColumnAction:
    """Return the action for a question."""
    words = tr("Prendre « {question} »", question=make_menu_entry("", sample.question).words)
    return gesture.model_copy(update={"words": words, "question": make_opaque_tag(fold(sample.question))})


def make_sides_unknown_blocker(role: QuestionSample | None = None) -> ColumnBlocker:
    """Return the problem that nothing tells mentors from mentees, with a candidate question."""
    gesture = ColumnAction(words=tr(SIDES_UNKNOWN), what="column", means="role")
    mentees = ColumnAction(words=tr("Tous sont mentoré·es"), what="side", means="mentees")
    return ColumnBlocker(
        title=tr(SIDES_UNKNOWN),
        text=tr("Rien dans ce fichier ne le dit."),
        hint=tr("Choisissez la question qui le dit ; ou, si tous sont du même côté, ajoutez le fichier de l'autre."),
        main=choose_question_action(role, gesture) if role else mentees,
        menu=ColumnMenu(menu="role", value="", slot="question", gesture=gesture),
        quiet=ColumnAction(words=tr("Tous sont mentor·es"), what="side", means="mentors"),
    )


def make_no_key_blocker(questions: Sequence[QuestionSample]) -> ColumnBlocker:
    """Return the problem that nothing identifies people, with a candidate question."""
    candidate = next(iter(key_candidates(questions)), None)
    gesture = ColumnAction(words=tr(NO_KEY), what="column", means="key")
    has_candidates = any(map(could_be_key, questions))
    return ColumnBlocker(
        title=tr(NO_KEY),
        text=tr("Ni code ni courriel ne le fait."),
        hint="" if candidate else tr("Ajoutez au fichier une colonne de codes (1, 2, 3…), et déposez-le de nouveau."),
        main=choose_question_action(candidate, gesture)
        if candidate
        else ColumnAction(words=tr("Déposer un autre fichier"), what="file"),
        menu=ColumnMenu(menu="key", value="", slot="question", gesture=gesture) if has_candidates else None,
    )
