#!/bin/sh
# A sendmail for tests: keeps what it gets beside itself. `before` and `after`, if they are there, are run before and
# after it reads the mail.
cd "$(dirname "$0")" || exit 78
if [ -e before ]; then . ./before; fi
printf '%s\n' "$@" > "args.$$"
env > "env.$$"
cat > "part.$$" && mv "part.$$" "mail.$$"
if [ -e after ]; then . ./after; fi
exit 0
