// An application whose passwords Regain resets, with nothing but Node's own library.
//
// HOOK_SECRET=whsec_… node app.mjs [PORT] — accounts are in accounts.json, or in the file that ACCOUNTS names:
// {"1": {"address": "ada@example.com", "name": "Ada", "password": "…", "active": true, "sessions": []}}

import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const SECRET = Buffer.from((process.env.HOOK_SECRET ?? "").replace("whsec_", ""), "base64");
if (SECRET.length < 24) {
  console.error("HOOK_SECRET is to be what users.hook.secret is: whsec_ and base64 of 24 octets or more");
  process.exit(1);
}

/** Whether somebody who knows the secret signed this, in the last five minutes. */
function isFromRegain(headers, body) {
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const wanted = Buffer.from("v1," + createHmac("sha256", SECRET).update(signed).digest("base64"));
  const given = (headers["webhook-signature"] ?? "").split(" ").map((one) => Buffer.from(one));
  const isSigned = given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
  return isSigned && Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) <= 300;
}

function hook(accounts, callId, kind, data) {
  if (kind === "accounts.find") {
    const wanted = new Set((data.addresses ?? []).map((address) => address.toLowerCase()));
    const isWanted = ([id, account]) => wanted.has(account.address.toLowerCase()) || id === data.id;
    return { accounts: Object.entries(accounts).filter(isWanted).map(shown) };
  }
  const account = Object.hasOwn(accounts, data.id) ? accounts[data.id] : {};
  if (kind === "password.set") {
    if (account.set_by === callId) return { result: "changed" }; // the same call once more: its answer was lost
    if (!account.active || fingerprint(account) !== data.fingerprint) return { result: "no_longer_matches" };
    if (isPassword(account, data.password)) return { result: "refused", reasons: ["previously_used"] };
    Object.assign(account, { password: hashed(data.password, randomBytes(16)), set_by: callId });
    return { result: "changed" };
  }
  if (kind === "sessions.end") {
    const ended = account.sessions?.length ?? 0;
    account.sessions = [];
    return { ended };
  }
}

const shown = ([id, account]) => ({
  id,
  address: account.address,
  name: account.name,
  locale: account.locale,
  fingerprint: fingerprint(account),
  eligible: account.active,
});

/** Other than before, whenever the password or the address is. None without a password: nothing to be reset. */
function fingerprint({ address, password }) {
  return password ? createHash("sha256").update(JSON.stringify([address, password])).digest("hex") : null;
}

// The rest is the application itself, as yours has it.

const hashed = (password, salt) =>
  `${salt.toString("hex")}$${scryptSync(password, salt, 64, { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }).toString("hex")}`;

function isPassword(account, password) {
  const [salt, hash] = (account.password ?? "").split("$");
  if (!hash) return false;
  const [wanted, given] = [account.password, hashed(password, Buffer.from(salt, "hex"))].map((text) => Buffer.from(text));
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function logIn(accounts, { address, password }) {
  const account = Object.values(accounts).find((one) => one.address === address && one.active);
  if (!account || !isPassword(account, password)) return undefined;
  const session = randomBytes(16).toString("hex");
  account.sessions = [...(account.sessions ?? []), session];
  return { session };
}

const FILE = process.env.ACCOUNTS ?? "accounts.json";

function answer(request, body) {
  const isHook = request.url === "/regain";
  if (isHook && !isFromRegain(request.headers, body)) return [401, { error: "the signature is not Regain's, or too old" }];
  const given = JSON.parse(body);
  const accounts = JSON.parse(readFileSync(FILE));
  const done = isHook
    ? hook(accounts, request.headers["webhook-id"], given.type, given.data)
    : logIn(accounts, given);
  if (!done) return [400, { error: "no such call, or no such password" }];
  if (!done.accounts) {
    writeFileSync(`${FILE}.new`, JSON.stringify(accounts));
    renameSync(`${FILE}.new`, FILE);
  }
  return [200, done];
}

/** What a stranger sends is not kept without end; Regain's longest call has 128 KiB. */
async function read(request) {
  const pieces = [];
  let octets = 0;
  for await (const piece of request) {
    octets += piece.length;
    if (octets > 2 ** 20) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// Nor is it waited for without end.
const patience = { headersTimeout: 15_000, requestTimeout: 15_000, connectionsCheckingInterval: 1_000 };
const server = createServer(patience, async (request, response) => {
  try {
    const body = await read(request);
    const [status, value] = body ? answer(request, body) : [413, { error: "too long" }];
    if (!body) response.setHeader("connection", "close");
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  } catch (error) {
    console.error(error.code ?? error.name);
    response.writeHead(500).end();
  }
});
server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () =>
  console.log(`ready http://127.0.0.1:${server.address().port}/regain`),
);
