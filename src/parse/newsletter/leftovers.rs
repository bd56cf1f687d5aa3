//! Marks that a sender's own tools left in an HTML text: template tags, and Markdown links whose target was missing when
//! the text was made. Nobody writes these for readers; in code they stay.

use std::borrow::Cow;

/// Longer brackets are no mark.
const MOST: usize = 300;

/// `text` without template tags (`{% … %}`), and with only the label of `[label][name]` and `[label][]`.
pub(super) fn without(text: &str) -> Cow<'_, str> {
    if !text.contains("{%") && !text.contains("][") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '{']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        if let Some((_, after)) = mark.strip_prefix("{%").and_then(|m| until(m, "%}")) {
            rest = after;
        } else if let Some((label, after)) =
            labelled(mark).filter(|_| !before.ends_with(char::is_alphanumeric))
        {
            out.push_str(label);
            rest = after;
        } else {
            out.push_str(&mark[..1]);
            rest = &mark[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Numbers in two brackets are references.
fn labelled(mark: &str) -> Option<(&str, &str)> {
    let (label, after) = until(mark.strip_prefix('[')?, "]")?;
    let (name, after) = until(after.strip_prefix('[')?, "]")?;
    let worded = |text: &str| text.contains(char::is_alphabetic);
    let fits = worded(label) && !label.contains('[') && (name.is_empty() || worded(name));
    fits.then_some((label, after))
}

fn until<'t>(text: &'t str, end: &str) -> Option<(&'t str, &'t str)> {
    let near = &text[..text.floor_char_boundary(MOST)];
    let at = near.find(end)?;
    Some((&text[..at], &text[at + end.len()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_go_and_words_stay() {
        for (text, left) in [
            (
                "See [the BIP][bip 1] and [LDK #45][]. {% assign t=\"1:30\" %}",
                "See the BIP and LDK #45. ",
            ),
            (
                "As shown [1][2], [sic] and a[i][j] [a [b][c]",
                "As shown [1][2], [sic] and a[i][j] [a b",
            ),
            ("100 {% of } [open][", "100 {% of } [open]["),
        ] {
            assert_eq!(without(text), left);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\[\\]{}%a1é ]{0,80}") {
            prop_assert!(without(&text).len() <= text.len());
        }
    }
}
