"""Letters by e-mail, ready to be sent by whatever sends mail: from templates that staff can change; nothing is sent.

A letter has an address, a subject, a text, and the same as HTML. Partners are reached by what the programme shows of
them, and in a confirmation alone: nobody learns how to reach somebody who has not accepted.
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
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.proposal import Proposal
from mentormatch.operations.repair import keys_of
from mentormatch.operations.repair_choices import LetterChange, letter_changes
from mentormatch.programme.enrolment import email_of
from mentormatch.record.digests import digest
from mentormatch.report.addressing import refuse_nameless
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.handouts import Handout, Partner, how_reached, make_handouts
from mentormatch.survey.contacts import Contacts, fault_of

type LetterOccasion = Literal["proposal", "confirmation", "reminder"]
type LetterKind = Literal["proposal", "confirmation", "without", "reminder", "change", "ended", "left"]
KINDS: tuple[LetterKind, ...] = get_args(LetterKind.__value__)
FILES: Mapping[LetterKind, str] = {
    "proposal": mark("proposition.txt"),
    "confirmation": mark("confirmation.txt"),
    "without": mark("sans-binome.txt"),
    "reminder": mark("rappel.txt"),
    "change": mark("changement.txt"),
    "ended": mark("arret.txt"),
    "left": mark("depart.txt"),
}
"""How the template of each kind is called."""
TEMPLATES: Mapping[LetterKind, str] = {
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
"""The first line is the subject, the rest the text. Words in braces are filled in; paragraphs left empty go."""
WORDS: Mapping[str, str] = {
    "name": mark("nom"),
    "code": mark("code"),
    "programme": mark("programme"),
    "sentence": mark("phrase"),
    "partners": mark("partenaires"),
    "ended": mark("arrêt"),
    "message": mark("message"),
    "deadline": mark("date_limite"),
}
"""The words in braces that a template may hold, in English or in the language that is spoken."""
ENCODED = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Template:
    """A subject and a text, with words in braces."""

    subject: str
    text: str

    def fill_in(self, words: Mapping[str, str]) -> tuple[str, str]:
        """Return both with the words filled in, without paragraphs that are empty then."""
        subject = " ".join(self.subject.format_map(words).split())
        paragraphs = [part.strip() for part in self.text.format_map(words).split("\n\n")]
        return subject, "\n\n".join(part for part in paragraphs if part) + "\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person: ``file`` is the name of its own file, which tells nothing of them."""

    made_by: ClassVar[str] = 'mm.letters(proposal, contacts, "proposal")'

    key: str
    address: str
    subject: str
    text: str
    file: str

    @property
    def html(self) -> str:
        """The text as HTML, a paragraph each."""
        parts = [escape(part).replace("\n", "<br>\n") for part in self.text.strip().split("\n\n")]
        return "\n".join(f"<p>{part}</p>" for part in parts) + "\n"

    def eml(self) -> bytes:
        """Return it as a draft that mail programs open, without a sender: whoever opens it is that."""
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
    """Return the templates in a folder; those that are not there are written first, in a language, to be changed.

    Raises RequestError with each template that has no subject, or a word in braces that is none; OutputError where one
    cannot be read or written.
    """
    found, problems = dict[LetterKind, Template](), list[Problem]()
    with language(spoken, unless_asked=True):
        for kind in KINDS:
            path = Path(folder) / tr(FILES[kind])
            if not path.exists():
                write_whole(path, default_text(kind).encode(ENCODED))
            read = template(text_in(path), path.name)
            if isinstance(read, Template):
                found[kind] = read
            else:
                problems += read
        if problems:
            raise RequestError(tr("Un modèle de lettre ne peut pas servir"), problems)
    return found


def text_in(path: Path) -> str:
    """Return the text of a template; raises OutputError where it cannot be read."""
    try:
        return path.read_text(ENCODED)
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else tr("ce n'est pas de l'UTF-8")
        raise OutputError(tr("Un modèle de lettre ne peut pas être lu"), [Problem(path.name, reason)]) from None


def default_text(kind: LetterKind) -> str:
    """Return the template that comes with the library, its words in the language that is spoken."""
    return tr(TEMPLATES[kind]).format_map({english: f"{{{tr(spoken)}}}" for english, spoken in WORDS.items()})


def default_templates() -> dict[LetterKind, Template]:
    """Return the templates that come with the library, in the language that is spoken."""
    return {kind: read for kind in KINDS if isinstance(read := template(default_text(kind), kind), Template)}


