"""What the step of the columns tells the page: lines, menus, and the gestures that each menu and button asks for.

The page shows them and asks for a gesture as it stands: what it means is known here alone.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.languages.phrases import joined
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.drafts.identity import could_be_key, key_candidates
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Surety
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.sensitivity import telling_words
from mentormatch.programme.drafts.uses import SUBJECTS, subject_in

type LineState = Literal["open", "known", "typed", "unused"]
"""Of a question: to be confirmed, known, a free text, or of no use."""
type GestureKind = Literal[
    "column",
    "answer",
    "confirm",
    "later",
    "restore",
    "side",
    "alone",
    "file",
]
"""The last three are about the files themselves: of which side they are, without the programme, and others."""

UNTOLD = mark("Qui est mentor·e, qui est mentoré·e ?")
UNTOLD_TEXT = mark("Rien dans ce fichier ne le dit.")
UNTOLD_HINT = mark("Choisissez la question qui le dit ; ou, si tous sont du même côté, ajoutez le fichier de l'autre.")
ALL_MENTORS, ALL_MENTEES = mark("Tous sont mentor·es"), mark("Tous sont mentoré·es")
KEYLESS = mark("Ce qui distingue les personnes")
KEYLESS_TEXT = mark("Ni code ni courriel ne le fait.")
KEYLESS_HINT = mark("Ajoutez au fichier une colonne de codes (1, 2, 3…), et déposez-le de nouveau.")
LONGEST = 80
"""Characters of an entry of a menu."""
SURE: dict[Surety, str] = {"sure": mark("sûr"), "likely": mark("probable"), "doubtful": mark("à confirmer")}


class ColumnGesture(JsonMessage):
    """What a button asks for, and its words."""

    words: str
    what: GestureKind
    question: str = ""
    text: str = ""
    means: str = ""


class MenuEntry(JsonMessage):
    """An entry of a menu."""

    value: str
    words: str


class MenuGroup(JsonMessage):
    """Entries of a menu under one title, which may be empty."""

    title: str
    entries: list[MenuEntry]


class ColumnMenu(JsonMessage):
    """A menu: which one, what is chosen, and the gesture of which the choice fills the ``slot``."""

    menu: str
    value: str
    slot: Literal["question", "means"]
    gesture: ColumnGesture


class ColumnBlocker(JsonMessage):
    """What stands in the way, with one button, a menu for another answer, and a quiet way round."""

    title: str
    text: str
    hint: str = ""
    main: ColumnGesture | None = None
    menu: ColumnMenu | None = None
    quiet: ColumnGesture | None = None


class ColumnAnswer(JsonMessage):
    """An answer that the question does not understand, how often it was given, and the menu of what it may be."""

    text: str
    given: str
    menu: ColumnMenu


class ColumnLine(JsonMessage):
    """One question of the files: what it seems to be, how sure that is and why, and the menu that says otherwise."""

    question: str
    key: str
    state: LineState
    columns: str
    examples: list[str]
    seems: str
    sure: Surety
    sure_words: str
    why: str
    menu: ColumnMenu | None
    answers: list[ColumnAnswer]


class AsideQuestion(JsonMessage):
    """A question that is set aside, with the words that gave it away."""

    question: str
    why: str


class ColumnsOut(JsonMessage):
    """How the files are understood by a programme."""

    lead: str
    menus: dict[str, list[MenuGroup]]
    blockers: list[ColumnBlocker]
    lines: list[ColumnLine]
    aside: list[AsideQuestion]
    remarks: list[str]
    documents: list[str]


class ColumnCounts(JsonMessage):
    """How much there is still to do in the step of the columns."""

    blocked: int
    open: int


def entry(value: str, words: str) -> MenuEntry:
    """Return an entry of a menu, its words short enough for one."""
    short = " ".join(words.split())
    return MenuEntry(value=value, words=short if len(short) <= LONGEST else f"{short[: LONGEST - 1]}…")


def sure_words(sure: Surety) -> str:
    """Return how sure something is, in words."""
    return tr(SURE[sure])


def tag(text: str) -> str:
    """Return what stands for a text on the page, so that no answer and no question comes back with a gesture.

    >>> tag("Métier") == tag("Métier") != tag("métier")
    True
    """
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def sensitive(sample: QuestionSample) -> AsideQuestion:
    """Return a sensitive question with its subject and the words that gave it away: its own, or those around it."""
    subject, words = subject_in(sample), telling_words(sample.question)
    if words:
        why = tr("« {text} » est dans la question", text=words)
    elif sample.follows and subject_in(sample.follows):
        why = tr("elle suit « {question} »", question=sample.follows.question)
    else:
        why = tr("ses réponses possibles le disent")
    return AsideQuestion(question=sample.question, why=joined([tr(SUBJECTS[subject or "health"]), why]))


def taking(sample: QuestionSample, gesture: ColumnGesture) -> ColumnGesture:
    """Return the gesture by which a question is taken for what the gesture says."""
    words = tr("Prendre « {question} »", question=entry("", sample.question).words)
    return gesture.model_copy(update={"words": words, "question": tag(fold(sample.question))})


def one_side(role: QuestionSample | None = None) -> ColumnBlocker:
    """Return that nothing tells mentors from mentees, with the question that may, by the menu ``role``."""
    gesture = ColumnGesture(words=tr(UNTOLD), what="column", means="role")
    mentees = ColumnGesture(words=tr(ALL_MENTEES), what="side", means="mentees")
    return ColumnBlocker(
        title=tr(UNTOLD),
        text=tr(UNTOLD_TEXT),
        hint=tr(UNTOLD_HINT),
        main=taking(role, gesture) if role else mentees,
        menu=ColumnMenu(menu="role", value="", slot="question", gesture=gesture),
        quiet=ColumnGesture(words=tr(ALL_MENTORS), what="side", means="mentors"),
    )


def without_key(questions: Sequence[QuestionSample]) -> ColumnBlocker:
    """Return that nothing tells people apart, with the question that may, by the menu ``key``."""
    found = next(iter(key_candidates(questions)), None)
    gesture = ColumnGesture(words=tr(KEYLESS), what="column", means="key")
    able = any(map(could_be_key, questions))
    return ColumnBlocker(
        title=tr(KEYLESS),
        text=tr(KEYLESS_TEXT),
        hint="" if found else tr(KEYLESS_HINT),
        main=taking(found, gesture) if found else ColumnGesture(words=tr("Déposer un autre fichier"), what="file"),
        menu=ColumnMenu(menu="key", value="", slot="question", gesture=gesture) if able else None,
    )
