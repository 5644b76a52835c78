"""Edits of the text of a programme, drawn at random."""

import re
from collections import Counter
from typing import Any

from hypothesis import strategies as st

from mentormatch.examples import folder_of
from mentormatch.programme.blanks import ExtensionTemplate, FormBlank, make_blank_sentences
from mentormatch.programme.edits import (
    AdditionEdit,
    GoalEdit,
    ProgrammeEdit,
    ProgrammeText,
    RemovalEdit,
    SettingsEdit,
    WeightEdit,
    WeightsEdit,
)
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from tests.laws.questionnaires import Draw

EXAMPLE = ProgrammeText.of(folder_of("mentorat").joinpath("programme.toml").read_bytes())


FIELDS = """
[fields.code]                       # l'identifiant
question = "Code"
kind = "text"
use = "key"

[fields.lieu]
question = "Lieu"
kind = "choice"
options = ["Ain", "Gard", "Lot"]    # dans l'ordre

[fields.langues]
question = "Langues"
kind = "choices"
options = ["Français", "Anglais"]

[fields.places]
question = "Places"
kind = "number"
"""


TABLES = f"""# Un programme.
[programme]
name = "Essai"                      # provisoire
{FIELDS}
# 2. Les critères
[[criteria]]                        # le premier
kind = "same"
field = "lieu"
weight = 30                         # le plus lourd

[[criteria]]
kind = "overlap"
field = "langues"
# une remarque à la fin d'un critère

# 3. Les règles

[[rules]]
kind = "quota"
least = 1                           # au moins un
[[rules.where]]
side = "mentee"
field = "lieu"
in = ["Ain", "Gard"]                # deux

[[rules]]
kind = "common"
field = "langues"

# 4. Les buts
[goals]
order = ["matched", "total"]        # sans priorité
# fin
"""


INLINE = f"""[programme]
name = "Essai"
{FIELDS}
[mapping.questions]
"Votre lieu" = "lieu"
# rien d'autre
""".replace(
    "[programme]",
    """# tout sur une ligne
criteria = [
    { kind = "same", field = "lieu", weight = 1 },   # un
    { kind = "overlap", field = "langues" },         # deux
]
rules = [{ kind = "common", field = "langues", least = 1 }]

[programme]""",
)


COMMENT = re.compile(r"(?m)#[^\"\n]*$")


LINE = re.compile(r"(?m)^[ \t]*#.*$")


def blanks(text: ProgrammeText, at: int) -> list[FormBlank]:
    """Return what can be filled in of a rule."""
    programme = text.programme
    return [blank for one in make_blank_sentences(programme.rules[at], programme.fields) for blank in one.blanks]


def filled(draw: Draw, blank: FormBlank) -> object:
    """Draw something that may stand in a blank."""
    if blank.kind == "number":
        value = draw(st.integers(int(blank.least or 0), int(min(blank.most or 9, 9))))
        return draw(st.none() | st.just(value)) if blank.optional else value
    if blank.kind in ("answers", "fields") and blank.choices:
        return draw(st.lists(st.sampled_from([value for value, _ in blank.choices]), min_size=1, unique=True))
    if blank.kind in ("choice", "field") and blank.choices:
        return draw(st.sampled_from([value for value, _ in blank.choices]))
    return blank.value == "true" if blank.kind == "truth" else blank.value


@st.composite
def edits(draw: st.DrawFn, text: ProgrammeText) -> ProgrammeEdit:
    """Draw an edit of a programme; it may be refused."""
    programme = text.programme
    drawn: list[st.SearchStrategy[ProgrammeEdit]] = [
        st.builds(GoalEdit, goal=st.sampled_from(["matched", "floor", "total"]), at=st.none() | st.integers(0, 3)),
        additions(text),
    ]
    if programme.criteria:
        at = st.integers(0, len(programme.criteria) - 1)
        weight = st.integers(0, 60) | st.sampled_from([2.5, 99.5])
        drawn += [
            st.builds(WeightEdit, at=at, weight=weight.map(float), others=st.booleans()),
            st.just(WeightsEdit()),
            st.builds(RemovalEdit, part=st.just("criteria"), at=at),
            st.builds(
                lambda at, share: settings("criteria", at, {"neutral": share}), at, st.sampled_from([None, 0.25])
            ),
        ]
    if programme.rules:
        place = draw(st.integers(0, len(programme.rules) - 1))
        blank = draw(st.sampled_from(blanks(text, place)))
        changes = {blank.setting: filled(draw, blank), "name": draw(st.sampled_from([None, "règle « a »", 'b"c']))}
        drawn += [st.just(settings("rules", place, changes)), st.just(RemovalEdit(part="rules", at=place))]
    return draw(st.one_of(drawn))


def settings(part: Any, at: int, changes: dict[str, Any]) -> SettingsEdit:
    return SettingsEdit(part=part, at=at, changes=changes)


def additions(text: ProgrammeText) -> st.SearchStrategy[ProgrammeEdit]:
    """Return what can be added, people filled in."""
    rules = {name: kind for name, kind in rules_by_kind().items() if name in ("capacity", "common", "quota", "apart")}
    criteria = {name: kind for name, kind in criteria_by_kind().items() if name in ("same", "overlap")}
    begun = [("rules", settings) for _, settings in ExtensionTemplate.each(rules, text.programme)]
    begun += [("criteria", settings) for _, settings in ExtensionTemplate.each(criteria, text.programme)]
    told = [
        (part, {name: ["E1", "E2"] if value == [] else value for name, value in one.items()}) for part, one in begun
    ]
    return st.sampled_from([AdditionEdit.model_validate({"part": part, "settings": one}) for part, one in told])


def comments(text: str, pattern: re.Pattern[str] = COMMENT) -> Counter[str]:
    """Return the comments of a text, each without spaces at its ends."""
    return Counter(found.strip("# ") for found in pattern.findall(text))
