"""Pages and documents of a plan, each made on request unless it was made with the validation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEY_LABELS, NamesByPerson, cohort_names
from mentormatch.explanation.tables import code_sheet
from mentormatch.fields import SIDES
from mentormatch.inspection.intake import Intake
from mentormatch.inspection.section import writers
from mentormatch.languages.translation import language, mark, tr
from mentormatch.operations.access import watched_fields
from mentormatch.operations.carry_over import carry_over
from mentormatch.operations.matching import Exporter, Matching, NamedExporter, exporter_for, folder_exporters
from mentormatch.programme.enrolment import email_of
from mentormatch.record.decision import DECISION_NAME
from mentormatch.record.digests import digest
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
from mentormatch.service.desk.document_names import DocumentName, PageName
from mentormatch.service.desk.follow_up import FollowUpStep
from mentormatch.service.desk.result_tables import CODES_NOTE, KEYS_INSIDE, NAMES_NOTE, DocumentLine
from mentormatch.service.desk.rounds import RoundStep
from mentormatch.service.media_types import MediaType
from mentormatch.service.problems import RefusedError
from mentormatch.survey.contacts import Contacts

MEDIA_TYPES: Mapping[str, str] = {
    ".html": MediaType.HTML,
    ".zip": MediaType.ZIP,
    ".json": "application/json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".toml": "application/toml",
    ".txt": "text/plain; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CARRY_OVER_PURPOSE = mark("Pour l'édition suivante, à déposer avec ses réponses : les binômes, et qui est sans binôme")
# an archive of letters per occasion
LETTER_FILES: Mapping[str, tuple[LetterOccasion, str]] = {
    "lettres-proposition.zip": (
        "proposal",
        mark("À qui un binôme est proposé dans ce tour, et à qui il n'y a personne à proposer"),
    ),
    "lettres-rappel.zip": ("reminder", mark("À qui n'a pas encore répondu")),
    "lettres-confirmation.zip": ("confirmation", mark("À qui est dans un binôme décidé, avec comment le joindre")),
}
# in the order in which they are offered
DOCUMENT_PURPOSES: Mapping[str, str] = {
    DocumentName.ALL: mark(
        "Les documents qui suivent, en un seul fichier, sauf les fiches et ce qui dit qui est derrière chaque code"
    ),
    "binomes.xlsx": mark("Le classeur de l'équipe, à relire et à annoter (Excel, LibreOffice)"),
    "binomes.html": mark("La page à montrer au comité, à lire à l'écran ou à imprimer"),
    "binomes.resume.html": mark("Le résumé pour le comité : deux pages à imprimer, à voter et à signer"),
    "binomes.csv": mark("Le tableau des binômes, pour un autre tableur"),
    "binomes.json": mark("Le résultat pour une autre application"),
    "binomes.decision.json": mark("Le fichier de décision, qui permet de tout revérifier plus tard, sans aucun nom"),
    DocumentName.LOG: mark("Le journal : qui a décidé quoi, quand et pourquoi"),
    DocumentName.HANDOUTS: mark("Une fiche par participant·e et le tableau du publipostage, avec les coordonnées"),
    DocumentName.CODES: mark("Qui est derrière chaque code : pour l'équipe seule, à ne transmettre à personne"),
}
# documents that never contain the names chosen
PRIVACY_NOTES: Mapping[str, str] = {
    "binomes.json": mark("Des codes, jamais de noms"),
    "binomes.decision.json": mark("Ni noms ni réponses"),
    DocumentName.LOG: mark("Aucun nom de participant·e"),
    DocumentName.CODES: mark("Des codes, et les adresses ou les noms auxquels ils répondent"),
}


@dataclass(frozen=True)
class DocumentSource:
    """The inputs of documents: the current plan, contacts, naming, the seal, and the documents validated last.

    ``named``: names on the screen; ``named_documents``: names next to the keys in documents. ``seal`` is None for a
    proposal.
    """

    matching: Matching
    contacts: Contacts
    named: bool
    seal: Seal | None
    portfolio: DecisionArchive
    named_documents: bool = False
    follow_up: FollowUpStep = field(default_factory=FollowUpStep)

    @property
    def with_lessons(self) -> Matching:
        """The plan with the lessons of previous editions, if there are any."""
        return self.follow_up.with_lessons(self.matching)

    @property
    def sealed_files(self) -> Mapping[str, bytes]:
        """The files made when the plan was validated; only the log if another plan was validated after it."""
        files = self.portfolio.files if self.seal else {}
        if self.seal and DECISION_NAME in files and digest(files[DECISION_NAME]) != self.seal.decision:
            return {name: content for name, content in files.items() if name == DocumentName.LOG}
        return files

    @property
    def archive_files(self) -> dict[str, bytes]:
        """The files of the archive: the decision, the log if the plan is validated, and all documents."""
        sealed, names = self.sealed_files, self.names_given if self.named_documents else None
        if DECISION_NAME in sealed:
            return {**sealed, **{exporter.filename: self.render(exporter) for exporter in self.naming_exporters}}
        decision = exporter_for(DECISION_NAME)
        return {
            decision.filename: decision.content(self.matching),
            **sealed,
            **documents(self.with_lessons, self.seal, names),
        }

    @property
    def names_given(self) -> NamesByPerson:
        return cohort_names(self.contacts, self.matching.cohort, self.matching.programme)

    @property
    def naming_exporters(self) -> list[Exporter]:
        """The exporters of documents with names; none if names are not in documents."""
        exporters = folder_exporters().values() if self.named_documents else ()
        return [exporter for exporter in exporters if isinstance(exporter, NamedExporter)]

    def render(self, exporter: Exporter) -> bytes:
        """Render a document, with names if chosen and allowed."""
        return make_content(exporter, self.with_lessons, self.seal, self.names_given if self.named_documents else None)

    def privacy_note(self, name: str) -> str:
        """Return a text on the personal data in a document."""
        if name == DocumentName.HANDOUTS:
            return letters_privacy_note(self.matching, self.contacts)
        filenames = [exporter.filename for exporter in self.naming_exporters]
        named = name in filenames or (name == DocumentName.ALL and filenames)
        return tr(PRIVACY_NOTES.get(name, NAMES_NOTE if named else CODES_NOTE))

    def describe_document(self, name: str) -> DocumentLine:
        """Describe a document before its download."""
        question = contact_question(self.matching, self.contacts) if name == DocumentName.HANDOUTS else ""
        return DocumentLine(
            name=name, purpose=tr(DOCUMENT_PURPOSES[name]), holds=self.privacy_note(name), question=question
        )

    @property
    def names(self) -> ViewNames:
        """Names on the screen."""
        return self.contacts if self.named else False

    def page(self, name: str) -> bytes:
        """Return a page by its name, which ``check_page`` accepts."""
        if name.startswith(PAIR_PAGE_PREFIX):
            return self.pair_page(name).page().encode()
        if name == PageName.SUMMARY:
            names = self.names_given if self.named_documents else None
            return make_content(exporter_for("binomes.resume.html"), self.with_lessons, self.seal, names)
        if name == PageName.CARDS:
            names, contacts = (self.names_given, self.contacts) if self.named_documents else (None, None)
            return pair_cards(self.matching, summary_labels(self.matching, names), contacts, self.seal).encode()
        view = PLAN_PAGES[name][1]
        if view:
            return view(self).page().encode()
        return make_content(
            exporter_for(".html"), self.with_lessons, self.seal, self.names_given if self.named else None
        )

    def pair_page(self, name: str) -> PairPiece:
        """Return the page of two people, paired or not. Raises RequestError for unknown positions."""
        positions = [
            int(part) for part in name.removeprefix(PAIR_PAGE_PREFIX).split("-") if part.isascii() and part.isdecimal()
        ]
        n, m = self.matching.problem.shape
        if len(positions) != 2 or not (0 < positions[0] <= n and 0 < positions[1] <= m):
            raise RequestError(tr("Personne inconnue"))
        return PairPiece(self.matching, get_view_labels(self.matching, self.names), positions[0] - 1, positions[1] - 1)

    @property
    def menu_labels(self) -> tuple[list[str], list[str]]:
        """The labels of mentors and mentees in order; empty if there are too many for a menu."""
        if sum(self.matching.problem.shape) > 1_000:
            return [], []
        labels, cohort = get_view_labels(self.matching, self.names), self.matching.cohort
        mentors, mentees = ([labels.person(side, key) for key in cohort.side(side).ids] for side in SIDES)
        return mentors, mentees

    @property
    def keys_note(self) -> str:
        """A text on the personal data in documents with keys."""
        return tr(CODES_NOTE if self.matching.labels is KEY_LABELS else KEYS_INSIDE)

    @property
    def views(self) -> list[str]:
        """The pages, in display order."""
        return [name for name in PLAN_PAGES if name != PageName.ACCESS or watched_fields(self.matching.programme)]

    @property
    def offered_documents(self) -> list[str]:
        """The documents that the plan has, in the order of their purposes."""
        has_codes = self.matching.labels is not KEY_LABELS
        is_missing: dict[str, bool] = {
            DocumentName.LOG: self.seal is None,
            DocumentName.HANDOUTS: not can_validate(self.matching),
            DocumentName.CODES: not has_codes,
        }
        return [name for name in DOCUMENT_PURPOSES if not is_missing.get(name, False)]

    def content(self, name: str) -> bytes:
        """Return a document by its name."""
        if name == DocumentName.ALL:
            return zip_files(self.archive_files)
        if name == DocumentName.CARRY_OVER:
            return carry_over(self.matching).to_json().encode()
        if name == DocumentName.CODES:
            return to_csv(code_sheet(self.matching.cohort, self.matching.labels))
        if name == DocumentName.HANDOUTS:
            return zip_files(handout_files(self.matching, self.contacts, self.seal))
        files = self.sealed_files
        if name in files and name not in [exporter.filename for exporter in self.naming_exporters]:
            return files[name]
        return self.render(exporter_for(name))


type DocumentView = Callable[[DocumentSource], Piece]

PAIR_PAGE_PREFIX = "binome-"  # prefix of pages of two people, before their positions from 1
# pages by the names in their paths
PLAN_PAGES: Mapping[str, tuple[str, DocumentView | None]] = {
    PageName.OVERVIEW: (mark("Vue d'ensemble"), None),
    "sans-binome": (mark("Sans binôme"), lambda source: source.matching.show.unmatched(names=source.names)),
    "possibles": (mark("Qui pourrait rencontrer qui"), lambda source: source.matching.show.market(names=source.names)),
    "recruter": (mark("Qui recruter"), lambda source: source.matching.show.recruit(names=source.names)),
    "objectifs": (mark("Ce que coûte chaque objectif"), lambda source: source.matching.show.prices()),
    PageName.ACCESS: (mark("Égalité d'accès"), lambda source: source.matching.show.access()),
    "incitations": (mark("Répondre autrement"), lambda source: source.matching.show.incentives()),
    "departs": (mark("Tenir aux départs"), lambda source: source.matching.show.sturdy()),
    "annees": (mark("Ce que les années enseignent"), lambda source: source.with_lessons.show.learn(names=source.names)),
    "solidite": (
        mark("Binômes solides et fragiles"),
        lambda source: source.matching.show.robustness(names=source.names),
    ),
    "certificat": (mark("Est-ce le meilleur possible ?"), lambda source: source.matching.show.certificate()),
}


def check_page(name: str) -> None:
    if name not in (*PLAN_PAGES, PageName.SUMMARY, PageName.CARDS) and not name.startswith(PAIR_PAGE_PREFIX):
        raise RefusedError("not-found", mark("Cette page n'existe pas"))


def check_document(name: str) -> None:
    if name not in (*DOCUMENT_PURPOSES, DocumentName.CARRY_OVER):
        raise RefusedError("not-found", mark("Ce document n'existe pas"))


def intake_page(intake: Intake) -> bytes:
    return writers()[".html"].content(intake)


def intake_documents(intake: Intake) -> bytes:
    """Return all documents on the intake, as one archive."""
    return zip_files({writer.filename: writer.content(intake) for writer in writers().values()})


def get_media_type(name: str) -> str:
    """Return the media type of a document.

    >>> print(get_media_type("binomes.decision.json"), get_media_type("binomes.zip"))
    application/json application/zip
    """
    return MEDIA_TYPES.get(name[name.rfind(".") :], MediaType.BINARY)


def list_letters(current: RoundStep, contacts: Contacts) -> list[DocumentLine]:
    """Describe the letters that have recipients; none if the programme has no question on e-mail addresses."""
    proposal = current.proposal
    if email_of(proposal.matching.programme) is None:
        return []
    recipients = {
        "proposal": proposal.new,
        "reminder": proposal.open,
        "confirmation": current.board.now.seal or proposal.settled,
    }
    return [
        DocumentLine(
            name=name,
            purpose=tr(purpose),
            holds=letters_privacy_note(proposal.matching, contacts),
            question=contact_question(proposal.matching, contacts) if kind == "confirmation" else "",
        )
        for name, (kind, purpose) in LETTER_FILES.items()
        if recipients[kind]
    ]


def letters_privacy_note(matching: Matching, contacts: Contacts) -> str:
    return tr(
        mark("Des noms et des coordonnées")
        if cohort_names(contacts, matching.cohort, matching.programme)
        else mark("Des codes et des coordonnées")
    )


def contact_question(matching: Matching, contacts: Contacts) -> str:
    """Return the question to confirm if some people of a pair cannot contact each other, else an empty text."""
    problem_text = format_unreachable_warning(matching, make_handouts(matching, contacts))
    return f"{problem_text} {tr('Continuer quand même ?')}" if problem_text else ""


def letter_archive(name: str, current: RoundStep, contacts: Contacts) -> bytes:
    """Return the letters of an occasion with names, in the language of the programme."""
    kind, proposal = LETTER_FILES[name][0], current.proposal
    matching = proposal.matching
    about = matching if kind == "confirmation" and current.board.now.seal else proposal
    with language(matching.language):
        all_letters = letters(about, contacts, kind)
        files = {TABLE_FILENAME: to_csv(letters_table(all_letters))}
        return zip_files(files | {letter.file: letter.eml() for letter in all_letters if letter.address})
