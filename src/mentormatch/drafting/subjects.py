"""The words of sensitive subjects, in French and English: GDPR (RGPD), article 9, pregnancy and criminal records.

Phrases are separated by commas; ``*`` ends a word that may go on. They are compared as ``plain`` writes a text: no
case, no accents, no signs, no inclusive endings. A phrase tells more or less, whatever questionnaire it stands in:

- ``certain`` speaks of the person, in any sentence;
- ``likely`` does unless the words around it say that it is a field of work or of study;
- ``possible`` does where the question is put to a person, or is nothing else than that phrase;
- ``answers`` are options that people choose for themselves: two of them tell what an unworded question asks.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One sensitive subject and the phrases that tell it."""

    name: str
    certain: str = ""
    likely: str = ""
    possible: str = ""
    answers: str = ""


HEALTH = Subject(
    "health",
    certain="""
    aah, needs support, access need*, access requirement*, accessibility accommodation*, accessibility need*, accessibility request*,
    accessibility requirement*, accessibility support, accommodation* due to, addict*, addiction*, adhd,
    adjustment* during, adjustment* for *, adjustment* to *, affection* de longue duree, affection* longue duree,
    aids, alcohol * drink*, ald, allerg*, allocation * handicape*, andropause, angoisse*, antecedent* de sante,
    antecedent* familia*, antecedent* medica*, anxie*, anxiet*, anxious, appareil* auditif*, appareil* dentaire*,
    arret* de travail, arret* maladie, asperger*, assistance dog*, assistive tech*, asthm*, autis*, autism, autistic,
    aveugle*, besoin* alimentaire*, bipolar, blood group*, blood type*, bmi, body mass, bsl interpret*, burn out,
    burnout, cancer diagnos*, care for someone, carer* for someone, carnet* de sante, celiac, cerebral palsy,
    certificat* medica*, chronic condition*, chronic disease*, chronic illness*, chronic pain, cochlear, coeliac,
    coeliaque*, conge* maladie, consommez vous * alcool, contrainte* alimentaire*, contre indication*,
    counselling * receiv*, covid, daily activit*, daily life * limited, day to day activit*, dependance* a l alcool,
    depressed, depressi*, depression, diabet*, diet requirement*, dietary, difficulte* de sante, disabilit*, disabled,
    do you smoke, doctor s name, donneu* de sang, douleur* au *, douleur* chronique*, drink alcohol, dyscalculi*,
    dyslexi*, dysphasi*, dyspraxi*, eating disorder*, ehcp, emergency medical, ennui* de sante, epilep*, epipen*,
    etat* de * sante, etat* de sante, etes vous * handicape*, etes vous handicape*, family doctor, fauteuil* roulant*,
    fertility treatment*, fiche* sanitaire*, food need*, food preference*, food requirement*, food restriction*,
    fumeu*, fumez vous, general health, gluten free, gp name*, gp practice*, gp surgery, groupe* sanguin*, guide dog*,
    hard of hearing, health concern*, health condition*, health detail*, health difficult*, health history,
    health information, health insurance number, health issue*, health need*, health problem*, health question*,
    health status, hearing aid*, hearing impair*, hearing loop*, hearing loss, hiv, hospitali*, hospitalis*, imc,
    immuni*, physical impairment*, mental impairment*, sensory impairment*, any impairment*, an impairment*, your impairment*, impairment* that, in therapy, indice de masse corporelle, inhaler*, injur*, intervention* chirurgica*,
    intoleran* a *, intoleran* alimentaire*, intoleran* au *, intoleranc*, learning difference*, learning difficult*,
    learning disabilit*, limited a lot, long standing condition*, long standing illness*, long term condition*,
    long term illness*, longstanding condition*, longstanding illness*, longterm condition*, longue duree maladie,
    longue maladie, malaise*, malentendant*, malvoyant*, mdph, medecin* traitant*, medical certificate*,
    medical concern*, medical condition*, medical detail*, medical emergenc*, medical histor*, medical information,
    medical issue*, medical need*, medical problem*, medical requirement*, medical restriction*, medical treatment*,
    medically, medication*, medicine* you take, menopaus*, menopause, menstru*, mental health condition*,
    mental health difficult*, mental health issue*, mental health need*, mental health problem*, mental illness*,
    mental well being, mental wellbeing, mi temps therapeutique, mobilite reduite, mobility aid*, mobility difficult*,
    mobility impair*, mobility issue*, mobility need*, mobility requirement*, name of * doctor, name of gp,
    neuroatypi*, neurodiver*, neurodivergen*, neurodivers*, neurotypical*, nhs number*, non voyant*,
    numero de securite sociale, operation* chirurgica*, pacemaker*, pai, panier repas, pension * invalidite,
    physical health, pmr, portez vous des lunettes, preference* alimentaire*, prenez vous * medicament*,
    prenez vous * traitement*, prescri* drug*, primary care physician*, prise de medicament*, probleme* de sante,
    proche* aidant*, projet d accueil individualise, prothese*, psychiatr*, psychotherap*, question* de sante,
    reasonable accommodation*, reasonable adjustment*, reconnaissance * travailleur, reconnu* handicape*,
    recreational drug*, reduced mobility, regime* alimentaire*, rehabilitation act, restriction* alimentaire*, rqth,
    sans gluten, schizo*, sclerose*, sclerosis, screen reader*, seizure*, self harm*, sequelle*, service animal*,
    sick day*, sick leave, sickness, sida, sight impair*, sight loss, sign language interpret*, situation de handicap,
    smoker*, smoking status, souci* de sante, sourd*, special accommodation*, special arrangement*,
    special assistance, special educational need*, special need*, specificite* alimentaire*, state of health,
    substance abuse, substance misuse, substance use, suicid*, suivez vous * regime*, suivez vous * traitement*,
    suivi* medica*, suivi* psychiatr*, suivi* psycho*, surger* in, tabagi*, taux d incapacite, taux d invalidite, tda,
    tdah, terminal* ill*, tourette*, toxicoman*, traitement* en cours, traitement* medica*, travailleur* handicape*,
    trouble* anxieu*, trouble* de, trouble* du, trouble* dys, trouble* menta*, trouble* psy*, tsa, units of alcohol,
    vaccin*, vegan*, vegetarian*, vih, visual impair*, visually impair*, wheelchair*, workplace adjustment*, your gp,
    your health
    """,
    likely="""
    chirurg*, deficience*, diagnos*, diet, diets, disease*, handicap*, health, ill, illness*, inaptitude*,
    incapacite*, invalidite*, maladie*, medica*, medical, medicament*, medicamenteu*, medicine*, mental health,
    pathologi*, psychiatr*, sanitaire*, sante, therap*, trauma*, unwell
    """,
    possible="""
    materiel adapte, materiel * particulier, materiel * specifique, accessibilite, accessibility, accessible*, accommodations, accompagnement* particulier*,
    accompagnement* specifique*, adaptation*, additional need*, additional support, adjustment*, alcohol, alcool,
    amenagement*, aptitude* physique*, assurance maladie, audition, besoin* d un amenagement*, besoin* particulier*,
    besoin* specifique*, blesse*, blessure*, blind, carer of, condition, condition* lasting, condition* or illness*, conditions lasting, condition lasting, limited because, besoin* * accessibilite, condition* physique*,
    conditions that, deaf, difficulte* particuliere*, difficulte* physique*, drogue*, drugs, dys, eyesight, fatigue*,
    feel* * overwhelmed, gis, guaranteed interview*, handicap, health, hearing, height and weight, impair*, lesion*,
    lifting, limitation* physique*, limited mobility, lunettes, malade*, mutuelle, needs support, pain, panic,
    physical need*, physical* demand*, physical* limit*, poids, regime, regimes, sante, sick, sickly, sleep problem*,
    smoke, smoking, soin, soins, sommeil, souffr*, stress level*, suffer*, support at * venue, support at venue,
    support for * assessment*, support for online assessment, support need*, tabac, taille * poids, therapist*,
    traitement, traitements, treatment, unable to perform, urgence medicale, vue, weight, weight kg, wellbeing need*
    """,
    answers="""
    adhd, allerg*, anxiety*, arthritis, asthma*, asthme*, aucun handicap, auditif, autis*, aveugle*, bipolar*, blind*,
    cancer, casher, cognitif, cognitive, deaf*, depression*, diabet*, disabled, dyslex*, dysprax*, epilep*, fauteuil*,
    gluten free, halal, handicap*, hard of hearing, hearing impair*, hiv, invalidit*, kasher, kosher, lactose *,
    learning difficult*, learning disab*, long term illness*, long term sick, maladie*, malentendant*, malvoyant*,
    maternity *, menopaus*, mental, mental health condition*, mobility, moteur, neurodiver*, no disability,
    not disabled, nut allergy, partially sighted, physical disab*, physical impair*, pmr, polyhandicap, psychique,
    sans gluten, sans lactose, sans porc, sensory disab*, sensory impair*, sick leave, sight loss, sourd*,
    trouble* de, trouble* du, trouble* dys, trouble* psy*, unable to work, vegan*, vegetarian*, vegetarien*, visual,
    visual impair*, visuel, wheelchair*
    """,
)
RELIGION = Subject(
    "religion",
    certain="""
    agnosti*, appartenance* religieuse*, athee*, atheis*, bapti*, belief in god, believe in god, born again, casher,
    communaute* religieuse*, confess* catholi*, confession* religieuse*, conviction* philosophique*,
    conviction* religieuse*, croyant*, croyez vous en dieu, denomination*, eucharist*, fete* religieuse*, halal,
    kasher, kosher, mosqu* * synagogue*, opinion* philosophique*, opinion* religieuse*, philosophical belief*,
    place de la foi, place of worship, places of worship, practicing catholi*, practising catholi*, pratiquant*,
    pratique* religieuse*, prayer room*, quelle est votre religion, ramadan, religion and belief, religion belief,
    religion or belief, religious affiliation*, religious background*, religious belief*, religious communit*,
    religious group*, religious holiday*, religious identit*, religious need*, religious observance*,
    religious practice*, religious preference*, religious requirement*, religious view*, sabbath, salle de priere,
    shabbat, signe* religieu*, vos croyance*, votre foi, votre religion, your faith, your religion
    """,
    likely="""
    bouddhis*, buddhis*, catholi*, chretien*, christian*, croyance*, culte, cultes, evangeli*, hindou*, hindu*,
    islam*, jewish, judais*, juif*, juive*, muslim*, musulman*, orthodox*, protestant*, religieu*, religion*,
    religious*, sikh*, spiritualit*
    """,
    possible="""
    belief, beliefs, church, churches, confession, confessions, convictions, culte, eglise, faith, foi, hijab,
    mass attendance, messe, mosque*, mosquee*, parish, paroisse*, pray, prayer*, prays, priere*, priez, religion,
    spiritual*, synagogue*, temple, voile, worship*
    """,
    answers="""
    agnosti*, anglican*, athee*, atheis*, aucune religion, baha i, bahai, baptist*, bouddhis*, buddhis*, catholi*,
    chretien*, christian*, christianisme, church of england, evangeli*, hindou*, hindouisme, hindu*, humanist*, islam,
    islamic, jain, jains, jehovah*, jewish, judais*, juif*, juive*, methodist*, mormon*, muslim*, musulman*,
    no religion, orthodox*, pagan*, protestant*, quaker*, rastafari*, sans confession, sans religion, shinto*, sikh*,
    taoi*
    """,
)
ORIGIN = Subject(
    "origin",
    certain="""
    aboriginal*, african american*, african descent, alaska native*, american indian*, ancestr*, asian descent,
    asylum*, autochtone*, bame, bipoc, birth country, caribbean descent, caste*, citizenship*, couleur de * peau,
    couleur de peau, country of birth, country of citizenship, country of origin, country you were born,
    cultural background*, cultural heritage, cultural identit*, demandeu* d asile, demographic background*, ethni*,
    ethnic*, first generation immigrant*, first nation*, gens du voyage, gypsy*, heritage or descent, hispanic*,
    immigr*, immigrant*, immigration status, indigenous*, inuit*, issu de l immigration, latin o*, latina*, latine,
    latino*, latinx*, lieu de naissance de vos parents, maori, metis, migrant*, minorite visible, minorite* ethnique*,
    minorite* visible*, minority background*, minority group*, nationalit*, nationalite*, native american*,
    ne* a l etranger, of * descent, origine de vos parents, origine des parents, origine* culturel*,
    origine* de * famille, origine* ethni*, origine* familiale*, origine* geograph*, origine* migratoire*,
    origine* nationale*, origine* racia*, origine* ressentie*, origine* sociale* et ethni*, ou sont nes vos parents,
    pacific islander*, parents born, pays d origine, pays de naissance, pays de naissance * parents, people of colo*r,
    person of colo*r, personne* racisee*, place of birth of your parents, poc, premiere* nation*, race and,
    race ethnic*, race or, race s, racia*, racial*, racise*, racisee*, refugee*, refugie*, rom ou, roma or,
    second generation immigrant*, skin colo*r, statut de refugie, titre de sejour, torres strait, traveller communit*,
    tribal*, tribe*, under represented minorit*, underrepresented minorit*, visible minorit*, vos origines,
    votre origine, were you born, were your parents born, where were you born, your race
    """,
    likely="""
    afro descend*, afrodescend*, descent, heritage, maghreb*, noir* ou, race, races, visa status
    """,
    possible="""
    background * parents, clan, clans, descent, heritage, origin, origine, origines, origins, race, racines, roots
    """,
    answers="""
    aboriginal*, africain*, african, african american*, afrique **, afro **, alaska native*, american indian*,
    any other **, apatride, arab, arabe*, asian, asian **, asiatique, bangladeshi*, biracial, black, black **,
    black british, black or *, blanc, blanche, caribbean, caucasian*, dutch caribbean, east asian, extra europeenne,
    gypsy*, hispanic*, indigenous*, irish traveller*, latina*, latino*, latinx*, maghreb, maghrebin*, maori, metis,
    metisse, middle eastern*, mixed, mixed **, mixed race, multiracial, native american*, native hawaiian*, noir,
    noire, outre mer, pacific islander*, pakistani*, roma, romani, south asian, southeast asian, stateless,
    subsaharien*, torres strait*, two or more races, white, white **, white british, white irish, white or *,
    white other
    """,
)
SEXUALITY = Subject(
    "sexuality",
    certain="""
    are you non binary, identify as non binary, etes vous non binaire*, asexual*, asexuel*, assigne* a la naissance, assigned at birth, assigned sex, assumed to be at birth,
    attracted to, bisex*, bisexual*, cisgender*, cisgenre*, civil partnership or same, coming out, gay,
    gender expression*,  gender history, gender identit*, gender modality, gender reassign*,
    genderqueer*, genre assigne*, heterosex*, heterosexual*, homosex*, homosexual*, identify as trans,
    identite* de genre, identite* sexuelle*, intersex*, intersexe*, lesbian*, lesbien*, lgbq*, lgbt*, meme sexe,
       orientation* affective*, orientation* sexuelle*, pansex*, pansexual*,
    parcours trans, personne* trans, queer*, registered at birth, same as * birth, same gender * birth, same sex,
    sex at birth, sex life, sexe assigne*, sexual histor*, sexual identit*, sexual orientation*, sexual preference*,
    sexualities, sexuality, trans and, trans history, trans man, trans or, trans people, trans person, trans status,
    trans woman, transgender*, transgenre*, transidentit*, transsex*, transsexual*, vie intime, vie sexuelle
    """,
    likely="""
    hetero, heteros, intimite, sexual*, sexuel*, trans
    """,
    possible="""
    attirance*, attire*, bi, out at work, out to, relations intimes, sexualite*, straight
    """,
    answers="""
    agenre*, asex*, bi, bisex*, cisgen*, gai*, gay*,   hetero, heterosex*, homosex*,
    intersex*, lesbi*,  pansex*, queer*, straight*, trans **, trans man, trans woman, transgen*
    """,
)
POLITICS = Subject(
    "politics",
    certain="""
    activite* politique*, adherent* * parti, affiliation* politique*, appartenance* politique*, avez vous vote,
    campagne electorale, candidat* * election*, conviction* politique*, couleur politique, de gauche ou de droite,
    democrat or, did you vote, echiquier politique, elected office, elected official*, election* legislat*,
    election* municipal*, election* president*, election* publique*, elu* local*, elu* municipal*,
    engagement* politique*, etes vous elu*, extreme droite, extreme gauche, gauche ou de droite, general election*,
    how did you vote, idee* politique*, intend to vote, intention* de vote, last election*, left right scale,
    liste electorale, mandat* electi*, mandat* electora*, mandat* politique*, mandat* public*, member of a party,
    membre * parti *, membre d un parti, militant* * parti*, opinion* politique*, orientation* politique*,
    parti politique, partis politiques, party affiliation*, party membership, plutot de gauche, political activit*,
    political affiliation*, political belief*, political campaign*, political engagement*, political identit*,
    political ideolog*, political leaning*, political opinion*, political orientation*, political part*,
    political position*, political spectrum, political stance*, political view*, politically, politically exposed,
    positionnement * politique*, preference* politique*, public office, registered to vote, republican or,
    run for office, sensibilite* politique*, situation politique, stood as a candidate, stood for election,
    vote at the next general, vote au premier, vote in the, voted, voter au, voter registration, votez vous,
    voting intention*, vous vote au, you vote for in
    """,
    likely="""
    politi*
    """,
    possible="""
    activis*, demonstration*, elections, elu, elue, mandat, manifestation*, militant*, partisan*, petition*, protest,
    protests
    """,
    answers="""
    center left, center right, centre droit, green, centre gauche, centre left, centre right, communist*, conservative,
    conservatives, democrat, democratic party, democrats, dup, eelv, elu* local*, extreme droite, extreme gauche,
    far left, far right, green party, la france insoumise, labour, labour party, left wing, les ecologistes,
    les republicains, lfi, lib dem*, liberal democrat*, libertarian*, membre d un parti*, militant* **, modem,
    parti communiste, parti socialiste, plaid cymru, rassemblement national, reconquete, reform uk, renaissance,
    republican, republican party, republicans, right wing, sinn fein, snp, social democrat*, socialist*, tory,
    very conservative, very liberal
    """,
)
UNION = Subject(
    "union",
    certain="""
    activite* syndica*, adherent* * syndicat*, adherez vous a un syndicat, adhesion* syndica*, affiliation* syndica*,
    appartenance* syndica*, been on strike, belong to a labo*r union, belong to a trade union, belong to a union,
    cotisation* syndica*, deja fait greve, delegue* syndica*, engagement* syndica*, fait greve, gone on strike,
    greviste*, labo*r union affiliation*, labo*r union member*, mandat* syndica*, member of a labo*r union,
    member of a trade union, member of a union, member of any union, membre d un syndicat, of your union,
    organisation syndicale, quel syndicat, representant* syndica*, represented by a trade union,
    represented by a union, shop steward*, syndicalis*, syndique*, trade union affiliation*, trade union member*,
    trade union represent*, union affiliation*, union do you belong, union due*, union fee*, union member*,
    union membership, union rep, union represent*, unioni*ed, which trade union*, your trade union, your union
    """,
    likely="""
    labo*r union*, syndical*, syndicat*, syndicaux, trade union*
    """,
    possible="""
    collective bargaining, greve, greves, strike, strikes, union, unions
    """,
    answers="""
    afl cio, cfdt, cfe cgc, cftc, cgt, fo, force ouvriere, fsu, gmb, nasuwt, neu, non syndique*, not in a union, rmt,
    seiu, solidaires, sud, syndique*, ucu, unison, unite, unite the union, unsa, usdaw
    """,
)
PREGNANCY = Subject(
    "pregnancy",
    certain="""
    abortion*, accouche*, accouchement*, allait*, antenatal, are you expecting, avortement*, baby due, breast feed*,
    breastfe*, childbirth, conge* de maternite, conge* maternite, due date of your baby, enceinte ou,
    etes vous enceinte*, expecting a baby, expecting a child, fausse couche, femme* enceinte*, fertility, fiv,
    give birth, given birth, grossesse*, ivf, ivg, maternity and, maternity leave, miscarriage*, naissance prevue,
    parental leave, paternity leave, pma, postnatal, postpartum, pregnan*, procreation*, terme prevu,
    trying for a baby
    """,
    likely="""
    conge* parenta*, enceinte, maternite*, maternity
    """,
    possible="""
    baby, bebe*
    """,
    answers="""
    allaitante, conge maternite, conge parental, enceinte, maternity leave, pregnan*, returning from maternity*,
    returning from parental leave
    """,
)
RECORD = Subject(
    "criminal record",
    certain="""
    antecedent* judiciaire*, antecedent* pena*, arrested, background check*, barred from, barred list*,
    bracelet electronique, bulletin n 2, bulletin n 3, casier judiciaire, casier vierge, cautions, charged with,
    condamn*, controle judiciaire, convict*, crb, criminal background*, criminal charge*, criminal check*,
    criminal conviction*, criminal histor*, criminal offen*, criminal record*, dbs, detention, disclosure and barring,
    disclosure scotland, extrait de casier, extrait du casier, felon*, fijais, final warning*, found guilty,
    garde a vue, honorabilite, imprison*, incarcer*, incarcerat*, infraction*, interdiction d exercer * mineurs, jail,
    justice involved, justice system, mis* en examen, misdemeano*r*, mise en examen, offence*, offense*, parole,
    plead guilty, pleaded guilty, police check*, police clearance, police record*, poursuites judiciaires,
    poursuites penales, poursuivi* en justice, prison, probation, pvg, reprimand*, sex offender*, sursis, unspent,
    working with children check
    """,
    likely="""
    crime, crimes, criminal*, criminel*, delit*, judiciaire*, penal, penale*, penalty
    """,
    possible="""
    arrest*, casier, police, sentence*
    """,
    answers="""
    en detention, in prison, incarcere*, on parole, on probation, spent conviction*, unspent *
    """,
)
BODY = Subject(
    "biometrics",
    certain="""
    adn, biometri*, dna, donnee* biometri*, donnee* genetique*, empreinte* digitale*, empreinte* palmaire*,
    empreinte* vocale*, facial recognition, finger print*, fingerprint*, genetic condition*, genetic data,
    genetic disorder*, genetic predisposition*, genetic test*, hereditary, iris scan*, maladie* genetique*,
    photo biometri*, predisposition* genetique*, reconnaissance faciale, retina*, test* adn, test* genetique*,
    voice print*, voiceprint*
    """,
    likely="""
    genetic*, genetique*, genome*
    """,
)

