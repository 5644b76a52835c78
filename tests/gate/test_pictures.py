"""The pictures of the documentation are all made by one command, small, and each is shown with its text."""

import re

from tests.conftest import ROOT
from tools.pictures.__main__ import PICTURES, TARGET

MOST_BYTES = 200_000


def test_every_picture_is_made_by_the_command_and_is_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in TARGET.iterdir()}
    assert set(sizes) == set(PICTURES), "run `make pictures`"
    assert max(sizes.values()) <= MOST_BYTES


def test_every_picture_is_shown_with_its_text() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.rst"), ROOT / "README.md"]
    told = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    shown = {name for text, name in re.findall(r"\[([^\]]+)\]\(\S*pictures/([\w-]+)\.png\)", told) if text}
    assert shown == set(PICTURES), "show each in a page, with its text: `![text](pictures/NAME.png)`"
