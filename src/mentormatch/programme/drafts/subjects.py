"""The words of sensitive subjects, in French and English: GDPR (RGPD), article 9, pregnancy and criminal records.

Phrases are separated by commas; ``*`` ends a word that may go on. They are compared as ``plain`` writes a text: no
case, no accents, no signs, no inclusive endings. A phrase tells more or less, whatever questionnaire it stands in:

- ``certain`` speaks of the person, in any sentence;
- ``likely`` does unless the words around it say that it is a field of work or of study;
- ``possible`` does where the question is put to a person, or is nothing else than that phrase;
- ``answers`` are options that people choose for themselves: two of them tell what an unworded question asks;
- ``telling`` are options of which one is enough.
"""

# French here is read, not said

from dataclasses import dataclass

from mentormatch.programme.drafts.lexicon import combine

BODY_PARTS = """
    back, breathing, dental, ear, eye, hearing, heart, hip, joint, kidney, knee, liver, lung, neck, shoulder, skin,
    sleep, stomach, thyroid
    """
ABILITIES = "entendre, marcher, voir, vous deplacer, te deplacer, vous concentrer, te concentrer"
"""What may be ill, and what may be hard to do."""

HEALTH_CERTAIN = f"""
    {combine(BODY_PARTS, "condition*, problem*, trouble*")}, {combine("difficulte* a, difficulte* pour", ABILITIES)},
    504 plan, able to stand, able to walk, abstinen*, access need*, access req*, accessibility accommodation*,
    accessibility need*, accessibility req*, accessibility support, accident* de travail, accident* du travail,
    accommodation* due to, accommodations you, activit* * cannot, activit* * ne p* pas, adaptations or adjustments,
    addict*, adhd, adjustment* during, adjustment* for *, adjustment* to *, aesh, affection* de longue duree,
    affection* longue duree, agefiph, aids, alcohol * drink*, ald, allerg*, alzheimer*, amenagement* aux examens,
    amenagement* d epreuve*, amenagement* d examen*, amenagement* des examens, amenagement* pedagogique*,
    amenagement* raisonnable*, an impairment*, anaphyla*, andropause, angoisse*, anorexi*, antalgique*,
    antecedent* de sante, antecedent* familia*, antecedent* medica*, antidepress*, anxie*, anxiolytique*, anxious,
    any impairment*, any operation*, appareil* auditif*, appareil* dentaire*, aptitude * medecin*, aptitude medicale,
    arret* de travail, arret* maladie, asperger*, assistance animal*, assistance dog*, assistive tech*,
    assurance invalidite, asthm*, atteinte* * sante, autis*, auto injecteur*, auto injector*, aveugle*, avis d aptitude,
    back pain, bed wetting, bedwetting, been sectioned, begaie*, bequille*, besoin * fauteuil, besoin* * accessibilite,
    besoin* alimentaire*, besoins de sante, bipolar, blood group*, blood pressure, blood type*, blue badge, bmi,
    body mass, boeth, bonne sante, boulimi*, braille, bring a carer, bsl, bulimi*, burn out, burned out, burnout,
    burnt out, camhs, can t eat, cancer, cannabis, canne blanche, cannot eat, cap emploi, captioning, captions or,
    cardiac, cardiaque*, care for someone, care of a doctor, carer* for someone, carnet* de sante, carte d invalidite,
    carte mobilite inclusion, cecite, celiac, cerebral palsy, certificat* medica*, charge mentale vous, charges lourdes,
    chemotherap*, chicken pox, chickenpox, chien d assistance, chien guide, chimiotherap*, cholesterol,
    chronic condition*, chronic disease*, chronic fatigue, chronic illness*, chronic pain, cigarette*, climb stairs,
    clinically vulnerable, clothing and mobility, cochlear, coeliac, coeliaque*, concussion*, conduite a tenir *,
    conge* maladie, consommez vous * alcool, consult* un medecin, contact lenses, contrainte* alimentaire*,
    contre indication*, counselling * receiv*, counsellor see, covid, crohn*, crutch*, cure de desintoxication, d deaf,
    daily activit*, daily life * limited, dans ta tete, day to day activit*, dement*, dependance* a l alcool, depressed,
    depressi*, deprime*, dernieres semaines * senti*, derniers jours * senti*, diabet*, dialys*, diet requirement*,
    dietary, difficult* climbing, difficult* concentrating, difficult* hearing, difficult* remembering,
    difficult* seeing, difficult* walking, difficult* with mobility, difficulte* cognitive*,
    difficulte* de concentration, difficulte* de sante, difficulte* motrice*, difficulte* psycho*,
    difficulte* sensorielle*, disabilit*, disabled, dla, do you smoke, doctor name, doctor phone, doctor s, doliprane,
    don t eat, donneu* de sang, douleur* au *, douleur* chronique*, drink a week, drink alcohol, drink per week,
    dt polio, dtp, dtpolio, dyscalculi*, dyslexi*, dysphasi*, dyspraxi*, easy read, eating disorder*, eczema*,
    education health and care plan, ehcp, emergency medical, emet des reserves, emis des reserves,
    employment and support allowance, en cas de crise, en sante, endometrios*, enfant* a besoins specifiques,
    ennui* de sante, enuresie, epi pen*, epilep*, epipen*, epuisement, equality act, esat, etat psycho*,
    etat* de * sante, ete opere*, etes vous * handicape*, evacuation plan, exam adjustment*, exam arrangement*,
    exam concession*, exempt from wearing, extra exam time, extra time in, faint, fainting, family doctor,
    family history of, fatigabilit*, fatigue chronique, fauteuil* roulant*, feel down, feel low, felt down, felt low,
    fertility treatment*, fibromyalg*, fiche* sanitaire*, fievre jaune, fiphfp, fit note*, fit to work, food * avoid,
    food need*, food preference*, food requirement*, food restriction*, food* you can*, fragilite* psycho*, fumeu*,
    fumez vous, general health, gestes * eviter, gevasco, glasses or contact*, good health, gp name*, gp practice*,
    groupe* sanguin*, guide dog*, handisport, hard of hearing, haut potentiel intellectuel, health concern*,
    health condition*, health detail*, health difficult*, health flag, health history, health information,
    health issue*, health need*, health problem*, health question*, health referral, health status, hearing aid*,
    hearing impair*, hearing loop*, hearing loss, hearing or sight, heart disease, heart murmur*, heavy lifting,
    height weight, hepatit*, her period, history of illness, history of mental, hiv, hoist, hopeless*,
    hospital admission*, hospital stay*, hospitalis*, hospitaliz*, hypersensib*, hypertension, ibuprofen*, idees noires,
    iep, illness or, illnesses, imc, immuni*, immunocompromis*, immunodeprim*, immunosuppress*, impairment* or,
    impairment* that, in hospital, in recovery, in therapy, inapte*, inaptitude*, incontinen*,
    indice de masse corporelle, individual education plan, individual learning plan*, infirm, infirmity, info* medica*,
    inhalateur*, inhaler*, injur*, insulin*, interdit* alimentaire*, interpretation en langue des signes,
    interprete * signes, intervention* chirurgica*, intoleran* a *, intoleran* alimentaire*, intoleran* au *,
    intoleranc*, invalidity, isolement sanitaire, langue des signes pour, large print, last * weeks * felt,
    last physical, learning difference*, learning difficult*, learning support need*, learning support plan*, lift * kg,
    lift * lbs, lift * pounds, limitation* fonctionnelle*, limited a lot, little interest in, lived experience*, lonel*,
    long standing condition*, long standing illness*, long term condition*, long term illness*, long term sick,
    longstanding condition*, longstanding illness*, longterm condition*, longue duree maladie, longue maladie, lsf, lsq,
    lupus, mal de dos, maladie professionnelle, malaise*, malentendant*, malvoyant*, maux de dos, mdph, measles,
    medecin * aptitude, medecin * reserves, medecin* traitant*, medical aptitude, medical certificate*,
    medical concern*, medical condition*, medical detail*, medical emergenc*, medical exempt*, medical flag,
    medical histor*, medical info*, medical issue*, medical need*, medical note*, medical problem*,
    medical requirement*, medical restriction*, medical treatment*, medically, medication*, medicine* you take, medocs,
    menopaus*, menstru*, mental illness*, mental impairment*, mental state, mental well being, mental wellbeing,
    mi temps therapeutique, migraine*, mobilite reduite, mobility aid*, mobility difficult*, mobility equipment,
    mobility impair*, mobility issue*, mobility need*, mobility or sensory, mobility requirement*, mobility scooter*,
    moods, movement* * avoid, much do you drink, name of * doctor, name of gp, national health service number*, ndis,
    ne mangez pas, need accommodations, needs support, neuroatypi*, neurodiver*, neurotypical*, nhs no, nhs num*,
    non voyant*, note taker*, notetaker*, obese*, obesite, obesity, obligation d emploi, ocd, off sick,
    operation subie*, operation* chirurgica*, opere* de, or pip, orthodontic*, pacemaker*, paediatrician*, pai,
    painkiller*, panic attack*, panier repas, pap, paracetamol, parkinson*, pass sanitaire, past * weeks * felt,
    pb de sante, pch, pediatre*, pediatrician*, periods, personal assistant for, personne* a besoins specifiques,
    perte d autonomie, phobia*, phobie*, physical exam, physical examination*, physical health, physical impairment*,
    physical limitation*, physical restriction*, physically able, physically fit, physician*, pip or, pmr,
    poids et taille, port de charge*, port* * des lunettes, porter des charges, posture* * eviter, pps,
    preference* alimentaire*, pren* * medicament*, prenez vous * traitement*, prescri* drug*, prestations ai,
    prestations de l ai, prise de medicament*, probleme* cardia*, probleme* de coeur, probleme* de dos,
    probleme* de peau, probleme* de sante, projet d accueil individualise, propre la nuit, prothese*, psychiatr*,
    psychological condition*, psychological difficult*, psychological distress, psychological support, psychologist*,
    psychologue*, psychotherap*, ptsd, quarantine, question* de sante, quiet space, ramp access, ramps, rappel* dt,
    reasonable accommodation*, reasonable adjustment*, reconnaissance * travailleur, reconnu th, reconnu* handicape*,
    recovering from, recreational drug*, reduced mobility, regime* alimentaire*, regles douloureuses,
    rehabilitation act, request accommodations, reserves * medecin*, respiratoire*, respiratory, rest break*,
    restriction* alimentaire*, restriction* d aptitude, restriction* medicale*, rougeole, rqth, sante de l enfant,
    sante de votre, sante vous empeche, schizo*, sclerose*, sclerosis, screen reader*, scribe, see* a counsel*,
    see* a doctor, seizure*, self esteem problem*, self harm*, sen, send need*, send status, sensory impairment*,
    sensory need*, sensory requirement*, sequelle*, service animal*, sevrage, shielding, sick day*, sick leave,
    sick note*, sickness, sida, sight impair*, sight loss, sight or hearing, sign language interpret*, signed off work,
    sit handicap, situation de handicap, sleepwalk*, smoker*, smoking status, sober, sobriety, somnambul*,
    souci* de sante, sourd*, soutien psychologique, special accommodation*, special arrangement*, special assistance,
    special educational need*, special need*, specificite* alimentaire*, speech difficult*, speech impediment*,
    sport* * ne p* pas, sports you cannot, stammer*, state of health, statut th, step free, stutter*, substance abuse,
    substance misuse, substance use, suicid*, suivez une cure, suivez vous * regime*, suivez vous * traitement*,
    suivi* medica*, suivi* par un medecin, suivi* psycho*, support plan, support worker*, surdite, surger* in,
    surgeries, surgery, symptom*, ta sante, tabagi*, taille et poids, take * medicine*, take * pill*, take * tablets,
    taux d incapacite, taux d invalidite, tda, tdah, tension arterielle, terminal* ill*, test pcr, tested positive,
    tetanos, tetanus, th ou, tiers temps, toilet*, ton corps, ton psy, tourette*, toxicoman*, traitement* en cours,
    traitement* medica*, transplant*, trauma*, travail adapte, travailleur th, travailleur* handicape*, trouble* de,
    trouble* du, trouble* dys, trouble* menta*, trouble* psy*, tsa, tuberculos*, ulis, un psy, unconscious,
    under a doctor*, unfit for work, units do you drink, units of alcohol, unwell, vaccin*, vape*, vaping, varicelle,
    vegan*, vegetarian*, ventoline, vih, visite medicale, visual impair*, visually impair*, votre corps, votre moral,
    votre psy, votre sante, vulnerable person, walk * unaided, walk a mile, walking frame, walking stick*, wear glasses,
    weight and height, weight height, wet* the bed, wheel chair*, wheelchair*, workplace adjustment*, yellow fever,
    your body, your doctor, your gp, your health, your impairment*, your period, your sleep
    """

