### Shared

# $day and $month are numbers, $year and $time are text.
moment =
    { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }, { $time } UTC
span-days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
span-hours =
    { $count ->
        [one] 1 hour
       *[other] { $count } hours
    }
span-minutes =
    { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
span-seconds =
    { $count ->
        [one] 1 second
       *[other] { $count } seconds
    }

### Mail

mail-greeting = Hello,
mail-greeting-named = Hello { $name },
mail-not-me-button = This wasn’t me
mail-link-as-text = If the button does not work, open this address:
mail-automatic = { $product } sent this mail automatically.
mail-support = Do you need help? Ask here:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] The request came from { $browser } on { $system }.
       *[other] The request came from { $browser } on { $system }, network address { $network }.
    }

mail-reset-subject = Reset your password for { $product }
mail-reset-intro = Somebody, probably you, asked on { $moment } for a new password for your { $product } account.
mail-reset-link = To choose a new password, open this link:
mail-reset-button = Choose a new password
mail-reset-link-lives = The link works once, within { $span }.
mail-reset-code = Or type this code where you are asked for one:
mail-reset-code-lives = The code works for { $span }.
mail-reset-not-me = If it wasn’t you, nothing has changed: your password still works. Do not pass the link or the code on. To end them and let us know, open:

mail-password-changed-subject = Your password for { $product } was changed
mail-password-changed-preheader = If it wasn’t you, let us know at once.
mail-password-changed-intro = The password of your { $product } account was changed on { $moment }.
mail-password-changed-if-me = If it was you, there is nothing left to do.
mail-password-changed-not-me = If it wasn’t you, somebody may have got into your account or your mailbox. Let us know at once:

mail-no-account-subject = You asked { $product } for a new password
mail-no-account-intro = Somebody, perhaps you, asked { $product } on { $moment } for a new password for the account with this address.
mail-no-account-none = There is no account with this address that could get one. If it was you, try another address that you may have signed up with.
mail-no-account-ignore = If it wasn’t you, there is nothing to do.

mail-test-subject = A test mail from { $product }
mail-test-intro = Somebody who runs the password reset of { $product } asked on { $moment } for a test mail. It has arrived, so mails with reset links arrive too.
mail-test-look = Look whether it came as spam, and whether the sender is shown as you would want it.

### Pages

page-field-email = Email address
page-field-code = Code
page-field-code-hint = Eight letters and digits, such as 7K3P‑M9QX. Capitals and hyphens do not matter.
page-field-password = New password
page-field-password-confirmation = New password, once more
page-ask-again = Ask for another mail
page-support = Get help

page-demo = A demo: try ada@example.com.
page-demo-mailbox = Open its mailbox

page-forgot-title = Forgot your password?
page-forgot-intro = Enter the email address of your { $product } account. We will send you a link for choosing a new password.
page-forgot-button = Send me the mail
page-forgot-have-code = I already have a code

page-sent-title = Look into your mailbox
page-sent-intro = If an account with { $product } has that address, a mail with a link and a code is on its way to it. For everybody’s privacy we do not say here whether there is one.
page-sent-nothing = No mail?
page-sent-minutes = Give it a few minutes.
page-sent-spam = Look into the folder for spam or junk.
page-sent-address = Perhaps you signed up with another address, or mistyped this one.
page-sent-sender = The sender is:
page-sent-wait = You can ask for another mail in:
page-sent-wait-over = You can ask for another mail now.
page-sent-other-address = Try another address
page-sent-code = Type in the code, or open the link

page-code-title = Choose a new password with your code
page-code-intro = The mail from { $product } has a code besides the link. With it you can choose a new password here, on whatever device you like.
page-code-no-script = Did you open the link from the mail? It needs JavaScript, which is off in this browser. The code from the same mail does not.
page-code-button = Continue

page-choose-title = Choose a new password
page-choose-hint =
    { $count ->
        [one] At least one character. A few unrelated words are easy to remember and hard to guess.
       *[other] At least { $count } characters. A few unrelated words are easy to remember and hard to guess.
    }
