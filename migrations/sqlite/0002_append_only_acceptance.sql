-- Accepting a request shall touch no page but the last of each tree: a random digest in an index dirties a page of its own.

-- The waiting requests for one address are found by a walk over those that wait.
DROP INDEX outbox_waiting_address;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at, address_digest) WHERE ended_at IS NULL;

-- When all links of the account ended at once, because this one was redeemed or disowned: a request that was accepted
-- before, and is looked up after, is not mailed.
ALTER TABLE deliveries ADD COLUMN closed_at INTEGER;
