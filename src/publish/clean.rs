//! Hygiene for everything that leaves: legal characters, http(s) addresses, real language tags.
//! It knows no format; escaping is the writer's.

use std::borrow::Cow;

use url::Url;

/// Longer addresses are not published: readers and proxies cut them.
const URL_LIMIT: usize = 4000;

/// Whether a character may stand in what we publish: XML 1.0 section 2.2 without its discouraged ones,
/// and without the invisible marks that turn the direction of the text around them.
fn is_legal(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => false,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        '\u{FDD0}'..='\u{FDEF}' => false,
        _ => u32::from(c) & 0xFFFE != 0xFFFE,
    }
}

/// The text without what may not be published; lines end in `\n`.
pub fn text(raw: &str) -> Cow<'_, str> {
    if raw.chars().all(is_legal) {
        return Cow::Borrowed(raw);
    }
    let lines = raw.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|c| is_legal(*c)).collect())
}

/// One line of at most `limit` characters, white space collapsed, cut at a word with an ellipsis.
pub fn line(raw: &str, limit: usize) -> String {
    // A control character between two words parts them.
    let spaced: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out = String::with_capacity(spaced.len());
    for word in text(&spaced).split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.chars().nth(limit).is_none() {
        return out;
    }
    let room = out.char_indices().nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
    let head = out.get(..room).unwrap_or_default();
    // A cut inside a word is better than losing more than a quarter to find its start.
    let cut = match head.rfind(' ') {
        Some(space) if space * 4 > room * 3 => space,
        _ => room,
    };
    out.truncate(cut);
    out.push('…');
    out
}

/// One line for titles, which some readers take for HTML whatever the format says: what looks like a
/// tag gets brackets that are none, so `<b>` becomes `‹b›`.
pub fn title(raw: &str, limit: usize) -> String {
    let text = line(raw, limit);
    if !text.contains('<') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_tag = false;
    while let Some(c) = chars.next() {
        let opens = |next: &char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
        match c {
            '<' if chars.peek().is_some_and(opens) => {
                in_tag = true;
                out.push('‹');
            }
            '>' if in_tag => {
                in_tag = false;
                out.push('›');
            }
            _ => out.push(c),
        }
    }
    out
}

/// A person or show in one line, as [`title`], without mail addresses, which are nobody's to publish.
pub fn name(raw: &str, limit: usize) -> String {
    let address = |word: &str| word.trim_matches(['<', '>', '(', ')', ',']).find('@') > Some(0);
    let words: Vec<_> = raw.split_whitespace().filter(|word| !address(word)).collect();
    title(&words.join(" "), limit)
}

/// For HTML text and double-quoted attributes.
pub fn html(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    for c in text(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The address if a reader may be sent there: absolute http(s) with a host, without user name and
/// password, every character legal in a URI (RFC 3986 section 2).
pub fn web_url(raw: &str) -> Option<Url> {
    let mut url = Url::parse(raw.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    // `Url` leaves some characters as they are that no URI may hold.
    if url.as_str().contains(is_no_uri) {
        let strict: String = url
            .as_str()
            .chars()
            .map(|c| if is_no_uri(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
            .collect();
        url = Url::parse(&strict).ok()?;
    }
    (url.as_str().len() <= URL_LIMIT).then_some(url)
}

fn is_no_uri(c: char) -> bool {
    matches!(c, '{' | '}' | '|' | '\\' | '^' | '`' | '"' | '<' | '>' | ' ')
}

/// The tag if it has the form of BCP 47 (RFC 5646 section 2.1), with `_` mended to `-`.
pub fn language(raw: &str) -> Option<String> {
    let tag = raw.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let first = parts.next()?;
    let good = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts
            .all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    good.then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_characters_never_pass() {
        assert_eq!(text("a\u{0}b\u{B}\u{FFFE}\u{1FFFF}\u{85}c\r\nd\re\t"), "abc\nd\ne\t");
        assert_eq!(text("😀 שלום é"), "😀 שלום é");
        assert_eq!(text("evil\u{202E}txt"), "eviltxt");
        assert_eq!(line(" a\u{1}b \n c\u{0085}d ", 50), "a b c d");
    }

    #[test]
    fn lines_are_cut_at_a_word() {
        assert_eq!(line("one two three", 13), "one two three");
        assert_eq!(line("one two three four", 14), "one two three…");
        assert_eq!(line("ünbreakableünbreakable", 5), "ünbr…");
        assert_eq!(line("abc", 0), "…");
    }

    #[test]
    fn titles_and_names_hold_no_tags_and_no_mail() {
        assert_eq!(title("a < b <script>x</script> > c <", 99), "a < b ‹script›x‹/script› > c <");
        assert_eq!(name("Ada <ada@mail.example> of\n@handle (x@y.example)", 99), "Ada of @handle");
    }

    #[test]
    fn only_web_addresses_are_linked() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "/relative", "http://", "ftp://a/b"]
        {
            assert_eq!(web_url(bad), None, "{bad}");
        }
        let kept = |raw| web_url(raw).map(String::from);
        assert_eq!(kept("https://u:p@a.example/x"), Some("https://a.example/x".into()));
        assert_eq!(
            kept("https://a.example/x?q={a|b}\"<"),
            Some("https://a.example/x?q=%7Ba%7Cb%7D%22%3C".into())
        );
        assert_eq!(kept(&format!("https://a.example/{}", "x".repeat(5000))), None);
    }

    #[test]
    fn languages_have_the_form_of_bcp_47() {
        assert_eq!(language("en_US"), Some("en-US".into()));
        assert_eq!(language("zh-Hant-TW"), Some("zh-Hant-TW".into()));
        for bad in ["", "English", "e", "en-", "en-\"x", "en us"] {
            assert_eq!(language(bad), None, "{bad}");
        }
    }
}
