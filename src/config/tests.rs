//! What is set where, which setting wins, and what is said of a wrong one.

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(None, &env(pairs), Overrides::default())
}

#[test]
fn needs_nothing() {
    let config = load(&[]).unwrap();
    assert_eq!(config.base_url(None), "http://127.0.0.1:8080");
    assert_eq!(config.data_dir, Path::new("podbrief-data"));
    assert_eq!((config.initial_items, config.insights_per_item), (3, 8));
    assert_eq!(config.poll.interval(), Duration::from_secs(3600));
}

#[test]
fn variables_reach_every_kind_of_option() {
    let config = load(&[
        ("PODBRIEF_FETCH_ALLOW_PRIVATE", "127.0.0.1:1, [::1]:2"),
        ("PODBRIEF_POLL_MIN_INTERVAL", "2s"),
        ("PODBRIEF_INITIAL_ITEMS", "7"),
        ("PODBRIEF_POLL_MAX_INTERVAL", "2d"),
        ("PODBRIEF_BASE_URL", "https://brief.example.org/"),
        ("STATE_DIRECTORY", "/var/lib/podbrief:/x"),
    ])
    .unwrap();
    assert_eq!(config.fetch.allow_private, ["127.0.0.1:1", "[::1]:2"]);
    assert_eq!(config.poll.min_interval(), Duration::from_secs(2));
    assert_eq!(config.initial_items, 7);
    assert_eq!(config.poll.max_interval(), Duration::from_secs(2 * 24 * 3600));
    assert_eq!(config.base_url(None), "https://brief.example.org");
    assert_eq!(config.host(), "brief.example.org");
    assert_eq!(config.data_dir, Path::new("/var/lib/podbrief"));
}

#[test]
fn a_low_ceiling_moves_the_default_floor_only() {
    let config = load(&[("PODBRIEF_POLL_MAX_INTERVAL", "10s")]).unwrap();
    assert_eq!(config.poll.min_interval(), Duration::from_secs(10));
    assert_eq!(load(&[]).unwrap().poll.min_interval, MIN_INTERVAL);
}

#[test]
fn mistakes_are_named() {
    for (name, value, part) in [
        ("PODBRIEF_POL_INTERVAL", "1h", "no such option"),
        ("PODBRIEF_INITIAL_ITEMS", "three", "not a number"),
        ("PODBRIEF_POLL_INTERVAL", "often", "not a span"),
        ("PODBRIEF_POLL_CONCURRENCY", "0", "at least 1"),
        ("PODBRIEF_FETCH_TIMEOUT", "0s", "at least 1"),
        ("PODBRIEF_BASE_URL", "brief.example.org", "not an address"),
        ("PODBRIEF_POLL_MIN_INTERVAL", "48h", "max_interval"),
        ("PODBRIEF_SIGNUP", "everyone", "open, invite or closed"),
        ("PODBRIEF_EDITION_SIZE", "11", "from 1 to 10"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(part), "{name}: {error}");
    }
    let after = [("PODBRIEF_POLL_INTERVAL", "5"), ("PODBRIEF_INITIAL_ITEMS", "3")];
    let error = load(&after).unwrap_err().to_string();
    assert!(error.contains("PODBRIEF_POLL_INTERVAL") && !error.contains('\n'), "{error}");
    let mut table: Table = DEFAULTS.parse().unwrap();
    let given = "[poll]\nintervall = \"1h\"".parse().unwrap();
    assert_eq!(overlay(&mut table, given, ""), Err("there is no option poll.intervall".to_owned()));
    let given = "listen = 8080".parse().unwrap();
    assert!(overlay(&mut table, given, "").unwrap_err().contains("must be of type string"));
}
