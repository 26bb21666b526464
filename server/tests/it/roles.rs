//! What Unleash's `validate` says of the owner's role, where the user store knows it.

use crate::support::Server;
use async_trait::async_trait;
use regain::finding::Finding;
use regain::users::{PasswordChange, Role, StoreFault, UserStore, Written};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";

/// A store whose application has roles.
struct WithRoles {
    store: Arc<dyn UserStore>,
    is_down: Arc<AtomicBool>,
}

#[async_trait]
impl UserStore for WithRoles {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        self.store.find(addresses).await
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        self.store.load(id).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.store.set_password(change).await
    }

    async fn role(&self, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreFault { what: "cannot be reached", cause: "the line is dead".into() });
        }
        let [name, description, kind] = ["Editor", "May edit", "root"].map(String::from);
        Ok((id.as_str() == "1").then_some(Role { id: 2, name, description, kind }))
    }

    async fn examine(&self) -> Vec<Finding> {
        self.store.examine().await
    }
}

#[tokio::test]
async fn validate_tells_the_owners_role() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let server = Server::with_store("", |store| Arc::new(WithRoles { store, is_down: down })).await;
    let role = async |address: &str| {
        let token = server.token_for(address).await;
        let body: Value = validate(&server, &token).await.json().await.unwrap();
        assert_eq!(body["createdBy"], "regain");
        body["role"].clone()
    };
    assert_eq!(role(ADA).await, json!({ "id": 2, "name": "Editor", "description": "May edit", "type": "root" }));
    assert_eq!(role(GRACE).await["name"], "Viewer");
    server.clock.advance(Duration::from_secs(120));
    let token = server.token_for(ADA).await;
    is_down.store(true, Ordering::SeqCst);
    let response = validate(&server, &token).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    is_down.store(false, Ordering::SeqCst);
    assert_eq!(validate(&server, &token).await.status(), StatusCode::OK);
}

async fn validate(server: &Server, token: &str) -> Response {
    server.get(&format!("/auth/reset/validate?token={token}")).await
}
