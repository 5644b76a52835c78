"""The files of what leaves the team, each for its owner alone: they say how people are reached."""

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import generation
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.caveats import sentences_by_code
from mentormatch.languages import language, tr
from mentormatch.languages.phrases import counted, listed
from mentormatch.operations.matching import Matching
from mentormatch.record.decision import Decision, read_decision
from mentormatch.record.digests import digest
from mentormatch.record.log import check_chain
from mentormatch.record.seal import Seal
from mentormatch.record.verify import journal_beside
from mentormatch.report.exporters.delimited import delimited
from mentormatch.report.handouts.letters import letters_book, person_sheet
from mentormatch.report.handouts.sheets import common, handouts
from mentormatch.report.page_templates import rendered
from mentormatch.survey.contacts import Contacts

KIND = "handouts"
LETTERS, ALL, EACH = "publipostage", "fiches.html", "fiches"


def write_handouts(
    matching: Matching,
    contacts: Contacts,
    folder: str | PathLike[str],
    *,
    decision: str | PathLike[str] | None = None,
    replace: bool = False,
) -> tuple[Path, ...]:
    """Write one sheet a participant and the table for letters, and return the files.

    ``publipostage.xlsx`` has a row a person, a row a pair and what each column holds; ``publipostage.csv`` is the first
    of these; ``fiches.html`` has all sheets, to print; the folder ``fiches`` has each by itself, to send.

    Parameters
    ----------
    contacts
        How people are reached; see ``read_contacts``. Which of it partners read of each other is for the programme to
        say, in ``[documents]``.
    decision
        The decision file of these pairs. Where a named person has validated it, the sheets no longer say that they are
        a proposal.
    replace
        Whether files in which somebody wrote are replaced; they are kept beside then, under their date.

    Raises
    ------
    RequestError
        The decision file is not that of these pairs.
    OutputError
        A file cannot be written, or somebody wrote in one that is there.
    """
    where = Path(folder)
    with language(matching.language, unless_asked=True):
        files = contents(matching, contacts, None if decision is None else seal_of(matching, Path(decision)))
        with generation(where, KIND, replace=replace) as draft:
            draft.caveats = sentences_by_code(matching.caveats)
            for name, content in files.items():
                draft.put(name, content, private=True)
    return tuple(where / name for name in files)


def contents(matching: Matching, contacts: Contacts, seal: Seal | None) -> dict[str, bytes]:
    """Return the files by their names."""
    handed, said = handouts(matching, contacts), common(matching, seal)
    together = {
        f"{LETTERS}.xlsx": letters_book(matching, contacts, handed),
        f"{LETTERS}.csv": delimited(person_sheet(matching, contacts, handed)),
        ALL: rendered("handouts.html", handed=handed, common=said).encode("utf-8"),
    }
    each = {f"{EACH}/{one.file}": rendered("handouts.html", handed=[one], common=said).encode() for one in handed}
    return together | each


def told(matching: Matching, written: Sequence[Path]) -> Iterator[str]:
    """Yield what staff should know before they hand anything out."""
    programme, sheets = matching.programme, [path for path in written if path.parent.name == EACH]
    yield tr(
        "{sheets} à envoyer, une par personne, dans {folder}. Tous ces fichiers ne sont lisibles que par vous.",
        sheets=counted(len(sheets), "fiche"),
        folder=EACH,
    )
    shown = listed([programme.fields[name].question for name in programme.documents.contacts])
    read = shown or tr("son code seul ([documents] contacts)")
    yield tr("Ce que chaque personne lit de son ou sa partenaire : {shown}.", shown=read)


def seal_of(matching: Matching, path: Path) -> Seal:
    """Return by whom these pairs were validated; raise RequestError where the file is not about them."""
    stated, ours = read_decision(path), Decision.of(matching)
    if (stated.digests, stated.pairs) != (ours.digests, ours.pairs):
        advice = tr("formez les binômes à partir des mêmes réponses et du même programme, avec les mêmes décisions")
        found = Problem(path.name, tr("d'autres binômes"), tr("la décision de ces binômes"), advice)
        raise RequestError(tr("Rien n'a été écrit : ce fichier de décision n'est pas celui de ces binômes"), [found])
    journal = journal_beside(path)
    decision = digest(path.read_bytes())
    chain = check_chain(journal) if journal.exists() else None
    return Seal.of(chain, decision, chain.head) if chain else Seal(decision, "")
