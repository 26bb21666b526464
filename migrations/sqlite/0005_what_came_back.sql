-- Addresses whose mail came back for good, until something shows that they work, or for as long as such marks are kept.
CREATE TABLE bounces (
    address_digest  BLOB PRIMARY KEY NOT NULL,   -- keyed digest of the folded address
    at              INTEGER NOT NULL,            -- the last time
    transport       TEXT NOT NULL,               -- which transport told: 'postmark', …; 'smtp': a message came back
    status          TEXT,                        -- RFC 3463: '5.1.1'
    reply           TEXT NOT NULL                -- the mailbox's server's own words
) WITHOUT ROWID, STRICT;

CREATE INDEX bounces_at ON bounces (at);

-- What the operator is to be told by webhook, until it was taken or given up. No addresses, no tokens.
CREATE TABLE webhooks (
    id        BLOB PRIMARY KEY NOT NULL,         -- also the header webhook-id
    what      TEXT NOT NULL,                     -- 'password.changed', …
    at        INTEGER NOT NULL,                  -- when it happened
    entry     BLOB,                              -- outbox.id: the request that it is about
    origin    TEXT,                              -- that request's
    account   TEXT,                              -- that request's
    reason    TEXT,                              -- of what failed: why
    detail    TEXT,                              -- further members, as a JSON object
    due_at    INTEGER NOT NULL,                  -- when to post it next; of a leased row: when its lease lapses
    lease     BLOB,                              -- whose hands it is in
    attempts  INTEGER NOT NULL DEFAULT 0         -- failed ones
) WITHOUT ROWID, STRICT;

CREATE INDEX webhooks_due ON webhooks (due_at);
