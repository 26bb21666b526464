//! The OpenAPI document held to what it says: Schemathesis makes calls of it, good and bad, and holds the answers to it;
//! its examples are held to its schemas.

use crate::support::process::{API_TOKEN, Site, needed};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// The same calls in every run: a failure is one of ours, not one of luck.
const OPTIONS: [&str; 8] = [
    "--seed=1",
    "--generation-deterministic",
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

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_document_is_of_its_schema() {
    let site = Site::with_accounts(&[]).await;
    let document = site.printed_by(&["openapi", "--config", "regain.toml"]);
    let file = site.path().join("openapi.json");
    std::fs::write(&file, document).unwrap();
    let mut python = Command::new(needed("REGAIN_TEST_PYTHON"));
    python.args(["-c", include_str!("schemathesis/examples.py")]).stdin(File::open(file).unwrap());
    let run = python.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let count: usize = String::from_utf8(run.stdout).unwrap().trim().parse().unwrap();
    assert!(count > 50, "{count}");
}
