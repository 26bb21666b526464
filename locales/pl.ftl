### Shared

moment =
    { $day } { $month ->
        [1] stycznia
        [2] lutego
        [3] marca
        [4] kwietnia
        [5] maja
        [6] czerwca
        [7] lipca
        [8] sierpnia
        [9] września
        [10] października
        [11] listopada
       *[12] grudnia
    } { $year } r. o { $time } UTC
# Spans stand after “przez”, in the accusative.
span-days =
    { $count ->
        [one] { $count } dzień
       *[other] { $count } dni
    }
span-hours =
    { $count ->
        [one] { $count } godzinę
        [few] { $count } godziny
       *[other] { $count } godzin
    }
span-minutes =
    { $count ->
        [one] { $count } minutę
        [few] { $count } minuty
       *[other] { $count } minut
    }
span-seconds =
    { $count ->
        [one] { $count } sekundę
        [few] { $count } sekundy
       *[other] { $count } sekund
    }

### Mail

# The sentence after the greeting goes on in lower case.
mail-greeting = Dzień dobry,
mail-greeting-named = Dzień dobry, { $name },
mail-not-me-button = To nie ja
mail-link-as-text = Jeśli przycisk nie działa, otwórz ten adres:
mail-automatic = Tę wiadomość wysłał automatycznie serwis { $product }.
mail-support = Potrzebujesz pomocy? Napisz lub zajrzyj tutaj:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] Prośba przyszła z przeglądarki { $browser } ({ $system }).
       *[other] Prośba przyszła z przeglądarki { $browser } ({ $system }), adres sieciowy { $network }.
    }

mail-reset-subject = Zresetuj hasło do konta { $product }
mail-reset-intro = ktoś, prawdopodobnie Ty, { $moment } poprosił o nowe hasło do Twojego konta { $product }.
mail-reset-link = Aby ustawić nowe hasło, otwórz ten link:
mail-reset-button = Ustaw nowe hasło
mail-reset-link-lives = Link działa tylko raz i jest ważny przez { $span }.
mail-reset-code = Możesz też wpisać ten kod tam, gdzie trzeba go podać:
mail-reset-code-lives = Kod jest ważny przez { $span }.
mail-reset-not-me = Jeśli to nie Ty, nic się nie zmieniło: Twoje hasło nadal działa. Nie przekazuj nikomu linku ani kodu. Aby je unieważnić i dać nam znać, otwórz:

mail-password-changed-subject = Hasło do konta { $product } zostało zmienione
mail-password-changed-preheader = Jeśli to nie Ty, daj nam od razu znać.
mail-password-changed-intro = hasło do Twojego konta { $product } zostało zmienione { $moment }.
mail-password-changed-if-me = Jeśli to Ty, nie musisz już nic robić.
mail-password-changed-not-me = Jeśli to nie Ty, ktoś mógł uzyskać dostęp do Twojego konta lub Twojej skrzynki pocztowej. Daj nam od razu znać:

mail-no-account-subject = Prośba o nowe hasło w serwisie { $product }
mail-no-account-intro = ktoś, być może Ty, { $moment } poprosił w serwisie { $product } o nowe hasło do konta z tym adresem.
mail-no-account-none = Nie ma konta z tym adresem, do którego można by ustawić nowe hasło. Jeśli to Ty, spróbuj podać inny adres, na który mogło zostać założone konto.
mail-no-account-ignore = Jeśli to nie Ty, nie musisz nic robić.

mail-test-subject = Wiadomość testowa z serwisu { $product }
mail-test-intro = ktoś, kto zajmuje się resetowaniem haseł w serwisie { $product }, { $moment } poprosił o wiadomość testową. Dotarła, więc dotrą też wiadomości z linkami do resetowania hasła.
mail-test-look = Sprawdź, czy nie trafiła do spamu i czy nadawca wyświetla się tak, jak powinien.

### Pages

page-field-email = Adres e-mail
page-field-code = Kod
page-field-code-hint = Osiem liter i cyfr, na przykład 7K3P‑M9QX. Wielkość liter i łączniki nie mają znaczenia.
page-field-password = Nowe hasło
page-field-password-confirmation = Powtórz nowe hasło
page-ask-again = Poproś o kolejną wiadomość
page-support = Uzyskaj pomoc

