"""Words by which a question is taken for what it is, in French and English; compared without case or accents."""

import re
from collections.abc import Sequence

from mentormatch.drafting.wording import plain, within
from mentormatch.fields.lists import rank_of
from mentormatch.text import canonical, fold

EMAIL = "courriel*, e mail*, email*, mail, mails, adresse electronique, messagerie, mailing address electronic"
REACHED = """
    telephone*, tel, phone*, mobile number, mobile phone, mobile, portable, numero de portable, cell, cellphone, cell number, whatsapp, whats app, signal number, gsm, fax,
    adresse postale, votre adresse, adresse, address, address line*, adresse ligne*, home address, postal address, mailing address, street, street address, rue, adresse ip, ip address,
    linkedin, github, gitlab, twitter, mastodon, bluesky, instagram, facebook, skype, discord, telegram, slack, username, user name, nom d utilisateur, pseudo, handle,
    website, web site, site web, site internet, personal page, page personnelle, homepage, portfolio url, orcid, profil en ligne, raison sociale, numero ou vous joindre, comment vous joindre, emergency contact, contact d urgence, personne a prevenir
    """
"""How people are reached."""
NOT_REACHED = "photo*, picture, experience*, type of, type d *, have you, do you have, avez vous, possedez vous, fuseau*, secteur*, kind of, level*, niveau*, development, developpement, marketing"
NAME = frozenset(
    [
        "name",
        "names",
        "first",
        "last",
        "full",
        "family",
        "given",
        "surname",
        "surnames",
        "firstname",
        "lastname",
        "fullname",
        "forename",
        "preferred",
        "middle",
        "maiden",
        "legal",
        "your",
        "you",
        "what",
        "is",
        "s",
        "whats",
        "nom",
        "noms",
        "prenom",
        "prenoms",
        "nomprenom",
        "votre",
        "vos",
        "ton",
        "quel",
        "est",
        "de",
        "du",
        "la",
        "le",
        "d",
        "l",
        "famille",
        "usage",
        "complet",
        "et",
        "and",
        "or",
        "ou",
        "of",
        "the",
        "parent",
        "enfant",
        "child",
        "mentor",
        "mentee",
        "mentore",
        "mentoree",
        "participant",
        "participante",
        "contact",
        "emergency",
        "urgence",
        "payeur",
        "signataire",
        "naissance",
        "jeune",
        "eleve",
        "student",
        "appelle",
        "comment",
        "appelez",
        "vous",
        "call",
        "should",
        "nickname",
        "on",
        "as",
        "in",
        "title",
        "initial",
        "initials",
        "1",
        "2",
        "3",
        "4",
        "tuteur",
        "guardian",
    ]
)
NAMED = frozenset(
    [
        "name",
        "names",
        "surname",
        "surnames",
        "firstname",
        "lastname",
        "fullname",
        "forename",
        "nom",
        "noms",
        "prenom",
        "prenoms",
        "nomprenom",
        "nickname",
    ]
)
KEY = """
    code, code participant*, code personne*, code anonyme, identifiant*, identifier, identification number, matricule*, id, ids, netid, net id, userid, user id, student id, staff id, employee id,
    numero, no, n, numero d adherent*, numero d etudiant*, numero etudiant, numero de dossier, reference*, ref, registration number, membership number, member number, student number, employee number, staff number, pseudonyme, unique code, unique key
    """
"""What tells one person from another."""
LONGEST_KEY = 5
"""Words."""
CONSENT = """
    j accepte, j ai lu, j atteste, je certifie, je confirme, je consens, je m engage, je declare, en cochant, en soumettant, j ai pris connaissance, je reconnais, acceptez vous les, acceptez vous la, acceptez vous le, acceptez vous de respecter, acceptez vous que * donnees, consentez vous, notice, rgpd, donnees personnelles, donnees a caractere,
    mes donnees, vos donnees, traitement de mes *, traitement de vos *, consent*, confidentialite, reglement interieur, charte, conditions generales, mentions legales, politique de confidentialite, code de conduite,
    i agree, i accept, i consent, i have read, i understand that, i understand and, i acknowledge, i confirm, i certify, i declare, i commit to, by submitting, by ticking, by checking, by signing, do you agree to the, do you agree that, do you accept, do you consent, do you give * consent, terms and conditions, terms of, privacy policy, privacy notice, data protection, gdpr, code of conduct, personal data, my data
    """
