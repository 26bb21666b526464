//! The operator's logo and style, served from our own origin.

use crate::http::call::Call;
use crate::http::problem;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A file that pages load.
pub(super) struct Asset {
    /// Its path, and a digest of what it holds: a browser that kept it asks anew once it has changed.
    pub(super) address: String,
    media_type: &'static str,
    octets: Bytes,
}

/// GET `/brand/logo`
pub(super) async fn logo(call: Call) -> Response {
    served(call.app.pages.look.logo.as_ref()).await
}

/// GET `/brand/style.css`
pub(super) async fn css(call: Call) -> Response {
    served(call.app.pages.look.css.as_ref()).await
}

async fn served(asset: Option<&Asset>) -> Response {
    match asset {
        Some(asset) => asset.response(),
        None => problem::unknown_path().await.into_response(),
    }
}

impl Asset {
    pub(super) fn new(path: &str, media_type: &'static str, octets: Bytes) -> Self {
        let digest: String = Sha256::digest(&octets).iter().take(8).map(|octet| format!("{octet:02x}")).collect();
        Self { address: format!("{path}?v={digest}"), media_type, octets }
    }

    fn response(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.media_type),
            (header::CACHE_CONTROL, KEPT),
            (header::CONTENT_SECURITY_POLICY, LOOKED_AT),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ];
        (headers, self.octets.clone()).into_response()
    }
}

/// The same for everybody; a change has another address.
const KEPT: &str = "public, max-age=86400";
/// An SVG opened by itself is a document: one that runs nothing, loads nothing and belongs to no origin. Its own style
/// is harmless there.
const LOOKED_AT: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";
