"""One run of all that reads answers, in a process of its own that notes where anything was written or said.

``python -m tests.privacy.whole_run FOLDER`` works in FOLDER, where ``reponses.csv`` and ``programme.toml`` are, and
prints as JSON every file that was opened for writing, every message, and every error with its traceback.
"""

import json
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mentormatch import Programme

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
opened: list[str] = []
said: list[str] = []
errors: list[str] = []


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each file that is opened for writing, or gets its name when it is written."""
    if event == "open" and isinstance(arguments[0], str) and isinstance(arguments[2], int) and arguments[2] & WRITING:
        opened.append(arguments[0])
    if event == "os.rename":
        opened.append(os.fspath(arguments[1]))


class Listener(logging.Handler):
    """Notes every message that is logged, at any level."""

    def emit(self, record: logging.LogRecord) -> None:
        said.append(self.format(record))


def tried(work: Callable[[], object]) -> None:
    """Do something; note the whole traceback where it fails."""
    try:
        work()
    except Exception as error:
        errors.append("".join(traceback.format_exception(error)) + repr(error))


def run(folder: Path) -> None:
    """Do with the people in a folder all that can be done, and all that goes wrong."""
    import mentormatch as mm

    programme = mm.Programme.load(folder / "programme.toml")
    for answers in (folder / "reponses.csv", folder / "reponses.xlsx"):
        taken_in(programme, answers)
    matching = mm.match(mm.read_survey(programme, folder / "reponses.csv"), programme)
    matching.save(folder / "binomes", who="Camille")
    said.append(repr(matching.certificate))
    asked(programme, folder)
    gone_wrong(programme, folder)
    tried(partial(matching.save, "/dev/null/b"))


def taken_in(programme: "Programme", answers: Path) -> None:
    """Read, inspect, draft and map one file."""
    import mentormatch as mm
    from mentormatch.programme.drafts.mapping_draft import mapping_text, propose_mapping
    from mentormatch.programme.drafts.programme_draft import make_draft
    from mentormatch.programme.enrolment import read_tables

    mm.intake(programme, answers).save(answers.parent / "lu")
    cohort, contacts = mm.read_survey(programme, answers), mm.read_contacts(programme, answers)
    said.extend(map(repr, (cohort, cohort.mentors, cohort.mentors.person(0), contacts)))
    make_draft(read_tables(answers))
    mapping_text(propose_mapping(programme, read_tables(answers)), programme)


def asked(programme: "Programme", folder: Path) -> None:
    """Share profiles, take wishes that cannot be taken, export a person and forget another."""
    import mentormatch as mm
    from mentormatch.record.rights.edition import Edition, export_person
    from mentormatch.record.rights.erasure import forget
    from mentormatch.report.profiles import write_profiles

    codes, cohort = mm.pseudonyms_for(folder / "programme.toml"), mm.read_survey(programme, folder / "reponses.csv")
    write_profiles(mm.anonymous_profiles(cohort, programme, codes), folder / "profils")
    (folder / "souhaits.csv").write_text("Votre code;Vos choix\ncanari@x.fr;canari\nE01;canari\n", "utf-8")
    tried(partial(mm.with_wishes, cohort, programme, codes, folder / "souhaits.csv"))
    edition = Edition(folder / "programme.toml", {"answers": folder / "reponses.csv"}, (folder / "binomes",))
    said.append(repr(export_person(edition, "M01")))
    forget(edition, "M02", who="Camille")
    tried(partial(forget, edition, "canari@x.fr"))


def gone_wrong(programme: "Programme", folder: Path) -> None:
    """Ask for what is refused, each time with canaries in it."""
    import mentormatch as mm

    people = [{"id": "M1", "answers": {"capacite": "canari canari", "conseil": ["canari"]}}]
    request: dict[str, Any] = {"programme": programme.model_dump(by_alias=True), "mentors": people, "mentees": people}
    for broken in (request, request | {"mentors": [{"id": 1, "answers": "canari"}]}, {"mentors": ["canari"]}):
        tried(partial(mm.answer_json, broken))
    for path in sorted(folder.glob("faux-*")):
        tried(partial(mm.read_survey, programme, path))
        tried(partial(mm.intake, programme, path))


if __name__ == "__main__":
    logging.captureWarnings(capture=True)
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.DEBUG, handlers=[Listener()], force=True)
    sys.addaudithook(note)
    run(Path(sys.argv[1]))
    sys.stdout.write(json.dumps({"opened": opened, "said": said, "errors": errors}))
