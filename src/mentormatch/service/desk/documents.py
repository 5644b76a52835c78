"""What a desk hands out: pages to look at, and documents to keep, each made when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEYS, NamesByPerson, cohort_names
from mentormatch.explanation.tables import code_sheet
from mentormatch.fields import SIDES
from mentormatch.inspection.intake import Intake
from mentormatch.inspection.section import writers
from mentormatch.languages.translation import language, mark, tr
from mentormatch.operations.access import watched_fields
from mentormatch.operations.carry_over import carry_over
from mentormatch.operations.matching import Exporter, Matching, NamedExporter, documents_made, exporter_for
from mentormatch.programme.enrolment import email_of
from mentormatch.record.seal import Seal
from mentormatch.report.addressing import format_unreachable_warning
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.folder import DecisionArchive, documents, make_content, zip_files
from mentormatch.report.handouts import handout_files, make_handouts
from mentormatch.report.letters import TABLE_FILENAME, LetterOccasion, letters, letters_table
from mentormatch.report.pair_cards import pair_cards
from mentormatch.report.view import can_validate, summary_labels
from mentormatch.report.views.pairs import PairPiece
from mentormatch.report.views.piece import Piece, ViewNames, get_view_labels
from mentormatch.service.desk.assets import HTML
from mentormatch.service.desk.follow_up import DeskFollowUp
from mentormatch.service.desk.result_tables import CODES, NAMES, DocumentLine
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.service.problems import RefusedError
from mentormatch.survey.contacts import Contacts

ZIP, BYTES = "application/zip", "application/octet-stream"
TYPES: Mapping[str, str] = {
    ".html": HTML,
    ".zip": ZIP,
    ".json": "application/json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".toml": "application/toml",
    ".txt": "text/plain; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By suffix."""
JOURNAL = "binomes.journal.jsonl"
ALL, HANDOUTS, ANSWERS = "binomes.zip", "fiches.zip", "reponses.zip"
WHO = "qui-est-qui.csv"
"""Joins codes and keys; by itself, in no archive."""
KEYS_INSIDE = mark("Des adresses ou des noms, pour l'équipe seule")
NEXT = "edition.json"
"""What the next edition is told."""
NEXT_PURPOSE = mark("Pour l'édition suivante, à déposer avec ses réponses : les binômes, et qui est sans binôme")
LETTER_FILES: Mapping[str, tuple[LetterOccasion, str]] = {
    "lettres-proposition.zip": (
        "proposal",
        mark("À qui un binôme est proposé dans ce tour, et à qui il n'y a personne à proposer"),
    ),
    "lettres-rappel.zip": ("reminder", mark("À qui n'a pas encore répondu")),
    "lettres-confirmation.zip": ("confirmation", mark("À qui est dans un binôme décidé, avec comment le joindre")),
}
"""The letters to people: one archive an occasion."""
ANYWAY = mark("Continuer quand même ?")
NAMED, CODED = mark("Des noms et des coordonnées"), mark("Des codes et des coordonnées")
PURPOSES: Mapping[str, str] = {
    ALL: mark(
        "Les documents qui suivent, en un seul fichier, sauf les fiches et ce qui dit qui est derrière chaque code"
    ),
    "binomes.xlsx": mark("Le classeur de l'équipe, à relire et à annoter (Excel, LibreOffice)"),
    "binomes.html": mark("La page à montrer au comité, à lire à l'écran ou à imprimer"),
    "binomes.resume.html": mark("Le résumé pour le comité : deux pages à imprimer, à voter et à signer"),
    "binomes.csv": mark("Le tableau des binômes, pour un autre tableur"),
    "binomes.json": mark("Le résultat pour une autre application"),
    "binomes.decision.json": mark("Le fichier de décision, qui permet de tout revérifier plus tard, sans aucun nom"),
    JOURNAL: mark("Le journal : qui a décidé quoi, quand et pourquoi"),
    HANDOUTS: mark("Une fiche par participant·e et le tableau du publipostage, avec les coordonnées"),
    WHO: mark("Qui est derrière chaque code : pour l'équipe seule, à ne transmettre à personne"),
}
"""In the order in which they are offered."""
HOLDINGS: Mapping[str, str] = {
    "binomes.json": mark("Des codes, jamais de noms"),
    "binomes.decision.json": mark("Ni noms ni réponses"),
    JOURNAL: mark("Aucun nom de participant·e"),
    WHO: mark("Des codes, et les adresses ou les noms auxquels ils répondent"),
}
"""What those documents hold that never change with the choice of names."""


