"""Example programmes with the answers of fictional people, to try, to test and to start from; README.md lists them.

>>> programme().name, len(cohort().mentors)
('Mentorat production et diffusion 2025-2026', 14)
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

PROGRAMME = "programme.toml"
ANSWERS = "reponses.csv"
ANSWERS_IN_ENGLISH = "answers.csv"
BY_HAND = "binomes-a-la-main.csv"
WAVE = re.compile(r"suivi-[0-9]+-mois\.csv")


@dataclass(frozen=True, slots=True)
class ExampleFiles:
    """Where an example was written: its programme and the answers."""

    programme: Path
    answers: Path


def names() -> list[str]:
    """Return the examples there are.

    >>> names()
    ['alumni', 'codeveloppement', 'groupe-de-travail', 'mentorat']
    """
    return sorted(entry.name for entry in files(__name__).iterdir() if entry.joinpath(PROGRAMME).is_file())


@checked
def name_in(code: str | None) -> str:
    """Return the name of the example of pairs in a language; the French one if there is none in this language."""
    return "alumni" if code == "en" else "mentorat"


@checked
def programme(name: str = "mentorat") -> Programme:
    """Return the programme of an example; raises RequestError where there is none of this name."""
    with as_file(folder_of(name).joinpath(PROGRAMME)) as path:
        return Programme.load(path)


@checked
def cohort(name: str = "mentorat") -> Cohort:
    """Return the people who answered in an example; raises RequestError where there is none of this name."""
    with as_file(folder_of(name).joinpath(answers_of(name))) as path:
        return read_survey(programme(name), path)


@checked
def copy_to(folder: str | PathLike[str], name: str = "mentorat", *, overwrite: bool = True) -> ExampleFiles:
    """Write the programme and the answers of an example into a folder, made if need be, and return where they are.

    Raises RequestError where there is no example of this name; OutputError where a file cannot be written, or is
    there already and may not be overwritten. Then nothing is written.
    """
    target = Path(folder)
    written = ExampleFiles(target / PROGRAMME, target / answers_of(name))
    standing = [path.name for path in (written.programme, written.answers) if path.exists()]
    if standing and not overwrite:
        raise OutputError(
            tr("Rien n'a été écrit : des fichiers du même nom sont déjà dans le dossier"),
            [Problem(there, tr("existe déjà"), advice=tr("choisissez un autre dossier")) for there in standing],
        )
    with write_generation(target, EXAMPLE, replace=overwrite) as draft:
        for file, content in contents(name).items():
            draft.put(file, content)
    return written


@checked
def contents(name: str = "mentorat") -> dict[str, bytes]:
    """Return the files of an example by their names; raises RequestError where there is no example of this name."""
    return {each: folder_of(name).joinpath(each).read_bytes() for each in (PROGRAMME, answers_of(name))}


@checked
def copy_waves_to(folder: str | PathLike[str], name: str = "mentorat") -> dict[int, Path]:
    """Write the follow-up answers of an example into a folder, made if need be, and return each file by its month.

    Raises RequestError where there is no example of this name; OutputError where a file cannot be written.
    """
    waves = [entry for entry in folder_of(name).iterdir() if WAVE.fullmatch(entry.name)]
    written = {int(entry.name.split("-")[1]): Path(folder) / entry.name for entry in waves}
    for entry in waves:
        write_whole(Path(folder) / entry.name, entry.read_bytes())
    return dict(sorted(written.items()))


@checked
def copy_pairs_to(folder: str | PathLike[str], name: str = "mentorat") -> Path:
    """Write the pairs that an example's team made by hand into a folder, made if need be, and return the file.

    Raises RequestError where there is no example of this name; OutputError where the file cannot be written.
    """
    written = Path(folder) / BY_HAND
    write_whole(written, folder_of(name).joinpath(BY_HAND).read_bytes())
    return written


@checked
def answers_of(name: str) -> str:
    """Return the name of the file of answers of an example. Raises RequestError if there is none of this name."""
    english = folder_of(name).joinpath(ANSWERS_IN_ENGLISH)
    return ANSWERS_IN_ENGLISH if english.is_file() else ANSWERS


def folder_of(name: str) -> Traversable:
    """Return where an example lies; raises RequestError, with those there are, where there is none of this name."""
    if name not in names():
        raise RequestError(tr("Cet exemple n'existe pas"), [Problem(name, tr("inconnu"), ", ".join(names()))])
    return files(__name__).joinpath(name)
