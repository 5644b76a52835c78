"""Phrases and words that tell what a question is for, in French and English; ``patterns`` says how they are written.

How texts are compared: text -> its words; a list of phrases -> the regular expression that finds one of them.

Phrases are separated by commas; ``*`` ends a word that may go on, stands for up to four words between two, or for one
at the end, ``**`` for up to eight.
"""

# French here is read, not said

import re
from functools import cache, lru_cache
from itertools import groupby, product

from mentormatch.languages import text_keys

fold = lru_cache(maxsize=1 << 18)(text_keys.fold)
"""Answers are given again and again, and looked at by each kind in turn."""


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return a text as words between single spaces: no case, accents, signs, nor inclusive endings set apart.

    >>> plain("Êtes-vous reconnu·e travailleur handicapé ?")
    'etes vous reconnue travailleur handicape'
    """
    said = re.sub(r"(?<=\w)[·•∙⋅‧](?=\w)", "", text)
    said = re.sub(r"(?<=\w)\((s|[nlt]?e|es)\)", r"\1", said, flags=re.IGNORECASE)
    return " ".join(re.findall(r"[^\W_]+", fold(said)))


def heads(answer: str) -> list[str]:
    """Return the words of an answer: all of them, those before brackets, a dash or a colon, those behind a number."""
    cut = re.split(r"\s*[(:–—,]|\s-\s", answer.strip(), maxsplit=1)[0]
    behind = re.sub(r"^\s*\d+\s*[-–—.:)=]\s*", "", answer)
    return list(dict.fromkeys(text for text in map(plain, (answer, cut, behind)) if text))


@cache
def within(phrases: str) -> re.Pattern[str]:
    """Return what finds one of these phrases among words; nothing where there is none."""
    return re.compile(rf"\b{alternatives(phrases)}(?!\w)" if phrases.strip() else r"(?!)")


@cache
def alternatives(phrases: str) -> str:
    """Return an expression for any of these phrases, those that begin alike together so that few are tried."""
    known = sorted({" ".join(phrase.split()) for phrase in phrases.split(",")} - {""})
    groups = [
        (start, [expression(each)[len(start) :] for each in each_of])
        for start, each_of in groupby(known, lambda p: p[:2])
    ]
    return (
        "(?:" + "|".join(f"{start}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for start, rest in groups) + ")"
    )


def combine(starts: str, ends: str) -> str:
    """Return the phrases that begin with one of these and end with one of those.

    >>> combine("born in, live in", "France, Peru")
    'born in France, born in Peru, live in France, live in Peru'
    """
    pairs = product(*(filter(None, (" ".join(part.split()) for part in text.split(","))) for text in (starts, ends)))
    return ", ".join(map(" ".join, pairs))


def expression(phrase: str) -> str:
    """Return the expression of one phrase: ``*`` goes on in a word or stands for some words, a last ``**`` for more."""
    written = re.sub(r" \*\*$", r"(?: \\w+){0,8}", phrase)
    written = re.sub(r" \*$", r"(?: \\w+)?", written)
    written = written.replace(" * ", r" (?:\w+ ){0,4}")
    return re.sub(r"(?<=\w)\*(?!\))", r"\\w*", written)


EMAIL = """
    adresse electronique, courriel*, e mail*, email*, mail, mailing address electronic, mails, messagerie
    """
CONTACT = """
    address, adresse, bluesky, cell, cellphone, comment vous joindre, contact d urgence, discord, emergency contact,
    facebook, fax, github, gitlab, gsm, handle, homepage, instagram, linkedin, mastodon, mobile, nom d utilisateur,
    numero ou vous joindre, orcid, page personnelle, personal page, personne a prevenir, phone*, portable,
    portfolio url, profil en ligne, pseudo, raison sociale, rue, signal number, site internet, site web, skype, slack,
    street, tel, telegram, telephone*, twitter, user name, username, web site, website, whats app, whatsapp
    """
"""How people are reached."""
NOT_CONTACT = """
    avez vous, development, developpement, do you have, experience*, fuseau*, have you, kind of, level*, marketing,
    niveau*, photo*, picture, possedez vous, secteur*, type d *, type of
    """
NAME_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        1 2 3 4 and appelez appelle as call child comment complet contact d de du eleve emergency enfant est et famille
        family first firstname forename full fullname given guardian in initial initials is jeune l la last lastname le
        legal maiden mentee mentor mentore mentoree middle naissance name names nickname nom nomprenom noms of on or ou
        parent participant participante payeur preferred prenom prenoms quel s should signataire student surname
        surnames the title ton tuteur urgence usage vos votre vous what whats you your
        """,
    )
)
NAME_HEADS = frozenset(
    re.findall(
        r"\w+",
        """
        firstname forename fullname lastname name names nickname nom nomprenom noms prenom prenoms surname surnames
        """,
    )
)
NAME_OF_OTHERS = frozenset(
    [
        "child",
        "emergency",
        "enfant",
        "guardian",
        "initial",
        "initials",
        "maiden",
        "middle",
        "naissance",
        "nickname",
        "parent",
        "payeur",
        "signataire",
        "title",
        "ton",
        "tuteur",
        "urgence",
        "usage",
    ]
)
"""Words of a question about a name that is not what a person is called."""
FIRST_NAMES = frozenset(["first", "firstname", "forename", "given", "prenom", "prenoms", "preferred"])
LAST_NAMES = frozenset(["family", "famille", "last", "lastname", "nom", "noms", "surname", "surnames"])
WHOLE_NAMES = frozenset(["complet", "full", "fullname", "nomprenom"])
KEY = """
    code, employee number, id, identifiant*, identification number, identifier, ids, matricule*, member number,
    membership number, n, netid, no, numero, pseudonyme, ref, reference*, registration number, staff number,
    student number, unique key, userid
    """
