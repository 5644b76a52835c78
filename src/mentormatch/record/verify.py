"""A decision file -> a check of its rules, values, proof and log, without a solver.

>>> from mentormatch import examples, match
>>> from mentormatch.record.decision import save_decision
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     verification = verify(save_decision(match(examples.cohort(), examples.programme()), folder))
>>> verification.sound
True
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from os import PathLike
from pathlib import Path

from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.verification.certificate import Certificate, Verdict, certify
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.manifest import check_documents, documents_with_caveat
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import counted, listed, system_reason
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record import log
from mentormatch.record.decision import DECISION_NAME, DECISION_SUFFIX, Decision
from mentormatch.record.digests import digest
from mentormatch.record.instance import reformulate
from mentormatch.record.log import find_replaced, make_entry
from mentormatch.record.seal import Signature, Stamp, sealed_documents, stamp_in, unlogged_validations

type Ground = tuple[Cohort, Programme]
"""The answers and the programme of a decision."""


class VerificationOutcome(StrEnum):
    """The result of the check of a decision."""

    VERIFIED = "verified"
    BOUNDED = "bounded"
    UNPROVED = "unproved"
    NOTHING = "nothing"
    REFUSED = "refused"


OUTCOME_TEXTS = {
    VerificationOutcome.VERIFIED: mark(
        "Décision vérifiée : les règles sont respectées et aucune autre répartition ne fait mieux."
    ),
    VerificationOutcome.UNPROVED: mark(
        "Les règles sont respectées et les valeurs sont exactes. Le calcul affirme que rien ne fait mieux, mais ce"
        " fichier ne permet pas de le contrôler : {goals}."
    ),
    VerificationOutcome.BOUNDED: mark("Décision vérifiée : aucune autre répartition ne fait mieux de plus de {gaps}."),
    VerificationOutcome.NOTHING: mark("Rien à vérifier : cette décision ne comporte aucune répartition."),
    VerificationOutcome.REFUSED: mark("Décision refusée : elle n'est pas ce qu'elle affirme être."),
}
INFEASIBLE_TEXT = mark("Aucune répartition ne respecte toutes les règles : c'est démontré.")
STOPPED_TEXT = mark(
    "Les règles sont respectées et les valeurs sont exactes. Le calcul s'est arrêté sans affirmer que rien ne fait"
    " mieux : {goals}."
)
FORMER_PAIRS_TEXT = mark(
    "Les binômes d'avant, que le but « binômes défaits » compte, viennent du fichier seul : ni les réponses ni le"
    " programme ne les donnent."
)
COMPARED_TEXT = mark(
    "Les personnes, les places, les règles et les points sont ceux que donnent ces réponses et ce programme. Ce qui a"
    " servi au calcul (moteur, graine, versions, départage) ne s'en déduit pas : seule l'empreinte du fichier, au"
    " journal, en répond."
)
COMPARED_TIES_TEXT = mark(
    "Les personnes, les places, les règles, les points et les empreintes de clés qui départagent sont ceux que donnent"
    " ces réponses et ce programme. Le moteur et les versions qui ont servi au calcul ne s'en déduisent pas : seule"
    " l'empreinte du fichier, au journal, en répond."
)
TIE_TEXTS = {
    "unique": mark("Ces binômes sont les seuls qui atteignent ces valeurs : il n'y avait rien à départager."),
    "hash": mark(
        "Le départage des égalités est contrôlé : aucune autre répartition de même valeur ne passe devant, d'après les"
        " empreintes de clés que contient le fichier."
    ),
    "": mark("Le départage des égalités n'est pas contrôlé : d'autres binômes peuvent avoir les mêmes valeurs."),
}
"""The sentences on ties if all goals are proved."""
HEAD_TEXT = mark("Empreinte du journal : {head}")
NO_HEAD_TEXT = mark(
    "Sans empreinte à laquelle tenir le journal, on ne peut pas savoir si des lignes ont été coupées à sa fin, ni s'il"
    " a été réécrit en entier : « --head » le compare à l'empreinte que la page et le classeur impriment."
)
HEAD_FROM_DOCUMENTS_TEXT = mark(
    "Qui peut réécrire le journal peut réécrire aussi ces documents, et des lignes ajoutées après leur empreinte puis"
    " coupées ne laissent pas de trace : une empreinte gardée ailleurs (« --head ») le dirait."
)
HEAD_GIVEN_TEXT = mark("Des lignes ajoutées après cette empreinte, puis coupées, ne laisseraient pas de trace.")


@dataclass(frozen=True, slots=True)
class Verification(VersionedPickle):
    """The result of the check of a decision file.

    Attributes
    ----------
    digest
        The digest of the file; empty if it is unreadable.
    certificate
        The proofs that the numbers of the file give; None if the file is not a decision, contradicts itself, or differs
        from the answers and the programme.
    chain
        The log, if it was checked.
    problems
        All problems.
    asked
        The head that the log was required to have; None: any.
    stamps
        The stamp of each document next to the decision, by name; None if a document has no readable stamp.
    documents
        Sentences on the documents of the folder: unchanged, edited, missing, or older than the proof.
    grounds
        Sentences on the answers and the programme, if the decision was compared with them.
    """

    digest: str
    outcome: VerificationOutcome
    certificate: Certificate | None = None
    chain: log.LogChain | None = None
    problems: tuple[Problem, ...] = ()
    asked: str | None = None
    stamps: Mapping[str, Stamp | None] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether everything that the decision states is proved: rules, values, bounds, and the log if there is one."""
        if self.outcome is VerificationOutcome.NOTHING:
            return self.certificate is not None and self.certificate.infeasible
        return self.outcome in (VerificationOutcome.VERIFIED, VerificationOutcome.BOUNDED)

    @property
    def rules_hold(self) -> bool:
        """Whether rules, values and the log, if any, are correct, even if the optimum is unproved.

        Without pairs: whether it is proved that there is no solution.
        """
        return self.verified or self.outcome is VerificationOutcome.UNPROVED

    @property
    def sound(self) -> bool:
        """The older name of ``rules_hold``."""
        return self.rules_hold

    @property
    def validations(self) -> tuple[log.LogEntry, ...]:
        """The validations of this decision in its log; empty if it is a proposal."""
        return self.chain.validations(self.digest) if self.chain else ()

    @property
    def words(self) -> str:
        """All findings, one sentence per line."""
        certified = [self.certificate.words] if self.certificate else []
        chain = [] if self.chain is None else [*_chain_words(self.chain, self.digest), *self.limits]
        sentences = [self.sentence, *certified, *self.ties, *self.grounds, *chain, *self.documents]
        return "\n".join([*sentences, *(f"  - {problem}" for problem in self.problems)])

    @property
    def sentence(self) -> str:
        """The result of the check, first of all sentences."""
        certificate = self.certificate
        if certificate is None or not self.rules_hold or self.outcome is VerificationOutcome.VERIFIED:
            return tr(OUTCOME_TEXTS[self.outcome])
        if self.outcome is VerificationOutcome.NOTHING:
            return tr(INFEASIBLE_TEXT)
        if self.outcome is VerificationOutcome.BOUNDED:
            return tr(OUTCOME_TEXTS[self.outcome], gaps=certificate.gaps)
        optimal = all(tier.stated == tier.value for tier in certificate.tiers)
        return tr(OUTCOME_TEXTS[self.outcome] if optimal else STOPPED_TEXT, goals=certificate.unproved_goals)

    @property
    def ties(self) -> Iterator[str]:
        """Yield the sentence on ties, if all goals are proved."""
        if self.outcome is VerificationOutcome.VERIFIED and self.certificate is not None:
            yield tr(TIE_TEXTS[self.certificate.ties])

    @property
    def carried(self) -> dict[str, Stamp]:
        """The stamps of the documents that have one."""
        return {name: stamp for name, stamp in self.stamps.items() if stamp}

    @property
    def limits(self) -> Iterator[str]:
        """Yield sentences on the heads that documents print, and on the limits of that check.

        Yields nothing if no log was checked, or if it has problems.
        """
        chain, without_stamp = self.chain, [name for name, stamp in self.stamps.items() if stamp is None]
        if chain is None or not chain.is_intact:
            return
        confirming = [name for name, stamp in self.carried.items() if stamp.head == chain.head]
        if confirming:
            yield tr("Cette empreinte est imprimée sur : {documents}.", documents=listed(confirming))
        for name, stamp in self.carried.items():
            if stamp.head in chain.heads[:-1]:
                lines_since = counted(len(chain.heads) - 1 - chain.heads.index(stamp.head), "ligne")
                yield tr(
                    "L'empreinte de {document} est plus ancienne : {since} depuis.", document=name, since=lines_since
                )
        if without_stamp:
            yield tr("Sans empreinte lisible, et donc pas comparés : {documents}.", documents=listed(without_stamp))
        without_head = HEAD_FROM_DOCUMENTS_TEXT if self.carried else NO_HEAD_TEXT
        yield tr(without_head if self.asked is None else HEAD_GIVEN_TEXT)


