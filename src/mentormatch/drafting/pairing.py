"""Whether a question gives a reason to pair people: without one, its answers are shown to staff and score nothing.

A question that is not understood may be about anything, a person's health or faith too. So what its words are known to
be about decides, and yes or no, which says so little by itself, needs the plainest words.
"""

from mentormatch.drafting import capacity, lexicon, words
from mentormatch.drafting.answers import distinct
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.wording import plain

BY_KIND = ("slots", "ranking")
"""Kinds that are asked for nothing else than to bring people together."""
PLAIN = """
    accompagner, aimes tu, base* in, based, binome*, buddies, buddy, disciplin*, domaine*, en groupe, en equipe,
    filleul*, group work, habitez, industr*, jumel*, language*, langue*, live in, live near, marraine*, mentee*,
    mentor*, metier*, paired, parlez, parles tu, parrain*, passe* par une ecole, prefer* travailler, prefer* to work,
    profession*, sector*, secteur*, seul plutot, seule plutot, skill*, competence*, speak, teach*, topic*, tutor*,
    tutora*, tuteur*, work in, work on your own, works in, travaillez vous, imprevus, decisions, deconnecter, du genre a
    """
"""What a question may be about whatever its answers are."""
ASKED = """
    activit*, advice, advis*, affinit*, aider, aide, aimez, aimeriez, aise, apport*, approach*, approche*, apprendre,
    apprentissage*, area, areas, art, arts, atelier*, atout*, attend* vous, attente*, availab*, besoin*, branch, bosses,
    bring, bunk, call*, canal, canaux, canton, career*, carriere*, casual chat, challenge*, champs, channel*, class,
    classe, club*, coach*, college, comfort*, communicat*, companies, company, compan*, competent, confian*, confiden*,
    connaiss*, conseil*, contribut*, coup* de pouce, cours, course*, creneau*, curriculum, decouvrir, degree*, demande*,
    department*, develop*, difficultes, difficulty with your studies, diplome*, direction, discover, discuss, dispo,
    disponib*, distance, distanciel, doubts, duree, duration, educational level, effectif, elective*, emploi*,
    employer*, employeur*, encadrer, energy, english, enseign*, entreprise*, equipe*, established, etudes, etudiez,
    expect*, experience*, expert*, explor*, face to face, facult*, feedback, field*, filiere*, fonction*, format*,
    formation*, francais, free time, frequen*, function*, goal*, grade, group, growth, guid*, heures, help*, hobb*,
    horaire*, hours, how long, how often, improv*, in person, instrument*, interess*, interest*, interet*, jeu, jeux,
    job*, jours, kind of support, know about, lab, labo*, laboratoire*, lacking, learn*, level*, loisir*, match*,
    maitris*, major, majors, medium, meet*, methode*, mode, modalit*, music*, musique, need*, nervous, network, niveau*,
    objectif*, occupation*, offer*, online, organi*ation*, outils, pair, parler, partager, pass on, passion*, personal,
    personality, personnalite, plage*, possible times, poste, practice area*, pratique*, prefer*, presentiel, priorit*,
    programme of study, program*, progress*, projet*, project*, qualification*, qualified, recherch*, rencontr*,
    rendez vous, research, reseau*, role model, role*, rythme, savoir faire, scheme*, schedule*, school,
    seek*, senior*, service*, session*, set up, share, shift*, siecle, sites, slot*, software, speciali*, specialt*,
    sport*, stages, strength*, structure*, struggl*, study, style*, stud*, suivre, sujet*, support*, talk about, talk to,
    team*, technolog*, temperament, tempo, temps, theme*, thematique*, think, time*, timing*, tool*, trade*, trait*,
    training, trait*, transmettre, travail*, tuteur*, ufr, unite de recherche, universit*, ecole*, vis*io*, voudriez,
    volunteering for, wish*, work*, worries, year, years, annee*, ans, anneee*, zone*, mbti, where are you today
    """
"""What a question may be about where its answers were chosen, counted or graded."""
SPOKEN = frozenset(
    "anglais english francais french espagnol spanish allemand german italien italian arabe arabic portugais portuguese"
    " chinois chinese mandarin hindi russe russian polonais polish turc turkish neerlandais dutch japonais japanese"
    " tamoul tamil telugu bengali urdu marathi punjabi gujarati vietnamien vietnamese wolof swahili".split()
)
"""Languages, as options name them."""


def pairs(sample: Sample, found: Guess) -> bool:
    """Say whether a question gives a reason to bring two people together, or to keep them apart."""
    question = sample.question
    if found.kind in BY_KIND or words.place(question) or words.says(lexicon.NAMES, question):
        return True
    if words.AVOIDED.search(plain(question)) or capacity.giver(question) or capacity.seats(question):
        return True
    return words.says(PLAIN, question) or (found.kind != "yesno" and (words.says(ASKED, question) or spoken(sample)))


def spoken(sample: Sample) -> bool:
    """Say whether most answers name languages."""
    said = [set(plain(answer).split()) for answer in distinct(sample.answers)]
    return bool(said) and sum(bool(one & SPOKEN) for one in said) > len(said) / 2
