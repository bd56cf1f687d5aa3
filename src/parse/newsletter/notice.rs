//! Mails that want something of the operator before a newsletter comes: confirm a subscription, allow a forwarding.
//! They are shown to the operator alone and published nowhere.

use super::block::Block;
use super::links::web;
use crate::model::{Notice, NoticeKind};

const CONFIRM: [&str; 24] = [
    "confirm your subscription",
    "confirm your email",
    "confirm your e-mail",
    "confirm subscription",
    "confirm my subscription",
    "please confirm",
    "verify your email",
    "verify your e-mail",
    "verify your address",
    "activate your subscription",
    "complete your subscription",
    "one more step",
    "almost done",
    "almost finished",
    "one click to confirm",
    "subscription confirmation",
    "confirm your signup",
    "anmeldung bestätigen",
    "bestätigen sie",
    "bestätige deine",
    "confirmez votre",
    "confirmer votre",
    "confirma tu",
    "confirme su",
];
const FORWARD: [&str; 7] = [
    "forwarding confirmation",
    "gmail forwarding",
    "forward mail to your email",
    "automatically forward",
    "mail forwarding verification",
    "confirm forwarding",
    "verify forwarding",
];
const LINK_WORDS: [&str; 14] = [
    "confirm",
    "verify",
    "activate",
    "yes",
    "subscribe me",
    "opt-in",
    "optin",
    "bestätig",
    "confirmez",
    "confirmer",
    "confirma",
    "confirmar",
    "approve",
    "aktivier",
];
/// A newsletter that speaks of confirming is longer.
const MOST: usize = 2_500;

/// What the message asks for, if it asks for anything.
pub(super) fn of(subject: &str, blocks: &[Block]) -> Option<Notice> {
    let mut text = String::new();
    for block in blocks {
        text += &block.text();
        text.push('\n');
        if text.len() > MOST {
            return None;
        }
    }
    let (subject, lower) = (subject.to_lowercase(), text.to_lowercase());
    let says = |words: &[&str]| words.iter().any(|w| subject.contains(w) || lower.contains(w));
    let kind = if says(&FORWARD) { NoticeKind::Forwarding } else { NoticeKind::Confirmation };
    if kind == NoticeKind::Confirmation && !says(&CONFIRM) {
        return None;
    }
    let link = link(blocks);
    let code = code(&subject, &lower, &text);
    (link.is_some() || code.is_some()).then_some(Notice { kind, link, code })
}

/// The link whose words or address speak of confirming, whole: it works only as it was sent.
fn link(blocks: &[Block]) -> Option<String> {
    let wants = |text: &str| {
        let lower = text.to_lowercase();
        let against = ["unsubscribe", "cancel", "not you", "didn't", "did not", "/vf-", "/uf-"];
        LINK_WORDS.iter().any(|w| lower.contains(w)) && !against.iter().any(|w| lower.contains(w))
    };
    let spans = || blocks.iter().flat_map(|b| &b.spans);
    let linked = || spans().filter_map(|s| Some((s, web(s.link.as_deref()?)?)));
    let by_words = linked()
        .find(|(s, _)| wants(&s.text))
        .or_else(|| linked().find(|(_, url)| wants(url.as_str())));
    // A mail that asks to confirm and has one link means that one; Gmail's is `mail-settings.google.com/mail/vf-…`.
    let gmail = linked().find(|(_, url)| {
        url.host_str() == Some("mail-settings.google.com") && url.path().contains("/vf-")
    });
    let only = || {
        let mut all = linked().filter(|(_, url)| !super::links::is_own(url));
        all.next().filter(|_| all.next().is_none())
    };
    gmail.or(by_words).or_else(only).map(|(_, url)| url.into())
}

/// Four to ten digits or capitals behind the word "code", or in the subject's brackets as Gmail has it.
fn code(subject: &str, lower: &str, text: &str) -> Option<String> {
    let is_code = |word: &str| {
        (4..=10).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && word.bytes().any(|b| b.is_ascii_digit())
    };
    let clean = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let gmail = subject.split_once("(#").and_then(|(_, rest)| rest.split_once(')'));
    if let Some((code, _)) = gmail {
        return Some(code.to_owned());
    }
    let at = ["code", "bestätigungscode", "código"].iter().find_map(|w| lower.find(w))?;
    // Letter cases may change the length of a text by a little; look around the place.
    let from = text.floor_char_boundary(at.saturating_sub(4).min(text.len()));
    text[from..].split_whitespace().map(clean).take(14).find(|w| is_code(w))
}
