"""Names of downloads of the page, and of its pages of results."""

from enum import StrEnum


class DocumentName(StrEnum):
    """The file name of a download, which is also its name in requests."""

    ALL = "binomes.zip"
    LOG = "binomes.journal.jsonl"
    HANDOUTS = "fiches.zip"
    CODES = "qui-est-qui.csv"  # joins codes and keys; never in an archive
    CARRY_OVER = "edition.json"  # input of the next edition
    INTAKE = "reponses.zip"
    PROGRAMME = "programme.toml"
    MAPPING = "correspondance.toml"
    REPLIES = "reponses-notees.csv"
    SUGGESTIONS = "suggestions.csv"
    RECORD = "essai.json"
    DRAW = "tirage.json"
    CHANGED_LETTERS = "lettres-changement.zip"  # for people whose partners changed
    GROUPS = "groupes.zip"
    NEXT_GROUPS = "groupes.json"
    SESSIONS = "seances.zip"


class PageName(StrEnum):
    """The name of a page of results that the code refers to."""

    OVERVIEW = "binomes"
    ACCESS = "acces"
    CARDS = "fiches"  # cards of the pairs, for staff only
    SUMMARY = "resume"  # the two pages for the committee