PERMISSION = """
    j autorise, autorisez vous, j accepte de recevoir, acceptez vous de recevoir, acceptez vous d etre contacte*, droit a l image, newsletter*, lettre d information, publication de *, diffuser, photo*, photograph*, recevoir des informations, recevoir * actualites, m envoyer, can we add you, can we share, can we use, may we, can we contact you, happy for * to, happy to be contacted, get in touch, show * on my profile,
    show my *, share my *, share your * with, mailing list, receive updates, receive news*, marketing, be contacted about, add me to, keep me informed, i give permission, i authori*e, image rights, testimonial, temoignage
    """
"""What people may refuse and still take part: a refusal turns nobody away."""
PLACE = """
    departement, territoire*, ville, villes, commune, communes, code postal, codes postaux, lieu de residence, lieu de vie, lieu d habitation, lieu de travail,
    lieu d exercice, lieu, localisation, region, regions, ou habitez, habitez vous, vivez vous, ou vivez, residence, ou etes vous base*, ou etes vous situe*,
    ou travaillez vous, pays, localite, lieu de rencontre,
    city, cities, town, towns, village, location*, where do you live, where are you based, where are you located, where are you from, where you live, where you work,
    postcode*, post code*, postal code*, zip, zip code*, country, countries, county, state, state or province, province, region, regions, traveling from, travelling from, do you live in
    """
NOT_PLACE = """
    state of, state your, state why, please state, lieu de formation, lieux de formation, lieu s de formation, lieux de, au lieu de, donner lieu, a l etat, country music, village hall team
    """
NAMES = """
    structures, employeurs, organisations, organismes, compagnies, entreprises pour lesquelles, entreprises ou vous, personnes avec, personnes que, personnes a, personnes qui, eviter, associations, collegues, structures pour *, structures connues,
    not pair, not be paired, not be matched, not match you, pas etre en binome, pas etre jumele*, companies you, people you, employers, organizations, colleagues, coworkers, co workers, avoid, anyone you, someone you, people who, authors, co authors, names of
    """
NOT_TYPED = "type*, size*, taille*, kind of, secteur*, sector*, category, categorie*, statut"
PLURAL = "languages, langues, areas, skills, interests, hobbies, keywords, competences, domaines, themes, topics, centres d interet, interets, outils, tools, instruments"
"""What is asked for several of."""
GENDER = re.compile(
    r"(?:(?:le|the|votre|ton|your|preferred|same|similar|what) )?(?:genre|sexe|gender|sex)(?: s)?|.*\b(?:votre (?:genre|sexe)|genders?|ton sexe|sex of)\b.*"
)
"""What is never compared unasked."""
TYPED = """
    company, companies, firm, employer, employeur, entreprise, societe, affiliation*, institution, university, universite, school, ecole, high school, alma mater, etablissement, laboratoire, lab, college or university, organization you, organisation you,
    structure, job title, position, current role, poste, poste occupe, fonction, intitule*, metier exact, profession exacte, pronoun*, pronom*, keyword*, mots cles, hobbies, hobby, time zone, timezone, fuseau horaire, professional body, diplome obtenu, promotion, annee de sortie, signature,
    certification*, formations ou certifications, degree are you, regime, autorite, manager s name, superviseur, supervisor, sous quel nom, start month, end month, graduation date, duration, attempt
    """
