"""Draw the sign-ups of a foreign survey of peer groups: ``python -m tests.browser.codev`` writes them again."""

import csv
from io import StringIO
from pathlib import Path
from random import Random

FILE = Path(__file__).with_name("inscriptions-codev.csv")
FIRST = "Alix Bruno Camille Denis Élodie Farid Gaëlle Hugo Inès Jules Karim Lola Maël Nadia Odile Paul Rim Sacha Théo"
LAST = "Auger Brun Colas Dupuy Esnault Fabre Girard Huet Imbert Joly Kerr Leroux Morin Noël Oudin Petit Ravel Simon"
HEADER = (
    "Horodateur",
    "Adresse e-mail",
    "Prénom",
    "Nom",
    "Structure employeuse",
    "Nom de votre responsable",
    "Avec qui ne souhaitez-vous pas être ?",
    "Vos disponibilités",
    "Votre situation en une phrase",
)
SLOTS = ("lundi matin", "mardi matin", "mardi après-midi", "jeudi matin", "jeudi après-midi", "vendredi matin")
TOPICS = ("Budget", "Équipe à distance", "Conflit", "Prise de poste", "Délégation", "Charge de travail")


def draw(number: int = 24, seed: int = 7) -> str:
    """Return the survey of ``number`` people as CSV."""
    dice = Random(seed)
    names = [(dice.choice(FIRST.split()), last) for last in (LAST.split() * 2)[:number]]
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADER)
    for at, (first, last) in enumerate(names):
        boss = " ".join(names[(at + 5) % number]) if at % 8 == 0 else ""
        avoids = " ".join(names[(at + 9) % number]) if at % 6 == 1 else ""
        slots = sorted(dice.sample(SLOTS, dice.randint(3, 5)), key=SLOTS.index)
        writer.writerow(
            (
                f"2025/09/{at % 28 + 1:02} 10:{at:02}:00",
                f"{first}.{last}{at}@exemple.org".lower(),
                first,
                last,
                f"Structure {at % 14 + 1}",
                boss,
                avoids,
                ", ".join(slots),
                dice.choice(TOPICS),
            )
        )
    return text.getvalue()


if __name__ == "__main__":
    FILE.write_text(draw(), "utf-8")
