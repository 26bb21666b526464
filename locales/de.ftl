### Shared

# Stands after “am”.
moment =
    { $day }. { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    } { $year } um { $time } UTC
# Spans stand before “lang”.
span-days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
span-hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
span-minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
span-seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }

### Mail

# The sentence after the greeting goes on in lower case.
mail-greeting = Guten Tag,
mail-greeting-named = Guten Tag { $name },
mail-not-me-button = Das war ich nicht
mail-link-as-text = Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:
mail-automatic = { $product } hat diese E-Mail automatisch verschickt.
mail-support = Brauchen Sie Hilfe? Hier erreichen Sie uns:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] Die Anfrage kam von { $browser } auf { $system }.
       *[other] Die Anfrage kam von { $browser } auf { $system }, Netzwerkadresse { $network }.
    }

mail-reset-subject = Ihr Passwort für { $product } zurücksetzen
mail-reset-intro = jemand, vermutlich Sie, hat am { $moment } ein neues Passwort für Ihr Konto bei { $product } angefordert.
mail-reset-link = Um ein neues Passwort zu wählen, öffnen Sie diesen Link:
mail-reset-button = Neues Passwort wählen
mail-reset-link-lives = Der Link funktioniert nur einmal und ist { $span } lang gültig.
mail-reset-code = Oder geben Sie diesen Code ein, wo danach gefragt wird:
mail-reset-code-lives = Der Code ist { $span } lang gültig.
mail-reset-not-me = Falls Sie das nicht waren, hat sich nichts geändert: Ihr Passwort gilt weiter. Geben Sie weder den Link noch den Code weiter. Um beide zu sperren und uns Bescheid zu geben, öffnen Sie:

mail-password-changed-subject = Ihr Passwort für { $product } wurde geändert
mail-password-changed-preheader = Falls Sie das nicht waren, geben Sie uns sofort Bescheid.
mail-password-changed-intro = das Passwort Ihres Kontos bei { $product } wurde am { $moment } geändert.
mail-password-changed-if-me = Wenn Sie das waren, brauchen Sie nichts weiter zu tun.
mail-password-changed-not-me = Falls Sie das nicht waren, hat vielleicht jemand Zugang zu Ihrem Konto oder Ihrem Postfach. Geben Sie uns sofort Bescheid:

mail-no-account-subject = Sie haben bei { $product } ein neues Passwort angefordert
mail-no-account-intro = jemand, vielleicht Sie, hat bei { $product } am { $moment } ein neues Passwort für das Konto mit dieser Adresse angefordert.
mail-no-account-none = Es gibt kein Konto mit dieser Adresse, für das ein neues Passwort gesetzt werden könnte. Falls Sie das waren, versuchen Sie es mit einer anderen Adresse, mit der Sie sich registriert haben könnten.
mail-no-account-ignore = Falls Sie das nicht waren, brauchen Sie nichts zu tun.

mail-test-subject = Eine Test-E-Mail von { $product }
mail-test-intro = jemand, der das Zurücksetzen von Passwörtern für { $product } betreut, hat am { $moment } eine Test-E-Mail angefordert. Sie ist angekommen, also kommen auch E-Mails mit Links zum Zurücksetzen an.
mail-test-look = Sehen Sie nach, ob sie als Spam eingestuft wurde und ob der Absender so angezeigt wird, wie Sie es möchten.

### Pages

page-field-email = E-Mail-Adresse
page-field-code = Code
page-field-code-hint = Acht Buchstaben und Ziffern, zum Beispiel 7K3P‑M9QX. Groß- und Kleinschreibung und Bindestriche spielen keine Rolle.
page-field-password = Neues Passwort
page-field-password-confirmation = Neues Passwort wiederholen
page-ask-again = Noch eine E-Mail anfordern
page-support = Hilfe erhalten

page-demo = Eine Demo: Probieren Sie ada@example.com.
page-demo-mailbox = Das Postfach dazu öffnen

page-forgot-title = Passwort vergessen?
page-forgot-intro = Geben Sie die E-Mail-Adresse Ihres Kontos bei { $product } ein. Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort wählen können.
page-forgot-button = E-Mail anfordern
page-forgot-have-code = Ich habe schon einen Code

