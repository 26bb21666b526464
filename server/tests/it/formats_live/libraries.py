"""Hashes and verifies as Python's libraries do, one JSON object a line.

In: {"make": scheme, "password": text} or {"verify": scheme, "password": text, "stored": text}, each with or without a
"pepper". Out: {"stored": text}, {"matches": bool}, or {"refused": why} where the library takes no such password.
"""

import json
import os
import sys
import warnings

import argon2
import bcrypt
import django
from django.conf import settings

settings.configure()
django.setup()

from django.contrib.auth import hashers  # noqa: E402
from flask import Flask  # noqa: E402
from flask_bcrypt import Bcrypt  # noqa: E402
from passlib import hash as passlib  # noqa: E402
from passlib.exc import PasswordValueError  # noqa: E402
from werkzeug import security  # noqa: E402

warnings.simplefilter("ignore")


class CheapPBKDF2(hashers.PBKDF2PasswordHasher):
    iterations = 1000


class CheapArgon2(hashers.Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 8


class CheapBCrypt(hashers.BCryptPasswordHasher):
    rounds = 4


class CheapBCryptSHA256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class CheapScrypt(hashers.ScryptPasswordHasher):
    work_factor = 2**8


def of_django(hasher):
    return (lambda password: hasher.encode(password, hasher.salt()), hasher.verify)


def of_werkzeug(method):
    return (
        lambda password: security.generate_password_hash(password, method),
        lambda password, stored: security.check_password_hash(stored, password),
    )


def of_passlib(handler):
    return (handler.hash, handler.verify)


def of_argon2(kind, label=""):
    hasher = argon2.PasswordHasher(1, 64, 1, type=kind)

    def verify(password, stored):
        try:
            return hasher.verify(stored.removeprefix(label), password)
        except argon2.exceptions.VerifyMismatchError:
            return False

    return (lambda password: label + hasher.hash(password), verify)


def of_flask_bcrypt(handles_long):
    app = Flask("formats")
    app.config.update(BCRYPT_HANDLE_LONG_PASSWORDS=handles_long, BCRYPT_LOG_ROUNDS=4)
    extension = Bcrypt(app)
    return (
        lambda password: extension.generate_password_hash(password).decode(),
        lambda password, stored: extension.check_password_hash(stored, password),
    )


def of_bcrypt():
    return (
        lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode(),
        lambda password, stored: bcrypt.checkpw(password.encode(), stored.encode()),
    )


SCHEMES = {
    "django pbkdf2": of_django(CheapPBKDF2()),
    "django argon2": of_django(CheapArgon2()),
    "django bcrypt": of_django(CheapBCrypt()),
    "django bcrypt_sha256": of_django(CheapBCryptSHA256()),
    "django scrypt": of_django(CheapScrypt()),
    "werkzeug scrypt": of_werkzeug("scrypt:1024:8:1"),
    "werkzeug pbkdf2 sha1": of_werkzeug("pbkdf2:sha1:100"),
    "werkzeug pbkdf2 sha256": of_werkzeug("pbkdf2:sha256:1000"),
    "werkzeug pbkdf2 sha512": of_werkzeug("pbkdf2:sha512:1000"),
    "flask-bcrypt": of_flask_bcrypt(False),
    "flask-bcrypt long": of_flask_bcrypt(True),
    "bcrypt": of_bcrypt(),
    "argon2-cffi id": of_argon2(argon2.Type.ID),
    "argon2-cffi i": of_argon2(argon2.Type.I),
    "argon2-cffi i after {ARGON2}": of_argon2(argon2.Type.I, "{ARGON2}"),
    "passlib pbkdf2_sha256": of_passlib(passlib.pbkdf2_sha256.using(rounds=1000)),
    "passlib pbkdf2_sha512": of_passlib(passlib.pbkdf2_sha512.using(rounds=1000)),
    "passlib bcrypt_sha256": of_passlib(passlib.bcrypt_sha256.using(rounds=4)),
    "passlib sha512_crypt": of_passlib(passlib.sha512_crypt.using(rounds=1000)),
    "passlib sha256_crypt": of_passlib(passlib.sha256_crypt.using(rounds=1000)),
    "passlib phpass": of_passlib(passlib.phpass.using(rounds=7)),
    "passlib ldap_salted_sha1": of_passlib(passlib.ldap_salted_sha1),
    "passlib ldap_salted_sha256": of_passlib(passlib.ldap_salted_sha256),
    "passlib ldap_salted_sha512": of_passlib(passlib.ldap_salted_sha512),
    "passlib ldap_pbkdf2_sha1": of_passlib(passlib.ldap_pbkdf2_sha1.using(rounds=1000)),
    "passlib ldap_pbkdf2_sha256": of_passlib(passlib.ldap_pbkdf2_sha256.using(rounds=1000)),
    "passlib ldap_pbkdf2_sha512": of_passlib(passlib.ldap_pbkdf2_sha512.using(rounds=1000)),
    "passlib ldap_sha512_crypt": of_passlib(passlib.ldap_sha512_crypt.using(rounds=1000)),
    "passlib ldap_bcrypt": of_passlib(passlib.ldap_bcrypt.using(rounds=4)),
}


def answer(question):
    # What Devise does before it calls bcrypt; no other scheme here knows of peppers.
    password = question["password"] + question.get("pepper", "")
    try:
        if "make" in question:
            make, _ = SCHEMES[question["make"]]
            return {"stored": make(password)}
        _, verify = SCHEMES[question["verify"]]
        return {"matches": bool(verify(password, question["stored"]))}
    except (ValueError, PasswordValueError) as why:
        return {"refused": str(why)}


# The libraries' own output, if there is any, must not be taken for answers.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
for line in sys.stdin.buffer:
    print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
