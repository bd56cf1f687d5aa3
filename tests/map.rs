//! ARCHITECTURE.md is kept true: floors, the places of foreign crates, a head on every file, options.

use std::fs;
use std::path::{Path, PathBuf};

/// Floors, lowest first. A room imports only from lower floors; the top floor's rooms may import each other.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["text"],
    &["parse", "insight", "rank", "publish"],
    &["store", "fetch", "spool", "encode", "authenticate", "infer", "speech"],
    &["search"],
    &["pipeline"],
    &["jobs"],
    &["admin", "mail", "imap"],
    &["upkeep"],
    &["web"],
    &["cli", "app", "config", "demo", "notify", "main", "lib"],
];

/// Foreign crates and the only places that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("::sled::", &["store/sled/"]),
    ("actix_web::", &["web/", "app.rs", "demo/host.rs"]),
    ("feed_rs::", &["parse/feed"]),
    ("mailparse::", &["parse/mail", "parse/form"]),
    ("ammonia::", &["parse/newsletter/"]),
    ("pulp::", &["text/embed"]),
    ("podbrief_encoder::", &["text/encoder"]),
    ("atom_syndication::", &["publish/"]),
    ("rss::", &["publish/"]),
    ("ab_glyph::", &["publish/"]),
    ("png::", &["publish/"]),
    ("reqwest::", &["fetch/", "infer/"]),
    ("async_imap::", &["imap/"]),
    ("mail_auth::", &["authenticate/"]),
    ("clap::", &["cli/"]),
    ("symphonia::", &["speech/decode"]),
    ("rten::", &["speech/whisper/"]),
];

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
    found
}

/// (path below src, text without its tests) of every file.
fn sources() -> Vec<(String, String)> {
    sources_in("src")
}

fn sources_in(folder: &str) -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (name, text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned())
    };
    files(&src).into_iter().map(read).collect()
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room} is on no floor: put it into FLOORS and ARCHITECTURE.md"))
}

#[test]
fn rooms_import_from_lower_floors_only() {
    for (name, text) in sources() {
        let room = name.split(['/', '.']).next().unwrap();
        let own = floor(room);
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let other = part.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let top = own == FLOORS.len() - 1;
                if other.is_empty() || other == room || top {
                    continue;
                }
                assert!(floor(other) < own, "{name}: {room} may not import {other}: {line}");
            }
        }
    }
}

#[test]
fn foreign_crates_stay_at_home() {
    for (name, text) in sources() {
        for (krate, homes) in HOMES {
            let used = text.lines().any(|line| {
                let line = line.trim_start();
                let bare = krate.trim_start_matches("::");
                !line.starts_with("//")
                    && (line.starts_with(&format!("use {bare}"))
                        || line.contains(&format!(" {krate}")))
                    && !line.contains(&format!("crate::publish::{bare}"))
            });
            let home = homes.iter().any(|home| name.starts_with(home));
            assert!(!used || home, "{name} names {krate}, which belongs in {homes:?}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_small() {
    for (name, text) in sources().into_iter().chain(sources_in("encoder/src")) {
        assert!(text.starts_with("//! "), "{name} has no //! at its top");
        let lines = text.lines().count();
        let of_tests = name.ends_with("tests.rs") || name.contains("/tests/");
        assert!(
            lines <= 400 || of_tests,
            "{name} has {lines} lines: look for the second room in it"
        );
    }
}

#[test]
fn the_map_names_every_room() {
    let map = include_str!("../ARCHITECTURE.md");
    for rooms in FLOORS {
        for room in rooms.iter().filter(|room| !["main", "lib"].contains(room)) {
            assert!(map.contains(&format!("`{room}`")), "ARCHITECTURE.md does not name `{room}`");
        }
    }
}