page-choose-hint-unleash = At least 10 characters, with a capital and a small letter, a digit and a special character, and no character three times in a row.
page-choose-again = That password was not taken:
page-choose-mismatch = The two passwords are not the same.
page-password-too-short = Use at least { $count } characters.
page-password-too-long = Use at most { $count } characters.
page-password-too-many-bytes = Use a shorter one: { $count } bytes at most can be stored, and letters beyond plain English take two to four each.
page-password-has-nul = Leave out the NUL character.
page-password-common = This is one of the passwords that attackers try first.
page-password-breached = This password is on a list of stolen passwords.
page-password-is-product-name = Do not use the name of this service.
page-password-is-address = Do not use your email address or a part of it.
page-password-is-name = Do not use your name.
page-password-repeats = Do not use the same character three times in a row.
page-password-no-lower-case = Add a small letter, a to z.
page-password-no-upper-case = Add a capital letter, A to Z.
page-password-no-digit = Add a digit, 0 to 9.
page-password-no-special = Add a special character, such as a punctuation mark or a space.
page-password-previously-used = Choose a password that you have not used here before.
page-password-too-young = The password was changed only a short while ago and cannot be changed again yet. Try later.
page-password-refused-by-store = The password rules of your organisation do not allow this one. Choose a longer one, with other characters.
page-choose-show = Show the passwords
page-choose-caps-lock = Caps Lock is on.
page-choose-button = Change the password
page-choose-sessions = You may have to sign in again on the devices that you use.

page-strength-short = Too short so far.
page-strength-kinds-missing = Something that is asked for above is still missing.
page-strength-repeats = Easy to guess: the same few characters again and again.
page-strength-row = Easy to guess: it follows the keyboard or the alphabet.
page-strength-known = Easy to guess: little more than your address or the name of this service.
page-strength-fair = Long enough. A longer one is harder to guess.
page-strength-good = Good: long, and nothing in it stands out as easy to guess.

page-refused-title = This link or code does not work
page-refused-why = It may have been used already, be too old, or have been replaced by a newer mail. A code may be mistyped.
page-refused-safe = Opening it has changed nothing.
page-refused-ask = Ask for a new mail
page-refused-code = Or type in the code

page-done-title = Your password is changed
page-done-text = You can now sign in to { $product } with it. Every other link and code that we mailed you has stopped working.
page-done-notice = We are sending you a mail to confirm the change.
page-done-back = Go to { $product }

page-not-me-title = This wasn’t you?
page-not-me-text = One press ends every link and code for a new password that { $product } has mailed you, and tells the people who run { $product }. Your password stays as it is.
page-not-me-button = It wasn’t me, end the links
page-not-me-otherwise = If it was you after all, close this page. Nothing happens.

page-not-me-refused-title = This link does not work
page-not-me-refused-why = It may be cut off, or older than seven days.
page-not-me-refused-worried = If you think that somebody else got into your { $product } account, choose a new password now.

page-not-me-done-title = The links are ended
page-not-me-done-text = No link or code mailed to you before works any more, and the people who run { $product } have been told.
page-not-me-done-worried = If your password was changed and it wasn’t you, choose a new one now. If somebody can read your mail, change the password of your mailbox first.

page-problem-wrong-title = That did not work
page-problem-wrong-text = The server could not make sense of what the browser sent. Nothing has changed.
page-problem-foreign-title = That came from somewhere else
page-problem-foreign-text = For your safety a form counts only when it is sent from this site’s own page. Open the page anew and try again.
page-problem-unknown-title = There is no such page
page-problem-unknown-text = The address may be mistyped or cut off. If it is from a mail, copy all of it.
page-problem-often-title = Too many attempts
page-problem-often-text = There were very many attempts from your network. Wait a minute and try again. A link that you have been mailed keeps working.
page-problem-busy-title = Not available just now
page-problem-busy-text = We could not do that at the moment. Nothing is lost, and a link that you have been mailed keeps working. Try again in a few moments.
page-problem-start = Forgot your password? Start here
