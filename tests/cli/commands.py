"""Every command of the command line, with what it is given to succeed: the laws are tried on all of them."""

import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from typer import testing
from typer.main import get_command
from typer.testing import CliRunner

import mentormatch as mm
from mentormatch.cli.commands import COMMAND_GROUPS, app
from mentormatch.contract.operation import operations_by_kind

NAMES = [name for commands in COMMAND_GROUPS.values() for name, *_ in commands.values()]

CASES: dict[str, str] = {
    "demo": "demo {new}/demo",
    "new": "new {new}/new",
    "draft": "draft {answers}",
    "map": "map {answers} -p {programme}",
    "intake": "intake {answers} -p {programme}",
    "diagnose": "diagnose {answers} -p {programme}",
    "estimate": "estimate {answers} -p {programme}",
    "suggest": "suggest {answers} -p {programme} --each 2 -o {new}/suggest/lists.csv",
    "profiles": "profiles {answers} -p {programme} -o {new}/profiles",
    "match": "match {answers} -p {programme} -o {new}/pairs",
    "plans": "plans {answers} -p {programme} -n 2",
    "evaluate": "evaluate {answers} {pairs} -p {programme}",
    "access": "access {answers} -p {watching}",
    "recruit": "recruit {answers} -p {programme} -k 1",
    "sturdy": "sturdy {answers} -p {programme}",
    "incentives": "incentives {answers} -p {programme} --time-limit 0.3",
    "learn": "learn {answers} --edition {year}/suivi.json -p {programme}",
    "experiment": "experiment -p {programme} --second {second} --seed 7 -o {new}/essai.json",
    "draw": "draw {answers} {record} -p {programme} -o {new}/draw",
    "why-not": "why-not {answers} M06 E05 -p {programme}",
    "alternatives": "alternatives {answers} E05 -n 2 -p {programme}",
    "repair": "repair {answers} {pairs} --withdrawn M04 --no-steps -p {programme}",
    "replies": "replies {answers} {pairs} -p {programme} -o {new}/round",
    "letters": "letters {answers} -p {programme} -o {new}/letters",
    "handouts": "handouts {answers} -p {programme} -o {new}/handouts",
    "validate": "validate {decision} --who Camille",
    "verify": "verify {decision}",
    "prove": "prove {decision} --who Camille",
    "follow-up": "follow-up {answers} --wave 1={waves}/suivi-1-mois.csv -p {programme} -o {new}/year",
    "groups": "groups {peers}/reponses.csv -p {peers}/programme.toml -o {new}/groups.html",
    "topics": "topics {group}/reponses.csv -p {group}/programme.toml -o {new}/topics.html",
    "dates": "dates {group}/reponses.csv -p {group}/programme.toml -o {new}/dates.ics",
    "turns": "turns {group}/reponses.csv -p {group}/programme.toml -o {new}/turns.xlsx",
    "contacts": "contacts {answers} -p {programme} -o {new}/contacts.csv",
    "export-person": "export-person M01 {answers} -p {programme}",
    "forget": "forget E03 {answers} -p {programme}",
    "purge": "purge {answers} -p {programme}",
    "ask": "ask match {request}",
    "schema": "schema",
    "keys": "keys add cantine --store {group}/service.db",
    "install-launcher": "install-launcher {new}/launcher",
}
"""What each command is given; names in braces are those of ``Edition``."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, what it wrote on stdout, and what it said on stderr."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The files of one edition, in a folder of their own."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Edition":
        """Return an edition whose pairs are formed and whose follow-up has begun."""
        mm.examples.copy_to(folder)
        waves = mm.examples.copy_waves_to(folder)
        stated = (folder / "programme.toml").read_text("utf-8")
        watched = stated.replace("[fields.situation]", "[fields.situation]\nwatch = true")
        (folder / "watching.toml").write_text(watched, "utf-8")
        (folder / "second.toml").write_text(stated.replace("weight = 10", "weight = 1", 1), "utf-8")
        first, second = (mm.Programme.load(folder / name) for name in ("programme.toml", "second.toml"))
        mm.Experiment.of(first, second, 7).save(folder / "essai.json")
        mm.examples.copy_to(folder / "group", "groupe-de-travail")
        mm.examples.copy_to(folder / "peers", "codeveloppement")
        matching = mm.match(mm.examples.cohort(), mm.examples.programme())
        for name in ("binomes.csv", "binomes.json", "binomes.decision.json"):
            matching.save(folder / "out" / name)
        mm.follow_up(matching.programme, matching.pairs, waves).save(folder / "year")
        (folder / "request.json").write_text(json.dumps(operations_by_kind()["match"].example()), "utf-8")
        return cls(folder)

    def copied(self, folder: Path) -> "Edition":
        """Return a copy of the edition."""
        return Edition(Path(shutil.copytree(self.folder, folder)))

    def words(self, command: str) -> list[str]:
        """Return a command line with the names of these files in it."""
        names = {
            "answers": self.folder / "reponses.csv",
            "programme": self.folder / "programme.toml",
            "watching": self.folder / "watching.toml",
            "second": self.folder / "second.toml",
            "record": self.folder / "essai.json",
            "pairs": self.folder / "out" / "binomes.csv",
            "decision": self.folder / "out" / "binomes.decision.json",
            "waves": self.folder,
            "year": self.folder / "year",
            "request": self.folder / "request.json",
            "group": self.folder / "group",
            "peers": self.folder / "peers",
            "new": self.folder / "new",
        }
        return [word.format(**names) for word in command.split()]


# The runner builds all commands anew at each call, which takes longer than most of them.
built = testing._get_command = cache(get_command)  # type: ignore[attr-defined]  # private


def done(*words: object, given: bytes | None = None) -> Done:
    """Return what comes of a command line, run in this process."""
    result = CliRunner().invoke(app, list(map(str, words)), input=given, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)
