//! An application with plain forms: `/signup` and `/login`, and `/me`, which says who is signed in.

use crate::application::Session;

/// Makes an account at `/signup`.
pub(crate) async fn sign_up(url: &str, address: &str, password: &str) {
    let fields = [("email", address), ("password", password), ("name", "Ada")];
    let answer = Session::new().client.post(format!("{url}/signup")).form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 201, "{:?}", answer.text().await);
}

/// Signs in at `/login`.
pub(crate) async fn sign_in(url: &str, address: &str, password: &str) -> Option<Session> {
    let session = Session::new();
    let fields = [("email", address), ("password", password)];
    let answer = session.client.post(format!("{url}/login")).form(&fields).send().await.unwrap();
    match answer.status().as_u16() {
        302 | 303 => Some(session),
        401 => None,
        status => panic!("the application answers a log-in with {status}"),
    }
}

/// Whom `/me` names.
pub(crate) async fn signed_in_as(url: &str, session: &Session) -> Option<String> {
    let answer = session.client.get(format!("{url}/me")).send().await.unwrap();
    match answer.status().as_u16() {
        200 => Some(answer.text().await.unwrap()),
        401 => None,
        status => panic!("the application answers /me with {status}"),
    }
}
