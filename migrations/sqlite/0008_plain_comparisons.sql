-- At each update of a row SQLite asks what its partial indexes ask, of the row as it was and as it will be. For IN it makes
-- a table of the words each time; comparing with each of them costs next to nothing.
DROP INDEX outbox_ended_early;
CREATE INDEX outbox_ended_early ON outbox (address_digest)
WHERE reason = 'dropped' OR reason = 'redeemed' OR reason = 'not_me';
