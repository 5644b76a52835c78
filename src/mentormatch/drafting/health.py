"""The words of health and disability, in French and English; see ``subjects`` for what each list tells."""

from mentormatch.drafting.patterns import joined

BODY = """
    back, breathing, dental, ear, eye, hearing, heart, hip, joint, kidney, knee, liver, lung, neck, shoulder, skin,
    sleep, stomach, thyroid
    """
ABILITIES = "entendre, marcher, voir, vous deplacer, te deplacer, vous concentrer, te concentrer"
"""What may be ill, and what may be hard to do."""

CERTAIN = f"""
    {joined(BODY, "condition*, problem*, trouble*")}, {joined("difficulte* a, difficulte* pour", ABILITIES)},
    504 plan, able to stand, able to walk, abstinen*, access need*, access req*, accessibility accommodation*,
    accessibility need*, accessibility req*, accessibility support, accident* de travail, accident* du travail,
    accommodation* due to, accommodations you, activit* * cannot, activit* * ne p* pas, adaptations or adjustments,
    addict*, adhd, adjustment* during, adjustment* for *, adjustment* to *, aesh, affection* de longue duree, affection*
    longue duree, agefiph, aids, alcohol * drink*, ald, allerg*, allocation * handicape*, alzheimer*, amenagement* aux
    examens, amenagement* d epreuve*, amenagement* d examen*, amenagement* des examens, amenagement* pedagogique*,
    amenagement* raisonnable*, an impairment*, anaphyla*, andropause, angoisse*, anorexi*, antalgique*, antecedent* de
    sante, antecedent* familia*, antecedent* medica*, antidepress*, anxie*, anxiolytique*, anxious, any impairment*, any
    operation*, appareil* auditif*, appareil* dentaire*, aptitude * medecin*, aptitude medicale, arret* de travail,
    arret* maladie, asperger*, assistance animal*, assistance dog*, assistive tech*, assurance invalidite, asthm*,
    atteinte* * sante, autis*, auto injecteur*, auto injector*, aveugle*, avis d aptitude, back pain, bed wetting,
    bedwetting, been sectioned, begaie*, bequille*, besoin * fauteuil, besoin* * accessibilite, besoin* alimentaire*,
    besoins de sante, bipolar, blood group*, blood pressure, blood type*, blue badge, bmi, body mass, boeth, bonne
    sante, boulimi*, braille, bring a carer, bsl, bulimi*, burn out, burned out, burnout, burnt out, camhs, can t eat,
    cancer, cannabis, canne blanche, cannot eat, cap emploi, captioning, captions or, cardiac, cardiaque*, care for
    someone, care of a doctor, carer* for someone, carnet* de sante, carte d invalidite, carte mobilite inclusion,
    cecite, celiac, cerebral palsy, certificat* medica*, charge mentale vous, charges lourdes, chemotherap*, chicken
    pox, chickenpox, chien d assistance, chien guide, chimiotherap*, cholesterol, chronic condition*, chronic disease*,
    chronic fatigue, chronic illness*, chronic pain, cigarette*, climb stairs, clinically vulnerable, clothing and
    mobility, cochlear, coeliac, coeliaque*, concussion*, conduite a tenir *, conge* maladie, consommez vous * alcool,
    consult* un medecin, contact lenses, contrainte* alimentaire*, contre indication*, counselling * receiv*, counsellor
    see, covid, crohn*, crutch*, cure de desintoxication, d deaf, daily activit*, daily life * limited, dans ta tete,
    day to day activit*, dement*, dependance* a l alcool, depressed, depressi*, deprime*, dernieres semaines * senti*,
    derniers jours * senti*, diabet*, dialys*, diet requirement*, dietary, difficult* climbing, difficult*
    concentrating, difficult* hearing, difficult* remembering, difficult* seeing, difficult* walking, difficult* with
    mobility, difficulte* cognitive*, difficulte* de concentration, difficulte* de sante, difficulte* motrice*,
    difficulte* psycho*, difficulte* sensorielle*, disabilit*, disabled, dla, do you smoke, doctor name, doctor phone,
    doctor s, doliprane, don t eat, donneu* de sang, douleur* au *, douleur* chronique*, drink a week, drink alcohol,
    drink per week, dt polio, dtp, dtpolio, dyscalculi*, dyslexi*, dysphasi*, dyspraxi*, easy read, eating disorder*,
    eczema*, education health and care plan, ehcp, emergency medical, emet des reserves, emis des reserves, employment
    and support allowance, en cas de crise, en sante, endometrios*, enfant* a besoins specifiques, ennui* de sante,
    enuresie, epi pen*, epilep*, epipen*, epuisement, equality act, esat, etat psycho*, etat* de * sante, ete opere*,
    etes vous * handicape*, evacuation plan, exam adjustment*, exam arrangement*, exam concession*, exempt from wearing,
    extra exam time, extra time in, faint, fainting, family doctor, family history of, fatigabilit*, fatigue chronique,
    fauteuil* roulant*, feel down, feel low, felt down, felt low, fertility treatment*, fibromyalg*, fiche* sanitaire*,
    fievre jaune, fiphfp, fit note*, fit to work, food * avoid, food need*, food preference*, food requirement*, food
    restriction*, food* you can*, fragilite* psycho*, fumeu*, fumez vous, general health, gestes * eviter, gevasco,
    glasses or contact*, good health, gp name*, gp practice*, groupe* sanguin*, guide dog*, handisport, hard of hearing,
    haut potentiel intellectuel, health concern*, health condition*, health detail*, health difficult*, health flag,
    health history, health information, health issue*, health need*, health problem*, health question*, health referral,
    health status, hearing aid*, hearing impair*, hearing loop*, hearing loss, hearing or sight, heart disease, heart
    murmur*, heavy lifting, height weight, hepatit*, her period, history of illness, history of mental, hiv, hoist,
    hopeless*, hospital admission*, hospital stay*, hospitalis*, hospitaliz*, hypersensib*, hypertension, ibuprofen*,
    idees noires, iep, illness or, illnesses, imc, immuni*, immunocompromis*, immunodeprim*, immunosuppress*,
    impairment* or, impairment* that, in hospital, in recovery, in therapy, inapte*, inaptitude*, incontinen*, indice de
    masse corporelle, individual education plan, individual learning plan*, infirm, infirmity, info* medica*,
    inhalateur*, inhaler*, injur*, insulin*, interdit* alimentaire*, interpretation en langue des signes, interprete *
    signes, intervention* chirurgica*, intoleran* a *, intoleran* alimentaire*, intoleran* au *, intoleranc*,
    invalidity, isolement sanitaire, langue des signes pour, large print, last * weeks * felt, last physical, learning
    difference*, learning difficult*, learning support need*, learning support plan*, lift * kg, lift * lbs, lift *
    pounds, limitation* fonctionnelle*, limited a lot, little interest in, lived experience*, lonel*, long standing
    condition*, long standing illness*, long term condition*, long term illness*, long term sick, longstanding
    condition*, longstanding illness*, longterm condition*, longue duree maladie, longue maladie, lsf, lsq, lupus, mal
    de dos, maladie professionnelle, malaise*, malentendant*, malvoyant*, maux de dos, mdph, measles, medecin *
    aptitude, medecin * reserves, medecin* traitant*, medical aptitude, medical certificate*, medical concern*, medical
    condition*, medical detail*, medical emergenc*, medical exempt*, medical flag, medical histor*, medical info*,
    medical issue*, medical need*, medical note*, medical problem*, medical requirement*, medical restriction*, medical
    treatment*, medically, medication*, medicine* you take, medocs, menopaus*, menstru*, mental illness*, mental
    impairment*, mental state, mental well being, mental wellbeing, mi temps therapeutique, migraine*, mobilite reduite,
    mobility aid*, mobility difficult*, mobility equipment, mobility impair*, mobility issue*, mobility need*, mobility
    or sensory, mobility requirement*, mobility scooter*, moods, movement* * avoid, much do you drink, name of * doctor,
    name of gp, national health service number*, ndis, ne mangez pas, need accommodations, needs support, neuroatypi*,
    neurodiver*, neurotypical*, nhs no, nhs num*, non voyant*, note taker*, notetaker*, obese*, obesite, obesity,
    obligation d emploi, ocd, off sick, operation subie*, operation* chirurgica*, opere* de, or pip, orthodontic*,
    pacemaker*, paediatrician*, pai, painkiller*, panic attack*, panier repas, pap, paracetamol, parkinson*, pass
    sanitaire, past * weeks * felt, pb de sante, pch, pediatre*, pediatrician*, pension * invalidite, periods, personal
    assistant for, personne* a besoins specifiques, perte d autonomie, phobia*, phobie*, physical exam, physical
    examination*, physical health, physical impairment*, physical limitation*, physical restriction*, physically able,
    physically fit, physician*, pip or, pmr, poids et taille, port de charge*, port* * des lunettes, porter des charges,
    posture* * eviter, pps, preference* alimentaire*, pren* * medicament*, prenez vous * traitement*, prescri* drug*,
    prestations ai, prestations de l ai, prise de medicament*, probleme* cardia*, probleme* de coeur, probleme* de dos,
    probleme* de peau, probleme* de sante, projet d accueil individualise, propre la nuit, prothese*, psychiatr*,
    psychological condition*, psychological difficult*, psychological distress, psychological support, psychologist*,
    psychologue*, psychotherap*, ptsd, quarantine, question* de sante, quiet space, ramp access, ramps, rappel* dt,
    reasonable accommodation*, reasonable adjustment*, reconnaissance * travailleur, reconnu th, reconnu* handicape*,
    recovering from, recreational drug*, reduced mobility, regime* alimentaire*, regles douloureuses, rehabilitation
    act, request accommodations, reserves * medecin*, respiratoire*, respiratory, rest break*, restriction*
    alimentaire*, restriction* d aptitude, restriction* medicale*, rougeole, rqth, sante de l enfant, sante de votre,
    sante vous empeche, schizo*, sclerose*, sclerosis, screen reader*, scribe, see* a counsel*, see* a doctor, seizure*,
    self esteem problem*, self harm*, sen, send need*, send status, sensory impairment*, sensory need*, sensory
    requirement*, sequelle*, service animal*, sevrage, shielding, sick day*, sick leave, sick note*, sickness, sida,
    sight impair*, sight loss, sight or hearing, sign language interpret*, signed off work, sit handicap, situation de
    handicap, sleepwalk*, smoker*, smoking status, sober, sobriety, somnambul*, souci* de sante, sourd*, soutien
    psychologique, special accommodation*, special arrangement*, special assistance, special educational need*, special
    need*, specificite* alimentaire*, speech difficult*, speech impediment*, sport* * ne p* pas, sports you cannot,
    stammer*, state of health, statut th, step free, stutter*, substance abuse, substance misuse, substance use,
    suicid*, suivez une cure, suivez vous * regime*, suivez vous * traitement*, suivi* medica*, suivi* par un medecin,
    suivi* psycho*, support plan, support worker*, surdite, surger* in, surgeries, surgery, symptom*, ta sante, tabagi*,
    taille et poids, taux d incapacite, taux d invalidite, tda, tdah, tension arterielle, terminal* ill*, test pcr,
    tested positive, tetanos, tetanus, th ou, tiers temps, toilet*, ton corps, ton psy, tourette*, toxicoman*,
    traitement* en cours, traitement* medica*, transplant*, trauma*, travail adapte, travailleur th, travailleur*
    handicape*, trouble* de, trouble* du, trouble* dys, trouble* menta*, trouble* psy*, tsa, tuberculos*, ulis, un psy,
    unconscious, under a doctor*, unfit for work, units do you drink, units of alcohol, unwell, vaccin*, vape*, vaping,
    varicelle, vegan*, vegetarian*, ventoline, vih, visite medicale, visual impair*, visually impair*, votre corps,
    votre moral, votre psy, votre sante, vulnerable person, walk * unaided, walk a mile, walking frame, walking stick*,
    wear glasses, weight and height, weight height, wet* the bed, wheel chair*, wheelchair*, workplace adjustment*,
    yellow fever, your body, your doctor, your gp, your health, your impairment*, your period
    """

