"""Questions in words made up for these tests that only look as if they asked for sensitive data."""

NEAR = """
Politique santé de votre employeur : la connaissez-vous ? | Oui; Non
Are you Irish-speaking? | Yes; No
Are you a British Sign Language teacher? | Yes; No
Do you have a child at this school? | Yes; No
Are you a member of the drama club? | Yes; No
Pour candidater, qui contacter ?
Heritage conservation course: which year?
Délégué de promotion : candidat ? | Oui; Non
Faith in our method, from 1 to 5 | 1; 2; 3; 4; 5
Santé animale : niveau | Débutant; Confirmé
How have you felt about this course? | Good; Bad
Visites de prisons avec votre classe | Oui; Non
Régime indemnitaire : connaissez-vous le vôtre ? | Oui; Non
I believe in lifelong learning | Strongly agree; Agree; Neutral; Disagree; Strongly disagree
What stage of pregnancy research do you work on? | Clinical; Basic
Which cuisine do you cook best? | Indian; Chinese; Italian; Mexican
Métier d’origine
Sciences politiques, droit ou économie ? | Sciences politiques; Droit; Économie
Culte du résultat dans votre entreprise | Faible; Fort
Functional impairment testing of assets (IFRS) | Beginner; Advanced
Spirit of the team | Low; High
Points de vigilance pour votre projet
Special interests | Reading; Chess; Hiking; Cooking
Translation skills | None; Some; Fluent
Weight given to each criterion
Election of the team captain: name
Idée de métier
Année de naissance
Droit syndical : souhaitez-vous vous former ? | Oui; Non
Baby-sitting experience | Yes; No
Quelles sont vos difficultés dans vos études ? | Méthode; Organisation; Motivation
In what condition did the parcel arrive? | Good; Damaged
I vote for this name for our group | Owls; Foxes; Bears
Numéro de sécurité sociale
Années d’exercice à l’hôpital | 0-5; 6-10; 10+
Is there anything else that you would like us to know?
Favourite food
Background image chosen
Êtes-vous membre d'une association ? | Oui; Non
Politique de confidentialité lue et acceptée | Oui
Régimes matrimoniaux : niveau en droit | Faible; Bon
What is the condition of your equipment? | New; Good; Worn
Interest in mental health research | Low; Medium; High
Do you have the right to work in this country? | Yes; No
Born digital archives: your experience | None; Some
Nom de l'association
Left-handed or right-handed mouse? | Left; Right
Certificat de travail fourni | Oui; Non
Gestion de la douleur client dans le service après-vente | Oui; Non
Quel parti tirez-vous de vos erreurs ?
Page orientation | Portrait; Landscape
Birth of the idea: tell us how it came
Secteurs qui vous attirent | Santé; Social; Commerce; Défense; Politique
Ministry you work for
Do you require overnight accommodation? | Yes; No
Dress code for the evening party | Smart; Casual
I have read the privacy policy and agree to it | Yes
Conduite de projet politique de la ville | Oui; Non
Race de votre chien
J’accepte la politique de protection des données | Oui
Prise de parti en réunion : à l’aise ? | Oui; Non
Preferred working language | English; French; German
Please list any conflict of interest
Which client groups do you work with? | Refugees; Prisoners; People with disabilities; Older people
Binary trees and sorting: level | Low; Medium; High
Which industry do you work in? | Health care; Finance; Education; Religious organisations; Government
Type d'établissement | Hôpital; Clinique; EHPAD; Cabinet
Traitement de mes données : je donne mon accord | Oui
Skin care products that you sell | Cream; Soap; Oil
Église, musée ou château : visite choisie | Église; Musée; Château
Aménagement de votre emploi du temps | Matin; Midi; Soir
Do you have a black belt in judo? | Yes; No
Travaillez-vous dans le secteur de la santé ? | Oui; Non
Orientation professionnelle : où en êtes-vous ? | Indécis; Quelques pistes; Décidé
Genre littéraire | Roman; Poésie; Essai
Convincing others comes easily to me | Strongly agree; Agree; Disagree
Demonstration of your project: which day? | Monday; Tuesday; Wednesday
Maladies infectieuses : thème de recherche | Oui; Non
T-shirt size | S; M; L
Yoga and meditation class | Yes; No
Cultivez-vous un potager ? | Oui; Non
Couleur préférée | Blanc; Noir; Rouge; Bleu
Doctoral students supervised
Quelle est l’origine de votre projet ?
Élection du délégué de classe : candidat ? | Oui; Non
Which organisations have you volunteered with? | Hospital; School; Sports club; Church; Food bank
Medical specialty | Cardiology; Psychiatry; Paediatrics; Surgery
Weight of the parcel
Vision for your career
Droit à l'image accordé | Oui; Non
Health and safety training completed | Yes; No
Research theme | Cancer; Diabetes; Neuroscience; Epidemiology
Transports utilisés | Train; Voiture; Vélo
Quel rythme vous convient ? | Une fois par semaine; Une fois par mois
Church architecture interest | Low; High
Which topic would you vote for at the next meetup? | Python; Rust; Go
Medical imaging | No interest; Some interest; Great interest
Course d’orientation : distance | 5 km; 10 km
What was the origin of this project?
Remarques ou besoins particuliers
Marital status | Single; Married; Divorced
Expérience en droit pénal | Aucune; Un peu; Beaucoup
Catégorie socioprofessionnelle des parents | Cadre; Employé; Ouvrier
Manifestations culturelles où vous aideriez | Fête de la musique; Marché de Noël
Mentoring people with disabilities: is it a topic that you would like to be trained in? | Yes; No
Blind review experience | Yes; No
Nationalité des entreprises visées
Genre de spectacle préféré | Théâtre; Danse; Concert; Cirque
Travel cost reimbursement needed | Yes; No
Do you work for a trade union, a company or a charity? | Trade union; Company; Charity
Loisirs
Have you ever been a mentor in a prison education programme? | Yes; No
Do you speak Arabic? | Yes; No
What are you hoping to get from your mentor?
Stress au travail : souhaitez-vous un atelier ? | Oui; Non
Transportation to the venue | Car; Train; Bike
Vos convictions en matière de management
Mandat au conseil d’administration | Oui; Non
Did you receive free school meals? | Yes; No
Mobility: are you ready to move abroad? | Yes; No
Best personal record on 10 km
Stress testing of software: level | Low; High
Membership number
Which industries are you interested in? | Healthcare; Education; Legal; Public sector; Charities
Home address
Sexe du chat
Nombre d'enfants à charge
How did you find out about the programme? | Colleague; Poster; Trade union newsletter
Languages you speak | English; French; Arabic; Chinese; Spanish
Have you worked in the health sector? | Yes; No
Which committee would you like to serve on? | Finance; Health and safety; Social; Diversity
Souhaitez-vous accompagner des jeunes en situation de handicap ? | Oui; Non
Have you managed a project under pressure? | Yes; No
Are you a member of a professional association? | Yes; No
Domaine d’études | Médecine; Théologie; Sciences politiques; Histoire des religions
Do you have a first-aid qualification? | Yes; No
Nombre d’enfants dans la classe
Do you have a driving licence? | Yes; No
Availability due to school holidays
Syndic de copropriété : expérience | Oui; Non
Vos forces et vos faiblesses
Médecin, infirmier ou aide-soignant : votre métier | Médecin; Infirmier; Aide-soignant
What are your convictions about good management?
Matières où vous avez besoin d'aide | Maths; Français; Histoire; Éducation civique
Favourite colour | White; Black; Red; Blue
Age group | 18-24; 25-34; 35-44; 45+
Diplôme le plus élevé | Bac; Licence; Master
Which part of the hospital do you work in? | Emergency; Surgery; Paediatrics; Cardiology
Votre engagement associatif | Sport; Culture; Solidarité
Ville de naissance
Conservative or bold design? | Conservative; Bold
Origin of the data set
Steward at the festival on | Friday; Saturday; Sunday
What do you do in your free time?
Votre école d’origine
Confiance en soi | Faible; Moyenne; Forte
Union square or campus for the meeting? | Union Square; Campus
Deaf ears: do you feel management listens? | Yes; No
How did you hear about us? | A friend; Student union; Social media; Church newsletter
Years of experience in criminal law | 0-2; 3-5; 6-10; 10+
Which department do you work in? | Human resources; Occupational health; Politics; Religious studies; IT
Casier de vestiaire souhaité | Oui; Non
Do you believe mentoring works? | Yes; No; Not sure
Hearing about new technologies excites me | Agree; Disagree
Do you agree to be contacted by your mentor? | Yes; No
Do you have any scheduling constraints?
Faith in the team's future | Low; Medium; High
Orientation day attended | Yes; No
Formation d’origine | Lettres; Sciences; Droit
Positive attitude | Low; Medium; High
Secteur d’activité | Santé; Banque; Industrie; Syndicats et associations; Enseignement
Expected start date
Transition écologique : intérêt | Faible; Moyen; Fort
Votre caractère | Réservé; Sociable
Labor costs handled in your job | Yes; No
Prayer of the week column editor | Yes; No
Noël des bénévoles : viendrez-vous ? | Oui; Non
Year of medical school | 1; 2; 3; 4; 5
Field of study | Medicine; Law; Political science; Theology; Sociology
Do you vote in committee meetings? | Yes; No
Which values matter most to you? | Honesty; Freedom; Equality
À partir de quelle date êtes-vous disponible ?
Vos freins à l'emploi | Mobilité; Garde d'enfants; Diplôme; Langue
Where did this idea originate?
Country where you work | France; Belgium; Switzerland
Êtes-vous gaucher ou droitier ? | Gaucher; Droitier
How accessible was the course content? | Very; Fairly; Not at all
Êtes-vous mobile géographiquement ? | Oui; Non
Does your company have a works council? | Yes; No
Sports you play | Golf; Tennis; Swimming
What genre of music do you like? | Jazz; Rock; Classical; Gospel
Due date of the assignment
How would you describe your personality? | Introvert; Extrovert
Moyen de locomotion | Voiture; Bus; Vélo
Drinks preference | Tea; Coffee; Water
Which liberal arts college did you attend?
Vos valeurs | Honnêteté; Liberté; Égalité
How do you identify problems at work?
Connaissance des institutions européennes | Faible; Bonne
Set union and intersection: confidence | Low; Medium; High
Which campus are you on? | North; South
Service hospitalier | Urgences; Chirurgie; Maternité
Pratiques culturelles | Cinéma; Musée; Concert
Background noise in the office | Low; High
Service d’origine
How long have you worked in public health? | Less than 1 year; 1 to 5 years; More than 5 years
Référent handicap : le poste existe-t-il chez vous ? | Oui; Non
White papers you have written
Please tell us about your background
Do you have any questions or concerns?
Besoins en formation | Anglais; Bureautique; Management
Native apps or web apps? | Native; Web
Justice et droit : votre spécialité | Civil; Pénal; Public
Topics you can mentor on | Work-life balance; Parenting and career; Public speaking; Diversity and inclusion
What are your expectations?
Which green spaces do you visit?
Conditions générales acceptées | Oui
Votre poids dans la décision | Faible; Fort
Data science and machine learning for medical imaging: your level | Beginner; Intermediate; Advanced
Preferred mode of communication | Phone; E-mail; Video
Votre spécialité médicale | Cardiologie; Psychiatrie; Pédiatrie
Practice of English | Daily; Weekly; Rarely
Please describe your main challenge at the moment
Vue sur l'avenir du secteur
Traitement de texte : niveau | Débutant; Intermédiaire; Avancé
Que recherchez-vous chez un mentor ?
Democratic leadership suits me | Agree; Neutral; Disagree
"""
"""Question, options.Filière (santé, droit, sciences politiques)
Votre faculté : médecine, théologie, droit ?
Service ou unité où vous travaillez (urgences, maternité)
Juridiction d'exercice
Nombre de dossiers d'asile traités
Barreau d'inscription
Avez-vous plaidé aux assises ?
Types d'infractions que vous traitez le plus
Have you taught in a faith school?
Which faith communities does your charity serve?
Would you share books about religion with your book group?
Which age group do you teach?
Which section of the library do you manage?
Which trade do you want to learn?
How many union members do you advise each year?
Which collective bargaining topics can you teach?
What legal topics do you cover (discrimination, disability, pregnancy)?
Can you help people with disability claims?
Are you able to support asylum seekers with letters?
Do you speak the language of migrants you support?
Which client groups would you like to work with?
With which patients do you feel at ease?
What does a healthy work-life balance look like to you?
How healthy is your team's culture?
Quels sont vos besoins en matière d'accompagnement ?
Quels obstacles rencontrez-vous dans votre carrière ?
Avez-vous besoin d'un logement ?
Besoin d'une attestation pour votre employeur ?
Avez-vous un vélo ?
Êtes-vous allé à l'étranger ?
Do you work from home?
Is this your first job?
Are you self-employed?
Are you in full-time education?
Are you the first in your family at university?
Do you care for children or relatives?
Have you been in foster care?
Did you receive free school meals?
Êtes-vous salarié, indépendant ou sans emploi ?
Quel est le revenu de votre foyer ?
Type de contrat
Taux d'occupation (%)
Canton de travail
Arrondissement de résidence
Which province do you live in?
State of residence
Nearest train station
Which district do you work in?
District / Taluk
Branch and year
Which stream did you take in 12th?
Marks in class 12
Do you play in a band?
What race distance are you entering?
Which colour group are you in (black, white, red)?
Which house are you in at school?
What is your role in the company?
Quel rôle jouez-vous dans l'association ?
Êtes-vous membre du bureau de l'association ?
Êtes-vous élu au bureau des étudiants ?
Have you stood for the student council?
Are you a class representative?
Délégué de classe ?
Are you a delegate of your company at the fair?
What do you expect of this programme?
Qu'est-ce qui te stresse le plus à l'idée d'arriver ?
De quoi aimerais-tu parler avec ton parrain ?
Ce qui te fait rire
Qu'est-ce qui vous a donné la vocation de soigner ?
Diplôme d'État d'infirmier obtenu en
Spécialité (chirurgie, gériatrie, pédiatrie)
Accepteriez-vous un stagiaire en psychiatrie ?
Would you be comfortable with a mentor younger than you?
Would you prefer a male or a female mentor?
Souhaitez-vous une mentore femme ?
Do you mind being matched with someone from another department?
Politique de remboursement acceptée
Conditions d'annulation
J'accepte la politique de l'association
I confirm that I have read the health and safety notice
Emergency contact relationship
Do you have any special skills?
What are your special interests?
Any special requirements for the projector?
Quelles sont vos convictions pédagogiques ?
What beliefs about teaching do you hold?
Core values
Avez-vous confiance en vous ?
Which charities do you support?
Do you volunteer elsewhere?
Êtes-vous bénévole dans une autre association ?
Can you drive a minibus?
Operating theatre experience (years)
Which practice area are you in (criminal, family, immigration)?
Which unions do you advise?
Number of prison visits you can make each month
Would you meet your mentee in prison?
Do you run a support group for people with cancer?
Are you trained in mental health first aid?
Which patients do you mainly see?
Dans quelle spécialité médicale êtes-vous interne ?
Quel métier de la santé exercez-vous ?
Service d'affectation (pédiatrie, psychiatrie, maternité)
Avez-vous une expérience auprès de publics handicapés ?
Publics que vous accompagnez
Avez-vous travaillé avec des réfugiés ?
Vous êtes avocat en droit pénal ou en droit du travail ?
Quelle matière enseignez-vous ?
How would you describe your practice?
How long have you worked in social care?
Which party was responsible for the delay?
Do you want to join the end-of-year party?
Souhaitez-vous participer à la fête de fin d'année ?
Avez-vous participé à une manifestation sportive ?
Which church music do you play on the organ?
Quels services de la mairie connaissez-vous ?
Which communities of practice do you belong to?
Which online communities are you active in?
Which community would you like to serve (city)?
Are you a member of the alumni association?
Are you a member of a professional body?
Which branch (shop) do you work at?
Which campaign did you come from (marketing)?
How did you hear about our campaign?
Do you have experience of running a campaign?
Do you have staff to support you?
Do you need a parking space?
Do you need help with your CV?
Do you need accommodation?
Are you comfortable with video calls?
Are you willing to travel?
Are you willing to be filmed?
Do you prefer a quiet or a lively place to meet?
Are you happy with your job?
How stressed are you about the exam?
What are your fears about starting university?
What is your biggest weakness at work?
Quelles sont vos craintes pour ce stage ?
Avez-vous un ordinateur ?
Êtes-vous véhiculé ?
Avez-vous une assurance responsabilité civile ?
Avez-vous un proche dans l'école ?
Est-ce que vous êtes boursier ?
Êtes-vous la première personne de votre famille à faire des études ?
Combien d'enfants avez-vous ?
Garde des enfants : avez-vous besoin d'une solution ?
Vivez-vous seul(e) ?
Vivez-vous en couple ?
Marital status
Where did you grow up?
Hometown
Where did you go to school?
Which languages do you speak?
Quelle langue parlez-vous à la maison ?
Do you hold a work permit?
Visa required for travel?
Passport number
Place of birth
Age
Driving licence category
Membership category
Category of participant
Conférence sur la politique agricole : serez-vous présent ?
Political science or law?
What is your policy area?
Which policy would you change at work?
Do you have a health and safety certificate?
Do you hold a first aid certificate?
Certificat de secourisme
Domaine : santé, social, éducation
Do you work in health, education or justice?
Are you interested in public health?
Are you a nurse, a teacher or a social worker?
Do you work with children with special needs?
Have you taught pupils with dyslexia?
Aimeriez-vous mentorer une personne en situation de handicap ?
Would you mentor a refugee?
Would you mentor someone of a different religion?
"""
