//! Messages, and the ways in which they are handed over.

use std::io::Write;
use std::process::Stdio;

use super::Program;
use super::program::text;

pub const WEEKLY: &str = include_str!("../fixtures/mail/weekly.eml");

/// A newsletter's issue with a claim of its own.
pub fn issue(n: usize) -> String {
    format!(
        "From: Daily <d@daily.example>\r\nTo: ada@reader.example\r\nSubject: Issue {n}\r\n\
         Date: Tue, 24 Nov 2026 07:00:00 +0000\r\nMessage-ID: <{n}@daily.example>\r\n\r\n\
         This is issue {n} of the daily letter.\r\n"
    )
}

/// `podbrief deliver`: its exit code and what it said.
pub fn deliver(program: &Program, to: &str, message: &str) -> (i32, String) {
    let mut child = program
        .command(&["deliver", "--to", to])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(message.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), text(&output.stderr))
}

/// Mints an address; gives it and the source's id.
pub fn mailbox(program: &Program, args: &[&str]) -> (String, String) {
    let all = [&["source", "add", "--json", "--mail"], args].concat();
    let added = program.json(&all);
    let word = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    (word(&added["address"]), word(&added["source"]["id"]))
}
