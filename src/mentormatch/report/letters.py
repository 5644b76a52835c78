"""E-mail letters from templates that staff can edit, ready for a mail program; nothing is sent.

A letter has an address, a subject, a text, and the same text as HTML. Contact details of partners, as far as the
programme shows them, are in letters of the occasion ``confirmation`` only. In a proposal, nobody can therefore contact
a person who has not accepted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from os import PathLike
from pathlib import Path
from string import Formatter
from typing import ClassVar, Literal, get_args

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import write_generation
from mentormatch.base.progress import track_documents
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.explanation.names import GivenNames, with_names
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.fields import ACROSS, Side
from mentormatch.languages.phrases import about, listed, quoted, system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, mark, tr, tr_n
from mentormatch.operations.matching import KeyPair, Matching, keys_of
from mentormatch.operations.proposal import Proposal
from mentormatch.operations.repair_choices import LetterChange, letter_changes
from mentormatch.programme.enrolment import email_of
from mentormatch.record.digests import digest
from mentormatch.report.addressing import refuse_nameless
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.handouts import (
    Handout,
    Partner,
    find_roles,
    get_contact_details,
    list_identities,
    make_handouts,
)
from mentormatch.survey.contacts import Contacts, find_address_fault

type LetterOccasion = Literal["proposal", "confirmation", "reminder"]
type LetterKind = Literal["proposal", "confirmation", "without", "reminder", "change", "ended", "left"]
LETTER_KINDS: tuple[LetterKind, ...] = get_args(LetterKind.__value__)
# The file name of each template
TEMPLATE_FILES: Mapping[LetterKind, str] = {
    "proposal": mark("proposition.txt"),
    "confirmation": mark("confirmation.txt"),
    "without": mark("sans-binome.txt"),
    "reminder": mark("rappel.txt"),
    "change": mark("changement.txt"),
    "ended": mark("arret.txt"),
    "left": mark("depart.txt"),
}
# The first line is the subject. Placeholders in braces are filled in; paragraphs that remain empty are dropped.
DEFAULT_TEMPLATES: Mapping[LetterKind, str] = {
    "proposal": mark(
        "{programme} : nous vous proposons un binôme\n\n"
        "Bonjour {name},\n\n{sentence}\n\n"
        "Acceptez-vous ? Répondez avec votre code, {code}, par oui ou par non{deadline}. "
        "Un non n'a pas à être expliqué.\n\n{message}\n\nL'équipe"
    ),
    "confirmation": mark(
        "{programme} : votre binôme est formé\n\n"
        "Bonjour {name},\n\n{sentence}\n\n{partners}\n\nÀ vous de prendre contact.\n\n{message}\n\nL'équipe"
    ),
    "without": mark(
        "{programme} : pas de binôme cette fois-ci\n\n"
        "Bonjour {name},\n\nNous n'avons pas de binôme à vous proposer cette fois-ci. Ce n'est pas un jugement : "
        "il n'y avait personne de disponible qui convienne, sous les règles du programme. "
        "Nous vous tiendrons au courant.\n\nL'équipe"
    ),
    "reminder": mark(
        "{programme} : votre réponse nous manque\n\n"
        "Bonjour {name},\n\n{sentence}\n\n"
        "Nous n'avons pas encore votre réponse. Répondez avec votre code, {code}, par oui ou par non{deadline}."
        "\n\nL'équipe"
    ),
    "change": mark(
        "{programme} : votre binôme change\n\n"
        "Bonjour {name},\n\n{ended}\n\n{sentence}\n\n{partners}\n\n{message}\n\nL'équipe"
    ),
    "ended": mark(
        "{programme} : votre binôme s'arrête\n\n"
        "Bonjour {name},\n\n{ended}\n\nNous n'avons pas encore de suite à vous proposer : nous cherchons, "
        "et nous vous écrirons.\n\nL'équipe"
    ),
    "left": mark(
        "{programme} : merci\n\n"
        "Bonjour {name},\n\n{ended}\n\nMerci du temps que vous y avez donné. "
        "L'équipe s'occupe de la suite.\n\nL'équipe"
    ),
}
# The placeholders of templates, in English and in the current language
PLACEHOLDERS: Mapping[str, str] = {
    "name": mark("nom"),
    "code": mark("code"),
    "programme": mark("programme"),
    "sentence": mark("phrase"),
    "partners": mark("partenaires"),
    "ended": mark("arrêt"),
    "message": mark("message"),
    "deadline": mark("date_limite"),
}
TEMPLATE_ENCODING = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Template:
    """A subject and a text with placeholders in braces."""

    subject: str
    text: str

    def fill_in(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and text with placeholders filled in, without paragraphs that are then empty."""
        subject = " ".join(self.subject.format_map(values).split())
        paragraphs = [part.strip() for part in self.text.format_map(values).split("\n\n")]
        return subject, "\n\n".join(part for part in paragraphs if part) + "\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person, whose code is ``key``; ``file`` names the draft by side and row number."""

    made_by: ClassVar[str] = 'mm.letters(proposal, contacts, "proposal")'

    key: str
    address: str
    subject: str
    text: str
    file: str

    @property
    def html(self) -> str:
        """The text as HTML, one element per paragraph."""
        parts = [escape(part).replace("\n", "<br>\n") for part in self.text.strip().split("\n\n")]
        return "\n".join(f"<p>{part}</p>" for part in parts) + "\n"

    def eml(self) -> bytes:
        """Return a draft for mail programs, without a sender, so that it is sent from the account that opens it."""
        mail = EmailMessage(policy=SMTP)
        mail["To"] = self.address
        mail["X-Unsent"] = "1"
        mail.set_content(self.text)
        mail.add_alternative(f"<!DOCTYPE html><html><body>\n{self.html}</body></html>\n", subtype="html")
        mail.set_boundary(digest(self.text.encode())[:32])  # the same letter is the same file
        # EmailMessage encodes words one by one, and doubles the space between two encoded words.
        subject = Header(" ".join(self.subject.split()), header_name="Subject").encode(linesep="\r\n")
        return f"Subject: {subject}\r\n".encode("ascii") + mail.as_bytes()


