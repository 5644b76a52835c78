"""Files that commands write under a name that was chosen for them."""

from pathlib import Path

from mentormatch.languages import tr


def write_new(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file that is not there yet, for its owner alone where it is ``private``.

    Raises OutputError where it is: nothing is written over.
    """
    from mentormatch.base.atomic_files import write_whole
    from mentormatch.errors import OutputError, Problem

    try:
        write_whole(path, text.encode("utf-8"), private=private, once=True)
    except FileExistsError:
        found = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre nom, ou déplacez-le"))
        raise OutputError(tr("Rien n'a été écrit"), [found]) from None
