"""Words beside a sensitive phrase that take it away from the person: fields of work and study, help given to others."""

from mentormatch.programme.drafts.patterns import combine

HOUSES = """
    direction*, ecole*, entreprise*, etablissement*, formation*, metier*, organisme*, service*, structure*, universite*
    """
TREATED = """
    d image*, de dossier*, de l image, de l information, de surface, de texte*, des dechets, des dossiers,
    des reclamations, du signal
    """
INSURED = "accident, dental, family, health, hospital, hospitalisation, life, medical, personal, travel"
INSURANCES = combine(INSURED, "insurance*, insurer*")
MUTUALS = "assurance*, caisse*, complementaire*, mutuelle*, prevoyance"
"""What an insurance is for, and who offers one: a contract says nothing of the health of whoever has it."""
OF_POLICIES = """
    commerciale*, culturelle*, d accueil, d achat*, d egalite, d inclusion, de * donnees, de confidentialite, de conge*,
    de cookies, de developpement, de formation, de l emploi, de la ville, de mobilite, de prix, de protection,
    de recrutement, de remboursement, de remuneration, de teletravail, diversite, handicap, publique*, rh, rse,
    salariale*, sante, sociale*
    """
OF_RACES = "bib*, car*, cat, categor*, condition*, day*, de, dist*, du, for, no, num*, result*, time*, to, track*"
"""What people come from without an origin, is treated without a doctor, is a policy, or belongs to a race on foot."""

