"""The documents beside a decision, renewed after a validation: what they print of the record, and nothing else.

Answers and programme are not needed: what a document says of the record stands in one known place of it. A document
that others changed there stays as it is, and is told.
"""

from pathlib import Path

from mentormatch.errors import OutputError, Problem
from mentormatch.files import write_whole
from mentormatch.languages import tr
from mentormatch.matching import Exporter, documents_made
from mentormatch.record.decision import SUFFIX
from mentormatch.record.log import Chain
from mentormatch.record.seal import READERS, Seal, documents_beside, stamp_in


def renew(decision: Path, chain: Chain, seal: Seal) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Write what stands beside a decision file with another seal; return what was written, and what was not, with why.

    ``chain`` is the log, from which it is known what each document prints until now.
    """
    beside, stem = documents_beside(decision), decision.name.removesuffix(SUFFIX)
    written: list[Path] = []
    left: list[Problem] = []
    for kind, exporter in documents_made().items():
        name = f"{stem}{kind}"
        if kind in READERS and name in beside:
            path = decision.with_name(name)
            problem = renew_one(exporter, path, beside[name], chain, seal)
            left += [problem] if problem else []
            written += [] if problem else [path]
    return tuple(written), tuple(left)


def renew_one(exporter: Exporter, path: Path, content: bytes, chain: Chain, seal: Seal) -> Problem | None:
    """Write one document with another seal; return why that could not be."""
    stamp = stamp_in(path.name, content)
    before = Seal.of(chain, stamp.decision, stamp.head) if stamp else None
    made = exporter.renewed(content, before, seal) if before else None
    if made is None:
        advice = tr("refaites les documents avec « mentormatch match », ou gardez l'empreinte à part")
        return Problem(path.name, tr("il n'est plus tel qu'il a été écrit, et reste comme il est"), advice=advice)
    try:
        write_whole(path, made)
    except OutputError as error:
        return Problem(path.name, error.message)
    return None