SUBJECTS = (HEALTH, RELIGION, ORIGIN, SEXUALITY, POLITICS, UNION, PREGNANCY, RECORD, BODY)

HARMLESS = """
    sciences po, science* politique*, science* po, political science*, political scien*, political theor*, political philosoph*, political histor*,
    political econom*, comparative politic*, privacy polic*, cookie* polic*, data polic*, public polic*, polic*, politique* de confidentialite, politique* de protection, politique* de cookies,
    politique* de * donnees, politique* de remboursement, politique* de la ville, politique* de l emploi, politique* de recrutement, politique* de formation, politique* de prix, politique* de developpement, politique* publique*, politique* culturelle*, politique* sociale*, politique* rh, politique* salariale*,
    politique* commerciale*,  parti pris, prise de parti, quel parti tirez, tirer parti, tirez * parti, prenez vous le parti, prendre le parti, union europeenne, european union, student* union*, students union*, credit union*,
    rugby union, soviet union, union square, set union, union of, work for a trade union, work for a union, travaillez vous pour un syndicat, union des *, union locale, union nationale, union sportive, union de plusieurs *, union and intersection, trait d union, health and safety, health safety, occupational health, public health, global health, digital health,
    health tech*, healthcare, health care sector, health sector*, health science*, health data, health service*, health economics, health policy, data for health, health of your company, health of your business, health of your team, health of * code*, health of * company, health of * business, health of * team, health of * project, health of * economy, financial health,
    sante publique, sante numerique, sante mondiale, sante animale, sante financiere, sante et securite, secteur* de la sante, secteur* sante, sciences de la vie et de la sante, science* de la sante, professionnel* de sante, professionnel* de la sante, metier* de la sante, domaine de la sante, domaine* sante, e sante,
    race condition*, race car*, race day*, race number*, race result*, race distance*, race track*, race time*, human race, arms race, rat race, boat race, race de, race du, race are you entering, golf handicap, handicap* au golf, handicap de golf, handicap golf, handicap index, index de handicap, referent* handicap,
    terms and conditions, terms conditions, conditions generales, conditions * utilisation, conditions de travail, condition* de vente, conditions de participation, conditions tarifaires, conditions d *, working condition*, weather condition*, condition of your *, condition of the *, traitement* de texte*, traitement* * donnees, traitement* d image*,
    traitement* du signal, traitement* de l image, traitement* de l information, traitement* automatique*, traitement* des reclamations, traitement* des dechets, traitement* de surface, treatment of data, treatment of * data, treatment of personal data, amenagement* du territoire, amenagement* paysager*, amenagement* interieur*, amenagement* urbain*, amenagement* de * emploi du temps, regime* indemnitaire*,
    regime* matrimonia*, regime* fisca*, regime ss, regime* de retraite, regime* juridique*, regime* social*, besoin* en formation, besoin* de formation, white paper*, white board*, black belt*, black box*, black friday, blind review*, blind spot*, deaf ears, hearing about, hearing from, point* de vue, vue d ensemble, en vue, prise de vue*, weight given, poids dans, weight of each, weight in the,
    criminal law, criminal justice, criminolog*, droit penal, code penal, law criminal, travail social, travailleu* socia*, social work*, social security law, demonstration* of, product demonstration*, manifestation* culturelle*, manifestation* sportive*, manifestation* artistique*, manifestation d interet, election de domicile, conviction* about, conviction* on, conviction* en matiere, belief* about, beliefs in, belief in the, faith in the team*, faith in my team*, foi en *,
    culte du *, culture d *, financial depression, great depression, economic depression, stress test*, smoke test*, sentence bank, bank of sentences, record label*, guilty pleasure*, civil servant*, bonne foi, ma foi, good faith, pain point*, point* de douleur, douleur client*, casier de vestiaire*, numero de casier, mental model*, mental map*, mental math*, medical science*, medical school*, medical imaging, medical student*, medicine and *, medical field, ecole de medecine, faculte de medecine, metier* d origine, origine du *, origine de l idee, origine de ce*, origin of the *, origin of this *, origin of * project*, formation* d origine, etablissement* d origine, ecole d origine, universite d origine, service d origine, structure d origine, entreprise d origine, direction d origine, organisme d origine, nationalite des entreprises, special interest*, transition* ecologique*, transition* energetique*, diet of news, code of conduct, charge* mentale*, guide* d accessibilite, web accessibility, accessibilite web, accessibilite numerique, digital accessibility, accessible by, accessible en, accessible* was the, accessible* is the, conducted
    """
