//! What stands around a newsletter's text: preheader, "view in browser", share buttons, sponsors, footers, addresses,
//! the unsubscribe block. Decided by words and by place, never by a sender's template alone.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::block::{Block, Kind};
use super::look::Hint;

/// Words of a block that says how mail is had or left, in lower case.
const FOOTER: [&str; 54] = [
    "unsubscribe",
    "opt out of",
    "opt-out of",
    "manage your preferences",
    "manage preferences",
    "update your preferences",
    "email preferences",
    "update your profile",
    "manage your subscription",
    "manage subscription",
    "you are receiving this",
    "you're receiving this",
    "you’re receiving this",
    "you received this",
    "you are getting this",
    "you’re getting this",
    "you're getting this",
    "this email was sent to",
    "this message was sent to",
    "this newsletter was sent to",
    "sent to you because",
    "because you subscribed",
    "because you signed up",
    "because you opted in",
    "no longer wish to receive",
    "don't want to receive",
    "stop receiving",
    "add us to your address book",
    "our mailing address",
    "all rights reserved",
    "if you no longer",
    "was this email forwarded to you",
    "forwarded this email?",
    "abmelden",
    "abbestellen",
    "newsletter abbestellen",
    "sie erhalten diese",
    "diese e-mail wurde an",
    "se désabonner",
    "se désinscrire",
    "vous recevez cet",
    "darse de baja",
    "cancelar la suscripción",
    "ha recibido este",
    "alle rechte vorbehalten",
    "tous droits réservés",
    "ne souhaitez plus recevoir",
    "you're currently a free subscriber",
    "you’re currently a free subscriber",
    "upgrade your subscription",
    "reader-supported publication",
    "becoming a free or paid subscriber",
    "becoming a paid subscriber",
    "referral link",
];

/// Of a link to the same text on the web, and of other lines about the mail as a mail.
const BROWSER: [&str; 32] = [
    "view in browser",
    "view in your browser",
    "view this email in",
    "view online",
    "view it in your browser",
    "read online",
    "read in browser",
    "read in app",
    "open in browser",
    "open in app",
    "web version",
    "view as a web page",
    "view web version",
    "having trouble viewing",
    "email not displaying",
    "can't see this email",
    "im browser ansehen",
    "im browser öffnen",
    "im browser lesen",
    "online ansehen",
    "voir dans le navigateur",
    "ver en el navegador",
    "ne s'affiche pas",
    "ne s’affiche pas",
    "nicht richtig angezeigt",
    "nicht korrekt angezeigt",
    // What asks for an answer or for more readers is as little of the text.
    "tell your friends",
    "how did you like",
    "did you enjoy this",
    "reply to this email",
    "respond to this email",
    "share this newsletter",
];

/// Labels of buttons that share, praise or follow.
const SOCIAL: [&str; 46] = [
    "facebook",
    "twitter",
    "x",
    "linkedin",
    "instagram",
    "youtube",
    "tiktok",
    "mastodon",
    "bluesky",
    "threads",
    "pinterest",
    "whatsapp",
    "telegram",
    "reddit",
    "rss",
    "share",
    "share this post",
    "share this",
    "tweet",
    "tweet this",
    "like",
    "comment",
    "restack",
    "leave a comment",
    "forward",
    "forward to a friend",
    "forward this email",
    "subscribe",
    "subscribe now",
    "upgrade to paid",
    "become a paid subscriber",
    "get the app",
    "refer a friend",
    "website",
    "follow us",
    "follow",
    "share on facebook",
    "share on twitter",
    "share on linkedin",
    "email",
    "home",
    "teilen",
    "partager",
    "compartir",
    "view comments",
    "join the conversation",
];