def templates_in(folder: str | PathLike[str], spoken: str) -> dict[LetterKind, Template]:
    """Return the templates in a folder; missing ones are first written there, in a language, to be edited.

    Raises RequestError with a problem per missing subject and per unknown placeholder, and OutputError if a template
    cannot be read or written.
    """
    templates, problems = dict[LetterKind, Template](), list[Problem]()
    with language(spoken, unless_asked=True):
        for kind in LETTER_KINDS:
            path = Path(folder) / tr(TEMPLATE_FILES[kind])
            if not path.exists():
                write_whole(path, default_text(kind).encode(TEMPLATE_ENCODING))
            parsed = parse_template(read_template(path), path.name)
            if isinstance(parsed, Template):
                templates[kind] = parsed
            else:
                problems += parsed
        if problems:
            raise RequestError(tr("Un modèle de lettre ne peut pas servir"), problems)
    return templates


def read_template(path: Path) -> str:
    try:
        return path.read_text(TEMPLATE_ENCODING)
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else tr("ce n'est pas de l'UTF-8")
        raise OutputError(tr("Un modèle de lettre ne peut pas être lu"), [Problem(path.name, reason)]) from None


def default_text(kind: LetterKind) -> str:
    return tr(DEFAULT_TEMPLATES[kind]).format_map(
        {english: f"{{{tr(spoken)}}}" for english, spoken in PLACEHOLDERS.items()}
    )


def default_templates() -> dict[LetterKind, Template]:
    return {
        kind: parsed
        for kind in LETTER_KINDS
        if isinstance(parsed := parse_template(default_text(kind), kind), Template)
    }


