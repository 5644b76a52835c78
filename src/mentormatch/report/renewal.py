"""The documents beside a decision, renewed after a validation: what they print of the record, and nothing else.

Answers and programme are not needed: what a document says of the record stands in one known place of it. A document
that others changed there stays as it is, and is told.
"""

from collections.abc import Mapping
from pathlib import Path

from mentormatch.errors import OutputError, Problem
from mentormatch.files import write_whole
from mentormatch.generation import generation
from mentormatch.languages import tr
from mentormatch.manifest import manifest_in
from mentormatch.matching import Exporter, documents_made
from mentormatch.phrases import listed
from mentormatch.record.decision import SUFFIX
from mentormatch.record.log import Chain
from mentormatch.record.seal import READERS, Seal, sealed_documents, stamp_in


def renew(decision: Path, chain: Chain, seal: Seal) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Write what stands beside a decision file with another seal; return what was written, and what was not, with why.

    ``chain`` is the log, from which it is known what each document prints until now.
    """
    beside, stem = sealed_documents(decision), decision.name.removesuffix(SUFFIX)
    names = {f"{stem}{kind}": exporter for kind, exporter in documents_made().items() if kind in READERS}
    made = {name: renewed(names[name], name, beside[name], chain, seal) for name in names if name in beside}
    contents = {name: content for name, content in made.items() if content is not None}
    advice = tr("refaites les documents avec « mentormatch match », ou gardez l'empreinte à part")
    found = tr("il n'est plus tel qu'il a été écrit, et reste comme il est")
    left = [Problem(name, found, advice=advice) for name, content in made.items() if content is None]
    try:
        write_beside(decision, contents)
    except OutputError as error:
        return (), (*left, Problem(listed(list(contents)), error.message))
    return tuple(decision.with_name(name) for name in contents), tuple(left)


def renewed(exporter: Exporter, name: str, content: bytes, chain: Chain, seal: Seal) -> bytes | None:
    """Return a document with another seal, None where it is not as it was written."""
    stamp = stamp_in(name, content)
    return exporter.renewed(content, Seal.of(chain, stamp.decision, stamp.head), seal) if stamp else None


def write_beside(decision: Path, contents: Mapping[str, bytes]) -> None:
    """Write renewed documents: together, as those of the run of the decision, where a manifest tells of it.

    One in which somebody wrote stays one in which somebody wrote: the manifest does not take it for its own.
    """
    folder, manifest = decision.parent, manifest_in(decision.parent)
    kinds = [kind for kind, run in manifest.runs.items() if decision.name in run.documents]
    own = {name: one for name, one in contents.items() if kinds and not manifest.typed(folder / name, name)}
    for name in contents.keys() - own.keys():
        write_whole(folder / name, contents[name])
    if own:
        with generation(folder, kinds[0], partial=True) as draft:
            draft.documents |= own