"""What tells one person from another."""
NOT_KEY = """
    caf, carte d identite, cpam, id card, identity card, national insurance, national number, national register,
    passeport, passport, registre national, rue, securite sociale, siren, siret, social insurance, social security,
    street, telephone, tva, vat
    """
"""What has a number that no survey tells people apart by: it belongs to the state, to a house or a company."""
CONSENT = """
    acceptez vous de respecter, acceptez vous la, acceptez vous le, acceptez vous les, acceptez vous que * donnees,
    by checking, by signing, by submitting, by ticking, charte, code de conduite, code of conduct,
    conditions d utilisation, conditions generales, confidentialite, consent*, conserve * donnees, conserve * reponses,
    content with our privacy, d accord pour que, data protection, do you accept, do you agree that, do you agree to the,
    do you consent, do you give * consent, donnees a caractere, donnees personnelles, en cochant, en soumettant,
    garde * donnees, garde * reponses, gdpr, happy for * to hold, happy for * to keep, happy for * to store,
    hereby declare, i accept, i acknowledge, i agree, i certify, i commit to, i confirm, i consent, i declare,
    i have read, i hereby, i understand and, i understand how, i understand that, j accepte, j ai lu,
    j ai pris connaissance, j approuve, j atteste, je certifie, je confirme, je consens, je declare, je m engage,
    je reconnais, mentions legales, mes donnees, my data, notice, ok pour que, personal data,
    politique de confidentialite, privacy notice, privacy policy, reglement interieur, rgpd, terms and conditions,
    terms of, traitement de mes *, traitement de vos *, vos donnees
    """
PERMISSION = """
    acceptez vous d etre contacte*, acceptez vous de recevoir, add me to, autorisez vous, be contacted about,
    can we add you, can we contact you, can we share, can we use, diffuser, droit a l image, get in touch,
    happy for * to contact, happy for * to email, happy for * to get, happy for * to send, happy for * to share,
    happy for * to use, happy to be contacted, i authori*e, i give permission, image rights, j accepte de recevoir,
    j autorise, je veux recevoir, keep me informed, lettre d information, m envoyer, mailing list, marketing, may we,
    newsletter*, photo*, publication de *, receive news*, receive updates, recevoir * actualites,
    recevoir des informations, share my *, share your * with, show * on my profile, show my *, souhaite recevoir,
    temoignage, testimonial
    """
"""What people may refuse and still take part: a refusal turns nobody away."""
PLACE = """
    arrondissement*, canton, cantons, cities, city, code postal, codes postaux, commune, communes, countries, country,
    county, departement, district, do you live in, habitez vous, lieu, localisation, localite, location*, native place,
    ou etes vous base*, ou etes vous situe*, ou habitez, ou travaillez vous, ou vivez, pays, post code*, postal code*,
    postcode*, province, provinces, quartier, region, regions, residence, state, territoire*, town, towns,
    traveling from, travelling from, village, ville, villes, vivez vous, where are you based, where are you from,
    where are you located, where do you live, where you live, where you work, zip
    """
NOT_PLACE = """
    a l etat, au lieu de, country music, donner lieu, lieu de formation, lieu s de formation, lieux de,
    lieux de formation, please state, state of, state why, state your, village hall team
    """
