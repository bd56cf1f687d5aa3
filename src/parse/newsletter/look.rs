//! What the markup of an element says of its text: that nobody is to see it, or what part of a mail it is.

use crate::text::html::scan::Tag;

/// What the markup calls a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Hint {
    #[default]
    None,
    Preheader,
    Footer,
    Sponsor,
    Social,
}

pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "col"
            | "embed"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// HTML 13.2.6.4.4: anything else begins the body.
pub(super) fn stands_in_head(name: &str) -> bool {
    matches!(
        name,
        "head" | "title" | "meta" | "link" | "base" | "style" | "script" | "noscript" | "template"
            // What Outlook and Word write there.
            | "xml" | "object"
    ) || name.contains(':')
}

/// Text that is there for machines or for the list of messages only.
pub(super) fn is_hidden(tag: &Tag<'_>, style: &str) -> bool {
    if tag.attr("hidden").is_some() || tag.is("template") || tag.is("head") {
        return true;
    }
    if style.is_empty() {
        return false;
    }
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let zero = |name: &str| {
        style.split(';').filter_map(|rule| rule.split_once(':')).any(|(key, value)| {
            let value = value.trim_end_matches("!important");
            key == name && matches!(value, "0" | "0px" | "0.0" | "0pt" | "0em" | "0%")
        })
    };
    ["display:none", "visibility:hidden", "mso-hide:all"].iter().any(|rule| style.contains(rule))
        || zero("max-height")
        || zero("opacity")
        || zero("font-size")
        || style.contains("font-size:1px")
}

pub(super) fn hint(tag: &Tag<'_>, name: &str) -> Hint {
    if name == "footer" {
        return Hint::Footer;
    }
    let named = [tag.attr("class"), tag.attr("id")].into_iter().flatten().collect::<Vec<_>>();
    let words = named.join(" ").to_ascii_lowercase();
    let word = |wanted: &[&str]| {
        let mut parts = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
        parts.any(|part| wanted.contains(&part))
    };
    if words.is_empty() {
        Hint::None
    } else if word(&["preheader", "preview", "previewtext", "mcnpreviewtext"]) {
        Hint::Preheader
    } else if word(&["unsubscribe", "footer", "emailfooter", "templatefooter"]) {
        Hint::Footer
    } else if word(&["sponsor", "sponsored", "sponsorship", "advertisement", "advert", "ad", "ads"])
    {
        Hint::Sponsor
    } else if word(&["social", "socials", "share", "sharing"]) {
        Hint::Social
    } else {
        Hint::None
    }
}
