//! A mail message to a newsletter's issue: its text without the furniture around it, links that lead where they say,
//! nothing that names the reader. Pure; fetches nothing, ever.

mod block;
mod furniture;
mod leftovers;
mod links;
mod look;
mod notice;
mod plain;
mod write;

use self::links::Secrets;
use super::mail::{InlineImage, Message};
use crate::model::Notice;
use crate::text::html::collapse;

/// What a message says to its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Plain text, never empty.
    pub title: String,
    /// Its text: headings, paragraphs, lists, quotes, links, and nothing else. Safe to publish. `cid:` pictures have
    /// the number of the picture in `images` as `src`: `cid:0`.
    pub html: String,
    /// Pictures that `html` shows.
    pub images: Vec<InlineImage>,
    /// A page of it that everyone may see, where one is named.
    pub link: Option<String>,
    /// What it wants of the operator: then it is no issue at all.
    pub notice: Option<Notice>,
    /// Where it can be left, for the operator.
    pub unsubscribe: Option<String>,
}

/// Understands `message`. `own` are further addresses of the reader, such as the one of the envelope.
pub fn understand(message: &Message, own: &[String]) -> Issue {
    let secrets = secrets(message, own);
    let blocks =
        if message.is_html { block::of_html(&message.body) } else { plain::of_text(&message.body) };
    let subject = without_prefix(&message.subject);
    let notice = notice::of(&message.subject, &blocks);
    let link = message.archived_at.as_deref().and_then(|url| links::public(url, &secrets));
    let link = link.or_else(|| web_version(&blocks, &secrets));
    let mut kept = furniture::without(blocks);
    let says_nothing = |blocks: &[block::Block]| blocks.iter().all(|b| b.spans.is_empty());
    if let Some(plain) = message.plain.as_deref().filter(|_| says_nothing(&kept)) {
        kept = furniture::without(plain::of_text(plain));
    }
    // The subject again, as the text's own first heading; if nothing else is said, it is the text.
    let same = |a: &str, b: &str| collapse(a).to_lowercase() == collapse(b).to_lowercase();
    if kept.len() > 1 && kept.first().is_some_and(|b| same(&b.text(), &subject)) {
        kept.remove(0);
    }
    let written = write::html(&kept, &secrets, &message.images);
    let title = match subject.as_str() {
        "" => kept
            .iter()
            .map(block::Block::text)
            .find(|t| !t.is_empty())
            .map_or_else(|| "Without a subject".to_owned(), |text| text.chars().take(90).collect()),
        subject => write::redact(&collapse(subject), &secrets),
    };
    Issue {
        title,
        html: written.html,
        images: written.images,
        link,
        notice,
        unsubscribe: message
            .unsubscribe
            .iter()
            .find(|u| u.starts_with("http"))
            .or(message.unsubscribe.first())
            .cloned(),
    }
}

/// Whether a text is set like an article: see [`of_file`].
pub fn is_marked_up(text: &str) -> bool {
    plain::is_marked_up(&text.replace("\r\n", "\n"))
}

/// Understands an article or a newsletter that lies in a file, as Markdown or plain text.
pub fn of_file(text: &str) -> Issue {
    let body = text.replace("\r\n", "\n");
    let subject = plain::title(&body).unwrap_or_default().to_owned();
    understand(&Message { subject, body, ..Message::default() }, &[])
}

/// Without `Fwd:` and the like, which are not the newsletter's own.
fn without_prefix(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((prefix, after)) = rest.split_once(':') {
        let prefix = prefix.trim().to_ascii_lowercase();
        if !matches!(prefix.as_str(), "fw" | "fwd" | "wg" | "tr" | "rv") || after.trim().is_empty()
        {
            break;
        }
        rest = after.trim();
    }
    rest.to_owned()
}

fn secrets(message: &Message, own: &[String]) -> Secrets {
    // A list's own address may stand in To; what it publishes under may be seen. The sender's is not the reader's,
    // unless readers forward it by hand, or it is known to be (anybody may write it there).
    let by_hand = without_prefix(&message.subject) != message.subject.trim();
    let others = message.recipients.iter().map(|a| a.to_lowercase()).filter(|a| *a != message.from);
    let mut addresses: Vec<String> = others.chain(own.iter().map(|a| a.to_lowercase())).collect();
    addresses.retain(|a| a.contains('@'));
    if by_hand && message.from.contains('@') {
        addresses.push(message.from.clone());
    }
    // As bounce addresses and links write them.
    addresses.extend(addresses.clone().iter().map(|a| a.replacen('@', "=", 1)));
    // Local parts of minted addresses are secrets by themselves.
    let minted = own.iter().filter_map(|a| a.split('@').next()).filter(|l| l.len() >= 16);
    let tokens = message.unsubscribe.iter().flat_map(|url| links::tokens_of(url));
    let tokens = tokens.chain(minted.map(str::to_lowercase)).collect();
    Secrets { addresses, tokens }
}

/// The "view in browser" link, if it is a page that everyone may see.
fn web_version(blocks: &[block::Block], secrets: &Secrets) -> Option<String> {
    let words = [
        "view in browser",
        "view in your browser",
        "view online",
        "read online",
        "web version",
        "read in browser",
        "view this email in your browser",
        "im browser ansehen",
        "open in browser",
    ];
    let linked = blocks.iter().flat_map(|b| &b.spans).filter(|s| s.text.len() < 120);
    linked.filter_map(|s| Some((s.text.to_lowercase(), s.link.as_deref()?))).find_map(
        |(text, url)| {
            words.iter().any(|w| text.contains(w)).then(|| links::public(url, secrets)).flatten()
        },
    )
}

#[cfg(test)]
mod tests;
