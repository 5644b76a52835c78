"""Questions that ask for sensitive data, in words made up for these tests."""

SENSITIVE = """
health | Body mass index
health | Over the past two weeks, how often have you felt hopeless? | Never; Some days; Every day
health | Ces derniers jours, vous êtes-vous senti·e à bout ? | Oui; Non
health | Which movements should you avoid?
health | Signed off work since
health | Que faire en cas de crise ?
health | Avez-vous des difficultés pour vous concentrer ? | Oui; Non
health | Any shoulder problems?
health | Recevez-vous une pension d'invalidité ? | Oui; Non
origin | Are you Swiss? | Yes; No
origin | Êtes-vous belge ? | Oui; Non
origin | Attente de la réponse de l'OFPRA
origin | How long have you lived in Ireland?
origin | De quel pays viennent tes grands-parents ?
sexuality | Sex you were given at birth
union | Are you a member of another staff association? | Yes; No
biometrics | Genotype
criminal record | Known to the police? | Yes; No
health | var_31 | Physical disability; Sensory disability; Mental health condition; Prefer not to say
health | Do you wear a hearing aid or use a cochlear implant? | Yes; No
health | Do you have any conditions that might affect you on the trip?
health | Avez-vous besoin d’un aménagement de poste ? | Oui; Non
health | Do you have a disability? | Yes; No; Decline to self-identify
health | How many units do you drink a week?
health | Epi-pen required | Yes; No
health | Avez-vous des restrictions (végétarien, halal, allergies) ?
health | Avez-vous traversé un épisode dépressif ? | Oui; Non
health | Aptitude médicale délivrée le
health | Overall how is your mood? | Good; Bad
health | Have you received a vaccination against tetanus in the last ten years? | Yes; No
health | Avez-vous des contre-indications à la pratique sportive ? | Oui; Non
health | Handicap
health | Are you a disabled veteran? | Yes; No
health | Personne à mobilité réduite | Oui; Non
health | Energy levels and chronic fatigue
health | Vulnerable person or shielding | Yes; No
health | Emergency medical information
health | Régime alimentaire
health | How can we make the sessions accessible for you?
health | Mobility or sensory requirements for the venue
health | Does anyone in your household have a long-term health condition? | Yes; No
health | Portez-vous un pacemaker ? | Oui; Non
health | Q21 | Sans gluten; Végétarien; Halal; Aucune restriction
health | Do you experience any of the following? | Dyslexia; ADHD; Anxiety; None of the above
health | Avez-vous des difficultés pour entendre, voir ou marcher ? | Oui; Non
health | Votre handicap nécessite-t-il des aménagements ? | Oui; Non
health | Do you consider yourself neurodivergent? | Yes; No; Unsure
health | Have you tested positive for COVID-19? | Yes; No
health | Êtes-vous à mobilité réduite ? | Oui; Non
health | GP name and surgery
health | Is your day-to-day life limited because of a condition lasting 12 months or more? | A lot; A little; No
health | Do you receive any disability benefits? | Yes; No
health | What support do you need because of your condition?
health | Nom du médecin traitant
health | How would you rate your health in general? | Very good; Good; Fair; Bad; Very bad
health | Have you used illegal drugs? | Yes; No
health | Current medication, with dosage
health | Are you an unpaid carer for someone who is ill or disabled? | Yes; No
health | Infos médicales
health | Does your child have any medical conditions, SEND or EHCP?
health | Avez-vous besoin d'un accompagnement lié à un handicap ? | Oui; Non
health | Déficience | Motrice; Visuelle; Auditive; Intellectuelle
health | Access reqs
health | Observations santé
health | Prenez-vous des médicaments tous les jours ? | Oui; Non
health | Régime sans sel, diabétique ou autre
health | Doctor's telephone number
health | Taille et poids
health | On a scale of 1 to 10, how is your mental health at the moment? | 1; 5; 10
health | Fournir un certificat médical de moins de trois mois
health | Êtes-vous suivi médicalement ? | Oui; Non
health | Dietary requirements | None; Vegetarian; Halal; Gluten free; Other
health | Suivez-vous un régime alimentaire particulier ? | Végétarien; Sans porc; Sans gluten; Aucun
health | HasDisability | TRUE; FALSE
health | Have you been diagnosed with ADHD, autism or dyslexia? | Yes; No; Waiting for an assessment
health | Que faut-il savoir de votre santé ?
health | Avez-vous une maladie ou un handicap invisible ? | Oui; Non
health | Do you take drugs or drink? | Often; Never
health | Allergies/medical
health | Besoins spécifiques en matière d’accessibilité
health | Your blood type | A; B; AB; O
health | Traitement médical en cours
health | Are you currently under the care of a psychiatrist or psychologist? | Yes; No
health | Disabled? | Y; N
health | Précisez la nature de votre handicap
health | Food allergies or intolerances
health | Disability status | Disabled; Not disabled; Prefer not to answer
religion | Mangez-vous casher ou halal ? | Oui; Non
religion | Êtes-vous chrétien, musulman, juif, sans religion ?
religion | Pratiquez-vous le ramadan ? | Oui; Non
religion | Faith community
religion | Croyez-vous en Dieu ? | Oui; Non
religion | Do you observe Ramadan, Shabbat or other fasts? | Yes; No
religion | Allez-vous à la messe, à la mosquée ou à la synagogue ? | Souvent; Parfois; Jamais
religion | Which religious group, if any, do you feel closest to?
religion | Votre appartenance confessionnelle
religion | What is your faith?
religion | Q2 | Hindou; Musulman; Chrétien; Sans religion
religion | Appartenance religieuse | Christianisme; Islam; Judaïsme; Aucune
religion | À quel culte appartenez-vous ?
religion | What religion were you brought up in?
religion | Religious belief | Christian; Muslim; Hindu; Sikh; Jewish; Buddhist; None
religion | Êtes-vous croyant ? | Oui; Non; Agnostique
religion | Q22 | Church of England; Islam; Judaism; Hinduism; No religion
religion | Your church or parish
religion | Do you regard yourself as belonging to any particular religion? | Yes; No
religion | Which faith do you practise, if any?
religion | Spiritualité | Oui; Non
religion | Fêtes religieuses que vous observez
religion | Êtes-vous de confession musulmane, juive, chrétienne ?
religion | Do you pray? | Every day; Sometimes; Never
origin | What is your racial or ethnic identity? (tick all that apply)
origin | Diriez-vous que vous êtes racisé·e ? | Oui; Non
origin | Tribe or clan
origin | Pays d'origine de votre famille
origin | Communauté d'appartenance
origin | Êtes-vous d'origine étrangère ? | Oui; Non
origin | What best describes your ethnic background? | White; Mixed; Asian or Asian British; Black or Black British
origin | What is your cultural heritage?
origin | How would you describe your ethnicity?
origin | Are you a member of a Roma or Traveller community? | Yes; No
origin | Are you Hispanic or Latino? | Yes; No
origin | Date d'arrivée en France
origin | Do you identify as a person of colour? | Yes; No; Prefer not to say
origin | Where is your family originally from?
origin | Are you of Aboriginal or Torres Strait Islander descent? | Yes; No
origin | ethnicity_code | W; B; A
origin | EthnicOrigin
origin | Vos origines
origin | Quelle est votre origine ethnique ?
origin | Were you born in the UK? | Yes; No
origin | E1 | Blanc; Noir; Métis; Arabe; Asiatique
origin | Which of these groups do you identify with? | Arab; Black; East Asian; South Asian; White
origin | Êtes-vous perçu comme une personne non blanche ? | Oui; Non
origin | Couleur de peau
origin | D4 | White - British; White - Irish; Black - African; Black - Caribbean; Indian; Pakistani; Chinese
origin | Do you hold a British passport? | Yes; No
origin | Êtes-vous issu de l’immigration ? | Oui; Non
origin | Pays de naissance
origin | What caste do you belong to?
origin | Which tribe do you belong to?
origin | Immigration status | Citizen; Settled; Visa; Asylum seeker
origin | I identify my ethnicity as | Asian; Black/African; Caucasian; Hispanic/Latinx; Pacific Islander
origin | Langue et culture d'origine
sexuality | Q31 | Heterosexual; Homosexual; Bisexual; Asexual; Prefer not to say
sexuality | Êtes-vous homosexuel, bisexuel, hétérosexuel ?
sexuality | Êtes-vous une personne transgenre ? | Oui; Non
sexuality | Are you intersex? | Yes; No
sexuality | Êtes-vous en couple avec une personne du même sexe ? | Oui; Non
sexuality | sexual_orientation
sexuality | Personne LGBTI | Oui; Non
sexuality | Comment définissez-vous votre orientation ? | Hétéro; Homo; Bi; Autre
sexuality | Votre genre correspond-il au sexe qui vous a été assigné à la naissance ? | Oui; Non
sexuality | Do you identify as LGBTQ+? | Yes; No; Prefer not to say
sexuality | Sexuality
sexuality | SexualOrientation | Het; Gay; Bi
sexuality | Sexuality | Straight; Gay; Bi; Other
sexuality | genderIdentitySameAsBirth | Y; N
sexuality | Trans status | Yes; No; Prefer not to say
sexuality | Faites-vous partie de la communauté LGBT ? | Oui; Non
sexuality | Do you identify as transgender? | Yes; No
sexuality | Is the gender you identify with the same as your sex registered at birth? | Yes; No
sexuality | Êtes-vous une personne trans ou non binaire ? | Oui; Non
sexuality | I identify as: | Heterosexual; Gay; Bi; Queer
sexuality | Would you describe yourself as transgender? | Yes; No
sexuality | Vous sentez-vous attiré·e par les hommes, les femmes, les deux ?
sexuality | Vous considérez-vous comme une personne LGBTQIA+ ? | Oui; Non
sexuality | Does your gender identity match your sex as registered at birth? | Yes; No
politics | Avez-vous voté aux dernières élections ? | Oui; Non
politics | Pour quel candidat voterez-vous ?
politics | Are you Republican or Democrat?
politics | Étiquette politique
politics | Vos opinions politiques | Gauche; Centre; Droite; Sans opinion
politics | Are you politically active? | Yes; No
politics | How would you describe your political outlook? | Left; Centre; Right
politics | Are you a councillor or member of parliament? | Yes; No
politics | political_affiliation
politics | Do you support a political party? | Yes; No
politics | Participez-vous à des manifestations ? | Souvent; Parfois; Jamais
politics | Which party would you vote for tomorrow?
politics | Where would you place yourself on a left-right scale? | 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10
politics | Political views | Very liberal; Liberal; Moderate; Conservative
politics | Êtes-vous militant·e ou adhérent·e d’un parti ? | Oui; Non
politics | Who did you vote for in the last election?
politics | Political leaning | Left; Right; None
politics | Do you hold an elected office or have you ever stood as a candidate? | Yes; No
politics | Orientation politique | Gauche; Droite
politics | Êtes-vous inscrit sur les listes électorales ? | Oui; Non
politics | Are you a member of a political party? | Yes; No
politics | Votre sensibilité politique | Gauche; Droite; Centre
politics | Would you call yourself conservative or liberal? | Conservative; Liberal
politics | P6 | Labour; Conservative; Liberal Democrat; Green; Reform UK
union | Which union do you belong to?
union | Labor union affiliation
union | TU member | Y; N
union | Exercez-vous des fonctions de représentant du personnel ou syndicales ? | Oui; Non
union | Avez-vous participé à une grève ? | Oui; Non
union | Êtes-vous délégué syndical ? | Oui; Non
union | Do you want a representative of your union to be present? | Yes; No
union | Appartenance à une organisation syndicale | Oui; Non
union | Have you ever been on strike? | Yes; No
union | UnionMembership
union | U1 | Unite; UNISON; GMB; Not in a union
union | Êtes-vous syndiqué·e ? | Oui; Non
union | Avez-vous une carte syndicale ? | Oui; Non
union | À quel syndicat adhérez-vous ?
union | Q8 | CGT; CFDT; FO; CFTC; Aucun
union | Are you a union rep? | Yes; No
union | Avez-vous déjà fait grève ? | Oui; Non
union | Is your workplace unionised and are you a member? | Yes; No
union | Syndicat
union | Do you pay union dues? | Yes; No
union | Are you a trade union member? | Yes; No
union | Are you a shop steward? | Yes; No
union | Trade union
union | Affiliation syndicale | CGT; CFDT; FO; SUD; Aucune
pregnancy | Are you on maternity or adoption leave? | Yes; No
pregnancy | Êtes-vous en congé maternité ? | Oui; Non
pregnancy | Avez-vous un projet de grossesse ? | Oui; Non
pregnancy | Suivez-vous un parcours de PMA ? | Oui; Non
pregnancy | Expected due date of your baby
pregnancy | Have you given birth in the last 26 weeks? | Yes; No
pregnancy | Are you trying for a baby? | Yes; No
pregnancy | Allaitez-vous ? | Oui; Non
pregnancy | Êtes-vous en congé parental ou maternité ? | Oui; Non
pregnancy | Parental leave status | On leave; Not on leave
pregnancy | IsPregnant | Y; N
pregnancy | Are you pregnant or on maternity leave? | Yes; No; Prefer not to say
pregnancy | Date prévue de l’accouchement
pregnancy | Are you breastfeeding? | Yes; No
pregnancy | Are you expecting? | Yes; No
pregnancy | Enceinte | Oui; Non
pregnancy | Retour de congé maternité | Oui; Non
pregnancy | Date d'accouchement prévue
pregnancy | Pregnancy and maternity
pregnancy | Currently pregnant or breastfeeding | Yes; No
pregnancy | Êtes-vous enceinte ou jeune mère ? | Oui; Non
pregnancy | Souhaitez-vous avoir des enfants dans les deux ans ? | Oui; Non
pregnancy | Are you pregnant or have you recently had a baby? | Yes; No
pregnancy | Grossesse en cours | Oui; Non
record | Casier judiciaire vierge | Oui; Non
record | Extrait de casier (bulletin n° 3)
record | Êtes-vous sorti de prison depuis moins de deux ans ? | Oui; Non
record | Have you been charged with a crime against a child? | Yes; No
record | Have you ever pleaded guilty to a felony or misdemeanor? | Yes; No
record | Avez-vous été condamné pénalement ? | Oui; Non
record | Enhanced disclosure reference
record | Have you ever been convicted of an offence? | Yes; No
record | Do you have a criminal record? | Yes; No
record | Are you an ex-offender or care leaver? | Yes; No
record | PVG membership number
record | Are you on a barred list for work with children? | Yes; No
record | Êtes-vous sous contrôle judiciaire ? | Oui; Non
record | Êtes-vous sous main de justice ? | Oui; Non
record | Avez-vous déjà eu affaire à la justice ? | Oui; Non
record | Do you consent to a criminal background check? | Yes; No
record | Do you have any convictions that are not spent? | Yes; No
record | Casier | Vierge; Non vierge
record | criminal_record | Y; N
record | Avez-vous un casier judiciaire ? | Oui; Non
record | Have you any criminal convictions, cautions or pending cases? | Yes; No
record | Details of any cautions, reprimands or final warnings
record | Attestation d'honorabilité
record | Have you ever been convicted of a felony? | Yes; No
genetics | Avez-vous fait un test génétique ? | Oui; Non
genetics | Have you taken a DNA test? | Yes; No
genetics | Genetic conditions in your family
genetics | Fingerprint reference
genetics | Empreintes digitales
"""
"""Subject, question, options.health | HLTH1. Suivi médical en cours ?
religion | REL. Pratique d'un culte
origin | Q14_caste_group
origin | Vous considérez-vous comme appartenant à un groupe racisé ?
origin | Êtes-vous membre d'une Première Nation ?
religion | Appartenez-vous à une communauté religieuse particulière ?
health | Numéro AVS et rente d'invalidité
health | Bénéficiez-vous de prestations de l'AI ?
origin | Lieu d'origine (commune bourgeoise)
religion | Payez-vous l'impôt paroissial ?
religion | Faites-vous partie du conseil de paroisse ?
politics | Ton parti, si t'en as un
health | T'as déjà fait de la garde à vue ?
health | Tu te sens comment dans ta tête en ce moment ?
health | Tu vois un psy ?
pregnancy | T'es enceinte ou pas ?
health | T'as une maladie dont on devrait être au courant ?
sexuality | Tu es plutôt gay, hétéro, autre ?
health | Un souci de santé à nous signaler ?
health | Y a-t-il des sports que tu ne peux pas faire ?
health | Do you carry any medication with you?
health | Are you allergic to anything?
health | Anything we should know about your child's behaviour or health?
health | Does your son or daughter wear glasses?
health | Has she started her period?
health | Swimming: any ear problems?
health | May we give paracetamol?
health | Family doctor and phone
health | Last dose of tetanus
health | Are vaccinations current?
health | Insurance: policy number and primary care physician
health | Do you have a history of fainting?
health | Do you need a sign language interpreter?
health | Any access needs for the day?
health | Which adjustments would help you in the workplace?
health | Do you have a Disabled Students' Allowance?
health | Have you registered with the disability office?
health | Do you consider yourself Deaf?
health | Are you a veteran with a service-connected disability?
health | I identify as a person with a disability
health | Voluntary self-identification of disability
health | Veteran / Disability / Race (EEO)
origin | Ethnicity (select all that apply)
origin | Do you need visa sponsorship because you are not a citizen?
origin | Which state's domicile and category (Gen/OBC/SC/ST) do you hold?
religion | Religion & community
religion | Gotra
religion | Mother's religion
origin | Are you from a minority community?
origin | Have you ever been detained or deported?
criminal record | Have you been involved in any court case?
criminal record | FIR or criminal case pending against you?
criminal record | Police verification done?
criminal record | Have you read your DBS certificate into our system? Number
criminal record | Any cautions, reprimands or final warnings?
criminal record | Avez-vous déjà comparu devant un tribunal ?
criminal record | Êtes-vous en libération conditionnelle ?
criminal record | Combien de temps avez-vous passé en détention ?
criminal record | Motif de l'incarcération
criminal record | Êtes-vous inscrit au fichier des auteurs d'infractions ?
politics | Have you ever been excluded from a party for your views?
politics | Would you describe yourself as left-wing?
politics | Are you a councillor or candidate?
politics | Do you attend party meetings?
religion | Political beliefs that matter to you
politics | Êtes-vous colistier ou tête de liste ?
politics | Avez-vous un engagement politique ?
politics | À quel courant du parti appartenez-vous ?
union | Which union are you in?
union | Are you a health and safety rep for your union?
union | Have you taken industrial action?
politics | Avez-vous un mandat de représentant du personnel ?
union | Heures de délégation syndicale
union | Êtes-vous adhérent à la CGT ?
sexuality | Would you want your mentor to be of the same sexual orientation?
sexuality | Do you want an LGBT mentor?
origin | Would you like a mentor of the same ethnicity?
religion | Souhaitez-vous une marraine qui partage votre foi ?
health | Préférez-vous un mentor en situation de handicap comme vous ?
sexuality | Are you trans?
sexuality | Civil partner's sex
sexuality | Do your parents know that you are gay?
pregnancy | Are you on maternity leave?
pregnancy | Quand attendez-vous votre bébé ?
pregnancy | Êtes-vous en congé parental ?
pregnancy | Which trimester are you in?
pregnancy | Have you recently given birth?
health | Do you have a genetic condition?
biometrics | Would you take a DNA test?
religion | Do you believe in a higher power?
religion | Is Friday prayer a constraint for you?
religion | Do you celebrate Christmas or Eid?
religion | Êtes-vous pratiquant ?
religion | Avez-vous été élevé dans une religion ?
religion | Do you belong to a house group or small group at church?
religion | Date of baptism
religion | Pastor's reference
religion | Tell us about your relationship with God
religion | Quel jour de repos religieux respectez-vous ?
religion | Is your family Muslim, Hindu or Christian?
religion | Comment vivez-vous votre foi au quotidien ?
religion | Faith (optional)
religion | Have you completed hajj?
religion | Souhaitez-vous des repas sans porc ?
politics | Who did you vote for last time?
politics | Avez-vous exercé un mandat de conseiller municipal ?
politics | Êtes-vous sympathisant d'un mouvement politique ?
politics | Are you standing in the local elections?
politics | Rate yourself from very liberal to very conservative
union | Which trade union represents you?
politics | Avez-vous été élu du personnel ?
union | Êtes-vous à jour de votre cotisation syndicale ?
union | Have you crossed a picket line?
origin | Minority community (Yes/No)
origin | How long have you lived in this country?
origin | When did you arrive in Canada?
origin | Es-tu d'origine étrangère ?
origin | Êtes-vous une personne racisée ?
origin | Are your parents immigrants?
health | Does the camper have seizures?
health | Date of last physical exam
health | Sleepwalking, nightmares or bed-wetting
health | Prend-il des médicaments ?
health | Do you suffer from migraines?
health | Have you ever been sectioned?
health | Do you have ADHD or dyslexia?
health | Besoin d'un fauteuil ?
health | Do you need help getting to the toilet?
health | Do you have any physical limitations?
health | Are you in recovery?
health | Are you returning from sick leave?
health | Blue badge holder
health | Votre taux d'incapacité
health | Is anyone in your household shielding?
pregnancy | Date prévue de l'accouchement
pregnancy | Do you need a lactation room?
sexuality | Tu préfères les garçons ou les filles ?
sexuality | Do you identify as a trans man or trans woman?
criminal record | Have you ever been arrested?
criminal record | Are you on probation?
criminal record | Avez-vous fait de la prison ?
"""