"""What people type: the same answer twice makes no list of options of it."""
READ_ALONE = """
    title, titre, civilite, salutation, status, statut, application*, candidature, inscription, dossier, adhesion, prioritaire, cotisation, paye, payeur, price, tarif, tarifs, prix, payment,
    paiement, facture, parent*, enfants, children, age, ages, photo, photos, cv, resume, file, fichier, upload, transport*, arrival, arrivee, departure, contract, contrat, visa, income, revenu*, salary, salaire, vacances,
    holiday, holidays, logement, accommodation, accommodations, hebergement, anciennete, signature, attachment, piece jointe, social media, handle, conge*, parking, luggage, salaries, medical insurance
    """
"""What staff read where a question asks for nothing else."""
LONGEST_ALONE = 2
"""Words that say something, of such a question."""
READ = """
    academic qualification, age group, annee de naissance, attentes satisfaites, avez vous apprecie, avez vous trouve,
    avis general, birth year, clarity of *, clarte *, comment avez vous connu, comment avez vous trouve,
    comment nous avez vous, company size, connu le programme, couvre t il vos attentes, date of birth,
    dernier diplome, driver s license, driving licence, driving license, droit de travailler, employer size,
    en fonction, evaluate the *, evaluation de *, evaluation du *, evaluation generale, evaluation globale,
    feel like leaving, find out about this, find out about us, firm type, first aid, first generation,
    first in family, foyer, free school meals, groupe d age, guardian*, hear about, heard about, heard of,
    highest level of education, highest qualification, household, household income, how old, how was your,
    how would you rate the *, in this job, instructor, invoice, learn about, leaving your job, legal guardian*,
    maitrise du sujet, maitrise methodologie, marie*, marital, married, matrimoniale, ne en, note globale,
    number of children, occupez vous cet emploi, organisation de la formation, ou avez vous entendu,
    overall experience, overall rating, permis de conduire, pertinence *, qualite de *, quality of the *, quel age,
    rate the *, recommand*, recommend*, repondu a vos attentes, right to work, room sharing, satisfaction, satisfait*,
    satisfied, school meals, shirt size, situation familiale, size of your, source de recrutement, sources de revenu*,
    t shirt, taille de l *, taille de t shirt, taille de votre, tee shirt, trainer, tranche d age,
    travel arrangement*, traveling, travelling, type de contrat, type of contract, type of institution,
    types of employment, utile pour votre travail, vacation, votre age, work permit, your age
    """
"""What staff read and no pair is made of: logistics, the state of a file, households, opinions on a course."""
COUNT = re.compile(r"nombre|combien|capacite|places?\b|how many|number of|capacity|how much\b")
AVOIDED = re.compile(
    r"eviter|ne souhaitez pas|ne voulez pas|conflit|avoid|(?:would rather|do|would) not (?:want|like|wish)|don't want|should (?:we |you )?not (?:be )?(?:pair|match)|pas etre (?:en binome|jumele)|conflicts? of interest"
)
AMOUNT = re.compile(r"\b(age|ages|year|years|annees?|ans|hours?|heures?|days?|jours?|how long|children|enfants)\b")
GRADED = re.compile(
    r"\(1\)|\(5\)|\b1 ?[=:]|echelle|sur (5|10)\b|de [01] a (5|10|4|6|7)\b|\bnote[zr]?\b|a quel point|dans quelle mesure|\bevaluez|how (satisfied|confident|likely|important|comfortable|familiar|often|well|interested|useful|would you rate)"
    r"|\brat(e|ing)\b|\bscale\b|out of (5|10)|[01] ?(to|-|–) ?(5|10|7)\b|to what extent|on average, how much|niveau d'|degre d|year of study|which year"
)
FOLLOWING = """
    si oui, si non, si c est le cas, si vous avez repondu oui, dans l affirmative, le cas echeant, lequel, laquelle, lesquels, lesquelles, if yes, if no, if so, if you answered, if applicable, if you said,
    if you selected, if you ticked, if other, if you have, which one, which ones, please give details, please provide details, please specify, please describe if, please explain, give details, further details, veuillez preciser, merci de preciser
    """
