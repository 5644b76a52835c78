"""Checks a decision again from its file alone: rules, values, proof, and the log; no solver is imported.

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
from mentormatch.record.instance import formulate_again
from mentormatch.record.log import find_replaced, sign
from mentormatch.record.seal import Signature, Stamp, sealed_documents, stamp_in, unlogged_validations

type Ground = tuple[Cohort, Programme]
"""The answers and the programme that a decision rests on."""


class VerificationOutcome(StrEnum):
    """What the check of a decision comes to."""

    VERIFIED = "verified"
    BOUNDED = "bounded"
    UNPROVED = "unproved"
    NOTHING = "nothing"
    REFUSED = "refused"


WORDS = {
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
INFEASIBLE = mark("Aucune répartition ne respecte toutes les règles : c'est démontré.")
"""What is said of a decision without pairs that proves that there are none."""
STOPPED = mark(
    "Les règles sont respectées et les valeurs sont exactes. Le calcul s'est arrêté sans affirmer que rien ne fait"
    " mieux : {goals}."
)
FORMER = mark(
    "Les binômes d'avant, que le but « binômes défaits » compte, viennent du fichier seul : ni les réponses ni le"
    " programme ne les donnent."
)
COMPARED = mark(
    "Les personnes, les places, les règles et les points sont ceux que donnent ces réponses et ce programme. Ce qui a"
    " servi au calcul (moteur, graine, versions, départage) ne s'en déduit pas : seule l'empreinte du fichier, au"
    " journal, en répond."
)
COMPARED_TIES = mark(
    "Les personnes, les places, les règles, les points et les empreintes de clés qui départagent sont ceux que donnent"
    " ces réponses et ce programme. Le moteur et les versions qui ont servi au calcul ne s'en déduisent pas : seule"
    " l'empreinte du fichier, au journal, en répond."
)
TIES = {
    "unique": mark("Ces binômes sont les seuls qui atteignent ces valeurs : il n'y avait rien à départager."),
    "hash": mark(
        "Le départage des égalités est contrôlé : aucune autre répartition de même valeur ne passe devant, d'après les"
        " empreintes de clés que contient le fichier."
    ),
    "": mark("Le départage des égalités n'est pas contrôlé : d'autres binômes peuvent avoir les mêmes valeurs."),
}
"""The sentences on ties if all goals are proved."""
HEAD = mark("Empreinte du journal : {head}")
UNKNOWN = mark(
    "Sans empreinte à laquelle tenir le journal, on ne peut pas savoir si des lignes ont été coupées à sa fin, ni s'il"
    " a été réécrit en entier : « --head » le compare à l'empreinte que la page et le classeur impriment."
)
BESIDE = mark(
    "Qui peut réécrire le journal peut réécrire aussi ces documents, et des lignes ajoutées après leur empreinte puis"
    " coupées ne laissent pas de trace : une empreinte gardée ailleurs (« --head ») le dirait."
)
AFTER = mark("Des lignes ajoutées après cette empreinte, puis coupées, ne laisseraient pas de trace.")


@dataclass(frozen=True, slots=True)
class Verification(VersionedPickle):
    """What holds of a decision file.

    ``digest`` is that of the file; ``certificate`` what its numbers prove, None if they make no decision; ``chain``
    the log, if one was looked at; ``asked`` the head that it had to have, None: any. ``stamps`` are those that the
    documents beside it carry, by their names, None where a document has none; ``documents`` are sentences on what
    became of these; ``problems`` is all that is wrong. ``grounds`` are sentences on the answers and the programme, if
    the decision was compared with some.
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
        """Whether all that the decision states is proved here: rules, values, bounds, and the log if there is one."""
        if self.outcome is VerificationOutcome.NOTHING:
            return self.certificate is not None and self.certificate.infeasible
        return self.outcome in (VerificationOutcome.VERIFIED, VerificationOutcome.BOUNDED)

    @property
    def rules_hold(self) -> bool:
        """Whether rules, values, and the log if there is one, hold; the optimum may be unproved."""
        return self.verified or self.outcome is VerificationOutcome.UNPROVED

    @property
    def sound(self) -> bool:
        """The same as ``rules_hold``, under its older name."""
        return self.rules_hold

    @property
    def validations(self) -> tuple[log.LogEntry, ...]:
        """Return by whom this decision was validated, as its log has it; empty while it is a proposal."""
        return self.chain.validations(self.digest) if self.chain else ()

    @property
    def words(self) -> str:
        """Return what was found, a line for each thing."""
        certified = [self.certificate.words] if self.certificate else []
        chain = [] if self.chain is None else [*_chain_words(self.chain, self.digest), *self.limits]
        told = [self.sentence, *certified, *self.ties, *self.grounds, *chain, *self.documents]
        return "\n".join([*told, *(f"  - {one}" for one in self.problems)])

    @property
    def sentence(self) -> str:
        """What the check comes to, first of all that is said."""
        certificate = self.certificate
        if certificate is None or not self.rules_hold or self.outcome is VerificationOutcome.VERIFIED:
            return tr(WORDS[self.outcome])
        if self.outcome is VerificationOutcome.NOTHING:
            return tr(INFEASIBLE)
        if self.outcome is VerificationOutcome.BOUNDED:
            return tr(WORDS[self.outcome], gaps=certificate.gaps)
        optimal = all(tier.stated == tier.value for tier in certificate.tiers)
        return tr(WORDS[self.outcome] if optimal else STOPPED, goals=certificate.unproved_goals)

    @property
    def ties(self) -> Iterator[str]:
        """Yield the sentence on ties, if all goals are proved."""
        if self.outcome is VerificationOutcome.VERIFIED and self.certificate is not None:
            yield tr(TIES[self.certificate.ties])

    @property
    def carried(self) -> dict[str, Stamp]:
        """The stamps of the documents that carry one."""
        return {name: stamp for name, stamp in self.stamps.items() if stamp}

    @property
    def limits(self) -> Iterator[str]:
        """Yield to what the log was held, and what cannot be known then; nothing where it is not whole."""
        chain, silent = self.chain, [name for name, stamp in self.stamps.items() if stamp is None]
        if chain is None or not chain.whole:
            return
        same = [name for name, stamp in self.carried.items() if stamp.head == chain.head]
        if same:
            yield tr("Cette empreinte est imprimée sur : {documents}.", documents=listed(same))
        for name, stamp in self.carried.items():
            if stamp.head in chain.heads[:-1]:
                since = counted(len(chain.heads) - 1 - chain.heads.index(stamp.head), "ligne")
                yield tr("L'empreinte de {document} est plus ancienne : {since} depuis.", document=name, since=since)
        if silent:
            yield tr("Sans empreinte lisible, et donc pas comparés : {documents}.", documents=listed(silent))
        held = BESIDE if self.carried else UNKNOWN
        yield tr(held if self.asked is None else AFTER)


