#!/bin/sh
# Makes ldap.tsv with OpenLDAP's own slappasswd and its modules, in the columns of passwords.tsv:
#
#     apt-get install slapd slapd-contrib && sh make_ldap.sh > ldap.tsv
#
# Where the server is unpacked rather than installed, MODULES names its folder of modules.
set -eu
modules=${MODULES:-/usr/lib/ldap}

show() {
    module=$1
    shift
    stored=$(slappasswd -n -o module-path="$modules" -o module-load="$module" "$@" -s "$password")
    printf 'OpenLDAP 2.5.13\t%s\t%s\n' "$(printf %s "$password" | od -An -tx1 | tr -d ' \n')" "$stored"
}

for password in 'correct horse battery staple' ' пароль 🔑 with spaces '; do
    show argon2 -h '{ARGON2}'
    for scheme in '{PBKDF2}' '{PBKDF2-SHA1}' '{PBKDF2-SHA256}' '{PBKDF2-SHA512}'; do
        show pw-pbkdf2 -h "$scheme"
    done
    for scheme in '{SSHA}' '{SSHA256}' '{SSHA512}'; do
        show pw-sha2 -h "$scheme"
    done
    # crypt(3) reads what the server gives it as a setting; the place of the salt is a %s of so many characters.
    for setting in '$6$%.16s' '$5$rounds=1000$%.16s' '$y$j75$%.16s' '$2b$04$%.22s'; do
        show pw-sha2 -h '{CRYPT}' -c "$setting"
    done
done
