"""Makes common_passwords.txt: lower case, one a line, sorted by bytes.

    pip install django==5.2.19 zxcvbn==4.5.0
    python make_common_passwords.py > common_passwords.txt

Sources: the 20,000 commonest passwords counted by Royce Williams, as carried by Django, and the commonest 10,000
of zxcvbn's frequency list, counted from Mark Burnett's ten million, from six characters on.
"""

import gzip
import sys
from pathlib import Path

import django
from zxcvbn.frequency_lists import FREQUENCY_LISTS

MOJIBAKE = "пїѕ"

carried = Path(django.__file__).parent / "contrib/auth/common-passwords.txt.gz"
words = {line.strip().lower() for line in gzip.open(carried, "rt", encoding="utf-8")}
words |= {word.lower() for word in FREQUENCY_LISTS["passwords"][:10_000] if len(word) >= 6}
words = sorted(word.encode() for word in words if word and MOJIBAKE not in word)
sys.stdout.buffer.write(b"\n".join(words) + b"\n")