page-demo = To wersja demonstracyjna: wypróbuj ada@example.com.
page-demo-mailbox = Otwórz jej skrzynkę pocztową

page-forgot-title = Nie pamiętasz hasła?
page-forgot-intro = Wpisz adres e-mail swojego konta { $product }. Wyślemy Ci link do ustawienia nowego hasła.
page-forgot-button = Wyślij mi wiadomość
page-forgot-have-code = Mam już kod

page-sent-title = Zajrzyj do skrzynki pocztowej
page-sent-intro = Jeśli istnieje konto { $product } z tym adresem, wiadomość z linkiem i kodem jest już w drodze. Dla ochrony prywatności wszystkich nie podajemy tutaj, czy takie konto istnieje.
page-sent-nothing = Wiadomość nie dotarła?
page-sent-minutes = Poczekaj kilka minut.
page-sent-spam = Zajrzyj do folderu ze spamem.
page-sent-address = Być może konto ma inny adres albo w tym jest literówka.
page-sent-sender = Nadawca:
page-sent-wait = O kolejną wiadomość można poprosić za:
page-sent-wait-over = Możesz teraz poprosić o kolejną wiadomość.
page-sent-other-address = Spróbuj z innym adresem
page-sent-code = Wpisz kod lub otwórz link

page-code-title = Ustaw nowe hasło za pomocą kodu
page-code-intro = Wiadomość z serwisu { $product } oprócz linku zawiera kod. Możesz za jego pomocą ustawić tutaj nowe hasło, na dowolnym urządzeniu.
page-code-no-script = Otwierasz link z wiadomości? Wymaga on JavaScriptu, który w tej przeglądarce jest wyłączony. Kod z tej samej wiadomości go nie wymaga.
page-code-button = Dalej

page-choose-title = Ustaw nowe hasło
page-choose-hint =
    { $count ->
        [one] Co najmniej { $count } znak. Kilka niezwiązanych ze sobą słów łatwo zapamiętać, a trudno odgadnąć.
        [few] Co najmniej { $count } znaki. Kilka niezwiązanych ze sobą słów łatwo zapamiętać, a trudno odgadnąć.
       *[other] Co najmniej { $count } znaków. Kilka niezwiązanych ze sobą słów łatwo zapamiętać, a trudno odgadnąć.
    }
page-choose-hint-unleash = Co najmniej 10 znaków, w tym wielka i mała litera, cyfra i znak specjalny; żaden znak nie może wystąpić trzy razy z rzędu.
page-choose-again = To hasło nie zostało przyjęte:
page-choose-mismatch = Hasła nie są takie same.
page-password-too-short =
    { $count ->
        [one] Użyj co najmniej { $count } znaku.
       *[other] Użyj co najmniej { $count } znaków.
    }
page-password-too-long =
    { $count ->
        [one] Użyj najwyżej { $count } znaku.
       *[other] Użyj najwyżej { $count } znaków.
    }
page-password-too-many-bytes =
    { $count ->
        [one] Użyj krótszego: można zapisać najwyżej { $count } bajt, a litery spoza alfabetu angielskiego zajmują od dwóch do czterech każda.
        [few] Użyj krótszego: można zapisać najwyżej { $count } bajty, a litery spoza alfabetu angielskiego zajmują od dwóch do czterech każda.
       *[other] Użyj krótszego: można zapisać najwyżej { $count } bajtów, a litery spoza alfabetu angielskiego zajmują od dwóch do czterech każda.
    }
page-password-has-nul = Usuń znak NUL.
page-password-common = To jedno z haseł, których atakujący próbują najpierw.
page-password-breached = To hasło pojawiło się w wycieku danych; takich haseł atakujący próbują najpierw.
page-password-is-product-name = Nie używaj nazwy tego serwisu.
page-password-is-address = Nie używaj swojego adresu e-mail ani jego części.
page-password-is-name = Nie używaj swojego imienia ani nazwiska.
page-password-repeats = Nie używaj tego samego znaku trzy razy z rzędu.
page-password-no-lower-case = Dodaj małą literę, od a do z.
page-password-no-upper-case = Dodaj wielką literę, od A do Z.
page-password-no-digit = Dodaj cyfrę, od 0 do 9.
page-password-no-special = Dodaj znak specjalny, na przykład znak interpunkcyjny lub spację.
page-password-previously-used = Wybierz hasło, które nie było tu jeszcze używane.
page-password-too-young = Hasło zostało zmienione niedawno i nie można go jeszcze zmienić ponownie. Spróbuj później.
page-password-refused-by-store = Zasady dotyczące haseł w Twojej organizacji nie pozwalają na to hasło. Wybierz dłuższe, z innymi znakami.
page-choose-show = Pokaż hasła
page-choose-caps-lock = Caps Lock jest włączony.
page-choose-button = Zmień hasło
page-choose-sessions = Na urządzeniach, których używasz, może być potrzebne ponowne zalogowanie.