"""How a question begins that says more of the one before."""
MORE = frozenset(
    "please specify details detail describe explain give provide further more information comment comments other above it this precisez preciser"
    " precisions precision details lesquels lesquelles lequel laquelle veuillez merci de si autre commentaire commentaires ci dessus to if your answer any".split()
)
"""Words of which such a question may be made altogether."""
ORDINAL = re.compile(
    r"\d{1,2}(?:er|re|ere|e|eme|nd|rd|th|st)?|premiere?|first|deuxieme|seconde?|troisieme|third|quatrieme|fourth|cinquieme|fifth"
)
RANKED = "choix, choice, priorite, priority, preference, preferences, rang, rank, ranking, classement, voeu, voeux"
RANKS = "choix, choice, priorite, priority, preference, preferences, rang, rank, classement, voeu, voeux, numero, number, no, n, your, my, votre"
"""What is ranked by columns that an ordinal tells apart."""
END_AFTER = re.compile(r"\b(\d{1,2})\s*(?:[=:(–—-]|is|means|est|étant|being)\s*([^\d,;()]+)")
END_BEFORE = re.compile(r"([^\d,;()?]+?)\s*\((\d{1,2})\)")
"""What a question says of the ends of its scale: « 1 = pas du tout », ``not at all (1)``."""
WHEN = re.compile(r"\bdate\b|horodat|heure|\bquand\b|\bwhen\b|timestamp")

MENTEE = re.compile(
    r"mentor[ée][ée]|mentoré|mentor[ée]\W[ée]e?\W?s?$|mentee|mentoree|filleul|tutoré|accompagné|être accompagn"
    r"|\b(cherche|recherche|trouver|bénéficier|recevoir)\b"
)
MENTOR = re.compile(
    r"\bmentor|parrain|marraine|\btut(eur|rice)|accompagnat|accompagner|j'accompagne|transmettre|propose|partager"
)

SMALL = frozenset(
    re.findall(
        r"\w+",
        "le la les un une des du de d l a au aux et ou en que qui quel quelle quels quelles vous votre vos dans pour"
        " par sur avec ce cette ces est sont etes avez ete si ne pas plus j je ai m s n c the of",
    )
)
"""Words that say little of a question."""
DAYS = (
    ("lundi", "monday", "mon", "lun"), ("mardi", "tuesday", "tue", "tues", "mar"), ("mercredi", "wednesday", "wed", "mer"),
    ("jeudi", "thursday", "thu", "thur", "thurs", "jeu"), ("vendredi", "friday", "fri", "ven"), ("en semaine", "semaine", "weekday", "weekdays", "week days"),
    ("samedi", "saturday", "sat", "sam"), ("dimanche", "sunday", "sun", "dim"), ("week end", "weekend", "weekends", "le week end"),
)  # fmt: skip
MOMENTS = (
    ("early morning", "tot le matin"), ("matin", "matinee", "morning", "mornings", "am", "matins"), ("midi", "midday", "noon", "lunchtime", "lunch", "lunch break", "pause dejeuner", "dejeuner"),
    ("apres midi", "afternoon", "afternoons", "pm", "apres midis"), ("fin de journee", "fin d apres midi", "late afternoon", "early evening"),
    ("soir", "soiree", "evening", "evenings", "soirs"), ("night", "nights", "nuit", "late evening", "overnight"), ("journee", "all day", "daytime", "day", "toute la journee", "full day"),
)  # fmt: skip
DAY_OF = {word: place for place, names in enumerate(DAYS) for word in names}
MOMENT_OF = {word: place for place, names in enumerate(MOMENTS) for word in names}


def says(phrases: str, question: str) -> bool:
    """Say whether one of these phrases stands in a question."""
    return bool(within(phrases).search(plain(question)))


def key(question: str) -> bool:
    """Say whether a question asks for a code that tells people apart, and is short enough to be no sentence.

    >>> key("N° d'adhérent"), key("userID"), key("Avez-vous un code de conduite dans votre entreprise ?")
    (True, True, False)
    """
    said = re.sub(r"(?<=[a-z])(?=I[dD]\\b)", " ", question)
    return len(plain(said).split()) <= LONGEST_KEY and says(KEY, said)


