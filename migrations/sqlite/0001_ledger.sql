-- The ledger: Regain's own state. Times are milliseconds since 1970, UTC. Nothing here opens an account: tokens and
-- codes stand here as digests only.

-- The queue, and the history of what went through it. A reset request is durable once its row is committed.
CREATE TABLE outbox (
    id              BLOB PRIMARY KEY NOT NULL,   -- UUID version 7
    message         TEXT NOT NULL,               -- 'reset', 'password_changed'
    about           BLOB,                        -- of a notice: the request that it tells of
    origin          TEXT NOT NULL,               -- 'chaser', 'unleash', 'page', 'help-desk'; of a notice: its request's
    network         TEXT,                        -- where the request came from
    locales         TEXT NOT NULL,               -- language tags, best first, separated by commas
    identifier      TEXT NOT NULL,               -- what was typed; of a notice: the address on file
    name            TEXT,                        -- of a notice: how to greet the owner
    address_digest  BLOB NOT NULL,               -- keyed digest of the folded identifier
    account         TEXT,                        -- once looked up
    accepted_at     INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,            -- when to work on it next; of a leased row: when its lease lapses
    lease           BLOB,                        -- whose hands it is in
    attempts        INTEGER NOT NULL DEFAULT 0,  -- failed ones
    state           TEXT NOT NULL DEFAULT 'accepted',
    reason          TEXT,                        -- of 'suppressed' and 'failed': why
    ended_at        INTEGER
) WITHOUT ROWID, STRICT;

CREATE INDEX outbox_due ON outbox (due_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_waiting_address ON outbox (address_digest) WHERE ended_at IS NULL;
CREATE INDEX outbox_account ON outbox (account, accepted_at) WHERE account IS NOT NULL;
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_unknown ON outbox (ended_at) WHERE reason = 'unknown';

-- One row for each time a request was worked on, whether its address is known or not: where nothing is mailed, the
-- digests are random and open nothing.
CREATE TABLE deliveries (
    id               BLOB PRIMARY KEY NOT NULL,  -- UUID version 7; also the mail's Message-ID
    entry            BLOB NOT NULL,              -- outbox.id
    message          TEXT,                       -- what is mailed; none: nothing
    account          TEXT,
    address          TEXT,                       -- the address on file it went to
    address_digest   BLOB NOT NULL,
    token_digest     BLOB NOT NULL,
    code_digest      BLOB NOT NULL,
    not_me_digest    BLOB NOT NULL,
    fingerprint      BLOB NOT NULL,              -- of the account's stored password and address at minting
    minted_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    code_expires_at  INTEGER NOT NULL,
    state            TEXT NOT NULL,              -- 'live', 'claimed', 'redeemed', 'superseded', 'revoked', 'none'
    reason           TEXT,                       -- of 'revoked': why
    claim            BLOB,
    claim_until      INTEGER,
    new_fingerprint  BLOB,                       -- of a claimed one: what the store will hold once written
    outcome          TEXT,                       -- 'delivered', 'retry', 'refused', 'unknown'
    outcome_at       INTEGER,
    transport        TEXT,
    reply            TEXT                        -- the server's own words
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX deliveries_token ON deliveries (token_digest);
CREATE UNIQUE INDEX deliveries_not_me ON deliveries (not_me_digest);
CREATE INDEX deliveries_entry ON deliveries (entry);
CREATE INDEX deliveries_account ON deliveries (account, minted_at) WHERE account IS NOT NULL;
CREATE INDEX deliveries_address ON deliveries (address_digest, minted_at);
CREATE INDEX deliveries_claimed ON deliveries (claim_until) WHERE state = 'claimed';

-- Wrong codes, counted per address, account or not.
CREATE TABLE code_attempts (
    address_digest  BLOB PRIMARY KEY NOT NULL,
    delivery        BLOB,                        -- the code they were tried against; a new one starts from nothing
    attempts        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- What else happened, for the timeline.
CREATE TABLE events (
    id     INTEGER PRIMARY KEY,
    entry  BLOB NOT NULL,
    at     INTEGER NOT NULL,
    what   TEXT NOT NULL,                        -- 'opened', 'redeemed', 'revoked', 'not_me', …
    detail TEXT
) STRICT;

CREATE INDEX events_entry ON events (entry);

CREATE TABLE api_tokens (
    name        TEXT PRIMARY KEY NOT NULL,
    digest      BLOB NOT NULL UNIQUE,            -- SHA-256; the token itself is shown once and never stored
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) WITHOUT ROWID, STRICT;
