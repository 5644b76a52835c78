"""The answers of the example, as another team would have worded the questions and the options."""

from pathlib import Path

from mentormatch import examples

OTHERWISE = {
    "Vos disciplines, par ordre d'importance": "Disciplines artistiques, par ordre",
    "Pour chaque tâche : que pouvez-vous transmettre ?": "Ce que vous pouvez transmettre, tâche par tâche",
    "Structures pour lesquelles vous avez travaillé depuis 3 ans": "Vos structures",
    "Vous participez en tant que": "Dans quel but venez-vous ?",
    "Je peux former quelqu'un": "Je peux former",
    "Oui, sauf une date": "Oui sauf 1 date",
    "Embauche et paie": "Paie, embauche",
}


def reworded(folder: Path) -> Path:
    """Write the example into a folder, its answers in other words, and return the file of answers."""
    files = examples.copy_to(folder)
    text = files.answers.read_text("utf-8-sig")
    for ours, theirs in OTHERWISE.items():
        assert ours in text
        text = text.replace(ours, theirs)
    files.answers.write_text(text, "utf-8")
    return files.answers