HEALTH_LIKELY = """
    chirurg*, deficience*, diagnos*, diet, diets, disease*, gis scheme, guaranteed interview scheme*, handicap*, health,
    ill, illness*, incapacite*, invalidite*, maladie*, medica*, medicine*, pathologi*, sanitaire*, sante, therap*
    """

HEALTH_POSSIBLE = """
    accessibilite, accessibility, accessible*, accommodations, accompagnement* particulier*, accompagnement*
    specifique*, adaptation*, additional need*, additional requirement*, additional support, adjustment*, ajustement*,
    alcohol, alcool, amenagement*, aptitude* physique*, assistance needed, audition, besoin* particulier*, besoin*
    specifique*, blesse*, blessure*, blind, carer of, condition, condition* lasting, condition* physique*, conditions
    that, convalescen*, deaf, difficulte* particuliere*, difficulte* physique*, douleur*, drogue*, drug, drugs, dys,
    eyesight, fatigue*, fauteuil, feel* * overwhelmed, fit, fitness, gis applicant*, gis candidate*, guaranteed
    interview*, hearing, humeur, impair*, infirmite*, learning needs, lesion*, lifting, limitation* physique*, limited
    because, limited mobility, lunettes, malade*, materiel * particulier, materiel * specifique, materiel adapte,
    medecine du travail, mood, operation*, pain, panic, phobi*, physical, physical* demand*, physical* limit*, physio*,
    poids, psy, psychological, psychologique*, regime, regimes, rehab*, restriction*, sensory, sick, sickly, smoke,
    smoking, soin, soins, sommeil, souffr*, stress level*, suffer*, support need*, support requirement*, tabac,
    traitement, traitements, treatment, unable to perform, vue, vulnerable, weight, wellbeing need*
    """

