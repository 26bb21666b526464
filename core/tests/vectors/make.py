"""Makes passwords.tsv with the applications' own libraries, one known answer a line:
who made it, the password's bytes in hexadecimal, what was stored.

    pip install argon2-cffi==25.1.0 bcrypt==5.0.0 django==5.2.19
    python make.py > passwords.tsv
"""

import argon2
import bcrypt
import django
from django.conf import settings

settings.configure()
django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher  # noqa: E402


class CheapArgon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 8


PASSWORDS = [
    "correct horse battery staple",
    "lètmein",
    "пароль 🔑 with spaces ",
    "a",
    "",
    "x" * 72,
    "é" * 36,
    "nul\0in the middle",
]


def show(maker, password, stored):
    print(maker, password.encode().hex(), stored, sep="\t")


for password in PASSWORDS:
    octets = password.encode()
    for prefix in (b"2a", b"2b"):
        stored = bcrypt.hashpw(octets, bcrypt.gensalt(4, prefix)).decode()
        show("python bcrypt", password, stored)
    show("python bcrypt, PHP's prefix", password, stored.replace("$2b$", "$2y$"))
    for time, kib, lanes, digest, salt in [(1, 64, 1, 32, 16), (3, 128, 4, 16, 8), (2, 19456, 1, 32, 16)]:
        hasher = argon2.PasswordHasher(time, kib, lanes, digest, salt)
        stored = hasher.hash(octets)
        show("argon2-cffi", password, stored)
    m, t, p = stored.split("$")[3].split(",")
    show("argon2-cffi, Node's order", password, stored.replace(f"{m},{t},{p}", f"{m},{p},{t}"))
    hasher = CheapArgon2()
    show("Django 5.2", password, hasher.encode(password, hasher.salt()))
    hasher = PBKDF2PasswordHasher()
    show("Django 5.2", password, hasher.encode(password, hasher.salt(), iterations=1000))
    show("Django 5.2, a short salt", password, hasher.encode(password, "seasalt", iterations=7))

hasher = PBKDF2PasswordHasher()
show("Django 5.2, default cost", PASSWORDS[0], hasher.encode(PASSWORDS[0], hasher.salt()))
hasher = Argon2PasswordHasher()
show("Django 5.2, default cost", PASSWORDS[0], hasher.encode(PASSWORDS[0], hasher.salt()))
