### Shared

# $day, $year and $time are text, $month is the number of the month.
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
    } { $year }, { $time } UTC
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

mail-reset-subject = Reset your password for { $product }
mail-reset-intro = Somebody, probably you, asked on { $moment } for a new password for your { $product } account.
mail-reset-link = To choose a new password, open this link:
mail-reset-button = Choose a new password
mail-reset-link-lives = The link works once, within { $span }.
mail-reset-code = Or type this code where you are asked for one:
mail-reset-code-lives = The code works for { $span }.
mail-reset-not-me = If it wasn’t you, nothing has changed: your password still works. Do not pass the link or the code on. To end them and let us know, open:

mail-password-changed-subject = Your password for { $product } was changed
mail-password-changed-intro = The password of your { $product } account was changed on { $moment }.
mail-password-changed-if-me = If it was you, there is nothing left to do.
mail-password-changed-not-me = If it wasn’t you, somebody may have got into your account or your mailbox. Let us know at once:

mail-no-account-subject = You asked { $product } for a new password
mail-no-account-intro = Somebody, perhaps you, asked { $product } on { $moment } for a new password for the account with this address.
mail-no-account-none = There is no account with this address that could get one. If it was you, try another address that you may have signed up with.
mail-no-account-ignore = If it wasn’t you, there is nothing to do.

### Pages
