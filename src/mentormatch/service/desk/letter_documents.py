"""The letters to people that a desk hands out: drafts of e-mail and their table, in one archive an occasion."""

from collections.abc import Mapping

from mentormatch.languages import language, mark, tr
from mentormatch.programme.enrolment import email_of
from mentormatch.programme.programme import Programme
from mentormatch.report.exporters.delimited import delimited
from mentormatch.report.folder import packed
from mentormatch.report.letters import TABLE, LetterKind, letters, letters_table
from mentormatch.service.desk.result_tables import DocumentLine
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.survey.contacts import Contacts

FILES: Mapping[str, tuple[LetterKind, str]] = {
    "lettres-proposition.zip": (
        "proposal",
        mark("À qui un binôme est proposé dans ce tour, et à qui il n'y a personne à proposer"),
    ),
    "lettres-rappel.zip": ("reminder", mark("À qui n'a pas encore répondu")),
    "lettres-confirmation.zip": ("confirmation", mark("À qui est dans un binôme décidé, avec comment le joindre")),
}
"""One archive an occasion."""
NAMED, CODED = mark("Des noms et des coordonnées"), mark("Des codes et des coordonnées")


def letter_lines(of: DeskRound, *, named: bool) -> list[DocumentLine]:
    """Return the letters that can be had: those that have somebody to go to, where the programme asks for addresses."""
    proposed = of.proposal
    if email_of(proposed.matching.programme) is None:
        return []
    has = {"proposal": proposed.new, "reminder": proposed.open, "confirmation": of.board.now.seal or proposed.settled}
    return [
        DocumentLine(name=name, purpose=tr(purpose), holds=tr(NAMED if named else CODED))
        for name, (kind, purpose) in FILES.items()
        if has[kind]
    ]


def letter_archive(name: str, of: DeskRound, contacts: Contacts, *, named: bool) -> bytes:
    """Return the letters of an occasion, in the language of the programme; ``named``: people are called by name."""
    kind, proposed = FILES[name][0], of.proposal
    matching = proposed.matching
    about = matching if kind == "confirmation" and of.board.now.seal else proposed
    with language(matching.language):
        told = contacts if named else without_names(contacts, matching.programme)
        written = letters(about, told, kind)  # type: ignore[arg-type]
        files = {TABLE: delimited(letters_table(written))}
        return packed(files | {one.file: one.eml() for one in written if one.address})


def without_names(contacts: Contacts, programme: Programme) -> Contacts:
    """Return how people are reached, without what they are called."""
    name = programme.documents.name
    people = {
        person: {field: said for field, said in answers.items() if field != name}
        for person, answers in contacts.people.items()
    }
    return Contacts(tuple(field for field in contacts.fields if field != name), people)
