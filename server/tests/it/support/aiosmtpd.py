"""An SMTP server that takes mail over TLS, after a login, and keeps it in a Maildir.

Arguments: certificate, key, Maildir, user, password. Prints its port once it listens.
"""

import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, maildir, user, password = sys.argv[1:]


def authenticate(server, session, envelope, mechanism, login):
    return AuthResult(success=(login.login, login.password) == (user.encode(), password.encode()))


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    mailbox = Mailbox(maildir)

    def session():
        return SMTP(
            mailbox,
            hostname="mail.example.com",
            tls_context=tls,
            require_starttls=True,
            authenticator=authenticate,
            auth_required=True,
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
