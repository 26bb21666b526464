"""An application whose passwords Regain resets, with nothing but Python's own library.

HOOK_SECRET=whsec_… python3 app.py [PORT] — accounts are in accounts.json, or in the file that ACCOUNTS names:
{"1": {"address": "ada@example.com", "name": "Ada", "password": "…", "active": true, "sessions": []}}
"""
import base64, hashlib, hmac, http.server, json, os, secrets, sys, threading, time

SECRET = base64.b64decode(os.environ.get("HOOK_SECRET", "").removeprefix("whsec_") + "==")
if len(SECRET) < 24:
    sys.exit("HOOK_SECRET is to be what users.hook.secret is: whsec_ and base64 of 24 octets or more")


def is_from_regain(headers, body):
    """Whether somebody who knows the secret signed this, in the last five minutes."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.digest(SECRET, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split(b" ")
    is_signed = any([hmac.compare_digest(wanted, one) for one in given])
    return is_signed and abs(time.time() - int(headers["webhook-timestamp"])) <= 300


def hook(accounts, call_id, kind, data):
    if kind == "accounts.find":
        wanted = {address.lower() for address in data.get("addresses", [])}
        return {"accounts": [shown(key, account) for key, account in accounts.items()
                             if account["address"].lower() in wanted or key == data.get("id")]}
    account = accounts.get(data["id"], {})
    if kind == "password.set":
        if account.get("set_by") == call_id:  # the same call once more: its answer was lost
            return {"result": "changed"}
        if not account.get("active") or fingerprint(account) != data["fingerprint"]:
            return {"result": "no_longer_matches"}
        if is_password(account, data["password"]):
            return {"result": "refused", "reasons": ["previously_used"]}
        account.update(password=hashed(data["password"], secrets.token_bytes(16)), set_by=call_id)
        return {"result": "changed"}
    if kind == "sessions.end":
        ended, account["sessions"] = len(account.get("sessions", [])), []
        return {"ended": ended}


def shown(key, account):
    return {"id": key, "address": account["address"], "name": account.get("name"), "locale": account.get("locale"),
            "fingerprint": fingerprint(account), "eligible": account["active"]}


def fingerprint(account):
    """Other than before, whenever the password or the address is. None without a password: nothing to be reset."""
    parts = json.dumps([account["address"], account["password"]])
    return account["password"] and hashlib.sha256(parts.encode()).hexdigest()


# The rest is the application itself, as yours has it.


def hashed(password, salt):
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26).hex()}"


def is_password(account, password):
    salt, is_hash, _ = (account.get("password") or "").partition("$")
    return bool(is_hash) and hmac.compare_digest(account["password"], hashed(password, bytes.fromhex(salt)))


def log_in(accounts, given):
    for account in accounts.values():
        if account["address"] == given["address"] and account["active"] and is_password(account, given["password"]):
            account.setdefault("sessions", []).append(session := secrets.token_hex(16))
            return {"session": session}


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version, file, turn = "HTTP/1.1", os.environ.get("ACCOUNTS", "accounts.json"), threading.Lock()
    timeout = 15  # what a stranger sends is not waited for without end, nor kept: Regain's longest call has 128 KiB

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or len(length) > 9 or int(length) > 2**20:
            self.close_connection = True
            return self.answer(413, {"error": "too long, or of no length"})
        body = self.rfile.read(int(length))
        if self.path == "/regain" and not is_from_regain(self.headers, body):
            return self.answer(401, {"error": "the signature is not Regain's, or too old"})
        given = json.loads(body)
        with self.turn:
            with open(self.file) as file:
                accounts = json.load(file)
            if self.path == "/regain":
                done = hook(accounts, self.headers["webhook-id"], given["type"], given["data"])
            else:
                done = log_in(accounts, given)
            if done and "accounts" not in done:
                with open(f"{self.file}.new", "w") as file:
                    json.dump(accounts, file)
                os.replace(f"{self.file}.new", self.file)
        self.answer(200 if done else 400, done or {"error": "no such call, or no such password"})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: what is asked for is nobody else's business."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 9000), Application)
print(f"ready http://127.0.0.1:{server.server_port}/regain", flush=True)
server.serve_forever()