HEALTH_ANSWERS = """
    adhd, allerg*, anxiety*, arthritis, asthma*, asthme*, aucun handicap, auditif, autis*, aveugle*, bipolar*, blind*,
    cancer, casher, cognitif, cognitive, deaf*, depression*, diabet*, disabled, dyslex*, dysprax*, epilep*, fauteuil*,
    gluten free, halal, handicap*, hard of hearing, hearing impair*, hiv, invalidit*, kasher, kosher, lactose *,
    learning difficult*, learning disab*, long term illness*, long term sick, maladie*, malentendant*, malvoyant*,
    maternity *, menopaus*, mental, mental health condition*, mobility, moteur, neurodiver*, no disability,
    not disabled, nut allergy, partially sighted, physical disab*, physical impair*, pmr, polyhandicap, psychique,
    sans gluten, sans lactose, sans porc, sensory disab*, sensory impair*, sick leave, sight loss, sourd*, trouble* de,
    trouble* du, trouble* dys, trouble* psy*, unable to work, vegan*, vegetarian*, vegetarien*, visual, visual impair*,
    visuel, wheelchair*
    """

HEALTH_TELLING = """
    aah, aeeh, allocation * handicap*, attendance allowance, carer allowance, carer s allowance, carers allowance,
    disability allowance*, disability benefit*, disability living, disability pension*, disability support pension,
    gluten free, incapacity benefit*, invalidity pension*, nut free, pension* * invalidite,
    personal independence payment, rente ai, rente* * invalidite, sans gluten, ssdi
    """


