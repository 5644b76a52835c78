"""The step of documents: downloads per reader, a letter to read, and the reasons why letters cannot be sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.fields import AnyField
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText, ProgrammeVersions, SettingsEdit
from mentormatch.programme.enrolment import email_of
from mentormatch.programme.programme import Programme
from mentormatch.report.addressing import find_missing_programme_name
from mentormatch.report.handouts import make_handouts
from mentormatch.report.letters import Letter, letters
from mentormatch.report.view import can_validate, get_seal_sentences
from mentormatch.service.desk.desk_requests import SetDocuments
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.documents import CARRY_OVER_PURPOSE, DocumentSource, list_letters
from mentormatch.service.desk.kind_steps import GroupResultOut
from mentormatch.service.desk.result_tables import CODES_NOTE, DocumentLine
from mentormatch.service.desk.rounds import RoundStep
from mentormatch.service.desk.step_tree import render_step
from mentormatch.survey.contacts import Contacts, asks_for_mail
from mentormatch.survey.intake import name_fields

UNNAMED_YET = mark("Ce programme n'a pas encore de nom")


def document_step(source: DocumentSource, current: RoundStep, letter_index: int) -> dict[str, Any]:
    """Return the step of documents; ``letter_index`` selects a letter, the first one if there are fewer."""
    matching, programme = source.matching, source.matching.programme
    answered = can_validate(matching)
    all_letters, refusal = letters_to_read(matching, source.contacts) if answered else ((), "")
    lines = {line.name: line for line in document_lines(source, current)}
    partners = [bool(handout.partners) for handout in make_handouts(matching, source.contacts)] if all_letters else []
    place = letter_index if letter_index < len(all_letters) else 0
    # The cards for committee and participants offer these documents
    letters = ("lettres-proposition.zip", "lettres-rappel.zip", "lettres-confirmation.zip")
    shown_above = ("binomes.xlsx", DocumentName.HANDOUTS, *letters)
    return render_step(
        "documents",
        answered=answered,
        final=source.seal is not None,
        standing=[*(caveat.sentence for caveat in matching.caveats), *get_seal_sentences(matching, source.seal)],
        unproved=any(caveat.code is CaveatCode.UNPROVED for caveat in matching.caveats),
        unnamed=is_unnamed(programme),
        refusal=refusal,
        name_choices=name_choices(programme, source.contacts),
        contact_choices=contact_choices(programme, source.contacts),
        agreed=[name for name in programme.documents.contacts if name not in programme.documents.names],
        programme=programme.name,
        message=programme.documents.message,
        pairs=len(matching.pairs),
        unmatched=len(matching.unmatched),
        letters=len(all_letters),
        paired_letters=sum(partners),
        letter=all_letters[place] if all_letters else None,
        place=place,
        first_without=partners.index(False) if False in partners else None,
        named=source.named_documents,
        lines=lines,
        confirmation=lines.get("lettres-confirmation.zip"),
        archives=[line for name, line in lines.items() if name not in shown_above],
    )


def group_document_step(gathered: GroupResultOut, *, of_groups: bool) -> dict[str, Any]:
    """Return the step of documents for groups or a working group, which have no validation."""
    return render_step("group_documents", gathered=gathered, of_groups=of_groups)


def document_lines(source: DocumentSource, current: RoundStep) -> Iterator[DocumentLine]:
    """Yield all downloads: plan, letters, next edition, round, and follow-up."""
    yield from map(source.describe_document, source.offered_documents)
    if can_validate(source.matching):
        yield from list_letters(current, source.contacts)
        yield DocumentLine(name=DocumentName.CARRY_OVER, purpose=tr(CARRY_OVER_PURPOSE), holds=source.keys_note)
        yield from (
            DocumentLine(name=name, purpose=purpose, holds=tr(CODES_NOTE)) for name, purpose in current.offered_files
        )
    yield from source.follow_up.document_lines(named=source.named_documents)


def is_unnamed(programme: Programme) -> bool:
    """Return whether a programme has the name of a draft."""
    return any(find_missing_programme_name(programme))


def letters_to_read(matching: Matching, contacts: Contacts) -> tuple[Sequence[Letter], str]:
    """Return the confirmation letters, and the reason if there are none; a missing name is marked as such."""
    if is_unnamed(matching.programme):
        heading = matching.programme.heading.model_copy(update={"name": tr("(nom du programme)")})
        matching = replace(matching, programme=matching.programme.model_copy(update={"heading": heading}))
    try:
        return letters(matching, contacts, "confirmation"), ""
    except RequestError as error:
        first = error.problems[0] if error.problems else None
        return (), f"{error.message}. {first.where} : {first.found}." if first else error.message


def name_choices(programme: Programme, contacts: Contacts) -> list[tuple[str, str]]:
    """Return the questions that may contain names (id and text), likely ones first; none if names are known."""
    fields = contact_fields(programme, contacts)
    if programme.documents.names or contacts.names:
        return []
    guessed = name_fields(fields)
    return [(name, fields[name].question) for name in sorted(fields, key=lambda name: name not in guessed)]


def contact_choices(programme: Programme, contacts: Contacts) -> list[tuple[str, str, bool]]:
    """Return the questions that may contain contact details: id, text, and whether proposed or chosen."""
    agreed, names = programme.documents.contacts, programme.documents.names
    email = email_of(programme)
    return [
        (name, field.question, name in agreed if agreed else name == email or asks_for_mail(name, field))
        for name, field in contact_fields(programme, contacts).items()
        if name not in names
    ]


def contact_fields(programme: Programme, contacts: Contacts) -> dict[str, AnyField]:
    """Return the contact questions with at least one answer."""
    answered = {name for answers in contacts.people.values() for name in answers}
    return {name: field for name, field in programme.fields.items() if field.use == "contact" and name in answered}


def settings_edits(request: SetDocuments, programme: Programme) -> list[SettingsEdit]:
    """Return the edits of the document settings. Raises RequestError if a setting is invalid."""
    questions = {name for name, field in programme.fields.items() if field.use == "contact"}
    if not {*(request.names or ()), *(request.contacts or ())} <= questions:
        raise RequestError(tr("Une de ces questions n'est pas parmi les coordonnées du programme"))
    if request.name is not None and not request.name.strip():
        raise RequestError(tr("Donnez un nom au programme"))
    if request.names == []:
        raise RequestError(tr("Cochez la colonne des noms, ou celles du prénom et du nom"))
    edits = []
    if request.name is not None:
        edits.append(SettingsEdit(part="programme", changes={"name": request.name.strip()}))
    settings = (("name", request.names), ("contacts", request.contacts), ("message", request.message))
    changes: dict[str, Any] = {name: value for name, value in settings if value is not None}
    if changes:
        edits.append(SettingsEdit(part="documents", changes=changes))
    return edits


def with_settings(
    versions: ProgrammeVersions, edits: Sequence[ProgrammeEdit]
) -> tuple[ProgrammeVersions, ProgrammeText]:
    """Return the versions of a programme after edits of its settings, and the newest kept version.

    Unsaved changes in the form stay unsaved.
    """
    text = versions.newest
    for edit in edits:
        text = text.after(edit)
    if not versions.is_tried:
        return versions.edit(*edits).keep(), text
    return replace(versions, kept=(*versions.kept[:-1], text)).edit(*edits), text
