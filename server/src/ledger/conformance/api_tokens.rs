//! API tokens: known by their digest until they are revoked.

use super::fixture::*;
use crate::ledger::ApiToken;

pub(super) async fn a_token_is_known_until_it_is_revoked(mut fixture: Fixture) {
    let created_at = fixture.now;
    assert!(!fixture.ledger.knows_api_token(&[3; 32]).await.unwrap());
    assert!(fixture.ledger.create_api_token("shop".into(), [3; 32], created_at).await.unwrap());
    assert!(fixture.ledger.knows_api_token(&[3; 32]).await.unwrap());
    fixture.wait(MINUTE);
    let revoked_at = fixture.now;
    assert_eq!(fixture.ledger.revoke_api_token("shop".into(), revoked_at).await.unwrap(), Some(revoked_at));
    assert!(!fixture.ledger.knows_api_token(&[3; 32]).await.unwrap());
    fixture.wait(MINUTE);
    let again = fixture.ledger.revoke_api_token("shop".into(), fixture.now).await.unwrap();
    assert_eq!(again, Some(revoked_at), "the first time is the one that is kept");
    let listed = fixture.ledger.list_api_tokens().await.unwrap();
    assert_eq!(listed, [ApiToken { name: "shop".into(), created_at, revoked_at: Some(revoked_at) }]);
}

pub(super) async fn a_name_and_a_digest_are_given_once(fixture: Fixture) {
    assert!(fixture.ledger.create_api_token("shop".into(), [3; 32], fixture.now).await.unwrap());
    assert!(!fixture.ledger.create_api_token("shop".into(), [4; 32], fixture.now).await.unwrap());
    assert!(!fixture.ledger.create_api_token("till".into(), [3; 32], fixture.now).await.unwrap());
    assert!(!fixture.ledger.knows_api_token(&[4; 32]).await.unwrap());
    assert_eq!(fixture.ledger.list_api_tokens().await.unwrap().len(), 1);
    fixture.ledger.revoke_api_token("shop".into(), fixture.now).await.unwrap();
    assert!(!fixture.ledger.create_api_token("shop".into(), [4; 32], fixture.now).await.unwrap(), "nor given again");
    assert_eq!(fixture.ledger.revoke_api_token("till".into(), fixture.now).await.unwrap(), None);
}

pub(super) async fn tokens_are_listed_by_name(fixture: Fixture) {
    for (n, name) in ["b", "ä", "a", "B"].into_iter().enumerate() {
        assert!(fixture.ledger.create_api_token(name.into(), [n as u8; 32], fixture.now).await.unwrap());
    }
    let names: Vec<_> = fixture.ledger.list_api_tokens().await.unwrap().into_iter().map(|token| token.name).collect();
    assert_eq!(names, ["B", "a", "b", "ä"]);
}
