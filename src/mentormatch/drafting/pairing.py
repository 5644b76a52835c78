"""Whether a question gives a reason to pair people: without one, its answers are shown to staff and score nothing.

A question that is not understood may be about anything, a person's health or faith too. So what its words are known to
be about decides, and yes or no, which says so little by itself, needs the plainest words.
"""

import re

from mentormatch.drafting import capacity, lexicon, words
from mentormatch.drafting.answers import distinct, share
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.wording import plain

BY_KIND = ("slots", "ranking")
"""Kinds that are asked for nothing else than to bring people together."""
PLAIN = """
    a titre de, accompagner, aimes tu, base* in, based, binome*, buddies, buddy, competence*, decisions, disciplin*,
    domaine*, du genre a, ecole, en equipe, en groupe, en tant que, filleul*, formation, group work, habitez,
    imprevus, industr*, jumel*, language*, langue*, live in, live near, marraine*, mentee*, mentor*, metier*, paired,
    parles tu, parlez, parrain*, prefer* to work, prefer* travailler, profession*, secteur*, sector*, seul plutot,
    seule plutot, skill*, speak, teach*, topic*, travaillez vous, tuteur*, tutor*, tutora*, work in,
    work on your own, works in
    """
"""What a question may be about whatever its answers are."""
ASKED = """
    activit*, advice, advis*, affinit*, aide, aider, aimeriez, aimez, aise, annee*, ans, apport*, apprendre,
    apprentissage*, approach*, approche*, area, areas, arrondissement, art, arts, atelier*, atout*, attend* vous,
    attente*, availab*, besoin*, bosser, bosses, branch, branche, branchent, bring, cadre, call*, campus, canal,
    canaux, canton, career*, carriere*, casual chat, challenge*, champs, channel*, chatty, class, classe, club*,
    coach*, college, comfort*, communicat*, compan*, companies, company, competent, confian*, confiden*, connaiss*,
    conseil*, contribut*, cours, course*, creneau*, curriculum, decouvrir, degree*, demande*, department*, develop*,
    difficultes, difficulty with your studies, diplome*, direction, discover, discuss, dispo, disponib*, distance,
    distanciel, doubts, drawn to, duration, duree, ecole*, educational level, elective*, emploi*, employer*,
    employeur*, encadrer, energy, english, enseign*, entreprise*, equipe*, etudes, etudiez, evenings, expect*,
    experience*, expert*, explor*, face to face, facult*, feedback, field*, filiere*, fonction*, format*, formation*,
    francais, free time, frequen*, function*, goal*, grade, group, growth, guid*, help*, heures, hobb*, horaire*,
    hours, how often, improv*, in person, instrument*, interess*, interest*, interet*, jeu, jeux, job*, jours,
    know about, lab, labo*, laboratoire*, learn*, level*, loisir*, maitris*, major, majors, match*, mbti, medium,
    meet*, methode*, modalit*, modes, music*, musique, need*, nervous, network, niveau*, objectif*, occupation*,
    offer*, online, organi*ation*, outils, pair, parler, partager, pass on, passion*, personality, personnalite,
    plage*, possible times, postcode, poste, practice area*, pratique*, prefer*, presentiel, priorit*, program*,
    programme of study, progress*, project*, projet*, qualification*, qualified, quiet, recherch*, rencontr*,
    rendez vous, research, reseau*, role model, role*, rythme, savoir faire, schedule*, scheme*, school,
    school or department, seek*, sejour*, semaine, semaines, senior*, session*, share, shift*, sites, slot*,
    software, soirees, sorties, speciali*, specialt*, sport*, stages, strength*, structure*, struggl*, stud*, study,
    style*, suivre, sujet*, support*, talk about, talk to, team*, technolog*, temperament, tempo, temps, tente,
    tentent, thematique*, theme*, time*, timing*, tool*, trade*, training, trait, traits, transmettre, travail*,
    tuteur*, ufr, unite de recherche, universit*, vis*io*, volunteering for, voudriez, week, weeks, wish*, work*,
    worries, year, years, zone*
    """
"""What a question may be about where its answers were chosen, counted or graded."""
AGREED = re.compile(r"(?:yes|oui)\b")
OF_PERSON = re.compile(
    r"(?:do|did|are|were|have|has|is|can|could|will|would|should|does) (?:you|your|he|she|they|i|the|any|there)\b"
    r"|\w+ (?:vous|tu)\b|(?:tu|t) \w+"
)
"""How a question begins that yes or no answers."""
EITHER = re.compile(r"\b(?:or|ou|how|what|which|quel\w*|comment|plutot)\b")
SPOKEN = """
    anglais english francais french espagnol spanish allemand german italien italian arabe arabic portugais
    portuguese chinois chinese mandarin hindi russe russian polonais polish turc turkish neerlandais dutch
    japonais japanese tamoul tamil telugu bengali urdu marathi punjabi gujarati vietnamien vietnamese wolof
    swahili
    """
"""Languages, as options name them."""
LANGUAGES = frozenset(SPOKEN.split())
MOSTLY = 0.5


def pairs(sample: Sample, found: Guess) -> bool:
    """Say whether a question gives a reason to bring two people together, or to keep them apart."""
    question = sample.question
    if found.kind in BY_KIND or untitled(sample) or words.place(question) or words.says(lexicon.NAMES, question):
        return True
    if words.AVOIDED.search(plain(question)) or capacity.giver(question) or capacity.seats(question):
        return True
    if words.says(PLAIN, question) or spoken(sample):
        return True
    return not agreement(sample, found) and words.says(ASKED, question)


def agreement(sample: Sample, found: Guess) -> bool:
    """Say whether a question is answered by yes or no, in these words or others, so that its words alone tell."""
    said, options = plain(sample.question), distinct(sample.answers)
    agreed = any(AGREED.match(plain(option)) for option in options)
    shaped = bool(OF_PERSON.match(said)) and not EITHER.search(said)
    return found.kind == "yesno" or (found.kind in ("choice", "scale") and (agreed or shaped))


def untitled(sample: Sample) -> bool:
    """Say whether boxes to tick stand under no other title than the first of them."""
    return bool(sample.items) and plain(sample.question).startswith(plain(sample.items[0]))


def spoken(sample: Sample) -> bool:
    """Say whether most answers name languages."""
    options = distinct(sample.answers)
    return share(options, lambda option: not LANGUAGES.isdisjoint(plain(option).split())) > MOSTLY
