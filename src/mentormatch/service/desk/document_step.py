"""The step of the documents: what each reader gets, a letter to read before any is sent, what keeps one from going."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.explanation.caveats import Code
from mentormatch.fields import AnyField
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText, ProgrammeVersions, SettingsEdit
from mentormatch.programme.programme import Programme
from mentormatch.report.addressing import find_missing_programme_name
from mentormatch.report.handouts import make_handouts
from mentormatch.report.letters import Letter, letters
from mentormatch.report.view import can_validate, get_seal_sentences
from mentormatch.service.desk.desk_requests import SetDocuments
from mentormatch.service.desk.documents import HANDOUTS, NEXT, NEXT_PURPOSE, HeldDocument, letter_lines
from mentormatch.service.desk.kind_steps import GatheredOut
from mentormatch.service.desk.result_tables import CODES, DocumentLine
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.service.desk.step_tree import render_step
from mentormatch.survey.contacts import Contacts, asks_for_mail
from mentormatch.survey.intake import name_fields

SHOWN_ABOVE = ("binomes.xlsx", HANDOUTS, "lettres-proposition.zip", "lettres-rappel.zip", "lettres-confirmation.zip")
"""Documents that the cards for the committee and for participants offer."""
CONFIRMATION = "lettres-confirmation.zip"
UNNAMED_YET = mark("Ce programme n'a pas encore de nom")
TO_BE_NAMED = mark("(nom du programme)")
NO_NAME = mark("Donnez un nom au programme")
NO_NAMES = mark("Cochez la colonne des noms, ou celles du prénom et du nom")
UNKNOWN_QUESTION = mark("Une de ces questions n'est pas parmi les coordonnées du programme")


def document_step(held: HeldDocument, proposed: DeskRound, chosen: int) -> dict[str, Any]:
    """Return the documents of pairs, with the letter at the place ``chosen``, the first one if there are fewer."""
    matching, programme = held.matching, held.matching.programme
    answered = can_validate(matching)
    written, refusal = letters_to_read(matching, held.contacts) if answered else ((), "")
    lines = {line.name: line for line in document_lines(held, proposed)}
    partners = [bool(one.partners) for one in make_handouts(matching, held.contacts)] if written else []
    place = chosen if chosen < len(written) else 0
    return render_step(
        "documents",
        answered=answered,
        final=held.seal is not None,
        standing=[*(caveat.sentence for caveat in matching.caveats), *get_seal_sentences(matching, held.seal)],
        unproved=any(caveat.code is Code.UNPROVED for caveat in matching.caveats),
        unnamed=is_unnamed(programme),
        refusal=refusal,
        name_choices=name_choices(programme, held.contacts),
        contact_choices=contact_choices(programme, held.contacts),
        agreed=[name for name in programme.documents.contacts if name not in programme.documents.names],
        programme=programme.name,
        message=programme.documents.message,
        pairs=len(matching.pairs),
        unmatched=len(matching.unmatched),
        letters=len(written),
        paired_letters=sum(partners),
        letter=written[place] if written else None,
        place=place,
        first_without=partners.index(False) if False in partners else None,
        named=held.named_documents,
        lines=lines,
        confirmation=lines.get(CONFIRMATION),
        archives=[line for name, line in lines.items() if name not in SHOWN_ABOVE],
    )


def group_document_step(gathered: GatheredOut, *, of_groups: bool) -> dict[str, Any]:
    """Return the documents of groups or of a working group: nothing of them is validated."""
    return render_step("group_documents", gathered=gathered, of_groups=of_groups)


def document_lines(held: HeldDocument, proposed: DeskRound) -> Iterator[DocumentLine]:
    """Yield all documents that can be downloaded: of the plan, of the round, letters, of the year, for the next one."""
    yield from map(held.line, held.offered)
    if can_validate(held.matching):
        yield from letter_lines(proposed, held.contacts)
        yield DocumentLine(name=NEXT, purpose=tr(NEXT_PURPOSE), holds=held.keys_inside)
        yield from (DocumentLine(name=name, purpose=what, holds=tr(CODES)) for name, what in proposed.offered)
    yield from held.follow_up.lines(named=held.named_documents)


def is_unnamed(programme: Programme) -> bool:
    """Return whether a programme still has the name of a draft."""
    return any(find_missing_programme_name(programme))


def letters_to_read(matching: Matching, contacts: Contacts) -> tuple[Sequence[Letter], str]:
    """Return the letters as they would confirm the pairs, and why there are none; a name to come stands as such."""
    if is_unnamed(matching.programme):
        heading = matching.programme.heading.model_copy(update={"name": tr(TO_BE_NAMED)})
        matching = replace(matching, programme=matching.programme.model_copy(update={"heading": heading}))
    try:
        return letters(matching, contacts, "confirmation"), ""
    except RequestError as error:
        first = error.problems[0] if error.problems else None
        return (), f"{error.message}. {first.where} : {first.found}." if first else error.message


def name_choices(programme: Programme, contacts: Contacts) -> list[tuple[str, str]]:
    """Return the questions that may give people's names, if the programme names none: id and words."""
    fields = contact_fields(programme, contacts)
    if programme.documents.names or contacts.names:
        return []
    guessed = name_fields(fields)
    return [(name, fields[name].question) for name in sorted(fields, key=lambda name: name not in guessed)]


def contact_choices(programme: Programme, contacts: Contacts) -> list[tuple[str, str, bool]]:
    """Return the questions that may say how partners reach each other: id, words, whether it is proposed or agreed."""
    agreed, names = programme.documents.contacts, programme.documents.names
    return [
        (name, field.question, name in agreed if agreed else asks_for_mail(name, field))
        for name, field in contact_fields(programme, contacts).items()
        if name not in names
    ]


def contact_fields(programme: Programme, contacts: Contacts) -> dict[str, AnyField]:
    """Return the contact questions that somebody answered."""
    given = {name for said in contacts.people.values() for name in said}
    return {name: field for name, field in programme.fields.items() if field.use == "contact" and name in given}


def settings_edits(asked: SetDocuments, programme: Programme) -> list[SettingsEdit]:
    """Return the edits of a programme that settle what documents say; raises RequestError if one cannot be."""
    questions = {name for name, field in programme.fields.items() if field.use == "contact"}
    if not {*(asked.names or ()), *(asked.contacts or ())} <= questions:
        raise RequestError(tr(UNKNOWN_QUESTION))
    if asked.name is not None and not asked.name.strip():
        raise RequestError(tr(NO_NAME))
    if asked.names == []:
        raise RequestError(tr(NO_NAMES))
    edits = []
    if asked.name is not None:
        edits.append(SettingsEdit(part="programme", changes={"name": asked.name.strip()}))
    stated = (("name", asked.names), ("contacts", asked.contacts), ("message", asked.message))
    changes: dict[str, Any] = {name: value for name, value in stated if value is not None}
    if changes:
        edits.append(SettingsEdit(part="documents", changes=changes))
    return edits


def with_settings(
    versions: ProgrammeVersions, edits: Sequence[ProgrammeEdit]
) -> tuple[ProgrammeVersions, ProgrammeText]:
    """Return the versions of a programme after edits of what documents say, and the newest version that is kept.

    Changes that are being tried in the form stay tried.
    """
    text = versions.newest
    for edit in edits:
        text = text.after(edit)
    if not versions.is_tried:
        return versions.edit(*edits).keep(), text
    return replace(versions, kept=(*versions.kept[:-1], text)).edit(*edits), text
