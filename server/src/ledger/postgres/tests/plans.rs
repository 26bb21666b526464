//! What is asked often, or of a big ledger, is found by an index.

use super::*;
use crate::ledger::postgres::timeline::BY_ADDRESS;

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_an_address_are_found_without_a_walk_through_all_there_are() {
    let database = database();
    node(&database).await;
    database.run(
        "INSERT INTO regain.outbox (id, message, origin, locales, identifier, address_digest, accepted_at, due_at, \
           state, reason, ended_at) \
         SELECT gen_random_uuid(), 'reset', 'chaser', '', n::text, sha256(n::text::bytea), n, n, \
           CASE WHEN n < 200 THEN 'accepted' ELSE 'failed' END, \
           CASE WHEN n < 200 THEN NULL WHEN n % 500 = 0 THEN 'dropped' ELSE 'unknown' END, \
           CASE WHEN n < 200 THEN NULL ELSE n END \
         FROM generate_series(1, 30000) AS n; \
         INSERT INTO regain.deliveries (id, entry, address_digest, token_digest, code_digest, not_me_digest, \
           fingerprint, minted_at, expires_at, code_expires_at, state) \
         SELECT gen_random_uuid(), id, address_digest, address_digest, '', address_digest, '', 0, 0, 0, 'none' \
         FROM regain.outbox WHERE reason = 'unknown'; \
         ANALYZE regain.outbox; ANALYZE regain.deliveries",
    );
    database.run(&format!(
        "DO $$ DECLARE line text; BEGIN \
           FOR line IN EXECUTE 'EXPLAIN SELECT * FROM regain.outbox WHERE {} ORDER BY id DESC LIMIT 50' LOOP \
             IF line LIKE '%Seq Scan%' THEN RAISE EXCEPTION 'it walks: %', line; END IF; \
           END LOOP; \
         END $$",
        BY_ADDRESS.replace('\'', "''").replace("$1", "sha256(''7''::bytea)"),
    ));
}
