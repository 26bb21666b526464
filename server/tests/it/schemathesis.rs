//! Schemathesis, which makes calls of the OpenAPI document, good and bad, and holds the answers to it.

use crate::support::process::{API_TOKEN, Site, needed};
use std::path::Path;
use std::process::Command;

/// The same calls in every run: a failure is one of ours, not one of luck.
const OPTIONS: [&str; 9] = [
    "--seed=1",
    "--generation-deterministic",
    "--generation-database=none",
    "--max-examples=15",
    "--phases=examples,coverage,fuzzing",
    "--continue-on-failure",
    "--no-shrink",
    "--warnings=off",
    "--no-color",
];

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance";

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_that_the_document_does_not_say() {
    let site = Site::with_accounts(&["ada@example.com"]).await;
    let server = site.serve(&[]);
    let program = Path::new(&needed("REGAIN_TEST_PYTHON")).with_file_name("schemathesis");
    let run = Command::new(program)
        .arg("run")
        .arg(server.url("/openapi.json"))
        .args(["--url", &server.url(""), "--checks", CHECKS])
        .args(["--header", &format!("Authorization: {API_TOKEN}")])
        .args(OPTIONS)
        .current_dir(site.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
}