/// Words that begin a paid part.
const SPONSOR: [&str; 23] = [
    "sponsor",
    "sponsors",
    "sponsored",
    "our sponsor",
    "our sponsors",
    "today's sponsor",
    "today’s sponsor",
    "advertisement",
    "anzeige",
    "werbung",
    "publicité",
    "publicidad",
    "partner content",
    "paid content",
    "in partnership with",
    "together with",
    "presented by",
    "brought to you by",
    "a message from our sponsor",
    "a word from our sponsor",
    "from our sponsor",
    "from our sponsors",
    "from our partners",
];
const SPONSOR_STARTS: [&str; 12] = [
    "sponsored by",
    "presented by",
    "brought to you by",
    "in partnership with",
    "together with",
    "a message from our sponsor",
    "a word from our sponsor",
    "today's newsletter is brought",
    "this issue is sponsored",
    "this newsletter is sponsored",
    "today’s newsletter is brought",
    "this week's issue is sponsored",
];

/// Every block is searched for all of these.
static FOOTERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| finders(&FOOTER));
static BROWSERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| finders(&BROWSER));

fn finders(words: &'static [&'static str]) -> Vec<Finder<'static>> {
    words.iter().map(|words| Finder::new(*words)).collect()
}

fn says_any(text: &str, words: &[Finder<'static>]) -> bool {
    words.iter().any(|words| words.find(text.as_bytes()).is_some())
}

/// Blocks that a paid part without a clear end takes with it at most.
const SPONSOR_BLOCKS: usize = 8;
const LABELLED_BLOCKS: usize = 2;

/// The blocks that are the newsletter's text.
pub(super) fn without(blocks: Vec<Block>) -> Vec<Block> {
    let texts: Vec<String> = blocks.iter().map(Block::text).collect();
    let total: usize = texts.iter().map(String::len).sum();
    let mut kept: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut sponsor: Option<Paid> = None;
    let mut before = 0;
    for (mut block, text) in blocks.into_iter().zip(texts) {
        before += text.len();
        // Who is greeted is who reads.
        if text.len() < total && greeting(&text).is_some_and(str::is_empty) {
            continue;
        }
        if let Some(first) = block.spans.first_mut()
            && let Some(rest) = greeting(&first.text).filter(|rest| !rest.is_empty())
        {
            first.text = rest.to_owned();
        }
        if let Some(paid) = sponsor.take() {
            if paid.holds(&block) {
                sponsor = Some(paid.and_one());
                continue;
            }
            // A line across the page ends it and goes with it.
            if block.kind == Kind::Rule {
                continue;
            }
        }
        let lower = text.to_lowercase();
        if let Some(level) = begins_paid(&block, &lower) {
            let labelled = is_labelled(&lower);
            sponsor = Some(Paid { level, scope: block.scope, taken: 0, labelled });
            continue;
        }
        if is_footer(&block, &lower) {
            // What follows the footer's first words at the end is the footer.
            if before * 10 > total * 6 && total - before < 2_500 {
                break;
            }
            continue;
        }
        if is_around(&block, &lower, kept.is_empty()) {
            continue;
        }
        kept.push(block);
    }
    trim(kept)
}

/// What follows "Hi Ada," at the start of a text; nothing if it begins otherwise.
fn greeting(text: &str) -> Option<&str> {
    const WORDS: [&str; 14] = [
        "hi", "hello", "hey", "dear", "hallo", "liebe", "lieber", "guten", "bonjour", "cher",
        "chère", "hola", "querido", "querida",
    ];
    let near = &text[..text.floor_char_boundary(48)];
    let end = near.find([',', '!', ':'])?;
    let mut words = near[..end].split_whitespace();
    let greets = words.next().is_some_and(|w| WORDS.contains(&w.to_lowercase().as_str()));
    // "Hi," greets nobody by name; a sentence has more words.
    (greets && words.count() <= 3).then(|| text[end..].trim_start_matches([',', '!', ':', ' ']))
}

/// A paid part that is being passed over.
struct Paid {
    level: u8,
    scope: u32,
    taken: usize,
    /// Its title says so in brackets, as one among others: it goes no further than its own cell.
    labelled: bool,
}

impl Paid {
    fn holds(&self, block: &Block) -> bool {
        if self.labelled {
            return block.scope == self.scope
                && self.taken < LABELLED_BLOCKS
                && !matches!(block.kind, Kind::Rule | Kind::Heading(_));
        }
        if block.hint == Hint::Sponsor || (block.scope == self.scope && self.taken < SPONSOR_BLOCKS)
        {
            return block.kind != Kind::Rule && !self.ended_by(block);
        }
        self.taken < SPONSOR_BLOCKS && block.kind != Kind::Rule && !self.ended_by(block)
    }

    /// A heading of the same rank or a higher one begins something else; the paid part's own may come first.
    fn ended_by(&self, block: &Block) -> bool {
        match block.kind {
            Kind::Heading(level) => {
                level < self.level || (level == self.level && self.taken > 0) || self.taken > 1
            }
            _ => false,
        }
    }

    fn and_one(self) -> Self {
        Self { taken: self.taken + 1, ..self }
    }
}

fn is_labelled(lower: &str) -> bool {
    lower.len() < 600 && (lower.ends_with("(sponsor)") || lower.ends_with("(sponsored)"))
}

/// The rank of the heading that begins a paid part; 7 where a mere label does.
fn begins_paid(block: &Block, lower: &str) -> Option<u8> {
    let label = lower.trim_matches(|c: char| !c.is_alphanumeric() && c != '’' && c != '\'');
    let named = SPONSOR.contains(&label)
        || (lower.len() < 120 && SPONSOR_STARTS.iter().any(|s| label.starts_with(s)));
    if block.hint == Hint::Sponsor && block.kind != Kind::Rule && lower.len() > 1 {
        return Some(7);
    }
    if !named {
        return is_labelled(lower).then_some(7);
    }
    Some(match block.kind {
        Kind::Heading(level) => level,
        _ => 7,
    })
}

fn is_footer(block: &Block, lower: &str) -> bool {
    let short = lower.len() < 700;
    let copyright = lower.len() < 200
        && (lower.starts_with('©')
            || lower.starts_with("copyright")
            || lower.starts_with("(c) 20"));
    // A class may name a whole template's table; long texts are no footer.
    let named = block.hint == Hint::Footer && short;
    named || copyright || (short && says_any(lower, &FOOTERS) && !is_prose(lower))
}

/// Several sentences that speak of unsubscribing are about it, not for it.
fn is_prose(lower: &str) -> bool {
    lower.len() > 350 && lower.matches(". ").count() > 3
}

/// Preheader, links to the web version, rows of buttons, rules of no use.
fn is_around(block: &Block, lower: &str, first: bool) -> bool {
    if block.kind == Kind::Rule {
        return first;
    }
    if block.hint == Hint::Preheader && lower.len() < 400 {
        return true;
    }
    if lower.len() < 160 && says_any(lower, &BROWSERS) {
        return true;
    }
    let links = block.spans.iter().filter(|s| s.link.is_some()).count();
    // Longer than any row of buttons or links.
    if lower.len() >= 200.max(links * 18) {
        return false;
    }
    // A button is a label, whether its neighbours are parted from it by a sign or only by their links.
    let sign = |c: char| !(c.is_alphanumeric() || c == ' ' || c == '\'' || c == '’');
    let spans: Vec<String> = block.spans.iter().map(|s| s.text.to_lowercase()).collect();
    let labels = spans.iter().flat_map(|text| text.split(sign)).map(str::trim);
    let labels: Vec<&str> = labels.filter(|l| !l.is_empty()).collect();
    let (linked, all) = block.linked();
    let buttons =
        !labels.is_empty() && lower.len() < 160 && labels.iter().all(|l| SOCIAL.contains(l));
    let mostly_linked = linked * 10 >= all * 8;
    if buttons && (mostly_linked || lower.len() < 40) {
        return true;
    }
    // Menus: several short links in a row and nothing else.
    (block.hint == Hint::Social && lower.len() < 200)
        || (links >= 3 && mostly_linked && lower.len() < links * 18)
}

/// Without rules at either end or two in a row, and without headings that nothing follows.
fn trim(blocks: Vec<Block>) -> Vec<Block> {
    let mut kept: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let rule = block.kind == Kind::Rule;
        if rule && kept.last().is_none_or(|last| last.kind == Kind::Rule) {
            continue;
        }
        kept.push(block);
    }
    while kept.last().is_some_and(|b| b.kind == Kind::Rule) {
        kept.pop();
    }
    kept
}
