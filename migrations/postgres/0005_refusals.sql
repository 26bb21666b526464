-- How many new passwords were refused for this link, because the account had them before or by the store's own rules: each
-- refusal tells whoever holds the link something of those, so they are not without end.
ALTER TABLE regain.deliveries ADD COLUMN refusals integer NOT NULL DEFAULT 0;
