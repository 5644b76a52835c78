"""Commands over the files of an example edition, each in both languages: what is said, and every file written."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import mentormatch as mm
from tests.golden.aspects import Aspects, Case
from tests.golden.commands import done, normalised, written

ANSWERED = "{in}/reponses.csv -p {in}/programme.toml"
GROUP = "{in}/groupe/reponses.csv -p {in}/groupe/programme.toml"
PEERS = "{in}/pairs/reponses.csv -p {in}/pairs/programme.toml"
PAIRS = "{in}/binomes-a-la-main.csv"
DECIDED = "{in}/fait/binomes.decision.json"

COMMANDS: Mapping[str, str] = {
    "demo": "demo {out}/demo",
    "new": "new {out}/nouveau",
    "draft": "draft {in}/reponses.csv",
    "map": f"map {ANSWERED}",
    "intake": f"intake {ANSWERED}",
    "intake-json": f"intake {ANSWERED} --json",
    "intake-page": f"intake {ANSWERED} -o {{out}}/intake.html",
    "intake-workbook": f"intake {ANSWERED} -o {{out}}/intake.xlsx",
    "diagnose": f"diagnose {ANSWERED}",
    "match": f"match {ANSWERED} --who Camille",
    "match-json": f"match {ANSWERED} --json",
    "match-folder": f"match {ANSWERED} -o {{out}}/binomes --who Camille --why Essai",
    "match-seed": f"match {ANSWERED} --seed 7 -o {{out}}/binomes.csv",
    "plans": f"plans {ANSWERED} -n 2",
    "plans-json": f"plans {ANSWERED} -n 2 --json",
    "evaluate": f"evaluate {{in}}/reponses.csv {PAIRS} -p {{in}}/programme.toml",
    "evaluate-json": f"evaluate {{in}}/reponses.csv {PAIRS} -p {{in}}/programme.toml --json",
    "why-not": "why-not {in}/reponses.csv M06 E05 -p {in}/programme.toml",
    "why-not-ruled": "why-not {in}/reponses.csv M01 E01 -p {in}/programme.toml --json",
    "alternatives": "alternatives {in}/reponses.csv E05 -n 3 -p {in}/programme.toml",
    "repair": "repair {in}/reponses.csv {in}/fait/binomes.csv --withdrawn M04 --no-steps -p {in}/programme.toml",
    "repair-json": "repair {in}/reponses.csv {in}/fait/binomes.csv --withdrawn M04 --json -p {in}/programme.toml",
    "handouts": f"handouts {ANSWERED} -o {{out}}/fiches",
    "validate": f"validate {DECIDED} --who Camille",
    "verify": f"verify {DECIDED}",
    "verify-json": f"verify {DECIDED} --json",
    "follow-up": "follow-up {in}/reponses.csv --wave 1={in}/suivi-1-mois.csv --wave 3={in}/suivi-3-mois.csv "
    "-p {in}/programme.toml -o {out}/annee",
    "groups": f"groups {PEERS}",
    "groups-page": f"groups {PEERS} -o {{out}}/groupes.html --staff",
    "groups-workbook": f"groups {PEERS} -o {{out}}/groupes.xlsx --names",
    "groups-csv": f"groups {PEERS} -o {{out}}/groupes.csv --rounds 2",
    "topics": f"topics {GROUP} -o {{out}}/sujets.html",
    "topics-json": f"topics {GROUP} --json --staff",
    "dates": f"dates {GROUP} -o {{out}}/dates.ics",
    "dates-workbook": f"dates {GROUP} -o {{out}}/dates.xlsx --staff",
    "turns": f"turns {GROUP} -o {{out}}/passages.html",
    "turns-csv": f"turns {GROUP} -o {{out}}/passages.csv",
    "contacts": f"contacts {ANSWERED} -o {{out}}/contacts.csv",
    "contacts-workbook": f"contacts {ANSWERED} -o {{out}}/contacts.xlsx",
    "export-person": f"export-person M01 {ANSWERED}",
    "forget": f"forget E03 {ANSWERED}",
    "schema": "schema",
    "schema-match": "schema match --response",
    "help": "--help",
    "unknown-command": "matche {in}/reponses.csv",
    "unknown-option": f"match {ANSWERED} --sead 3",
    "missing-file": "match {in}/absent.csv -p {in}/programme.toml",
    "missing-programme": "match {in}/reponses.csv -p {in}/absent.toml",
    "unknown-person": "why-not {in}/reponses.csv M99 E05 -p {in}/programme.toml",
    "not-of-pairs": f"match {GROUP}",
    "not-of-groups": f"groups {ANSWERED}",
    "broken-programme": "match {in}/reponses.csv -p {in}/casse.toml",
    "wrong-programme": "match {in}/reponses.csv -p {in}/faux.toml",
    "wrong-answers": "match {in}/groupe/reponses.csv -p {in}/programme.toml",
    "forged": "verify {in}/forge.decision.json",
    "bad-format": f"match {ANSWERED} -o {{out}}/binomes.doc",
}
"""What each case runs; names in braces are the folder of what was there before, and that of what is written."""
FAST = {"match", "why-not", "verify", "unknown-person", "unknown-option", "wrong-programme", "broken-programme", "help"}
WRONG = """
[programme]
nam = "Essai"
[fields.code]
question = "Code participant"
kind = "texte"
use = "key"
[[criteria]]
kind = "overlap"
field = "disciplinnes"
weight = -3
[[rules]]
kind = "quotas"
least = 4
[goals]
order = ["matched", "matched", "most"]
"""


@cache
def edition() -> Mapping[str, bytes]:
    """Return the files of an edition whose pairs are formed, by their names."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        mm.examples.copy_to(folder)
        mm.examples.copy_waves_to(folder)
        mm.examples.copy_pairs_to(folder)
        mm.examples.copy_to(folder / "groupe", "groupe-de-travail")
        mm.examples.copy_to(folder / "pairs", "codeveloppement")
        mm.match(mm.examples.cohort(), mm.examples.programme()).save(folder / "fait", who="Camille")
        decision = folder / "fait" / "binomes.decision.json"
        (folder / "forge.decision.json").write_text(decision.read_text().replace('"value": 12', '"value": 13'))
        (folder / "casse.toml").write_text('[programme]\nname = "Essai\n')
        (folder / "faux.toml").write_text(WRONG)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def ran(command: str, spoken: str) -> Aspects:
    """Return what a command says, and the files that it wrote or changed."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        places = {"in": str(folder / "in"), "out": str(folder / "out")}
        for path, content in edition().items():
            target = folder / "in" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        (folder / "out").mkdir()
        words = [word.format(**places) for word in COMMANDS[command].split()]
        said = done(*(["--language", spoken] if words else []), *words)
        gone = [path for path in edition() if not (folder / "in" / path).exists()]
        messages = normalised(f"exit {said.code}\n{said.err}", folder)
        found = {"messages": messages, "stdout": normalised(said.out, folder), "gone": "\n".join(gone)}
        changed = written(folder / "in", edition())
        return found | {f"in/{path}": text for path, text in changed.items()} | written(folder / "out")


def cases() -> Iterator[Case]:
    """Yield every case of the command line: every second one in French alone."""
    for place, command in enumerate(COMMANDS):
        for spoken in ("fr", "en")[: 1 if place % 2 and command not in FAST else 2]:
            yield Case(f"commands/{command}-{spoken}", partial(ran, command, spoken), command in FAST)