NAMES = """
    anyone you, associations, authors, avec qui, avoid, bunk with, co workers, colleagues, collegues, compagnies,
    companies you, coworkers, employers, employeurs, entreprises ou vous, entreprises pour lesquelles, eviter,
    keep apart from, names of, not be matched, not be paired, not match you, not pair, organisations, organismes,
    organizations, pas etre en binome, pas etre jumele*, people who, people you, personnes a, personnes avec,
    personnes que, personnes qui, room with, sit with, someone you, structures, surtout pas, who should we not,
    who would you rather not, with whom
    """
NOT_TYPED = """
    categorie*, category, kind of, secteur*, sector*, size*, statut, taille*, type*
    """
PLURAL = """
    areas, centres d interet, competences, domaines, hobbies, instruments, interests, interets, keywords, languages,
    langues, outils, skills, themes, tools, topics
    """
"""What is asked for several of."""
TYPED = """
    affiliation*, alma mater, annee de sortie, attempt, autorite, certification*, companies, company, current role,
    degree are you, diplome obtenu, duration, ecole, employer, employeur, end month, entreprise, etablissement, firm,
    fonction, fuseau horaire, graduation date, hobbies, hobby, institution, intitule*, job title, keyword*, lab,
    laboratoire, manager s name, metier exact, mots cles, organisation you, organization you, position, poste,
    profession exacte, professional body, promotion, pronom*, pronoun*, regime, school, signature, societe,
    sous quel nom, start month, structure, superviseur, supervisor, time zone, timezone, universite, university
    """
"""What people type: the same answer twice makes no list of options of it."""
STAFF_ALONE = """
    accommodation, accommodations, adhesion, age, ages, anciennete, application*, arrival, arrivee, attachment,
    candidature, children, civilite, conge*, contract, contrat, cotisation, cv, departure, dossier, enfants, facture,
    fichier, file, handle, hebergement, holiday, holidays, income, inscription, logement, luggage, medical insurance,
    paiement, parent*, parking, paye, payeur, payment, photo, photos, piece jointe, price, prioritaire, prix, resume,
    revenu*, salaire, salaries, salary, salutation, signature, social media, status, statut, tarif, tarifs, title,
    titre, transport*, upload, vacances, visa
    """
"""What staff read where a question asks for nothing else."""
STAFF = """
    academic qualification, age group, annee de naissance, avez vous apprecie, avez vous trouve, avis general,
    birth year, clarity of *, clarte *, comment avez vous connu, comment nous avez vous, company size,
    connu le programme, couvre t il vos attentes, date of birth, dernier diplome, driver s license, driving licence,
    driving license, droit de travailler, employer size, en fonction, evaluate the *, evaluation de *, evaluation du *,
    evaluation generale, evaluation globale, feel like leaving, find out about this, find out about us, firm type,
    first aid, first generation, first in family, foyer, groupe d age, guardian*, hear about, heard about, heard of,
    highest level of education, highest qualification, household, how old, how was your, in this job, instructor,
    invoice, learn about, leaving your job, maitrise du sujet, maitrise methodologie, marie*, marital, married,
    matrimoniale, ne en, note globale, number of children, occupez vous cet emploi, organisation de la formation,
    ou avez vous entendu, overall experience, overall rating, permis de conduire, pertinence *, qualite de *,
    quality of the *, quel age, rate the *, recommand*, recommend*, repondu a vos attentes, right to work, room sharing,
    satisfaction, satisfait*, satisfied, school meals, shirt size, situation familiale, size of your,
    source de recrutement, sources de revenu*, t shirt, taille de l *, taille de votre, tee shirt, trainer,
    tranche d age, travel arrangement*, traveling, travelling, type de contrat, type of contract, type of institution,
    types of employment, utile pour votre travail, vacation, votre age, work permit, your age
    """
"""What staff read and no pair is made of: logistics, the state of a file, households, opinions on a course."""
FOLLOWING = """
    dans l affirmative, further details, give details, if applicable, if no, if other, if so, if yes, if you answered,
    if you have, if you said, if you selected, if you ticked, laquelle, le cas echeant, lequel, lesquelles, lesquels,
    merci de preciser, please describe if, please explain, please give details, please provide details, please specify,
    si c est le cas, si non, si oui, si vous avez repondu oui, veuillez preciser, which one, which ones
    """
"""How a question begins that says more of the one before."""
REMARKS = """
    any comment*, any further comment*, any other comment*, any other information, any other remark*, anything else,
    autre information, autre remarque, autre* commentaire*, autres informations, autres remarques, other comment*,
    other information, other remark*
    """
