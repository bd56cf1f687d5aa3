//! Newsletters out of an IMAP account.

use std::os::unix::fs::PermissionsExt;

use crate::support::Program;
use crate::support::imap::{ImapServer, PASSWORD, USER};
use crate::support::post::{WEEKLY, issue, mailbox};

fn program(server: &ImapServer) -> Program {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_IMAP_SERVER", &server.address);
    program.set("PODBRIEF_IMAP_SECURITY", "none");
    program.set("PODBRIEF_IMAP_USER", USER);
    let file = program.dir.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    program.set("PODBRIEF_IMAP_PASSWORD_FILE", file.to_str().unwrap());
    program
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn keys(program: &Program, id: &str) -> Vec<String> {
    let shown = program.json(&["source", "show", id, "--json", "--all"]);
    let items = shown["items"].as_array().unwrap();
    let mut keys: Vec<_> = items.iter().map(|i| i["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}

#[test]
fn a_folder_a_list_and_a_sender_feed_their_newsletters() {
    let imap = ImapServer::start();
    let program = program(&imap);
    let (_, grid) = mailbox(&program, &["Grid"]);
    let (address, daily) = mailbox(&program, &["Daily", "--policy", "accept"]);
    let (_, list) = mailbox(&program, &["List"]);
    program.ok(&["source", "fetch", &grid, "--folder", "News/Grid"]);
    program.ok(&["source", "fetch", &daily, "--sender", "D@daily.example"]);
    program.ok(&["source", "fetch", &list, "--list-id", "The List <L.x.example>"]);
    assert!(program.ok(&["source", "show", &list]).contains("from IMAP    list l.x.example"));
    imap.put("News/Grid", 5, &crlf(WEEKLY));
    imap.put("INBOX", 11, &issue(1));
    imap.put("INBOX", 12, &issue(2).replace("d@daily.example", "friend@home.example"));
    imap.put(
        "INBOX",
        13,
        &issue(3).replace("From: Daily <d@", "List-Id: L <l.x.example>\r\nFrom: L <l@"),
    );
    // To an address of ours, whoever it is from.
    let local = address.split_once('@').unwrap().0;
    let plus = format!("me+{local}@home.example");
    imap.put(
        "INBOX",
        20,
        &issue(4).replace("d@daily.example", "z@z.example").replace("ada@reader.example", &plus),
    );
    let server = program.serve();
    for _ in 0..4 {
        server.wait_for("mail received");
    }
    assert_eq!(keys(&program, &grid), ["issue-12@weekly.example"]);
    assert_eq!(keys(&program, &daily), ["1@daily.example", "4@daily.example"]);
    assert_eq!(keys(&program, &list), ["3@daily.example"]);
    // News comes at once.
    imap.put("INBOX", 21, &issue(5));
    server.wait_for("mail received");
    // New numbers for all: everything is looked at again, and nothing comes twice.
    imap.renumber(8);
    imap.put("INBOX", 30, &issue(6));
    loop {
        let line = server.wait_for("mail received");
        if line["fields"]["title"] == "Issue 6" {
            break;
        }
        assert_eq!(line["fields"]["outcome"], "known");
    }
    assert_eq!(keys(&program, &daily).len(), 4);
    server.stop();
    // Only what is wanted was fetched whole, and nothing was changed.
    let said = imap.said();
    let whole = |uid: &str| said.iter().any(|s| *s == format!("UID FETCH {uid} (UID BODY.PEEK[])"));
    assert!(whole("11") && !whole("12"), "{said:?}");
    // The next start goes on where it was.
    let before = imap.said().len();
    imap.put("INBOX", 31, &issue(7));
    imap.put_meanwhile("INBOX", 32, &issue(8));
    let server = program.serve();
    assert_eq!(server.wait_for("mail received")["fields"]["title"], "Issue 7");
    // What came meanwhile was told once, and is not waited for.
    assert_eq!(server.wait_for("mail received")["fields"]["title"], "Issue 8");
    server.stop();
    let asked = imap.said();
    assert!(
        asked[before..].iter().all(|s| !s.starts_with("UID FETCH 11")),
        "{:?}",
        &asked[before..]
    );
}

#[test]
fn a_wrong_password_is_said_and_a_new_one_is_read() {
    let imap = ImapServer::start();
    let mut program = program(&imap);
    program.set("PODBRIEF_IMAP_PASSWORD_FILE", "");
    assert!(!program.run(&["serve"]).status.success(), "no password at all");
    let script = program.dir.path().join("keyring");
    std::fs::write(&script, "echo sesame").unwrap();
    program.set("PODBRIEF_IMAP_PASSWORD_COMMAND", &format!("sh {}", script.display()));
    let (_, grid) = mailbox(&program, &["Grid"]);
    program.ok(&["source", "fetch", &grid, "--folder", "Grid"]);
    imap.put("Grid", 1, &crlf(WEEKLY));
    let server = program.serve();
    let said = server.wait_for("IMAP: trying again in 1 s");
    assert!(said["fields"]["error"].as_str().unwrap().contains("does not let me in"), "{said}");
    assert!(!said.to_string().contains("sesame"), "the password is never told: {said}");
    std::fs::write(&script, "cat password").unwrap();
    server.wait_for("mail received");
    server.stop();
}
