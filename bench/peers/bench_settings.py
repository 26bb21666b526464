"""The Django project of the interop tests, with what a reset by mail needs besides: templates, and a relay.

MAIL_PORT: where the relay listens, on loopback
"""

import os

from settings import *  # noqa: F403
from settings import DATABASES, INSTALLED_APPS, TEMPLATES

INSTALLED_APPS += ["django.contrib.admin"]
TEMPLATES[0]["APP_DIRS"] = True
# Kind to Django: by default it connects anew for each request.
DATABASES["default"]["CONN_MAX_AGE"] = 60
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["MAIL_PORT"])
