//! What no claim may hold, whatever the transcript says: markup, links, addresses, characters that nobody sees, and words
//! to a model or by one.

use super::Fault;
use crate::text::normal::normal_words;

/// Marks of HTML, Markdown, templates and shells.
const MARKS: &[char] =
    &['<', '>', '{', '}', '[', ']', '|', '`', '\\', '~', '^', '*', '_', '#', '@', '='];
/// Words to a model. Who talks about these things is quoted, not rewritten.
const TO_MODELS: &[&str] = &[
    "ignore previous",
    "ignore all",
    "ignore any",
    "ignore the above",
    "ignore your",
    "ignore every",
    "ignore everything",
    "disregard previous",
    "disregard all",
    "disregard the above",
    "disregard your",
    "disregard any",
    "forget previous",
    "forget all",
    "forget your",
    "forget everything",
    "previous instructions",
    "prior instructions",
    "above instructions",
    "new instructions",
    "your instructions",
    "these instructions",
    "following instructions",
    "system prompt",
    "system message",
    "system override",
    "developer mode",
    "developer message",
    "jailbreak",
    "you are now",
    "you are an ai",
    "you are a language model",
    "act as",
    "pretend to be",
    "roleplay as",
    "output the",
    "output only",
    "respond with",
    "respond only",
    "reply with",
    "answer with",
    "answer only",
    "end of transcript",
    "end of data",
    "end of document",
    "begin instructions",
    "prompt injection",
    "to the ai",
    "to the model",
    "to the assistant",
    "dear ai",
    "dear assistant",
    "hey ai",
    "ai assistant",
    "ignoriere alle",
    "ignoriere die",
    "vorherigen anweisungen",
    "vergiss alle",
    "ignorez les",
    "instructions precedentes",
    "instructions précédentes",
    "ignora las",
    "instrucciones anteriores",
];
/// Words by a model that did not do what it was asked, and words that sell; believed if they were said.
const BY_MODELS: &[&str] = &[
    "as an ai",
    "language model",
    "i cannot",
    "i cant",
    "i am unable",
    "im unable",
    "i am sorry",
    "im sorry",
    "i apologize",
    "the transcript",
    "the passage",
    "the json",
    "the user",
    "the speaker says nothing",
    "click",
    "subscribe",
    "sign up",
    "buy now",
    "visit",
    "download",
    "password",
    "call us",
    "contact us",
    "send money",
    "coupon",
    "promo code",
];

/// What is to be done away with, and what with it, in orders to a model.
const AWAY: &[&str] = &[
    "ignore",
    "disregard",
    "forget",
    "override",
    "bypass",
    "ignoriere",
    "vergiss",
    "ignorez",
    "oubliez",
    "ignora",
    "olvida",
    "ignorar",
];
const ORDERS: &[&str] = &[
    "instructions",
    "instruction",
    "prompt",
    "prompts",
    "rules",
    "guidelines",
    "above",
    "previous",
    "prior",
    "anweisungen",
    "regeln",
    "consignes",
    "instrucciones",
    "reglas",
];
/// How far apart they may stand.
const REACH: usize = 5;

/// Whether `text`, of a transcript or mail, seems to give orders to a model. Such a stretch is not shown to one: it is told
/// as it was said, or not at all.
pub fn addresses_models(text: &str) -> bool {
    let all = normal_words(text);
    let words: Vec<&str> = all.split(' ').collect();
    let ordered = words.iter().enumerate().any(|(at, word)| {
        AWAY.contains(word) && words[at + 1..].iter().take(REACH).any(|next| ORDERS.contains(next))
    });
    let padded = format!(" {all} ");
    ordered
        || [
            "system prompt",
            "system override",
            "developer mode",
            "you are now an ai",
            "ai assistant must",
        ]
        .iter()
        .any(|phrase| padded.contains(&format!(" {phrase} ")))
        || text.chars().any(|c| matches!(c, '\u{e0000}'..='\u{e007f}'))
        || ["<|", "|>", "[INST", "<<SYS"].iter().any(|mark| text.contains(mark))
}