HARMLESS = f"""
    {combine("intervenir, deplacer, rencontr*, rendre, visit*", "* prison*")},
    {combine("mentor*, teach*, volunteer*, work*", "in * prison*")}, {combine(HOUSES, "d origine")},
    {combine("traitement*", TREATED)}, {combine("race", OF_RACES)}, {combine("politique*", OF_POLICIES)}, {INSURANCES},
    {combine(INSURED, INSURANCES)}, {combine(combine(INSURED, "and, and or, or"), INSURANCES)},
    {combine(MUTUALS, "collective, d hospitalisation, de sante, hospitalisation, maladie, sante")},
    {combine("visa de, visa de la, visa de votre, visa du", "chef*, direct*, responsable*, tut*")},
    {combine("english, french, irish, spanish", "speaking")},
    {combine("heritage", "building*, conservation, management, site*, studies")},
    {combine("health of", "* business, * company, * economy, * project, * team")},
    {combine("faith in", "my team*, our *, the team*")},
    {combine("role need*, role require*, role subject to, post require*, poste * soumis", "* casier, * check*")},
    {combine("travaillez vous pour, work for", "a trade union, a union, un syndicat")},
    {combine("company s, organi*ation s", "political *")},
    acces aux soins, accessibilite numerique, accessibilite web, accessibility statement*, accessible by, accessible en,
    accessible* is the, accessible* was the, adjustment* to the schedule, amenagement* de * emploi du temps,
    amenagement* du territoire, amenagement* interieur*, amenagement* paysager*, amenagement* urbain*,
    are you a * therapist, arms race, as * passport, as it appears on, autoris* d hospitalis*, autoris* hospitalis*,
    autoris* l hospitalis*, bank of sentences, belief in the, belief* about, beliefs in, blind or open,
    blind peer review*, blind review*, blind spot*, blood donation d*, blood drive*, boat race, bonne foi,
    by conviction, candidate experience, candidate number, candidate pack*, carte visa, casier de vestiaire*, casier n,
    centre* de sante, church building*, church hall*, church music, church room*, church school*, coach party,
    code penal, comparative politic*, condition of the *, condition of your *, condition* de vente, conviction rate*,
    conviction* about, conviction* appeal*, conviction* educati*, conviction* en matiere, conviction* pedagogi*,
    conviction* professionnel*, cookie* polic*, credit union*, criminal case*, criminal defen*, criminal justice,
    criminal law, culte du *, d une politique, data for health, data polic*, deaf ears, demonstration* of,
    digital accessibility, digital health, dinner party, domaine de la sante, domaine* sante, double blind,
    douleur client*, droit penal, drug compan*, e sante, ecole confessionnelle*, economic depression,
    emergency medical care, emergency medical treatment, emergency treatment, en vue, etablissement* de sante,
    etablissements de soins, european union, expecting from, expecting of, expecting that, expecting to, expecting your,
    expiration du passeport, faith school*, figur* * passeport, financial depression, financial health, fit for purpose,
    fitness centre, foi en *, global health, golf handicap*, good faith, great depression, guide* d accessibilite,
    handicap index, handicap* * golf, health and safety, health camp*, health care sector, health data,
    health economics, health fair*, health first aid*, health policy, health safety, health science*, health sector*,
    health service*, health system*, health tech*, hearing about, hearing from, histoire des religions,
    history of medicine, history of politic*, history of religion*, human race, in your party, index de handicap,
    la politique d *, la politique de *, la politique du *, law criminal, ma foi, maison* de sante,
    manifestation d interet, manifestation* artistique*, manifestation* culturelle*, manifestation* sportive*,
    medical care in, medical field, medical imaging, medical school*, medical science*, medical student*,
    medicine and *, metier* de la sante, mission* handicap*, nationalite des entreprises, numero de candidat*,
    numero de casier, numero de passeport, numero du passeport, occupational health, origin of * project*,
    origin of the *, origin of this *, origine de ce*, origine de l idee, origine du *, outil medical, pain point*,
    par conviction, parti prenant, parti pris, party food, party planning, party size, party trick, party wall,
    passport expir*, passport no, passport number, poids dans, point* de douleur, point* de vue, police d ecriture,
    police de caractere*, political econom*, political histor*, political philosoph*, political scien*,
    political theor*, pren* * le parti, prise de parti, prise de vue*, prison education, prison officer*,
    prison service, prison visit*, privacy polic*, private health cover, product demonstration*,
    professionnel* de la sante, professionnel* de sante, public health, public polic*, quel parti tirez, rat race,
    referent* handicap, regime de travail, regime horaire, regime ss, regime* d assurance*, regime* de retraite,
    regime* fisca*, regime* indemnitaire*, regime* juridique*, regime* matrimonia*, regime* social*,
    religious education, religious studies, restriction* horaire*, restriction* on when, restriction* on your time,
    rugby union, sante animale, sante au travail, sante et securite, sante financiere, sante mondiale, sante numerique,
    sante publique, science des religions, science* de la sante, science* politique*, sciences de la vie et de la sante,
    sciences des religions, search party, secteur* de la sante, secteur* sante, sentence bank, sentence building,
    sentence structure*, set union, smoke test*, soin d urgence, soins d urgence, state of the union, student* union*,
    surgery do you practi*, surveillant* de prison, syndicat hote, syndicat* d initiative, syndicat* de copropri*,
    syndicat* intercommuna*, syndicat* mixte*, systeme de sante, tea party, tel* que sur * passeport, temple of,
    third party, tirer parti, tirez * parti, trait d union, traitement * de mes *, traitement * reponses,
    traitement* * donnees, traitement* automatique*, treatment of * data, union and intersection, union case*,
    union de plusieurs, union des *, union europeenne, union locale, union nationale, union of *, union rate*,
    union sportive, union square, visa * invitation, visa card*, visa sponsor*, vue d ensemble, weather condition*,
    web accessibility, weight given, weight in the, weight of each, what are you expecting, working condition*,
    working party, your body of
    """
"""Phrases that hold a sensitive word and say nothing of a person."""

TOPICS = """
    affaires, app, apps, architecture, area, areas, atelier*, awareness, beneficiaire*, beneficiar*, book*, career*,
    cases, champ*, client group*, colloque*, color*, colour*, competence*, conference*, connaissance*, couleur*, cours,
    cuisine, curriculum, degree*, department*, dialogue*, discipline*, domaine*, dossiers, droit, economics, editor*,
    education, engineer*, etude*, experience en, experience in, expert*, field, fields, filiere*, film*, formation*,
    genre, gestion, histoire, inclusion, industr*, ingenieu*, interest*, interet*, journal*, knowledge, la these,
    language*, langue*, law, laws, livre*, ma these, major, majors, metier*, module*, music, musique, newsletter*,
    niveau en, nurse*, outils, philosoph*, policies, policy, profession, professions, project*, publics, recherche*,
    research*, revue*, science*, secteur*, sector*, sensibilis*, skill*, software, specialis*, specialite*, specializ*,
    specialt*, start up*, startup*, studies, subject*, sujet*, target group*, teacher*, technolog*, thematique*, theme*,
    theses, thesis, tools, topic*, trained, training, votre these, ward, wards, workshop*
    """
"""Words that make a field of work, of study or of interest of what stands beside them."""

