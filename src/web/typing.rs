//! A question of which the last word is still being typed. Pure but for the index it is given; shows nothing.

use crate::search::Index;
use crate::text::fold;

/// The question with its last word completed; none where that word is one already, or stands in quotes, behind a
/// field, or is one of the words that join others.
pub fn completed(q: &str, index: &Index) -> Option<String> {
    let begun = last_word(q)?;
    let mut folded = fold::words(begun);
    let word = folded.next().filter(|_| folded.next().is_none())?;
    let whole = index.completed(&word)?;
    Some(format!("{}{whole}", q.strip_suffix(begun)?))
}

/// The bare word at the very end.
fn last_word(q: &str) -> Option<&str> {
    let at = q.rfind(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').map_or(0, |at| {
        at + q.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let (before, word) = q.split_at_checked(at)?;
    // A hyphen in front says NOT; inside it joins two words.
    let word = word.strip_prefix('-').unwrap_or(word);
    let open = before.matches('"').count() % 2 == 1;
    let bare = before.is_empty() || before.ends_with([' ', '(']);
    let joins = ["AND", "OR", "NOT"].contains(&word);
    (bare && !open && !joins && !word.is_empty() && !word.contains('-')).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::last_word;

    #[test]
    fn only_a_bare_word_is_still_being_typed() {
        for (q, word) in [
            ("batt", Some("batt")),
            ("cheap batt", Some("batt")),
            ("cheap OR (batt", Some("batt")),
            ("cheap -batt", Some("batt")),
            ("münch", Some("münch")),
            ("batt ", None),
            ("", None),
            ("cheap AND", None),
            ("\"cheap batt", None),
            ("\"cheap\" batt", Some("batt")),
            ("topic:batt", None),
            ("open-sou", None),
            ("(cheap batt)", None),
            ("…", None),
        ] {
            assert_eq!(last_word(q), word, "{q}");
        }
    }
}