def template(text: str, name: str) -> Template | list[Problem]:
    """Return the template in a text, or what is wrong with it, by its lines."""
    subject, _, rest = text.lstrip("\n").partition("\n")
    problems = (
        [] if subject.strip() else [Problem(name, tr("sans objet"), tr("l'objet de la lettre, à la première ligne"))]
    )
    names = {tr(spoken): english for english, spoken in WORDS.items()} | {english: english for english in WORDS}
    lines = []
    for number, line in enumerate((subject, *rest.split("\n")), 1):
        read, wrong = rename_words(line, names)
        lines.append(read)
        known = listed([f"{{{tr(spoken)}}}" for spoken in WORDS.values()])
        problems += [
            Problem(tr("{source}, ligne {line}", source=name, line=number), quoted(word), known) for word in wrong
        ]
    return problems or Template(lines[0], "\n".join(lines[1:]))


def rename_words(line: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return a line with its words in braces in English, and those that are none."""
    try:
        parts = list(Formatter().parse(line))
    except ValueError:
        return "", [line]
    wrong = [word for _, word, form, how in parts if word is not None and (word not in names or form or how)]
    pieces = [
        text.replace("{", "{{").replace("}", "}}") + ("" if word is None else f"{{{names.get(word, '')}}}")
        for text, word, *_ in parts
    ]
    return "".join(pieces), wrong


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
    """Return the letters of one occasion, mentors first, in the order of their answers; one to who is in both roles.

    ``proposal``: to who is proposed somebody in this round, and to who has nobody; ``confirmation``: to who is in a
    settled pair, all pairs of a matching being so, and to who has nobody; ``reminder``: to whose answer is missing.
    ``deadline`` stands in proposals and reminders, as it is written; ``names`` is a name for each key, where names
    stand in a table apart (see ``read_names``). With ``since``, a former matching, only the people whose partners
    differ from it get a letter, those who left among them, and newcomers.

    Raises RequestError if the programme has no name, or somebody has none although the survey asks for names.
    """
    matching = proposed if isinstance(proposed, Matching) else proposed.matching
    with language(matching.language, unless_asked=True):
        used = {**default_templates(), **(templates or {})}
        concerned = pairs_for(proposed, kind)
        ends = tr(" avant le {deadline}", deadline=deadline) if deadline else ""
        former = None
        if since is not None:
            former = FormerPartners(since, matching, with_names(contacts, names, since.cohort, since.programme))
        contacts = with_names(contacts, names, matching.cohort, matching.programme)
        written, handed = [], []
        for one in make_handouts(matching, contacts):
            own = [partner for partner in one.partners if pair_with(one, partner) in concerned]
            letter = letter_kind(proposed, kind, one, own)
            if former is not None and letter is not None:
                letter = former.letter_kind(one, letter)
            if letter is None:
                continue
            handed.append(replace(one, partners=tuple(own)))
            words = words_of(matching, handed[-1], ends, reached=kind == "confirmation")
            if isinstance(proposed, Matching):
                words["sentence"] = f"{words['sentence']} {one.missing}".strip()
            words["ended"] = "" if former is None else former.ended_sentence(one)
            subject, text = used[letter].fill_in(words)
            written.append(Letter(one.code, address_of(matching, contacts, one), subject, text, letter_file(one)))
        refuse_nameless(matching, contacts, handed)
        leavers = former.leavers if former is not None and kind == "confirmation" else []
        for one in (replace(leaver, partners=()) for leaver in leavers):
            words = words_of(matching, one, ends, reached=True)
            subject, text = used["left"].fill_in(words | {"ended": former.ended_sentence(one) if former else ""})
            file = letter_file(one).replace("lettre-", "depart-")
            written.append(Letter(one.code, address_of(matching, contacts, one), subject, text, file))
        return tuple(written)


class FormerPartners:
    """The partners that people had in a former matching, and the people whose partners differ from it."""

    def __init__(self, before: Matching, now: Matching, contacts: Contacts) -> None:
        self.changes = {(change.side, canonical(change.person)): change for change in letter_changes(before, now)}
        handed = make_handouts(before, contacts)
        self.partners = {
            (side, canonical(key)): [partner for partner in one.partners if partner.side == ACROSS[side]]
            for one in handed
            for side, key in one.keys.items()
        }
        self.leavers = [one for one in handed if all(change.code == "left" for change in self.of(one)) and self.of(one)]

    def of(self, one: Handout) -> list[LetterChange]:
        """Return what changes for a person, by side."""
        found = (self.changes.get((side, canonical(key))) for side, key in one.keys.items())
        return [change for change in found if change is not None]

    def letter_kind(self, one: Handout, kind: LetterKind) -> LetterKind | None:
        """Return the kind of letter for a person who would get one of this kind; None if nothing changes for them."""
        changes = self.of(one)
        if not changes or kind not in ("confirmation", "without"):
            return kind if changes else None
        had_partner = any(change.before for change in changes)
        return kind if not had_partner else "change" if one.partners else "ended"

    def ended_sentence(self, one: Handout) -> str:
        """Return the sentence that names the former partners who are partners no more; empty if there are none."""
        now = {(partner.side, canonical(partner.key)) for partner in one.partners}
        former = [
            partner for side, key in one.keys.items() for partner in self.partners.get((side, canonical(key)), ())
        ]
        names = [partner.name for partner in former if (partner.side, canonical(partner.key)) not in now]
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


def letter_kind(
    proposed: Matching | Proposal, kind: LetterKind, one: Handout, own: Sequence[Partner]
) -> LetterKind | None:
    """Return which letter somebody gets of whose pairs these are concerned; None: none."""
    if not own:
        return None if one.partners or kind == "reminder" else "without"
    silent = isinstance(proposed, Matching) or any(row[0] in one.keys.values() for row in proposed.form.rows)
    return kind if kind != "reminder" or silent else None


def pair_with(one: Handout, partner: Partner) -> KeyPair:
    """Return the pair of somebody and a partner."""
    own = one.keys[ACROSS[partner.side]]
    return (own, partner.key) if partner.side == "mentee" else (partner.key, own)


def words_of(matching: Matching, one: Handout, ends: str, *, reached: bool) -> dict[str, str]:
    """Return what stands for the words in braces; how partners are ``reached`` only where that is to be told."""
    partners = [
        "\n".join([partner.name, *(about(question, answer) for question, answer in partner.contacts)])
        for partner in one.partners
    ]
    return {
        "name": one.name,
        "code": one.code,
        "programme": matching.programme.name,
        "sentence": one.said if reached else proposal_sentence(one),
        "partners": "\n\n".join(partners) if reached else "",
        "message": matching.programme.documents.message.strip(),
        "deadline": ends,
    }


PROPOSED: Mapping[Side, Callable[[Sequence[str]], str]] = {
    "mentee": lambda names: tr("Nous vous proposons d'accompagner {names}.", names=listed(names)),
    "mentor": lambda names: tr("Nous vous proposons d'être accompagné·e par {names}.", names=listed(names)),
}


def proposal_sentence(one: Handout) -> str:
    """Return the sentence that proposes partners to somebody."""
    return one.sentences(PROPOSED)


def address_of(matching: Matching, contacts: Contacts, one: Handout) -> str:
    """Return where somebody gets mail, empty where no mail can be sent to what they typed."""
    name = email_of(matching.programme)
    said = how_reached(contacts, one).get(name or "", "")
    return "" if fault_of(said) else said.strip()


def letter_file(one: Handout) -> str:
    """Return the name of somebody's own letter."""
    return one.file.replace("fiche-", "lettre-").removesuffix(".html") + ".eml"


def letters_table(written: Sequence[Letter]) -> ResultSheet:
    """Return one row a letter, for whatever sends mail from a table."""
    columns = [
        ("key", tr("Identifiant")),
        ("address", tr("Adresse")),
        ("subject", tr("Objet")),
        ("text", tr("Texte")),
        ("html", "HTML"),
        ("file", tr("Fichier")),
    ]
    return sheet(columns, ((one.key, one.address, one.subject, one.text, one.html, one.file) for one in written))


TABLE = "lettres.csv"


def write_letters(
    written: Sequence[Letter], folder: str | PathLike[str], spoken: str, *, replace: bool = False
) -> tuple[Path, ...]:
    """Write the letters as drafts (.eml), and all of them in one table; return the files, the table first.

    Who has no address that mail can be sent to is in the table alone. All files are for their owner alone. Raises
    OutputError where a file cannot be written, or somebody wrote in one that is there and it is not to be replaced.
    """
    where, ready = Path(folder), [one for one in written if one.address]
    with language(spoken, unless_asked=True), track_documents(len(ready) + 1) as begin:
        begin()
        files = {TABLE: to_csv(letters_table(written))}
        for one in ready:
            begin()
            files[one.file] = one.eml()
        with write_generation(where, "letters", replace=replace) as draft:
            for name, content in files.items():
                draft.put(name, content, private=True)
    return tuple(where / name for name in files)


def notes(written: Sequence[Letter]) -> Iterator[str]:
    """Yield what staff should know before they send anything."""
    missing = [one.key for one in written if not one.address]
    yield tr("{count} lettres, dont rien n'est envoyé.", count=len(written))
    if missing:
        yield tr("Sans adresse où écrire : {people}.", people=listed(missing))
