-- The ledger: Regain's own state, in a schema of its own, so that it may share a database. Times are milliseconds since
-- 1970, UTC. Nothing here opens an account: tokens and codes stand here as digests only.

-- The time that leases and claims go by: every node's, whatever its own clock says. It stands still during a statement, so
-- that an index can be searched by it.
CREATE FUNCTION regain.ledger_now() RETURNS bigint LANGUAGE sql STABLE
    AS 'SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint';

-- The queue, and the history of what went through it. A reset request is durable once its row is committed.
CREATE TABLE regain.outbox (
    id              uuid PRIMARY KEY,            -- version 7
    message         text NOT NULL,               -- 'reset', 'password_changed'
    about           uuid,                        -- of a notice: the request that it tells of
    origin          text NOT NULL,               -- 'chaser', 'unleash', 'page', 'help-desk'; of a notice: its request's
    network         text,                        -- where the request came from
    locales         text NOT NULL,               -- language tags, best first, separated by commas
    identifier      text NOT NULL,               -- what was typed; of a notice: the address on file
    name            text,                        -- of a notice: how to greet the owner
    address_digest  bytea NOT NULL,              -- keyed digest of the folded identifier
    account         text,                        -- once looked up
    accepted_at     bigint NOT NULL,
    due_at          bigint NOT NULL,             -- by ledger_now(): when to work on it next; of a leased row: when its lease lapses
    lease           uuid,                        -- whose hands it is in
    attempts        integer NOT NULL DEFAULT 0,  -- failed ones
    state           text NOT NULL DEFAULT 'accepted',
    reason          text,                        -- of 'suppressed' and 'failed': why
    ended_at        bigint
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX outbox_due ON regain.outbox (due_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_waiting_address ON regain.outbox (address_digest) WHERE ended_at IS NULL AND account IS NULL;
CREATE INDEX outbox_account ON regain.outbox (account, accepted_at) WHERE account IS NOT NULL;
CREATE INDEX outbox_ended ON regain.outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_unknown ON regain.outbox (ended_at) WHERE reason = 'unknown';
-- What stands in place of an account where an address without one was mailed; forgotten sooner than the rest.
CREATE INDEX outbox_stand_in ON regain.outbox (ended_at) WHERE account LIKE 'no account %';
CREATE INDEX outbox_about ON regain.outbox (about) WHERE about IS NOT NULL;

-- One row for each time a request was worked on, whether its address is known or not: where nothing is mailed, the
-- digests are random and open nothing.
CREATE TABLE regain.deliveries (
    id               uuid PRIMARY KEY,           -- version 7; also the mail's Message-ID
    entry            uuid NOT NULL,              -- outbox.id
    message          text,                       -- what is mailed; none: nothing
    account          text,
    address          text,                       -- the address on file it went to
    address_digest   bytea NOT NULL,
    token_digest     bytea NOT NULL,
    code_digest      bytea NOT NULL,
    not_me_digest    bytea NOT NULL,
    fingerprint      bytea NOT NULL,             -- of the account's stored password and address at minting
    minted_at        bigint NOT NULL,
    expires_at       bigint NOT NULL,
    code_expires_at  bigint NOT NULL,
    state            text NOT NULL,              -- 'live', 'claimed', 'redeemed', 'superseded', 'revoked', 'none'
    reason           text,                       -- of 'revoked': why
    claim            uuid,
    claim_until      bigint,                     -- by ledger_now()
    new_fingerprint  bytea,                      -- of a claimed one: what the store will hold once written
    closed_at        bigint,                     -- when all links of the account ended at once, by this one
    outcome          text,                       -- 'delivered', 'retry', 'refused', 'unknown'
    outcome_at       bigint,
    transport        text,
    reply            text                        -- the server's own words
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE UNIQUE INDEX deliveries_token ON regain.deliveries (token_digest);
CREATE UNIQUE INDEX deliveries_not_me ON regain.deliveries (not_me_digest);
CREATE INDEX deliveries_entry ON regain.deliveries (entry);
CREATE INDEX deliveries_account ON regain.deliveries (account, minted_at) WHERE account IS NOT NULL;
CREATE INDEX deliveries_address ON regain.deliveries (address_digest, minted_at);
CREATE INDEX deliveries_claimed ON regain.deliveries (claim_until) WHERE state = 'claimed';

-- Wrong codes, counted per address, account or not.
CREATE TABLE regain.code_attempts (
    address_digest  bytea PRIMARY KEY,
    delivery        uuid,                        -- the code they were tried against; a new one starts from nothing
    attempts        integer NOT NULL,
    last_at         bigint NOT NULL
);

CREATE INDEX code_attempts_last ON regain.code_attempts (last_at);

-- What else happened, for the timeline.
CREATE TABLE regain.events (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry  uuid NOT NULL,
    at     bigint NOT NULL,
    what   text NOT NULL,                        -- 'opened', 'redeemed', 'revoked', 'not_me', …
    detail text
);

CREATE INDEX events_entry ON regain.events (entry);
-- Noted once, however many open a form at the same time.
CREATE UNIQUE INDEX events_opened ON regain.events (entry) WHERE what = 'opened';

CREATE TABLE regain.api_tokens (
    name        text PRIMARY KEY,
    digest      bytea NOT NULL UNIQUE,           -- SHA-256; the token itself is shown once and never stored
    created_at  bigint NOT NULL,
    revoked_at  bigint
);