page-sent-title = Schauen Sie in Ihr Postfach
page-sent-intro = Falls ein Konto bei { $product } diese Adresse hat, ist eine E-Mail mit einem Link und einem Code dorthin unterwegs. Ob es eines gibt, sagen wir hier nicht: So bleibt die Privatsphäre aller geschützt.
page-sent-nothing = Keine E-Mail bekommen?
page-sent-minutes = Warten Sie ein paar Minuten.
page-sent-spam = Schauen Sie auch in den Spam-Ordner.
page-sent-address = Vielleicht haben Sie sich mit einer anderen Adresse registriert oder sich bei dieser vertippt.
page-sent-sender = Der Absender ist:
page-sent-wait = Eine weitere E-Mail können Sie anfordern in:
page-sent-wait-over = Sie können jetzt eine weitere E-Mail anfordern.
page-sent-other-address = Eine andere Adresse versuchen
page-sent-code = Code eingeben oder Link öffnen

page-code-title = Mit dem Code ein neues Passwort wählen
page-code-intro = Die E-Mail von { $product } enthält neben dem Link auch einen Code. Damit können Sie hier ein neues Passwort wählen, auf jedem Gerät.
page-code-no-script = Haben Sie den Link aus der E-Mail geöffnet? Er braucht JavaScript, und das ist in diesem Browser ausgeschaltet. Der Code aus derselben E-Mail kommt ohne aus.
page-code-button = Weiter

page-choose-title = Neues Passwort wählen
page-choose-hint = Mindestens { $count } Zeichen. Ein paar Wörter ohne Zusammenhang sind leicht zu merken und schwer zu erraten.
page-choose-hint-unleash = Mindestens 10 Zeichen, darunter ein Großbuchstabe, ein Kleinbuchstabe, eine Ziffer und ein Sonderzeichen, und kein Zeichen dreimal hintereinander.
page-choose-again = Dieses Passwort wurde nicht angenommen:
page-choose-mismatch = Die beiden Passwörter stimmen nicht überein.
page-password-too-short = Verwenden Sie mindestens { $count } Zeichen.
page-password-too-long = Verwenden Sie höchstens { $count } Zeichen.
page-password-too-many-bytes = Verwenden Sie ein kürzeres: Höchstens { $count } Byte können gespeichert werden, und Buchstaben außerhalb des englischen Alphabets brauchen je zwei bis vier.
page-password-has-nul = Lassen Sie das NUL-Zeichen weg.
page-password-common = Das ist eines der Passwörter, die Angreifer zuerst probieren.
page-password-breached = Dieses Passwort ist bei einem Datenleck bekannt geworden; solche Passwörter probieren Angreifer zuerst.
page-password-is-product-name = Verwenden Sie nicht den Namen dieses Dienstes.
page-password-is-address = Verwenden Sie weder Ihre E-Mail-Adresse noch einen Teil davon.
page-password-is-name = Verwenden Sie nicht Ihren Namen.
page-password-repeats = Verwenden Sie kein Zeichen dreimal hintereinander.
page-password-no-lower-case = Fügen Sie einen Kleinbuchstaben hinzu, a bis z.
page-password-no-upper-case = Fügen Sie einen Großbuchstaben hinzu, A bis Z.
page-password-no-digit = Fügen Sie eine Ziffer hinzu, 0 bis 9.
page-password-no-special = Fügen Sie ein Sonderzeichen hinzu, etwa ein Satzzeichen oder ein Leerzeichen.
page-password-previously-used = Wählen Sie ein Passwort, das Sie hier noch nicht verwendet haben.
page-password-too-young = Das Passwort wurde erst vor Kurzem geändert und lässt sich noch nicht wieder ändern. Versuchen Sie es später noch einmal.
page-password-refused-by-store = Die Passwortregeln Ihrer Organisation lassen dieses nicht zu. Wählen Sie ein längeres mit anderen Zeichen.
page-choose-show = Passwörter anzeigen
page-choose-caps-lock = Die Feststelltaste ist an.
page-choose-button = Passwort ändern
page-choose-sessions = Auf Ihren Geräten müssen Sie sich danach vielleicht neu anmelden.

