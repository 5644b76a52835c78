"""The pairs there were before, from whatever file holds them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentormatch.cli.options import STDIN, content_of, source
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr

if TYPE_CHECKING:
    from mentormatch.operations.matching import KeyPair
    from mentormatch.people.cohort import Cohort


def pairs_before(path: Path, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs in a file: the JSON of a matching or of a repair, a decision, or a sheet of two codes a row.

    Raises RequestError or SurveyError where it holds none that can be told.
    """
    from mentormatch.operations.pair_sheet import read_pairs

    opened = source(path)
    content = opened.content if path == STDIN else content_of(path)
    if content.lstrip()[:1] == b"{":
        return pairs_told(content, opened.name, cohort)
    return list(read_pairs(opened, cohort))


def pairs_told(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a JSON file that mentormatch wrote."""
    from mentormatch.base.strict_json import parse_json

    told = parse_json(content)
    if "scores" in told and "digests" in told:
        return pairs_decided(content, name, cohort)
    pairs = part_of(part_of(told, "matching") or told, "pairs")
    keys = [(part_of(pair, "mentor"), part_of(pair, "mentee")) for pair in pairs] if isinstance(pairs, list) else []
    if not isinstance(pairs, list) or not all(isinstance(key, str) for pair in keys for key in pair):
        expected = tr("un fichier .json ou .decision.json que mentormatch a écrit, ou une feuille de binômes")
        raise RequestError(
            tr("Aucun binôme ne se lit dans ce fichier"), [Problem(name, tr("pas de binômes"), expected)]
        )
    return [(str(mentor), str(mentee)) for mentor, mentee in keys]


def pairs_decided(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a decision file, which names people by their place among the answers that it rests on."""
    from mentormatch.record.decision import Decision
    from mentormatch.record.digests import digest_of_answers

    decision = Decision.from_json(content)
    if decision.digests.answers != digest_of_answers(cohort):
        found = Problem(
            name,
            tr("une décision sur d'autres réponses"),
            tr("les réponses dont elle est issue, inchangées"),
            tr("donnez plutôt le fichier .json ou la feuille des binômes, qui nomment les personnes par leur code"),
        )
        raise RequestError(tr("Cette décision ne dit pas qui sont ces personnes"), [found])
    return [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in decision.solution().pairs.tolist()]


def part_of(told: Any, name: str) -> Any:
    """Return one part of a JSON value, None where there is none."""
    return told.get(name) if isinstance(told, Mapping) else None