@dataclass(frozen=True)
class HeldDocument:
    """What documents are made from: the plan at present, and what was sealed of it.

    ``named``: what is seen on the screen calls people by the names that they gave; ``named_documents``: documents hold
    these names beside their keys.
    """

    matching: Matching
    contacts: Contacts
    named: bool
    seal: Seal | None
    portfolio: DecisionArchive
    named_documents: bool = False
    follow_up: DeskFollowUp = field(default_factory=DeskFollowUp)

    @property
    def taught(self) -> Matching:
        """The plan with how editions before went, where some were given."""
        return self.follow_up.beside(self.matching)

    @property
    def sealed(self) -> dict[str, bytes]:
        """The documents of the plan: those that were sealed, if it was; a proposal, with its decision, otherwise."""
        names = self.given if self.named_documents else None
        if self.seal:
            return self.portfolio.files | {one.filename: self.made(one) for one in self.holding}
        decision = exporter_for("binomes.decision.json")
        return {decision.filename: decision.content(self.matching), **documents(self.taught, None, names)}

    @property
    def given(self) -> NamesByPerson:
        """The names that people gave."""
        return cohort_names(self.contacts, self.matching.cohort, self.matching.programme)

    @property
    def holding(self) -> list[Exporter]:
        """What makes the documents that hold names; none where these were not asked for."""
        made = documents_made().values() if self.named_documents else ()
        return [one for one in made if isinstance(one, NamedExporter)]

    def made(self, exporter: Exporter) -> bytes:
        """Return a document as it is at present, with names where they were asked for and it may hold some."""
        return make_content(exporter, self.taught, self.seal, self.given if self.named_documents else None)

    def holds(self, name: str) -> str:
        """Return what a document says of people, in words."""
        if name == HANDOUTS:
            return held_in_letters(self.matching, self.contacts)
        holding = [one.filename for one in self.holding]
        named = name in holding or (name == ALL and holding)
        return tr(HOLDINGS.get(name, NAMES if named else CODES))

    def line(self, name: str) -> DocumentLine:
        """Return what is told of a document before somebody takes it."""
        question = doubt_on(self.matching, self.contacts) if name == HANDOUTS else ""
        return DocumentLine(name=name, purpose=tr(PURPOSES[name]), holds=self.holds(name), question=question)

    @property
    def names(self) -> ViewNames:
        """How views call people."""
        return self.contacts if self.named else False

    def page(self, name: str) -> bytes:
        """Return a page that can be looked at."""
        if name.startswith(TWO):
            return self.two(name).page().encode()
        if name == SUMMARY:
            names = self.given if self.named_documents else None
            return make_content(exporter_for("binomes.resume.html"), self.taught, self.seal, names)
        if name == CARDS:
            names, contacts = (self.given, self.contacts) if self.named_documents else (None, None)
            return pair_cards(self.matching, summary_labels(self.matching, names), contacts, self.seal).encode()
        view = VIEWS[name][1]
        if view:
            return view(self).page().encode()
        return make_content(exporter_for(".html"), self.taught, self.seal, self.given if self.named else None)

    def two(self, name: str) -> PairPiece:
        """Return the page of any two people, chosen or not; raises RequestError where they are not both there."""
        places = [int(part) for part in name.removeprefix(TWO).split("-") if part.isascii() and part.isdecimal()]
        n, m = self.matching.problem.shape
        if len(places) != 2 or not (0 < places[0] <= n and 0 < places[1] <= m):
            raise RequestError(tr("Personne inconnue"))
        return PairPiece(self.matching, get_view_labels(self.matching, self.names), places[0] - 1, places[1] - 1)

    @property
    def people(self) -> tuple[list[str], list[str]]:
        """What mentors and mentees are called, in their order; nobody where there are too many to choose from."""
        if sum(self.matching.problem.shape) > MOST_CHOICES:
            return [], []
        labels, cohort = get_view_labels(self.matching, self.names), self.matching.cohort
        mentors, mentees = ([labels.person(side, key) for key in cohort.side(side).ids] for side in SIDES)
        return mentors, mentees

    @property
    def keys_inside(self) -> str:
        """What documents hold that join people by their keys, in words."""
        return tr(CODES if self.matching.labels is KEYS else KEYS_INSIDE)

    @property
    def views(self) -> list[str]:
        """The pages that can be looked at, in the order in which they are offered."""
        return [name for name in VIEWS if name != ACCESS or watched_fields(self.matching.programme)]

    @property
    def offered(self) -> list[str]:
        """What can be asked for, in the order of the purposes."""
        coded = self.matching.labels is not KEYS
        without = {JOURNAL: self.seal is None, HANDOUTS: not can_validate(self.matching), WHO: not coded}
        return [name for name in PURPOSES if not without.get(name, False)]

    def content(self, name: str) -> bytes:
        """Return a document that can be asked for."""
        if name == ALL:
            return zip_files(self.sealed)
        if name == NEXT:
            return carry_over(self.matching).to_json().encode()
        if name == WHO:
            return to_csv(code_sheet(self.matching.cohort, self.matching.labels))
        if name == HANDOUTS:
            return zip_files(handout_files(self.matching, self.contacts, self.seal))
        files = self.portfolio.files if self.seal else {}
        if name in files and name not in [one.filename for one in self.holding]:
            return files[name]
        return self.made(exporter_for(name))


