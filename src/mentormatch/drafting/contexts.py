"""Words beside a sensitive phrase that take it away from the person: fields of work and study, help given to others."""

HARMLESS = """
    race to, criminal case*, sante au travail, politique d accueil, politique d achat*, regime* de travail,
    sciences po, science* politique*, science* po, political science*, political scien*, political theor*,
    political philosoph*, political histor*, political econom*, comparative politic*, privacy polic*, cookie* polic*,
    data polic*, public polic*, polic*, politique* de confidentialite, politique* de protection,
    politique* de cookies, politique* de * donnees, politique* de remboursement, politique* de la ville,
    politique* de l emploi, politique* de recrutement, politique* de formation, politique* de prix,
    politique* de developpement, politique* publique*, politique* culturelle*, politique* sociale*, politique* rh,
    politique* salariale*, politique* commerciale*, parti pris, prise de parti, quel parti tirez, tirer parti,
    tirez * parti, prenez vous le parti, prendre le parti, union europeenne, european union, student* union*,
    students union*, credit union*, rugby union, soviet union, union square, set union, union of,
    work for a trade union, work for a union, travaillez vous pour un syndicat, union des *, union locale,
    union nationale, union sportive, union de plusieurs *, union and intersection, trait d union, health and safety,
    health safety, occupational health, public health, global health, digital health, health tech*, healthcare,
    health care sector, health sector*, health science*, health data, health service*, health economics,
    health policy, data for health, health of your company, health of your business, health of your team,
    health of * code*, health of * company, health of * business, health of * team, health of * project,
    health of * economy, financial health, sante publique, sante numerique, sante mondiale, sante animale,
    sante financiere, sante et securite, secteur* de la sante, secteur* sante, sciences de la vie et de la sante,
    science* de la sante, professionnel* de sante, professionnel* de la sante, metier* de la sante,
    domaine de la sante, domaine* sante, e sante, race condition*, race categor*, race car*, race day*, race number*,
    race result*, race distance*, race track*, race time*, human race, arms race, rat race, boat race, race de,
    race du, race are you entering, golf handicap, handicap* au golf, handicap de golf, handicap golf, handicap index,
    index de handicap, referent* handicap, terms and conditions, terms conditions, conditions generales,
    conditions * utilisation, conditions de travail, condition* de vente, conditions de participation,
    conditions tarifaires, conditions d *, working condition*, weather condition*, condition of your *,
    condition of the *, traitement* de texte*, traitement* * donnees, traitement* d image*, traitement* du signal,
    traitement* de l image, traitement* de l information, traitement* automatique*, traitement* des reclamations,
    traitement* des dechets, traitement* de surface, treatment of data, treatment of * data,
    treatment of personal data, amenagement* du territoire, amenagement* paysager*, amenagement* interieur*,
    amenagement* urbain*, amenagement* de * emploi du temps, regime* indemnitaire*, regime* matrimonia*,
    regime* fisca*, regime ss, regime* de retraite, regime* juridique*, regime* social*, besoin* en formation,
    besoin* de formation, white paper*, white board*, black belt*, black box*, black friday, blind review*,
    blind spot*, deaf ears, hearing about, hearing from, point* de vue, vue d ensemble, en vue, prise de vue*,
    weight given, poids dans, weight of each, weight in the, criminal law, criminal justice, criminolog*, droit penal,
    code penal, law criminal, travail social, travailleu* socia*, social work*, social security law,
    demonstration* of, product demonstration*, manifestation* culturelle*, manifestation* sportive*,
    manifestation* artistique*, manifestation d interet, election de domicile, conviction* about, conviction* on,
    conviction* en matiere, belief* about, beliefs in, belief in the, faith in the team*, faith in my team*, foi en *,
    culte du *, culture d entreprise, culture d equipe, traitement * de mes *, traitement * reponses,
    financial depression, great depression, economic depression, stress test*, smoke test*, sentence bank,
    bank of sentences, record label*, guilty pleasure*, civil servant*, bonne foi, ma foi, good faith, pain point*,
    point* de douleur, douleur client*, casier de vestiaire*, numero de casier, mental model*, mental map*,
    mental math*, medical science*, medical school*, medical imaging, medical student*, medicine and *, medical field,
    ecole de medecine, faculte de medecine, metier* d origine, origine du *, origine de l idee, origine de ce*,
    origin of the *, origin of this *, origin of * project*, formation* d origine, etablissement* d origine,
    ecole d origine, universite d origine, service d origine, structure d origine, entreprise d origine,
    direction d origine, organisme d origine, nationalite des entreprises, special interest*, transition* ecologique*,
    transition* energetique*, diet of news, code of conduct, charge* mentale*, guide* d accessibilite,
    web accessibility, accessibilite web, accessibilite numerique, digital accessibility, accessible by,
    accessible en, accessible* was the, accessible* is the, conducted
    """
"""Phrases that hold a sensitive word and say nothing of a person."""

TOPICS = """
    sector*, industr*, field, fields, discipline*, department*, degree*, major, majors, curriculum, subject*, topic*,
    theme*, research*, thesis, career*, expertise, expert*, skill*, interest*, workshop*, specialis*, specializ*,
    specialt*, area, areas, law, laws, policy, policies, project*, journal*, nurse*, teacher*, engineer*, conference*,
    studies, science*, technolog*, education, economics, architecture, newsletter*, editor*, dialogue*, ward, wards,
    software, app, apps, startup*, start up*, experience in, awareness, knowledge, training, trained, inclusion,
    genre, cuisine, music, language*, colour*, color*, secteur*, filiere*, domaine*, champ*, etude*, sujet de these,
    votre these, ma these, la these, theses, recherche*, metier*, profession, professions, atelier*, competence*,
    interet*, thematique*, sujet*, specialite*, droit, colloque*, revue*, experience en, sensibilis*, gestion,
    ingenieu*, journalis*, cours, formation*, musique, langue*, couleur*, niveau en, connaissance*, history, histoire,
    philosophie, client group*, publics, beneficiaire*, beneficiar*, target group*
    """
"""Words that make a field of work, of study or of interest of what stands beside them."""

HELPED = """
    mentor, mentoring, mentored, teach, teaching, taught, coach*, support, supporting, supported, helping, help,
    helped, assist*, work with, worked with, working with, experience with, experience of working with, volunteer*,
    tutor*, interpret for, encadr*, accompagn*, form*, enseign*, travaill* avec, mentor*, aider, aide, aidez,
    soutenir, soutien, experience aupres, experience avec, intervenir aupres, intervenez, benevol* aupres
    """
"""What people do for others: with these, the others are meant and not the person."""

OTHERS = """
    people, persons, personnes, eleves, jeunes, enfants, adultes, adults, students, pupils, children, clients,
    patients, learners, users, public, publics, usagers, etudiants, salaries, employees, colleagues, collegues,
    refugees, refugies, migrants, immigrants, prisoners, detenus, families, familles, young people, youth
    """

OF_NOUN = """
    secteur*, domaine*, filiere*, etude*, specialite*, recherche*, formation*, metier*, profession*, thematique*,
    competence*, cours, sujet*, connaissance*, these de, these en, champ*, droit, expertise*, law, laboratoire*
    """
"""Nouns that a French adjective follows at once: « spécialité médicale »."""
