//! Addresses found in documents: made absolute, and only those that can be asked over HTTP.

use url::Url;

/// Longer ones are no addresses but data.
const LONGEST: usize = 8_000;

/// The absolute `http` or `https` address that `text` means below `base`. `feed:` is what some sites write for `http:`.
pub(crate) fn absolute(text: &str, base: Option<&Url>) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let bare = text.get(..5).filter(|s| s.eq_ignore_ascii_case("feed:")).map(|_| &text[5..]);
    let url = match bare {
        Some(rest) if rest.starts_with("//") => Url::parse(&format!("http:{rest}")),
        Some(rest) => Url::parse(rest),
        None => match base {
            Some(base) => base.join(text),
            None => Url::parse(text),
        },
    };
    let url = url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    (url.as_str().len() <= LONGEST).then(|| url.into())
}

/// The letters after the last dot of an address's path, in lower case; empty if there are none.
pub(crate) fn extension(url_or_name: &str) -> String {
    let path = url_or_name.split(['?', '#']).next().unwrap_or("");
    let name = path.rsplit(['/', '\\']).next().unwrap_or("");
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    if end.len() <= 5 { end.to_ascii_lowercase() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_absolute() {
        let base = Url::parse("https://a.example/shows/feed.xml").unwrap();
        for (text, expected) in [
            (" /ep/1 ", Some("https://a.example/ep/1")),
            ("ep\n 2", Some("https://a.example/shows/ep%202")),
            ("//b.example/x", Some("https://b.example/x")),
            ("feed://b.example/x", Some("http://b.example/x")),
            ("feed:https://b.example/x", Some("https://b.example/x")),
            ("javascript:alert(1)", None),
            ("mailto:a@b.example", None),
            ("data:text/html,x", None),
            ("", None),
        ] {
            assert_eq!(absolute(text, Some(&base)).as_deref(), expected, "{text}");
        }
        assert_eq!(absolute("/ep/1", None), None);
        assert_eq!(extension("https://a.example/x/Ep.1.VTT?download=1.mp3#t"), "vtt");
        assert_eq!(extension("https://a.example/"), "");
    }
}
