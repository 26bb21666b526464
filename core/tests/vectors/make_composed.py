"""Makes composed.tsv: hashes whose libraries run on the JVM or in Go, put together after their sources with other
libraries' primitives, in the columns of passwords.tsv.

    pip install argon2-cffi==25.1.0 bcrypt==5.0.0
    python make_composed.py > composed.tsv

After Spring Security 6.5: PasswordEncoderFactories, Argon2PasswordEncoder, Pbkdf2PasswordEncoder, SCryptPasswordEncoder.
After Ory Kratos 25.4: hash_comparator.go. After OpenLDAP 2.5: pw-argon2, over the libargon2 of argon2-cffi.
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
    for kib, kind in [(64, argon2.Type.I), (128, argon2.Type.ID)]:
        stored = argon2.PasswordHasher(3, kib, 1, 32, 16, type=kind).hash(password.encode())
        show("composed after OpenLDAP 2.5", password, "{ARGON2}" + stored)
    for name, octets in [("sha256", 32), ("sha512", 64)]:
        salt = os.urandom(16)
        key = hashlib.pbkdf2_hmac(name, password.encode(), salt, 1000, octets)
        parts = [base64.b64encode(part).decode().rstrip("=") for part in (salt, key)]
        show("composed after Ory Kratos 25.4", password, f"$pbkdf2-{name}$i=1000,l={octets}${parts[0]}${parts[1]}")
