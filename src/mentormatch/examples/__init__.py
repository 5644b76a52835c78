"""Example programmes with the answers of fictional people, to try, to test and to start from; README.md lists them.

+doctest
"""

import re
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from os import PathLike
from pathlib import Path

from mentormatch.base.arguments import checked
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import EXAMPLE, write_generation
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import read_survey
from mentormatch.programme.programme import Programme

PROGRAMME_FILE = "programme.toml"
ANSWERS_FILE = "reponses.csv"
ANSWERS_IN_ENGLISH = "answers.csv"
MANUAL_PAIRS_FILE = "binomes-a-la-main.csv"


@dataclass(frozen=True, slots=True)
class ExampleFiles:
    """The written files of an example: its programme and its answers."""

    programme: Path
    answers: Path


def names() -> list[str]:
    """Return the names of the examples.

    >>> names()
    ['alumni', 'codeveloppement', 'groupe-de-travail', 'mentorat']
    """
    return sorted(entry.name for entry in files(__name__).iterdir() if entry.joinpath(PROGRAMME_FILE).is_file())


@checked
def name_in(code: str | None) -> str:
    """Return the example of pairs in a language; the French one if there is none."""
    return "alumni" if code == "en" else "mentorat"


@checked
def programme(name: str = "mentorat") -> Programme:
    """Return the programme of an example. Raises RequestError for an unknown name."""
    with as_file(folder_of(name).joinpath(PROGRAMME_FILE)) as path:
        return Programme.load(path)


@checked
def cohort(name: str = "mentorat") -> Cohort:
    """Return the people of an example. Raises RequestError for an unknown name."""
    with as_file(folder_of(name).joinpath(answers_of(name))) as path:
        return read_survey(programme(name), path)


@checked
def copy_to(folder: str | PathLike[str], name: str = "mentorat", *, overwrite: bool = True) -> ExampleFiles:
    """Write the programme and the answers of an example into a folder, which is made if needed, and return their paths.

    Raises RequestError for an unknown example, and OutputError if a file cannot be written or exists and ``overwrite``
    is false; then nothing is written.
    """
    target = Path(folder)
    written = ExampleFiles(target / PROGRAMME_FILE, target / answers_of(name))
    existing = [path.name for path in (written.programme, written.answers) if path.exists()]
    if existing and not overwrite:
        raise OutputError(
            tr("Rien n'a été écrit : des fichiers du même nom sont déjà dans le dossier"),
            [Problem(filename, tr("existe déjà"), advice=tr("choisissez un autre dossier")) for filename in existing],
        )
    with write_generation(target, EXAMPLE, replace=overwrite) as draft:
        for file, content in contents(name).items():
            draft.put(file, content)
    return written


@checked
def contents(name: str = "mentorat") -> dict[str, bytes]:
    """Return the files of an example by name. Raises RequestError for an unknown example."""
    return {
        filename: folder_of(name).joinpath(filename).read_bytes() for filename in (PROGRAMME_FILE, answers_of(name))
    }


@checked
def copy_waves_to(folder: str | PathLike[str], name: str = "mentorat") -> dict[int, Path]:
    """Write the follow-up answers of an example into a folder, which is made if needed, and return each file by month.

    Raises RequestError for an unknown example, and OutputError if a file cannot be written.
    """
    waves = [entry for entry in folder_of(name).iterdir() if re.fullmatch(r"suivi-[0-9]+-mois\.csv", entry.name)]
    written = {int(entry.name.split("-")[1]): Path(folder) / entry.name for entry in waves}
    for entry in waves:
        write_whole(Path(folder) / entry.name, entry.read_bytes())
    return dict(sorted(written.items()))


@checked
def copy_pairs_to(folder: str | PathLike[str], name: str = "mentorat") -> Path:
    """Write the hand-made pairs of an example into a folder, which is made if needed, and return the file.

    Raises RequestError for an unknown example, and OutputError if the file cannot be written.
    """
    written = Path(folder) / MANUAL_PAIRS_FILE
    write_whole(written, folder_of(name).joinpath(MANUAL_PAIRS_FILE).read_bytes())
    return written


@checked
def answers_of(name: str) -> str:
    """Return the file name of the answers of an example. Raises RequestError for an unknown name."""
    english = folder_of(name).joinpath(ANSWERS_IN_ENGLISH)
    return ANSWERS_IN_ENGLISH if english.is_file() else ANSWERS_FILE


def folder_of(name: str) -> Traversable:
    """Return the folder of an example. Raises RequestError, with the known names, for an unknown name."""
    if name not in names():
        raise RequestError(tr("Cet exemple n'existe pas"), [Problem(name, tr("inconnu"), ", ".join(names()))])
    return files(__name__).joinpath(name)
