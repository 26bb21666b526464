### Shared

# Stands after “op”.
moment =
    { $day } { $month ->
        [1] januari
        [2] februari
        [3] maart
        [4] april
        [5] mei
        [6] juni
        [7] juli
        [8] augustus
        [9] september
        [10] oktober
        [11] november
       *[12] december
    } { $year } om { $time } UTC
span-days =
    { $count ->
        [one] { $count } dag
       *[other] { $count } dagen
    }
span-hours = { $count } uur
span-minutes =
    { $count ->
        [one] { $count } minuut
       *[other] { $count } minuten
    }
span-seconds =
    { $count ->
        [one] { $count } seconde
       *[other] { $count } seconden
    }

### Mail

mail-greeting = Hallo,
mail-greeting-named = Hallo { $name },
mail-not-me-button = Dit was ik niet
mail-link-as-text = Werkt de knop niet? Open dan dit adres:
mail-automatic = Deze e-mail is automatisch verstuurd door { $product }.
mail-support = Hulp nodig? Vraag het hier:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] De aanvraag kwam van { $browser } op { $system }.
       *[other] De aanvraag kwam van { $browser } op { $system }, netwerkadres { $network }.
    }

mail-reset-subject = Stel je wachtwoord voor { $product } opnieuw in
mail-reset-intro = Iemand, waarschijnlijk jij, heeft op { $moment } een nieuw wachtwoord aangevraagd voor je account bij { $product }.
mail-reset-link = Open deze link om een nieuw wachtwoord te kiezen:
mail-reset-button = Nieuw wachtwoord kiezen
mail-reset-link-lives = De link werkt één keer en blijft { $span } geldig.
mail-reset-code = Of typ deze code waar erom gevraagd wordt:
mail-reset-code-lives = De code blijft { $span } geldig.
mail-reset-not-me = Was jij het niet? Dan is er niets veranderd: je wachtwoord werkt nog. Geef de link en de code aan niemand door. Om ze ongeldig te maken en het ons te laten weten, open je:

mail-password-changed-subject = Je wachtwoord voor { $product } is gewijzigd
mail-password-changed-preheader = Was jij het niet? Laat het ons dan meteen weten.
mail-password-changed-intro = Het wachtwoord van je account bij { $product } is op { $moment } gewijzigd.
mail-password-changed-if-me = Was jij het, dan hoef je verder niets te doen.
mail-password-changed-not-me = Was jij het niet? Dan heeft iemand misschien toegang tot je account of je mailbox. Laat het ons meteen weten:

mail-no-account-subject = Je hebt bij { $product } een nieuw wachtwoord aangevraagd
mail-no-account-intro = Iemand, misschien jij, heeft op { $moment } bij { $product } een nieuw wachtwoord aangevraagd voor het account met dit adres.
mail-no-account-none = Er is geen account met dit adres dat een nieuw wachtwoord kan krijgen. Was jij het, probeer dan een ander adres waarmee je je misschien hebt geregistreerd.
mail-no-account-ignore = Was jij het niet, dan hoef je niets te doen.

mail-test-subject = Een testmail van { $product }
mail-test-intro = Iemand die het herstellen van wachtwoorden bij { $product } beheert, heeft op { $moment } een testmail aangevraagd. Die is aangekomen, dus e-mails met een herstellink komen ook aan.
mail-test-look = Kijk of de e-mail als spam is binnengekomen en of de afzender wordt getoond zoals je wilt.

### Pages

page-field-email = E-mailadres
page-field-code = Code
page-field-code-hint = Acht letters en cijfers, bijvoorbeeld 7K3P‑M9QX. Hoofdletters en streepjes maken niet uit.
page-field-password = Nieuw wachtwoord
page-field-password-confirmation = Herhaal het nieuwe wachtwoord
page-ask-again = Nog een e-mail aanvragen
page-support = Hulp krijgen

page-demo = Dit is een demo: probeer ada@example.com.
page-demo-mailbox = De mailbox openen