def verify(
    path: str | PathLike[str],
    *,
    head: str | None = None,
    journal: str | PathLike[str] | None = None,
    against: Ground | None = None,
) -> Verification:
    """Check a decision file: everything is computed again, and failures are reported without an exception.

    The log is compared with the heads and the validations that the documents next to the decision print (page,
    workbook, JSON).

    Parameters
    ----------
    path
        A decision file, or a folder with one, such as ``match`` writes.
    head
        A head of the log, as printed on a document: the log must have had it.
    journal
        The log; None: the log next to the file, if there is one, with the same name and the suffix .journal.jsonl. Only
        that log is compared with the documents, because they print its head.
    against
        The answers and the programme of the decision (those of its ``Matching``): all scores are then computed again,
        and people, places, rules, goals and imposed pairs are compared. If the file contains only the scores of the
        chosen pairs, optimality cannot be checked without them.

    See Also
    --------
    certify : the same check of a solution in memory.
    prove : look for proofs that a decision lacks.

    Examples
    --------
    >>> import tempfile
    >>> import mentormatch as mm
    >>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = matching.save(f"{folder}/out", who="Camille Roux", why="spring edition")
    ...     mm.verify(f"{folder}/out/binomes.decision.json").outcome.value
    'verified'
    """
    source = decision_in(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        unread = Problem(source.name, tr("illisible ({reason})", reason=system_reason(error)))
        return Verification("", VerificationOutcome.REFUSED, problems=(unread,))
    # The documents next to the decision print heads of the log next to it, not of any other.
    log_path = journal_beside(source) if journal is None else Path(journal)
    printed = sealed_documents(source) if log_path == journal_beside(source) else {}
    stamps = {name: stamp_in(name, document) for name, document in printed.items()}
    # First the decision, then its log, then the documents of its folder.
    verification = replace(_check_content(content, against), asked=head, stamps=stamps)
    if head is not None or journal is not None or verification.carried or log_path.exists():
        verification = _with_chain(verification, log.check_chain(log_path, head))
    sentences, document_problems = check_documents(source)
    if verification.outcome is VerificationOutcome.VERIFIED:
        made_before = [name for name in documents_with_caveat(source, log.UNPROVED_VALUE) if name in printed]
        if made_before:
            caveat = tr(
                "Faits avant la preuve, ces documents disent encore que l'optimum ne peut pas être contrôlé :"
                " {documents}. C'est cette vérification qui vaut.",
                documents=listed(made_before),
            )
            sentences.append(caveat)
    outcome = VerificationOutcome.REFUSED if document_problems else verification.outcome
    return replace(
        verification, outcome=outcome, problems=(*verification.problems, *document_problems), documents=tuple(sentences)
    )


def verify_content(
    content: bytes,
    *,
    head: str | None = None,
    journal: bytes | None = None,
    documents: Mapping[str, bytes] | None = None,
    against: Ground | None = None,
) -> Verification:
    """Check the contents of a decision file, of a log and of the documents next to them; see ``verify``.

    Documents with a suffix that is not in ``STAMP_READERS`` are not compared. A ``head`` without a ``journal`` is
    refused.
    """
    stamps = {name: stamp_in(name, document) for name, document in (documents or {}).items()}
    verification = replace(_check_content(content, against), asked=head, stamps=stamps)
    if head is None and journal is None and not verification.carried:
        return verification
    return _with_chain(verification, log.chain_in(journal or b"", head))


def decision_in(path: str | PathLike[str]) -> Path:
    """Return the path of a decision file: the path itself, or for a folder, the only decision file in it.

    If a folder has none or several, the path is that of ``DECISION_NAME``, which may not exist.
    """
    target = Path(path)
    if not target.is_dir():
        return target
    decisions = sorted(target.glob(f"*{DECISION_SUFFIX}"))
    return decisions[0] if len(decisions) == 1 else target / DECISION_NAME


def journal_beside(path: Path) -> Path:
    """Return the path of the log next to a decision file; it need not exist."""
    return path.with_name(path.name.removesuffix(DECISION_SUFFIX) + log.LOG_SUFFIX)


def entry_of(path: str | PathLike[str], *, who: str, why: str = "") -> log.LogEntry:
    """Return the log entry of a matching, with the digest of its decision file."""
    return make_entry("matching", {"decision": digest(Path(path).read_bytes())}, who=who, why=why)


def _with_chain(verification: Verification, chain: log.LogChain) -> Verification:
    """Return the check of a decision together with its log."""
    disagreements = [
        problem for name, stamp in verification.carried.items() for problem in _disagreeing(name, stamp, chain)
    ]
    foreign_documents = [
        _of_another(name) for name, stamp in verification.carried.items() if stamp.decision != verification.digest
    ]
    problems = (
        *verification.problems,
        *chain.problems,
        *_missing_from_log(chain, verification.digest),
        *disagreements,
        *foreign_documents,
    )
    return replace(
        verification,
        outcome=VerificationOutcome.REFUSED if problems else verification.outcome,
        chain=chain,
        problems=problems,
    )


def _disagreeing(name: str, stamp: Stamp, chain: log.LogChain) -> Iterator[Problem]:
    """Yield the statements of a document that its log contradicts: an unknown head, or missing validations."""
    if stamp.head not in chain.heads[1:]:
        finding = tr("ce document imprime une empreinte qu'aucune ligne du journal n'a")
        advice = tr("le journal a été réécrit, raccourci ou retiré : retrouvez-en une copie")
        yield Problem(name, finding, tr("une empreinte du journal"), advice)
    yield from unlogged_validations(name, stamp, chain)


def _of_another(name: str) -> Problem:
    """Return the problem of a document that belongs to another decision."""
    advice = tr("gardez ensemble les fichiers d'un même calcul, ou refaites-les")
    return Problem(name, tr("ce document est d'une autre décision"), tr("celle du fichier vérifié"), advice)


def _check_content(content: bytes, against: Ground | None = None) -> Verification:
    """Return the check of a decision without its log."""
    file_digest = digest(content)
    try:
        decision = Decision.from_json(content)
        # Optimality cannot be checked without all scores, or the answers and programme that give them.
        can_prove = decision.every_pair or against is not None
        problem = reformulate(decision, *against) if against else decision.problem()
        certificate = certify(problem, _solution(decision, can_prove=can_prove))
    except RequestError as error:
        return Verification(file_digest, VerificationOutcome.REFUSED, problems=error.problems)
    certificate = certificate if can_prove else certificate.before(problem.goals[0])
    former = [tr(FORMER_PAIRS_TEXT)] if "changes" in problem.goals else []
    grounds = (tr(COMPARED_TIES_TEXT if decision.ties else COMPARED_TEXT), *former) if against else ()
    problems = tuple(Problem(tr("contrôle"), text) for text in certificate.problems)
    return Verification(file_digest, _outcome(certificate), certificate, problems=problems, grounds=grounds)


def _solution(decision: Decision, *, can_prove: bool) -> Solution:
    """Return the solution; without duals if the weights of its side constraints are known for the chosen pairs only."""
    solution = decision.solution()
    return solution if can_prove or not decision.rows else replace(solution, prices=())


def _outcome(certificate: Certificate) -> VerificationOutcome:
    """Return the outcome of a certificate: BOUNDED if every goal has a stated bound, and all of them are proved."""
    match certificate.verdict:
        case Verdict.CERTIFIED:
            return VerificationOutcome.VERIFIED
        case Verdict.NO_ANSWER:
            return VerificationOutcome.NOTHING
        case Verdict.REFUSED:
            return VerificationOutcome.REFUSED
    bounded = certificate.backed and all(tier.stated is not None for tier in certificate.tiers)
    return VerificationOutcome.BOUNDED if bounded else VerificationOutcome.UNPROVED


def _missing_from_log(chain: log.LogChain, decision_digest: str) -> Iterator[Problem]:
    if chain.is_intact and not any(entry.what.get("decision") == decision_digest for entry in chain.entries):
        sentence = tr("il ne parle pas de cette décision, ou son fichier a changé depuis")
        yield Problem(tr("journal"), sentence)


def _chain_words(chain: log.LogChain, decision_digest: str) -> Iterator[str]:
    if chain.is_intact:
        lines = counted(len(chain.entries), "ligne")
        yield (
            tr(
                "Journal intact : {lines}, {since} depuis l'empreinte demandée.",
                lines=lines,
                since=chain.lines_since_head,
            )
            if chain.lines_since_head
            else tr("Journal intact : {lines}.", lines=lines)
        )
    if chain.is_intact or chain.entries:
        yield tr(HEAD_TEXT, head=chain.head)
    if chain.is_intact:
        validations = [Signature.of(entry).words for entry in chain.validations(decision_digest)]
        proposal = tr("Encore une proposition : personne ne l'a validée.")
        yield from validations or [proposal, *find_replaced(chain.entries, decision_digest)]
        decisions = [entry.what.get("decision") for entry in chain.entries if entry.kind == "matching"]
        if decision_digest in decisions and decisions[-1] != decision_digest:
            yield tr("Le journal parle d'une décision plus récente : ce n'est pas la dernière.")
        if chain.remarks:
            yield tr("À savoir, de lignes qu'une version d'aujourd'hui n'écrirait pas :")
            yield from (f"  - {remark}" for remark in chain.remarks)
