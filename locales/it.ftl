### Shared

# With its article, which depends on the number: il 7, l’8.
moment =
    { $day ->
        [1] il 1º
        [8] l’8
        [11] l’11
       *[other] il { $day }
    } { $month ->
        [1] gennaio
        [2] febbraio
        [3] marzo
        [4] aprile
        [5] maggio
        [6] giugno
        [7] luglio
        [8] agosto
        [9] settembre
        [10] ottobre
        [11] novembre
       *[12] dicembre
    } { $year } alle { $time } UTC
span-days =
    { $count ->
        [one] { $count } giorno
       *[other] { $count } giorni
    }
span-hours =
    { $count ->
        [one] { $count } ora
       *[other] { $count } ore
    }
span-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minuti
    }
span-seconds =
    { $count ->
        [one] { $count } secondo
       *[other] { $count } secondi
    }

### Mail

# The sentence after the greeting goes on in lower case.
mail-greeting = Ciao,
mail-greeting-named = Ciao { $name },
mail-not-me-button = Non ero io
mail-link-as-text = Se il pulsante non funziona, apri questo indirizzo:
mail-automatic = Questa email è stata inviata automaticamente da { $product }.
mail-support = Ti serve aiuto? Chiedi qui:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] La richiesta proviene da { $browser } su { $system }.
       *[other] La richiesta proviene da { $browser } su { $system }, indirizzo di rete { $network }.
    }

mail-reset-subject = Reimposta la tua password di { $product }
mail-reset-intro = qualcuno, probabilmente tu, ha richiesto { $moment } una nuova password per il tuo account { $product }.
mail-reset-link = Per scegliere una nuova password, apri questo link:
mail-reset-button = Scegli una nuova password
mail-reset-link-lives = Il link funziona una sola volta ed è valido per { $span }.
mail-reset-code = Oppure inserisci questo codice dove ti viene chiesto:
mail-reset-code-lives = Il codice è valido per { $span }.
mail-reset-not-me = Se la richiesta non è tua, non è cambiato nulla: la tua password funziona ancora. Non dare a nessuno il link né il codice. Per annullarli e avvisarci, apri:

mail-password-changed-subject = La tua password di { $product } è stata cambiata
mail-password-changed-preheader = Se non l’hai cambiata tu, avvisaci subito.
mail-password-changed-intro = la password del tuo account { $product } è stata cambiata { $moment }.
mail-password-changed-if-me = Se l’hai cambiata tu, non devi fare altro.
mail-password-changed-not-me = Se non l’hai cambiata tu, qualcuno potrebbe essere entrato nel tuo account o nella tua casella email. Avvisaci subito:

mail-no-account-subject = Hai richiesto una nuova password a { $product }
mail-no-account-intro = qualcuno, forse tu, ha richiesto a { $product } { $moment } una nuova password per l’account con questo indirizzo.
mail-no-account-none = Non c’è nessun account con questo indirizzo che possa riceverla. Se la richiesta è tua, prova con un altro indirizzo che potresti aver usato per registrarti.
mail-no-account-ignore = Se la richiesta non è tua, non devi fare nulla.

mail-test-subject = Email di prova da { $product }
mail-test-intro = qualcuno che gestisce la reimpostazione delle password di { $product } ha richiesto { $moment } un’email di prova. È arrivata, quindi arrivano anche le email con i link per reimpostare la password.
mail-test-look = Controlla se è finita nello spam e se il mittente appare come vorresti.

### Pages

page-field-email = Indirizzo email
page-field-code = Codice
page-field-code-hint = Otto lettere e cifre, ad esempio 7K3P‑M9QX. Maiuscole e trattini non contano.
page-field-password = Nuova password
page-field-password-confirmation = Ripeti la nuova password
page-ask-again = Richiedi un’altra email
page-support = Chiedi aiuto

page-demo = Questa è una demo: prova con ada@example.com.
page-demo-mailbox = Apri la sua casella email

page-forgot-title = Hai dimenticato la password?
page-forgot-intro = Inserisci l’indirizzo email del tuo account { $product }. Ti invieremo un link per scegliere una nuova password.
page-forgot-button = Inviami l’email
page-forgot-have-code = Ho già un codice

page-sent-title = Controlla la tua casella email
page-sent-intro = Se c’è un account { $product } con questo indirizzo, un’email con un link e un codice è in arrivo. Per la privacy di tutti, qui non diciamo se esiste.
page-sent-nothing = L’email non arriva?
page-sent-minutes = Aspetta qualche minuto.
page-sent-spam = Guarda nella cartella dello spam o della posta indesiderata.
page-sent-address = Forse hai usato un altro indirizzo per registrarti, o hai scritto male questo.
page-sent-sender = Il mittente è:
page-sent-wait = Potrai richiedere un’altra email tra:
page-sent-wait-over = Ora puoi richiedere un’altra email.
page-sent-other-address = Prova con un altro indirizzo
page-sent-code = Inserisci il codice o apri il link

page-code-title = Scegli una nuova password con il codice
page-code-intro = L’email di { $product } contiene, oltre al link, un codice. Con questo puoi scegliere qui una nuova password, sul dispositivo che preferisci.
page-code-no-script = Hai aperto il link dell’email? Ha bisogno di JavaScript, che in questo browser è disattivato. Il codice della stessa email funziona anche senza.
page-code-button = Continua

page-choose-title = Scegli una nuova password
page-choose-hint =
    { $count ->
        [one] Almeno { $count } carattere. Alcune parole senza legame tra loro sono facili da ricordare e difficili da indovinare.
       *[other] Almeno { $count } caratteri. Alcune parole senza legame tra loro sono facili da ricordare e difficili da indovinare.
    }