LIKELY = """
    chirurg*, deficience*, diagnos*, diet, diets, disease*, handicap*, health, ill, illness*, inaptitude*, incapacite*,
    invalidite*, maladie*, medica*, medicine*, pathologi*, psychiatr*, sanitaire*, sante, therap*, trauma*, unwell
    """

POSSIBLE = """
    accessibilite, accessibility, accessible*, accommodations, accompagnement* particulier*, accompagnement*
    specifique*, adaptation*, addictions, additional need*, additional requirement*, additional support, adjustment*,
    ajustement*, alcohol, alcool, amenagement*, aptitude* physique*, assistance needed, assurance maladie, audition,
    besoin* particulier*, besoin* specifique*, blesse*, blessure*, blind, carer of, condition, condition* lasting,
    condition* or illness*, condition* physique*, conditions that, convalescen*, deaf, difficulte* particuliere*,
    difficulte* physique*, douleur*, drogue*, drug, drugs, dys, eyesight, fatigue*, fauteuil, feel* * overwhelmed, fit,
    fitness, gis, guaranteed interview*, handicap, health, hearing, hospitalisation, humeur, impair*, infirmite*,
    learning needs, lesion*, lifting, limitation* physique*, limited because, limited mobility, lunettes, malade*,
    malaise, materiel * particulier, materiel * specifique, materiel adapte, medecine du travail, medicaments, mood,
    needs support, operation*, pain, panic, phobi*, physical, physical* demand*, physical* limit*, physio*, poids, psy,
    psychological, psychologique*, regime, regimes, rehab*, restriction*, sante, sensory, sick, sickly, sleep problem*,
    smoke, smoking, soin, soins, sommeil, souffr*, stress level*, suffer*, support need*, support requirement*, tabac,
    therapist*, traitement, traitements, treatment, unable to perform, urgence medicale, vue, vulnerable, weight,
    wellbeing need*, wheelchair
    """

