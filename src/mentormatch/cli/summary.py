"""What the command line says of a matching, in plain text."""

from collections import Counter
from collections.abc import Iterator

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.names import GivenNames, cohort_names, in_role, labels_with_names
from mentormatch.languages.phrases import counted, points
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import Matching

STATUSES = {
    "proved": mark("Répartition démontrée optimale."),
    "feasible": mark(
        "Attention : répartition conforme aux règles, mais pas démontrée optimale (calcul arrêté avant la fin)."
    ),
    "infeasible": mark("Aucune répartition ne respecte toutes les règles."),
    "stopped": mark("Calcul arrêté avant une première réponse."),
    "failed": mark("Le calcul a échoué."),
}
UNSETTLED = mark(
    "Répartition démontrée optimale ; parmi des réponses de même valeur, celle-ci n'est pas forcément la même à chaque"
    " calcul."
)
INTERRUPTED = mark(
    "Attention : calcul interrompu. La meilleure répartition trouvée respecte les règles, sans être démontrée optimale."
)


def summary(matching: Matching) -> str:
    """Return in two lines what the matching is; in one where nothing was compared, which is then said before."""
    cohort = matching.cohort
    made = tr(
        "{mentors}, {mentees} : {pairs}, {left} sans binôme.",
        mentors=counted(len(cohort.mentors), "mentor·e"),
        mentees=counted(len(cohort.mentees), "mentoré·e"),
        pairs=counted(len(matching.pairs), "binôme"),
        left=counted(len(matching.unmatched), "personne"),
    )
    return made if matching.hollow else f"{made}\n{standing(matching)}"


def losses(matching: Matching) -> Iterator[str]:
    """Yield what costs people a place before any pair is formed: places that are not read, rows that do not count."""
    cohort, rules = matching.cohort, matching.programme.rules
    defaults = {field: places for rule in rules for field, places in rule.places_unread.items()}
    for remark in cohort.remarks:
        if remark.field in defaults:
            places = counted(defaults[remark.field], "place")
            yield tr("Places non lues, comptées pour {places} par personne : {remark}", places=places, remark=remark)
    for reason, count in Counter(row.reason for row in cohort.rows if row.fate == "rejected").items():
        rows = counted(count, "ligne")
        yield tr_n("{rows} rejetée : {reason}", "{rows} rejetées : {reason}", count, rows=rows, reason=reason)
    if count := sum(row.fate == "incomplete" for row in cohort.rows):
        people = counted(count, "personne")
        yield tr_n(
            "{people} mise de côté, faute d'assez de réponses",
            "{people} mises de côté, faute d'assez de réponses",
            count,
            people=people,
        )


def standing(matching: Matching) -> str:
    """Return in a sentence what is known of the pairs; where nothing was compared, that."""
    if matching.hollow:
        return " ".join(caveat.sentence for caveat in matching.caveats)
    if matching.status is Status.PROVED and not matching.solution.canonical:
        return tr(UNSETTLED)
    cut_short = matching.solution.interrupted and matching.status is Status.FEASIBLE
    return tr(INTERRUPTED if cut_short else STATUSES[str(matching.status)])


def pairs_text(matching: Matching, names: GivenNames | None = None) -> str:
    """Return the pairs and the people without one, a line each, with their names where these are asked for."""
    cohort = matching.cohort
    known = {} if names is None else cohort_names(names, cohort, matching.programme)
    labels = labels_with_names(known, matching.labels, coded=True) if known else matching.labels
    called = labels.person
    pairs = [
        row_text(called("mentor", pair.mentor), called("mentee", pair.mentee), points(pair.score))
        for pair in matching.pairs
    ]
    both = {("mentor", cohort.mentors.ids[i]) for i in cohort.both[0]}
    both |= {("mentee", cohort.mentees.ids[k]) for k in cohort.both[1]}
    left = [
        row_text(in_role(name, one.side) if (one.side, one.person) in both else name, "-", told.reason)
        for name, one, told in (
            (called(one.side, one.person), one, told)
            for one, told in zip(matching.unmatched, matching.told_unmatched(matching.labels)[0], strict=True)
        )
    ]
    return "\n".join([tr("mentor·e\tmentoré·e\tpoints"), *pairs, *left])
