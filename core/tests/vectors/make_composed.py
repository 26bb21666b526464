"""Makes composed.tsv: hashes whose libraries run on the JVM, put together after their sources with other libraries'
primitives, in the columns of passwords.tsv.

    pip install argon2-cffi==25.1.0 bcrypt==5.0.0
    python make_composed.py > composed.tsv

After Spring Security 6.5: PasswordEncoderFactories, Argon2PasswordEncoder, Pbkdf2PasswordEncoder, SCryptPasswordEncoder.
"""

import base64
import hashlib
import os

import argon2
import bcrypt

PASSWORDS = ["correct horse battery staple", " пароль 🔑 ", "nul\0in the middle"]


def show(maker, password, stored):
    print(maker, password.encode().hex(), stored, sep="\t")


def argon2id(octets, kib, time):
    return argon2.PasswordHasher(time, kib, 1, 32, 16).hash(octets)


def pbkdf2(octets, name, salt_bytes, rounds):
    salt = os.urandom(salt_bytes)
    return (salt + hashlib.pbkdf2_hmac(name, octets, salt, rounds, 32)).hex()


def scrypt(octets, log2_n, r, p, salt_bytes):
    salt = os.urandom(salt_bytes)
    key = hashlib.scrypt(octets, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=1 << 28, dklen=32)
    parts = [base64.b64encode(part).decode() for part in (salt, key)]
    return f"${log2_n << 16 | r << 8 | p:x}${parts[0]}${parts[1]}"


for password in PASSWORDS:
    octets = password.encode()
    maker = "composed after Spring Security 6.5"
    show(maker, password, "{bcrypt}" + bcrypt.hashpw(octets, bcrypt.gensalt(4, b"2a")).decode())
    show(maker, password, "{argon2@SpringSecurity_v5_8}" + argon2id(octets, 64, 2))
    show(maker, password, "{argon2}" + argon2id(octets, 64, 3))
    show(maker, password, "{scrypt@SpringSecurity_v5_8}" + scrypt(octets, 10, 8, 1, 16))
    show(maker, password, "{scrypt}" + scrypt(octets, 10, 8, 1, 64))

# The id alone tells these parameters, so one has to do.
show(maker, password, "{pbkdf2@SpringSecurity_v5_8}" + pbkdf2(octets, "sha256", 16, 310_000))

for password in PASSWORDS:
    stored = argon2.PasswordHasher(1, 64, 1, 32, 16, type=argon2.Type.I).hash(password.encode())
    show("argon2-cffi", password, stored)