"""How a question begins that leaves open what is said: it says more of none before it."""
DESCRIPTION = frozenset(["description", "descriptions", "detail", "details", "precision", "precisions", "specify"])
"""Words by which a question asks to describe what another one named."""
MEMBERSHIP = """
    adherent* depuis, are you a full member, are you a member, depuis * adherent*, depuis * frequentez vous *,
    depuis * membre, depuis * venez vous, do you attend regularly, etes vous adherent*, etes vous membre,
    how long * a member, how long * attended *, how long * attending *, how long * belonged, how often do you attend,
    member since, membre depuis, when did you join
    """
"""Questions on being a member that leave unsaid of what."""
FOLLOWING_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        above answer any autre ci combien comment commentaire commentaires comments de depuis describe dessus detail
        details explain further give how if information it laquelle lequel lesquelles lesquels long merci more nature
        other please preciser precisez precision precisions provide quand quel quelle si since specify temps this to
        type veuillez what when where which your
        """,
    )
)
"""Words of which such a question may be made altogether."""
PAIRING = """
    a titre de, accompagner, aimes tu, base* in, based, binome*, buddies, buddy, competence*, decisions, disciplin*,
    domaine*, du genre a, ecole, en equipe, en groupe, en tant que, filleul*, formation, group work, habitez, imprevus,
    industr*, jumel*, language*, langue*, live in, live near, marraine*, mentee*, mentor*, metier*, paired, parles tu,
    parlez, parrain*, prefer* to work, prefer* travailler, profession*, secteur*, sector*, seul plutot, seule plutot,
    skill*, speak, teach*, topic*, travaillez vous, tuteur*, tutor*, work in, work on your own, works in
    """
"""What a question may be about whatever its answers are."""
PAIRING_WITH_OPTIONS = """
    activit*, advice, advis*, affinit*, aide, aider, aimeriez, aimez, aise, annee*, ans, apport*, apprendre,
    apprentissage*, approach*, approche*, area, areas, art, arts, atelier*, atout*, attend* vous,
    attente*, availab*, besoin*, bosser, bosses, branch, branche, branchent, bring, cadre, call*, campus, canal, canaux,
    career*, carriere*, casual chat, challenge*, champs, channel*, chatty, class, classe, club*, coach*,
    college, comfort*, communicat*, compan*, competent, confian*, confiden*, connaiss*, conseil*, contribut*, cours,
    course*, creneau*, curriculum, decouvrir, degree*, demande*, department*, develop*, difficultes, diplome*,
    direction, discover, discuss, dispo, disponib*, distance, distanciel, doubts, drawn to, duration, duree, ecole*,
    elective*, emploi*, employer*, employeur*, encadrer, energy, english, enseign*, entreprise*, equipe*, etudes,
    etudiez, evenings, expect*, experience*, expert*, explor*, face to face, facult*, feedback, field*, filiere*,
    fonction*, format*, francais, frequen*, function*, goal*, grade, group, growth, guid*, help*, heures, hobb*,
    horaire*, hours, how often, improv*, in person, instrument*, interess*, interest*, interet*, jeu, jeux, job*, jours,
    know about, lab, labo*, learn*, level*, loisir*, maitris*, major, majors, match*, mbti, medium, meet*, methode*,
    modalit*, modes, music*, musique, need*, nervous, network, niveau*, objectif*, occupation*, offer*, online,
    organi*ation*, outils, pair, parler, partager, pass on, passion*, personality, personnalite, plage*,
    poste, practice area*, pratique*, prefer*, presentiel, priorit*, program*, progress*, project*, projet*,
    qualification*, qualified, quiet, recherch*, rencontr*, rendez vous, research, reseau*, role*, rythme, savoir faire,
    schedule*, scheme*, school, seek*, sejour*, semaine, semaines, senior*, session*, share, shift*, sites, slot*,
    software, soirees, sorties, speciali*, specialt*, sport*, stages, strength*, structure*, struggl*, stud*, style*,
    suivre, sujet*, support*, talk about, talk to, team*, technolog*, temperament, tempo, temps, tente, tentent,
    thematique*, theme*, time*, timing*, tool*, trade*, training, trait, traits, transmettre, travail*, ufr,
    universit*, vis*io*, volunteering for, voudriez, week, weeks, wish*, work*, worries, year, years, zone*
    """
"""What a question may be about where its answers were chosen, counted or graded."""
SPOKEN = """
    anglais english francais french espagnol spanish allemand german italien italian arabe arabic portugais
    portuguese chinois chinese mandarin hindi russe russian polonais polish turc turkish neerlandais dutch
    japonais japanese tamoul tamil telugu bengali urdu marathi punjabi gujarati vietnamien vietnamese wolof
    swahili
    """
"""Languages, as options name them."""
LANGUAGES = frozenset(SPOKEN.split())
COMPARED = re.compile(
    r"\b(disciplin\w*|domain\w*|secteurs?|sectors?|fields?|areas?|subjects?|degrees?|majors?|filieres?|formations?"
    r"|diplomes?|metiers?|profession\w*|trades?|industr\w*|fonctions?|functions?|speciali\w*|medium|formats?"
    r"|mod(e|alite)s?|rencontr\w*|meet\w*|frequen\w*|how often|rythme|styles?|energy|feedback|approach\w*|locations?"
    r"|city|villes?|regions?|departements?|territoires?|state|countr\w*|pays|communes?|campus|sites?|time zones?"
    r"|fuseaux?|themes?|themat\w*|sujets?|topics?|projets?|projects?|skills?|competences?|hobb\w*|loisirs?|interets?|interests?"
    r"|live|habitez|based|reside\w*|passions?|years?|annees?|niveaux?|levels?|experience|arts?|instruments?|sports?"
    r"|approches?|methodes?|attentes?)\b"
)
"""What a question that both sides answer may be about, for their answers to be compared."""
NOT_COMPARED = re.compile(
    r"\b(gender|genre|sexe|sex|pronouns?|pronoms?|civilite|titre|title|ages?|birth|naissance|nationalit\w*|entendu|hear"
    r"|heard|connu|t-?shirts?|taille|size|diet\w*|regimes?|allerg\w*|travel\w*|transport\w*|reimburs\w*|accommodation"
    r"|hebergement|logement|employment|contrats?|salair\w*|revenus?|excited|satisf\w*|recommand\w*|recommend\w*|agree"
    r"|accepte?|school|ecole|university|universite|college|marital\w*|famil\w*|children|enfants|permis|licen[cs]e"
    r"|graduat\w*|currently pursuing|emergency|urgence)\b"
)
"""What a question is about that is nobody's reason to meet, or would be proposed only where somebody asks for it."""
GENDERS = frozenset(
    ("homme", "femme", "male", "female", "man", "woman", "men", "women", "masculin", "feminin", "hommes", "femmes")
)
LANGUAGE = re.compile(r"\b(?<!programming )(?<!computer )(langues?|languages?)\b(?! des signes)")
OFTEN = re.compile(r"\b(per|par|a) (week|month|semaine|mois)\b|\b(how often|frequen\w*|rythme|rendez-vous|meetings)\b")
"""How often people would meet."""
WHEN = re.compile(
    r"\b(disponib\w*|availab\w*|creneaux?|when (could|can|are) you|quand (pouvez|pourriez|etes)\S*|time slots?)\b"
)
HOUSE = re.compile(
    r"\b(employ(er|eur)s?|compan(y|ies)|entreprises?|organi[sz]ations?|structures?|affiliations?|laborato\w*|labs?"
    r"|institutions?|compagnies?|associations?|unite de recherche|research unit|service|department|line manager)\b"
)
"""Where people work: those of one house are not strangers."""
NOT_HOUSE = re.compile(
    r"\b(country|pays|city|ville|type|kind|size|taille|secteurs?|sector|connu|hear\w*|structured|programmes?|programs?"
    r"|role|experience|professional body|country of|membre|member|customer|service civique|why|pourquoi)\b"
)
ACCENTED = re.compile(r"[éèêëàâçîïôùûœ]")
COMMON = {
    "fr": frozenset(
        re.findall(
            r"\w+",
            "le la les des du de un une et ou en que qui quel quelle quels quelles vous votre vos je mon ma mes pour"
            " par sur avec dans est sont etes avez nom prenom courriel adresse metier telephone combien comment"
            " pourquoi oui non nombre quand souhaitez ce cette au aux plus",
        )
    ),
    "en": frozenset(
        re.findall(
            r"\w+",
            "the of an and or to in at for with your you i my is are do have what which who how when where why many"
            " would could can like name first last email phone address yes no please if any this that be about from",
        )
    ),
}
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        # French, then English
        "le la les un une des du de d l a au aux et ou en que qui quoi quel quelle quels quelles vous votre vos dans"
        " pour par sur avec ce cette ces est sont etes etre avez ete si ne pas plus j je ai m s n c y il elle on nous"
        " se sa son ses mon ma mes nos notre dont donc merci svp comme combien comment"
        " the of an and or to in on at for by with from as is are was be been am do does did have has had you your"
        " yours i my me we our us it its this that these those they their them would could should will can may might"
        " what which who whom whose when where why how many much please any some there here not no if so than then more"
        " most t re ve ll about into",
    )
)
"""Words that say little of a question."""