page-strength-short = Noch zu kurz.
page-strength-kinds-missing = Etwas von dem, was oben verlangt wird, fehlt noch.
page-strength-repeats = Leicht zu erraten: immer wieder dieselben wenigen Zeichen.
page-strength-row = Leicht zu erraten: eine Folge auf der Tastatur oder im Alphabet.
page-strength-known = Leicht zu erraten: kaum mehr als Ihre Adresse oder der Name dieses Dienstes.
page-strength-fair = Lang genug. Ein längeres ist schwerer zu erraten.
page-strength-good = Gut: lang, und nichts daran wirkt leicht zu erraten.

page-refused-title = Dieser Link oder Code funktioniert nicht
page-refused-why = Vielleicht wurde er schon benutzt, ist zu alt oder wurde durch eine neuere E-Mail ersetzt. Bei einem Code kann auch ein Tippfehler der Grund sein.
page-refused-safe = Geändert hat sich dadurch nichts.
page-refused-ask = Neue E-Mail anfordern
page-refused-code = Oder den Code eingeben

page-done-title = Ihr Passwort wurde geändert
page-done-text = Sie können sich jetzt damit bei { $product } anmelden. Alle anderen Links und Codes, die wir Ihnen geschickt haben, sind nun ungültig.
page-done-notice = Zur Bestätigung schicken wir Ihnen eine E-Mail.
page-done-back = Weiter zu { $product }

page-not-me-title = Das waren Sie nicht?
page-not-me-text = Ein Klick sperrt alle Links und Codes für ein neues Passwort, die { $product } Ihnen geschickt hat, und benachrichtigt die Betreiber von { $product }. Ihr Passwort bleibt, wie es ist.
page-not-me-button = Das war ich nicht, Links sperren
page-not-me-otherwise = Falls Sie es doch waren, schließen Sie diese Seite. Es geschieht nichts.

page-not-me-refused-title = Dieser Link funktioniert nicht
page-not-me-refused-why = Vielleicht ist er abgeschnitten oder älter als sieben Tage.
page-not-me-refused-worried = Wenn Sie glauben, dass jemand anderes Zugang zu Ihrem Konto bei { $product } hat, wählen Sie jetzt ein neues Passwort.

page-not-me-done-title = Die Links wurden gesperrt
page-not-me-done-text = Kein Link oder Code, den Sie bisher per E-Mail bekommen haben, funktioniert noch, und die Betreiber von { $product } wurden benachrichtigt.
page-not-me-done-worried = Wenn Ihr Passwort geändert wurde und Sie das nicht waren, wählen Sie jetzt ein neues. Falls jemand Ihre E-Mails lesen kann, ändern Sie zuerst das Passwort Ihres Postfachs.

page-problem-wrong-title = Das hat nicht geklappt
page-problem-wrong-text = Der Server konnte mit dem, was der Browser geschickt hat, nichts anfangen. Geändert hat sich nichts.
page-problem-foreign-title = Das kam von anderswo
page-problem-foreign-text = Zu Ihrer Sicherheit wird ein Formular nur angenommen, wenn es von einer Seite dieses Dienstes abgeschickt wird. Öffnen Sie die Seite neu und versuchen Sie es noch einmal.
page-problem-unknown-title = Diese Seite gibt es nicht
page-problem-unknown-text = Vielleicht ist die Adresse falsch geschrieben oder abgeschnitten. Wenn sie aus einer E-Mail stammt, kopieren Sie sie vollständig.
page-problem-often-title = Zu viele Versuche
page-problem-often-text = Aus Ihrem Netz kamen sehr viele Versuche. Warten Sie eine Minute und versuchen Sie es noch einmal. Ein Link, den Sie per E-Mail bekommen haben, bleibt gültig.
page-problem-busy-title = Gerade nicht möglich
page-problem-busy-text = Das ging im Moment nicht. Nichts ist verloren, und ein Link, den Sie per E-Mail bekommen haben, bleibt gültig. Versuchen Sie es gleich noch einmal.
page-problem-start = Passwort vergessen? Hier geht es weiter