def verify(
    path: str | PathLike[str],
    *,
    head: str | None = None,
    journal: str | PathLike[str] | None = None,
    against: Ground | None = None,
) -> Verification:
    """Return what holds of a decision file; everything is computed again, and nothing is raised.

    The log is held against the heads that the documents beside the decision print (page, workbook, JSON), and what
    these say of validations against its lines.

    Parameters
    ----------
    path
        A decision file, or a folder with one, such as ``match`` writes.
    head
        A head of the log, as printed on a document: the log must have had it.
    journal
        The log; None: the one beside the file, if there is one, under the same name with .journal.jsonl. Another is
        not held against the documents, which print the head of that one.
    against
        The answers and the programme that the decision rests on (those of its ``Matching``): all scores are then worked
        out again, and people, places, rules, goals and imposed pairs must be those that they give. Of a market of too
        many pairs the file holds the scores of the chosen pairs alone, and its optimality cannot be proved without.
    """
    source = decision_in(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        unread = Problem(source.name, tr("illisible ({reason})", reason=system_reason(error)))
        return Verification("", VerificationOutcome.REFUSED, problems=(unread,))
    # Which log it is held to, and what the documents beside it print of that.
    beside = journal_beside(source) if journal is None else Path(journal)
    printed = sealed_documents(source) if beside == journal_beside(source) else {}
    stamps = {name: stamp_in(name, document) for name, document in printed.items()}
    # The decision alone first, then with its log, then with the documents of its folder.
    found = replace(_check_content(content, against), asked=head, stamps=stamps)
    if head is not None or journal is not None or found.carried or beside.exists():
        found = _with_chain(found, log.check_chain(beside, head))
    sentences, wrong = check_documents(source)
    if found.outcome is VerificationOutcome.VERIFIED:
        made_before = [name for name in documents_with_caveat(source, log.UNPROVED) if name in printed]
        if made_before:
            sentence = tr(
                "Faits avant la preuve, ces documents disent encore que l'optimum ne peut pas être contrôlé :"
                " {documents}. C'est cette vérification qui vaut.",
                documents=listed(made_before),
            )
            sentences.append(sentence)
    outcome = VerificationOutcome.REFUSED if wrong else found.outcome
    return replace(found, outcome=outcome, problems=(*found.problems, *wrong), documents=tuple(sentences))


def verify_content(
    content: bytes,
    *,
    head: str | None = None,
    journal: bytes | None = None,
    documents: Mapping[str, bytes] | None = None,
    against: Ground | None = None,
) -> Verification:
    """Return what holds of what stands in a decision file, in a log, and in the documents beside; see ``verify``.

    Without a ``journal`` a ``head`` is that of no log: the decision is refused.
    """
    stamps = {name: stamp_in(name, document) for name, document in (documents or {}).items()}
    found = replace(_check_content(content, against), asked=head, stamps=stamps)
    if head is None and journal is None and not found.carried:
        return found
    return _with_chain(found, log.chain_in(journal or b"", head))


def decision_in(path: str | PathLike[str]) -> Path:
    """Return the decision file at a path: the file itself, or that of a folder."""
    named = Path(path)
    if not named.is_dir():
        return named
    others = sorted(named.glob(f"*{DECISION_SUFFIX}"))
    return others[0] if len(others) == 1 else named / DECISION_NAME


def journal_beside(path: Path) -> Path:
    """Return where the log of a decision file is looked for."""
    return path.with_name(path.name.removesuffix(DECISION_SUFFIX) + log.LOG_SUFFIX)


def entry_of(path: str | PathLike[str], *, who: str, why: str = "") -> log.LogEntry:
    """Return the entry of a log that says that a decision was made: the digest of its file, by whom and why."""
    return sign("matching", {"decision": digest(Path(path).read_bytes())}, who=who, why=why)


def _with_chain(found: Verification, chain: log.LogChain) -> Verification:
    """Return what holds of a decision and its log together."""
    disagreeing = [problem for name, stamp in found.carried.items() for problem in _disagreeing(name, stamp, chain)]
    other = [_of_another(name) for name, stamp in found.carried.items() if stamp.decision != found.digest]
    problems = (*found.problems, *chain.problems, *_missing_from_log(chain, found.digest), *disagreeing, *other)
    return replace(
        found, outcome=VerificationOutcome.REFUSED if problems else found.outcome, chain=chain, problems=problems
    )


def _disagreeing(name: str, stamp: Stamp, chain: log.LogChain) -> Iterator[Problem]:
    """Yield what a document says that the log does not: a head that it never had, validations that are gone."""
    if stamp.head not in chain.heads[1:]:
        lost = tr("ce document imprime une empreinte qu'aucune ligne du journal n'a")
        advice = tr("le journal a été réécrit, raccourci ou retiré : retrouvez-en une copie")
        yield Problem(name, lost, tr("une empreinte du journal"), advice)
    yield from unlogged_validations(name, stamp, chain)


def _of_another(name: str) -> Problem:
    """Return that a document was made from another decision than the one beside it."""
    advice = tr("gardez ensemble les fichiers d'un même calcul, ou refaites-les")
    return Problem(name, tr("ce document est d'une autre décision"), tr("celle du fichier vérifié"), advice)


def _check_content(content: bytes, against: Ground | None = None) -> Verification:
    """Return what holds of a decision without its log."""
    seal = digest(content)
    try:
        decision = Decision.from_json(content)
        # Without the scores of all pairs, and without what they are worked out from, optimality cannot be checked.
        whole = decision.every_pair or against is not None
        problem = formulate_again(decision, *against) if against else decision.problem()
        certificate = certify(problem, _solution(decision, whole=whole))
    except RequestError as error:
        return Verification(seal, VerificationOutcome.REFUSED, problems=error.problems)
    certificate = certificate if whole else certificate.before(problem.goals[0])
    former = [tr(FORMER)] if "changes" in problem.goals else []
    grounds = (tr(COMPARED_TIES if decision.ties else COMPARED), *former) if against else ()
    problems = tuple(Problem(tr("contrôle"), text) for text in certificate.problems)
    return Verification(seal, _outcome(certificate), certificate, problems=problems, grounds=grounds)


def _solution(decision: Decision, *, whole: bool) -> Solution:
    """Return the answer; without prices where these are of rows too, of which the chosen pairs alone tell little."""
    solution = decision.solution()
    return solution if whole or not decision.rows else replace(solution, prices=())


def _outcome(certificate: Certificate) -> VerificationOutcome:
    """Return the outcome of a certificate: bounded if duals or proofs show the bound that the file states per goal."""
    match certificate.verdict:
        case Verdict.CERTIFIED:
            return VerificationOutcome.VERIFIED
        case Verdict.NO_ANSWER:
            return VerificationOutcome.NOTHING
        case Verdict.REFUSED:
            return VerificationOutcome.REFUSED
    bounded = certificate.backed and all(tier.stated is not None for tier in certificate.tiers)
    return VerificationOutcome.BOUNDED if bounded else VerificationOutcome.UNPROVED


def _missing_from_log(chain: log.LogChain, seal: str) -> Iterator[Problem]:
    if chain.whole and not any(entry.what.get("decision") == seal for entry in chain.entries):
        sentence = tr("il ne parle pas de cette décision, ou son fichier a changé depuis")
        yield Problem(tr("journal"), sentence)


def _chain_words(chain: log.LogChain, seal: str) -> Iterator[str]:
    if chain.whole:
        lines = counted(len(chain.entries), "ligne")
        yield (
            tr("Journal intact : {lines}, {since} depuis l'empreinte demandée.", lines=lines, since=chain.since)
            if chain.since
            else tr("Journal intact : {lines}.", lines=lines)
        )
    if chain.whole or chain.entries:
        yield tr(HEAD, head=chain.head)
    if chain.whole:
        validations = [Signature.of(one).words for one in chain.validations(seal)]
        proposal = tr("Encore une proposition : personne ne l'a validée.")
        yield from validations or [proposal, *find_replaced(chain.entries, seal)]
        made = [entry.what.get("decision") for entry in chain.entries if entry.kind == "matching"]
        if seal in made and made[-1] != seal:
            yield tr("Le journal parle d'une décision plus récente : ce n'est pas la dernière.")
        if chain.remarks:
            yield tr("À savoir, de lignes qu'une version d'aujourd'hui n'écrirait pas :")
            yield from (f"  - {remark}" for remark in chain.remarks)