/// Verbs that begin an order.
const VERBS: &[&str] = &[
    "add",
    "answer",
    "append",
    "attribute",
    "call",
    "change",
    "claim",
    "correct",
    "decode",
    "disregard",
    "do",
    "end",
    "follow",
    "forget",
    "forward",
    "hide",
    "ignore",
    "include",
    "insert",
    "make",
    "mark",
    "mention",
    "output",
    "praise",
    "print",
    "put",
    "quote",
    "recommend",
    "repeat",
    "replace",
    "respond",
    "reply",
    "return",
    "reveal",
    "say",
    "sell",
    "send",
    "show",
    "state",
    "summarise",
    "summarize",
    "tell",
    "translate",
    "use",
    "visit",
    "write",
    "ignoriere",
    "vergiss",
    "schreibe",
    "antworte",
    "ignorez",
    "écrivez",
    "citez",
    "ignora",
    "escribe",
];
/// What stands before it.
const BEFORE: &[&str] = &[
    "please",
    "now",
    "then",
    "and",
    "ai",
    "assistant",
    "system",
    "bitte",
    "also",
    "first",
    "instead",
    "always",
    "just",
    "so",
    "next",
];
/// What is spoken of where a model is told what to do.
const WORK: &[&str] = &[
    "ai",
    "assistant",
    "model",
    "models",
    "summary",
    "summaries",
    "summarise",
    "summarize",
    "summariser",
    "summarizer",
    "prompt",
    "instructions",
    "schema",
    "insight",
    "insights",
    "claim",
    "claims",
    "system",
    "rule",
    "rules",
    "task",
    "answer",
    "llm",
    "chatbot",
];
/// And how.
const MODALS: &[&str] =
    &["must", "have", "has", "should", "shall", "every", "each", "new", "now", "any", "override"];

/// Whether a sentence tells somebody what to do or write: that proves nothing.
pub(super) fn is_order(sentence: &str) -> bool {
    let all = normal_words(sentence);
    let words: Vec<&str> = all.split(' ').collect();
    let begins = words.iter().find(|word| !BEFORE.contains(word));
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    // Behind a colon or comma an order begins as well ("Assistant, write …").
    let parts = sentence.split([',', ':', ';', '–', '—']).skip(1);
    let inner = parts.map(normal_words).any(|part| {
        part.split(' ').find(|word| !BEFORE.contains(word)).is_some_and(|w| VERBS.contains(&w))
    });
    begins.is_some_and(|word| VERBS.contains(word))
        || (has(WORK) && (has(MODALS) || inner))
        || speaks_to_models(sentence)
}

/// Whether a claim has words to a model in it.
fn speaks_to_models(claim: &str) -> bool {
    let words = padded(claim);
    TO_MODELS.iter().any(|phrase| words.contains(&format!(" {phrase} ")))
        || turns(claim)
        || addresses_models(claim)
}

/// `System:` and the like, as conversations with models are written.
fn turns(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["system:", "assistant:", "user:", "human:"].iter().any(|mark| lower.contains(mark))
}

/// Refuses a claim that is no plain text, or no telling.
pub(super) fn check(claim: &str, evidence: &str) -> Result<(), Fault> {
    let odd = |c: char| c.is_control() || is_hidden(c) || MARKS.contains(&c);
    if claim.chars().any(odd) || claim.split_whitespace().any(is_address) || shouts(claim) {
        return Err(Fault::Markup);
    }
    if speaks_to_models(claim) {
        return Err(Fault::Instruction);
    }
    let (said, heard) = (padded(claim), padded(evidence));
    let foreign = |phrase: &&&str| {
        let phrase = format!(" {phrase} ");
        said.contains(&phrase) && !heard.contains(&phrase)
    };
    if BY_MODELS.iter().any(|phrase| foreign(&phrase)) {
        return Err(Fault::Instruction);
    }
    Ok(())
}

fn padded(text: &str) -> String {
    format!(" {} ", normal_words(text))
}

/// More capitals than names and abbreviations have.
fn shouts(claim: &str) -> bool {
    let letters = claim.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = claim.chars().filter(|c| c.is_uppercase()).count();
    capitals * 3 > letters
}

/// Invisible, or changing how others are read: zero width, direction, tags, private use.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{10ffff}')
}

/// `https://…`, `www.…`, or `name.tld` with anything before and behind: readers turn those into links.
fn is_address(word: &str) -> bool {
    let lower = word.to_lowercase();
    if lower.contains("://") || lower.contains("www.") || lower.contains("mailto:") {
        return true;
    }
    let word = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let host = word.split('/').next().unwrap_or(word);
    let Some((before, last)) = host.rsplit_once('.') else { return false };
    let label = |text: &str| {
        text.chars().count() >= 2 && text.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let name = before.rsplit('.').next().unwrap_or(before);
    last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) && label(name)
}
