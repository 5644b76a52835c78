"""A draft -> the questions on people: keys, names, and the contact details that partners receive."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from mentormatch.languages.phrases import counted, quoted
from mentormatch.languages.translation import tr
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import share_of
from mentormatch.programme.drafts.entries import DraftEntry, find_name_entries, get_contacts, get_name_entries
from mentormatch.programme.drafts.identity import email_of, key_candidates
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.name_order import marked_order, states_last_first
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.edits import ProgrammeEdit, SettingsEdit
from mentormatch.programme.interview.question import Choice, DraftQuestion, Effects, OpenPoint
from mentormatch.programme.interview.tallies import last_answers
from mentormatch.programme.question_edits import QuestionSettings

KEY_QUESTION = "key"
SHARED_QUESTION = "shared"
LAST_FIRST_REPLY = "last_first"
AS_TYPED_REPLY = "as_typed"
MIN_NAME_SHARE = 0.9  # the share of people whose answer looks like a name


def key_points(base: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the key of people, unless a code or an address clearly is one."""
    key = next((entry for entry in base.entries if entry.guess.use == "key"), None)
    sure = words.asks_code(key.question) if key else email_of(base.entries) is not None
    usable = [entry for entry in base.entries if entry.guess.use != "forbidden"]
    candidates = [sample.question for sample in key_candidates([entry.sample for entry in usable])]
    columns = list(dict.fromkeys([*([key.question] if key else []), *candidates]))
    if sure or not columns:
        return
    question = DraftQuestion(
        KEY_QUESTION,
        tr("Qu'est-ce qui distingue une personne d'une autre ?"),
        "one",
        choices=tuple(
            Choice(text, tr("« {text} » : une réponse différente par personne", text=text)) for text in columns
        ),
        proposed=key.question if key else None,
        hint=tr("Sinon : ajoutez au fichier une colonne de codes, un différent par personne."),
    )
    yield OpenPoint(question, lambda reply: Effects(uses={fold(str(reply)): "key"}))


def name_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the names of people, unless one column has first names and one has last names."""
    contacts = get_contacts(draft.entries)
    drafted = find_name_entries(contacts)
    parts = {words.name_part(entry.question) for entry in drafted}
    if ({"first", "last"} <= parts and len(drafted) == 2) or any(entry.side for entry in drafted):
        return
    typed = [entry for entry in draft.entries if entry in contacts or entry.guess.use == "display"]
    full_names = [entry for entry in typed if entry in drafted or (not drafted and are_names(entry))]
    further = [entry for entry in contacts if words.name_of_person(entry.question) and entry not in full_names]
    options = [[entry] for entry in (*full_names, *further)]
    if len(drafted) > 1:
        options = [drafted, list(reversed(drafted)), *([entry] for entry in further)]
    if not options or (len(options) == 1 and drafted):
        return
    by_value = {" + ".join(entry.name for entry in option): option for option in options}
    question = DraftQuestion(
        "names",
        tr("Comment s'appellent les personnes ?"),
        "one",
        choices=(
            *(Choice(value, names_sentence(option)) for value, option in by_value.items()),
            Choice("codes", tr("Aucun nom : des codes")),
        ),
        proposed=next(iter(by_value)) if drafted or len(options) == 1 else None,
    )
    yield OpenPoint(question, lambda reply: name_effects(by_value.get(str(reply), [])))


def order_of_name_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the order of names, if only the header of their column shows that the last comes first."""
    called = get_name_entries(draft.entries)
    if len(called) != 1 or not states_last_first(called[0].question) or called[0].sample.items:
        return
    entry, answers = called[0], [answer for answer in last_answers(called[0].sample) if answer]
    if (
        marked_order(entry, draft.entries) is not None
        or share_of(answers, lambda text: len(text.split()) > 1) < MIN_NAME_SHARE
    ):
        return
    question = DraftQuestion(
        "name_order",
        tr("« {question} » : qu'est-ce qui vient d'abord ?", question=entry.question),
        "one",
        choices=(
            Choice(LAST_FIRST_REPLY, tr("Le nom, puis le prénom"), tr("les lettres disent le prénom d'abord")),
            Choice(
                AS_TYPED_REPLY,
                tr("Le prénom, ou tantôt l'un, tantôt l'autre"),
                tr("les lettres disent le nom tel quel"),
            ),
        ),
        proposed=AS_TYPED_REPLY,
    )
    last_name_first = SettingsEdit(part="documents", changes={"surname_first": True})
    yield OpenPoint(question, lambda reply: Effects(edits=(last_name_first,) if reply == LAST_FIRST_REPLY else ()))


def are_names(entry: DraftEntry) -> bool:
    """Return whether almost all people typed different answers of a few capitalised words."""
    answers = [answer for answer in last_answers(entry.sample) if answer] if not entry.sample.items else []
    are_distinct = len(set(map(fold, answers))) >= MIN_NAME_SHARE * len(answers)
    return (
        entry.guess.kind == "text"
        and len(answers) > 2
        and are_distinct
        and share_of(answers, looks_like_name) >= MIN_NAME_SHARE
    )


def looks_like_name(text: str) -> bool:
    """Return whether a text has two to five words of letters, at least two of them capitalised."""
    parts = text.replace("-", " ").replace("'", " ").replace("\u2019", " ").replace(".", " ").split()
    letters = all(part.isalpha() for part in parts)
    capitals = sum(part[0].isupper() for part in parts)
    return 2 <= len(parts) <= 5 and letters and capitals >= 2


def names_sentence(option: Sequence[DraftEntry]) -> str:
    """Return the columns of a name, with the number of people who filled them in."""
    columns = tr(" puis ").join(quoted(entry.question) for entry in option)
    return f"{columns} ({filled(option[0])})"


def filled(entry: DraftEntry) -> str:
    """Return the number of people who answered a question, and of all people."""
    answers = last_answers(entry.sample)
    return tr("{answers} sur {people}", answers=counted(sum(map(bool, answers)), "réponse"), people=len(answers))


def name_effects(option: Sequence[DraftEntry]) -> Effects:
    """Return the edits that make letters and pages use the names in these columns, or codes if there are none."""
    names: list[JsonValue] = [entry.name for entry in option]
    value: JsonValue = names[0] if len(names) == 1 else names or None
    uses = (QuestionSettings(name=entry.name, changes=as_contact()) for entry in option if entry.guess.use != "contact")
    edits: tuple[ProgrammeEdit, ...] = (*uses, SettingsEdit(part="documents", changes={"name": value}))
    return Effects(edits=edits)


def as_contact() -> dict[str, JsonValue]:
    return {"kind": "text", "use": "contact"}


def shared_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on shared contact details; staff must decide it for every file that has some."""
    contacts = get_contacts(draft.entries)
    names = find_name_entries(contacts)
    ways = [entry for entry in contacts if entry not in names and not words.name_of_person(entry.question)]
    if not ways:
        return
    email = email_of(ways)
    question = DraftQuestion(
        SHARED_QUESTION,
        tr("Une fois le binôme décidé, que reçoit l'autre, avec le nom ?"),
        "several",
        choices=tuple(Choice(entry.name, f"{quoted(entry.question)} ({filled(entry)})") for entry in ways),
        proposed=(email.name,) if email else (),
        bulk=False,
        hint=tr("Ne cochez que ce que le questionnaire a dit aux personnes qui serait partagé."),
    )
    yield OpenPoint(
        question,
        lambda reply: Effects(
            edits=(SettingsEdit(part="documents", changes={"contacts": [str(name) for name in reply]}),)
        ),
    )
