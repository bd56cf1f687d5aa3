//! Names found in talk, and words with a capital that are none.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<String> {
    names(text, "", Some("en"), ["Ada Example"])
}

#[test]
fn people_organisations_and_products_are_found() {
    let cases: &[(&str, &[&str])] = &[
        ("Last year Peter Todd posted about it.", &["Peter Todd"]),
        (
            "Kubernetes made it hard, said the people at the Bank of England.",
            &["Kubernetes", "Bank of England"],
        ),
        ("When openai and google do it, OpenAI's way wins.", &["OpenAI", "Google"]),
        ("I wrote it in Go, not in Java; then go home.", &["Go", "Java"]),
        (
            "So Ada thinks that GPT-4 is better than the iPhone.",
            &["Ada Example", "GPT-4", "iPhone"],
        ),
        ("We met Angela Merkel. Merkel was tired.", &["Angela Merkel"]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn what_is_no_name_is_left_out() {
    for text in [
        "Nobody knows. People say so on Monday, and I agree.",
        "The CEO said that AI needs an API.",
        "Teams that write tests ship faster. Testing is cheap: Write more of it.",
        "EVERYTHING HERE IS SHOUTED AT YOU",
        "",
        "... – \"",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
    let german = names("Die Wärmepumpe holt Wärme aus der Luft, sagt Siemens.", "", Some("de"), []);
    assert_eq!(german, ["Siemens"]);
}

#[test]
fn a_name_is_kept_once_in_its_longest_form() {
    let all = names(
        "Todd was right.",
        "And then Peter Todd said it, and Todd's friends did.",
        Some("en"),
        [],
    );
    assert_eq!(all, ["Peter Todd"]);
}

proptest! {
    #[test]
    fn any_text_gives_few_names_that_it_holds(text in "\\PC{0,200}") {
        let all = names(&text, &text, None, []);
        prop_assert!(all.len() <= MOST);
        prop_assert!(all.iter().all(|name| !name.trim().is_empty()));
    }
}