@dataclass(frozen=True, slots=True)
class Subject:
    """One sensitive subject and the phrases that tell it."""

    name: str
    certain: str = ""
    likely: str = ""
    possible: str = ""
    answers: str = ""
    telling: str = ""


HEALTH = Subject("health", HEALTH_CERTAIN, HEALTH_LIKELY, HEALTH_POSSIBLE, HEALTH_ANSWERS, HEALTH_TELLING)
RELIGION = Subject(
    "religion",
    certain="""
    agnosti*, another faith, another religion, appartenance confess*, appartenance* religieuse*, are you saved,
    assist* * aux offices, at church, athee*, atheis*, attend church, attend mass, attend services, attend worship,
    aumoner*, aumonier*, autre confession, autre foi, autre religion, bapteme*, bapti*, bar mitzvah, been confirmed,
    belief in god, believe in god, bible class*, bible group*, bible study, born again, born of the spirit,
    brought up in a religion, catechet*, catechis*, celebrate christmas, cell group*, chaplain*, christ, church attend*,
    church did you, church do you, church home, church membership, church tax, church volunteer*, church you attend*,
    churchwarden*, communaute* religieuse*, communion solennelle, confess* catholi*, confession* religieuse*,
    confessionnel*, confirmed in, congregation*, conviction* philosophique*, conviction* religieuse*,
    cours philosophique*, cover your hair, croyant*, daily mass, de confession *, deacon*, denomination*, diacre*,
    dietary law*, different religion, dime, diwali, eat pork, eid, elder of, en dieu, eucharist*, excommunicat*,
    faith community, faith group*, faith journey, fasting, fete* religieuse*, first communion, foi chretienne,
    franc macon*, freemason*, go to services, gotra, hajj, hanukkah, head covering, headscar*, higher power, holy day*,
    holy week, imam, impot * culte*, impot d eglise, impot ecclesiastique, in church, jehovah*, jesus, jeune du,
    jeunez vous, kippa*, know the lord, la foi, lieu de culte, lieu de priere, lis la bible, mass attendance,
    mass weekly, member of a church, members of a church, meme confession, meme foi, meme religion, messe,
    ministry at your, ministry involvement, missionary work, mosqu* * synagogue*, mosque attended, motif* religieux,
    obedience religieuse, observance*, observant, of faith, opinion* philosophique*, opinion* religieuse*, ordained,
    ordonne*, other faith, own faith, own religion, parish member*, parishioner*, paroisse d origine,
    paroisse de rattachement, paroissial*, pasteur de votre, pastor*, philosophical belief*, place of worship,
    place to pray, places of worship, practicing catholi*, practising catholi*, pratiquant*, pratique* religieuse*,
    pray with, prayer room*, prayer space*, premiere communion, priest, quiet room for prayer, rabbi, rabbin,
    raised in a religion, ramadan, read the bible, recueillement, religieux ou, religion and belief, religion belief,
    religion or belief, religion* ou conviction*, religious affiliation*, religious background*, religious belief*,
    religious communit*, religious dress, religious festival*, religious group*, religious holiday*, religious identit*,
    religious need*, religious practice*, religious preference*, religious reason*, religious requirement*,
    religious upbringing, religious view*, sabbath, sacrament*, sacrement*, salle de priere, salvation, same faith,
    savior, saviour, scripture*, serve in ministry, shabbat, signe* religieu*, sin in, sins in, spiritual director*,
    spiritual journey, sunday mass, sunday school*, ta paroisse, the lord s, time for prayer*, tithe*, tithing,
    to church, to mass, ton eglise, turban, vicar, vos croyance*, votre eglise, votre foi, votre obedience,
    votre paroisse, votre religion, votre rite, weekly mass, were you saved, with god, with the lord, your church,
    your faith, your local church, your mosque, your parish, your religion, your synagogue, your temple, youth ministry,
    zakat
    """,
    likely="""
    bouddhis*, buddhis*, catholi*, chretien*, christian*, croyance*, culte, cultes, evangeli*, hindou*, hindu*, islam*,
    jewish, judais*, juif*, juive*, muslim*, musulman*, orthodox*, protestant*, religieu*, religion*, religious*, sikh*,
    spiritualit*
    """,
    possible="""
    belief, beliefs, church, churches, confession, confessions, convictions, eglise, faith, foi, hijab, mosque*, parish,
    paroisse*, pray, prayer*, prays, priere*, priez, spiritual*, synagogue*, temple, voile, worship*
    """,
    answers="""
    agnosti*, anglican*, athee*, atheis*, aucune religion, baha i, bahai, baptist*, bouddhis*, buddhis*, catholi* *,
    chiite*, chretien*, christian*, church of england, evangeli* *, hindou*, hindu*, humanist*, islam, islamic, jain,
    jains, jehovah*, jewish, judais*, juif*, juive*, methodist*, mormon*, muslim*, musulman*, no religion, orthodox* *,
    pagan*, protestant* *, quaker*, rastafari*, reforme* *, sans confession, sans religion, shia*, shinto*, sikh*,
    sunni*, taoi*, veg jain
    """,
    telling="""
    casher, halal, kasher, kosher, no pork, pork free, sans porc
    """,
)
HOSTS = "au canada, au quebec, en belgique, en france, en suisse"
COUNTRIES = "britain, canada, france, ireland, the country, the uk, the us, the usa, this country, uk"
PARENTS = "* parents, * grandparents, * grands parents"
NATIONALS = """
    americain*, american*, belge*, belgian, british, canadian*, canadien*, european*, europeen*, francais*, french,
    irish, suisse*, swiss
    """