HELPED = """
    a l aise avec, accompagn*, accueillir, aide, aider, aidez, assist*, befriend*, benevol* aupres, coach*,
    comfortable with, defend*, encadr*, enseign*, experience aupres, experience avec, experience with, form*, help,
    helped, helping, interact with, interpret for, intervenez, intervenir aupres, interview, listen to, mentor*,
    ouvert a, recevoir, rencontrer, represent*, soutenir, soutien, suivez, suivre, support, supported, supporting,
    taught, teach, teaching, travaill* avec, tutor*, visit, visited, visiting, volunteer*, work with, worked with,
    working with
    """
"""What people do for others: with these, the others are meant and not the person."""

OTHERS = """
    adultes, adults, asylum seekers, children, clients, colleagues, collegues, demandeurs d asile, detenu*, elderly,
    eleves, employees, enfants, etudiants, ex offenders, families, familles, femme* enceinte*, immigrants, jeune maman*,
    jeune* mere*, jeunes, learners, mentee, mentees, migrant*, offenders, older people, patients, people, personnes,
    persons, pregnant women, prisoner*, public, publics, pupils, quelqu un, refugee*, refugies, salaries, seekers,
    somebody, someone, students, un adulte, un detenu, un eleve, un enfant, un etudiant, un jeune, une jeune,
    une personne, usagers, users, young mother*, young people, youth
    """

OF_NOUN = """
    accord*, advise, champ*, charte*, collections, competence*, connaissance*, conseillez, cours, defend, defendez,
    demarche*, domaine*, droit, ecrit sur, ecrivez sur, enseigner, enseignez, etude*, experience dans, experience en,
    experience in, expertise*, filiere*, formation*, intervenez en, interventions en, journee, laboratoire*, law,
    metier*, politique*, prevention, profession*, publie sur, published on, recherche*, represent, representez,
    secteur*, semaine, specialite*, sujet*, teach, teaching, thematique*, themes, these de, these en, topics,
    write about, write on
    """
"""Nouns that a French adjective follows at once: « spécialité médicale »."""

TALKED = """
    aborder, conversation* about, discuss, discussing, discuter de, echanger sur, evoquer, parler de, parler du,
    speak about, talk about, talking about
    """
"""What people do with a subject when they meet: with ``LISTENERS`` behind, it is no state of theirs."""

LISTENERS = """
    at work, au travail, avec d autres, avec des jeunes, avec les autres, avec quelqu un, avec ton binome,
    avec ton filleul*, avec un eleve*, avec un jeune, avec un mentor*, avec une mentor*, avec une personne,
    avec votre binome, avec votre filleul*, avec votre marraine, avec votre mentor*, avec votre parrain, en classe,
    en equipe, in class, in the team, in the workplace, with a mentee*, with a mentor*, with a stranger,
    with a student*, with other people, with others, with someone, with students, with young people, with your match,
    with your mentee*, with your mentor*, with your partner
    """
"""Those with whom a subject is talked about."""

PRACTISED = """
    advise, collections, conseillez, defended, drawn to, exerce, exercee*, exercer, exercez, exerciez, handle, handled,
    litigated, module*, panel*, practi*e, practi*ed, practising, represented, rotations, seminar*, service* aimeriez,
    services avez vous, services souhait*, session, sessions, stages, talks, wards
    """
"""Words of a trade, of a service or of a meeting, by which options are subjects and no state of a person."""

HEADS = """
    area*, caseload*, clientele, collections, department*, discipline*, domaine*, field*, filiere*, industr*, job,
    matiere*, metier*, module*, profession, professions, publics, rayon*, secteur*, section de la bibliotheque, sector*,
    service*, specialism*, specialite*, specialt*, subject, subjects, sujets, thematique*, theme*, topic*
    """
"""What a question asks for where it begins with one of these: all that follows are examples of it."""

MENTEES = """
    apprenti*, filleul*, interne*, mentee, mentees, mentore*, protege*, stagiaire*, trainee*
    """
"""Those who are mentored: what is said of them behind is no state of the person asked."""

CLUBS = """
    bde, bureau des eleves, bureau des etudiants, class council, club sportif, conseil de classe, conseil de la vie *,
    conseil des etudiants, conseil etudiant, delegue* de classe, delegue* de promo*, delegue* des eleves,
    school council, sports club, student association, student council, student government, student parliament,
    students association
    """
"""Where people are elected without any politics."""
