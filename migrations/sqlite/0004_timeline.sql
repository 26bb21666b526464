-- What happens often is one row that counts: `at` is when it first happened.
ALTER TABLE events ADD COLUMN times INTEGER;      -- how often; none: once, and not counted
ALTER TABLE events ADD COLUMN last_at INTEGER;    -- of what is counted: when last
CREATE UNIQUE INDEX events_counted ON events (entry, what, detail) WHERE times IS NOT NULL;

-- A request is found by its address through the rows of `deliveries`, of which each has one that was ever worked on; or
-- among those that wait; or here, if it was ended before anybody worked on it. So few are that, and so late, that no
-- index slows the acceptance of a request down.
CREATE INDEX outbox_ended_early ON outbox (address_digest) WHERE reason IN ('dropped', 'redeemed', 'not_me');

-- The notices that tell of a request.
CREATE INDEX outbox_about ON outbox (about) WHERE about IS NOT NULL;