"""Countries that people came to, those who belong to them, and whose origin is asked for too."""
ORIGIN = Subject(
    "origin",
    certain=f"""
    {combine("annees, arriv*, entree, ne*, vis tu, vivez vous", HOSTS)},
    {combine("arriv* in, born in, came to, come to, lived in, move* to, remain in, stay in", COUNTRIES)},
    {combine("are you, etes vous", NATIONALS)}, {combine("visa", "d etudiant*, de travail, etudiant*, long sejour")},
    {combine("born, language*, langue*, naissance, nes, origine*, place of birth, viennent", PARENTS)},
    aboriginal*, adivasi*, african american*, african descent, alaska native*, american indian*, ancestr*,
    arriv* au pays, asian descent, asile, asylum*, autochtone*, bame, bipoc, biracial, birth country, born abroad,
    born in a, born in another country, born outside, born overseas, british passport, caribbean descent,
    carte de resident, carte de sejour, caste*, citizenship*, cnda, communaute d appartenance, commune d origine,
    communit* do you identify, community certificate, couleur de * peau, country * come from, country * flee,
    country * leave, country * left, country * passport, country of birth, country of origin, country you were born,
    cultural background*, cultural heritage, cultural identit*, culture* d origine, dalit*, date d arrivee au,
    date of landing, date you landed, de quelle origine, deboute*, demographic background*, deported, diaspora*,
    did you arrive in, domicile certificate, dual heritage, etes vous originaire*, ethni*, expulse* du territoire,
    family from, father born, father s country, first generation immigrant*, first nation*, fled,
    francais* de naissance, french passport, fui votre pays, gens du voyage, global majority, grandparents born,
    grandparents from, group* do you * identify, gypsy*, hapu, heritage culturel, heritage language*,
    heritage or descent, hispanic*, historically excluded, identify culturally, identite culturelle, immigration status,
    indian act, indigenous*, inuit*, issu de l immigration, iwi, jati, language group*, langue* d origine,
    langue* parlee* * enfance, latin o*, latina*, latine, latino*, latinx*, leave to remain, left your country,
    lieu d origine, maori, marginali*ed communit*, marginali*ed group*, metis, migrant*, minorite* visible*,
    minority background*, minority community, minority group*, mixed heritage, mixed race, mother born,
    mother s country, mother s mother tongue, multiracial, nationalit*, native american*, naturali*ed citizen*,
    naturalis*, ne hors de france, ne* a l etranger, newcomer status, non blanc*, non white, obc, of * descent, ofpra,
    oqtf, originaire* de, originally from, origine etrangere, origine immigree, origine* culturel*,
    origine* de * famille, origine* familiale*, origine* geograph*, origine* migratoire*, origine* nationale*,
    origine* ressentie*, pacific islander*, parents born, parents come from, parents from, parents sont originaires,
    parents viennent, passport do you, passport hold*, pays * fui, pays * quitte*, pays d origine, pays de naissance,
    pays etes vous, pays venez vous, pays viens tu, pays vient, people of colo*r, permanent resident, permis de sejour,
    person of colo*r, poc, premiere* nation*, quelle origine etes, quitte* * pays, race and, race or, race s, racia*,
    racise*, refugee*, refugie*, residence status, residency status, resident permanent, residente permanente,
    ressortissant*, rester dans le pays, right to reside, rom ou, roma or, sc st, second generation immigrant*,
    self identified race, settled status, skin colo*r, social category, state of origin, status indian*,
    statut d immigration, statut de sejour, statut migratoire, student visa, titre* de sejour, torres strait,
    traveller communit*, tribal*, tribe*, type de permis, type of visa, ultramarin*, under represented,
    underrepresented, visa class*, visa subclass*, visa type*, visible minorit*, vos origines, votre origine,
    were you born, work visa, your race
    """,
    likely="""
    afro descend*, afrodescend*, descent, heritage, immigr*, maghreb*, noir* ou, race, races, visa status
    """,
    possible="""
    background * parents, born, citizen, citoyen, citoyenne, citoyennete, clan, clans, minorite, minorites, minorities,
    minority, origin, origine, origines, origins, passeport, passport, racines, roots, visa, visas
    """,
    answers="""
    aboriginal*, africain*, african, african american*, afrique **, afro **, alaska native*, american indian*,
    any other **, apatride, arab, arabe*, asian **, asiatique, bangladeshi*, biracial, black **, blanc, blanche,
    caribbean, caucasian*, dalit, demande* d asile, dutch caribbean, east asian, ews, extra europeenne, gypsy*,
    hispanic*, indigenous*, irish traveller*, latina*, latino*, latinx*, maghreb, maghrebin*, maori, metis*,
    middle eastern*, mixed **, multiracial, native american*, native hawaiian*, noir, noire, obc, outre mer,
    pacific islander*, pakistani*, permanent residen*, refugee*, refugie*, residence permanente, roma, romani, sc,
    sc st, scheduled caste*, scheduled tribe*, south asian, southeast asian, st, stateless, subsaharien*,
    torres strait*, two or more races, unreserved, white **
    """,
)
SEXUALITY = Subject(
    "sexuality",
    certain=f"""
    {combine("genre, sexe", "de * conjoint*, de * partenaire*")},
    {combine("gender, sex", "of * partner*, of * spouse*")}, {combine("partner s, spouse s", "gender, sex")},
    {combine("relation, vis tu, vivez vous", "avec un homme, avec une femme")},
    {combine("are you, identify as", "cis, non binary, trans")},
    2slgbt*, asexual*, asexuel*, assigne* a la naissance, assigned at birth, assigned sex, assumed * at birth,
    attirance* pour, attire* par, attirent sexuel*, attracted, bisex*, bispiritue*, boyfriend*, boys or girls, came out,
    changement de genre, changement de sexe, cis or trans, cis ou trans, cisgender*, cisgenre*,
    civil partnership or same, come out, coming out, copain ou copine, couple avec un *, couple avec une *, dead name*,
    deadname*, en couple avec, etes vous non binaire*, experience trans, filles ou * garcons, fluid orientation,
    garcons ou * filles, gay, gender * at birth, gender affirm*, gender diverse, gender expression*, gender history,
    gender identit*, gender modality, gender reassign*, gender transition, genderqueer*, genre * a la naissance,
    genre assigne*, genre ressenti, girlfriend*, heterosex*, homosex*, hormone therapy, hormones, hormonotherapie,
    identite* de genre, identite* sexuelle*, intersex*, lesbian*, lesbien*, lgbq*, lgbt*, married to, mec* ou,
    meme sexe, men or women, men women or both, meuf* ou, orientation romantique, orientation* affective*,
    orientation* sexuelle*, out as, out to colleagues, pansex*, parcours trans, partner of the same, personne* trans,
    petit ami, petit e ami, petite amie, preferred pronouns and trans, queer*, registered * birth, registered sex,
    relationship * man, relationship * woman, romantic orientation, same as * birth, same gender partner, same sex,
    sapphic, sex * at birth, sex assumed, sex life, sex were you, sexe * a la naissance, sexe assigne*,
    sexe de naissance, sexual histor*, sexual identit*, sexual orientation*, sexual preference*, sexualities, sexuality,
    sexually, sexuellement, since your transition, sors avec, sortez avec, trans and, trans experience*, trans history,
    trans identified, trans identity, trans man, trans or, trans people, trans person, trans status, trans woman,
    transgender*, transgenre*, transidentit*, transition de genre, transition medicale, transsex*, two spirit,
    un mec une meuf, vie intime, vie sexuelle, you trans
    """,
    likely="""
    hetero, heteros, intimite, sexual*, sexuel*
    """,
    possible="""
    bi, out at work, out au *, out aupres *, out en famille, out in public, out to, relations intimes, straight
    """,
    answers="""
    agenre*, asex*, bi, bisex*, cisgen*, gai*, gay*, hetero, heterosex*, homosex*, intersex*, lesbi*, pansex*, queer*,
    straight*, trans **, transgen*
    """,
)
POLITICS = Subject(
    "politics",
    certain=f"""
    {combine("run for, ran for, stand for, stood for", "council, election, mayor, office")},
    {combine("combine, left, excluded from, role in", "a party")},
    {combine("etes vous", "depute*, elu*, maire, militant*")}, {combine("for, to", "a candidate")},
    {combine("pour", "un candidat, une candidate")}, {combine("quel*, which", "candidat*")},
    {combine("which party", "are, did, do, would")},
    a candidate or, about the government, activist group*, activite* politique*, adhere* a un parti, adherent* * parti,
    adhesion a un parti, affiliation* politique*, any party, appartenance* politique*, assemblee nationale,
    avez vous vote, campagne electorale, campagne municipale, campaign for, campaigning against, campaigning for,
    candidat * souten*, candidat aux, candidat* * election*, candidat* * vot*, candidate * back, candidate * campaign*,
    candidate * support, candidate aux, candidate do you, candidate will, canvass*, collage d affiches,
    colle* des affiches, conseil communal, conseil d etat, conseil departemental, conseil general, conseil municipal,
    conseil national suisse, conseil regional, conseiller* departement*, conseiller* municipa*, conseiller* regiona*,
    conservative or liberal, conservative party, conviction* politique*, couleur politique, councillor*,
    current government, democrat or, democratic party, demonstrated, dernieres elections, did you vote, door knock*,
    doorknock*, echiquier politique, elected office, elected official*, elected representative*, election campaign*,
    election* legislat*, election* municipal*, election* president*, election* publique*, electoral register,
    electoral roll, elu* local*, elu* municipal*, encarte*, engagement* militant*, engagement* politique*,
    enrolled to vote, entitled to vote, etiquette politique, executif cantonal, executif communal, executif local,
    extreme droite, extreme gauche, fonction elective, fonction* politique*, fonctions electives, for a party,
    gauche * droite, general election*, grand conseil, hold * office, idee* politique*, ideologi*, intend to vote,
    intention* de vote, la france insoumise, labour party, last election*, leaflet* for, left or right,
    left right scale, left wing, legislatives, les republicains, lib dem*, liberal or conservative, liste* electorale*,
    lobbyist*, local party, mandat d elu, mandat local, mandat* electi*, mandat* electora*, mandat* politique*,
    mandat* public*, mandats locaux, manifs, member of congress, member of parliament, membre * parti *, militance,
    militant* * parti*, milite*, militons, motion * vote*, mouvement de jeunesse politique, mouvement politique,
    mouvements politiques, municipales, next election*, of a party, opinion* politique*, orientation* politique*,
    parlement, parliamentary candidate*, parti mouvement, parti ou *, parti politique, parti socialiste,
    partis politiques, partisane, party * vote, party activist*, party affiliation*, party branch*, party card*,
    party conference*, party congress*, party delegate*, party do you, party list, party meeting*, party member*,
    party officer*, party official*, party or movement, party rall*, party you support, plutot de gauche,
    political activit*, political affiliation*, political belief*, political campaign*, political club*,
    political donation*, political engagement*, political identit*, political ideolog*, political leaning*,
    political movement*, political office, political opinion*, political orientation*, political part*,
    political position*, political society, political spectrum, political stance*, political view*, politically,
    positionnement * politique*, preference* politique*, presidentielle*, prochaines elections, public office,
    quel parti, quelle motion, rallies, rally or, rassemblement national, referendum, registered to vote, republican or,
    republican party, responsabilites politiques, right wing, senat, senator, sensibilite* politique*,
    sieg* * assemblee, situation politique, situez vous a gauche, souten* * candidat*, standing for election,
    stood as a candidate, stood for, student wing, taken part in a protest*, tete de liste, ton parti, tract*, tu votes,
    upcoming election*, very conservative, very liberal, vote * party, vote in the, vote* * motion, vote* au premier,
    voted, voter au, voter registration, votes quoi, votes tu, votez, voting histor*, voting intention*, voting record*,
    votre parti, your party, youth wing
    """,
    likely="""
    politi*
    """,
    possible="""
    activis*, campaign volunteer*, demonstration*, elections, elu, elue, engagement citoyen, mandat, manifestation*,
    militant*, parti, partis, partisan*, petition*, protest, protests, rally
    """,
    answers="""
    center left, center right, centre droit, centre gauche, centre left, centre right, communist*, conservative,
    conservatives, democrat, democratic party, democrats, dup, eelv, elu* local*, extreme droite, extreme gauche,
    far left, far right, green, green party, la france insoumise, labour, labour party, left wing, les ecologistes,
    les republicains, lfi, lib dem*, liberal democrat*, libertarian*, membre d un parti*, militant* **, modem,
    parti communiste, parti socialiste, plaid cymru, rassemblement national, reconquete, reform uk, renaissance,
    republican, republican party, republicans, right wing, sinn fein, snp, social democrat*, socialist*, tory,
    very conservative, very liberal
    """,
)
UNION = Subject(
    "union",
    certain=f"""
    {combine("belong to, member of, represented by", "a labo*r union, a trade union, a union, any union")},
    activite* syndica*, adher* * a un syndicat, adherent* * syndicat*, adhesion* syndica*, affiliation* syndica*,
    appartenance* syndica*, appel d un syndicat, been on strike, carte de syndicat, carte syndicale, cfdt, cfe cgc,
    cftc, cgt, chsct, collective agreement, comite d entreprise, comite social et economique, cotis* * a un syndicat,
    cotisation* syndica*, covered by a collective, cse, delegue* du personnel, delegue* syndica*, elu* du personnel,
    engagement* syndica*, fait greve, gmb, gone on strike, grevist*, heure* d information syndicale, industrial action,
    local union, mandat* syndica*, membre d un syndicat, mis* * en greve, nasuwt, of the union, organisation syndicale,
    participe a un mouvement social, participe* a une greve, pay * dues, permanent* syndica*, picket*,
    precompte syndical, quel syndicat, representant* du personnel, representant* syndica*, retenue syndicale,
    section syndicale, shop steward*, steward of, strike action, strike ballot*, syndicalement, syndicalis*, syndique*,
    trade unionist*, tu member*, ucu, union * local, union activist*, union affiliation*, union ballot*, union branch,
    union card*, union do you belong, union due*, union fee*, union meeting*, union member*, union number*,
    union officer*, union official*, union rep, union represent*, union sends, union steward*, union subscription*,
    union ticket*, unioni*ed, unison, unsa, workplace rep, workplace representative*, workplace reps, you in a union,
    your branch, your union
    """,
    likely="""
    labo*r union*, syndical*, syndicat*, syndicaux, trade union*
    """,
    possible="""
    collective bargaining, greve, greves, staff association*, strike, strikes, union, unions
    """,
    answers="""
    afl cio, cfdt, cfe cgc, cftc, cgt, fo, force ouvriere, fsu, gmb, nasuwt, neu, non syndique*, not in a union, rmt,
    seiu, solidaires, sud, syndique*, ucu, unison, unite, unite the union, unsa, usdaw
    """,
)
PREGNANCY = Subject(
    "pregnancy",
    certain=f"""
    {combine("expecting", "a baby, a child, twins")}, {combine("have, having", "a baby")},
    {combine("plan*, start*", "a family, * have children, * having children")},
    abortion*, accouche*, adoption leave, allait*, antenatal, are you nursing, attend* * un enfant,
    avoir des enfants dans, avortement*, baby due, baby is due, breast feed*, breastfe*, childbirth, conge d adoption,
    conge* de maternite, conge* maternite, contracepti*, desir d enfant, due date of your baby, enceinte ou,
    etes vous enceinte*, expectant, express milk, family planning, fausse couche, femme* enceinte*, fertility, fiv,
    fonder une famille, future maman, give birth, given birth, grossesse*, have children in the next, heureux evenement,
    ivf, ivg, jeune maman, jeune mere, lactation, maternity and, maternity leave, maternity pay, midwife, miscarriage*,
    naissance prevue, new mother, nursing a, nursing mother*, nursing room, parental leave, paternity leave, pma,
    postnatal, postpartum, pregnan*, procreation*, projet d enfant, projet de bebe, pumping room, retour de conge*,
    returning from maternity, terme prevu, tire lait, tirer * lait, trimester, trying for a baby, votre sage femme
    """,
    likely="""
    conge* parenta*, enceinte, maternite*, maternity
    """,
    possible="""
    baby, bebe*, expecting
    """,
    answers="""
    allaitante, conge maternite, conge parental, enceinte, maternity leave, pregnan*, returning from maternity*,
    returning from parental leave
    """,
)
RECORD = Subject(
    "criminal record",
    certain=f"""
    {combine("contact with, dealings with, known to, problems with, trouble with", "the law, the police")},
    {combine("affaire a, affaires avec, demeles avec, ennuis avec, problemes avec", "la justice, la police, la loi")},
    {combine("been in, been to, from, leaving, left, sent to, time in", "prison")},
    {combine("appear* in, been in, been to, before, taken to", "a court, court, the courts")},
    a conviction, abuse or neglect, accusation* * pendante*, allegation* against, allegation* of, allegations,
    amenagement* de peine, amende penale, ankle monitor*, ankle tag*, antecedent* judiciaire*, antecedent* pena*,
    antecedents, any conviction*, application des peines, arrested, attestation de probite, b3, background check*,
    banned from working, barred from, barred list*, basic disclosure, been sued, been tried, bindover*,
    bonnes vie et moeurs, bound over, bracelet electronique, broken the law, bulletin b2, bulletin n 2, bulletin n 3,
    by the police, case pending, cases pending, casier judiciaire, casier vierge, cautioned, cautions,
    certificat de bonne vie, certificate of good conduct, character and suitability, charged with, child abuse,
    child protection register, clearance certificate*, comparu*, composition penale, condamn*, controle judiciaire,
    convicted, convictions, court * guilty, court appearance*, court case*, court conviction*, court order*, crb,
    crc check, crime against, criminal background*, criminal charge*, criminal check*, criminal conviction*,
    criminal histor*, criminal matter*, criminal offen*, criminal proceeding*, criminal record*, custodial, dbs,
    demeles judiciaires, detained, disciplinary * child*, disclosure and barring, disclosure certificate*,
    disclosure check*, disclosure date*, disclosure number*, disclosure reference*, disclosure scotland, dismissed for,
    disqualified from *, ecrou, electronic tag*, enhanced disclosure, enquete de police, ete juge, ete jugee,
    extrait de casier, extrait du casier, felon*, fichier judiciaire, fijais, fin de * peine, final warning*, fir,
    found * guilty, garde a vue, good conduct certificate*, honorabilite, imprison*, in custody, incarcer*, infraction*,
    injonction de soin*, injonction therapeutique, interdiction d exercer * mineurs, interdiction de gerer,
    interdit d exercer, interdit* de gerer, jail, juge d application, justice involved, justice system,
    level 2 background, liberation conditionnelle, livescan, main de justice, mesure* judiciaire*, mis* en examen,
    misconduct, misdemeano*r*, mise a l epreuve, no conviction*, obligation de soin*, obligation* judiciaire*, offence*,
    offender*, offending, offense*, on bail, parole, peine de, pending against, pending cases, pending charge*, pjj,
    plead guilty, pleaded guilty, police caution*, police certificate*, police check*, police clearance*,
    police custody, police investigation*, police record*, police verification*, police vetting, poursuite* penale*,
    poursuites judiciaires, poursuivi* en justice, previous conviction*, prior conviction*, prison leaver*, prison or,
    prison sentence*, probation, procedure* judiciaire*, procedure* penale*, prohibition order*, pvg, rappel a la loi,
    register of sex, registre * delinquant*, released on, reprimand*, restraining order*, safeguarding * investigation*,
    safeguarding allegation*, safeguarding concern*, serve* a sentence, served time, serving a sentence,
    sorti* de detention, sorti* de prison, sous bracelet, spent conviction*, spip, subject of a * investigation,
    subject of an investigation, suivi judiciaire, sursis, ta peine, travail d interet general, type de peine,
    under investigation, unspent, verification d antecedent*, vetting check*, votre peine, vulnerable sector check,
    working with children check, wwcc
    """,
    likely="""
    bail, crime, crimes, criminal*, criminel*, delit*, detention, detenu*, inmate*, judiciaire*, penal, penale*,
    penalty, prison, prisoner*, prisons
    """,
    possible="""
    arrest*, casier, conviction, peine, police, sentence*
    """,
    answers="""
    en detention, in prison, incarcere*, on parole, on probation, spent conviction*, unspent *
    """,
)
BODY = Subject(
    "biometrics",
    certain="""
    adn, biometri*, dna, donnee* genetique*, empreinte* digitale*, empreinte* palmaire*, empreinte* vocale*,
    facial recognition, finger print*, fingerprint*, genetic condition*, genetic data, genetic disorder*,
    genetic predisposition*, genetic test*, genotyp*, hereditary, iris scan*, maladie* genetique*,
    predisposition* genetique*, reconnaissance faciale, retina*, test* genetique*, voice print*, voiceprint*
    """,
    likely="""
    genetic*, genetique*, genome*
    """,
)

SUBJECTS = (HEALTH, RELIGION, ORIGIN, SEXUALITY, POLITICS, UNION, PREGNANCY, RECORD, BODY)
