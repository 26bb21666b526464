-- What waits is counted each second: from the index alone, for which it must hold what the count asks about.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at, address_digest, ended_at) WHERE ended_at IS NULL;
