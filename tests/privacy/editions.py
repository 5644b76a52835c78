"""The example as staff have it on disk: programme, answers, and a folder of documents made from them."""

from pathlib import Path

from pandas import DataFrame

import mentormatch as mm
from mentormatch import read_contacts
from mentormatch.record.rights.edition import Edition
from mentormatch.report.handouts import write_contacts
from mentormatch.report.profiles import write_profiles

PERSON, LINE = "M03", 6
"""A mentor of the example with a partner, and where their row stands."""


def edition(folder: Path) -> Edition:
    """Write the example, its documents, its intake and its contacts into a folder."""
    files = mm.examples.copy_to(folder)
    programme = mm.Programme.load(files.programme)
    matching = mm.match(mm.read_survey(programme, files.answers), programme)
    matching.save(folder / "binomes", who="Camille")
    mm.intake(programme, files.answers).save(folder / "lu")
    codes = mm.pseudonyms_for(files.programme)
    cohort = mm.read_survey(programme, files.answers)
    write_profiles(mm.anonymous_profiles(cohort, programme, codes), folder / "lu")
    contacts = read_contacts(programme, files.answers)
    write_contacts(contacts, programme, folder / "lu" / "contacts.csv")
    mm.write_handouts(matching, contacts, folder / "lu")
    answered = DataFrame({"Code participant": [PERSON], "Vous voyez-vous toujours ?": ["Non"]})
    mm.follow_up(programme, matching.pairs, {1: answered}).save(folder / "lu")
    return Edition(files.programme, {"answers": files.answers}, (folder / "binomes", folder / "lu"))