page-forgot-title = Wachtwoord vergeten?
page-forgot-intro = Vul het e-mailadres van je account bij { $product } in. We sturen je een link waarmee je een nieuw wachtwoord kiest.
page-forgot-button = Stuur me de e-mail
page-forgot-have-code = Ik heb al een code

page-sent-title = Kijk in je mailbox
page-sent-intro = Als er een account bij { $product } is met dat adres, is er een e-mail met een link en een code onderweg. Om ieders privacy te beschermen, zeggen we hier niet of dat zo is.
page-sent-nothing = Geen e-mail gekregen?
page-sent-minutes = Wacht een paar minuten.
page-sent-spam = Kijk in de map voor spam of ongewenste e-mail.
page-sent-address = Misschien heb je je met een ander adres geregistreerd, of zit er een typfout in dit adres.
page-sent-sender = De afzender is:
page-sent-wait = Nog een e-mail aanvragen kan over:
page-sent-wait-over = Je kunt nu nog een e-mail aanvragen.
page-sent-other-address = Een ander adres proberen
page-sent-code = Typ de code of open de link

page-code-title = Kies een nieuw wachtwoord met je code
page-code-intro = In de e-mail van { $product } staat naast de link ook een code. Daarmee kun je hier een nieuw wachtwoord kiezen, op elk apparaat dat je wilt.
page-code-no-script = Heb je de link uit de e-mail geopend? Die heeft JavaScript nodig, en dat staat uit in deze browser. De code uit dezelfde e-mail werkt ook zonder.
page-code-button = Doorgaan

page-choose-title = Kies een nieuw wachtwoord
page-choose-hint =
    { $count ->
        [one] Minstens { $count } teken. Een paar woorden die niets met elkaar te maken hebben, zijn makkelijk te onthouden en moeilijk te raden.
       *[other] Minstens { $count } tekens. Een paar woorden die niets met elkaar te maken hebben, zijn makkelijk te onthouden en moeilijk te raden.
    }
page-choose-hint-unleash = Minstens 10 tekens, met een hoofdletter, een kleine letter, een cijfer en een speciaal teken, en geen teken drie keer achter elkaar.
page-choose-again = Dat wachtwoord is niet geaccepteerd:
page-choose-mismatch = De twee wachtwoorden zijn niet gelijk.
page-password-too-short =
    { $count ->
        [one] Gebruik minstens { $count } teken.
       *[other] Gebruik minstens { $count } tekens.
    }
page-password-too-long =
    { $count ->
        [one] Gebruik hoogstens { $count } teken.
       *[other] Gebruik hoogstens { $count } tekens.
    }
page-password-too-many-bytes =
    { $count ->
        [one] Gebruik een korter wachtwoord: er kan hoogstens { $count } byte worden opgeslagen, en letters buiten het Engelse alfabet nemen er elk twee tot vier in.
       *[other] Gebruik een korter wachtwoord: er kunnen hoogstens { $count } bytes worden opgeslagen, en letters buiten het Engelse alfabet nemen er elk twee tot vier in.
    }
page-password-has-nul = Laat het NUL-teken weg.
page-password-common = Dit is een van de wachtwoorden die aanvallers het eerst proberen.
page-password-breached = Dit wachtwoord is opgedoken in een datalek; zulke wachtwoorden proberen aanvallers het eerst.
page-password-is-product-name = Gebruik niet de naam van deze dienst.
page-password-is-address = Gebruik niet je e-mailadres of een deel ervan.
page-password-is-name = Gebruik niet je naam.
page-password-repeats = Gebruik niet drie keer hetzelfde teken achter elkaar.
page-password-no-lower-case = Voeg een kleine letter toe, a tot en met z.
page-password-no-upper-case = Voeg een hoofdletter toe, A tot en met Z.
page-password-no-digit = Voeg een cijfer toe, 0 tot en met 9.
page-password-no-special = Voeg een speciaal teken toe, zoals een leesteken of een spatie.
page-password-previously-used = Kies een wachtwoord dat je hier nog niet eerder hebt gebruikt.
page-password-too-young = Het wachtwoord is pas kort geleden gewijzigd en kan nog niet opnieuw worden gewijzigd. Probeer het later opnieuw.
page-password-refused-by-store = De wachtwoordregels van je organisatie staan dit niet toe. Kies een langer wachtwoord met andere tekens.
page-choose-show = Wachtwoorden tonen
page-choose-caps-lock = Caps Lock staat aan.
page-choose-button = Wachtwoord wijzigen
page-choose-sessions = Misschien moet je daarna opnieuw inloggen op je apparaten.