type DocumentView = Callable[[HeldDocument], Piece]

TWO = "binome-"
"""How the pages of two people begin: their places among mentors and mentees follow, from 1."""
MOST_CHOICES = 1_000
"""People in a menu; beyond that nobody finds anybody there."""
CARDS = "fiches"
"""The page of the pairs in detail, for the team alone."""
SUMMARY = "resume"
"""The page of the two pages for the committee, which is a document alone."""
OVERVIEW, ACCESS = "binomes", "acces"
"""The page of the committee, which is a document too, and the one of a programme that watches a question."""
VIEWS: Mapping[str, tuple[str, DocumentView | None]] = {
    OVERVIEW: (mark("Vue d'ensemble"), None),
    "sans-binome": (mark("Sans binôme"), lambda held: held.matching.show.unmatched(names=held.names)),
    "possibles": (mark("Qui pourrait rencontrer qui"), lambda held: held.matching.show.market(names=held.names)),
    "recruter": (mark("Qui recruter"), lambda held: held.matching.show.recruit(names=held.names)),
    "objectifs": (mark("Ce que coûte chaque objectif"), lambda held: held.matching.show.prices()),
    ACCESS: (mark("Égalité d'accès"), lambda held: held.matching.show.access()),
    "incitations": (mark("Répondre autrement"), lambda held: held.matching.show.incentives()),
    "departs": (mark("Tenir aux départs"), lambda held: held.matching.show.sturdy()),
    "annees": (mark("Ce que les années enseignent"), lambda held: held.taught.show.learn(names=held.names)),
    "solidite": (mark("Binômes solides et fragiles"), lambda held: held.matching.show.robustness(names=held.names)),
    "certificat": (mark("Est-ce le meilleur possible ?"), lambda held: held.matching.show.certificate()),
}
"""The pages of a plan, by the names in their addresses."""


def check_page(name: str) -> None:
    """Raise RefusedError where no page of a plan is called so."""
    if name not in (*VIEWS, SUMMARY, CARDS) and not name.startswith(TWO):
        raise RefusedError("not-found", mark("Cette page n'existe pas"))


def check_document(name: str) -> None:
    """Raise RefusedError where no document of a plan is called so."""
    if name not in (*PURPOSES, NEXT):
        raise RefusedError("not-found", mark("Ce document n'existe pas"))


def intake_page(intake: Intake) -> bytes:
    """Return what came in, as a page."""
    return writers()[".html"].content(intake)


def intake_documents(intake: Intake) -> bytes:
    """Return what came in as all documents of it, in one archive."""
    return zip_files({writer.filename: writer.content(intake) for writer in writers().values()})


def type_of(name: str) -> str:
    """Return the media type of a document.

    >>> type_of("binomes.decision.json"), type_of("binomes.zip")
    ('application/json', 'application/zip')
    """
    return TYPES.get(name[name.rfind(".") :], BYTES)


def letter_lines(of: DeskRound, contacts: Contacts) -> list[DocumentLine]:
    """Return the letters that can be had: those that have somebody to go to, where the programme asks for addresses."""
    proposed = of.proposal
    if email_of(proposed.matching.programme) is None:
        return []
    has = {"proposal": proposed.new, "reminder": proposed.open, "confirmation": of.board.now.seal or proposed.settled}
    return [
        DocumentLine(
            name=name,
            purpose=tr(purpose),
            holds=held_in_letters(proposed.matching, contacts),
            question=doubt_on(proposed.matching, contacts) if kind == "confirmation" else "",
        )
        for name, (kind, purpose) in LETTER_FILES.items()
        if has[kind]
    ]


def held_in_letters(matching: Matching, contacts: Contacts) -> str:
    """Return what letters and sheets hold of people."""
    return tr(NAMED if cohort_names(contacts, matching.cohort, matching.programme) else CODED)


def doubt_on(matching: Matching, contacts: Contacts) -> str:
    """Return what is asked before sheets or letters go out in which people do not read how to reach each other."""
    found = format_unreachable_warning(matching, make_handouts(matching, contacts))
    return f"{found} {tr(ANYWAY)}" if found else ""


def letter_archive(name: str, of: DeskRound, contacts: Contacts) -> bytes:
    """Return the letters of an occasion, in the language of the programme, to people by their names."""
    kind, proposed = LETTER_FILES[name][0], of.proposal
    matching = proposed.matching
    about = matching if kind == "confirmation" and of.board.now.seal else proposed
    with language(matching.language):
        written = letters(about, contacts, kind)
        files = {TABLE_FILENAME: to_csv(letters_table(written))}
        return zip_files(files | {one.file: one.eml() for one in written if one.address})