page-choose-hint-unleash = Almeno 10 caratteri, con una lettera maiuscola, una minuscola, una cifra e un carattere speciale, e nessun carattere tre volte di seguito.
page-choose-again = Questa password non è stata accettata:
page-choose-mismatch = Le due password non coincidono.
page-password-too-short =
    { $count ->
        [one] Usa almeno { $count } carattere.
       *[other] Usa almeno { $count } caratteri.
    }
page-password-too-long =
    { $count ->
        [one] Usa al massimo { $count } carattere.
       *[other] Usa al massimo { $count } caratteri.
    }
page-password-too-many-bytes = Usane una più corta: si possono salvare al massimo { $count } byte, e le lettere che non sono dell’alfabeto inglese ne occupano da due a quattro ciascuna.
page-password-has-nul = Togli il carattere NUL.
page-password-common = È una delle password che i malintenzionati provano per prime.
page-password-breached = Questa password è comparsa in una violazione di dati; i malintenzionati provano per prime le password come questa.
page-password-is-product-name = Non usare il nome di questo servizio.
page-password-is-address = Non usare il tuo indirizzo email né una sua parte.
page-password-is-name = Non usare il tuo nome.
page-password-repeats = Non usare lo stesso carattere tre volte di seguito.
page-password-no-lower-case = Aggiungi una lettera minuscola, dalla a alla z.
page-password-no-upper-case = Aggiungi una lettera maiuscola, dalla A alla Z.
page-password-no-digit = Aggiungi una cifra, da 0 a 9.
page-password-no-special = Aggiungi un carattere speciale, ad esempio un segno di punteggiatura o uno spazio.
page-password-previously-used = Scegli una password che non hai ancora usato qui.
page-password-too-young = La password è stata cambiata da poco e non può ancora essere cambiata di nuovo. Riprova più tardi.
page-password-refused-by-store = Le regole sulle password della tua organizzazione non consentono questa. Scegline una più lunga, con altri caratteri.
page-choose-show = Mostra le password
page-choose-caps-lock = Il blocco maiuscole è attivo.
page-choose-button = Cambia la password
page-choose-sessions = Potresti dover accedere di nuovo sui dispositivi che usi.

page-strength-short = Ancora troppo corta.
page-strength-kinds-missing = Manca ancora qualcosa di quanto richiesto sopra.
page-strength-repeats = Facile da indovinare: sempre gli stessi pochi caratteri.
page-strength-row = Facile da indovinare: segue l’ordine della tastiera o dell’alfabeto.
page-strength-known = Facile da indovinare: poco più del tuo indirizzo o del nome di questo servizio.
page-strength-fair = Abbastanza lunga. Una più lunga è più difficile da indovinare.
page-strength-good = Bene: è lunga e nulla sembra facile da indovinare.

page-refused-title = Questo link o codice non funziona
page-refused-why = Potrebbe essere già stato usato, essere scaduto o essere stato sostituito da un’email più recente. Se è un codice, potrebbe contenere un errore di battitura.
page-refused-safe = Aprirlo non ha cambiato nulla.
page-refused-ask = Richiedi una nuova email
page-refused-code = Oppure inserisci il codice

page-done-title = La tua password è stata cambiata
page-done-text = Ora puoi usarla per accedere a { $product }. Tutti gli altri link e codici che ti abbiamo inviato non funzionano più.
page-done-notice = Ti stiamo inviando un’email per confermare la modifica.
page-done-back = Vai a { $product }

page-not-me-title = Non eri tu?
page-not-me-text = Con un clic annulli tutti i link e i codici che { $product } ti ha inviato per scegliere una nuova password e avvisi chi gestisce { $product }. La tua password resta com’è.
page-not-me-button = Non ero io, annulla i link
page-not-me-otherwise = Se invece eri tu, chiudi questa pagina. Non succederà nulla.

page-not-me-refused-title = Questo link non funziona
page-not-me-refused-why = Potrebbe essere incompleto o avere più di sette giorni.
page-not-me-refused-worried = Se pensi che qualcun altro sia entrato nel tuo account { $product }, scegli subito una nuova password.

page-not-me-done-title = I link sono stati annullati
page-not-me-done-text = Nessun link o codice che hai ricevuto finora funziona più, e chi gestisce { $product } è stato avvisato.
page-not-me-done-worried = Se la tua password è stata cambiata e non l’hai fatto tu, scegline subito una nuova. Se qualcuno può leggere le tue email, cambia prima la password della tua casella email.

page-problem-wrong-title = Non ha funzionato
page-problem-wrong-text = Il server non ha capito ciò che il browser ha inviato. Non è cambiato nulla.
page-problem-foreign-title = Arrivava da un altro sito
page-problem-foreign-text = Per la tua sicurezza un modulo vale solo se è inviato da una pagina di questo sito. Apri di nuovo la pagina e riprova.
page-problem-unknown-title = Questa pagina non esiste
page-problem-unknown-text = L’indirizzo potrebbe essere scritto male o incompleto. Se viene da un’email, copialo per intero.
page-problem-often-title = Troppi tentativi
page-problem-often-text = Dalla tua rete sono arrivati moltissimi tentativi. Aspetta un minuto e riprova. Un link che hai ricevuto per email resta valido.
page-problem-busy-title = Al momento non è possibile
page-problem-busy-text = In questo momento non è stato possibile. Nulla è andato perso, e un link che hai ricevuto per email resta valido. Riprova tra qualche istante.
page-problem-start = Hai dimenticato la password? Inizia qui
