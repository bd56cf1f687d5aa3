//! Any text as the value of any option: taken, or told of with the variable that holds it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::config::{Config, Overrides};

const NAMES: [&str; 12] = [
    "LISTEN", "BASE_URL", "EDITION_SIZE", "SIGNUP", "POLL_INTERVAL", "FETCH_TIMEOUT", "FETCH_ALLOW_PRIVATE", "MAIL_DOMAIN",
    "MAIL_DNS", "BACKUP_AT", "DISK_KEEP_FREE_MIB", "WEB_TRUSTED_PROXIES",
];

fuzz_target!(|given: (u8, String)| {
    let name = NAMES[usize::from(given.0) % NAMES.len()];
    let env = [(format!("PODBRIEF_{name}"), given.1)];
    if let Err(error) = Config::load(None, &env, Overrides::default()) {
        assert!(!error.to_string().is_empty());
    }
});