page-strength-short = Na razie za krótkie.
page-strength-kinds-missing = Wciąż brakuje czegoś z powyższych wymagań.
page-strength-repeats = Łatwe do odgadnięcia: w kółko te same znaki.
page-strength-row = Łatwe do odgadnięcia: znaki idą po kolei jak na klawiaturze lub w alfabecie.
page-strength-known = Łatwe do odgadnięcia: niewiele więcej niż Twój adres lub nazwa tego serwisu.
page-strength-fair = Wystarczająco długie. Dłuższe trudniej odgadnąć.
page-strength-good = Dobre: długie i nic w nim nie wygląda na łatwe do odgadnięcia.

page-refused-title = Ten link lub kod nie działa
page-refused-why = Mógł zostać już użyty, stracić ważność albo zostać zastąpiony przez nowszą wiadomość. W kodzie może być literówka.
page-refused-safe = Jego otwarcie niczego nie zmieniło.
page-refused-ask = Poproś o nową wiadomość
page-refused-code = Albo wpisz kod

page-done-title = Twoje hasło zostało zmienione
page-done-text = Możesz się teraz nim zalogować do serwisu { $product }. Wszystkie inne wysłane Ci linki i kody przestały działać.
page-done-notice = Wysyłamy Ci wiadomość z potwierdzeniem zmiany.
page-done-back = Otwórz serwis { $product }

page-not-me-title = To nie Ty?
page-not-me-text = Jedno kliknięcie unieważni wszystkie linki i kody do ustawienia nowego hasła, które wysłał Ci serwis { $product }, i powiadomi jego administratorów. Twoje hasło pozostanie bez zmian.
page-not-me-button = To nie ja, unieważnij linki
page-not-me-otherwise = Jeśli to jednak Ty, zamknij tę stronę. Nic się nie stanie.

page-not-me-refused-title = Ten link nie działa
page-not-me-refused-why = Może być ucięty lub mieć ponad siedem dni.
page-not-me-refused-worried = Jeśli podejrzewasz, że ktoś inny ma dostęp do Twojego konta { $product }, ustaw teraz nowe hasło.

page-not-me-done-title = Linki zostały unieważnione
page-not-me-done-text = Żaden wysłany Ci wcześniej link ani kod już nie działa, a administratorzy serwisu { $product } zostali powiadomieni.
page-not-me-done-worried = Jeśli Twoje hasło zmienił ktoś inny, ustaw teraz nowe. Jeśli ktoś może czytać Twoją pocztę, najpierw zmień hasło do skrzynki pocztowej.

page-problem-wrong-title = Nie udało się
page-problem-wrong-text = Serwer nie zrozumiał tego, co wysłała przeglądarka. Nic się nie zmieniło.
page-problem-foreign-title = To przyszło z innego miejsca
page-problem-foreign-text = Dla Twojego bezpieczeństwa przyjmujemy formularz tylko wtedy, gdy został wysłany ze strony tego serwisu. Otwórz stronę na nowo i spróbuj jeszcze raz.
page-problem-unknown-title = Nie ma takiej strony
page-problem-unknown-text = W adresie może być literówka albo może on być ucięty. Jeśli pochodzi z wiadomości, skopiuj go w całości.
page-problem-often-title = Zbyt wiele prób
page-problem-often-text = Z Twojej sieci przyszło bardzo wiele prób. Odczekaj minutę i spróbuj ponownie. Link, który masz w wiadomości, nadal działa.
page-problem-busy-title = Chwilowo niedostępne
page-problem-busy-text = W tej chwili nie udało się tego zrobić. Nic nie zginęło, a link, który masz w wiadomości, nadal działa. Spróbuj ponownie za kilka chwil.
page-problem-start = Nie pamiętasz hasła? Zacznij tutaj
