"""The phrases that tell what a question is for, in French and English; see ``wording`` for how they are written."""

EMAIL = "courriel*, e mail*, email*, mail, mails, adresse electronique, messagerie, mailing address electronic"

REACHED = """
    telephone*, tel, phone*, mobile number, mobile phone, mobile, portable, numero de portable, cell, cellphone,
    cell number, whatsapp, whats app, signal number, gsm, fax, adresse postale, votre adresse, adresse, address,
    address line*, adresse ligne*, home address, postal address, mailing address, street, street address, rue,
    adresse ip, ip address, linkedin, github, gitlab, twitter, mastodon, bluesky, instagram, facebook, skype, discord,
    telegram, slack, username, user name, nom d utilisateur, pseudo, handle, website, web site, site web,
    site internet, personal page, page personnelle, homepage, portfolio url, orcid, profil en ligne, raison sociale,
    numero ou vous joindre, comment vous joindre, emergency contact, contact d urgence, personne a prevenir
    """
"""How people are reached."""

NOT_REACHED = (
    "photo*, picture, experience*, type of, type d *, have you, do you have, avez vous, possedez vous, "
    "fuseau*, secteur*, kind of, level*, niveau*, development, developpement, marketing"
)

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
    code, code participant*, code personne*, code anonyme, identifiant*, identifier, identification number,
    matricule*, id, ids, netid, net id, userid, user id, student id, staff id, employee id, numero, no, n,
    numero d adherent*, numero d etudiant*, numero etudiant, numero de dossier, reference*, ref, registration number,
    membership number, member number, student number, employee number, staff number, pseudonyme, unique code,
    unique key
    """
"""What tells one person from another."""

NOT_KEY = """
    allocataire caf, caf, cpam,
    national number, national register, registre national, social insurance,
    carte d identite, identity card, id card, national insurance, passeport, passport, rue, securite sociale, siren,
    siret, social security, street, telephone, tva, vat
    """
"""What has a number that no survey tells people apart by: it belongs to the state, to a house or a company."""

CONSENT = """
    acceptez vous de respecter, acceptez vous la, acceptez vous le, acceptez vous les, acceptez vous que * donnees,
    by checking, by signing, by submitting, by ticking, charte, code de conduite, code of conduct,
    conditions d utilisation, conditions generales, confidentialite, consent*, consentez vous, conserve * donnees,
    conserve * reponses, content with our privacy, d accord pour que, data protection, do you accept,
    do you agree that, do you agree to the, do you consent, do you give * consent, donnees a caractere,
    donnees personnelles, en cochant, en soumettant, garde * donnees, garde * reponses, gdpr, happy for * to hold,
    happy for * to keep, happy for * to store, hereby declare, i accept, i acknowledge, i agree, i agree to,
    i certify, i commit to, i confirm, i consent, i declare, i have read, i hereby, i understand and,
    i understand how, i understand that, j accepte, j accepte l enregistrement, j accepte le traitement, j ai lu,
    j ai pris connaissance, j approuve, j atteste, je certifie, je confirme, je consens, je declare, je m engage,
    je reconnais, mentions legales, mes donnees, my data, notice, ok pour que, personal data,
    politique de confidentialite, privacy notice, privacy policy, reglement interieur, rgpd, terms and conditions,
    terms of, terms of use, traitement de mes *, traitement de vos *, vos donnees
    """

PERMISSION = """
    acceptez vous d etre contacte*, acceptez vous de recevoir, add me to, autorisez vous, be contacted about,
    can we add you, can we contact you, can we share, can we use, diffuser, droit a l image, get in touch,
    happy for * to contact, happy for * to email, happy for * to get, happy for * to send, happy for * to share,
    happy for * to use, happy to be contacted, i authori*e, i give permission, image rights, j accepte de recevoir,
    j autorise, je veux recevoir, keep me informed, lettre d information, m envoyer, mailing list, marketing, may we,
    newsletter*, photo*, photograph*, publication de *, receive news*, receive updates, recevoir * actualites,
    recevoir des informations, share my *, share your * with, show * on my profile, show my *, souhaite recevoir,
    temoignage, testimonial
    """
"""What people may refuse and still take part: a refusal turns nobody away."""

PLACE = """
    arrondissement*, canton, cantons, cities, city, code postal, codes postaux, commune, communes, countries,
    country, county, departement, district, do you live in, habitez vous, lieu, lieu d exercice, lieu d habitation,
    lieu de rencontre, lieu de residence, lieu de travail, lieu de vie, localisation, localite, location*,
    native place, ou etes vous base*, ou etes vous situe*, ou habitez, ou travaillez vous, ou vivez, pays,
    post code*, postal code*, postcode*, province, provinces, quartier, region, regions, residence, state,
    state or province, territoire*, town, towns, traveling from, travelling from, village, ville, villes, vivez vous,
    where are you based, where are you from, where are you located, where do you live, where you live,
    where you work, zip, zip code*
    """

NOT_PLACE = """
    state of, state your, state why, please state, lieu de formation, lieux de formation, lieu s de formation,
    lieux de, au lieu de, donner lieu, a l etat, country music, village hall team
    """

NAMES = """
    anyone you, associations, authors, avec qui, avoid, bunk with, co authors, co workers, colleagues, collegues,
    compagnies, companies you, coworkers, employers, employeurs, entreprises ou vous, entreprises pour lesquelles,
    eviter, keep apart from, must not be paired, must not pair, names of, not be matched, not be paired,
    not match you, not pair, organisations, organismes, organizations, pas etre en binome, pas etre jumele*,
    people who, people you, personnes a, personnes avec, personnes que, personnes qui, room with, share a room with,
    sit with, someone you, structures, structures connues, structures pour *, surtout pas, who should we not,
    who would you rather not, with whom
    """

NOT_TYPED = "type*, size*, taille*, kind of, secteur*, sector*, category, categorie*, statut"

PLURAL = (
    "languages, langues, areas, skills, interests, hobbies, keywords, competences, domaines, themes, "
    "topics, centres d interet, interets, outils, tools, instruments"
)
"""What is asked for several of."""

TYPED = """
    company, companies, firm, employer, employeur, entreprise, societe, affiliation*, institution, university,
    universite, school, ecole, high school, alma mater, etablissement, laboratoire, lab, college or university,
    organization you, organisation you, structure, job title, position, current role, poste, poste occupe, fonction,
    intitule*, metier exact, profession exacte, pronoun*, pronom*, keyword*, mots cles, hobbies, hobby, time zone,
    timezone, fuseau horaire, professional body, diplome obtenu, promotion, annee de sortie, signature,
    certification*, formations ou certifications, degree are you, regime, autorite, manager s name, superviseur,
    supervisor, sous quel nom, start month, end month, graduation date, duration, attempt
    """
"""What people type: the same answer twice makes no list of options of it."""

READ_ALONE = """
    title, titre, civilite, salutation, status, statut, application*, candidature, inscription, dossier, adhesion,
    prioritaire, cotisation, paye, payeur, price, tarif, tarifs, prix, payment, paiement, facture, parent*, enfants,
    children, age, ages, photo, photos, cv, resume, file, fichier, upload, transport*, arrival, arrivee, departure,
    contract, contrat, visa, income, revenu*, salary, salaire, vacances, holiday, holidays, logement, accommodation,
    accommodations, hebergement, anciennete, signature, attachment, piece jointe, social media, handle, conge*,
    parking, luggage, salaries, medical insurance
    """
"""What staff read where a question asks for nothing else."""

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

FOLLOWING = """
    si oui, si non, si c est le cas, si vous avez repondu oui, dans l affirmative, le cas echeant, lequel, laquelle,
    lesquels, lesquelles, if yes, if no, if so, if you answered, if applicable, if you said, if you selected,
    if you ticked, if other, if you have, which one, which ones, please give details, please provide details,
    please specify, please describe if, please explain, give details, further details, veuillez preciser,
    merci de preciser
    """
"""How a question begins that says more of the one before."""

MORE = frozenset(
    [
        "when",
        "where",
        "since",
        "depuis",
        "quand",
        "combien",
        "temps",
        "how",
        "long",
        "which",
        "what",
        "quel",
        "quelle",
        "type",
        "nature",
        "please",
        "specify",
        "details",
        "detail",
        "describe",
        "explain",
        "give",
        "provide",
        "further",
        "more",
        "information",
        "comment",
        "comments",
        "other",
        "above",
        "it",
        "this",
        "precisez",
        "preciser",
        "precisions",
        "precision",
        "details",
        "lesquels",
        "lesquelles",
        "lequel",
        "laquelle",
        "veuillez",
        "merci",
        "de",
        "si",
        "autre",
        "commentaire",
        "commentaires",
        "ci",
        "dessus",
        "to",
        "if",
        "your",
        "answer",
        "any",
    ]
)
"""Words of which such a question may be made altogether."""