ANSWERS = """
    adhd, allerg*, anxiety*, arthritis, asthma*, asthme*, aucun handicap, auditif, autis*, aveugle*, bipolar*, blind*,
    cancer, casher, cognitif, cognitive, deaf*, depression*, diabet*, disabled, dyslex*, dysprax*, epilep*, fauteuil*,
    gluten free, halal, handicap*, hard of hearing, hearing impair*, hiv, invalidit*, kasher, kosher, lactose *,
    learning difficult*, learning disab*, long term illness*, long term sick, maladie*, malentendant*, malvoyant*,
    maternity *, menopaus*, mental, mental health condition*, mobility, moteur, neurodiver*, no disability, not
    disabled, nut allergy, partially sighted, physical disab*, physical impair*, pmr, polyhandicap, psychique, sans
    gluten, sans lactose, sans porc, sensory disab*, sensory impair*, sick leave, sight loss, sourd*, trouble* de,
    trouble* du, trouble* dys, trouble* psy*, unable to work, vegan*, vegetarian*, vegetarien*, visual, visual impair*,
    visuel, wheelchair*
    """

TELLING = """
    aah, aeeh, allocation * handicap*, attendance allowance, carer allowance, carer s allowance, carers allowance,
    disability allowance*, disability benefit*, disability living, disability pension*, disability support pension,
    gluten free, incapacity benefit*, invalidity pension*, nut free, pension* * invalidite, personal independence
    payment, rente ai, rente* * invalidite, sans gluten, ssdi
    """
