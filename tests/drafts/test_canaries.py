"""What people typed, their addresses and their sensitive answers are in no draft, mapping or message."""

import csv
from pathlib import Path

import pytest

from mentormatch import Programme
from mentormatch.programme.drafts.mapping_draft import mapping_text, propose_mapping
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from tests.cli.processes import run

ROWS = 12
CANARY = "canari"
TYPED = {
    "Nom": [f"Canari {row}" for row in range(ROWS)],
    "Courriel": [f"canari{row}@x.fr" for row in range(ROWS)],
    "Téléphone": [f"06 00 00 00 {row:02}" for row in range(ROWS)],
    "Un mot pour l'équipe": [f"Un canari, le numéro {row}, raconte sa vie" for row in range(ROWS)],
    "Avez-vous un problème de santé ?": ["canari", "canari bis"] * 6,
    "Votre religion": ["canari"] * ROWS,
    "Métier": ["Son", "Lumière"] * 5 + ["Son", "canari des mines"],
    "Thèmes": ["Budget;Droit", "Droit"] * 5 + ["Budget", "Droit;canari chanteur"],
    "Combien de mentorés pouvez-vous accompagner ?": ["1", "2"] * 5 + ["3", "1 canari"],
    "Vous êtes": ["Mentor·e", "Mentoré·e"] * 5 + ["Mentor·e", "canari mentor"],
}
EXPORTS = {
    "plain": (";", list(TYPED)),
    "boxes": (";", [*TYPED, "Arts [Danse]", "Arts [Autre]", "Autre (veuillez préciser)"]),
}
PROGRAMME = """\
[programme]
name = "x"
role = { field = "role", mentor = "Mentor", mentee = "Mentee" }
[fields.role]
question = "Rôle"
kind = "choice"
options = ["Mentor", "Mentee"]
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.metier]
question = "Métier"
kind = "choice"
options = ["Régie"]
[fields.themes]
question = "Thèmes"
kind = "choices"
options = ["Budget"]
[fields.mot]
question = "Un mot pour l'équipe"
kind = "text"
use = "display"
"""


def export(path: Path, kind: str) -> Path:
    """Write the answers as a file of their own."""
    delimiter, headers = EXPORTS[kind]
    boxes = {"Arts [Danse]": ["X", ""] * 6, "Arts [Autre]": ["", f"un {CANARY} de plus"] * 6}
    boxes |= {"Autre (veuillez préciser)": [f"ce {CANARY}", f"le {CANARY}"] * 6}
    cells = TYPED | boxes
    rows = [headers, *([cells[header][row] for header in headers] for row in range(ROWS))]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.mark.parametrize("kind", EXPORTS)
def test_a_draft_and_a_mapping_hold_no_canary(kind: str, tmp_path: Path) -> None:
    tables = read_tables(export(tmp_path / "r.csv", kind))
    made = make_draft(tables)
    known = tmp_path / "p.toml"
    known.write_text(PROGRAMME, "utf-8")
    mapped = mapping_text(propose_mapping(Programme.load(known), tables), Programme.load(known))
    bare = tmp_path / "q.toml"
    bare.write_text('[programme]\nname = "x"\n', "utf-8")
    advised = mapping_text(propose_mapping(Programme.load(bare), tables), Programme.load(bare))
    said = (made.text, *made.rejected, *made.lacking, *map(str, made.dry_run.problems), mapped, advised)
    assert not [text for text in said if CANARY in text.casefold()]
    assert '"Métier"' in made.text  # the questions are there
    assert "Mentor·e" in made.text


def test_the_commands_say_no_canary(tmp_path: Path) -> None:
    export(tmp_path / "r.csv", "boxes")
    (tmp_path / "p.toml").write_text(PROGRAMME, "utf-8")
    for arguments in (["draft", "r.csv", "--json"], ["map", "r.csv", "-p", "p.toml", "--json"]):
        done = run(*arguments, folder=tmp_path)
        assert done.returncode == 0
        assert CANARY not in (done.stdout + done.stderr).casefold(), arguments
        assert done.stdout
