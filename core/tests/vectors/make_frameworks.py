"""Makes frameworks.tsv with Django's, Werkzeug's, Flask-Bcrypt's and passlib's own code, in the columns of passwords.tsv
and, where the text does not show it, the format's name.

    pip install bcrypt==4.0.1 django==5.2.19 flask-bcrypt==1.0.1 passlib==1.7.4 werkzeug==3.1.9
    python make_frameworks.py > frameworks.tsv

passlib 1.7.4 does not work with bcrypt 5.
"""

import warnings

import django
from django.conf import settings

settings.configure()
django.setup()

from django.contrib.auth.hashers import BCryptPasswordHasher, BCryptSHA256PasswordHasher  # noqa: E402
from django.contrib.auth.hashers import ScryptPasswordHasher  # noqa: E402
from flask import Flask  # noqa: E402
from flask_bcrypt import Bcrypt  # noqa: E402
from passlib import hash as passlib  # noqa: E402
from passlib.exc import PasslibSecurityWarning  # noqa: E402
from werkzeug.security import generate_password_hash  # noqa: E402

warnings.simplefilter("ignore", PasslibSecurityWarning)


class CheapBCrypt(BCryptPasswordHasher):
    rounds = 4


class CheapBCryptSHA256(BCryptSHA256PasswordHasher):
    rounds = 4


PASSWORDS = [
    "correct horse battery staple",
    "пароль 🔑 with spaces ",
    "quo'te \"and\\ back",
    "",
    "x" * 72,
    "é" * 100,
    "nul\0in the middle",
]

PASSLIB = [
    ("passlib 1.7.4", passlib.pbkdf2_sha256.using(rounds=1000)),
    ("passlib 1.7.4", passlib.pbkdf2_sha512.using(rounds=1000)),
    ("passlib 1.7.4", passlib.bcrypt_sha256.using(rounds=4)),
    ("passlib 1.7.4", passlib.phpass.using(rounds=7)),
    ("passlib 1.7.4, phpBB's", passlib.phpass.using(rounds=7, ident="H")),
    ("passlib 1.7.4", passlib.ldap_salted_sha1),
    ("passlib 1.7.4", passlib.ldap_salted_sha256.using(salt_size=8)),
    ("passlib 1.7.4", passlib.ldap_salted_sha512.using(salt_size=4)),
    ("passlib 1.7.4", passlib.ldap_pbkdf2_sha1.using(rounds=1000)),
    ("passlib 1.7.4", passlib.ldap_pbkdf2_sha256.using(rounds=1000)),
    ("passlib 1.7.4", passlib.ldap_pbkdf2_sha512.using(rounds=1000)),
    ("passlib 1.7.4", passlib.ldap_sha512_crypt.using(rounds=1000)),
    ("passlib 1.7.4", passlib.ldap_sha256_crypt.using(rounds=1000)),
    ("passlib 1.7.4", passlib.ldap_bcrypt.using(rounds=4)),
]


NUL_REFUSED = {"ldap_sha512_crypt", "ldap_sha256_crypt", "ldap_bcrypt"}

flask = Flask("vectors")
flask.config.update(BCRYPT_HANDLE_LONG_PASSWORDS=True, BCRYPT_LOG_ROUNDS=4)
flask_bcrypt = Bcrypt(flask)


def show(maker, password, stored, *formats):
    print(maker, password.encode().hex(), stored, *formats, sep="\t")


for password in PASSWORDS:
    if len(password.encode()) <= 72 and "\0" not in password:
        show("Django 5.2", password, CheapBCrypt().encode(password, CheapBCrypt().salt()))
    show("Django 5.2", password, CheapBCryptSHA256().encode(password, CheapBCryptSHA256().salt()))
    hasher = ScryptPasswordHasher()
    show("Django 5.2", password, hasher.encode(password, hasher.salt(), n=32, r=8, p=5))
    for method in ["scrypt:1024:8:1", "pbkdf2:sha1:7", "pbkdf2:sha256:1000", "pbkdf2:sha512:1000"]:
        show("Werkzeug 3.1", password, generate_password_hash(password, method))
    if password:
        stored = flask_bcrypt.generate_password_hash(password).decode()
        show("Flask-Bcrypt 1.0.1", password, stored, "flask_bcrypt_long")
    for maker, handler in PASSLIB:
        is_cut = handler.name == "ldap_bcrypt" and len(password.encode()) > 72
        if not is_cut and not (handler.name in NUL_REFUSED and "\0" in password):
            show(maker, password, handler.hash(password))

hasher = ScryptPasswordHasher()
show("Django 5.2, default cost", PASSWORDS[0], hasher.encode(PASSWORDS[0], hasher.salt()))
show("passlib 1.7.4, as pbkdf2_elixir", PASSWORDS[1], passlib.pbkdf2_sha512.using(rounds=160000).hash(PASSWORDS[1]))
show("passlib 1.7.4, as Odoo 17", PASSWORDS[1], passlib.pbkdf2_sha512.using(rounds=600000).hash(PASSWORDS[1]))
show("Werkzeug 3.1, default cost", PASSWORDS[0], generate_password_hash(PASSWORDS[0]))
