-- Addresses whose mail came back for good, until something shows that they work, or for as long as such marks are kept.
CREATE TABLE regain.bounces (
    address_digest  bytea PRIMARY KEY,           -- keyed digest of the folded address
    at              bigint NOT NULL,             -- the last time
    transport       text NOT NULL,               -- which transport told: 'postmark', …; 'smtp': a message came back
    status          text,                        -- RFC 3463: '5.1.1'
    reply           text NOT NULL                -- the mailbox's server's own words
);

CREATE INDEX bounces_at ON regain.bounces (at);

-- What the operator is to be told by webhook, until it was taken or given up. No addresses, no tokens.
CREATE TABLE regain.webhooks (
    id        uuid PRIMARY KEY,                  -- also the header webhook-id
    what      text NOT NULL,                     -- 'password.changed', …
    at        bigint NOT NULL,                   -- when it happened
    entry     uuid,                              -- outbox.id: the request that it is about
    origin    text,                              -- that request's
    account   text,                              -- that request's
    reason    text,                              -- of what failed: why
    detail    text,                              -- further members, as a JSON object
    due_at    bigint NOT NULL,                   -- by ledger_now(): when to post it next; of a leased row: when its lease lapses
    lease     uuid,                              -- whose hands it is in
    attempts  integer NOT NULL DEFAULT 0         -- failed ones
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX webhooks_due ON regain.webhooks (due_at);