"""Phrases that hold a sensitive word and say nothing of a person."""

TOPICS = """
    sector*, industr*, field, fields, discipline*, department*, degree*, major, majors, curriculum, subject*, topic*, theme*, research*,
    thesis, career*, expertise, expert*, skill*, interest*, workshop*, specialis*, specializ*, specialt*, area, areas, law, laws,
    policy, policies, project*, journal*, nurse*, engineer*, conference*, studies, science*, technolog*, education,
    economics, architecture, newsletter*, editor*, dialogue*, ward, wards, software, app, apps, startup*, start up*, experience in,
    awareness, knowledge, training, trained, inclusion, genre, cuisine, music, language*, colour*, color*,
    secteur*, filiere*, domaine*, champ*, etude*, these, theses, recherche*, metier*, profession, professions, atelier*, competence*,
    interet*, thematique*, sujet*, specialite*, droit, projet*, colloque*, revue*, experience en, sensibilis*, gestion,
    ingenieu*, journalis*, cours, formation*, musique, langue*, couleur*, niveau en, connaissance*, history, histoire, philosophie
    """
"""Words that make a field of work, of study or of interest of what stands beside them."""

HELPED = """
    mentor, mentoring, mentored, teach, teaching, taught, coach*, support, supporting, supported, helping, help, helped, assist*,
    work with, worked with, working with, experience with, experience of working with, volunteer*, tutor*, interpret for,
    encadr*, accompagn*, form*, enseign*, travaill* avec, mentor*, aider, aide, aidez, soutenir, soutien, experience aupres, experience avec,
    intervenir aupres, intervenez, tutor*, benevol* aupres
    """
"""What people do for others: with these, the others are meant and not the person."""

OTHERS = """
    people, persons, personnes, eleves, jeunes, enfants, adultes, adults, students, pupils, children, clients, patients, learners, users,
    public, publics, usagers, etudiants, salaries, employees, colleagues, collegues, refugees, refugies, migrants, immigrants,
    prisoners, detenus, families, familles, young people, youth
    """