def parse_template(text: str, name: str) -> Template | list[Problem]:
    """Return the template in a text, or a problem for a missing subject and per unknown placeholder."""
    blank_lines = len(text) - len(text.lstrip("\n"))
    subject, _, body = text[blank_lines:].partition("\n")
    problems = (
        [] if subject.strip() else [Problem(name, tr("sans objet"), tr("l'objet de la lettre, à la première ligne"))]
    )
    names = {tr(spoken): english for english, spoken in PLACEHOLDERS.items()} | {
        english: english for english in PLACEHOLDERS
    }
    lines = []
    for number, line in enumerate((subject, *body.split("\n")), blank_lines + 1):
        translated, unknown = translate_placeholders(line, names)
        lines.append(translated)
        placeholders = listed([f"{{{tr(spoken)}}}" for spoken in PLACEHOLDERS.values()])
        problems += [
            Problem(tr("{source}, ligne {line}", source=name, line=number), quoted(word), placeholders)
            for word in unknown
        ]
    return problems or Template(lines[0], "\n".join(lines[1:]))


def translate_placeholders(line: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return a line with its placeholders in English, and the unknown ones; the whole line if braces do not match.

    A placeholder with a format or a conversion is unknown too.
    """
    try:
        parts = list(Formatter().parse(line))
    except ValueError:
        return "", [line]
    unknown = [
        word
        for _, word, format_spec, conversion in parts
        if word is not None and (word not in names or format_spec or conversion)
    ]
    pieces = [
        text.replace("{", "{{").replace("}", "}}") + ("" if word is None else f"{{{names.get(word, '')}}}")
        for text, word, *_ in parts
    ]
    return "".join(pieces), unknown


def letters(  # noqa: PLR0913 - the published signature; all but three are keywords
    proposed: Matching | Proposal,
    contacts: Contacts,
    kind: LetterOccasion,
    *,
    templates: Mapping[LetterKind, Template] | None = None,
    deadline: str = "",
    names: GivenNames | None = None,
    since: Matching | None = None,
) -> tuple[Letter, ...]:
    """Return the letters of one occasion, mentors first, in the order of the answers; one per person in both roles.

    ``proposal``: for people to whom this round proposes a pair, and people without a partner; ``confirmation``: for
    people in a settled pair (all pairs of a matching are settled), and people without a partner; ``reminder``: for
    people with a missing reply, about the partners in question, or all people in a pair of a matching, which has no
    replies. ``deadline`` is printed verbatim in proposals and reminders. ``names`` maps keys to names of a separate
    table (see ``read_names``). With ``since``, a former matching, only newcomers and people whose partners differ get a
    letter. In confirmations, people who left a pair then get one too, at the end.

    Raises RequestError if the programme has no name, if answers have names but no field is declared as the name, or if
    some people have a name and others none. People who left and former partners may lack a name.

    See Also
    --------
    write_letters : write them as drafts.
    write_handouts : a sheet for each person.
    """
    matching = proposed if isinstance(proposed, Matching) else proposed.matching
    with language(matching.language, unless_asked=True):
        all_templates = {**default_templates(), **(templates or {})}
        concerned = pairs_for(proposed, kind)
        awaited = None
        if kind == "reminder" and isinstance(proposed, Proposal):
            awaited = {row[:2] for row in proposed.form.rows}
        ends = tr(" avant le {deadline}", deadline=deadline) if deadline else ""
        former = None
        if since is not None:
            former = FormerPartners(since, matching, with_names(contacts, names, since.cohort, since.programme))
        contacts = with_names(contacts, names, matching.cohort, matching.programme)
        written, handouts = [], []
        for handout in make_handouts(matching, contacts):
            person_partners = [partner for partner in handout.partners if pair_with(handout, partner) in concerned]
            if awaited is not None:
                person_partners = [
                    partner for partner in person_partners if reply_labels(matching, handout, partner) in awaited
                ]
            letter = letter_kind(kind, handout, person_partners)
            if former is not None and letter is not None:
                letter = former.letter_kind(handout, letter)
            if letter is None:
                continue
            handouts.append(replace(handout, partners=tuple(person_partners)))
            values = get_placeholder_values(matching, handouts[-1], ends, with_contacts=kind == "confirmation")
            if isinstance(proposed, Matching):
                values["sentence"] = f"{values['sentence']} {handout.missing}".strip()
            values["ended"] = "" if former is None else former.ended_sentence(handout)
            subject, text = all_templates[letter].fill_in(values)
            written.append(
                Letter(handout.code, address_of(matching, contacts, handout), subject, text, letter_file(handout))
            )
        refuse_nameless(matching, contacts, handouts)
        leavers = former.leavers if former is not None and kind == "confirmation" else []
        for handout in (replace(leaver, partners=()) for leaver in leavers):
            values = get_placeholder_values(matching, handout, ends, with_contacts=True)
            subject, text = all_templates["left"].fill_in(
                values | {"ended": former.ended_sentence(handout) if former else ""}
            )
            file = letter_file(handout).replace("lettre-", "depart-")
            written.append(Letter(handout.code, address_of(matching, contacts, handout), subject, text, file))
        return tuple(written)


class FormerPartners:
    """The partners in a former matching, and the changes since then."""

    def __init__(self, before: Matching, now: Matching, contacts: Contacts) -> None:
        self.changes = {(change.side, canonical(change.person)): change for change in letter_changes(before, now)}
        self.roles = find_roles(before)
        handouts = make_handouts(before, contacts)
        self.partners = {
            (side, canonical(key)): [partner for partner in handout.partners if partner.side == ACROSS[side]]
            for handout in handouts
            for side, key in handout.keys.items()
        }
        self.leavers = [
            handout
            for handout in handouts
            if self.of(handout) and not any(now.cohort.side(side).has(key) for side, key in handout.keys.items())
        ]

    def of(self, handout: Handout) -> list[LetterChange]:
        """Return the changes for a person, on the present side or sides and in a former role."""
        identities = list_identities(handout, self.roles)
        return [self.changes[identity] for identity in identities if identity in self.changes]

    def letter_kind(self, handout: Handout, kind: LetterKind) -> LetterKind | None:
        """Return the kind of letter in place of ``kind``; None if the person neither is new nor has other partners."""
        changes = self.of(handout)
        if not changes or kind not in ("confirmation", "without"):
            return kind if changes else None
        had_partner = any(change.before for change in changes)
        return kind if not had_partner else "change" if handout.partners else "ended"

    def ended_sentence(self, handout: Handout) -> str:
        """Return the sentence that names the partners who are no longer partners; empty if there are none."""
        present = {(partner.side, canonical(partner.key)) for partner in handout.partners}
        identities = list_identities(handout, self.roles)
        former = [partner for identity in identities for partner in self.partners.get(identity, ())]
        names = [partner.name for partner in former if (partner.side, canonical(partner.key)) not in present]
        if not names:
            return ""
        return tr_n(
            "Votre binôme avec {names} s'arrête.",
            "Vos binômes avec {names} s'arrêtent.",
            len(names),
            names=listed(names),
        )


def pairs_for(proposed: Matching | Proposal, kind: LetterKind) -> set[KeyPair]:
    """Return the pairs that letters of a kind are about."""
    if isinstance(proposed, Matching):
        return set(keys_of(proposed))
    if kind == "confirmation":
        return set(proposed.settled)
    return set(proposed.new) if kind == "proposal" else set(proposed.open)


def letter_kind(kind: LetterKind, handout: Handout, concerned_partners: Sequence[Partner]) -> LetterKind | None:
    """Return the kind of letter of a person with these concerned partners; None for no letter."""
    if not concerned_partners:
        return None if handout.partners or kind == "reminder" else "without"
    return kind


def reply_labels(matching: Matching, handout: Handout, partner: Partner) -> tuple[str, str]:
    """Return the labels of a person and a partner, as the form for replies has them."""
    side = ACROSS[partner.side]
    return matching.labels.person(side, handout.keys[side]), partner.code


def pair_with(handout: Handout, partner: Partner) -> KeyPair:
    key = handout.keys[ACROSS[partner.side]]
    return (key, partner.key) if partner.side == "mentee" else (partner.key, key)


def get_placeholder_values(matching: Matching, handout: Handout, ends: str, *, with_contacts: bool) -> dict[str, str]:
    """Return the values of the placeholders; contact details of partners only if ``with_contacts``."""
    partners = [
        "\n".join([partner.name, *(about(question, answer) for question, answer in partner.contacts)])
        for partner in handout.partners
    ]
    return {
        "name": handout.name,
        "code": handout.code,
        "programme": matching.programme.name,
        "sentence": handout.said if with_contacts else proposal_sentence(handout),
        "partners": "\n\n".join(partners) if with_contacts else "",
        "message": matching.programme.documents.message.strip(),
        "deadline": ends,
    }


PROPOSAL_SENTENCES: Mapping[Side, Callable[[Sequence[str]], str]] = {
    "mentee": lambda names: tr("Nous vous proposons d'accompagner {names}.", names=listed(names)),
    "mentor": lambda names: tr("Nous vous proposons d'être accompagné·e par {names}.", names=listed(names)),
}


def proposal_sentence(handout: Handout) -> str:
    return handout.sentences(PROPOSAL_SENTENCES)


def address_of(matching: Matching, contacts: Contacts, handout: Handout) -> str:
    """Return the e-mail address of a person, empty if the answer is no valid address."""
    name = email_of(matching.programme)
    address = get_contact_details(contacts, handout).get(name or "", "")
    return "" if find_address_fault(address) else address.strip()


def letter_file(handout: Handout) -> str:
    return handout.file.replace("fiche-", "lettre-").removesuffix(".html") + ".eml"


def letters_table(written: Sequence[Letter]) -> ResultSheet:
    """Return a row per letter, for programs that send mail from a table."""
    columns = [
        ("key", tr("Identifiant")),
        ("address", tr("Adresse")),
        ("subject", tr("Objet")),
        ("text", tr("Texte")),
        ("html", "HTML"),
        ("file", tr("Fichier")),
    ]
    return sheet(
        columns,
        ((letter.key, letter.address, letter.subject, letter.text, letter.html, letter.file) for letter in written),
    )


TABLE_FILENAME = "lettres.csv"


def write_letters(
    written: Sequence[Letter], folder: str | PathLike[str], spoken: str, *, replace: bool = False
) -> tuple[Path, ...]:
    """Write the letters as drafts (.eml) and as one table, and return the files, the table first.

    A person without a valid address is in the table only. All files are readable for their owner alone. Unedited
    letters of the last call in this folder that are not written again are deleted. Raises OutputError if a file cannot
    be written, or if an existing file was edited and ``replace`` is false.
    """
    target, addressed = Path(folder), [letter for letter in written if letter.address]
    with language(spoken, unless_asked=True), track_documents(len(addressed) + 1) as next_document:
        next_document()
        files = {TABLE_FILENAME: to_csv(letters_table(written))}
        for letter in addressed:
            next_document()
            files[letter.file] = letter.eml()
        with write_generation(target, "letters", replace=replace) as draft:
            for name, content in files.items():
                draft.put(name, content, private=True)
    return tuple(target / name for name in files)


def format_letter_notes(written: Sequence[Letter]) -> Iterator[str]:
    """Yield notes for staff before they send the letters."""
    missing = [letter.key for letter in written if not letter.address]
    yield tr("{count} lettres, dont rien n'est envoyé.", count=len(written))
    if missing:
        yield tr("Sans adresse où écrire : {people}.", people=listed(missing))