page-strength-short = Nog te kort.
page-strength-kinds-missing = Er ontbreekt nog iets van wat hierboven wordt gevraagd.
page-strength-repeats = Makkelijk te raden: steeds dezelfde paar tekens.
page-strength-row = Makkelijk te raden: een reeks op het toetsenbord of in het alfabet.
page-strength-known = Makkelijk te raden: weinig meer dan je adres of de naam van deze dienst.
page-strength-fair = Lang genoeg. Een langer wachtwoord is moeilijker te raden.
page-strength-good = Goed: lang, en niets eraan lijkt makkelijk te raden.

page-refused-title = Deze link of code werkt niet
page-refused-why = Misschien is die al gebruikt, te oud of vervangen door een nieuwere e-mail. In een code kan een typfout zitten.
page-refused-safe = Door het openen is er niets veranderd.
page-refused-ask = Nieuwe e-mail aanvragen
page-refused-code = Of typ de code

page-done-title = Je wachtwoord is gewijzigd
page-done-text = Je kunt er nu mee inloggen bij { $product }. Alle andere links en codes die we je hebben gestuurd, werken niet meer.
page-done-notice = We sturen je een e-mail om de wijziging te bevestigen.
page-done-back = Naar { $product }

page-not-me-title = Was jij dit niet?
page-not-me-text = Met één klik maak je alle links en codes voor een nieuw wachtwoord ongeldig die { $product } je heeft gestuurd, en laat je het de beheerders van { $product } weten. Je wachtwoord blijft zoals het is.
page-not-me-button = Dit was ik niet, links ongeldig maken
page-not-me-otherwise = Was jij het toch? Sluit dan deze pagina. Er gebeurt niets.

page-not-me-refused-title = Deze link werkt niet
page-not-me-refused-why = Misschien is de link afgekapt of ouder dan zeven dagen.
page-not-me-refused-worried = Denk je dat iemand anders toegang heeft tot je account bij { $product }, kies dan nu een nieuw wachtwoord.

page-not-me-done-title = De links zijn ongeldig gemaakt
page-not-me-done-text = Geen van de links en codes die je tot nu toe hebt gekregen, werkt nog, en de beheerders van { $product } weten ervan.
page-not-me-done-worried = Is je wachtwoord gewijzigd en was jij het niet, kies dan nu een ander. Kan iemand je e-mail lezen, wijzig dan eerst het wachtwoord van je mailbox.

page-problem-wrong-title = Dat is niet gelukt
page-problem-wrong-text = De server begreep niet wat de browser stuurde. Er is niets veranderd.
page-problem-foreign-title = Dat kwam ergens anders vandaan
page-problem-foreign-text = Voor je veiligheid wordt een formulier alleen geaccepteerd als het vanaf een pagina van deze site is verstuurd. Open de pagina opnieuw en probeer het nog eens.
page-problem-unknown-title = Deze pagina bestaat niet
page-problem-unknown-text = Misschien is het adres verkeerd getypt of afgekapt. Komt het uit een e-mail, kopieer het dan helemaal.
page-problem-often-title = Te veel pogingen
page-problem-often-text = Er kwamen heel veel pogingen van jouw netwerk. Wacht een minuut en probeer het nog eens. Een link die je per e-mail hebt gekregen, blijft werken.
page-problem-busy-title = Nu even niet beschikbaar
page-problem-busy-text = Dat lukte op dit moment niet. Er is niets verloren, en een link die je per e-mail hebt gekregen, blijft werken. Probeer het zo nog eens.
page-problem-start = Wachtwoord vergeten? Begin hier
