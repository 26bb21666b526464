-- With what a reset was asked for, as roughly as a person would say it ("Firefox on Windows"): one of a fixed list, never
-- a browser's own words. None where nothing is known.
ALTER TABLE outbox ADD COLUMN device TEXT;