def place(question: str) -> bool:
    """Say whether a question asks for a place.

    >>> place("Ville de résidence"), place("Where are you based?"), place("Or something else")
    (True, True, False)
    """
    return says(PLACE, within(NOT_PLACE).sub(" ", plain(question))) and not COUNT.search(fold(question))


def read_only(question: str) -> bool:
    """Say whether a question is about logistics, the state of a file, a household or a course: no pair is made of it.

    >>> read_only("Statut"), read_only("Quel statut ont les projets que vous aimeriez suivre ensemble ?")
    (True, False)
    """
    telling = [word for word in plain(question).split() if word not in SMALL]
    return says(READ, question) or (len(telling) <= LONGEST_ALONE and says(READ_ALONE, question))


def typed(question: str) -> bool:
    """Say whether a question asks for what people type: an employer, a school, a position.

    >>> typed("Your employer"), typed("Size of your employer")
    (True, False)
    """
    return says(TYPED, question) and not says(NOT_TYPED, question)


def gender(question: str) -> bool:
    """Say whether a question asks for a gender, one's own or another's.

    >>> gender("Genre"), gender("Quel genre de mentor cherchez-vous ?")
    (True, False)
    """
    return bool(GENDER.fullmatch(plain(question)))


def rank(text: str) -> bool:
    """Say whether a text names a rank and nothing else: ``1``, ``1er choix``, ``First choice``, ``Priorité 2``.

    >>> rank("1er choix"), rank("Choice n°2"), rank("First aid")
    (True, True, False)
    """
    said = within(RANKS).sub(" ", plain(text)).split()
    return len(said) == 1 and rank_of(said[0]) > 0


def ordinal(header: str) -> tuple[str, int]:
    """Return what a header asks to rank and the rank that its column holds, 0 where it holds none.

    >>> ordinal("Atelier : 2e choix"), ordinal("Third team preference"), ordinal("Parent 1 - Nom")
    (('atelier choix', 2), ('team preference', 3), ('', 0))
    """
    said = plain(header).split()
    places = [at for at, word in enumerate(said) if ORDINAL.fullmatch(word)]
    if len(places) != 1 or not says(RANKED, header):
        return "", 0
    return " ".join(said[: places[0]] + said[places[0] + 1 :]), rank_of(said[places[0]])


def follows(question: str) -> bool:
    """Say whether a question only asks to say more of the one before it.

    >>> follows("Si oui, précisez :"), follows("If yes, please give details"), follows("Please describe your project")
    (True, True, False)
    """
    said = plain(question)
    return bool(within(FOLLOWING).match(said)) or all(word in MORE for word in said.split())


def day(text: str) -> bool:
    """Say whether a text names a day: of the week, or a date with one.

    >>> day("lundi"), day("Friday 9th August"), day("un jour")
    (True, True, False)
    """
    said = plain(text)
    first, *others = said.split() or [""]
    return said in DAY_OF or (first in DAY_OF and any(word[0].isdigit() for word in others))


def name_of_person(question: str) -> bool:
    """Say whether a question asks for somebody's name, or a part of it, and for nothing else.

    >>> name_of_person("Votre prénom"), name_of_person("Last (family) name"), name_of_person("Nom du club")
    (True, True, False)
    """
    said = plain(re.sub(r"\((?:as|tel|comme|sur|on)\b.*?\)", "", question)).split()
    return bool(NAMED & set(said)) and set(said) <= NAME


def roles(answers: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer that says mentor and the one that says mentoré, None where they are not told.

    >>> roles(["Mentoré·e", "Mentor·e"])
    ('Mentor·e', 'Mentoré·e')
    """
    mentees = [answer for answer in answers if MENTEE.search(canonical(answer))]
    mentors = [answer for answer in answers if answer not in mentees and MENTOR.search(canonical(answer))]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 and len(answers) == 2 else None
