"""The documents beside a decision, renewed after a validation: what they print of the record, and nothing else.

Answers and programme are not needed: what a document says of the record stands in one known place of it. A document
that others changed there stays as it is, and is told.
"""

from pathlib import Path

from mentormatch.errors import OutputError, Problem
from mentormatch.files import write_whole
from mentormatch.languages import tr
from mentormatch.matching import documents_made
from mentormatch.record.decision import SUFFIX
from mentormatch.record.log import Chain
from mentormatch.record.seal import READERS, Seal, sealed_documents, stamp_in


def renew(decision: Path, chain: Chain, seal: Seal) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Write what stands beside a decision file with another seal; return what was written, and what was not, with why.

    ``chain`` is the log, from which it is known what each document prints until now.
    """
    made, left = renewed_documents(decision, chain, seal)
    written = []
    for path, content in made.items():
        try:
            write_whole(path, content)
            written.append(path)
        except OutputError as error:
            left.append(Problem(path.name, error.message))
    return tuple(written), tuple(left)


def renewed_documents(decision: Path, chain: Chain, seal: Seal) -> tuple[dict[Path, bytes], list[Problem]]:
    """Return the documents beside a decision file with another seal, and those that are not as they were written."""
    beside, stem = sealed_documents(decision), decision.name.removesuffix(SUFFIX)
    made, left = {}, []
    for kind, exporter in documents_made().items():
        name = f"{stem}{kind}"
        if kind in READERS and name in beside:
            stamp = stamp_in(name, beside[name])
            before = Seal.of(chain, stamp.decision, stamp.head) if stamp else None
            content = exporter.renewed(beside[name], before, seal) if before else None
            if content is None:
                left.append(as_it_is(name))
            else:
                made[decision.with_name(name)] = content
    return made, left


def as_it_is(name: str) -> Problem:
    """Return that a document is not renewed, and what to do."""
    advice = tr("refaites les documents avec « mentormatch match », ou gardez l'empreinte à part")
    return Problem(name, tr("il n'est plus tel qu'il a été écrit, et reste comme il est"), advice=advice)
