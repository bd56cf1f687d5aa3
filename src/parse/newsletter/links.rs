//! Links as everyone may see them: the target instead of the click tracker, without what names the reader. Nothing is
//! ever asked; a tracker that hides its target is no link any more.

use url::Url;

use crate::parse::mail::base64_text;

/// Wrappers inside wrappers that are opened.
const MAX_UNWRAPS: usize = 6;

/// What must not be seen by others.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets {
    /// The reader's addresses, lower case.
    pub addresses: Vec<String>,
    /// Tokens from addresses that are the reader's alone, as in `List-Unsubscribe`.
    pub tokens: Vec<String>,
}

/// Parameters that only count or name readers.
const TRACKING: [&str; 41] = [
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "msclkid",
    "yclid",
    "twclid",
    "igshid",
    "mkt_tok",
    "trk",
    "trkcampaign",
    "_ke",
    "_kx",
    "mc_cid",
    "mc_eid",
    "vero_id",
    "vero_conv",
    "ck_subscriber_id",
    "sc_cid",
    "s_cid",
    "cmpid",
    "ncid",
    "oly_anon_id",
    "oly_enc_id",
    "wickedid",
    "isfreemail",
    "publication_id",
    "post_id",
    "triedredirect",
    "r",
    "token",
    "j",
    "sid",
    "subscriber",
    "subscriber_id",
    "email",
    "email_id",
    "recipient",
    "utm",
    "_bhlid",
    "jwt_token",
];
const TRACKING_STARTS: [&str; 9] =
    ["utm_", "_hs", "hsa_", "mtm_", "pk_", "matomo_", "bsft_", "ml_sub", "_branch"];

/// Parameters in which wrappers carry the target.
const TARGETS: [&str; 18] = [
    "url",
    "u",
    "q",
    "redirect",
    "redirect_url",
    "redirect_to",
    "redirecturl",
    "target",
    "dest",
    "destination",
    "link",
    "l",
    "to",
    "goto",
    "out",
    "href",
    "p",
    "ued",
];

/// Hosts whose addresses carry others without hiding them.
const NO_WRAPPERS: [&str; 7] =
    ["archive.org", "archive.is", "archive.ph", "w3.org", "facebook.com", "twitter.com", "x.com"];

/// First labels of hosts that count clicks.
const COUNTERS: [&str; 29] = [
    "click",
    "clicks",
    "clk",
    "track",
    "tracking",
    "tracker",
    "trk",
    "links",
    "link",
    "lnk",
    "lnks",
    "email",
    "emails",
    "mail",
    "e",
    "el",
    "em",
    "r",
    "go",
    "t",
    "cl",
    "ct",
    "c",
    "url",
    "mailer",
    "mailtrack",
    "news",
    "redirect",
    "eml",
];

/// Paths of click counters on hosts of any name.
const COUNTER_PATHS: [&str; 12] = [
    "/ls/click",
    "/wf/click",
    "/track/click",
    "/track/",
    "/click/",
    "/e/c/",
    "/cl0/",
    "/l0/",
    "/c/ej",
    "/f/a/",
    "/trk/",
    "/redirect/",
];

/// Words in addresses that change or show somebody's subscription.
const OWN: [&str; 22] = [
    "unsubscribe",
    "unsub",
    "optout",
    "opt-out",
    "opt_out",
    "list-manage.com/profile",
    "manage-preferences",
    "manage_preferences",
    "email-preferences",
    "email_preferences",
    "preferences",
    "preference-center",
    "update-profile",
    "manage-subscription",
    "subscription/manage",
    "action=disable_email",
    "disable_email",
    "/account?",
    "forward-to-a-friend",
    "forwardtofriend",
    "abmelden",
    "desabonn",
];

/// The link for others to follow, or none.
pub(super) fn public(raw: &str, secrets: &Secrets) -> Option<String> {
    let mut url = web(raw)?;
    for _ in 0..MAX_UNWRAPS {
        match wrapped(&url) {
            Some(inner) => url = inner,
            None => break,
        }
    }
    if is_own(&url) {
        return None;
    }
    // What only names the reader must not hide that it is a counter.
    let mut plain = url.clone();
    strip(&mut plain, &Secrets::default());
    strip(&mut url, secrets);
    (!is_counter(&plain) && !tells(url.as_str(), secrets)).then(|| url.into())
}

/// Whether the address changes or shows the reader's subscription.
pub(super) fn is_own(url: &Url) -> bool {
    let text = url.as_str().to_ascii_lowercase();
    OWN.iter().any(|word| text.contains(word))
}

pub(super) fn web(raw: &str) -> Option<Url> {
    let url = Url::parse(raw.trim()).ok()?;
    let good =
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| h.contains('.'));
    (good && raw.len() < 16_000).then_some(url)
}

fn host_is(url: &Url, host: &str) -> bool {
    let own = url.host_str().unwrap_or_default();
    own == host || own.strip_suffix(host).is_some_and(|rest| rest.ends_with('.'))
}

/// The target that an address carries inside.
fn wrapped(url: &Url) -> Option<Url> {
    if NO_WRAPPERS.iter().any(|host| host_is(url, host)) && !url.path().starts_with("/l.php") {
        return None;
    }
    if host_is(url, "urldefense.proofpoint.com") || host_is(url, "urldefense.com") {
        return urldefense(url);
    }
    for (name, value) in url.query_pairs() {
        let named = TARGETS.contains(&name.to_ascii_lowercase().as_str());
        let google = name != "q" || host_is(url, "google.com") || is_counter_host(url);
        if named
            && google
            && let Some(inner) = target(&value)
        {
            return Some(inner);
        }
    }
    let segments: Vec<&str> = url.path().split('/').filter(|s| !s.is_empty()).collect();
    for (at, segment) in segments.iter().enumerate() {
        let encoded = segment.len() > 12 && segment.to_ascii_lowercase().starts_with("http");
        if encoded && let Some(inner) = target(&percent(segment)) {
            return Some(inner);
        }
        // `https://host/https://target/path`: the rest of the path is the target.
        if matches!(*segment, "http:" | "https:") && is_counter_host(url) {
            return target(&format!("{segment}//{}", segments.get(at + 1..)?.join("/")));
        }
    }
    let coded = segments.iter().rev().copied().map(str::to_owned);
    coded.chain(url.query_pairs().map(|(_, v)| v.into_owned())).find_map(|text| coded_target(&text))
}

fn target(text: &str) -> Option<Url> {
    let text = text.trim();
    let whole = text.starts_with("http://") || text.starts_with("https://");
    // Some encode twice.
    let twice = || text.get(..8).is_some_and(|t| t.to_ascii_lowercase().contains("%3a"));
    if whole { web(text) } else { twice().then(|| web(&percent(text))).flatten() }
}

fn percent(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Base64 of an address, or of JSON (plain or signed) with one in it.
fn coded_target(text: &str) -> Option<Url> {
    text.split('.').take(3).filter(|part| part.len() >= 16).find_map(|part| {
        let plain = base64_text(part)?;
        if plain.starts_with("http") {
            return target(plain.split(['\0', '|', ' ', '\n']).next()?);
        }
        let json: serde_json::Value = serde_json::from_str(&plain).ok()?;
        let values = json.as_object()?.values();
        values.filter_map(|v| v.as_str()).find_map(target)
    })
}

fn urldefense(url: &Url) -> Option<Url> {
    if let Some((_, rest)) = url.as_str().split_once("/v3/__") {
        return target(
            &rest
                .split_once("__;")
                .map_or(rest, |(inner, _)| inner)
                .replacen(":/", "://", 1)
                .replace(":///", "://"),
        );
    }
    let (_, value) = url.query_pairs().find(|(name, _)| name == "u")?;
    target(&percent(&value.replace('-', "%").replace('_', "/")))
}

fn is_counter_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let first = host.split('.').next().unwrap_or_default();
    let bare = first.trim_end_matches(|c: char| c.is_ascii_digit());
    host.split('.').count() > 2 && COUNTERS.contains(&bare)
        || [
            "awstrack.me",
            "list-manage.com",
            "sendgrid.net",
            "mailgun.org",
            "hubspotlinks.com",
            "rs6.net",
            "sendibm1.com",
            "sendinblue.com",
            "mjt.lu",
            "mlsend.com",
            "cmail19.com",
            "cmail20.com",
            "createsend.com",
            "exacttarget.com",
            "sparkpostmail.com",
            "mandrillapp.com",
            "safelinks.protection.outlook.com",
            "convertkit-mail.com",
            "convertkit-mail2.com",
            "beehiiv.com",
            "tracking.tldrnewsletter.com",
        ]
        .iter()
        .any(|known| host_is(url, known))
}

/// A click counter that hides where it leads.
fn is_counter(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let counting = is_counter_host(url) || COUNTER_PATHS.iter().any(|p| path.starts_with(p));
    let pieces = url.path().split('/').map(str::to_owned);
    let pieces = pieces.chain(url.query_pairs().map(|(_, v)| v.into_owned()));
    counting && pieces.into_iter().any(|piece| is_token(&piece))
}

/// Letters and digits at random, as no person names a page.
fn is_token(text: &str) -> bool {
    let longest = text.split(['-', '.', '~', ' ', '+']).map(str::len).max().unwrap_or(0);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let capitals = text.bytes().filter(u8::is_ascii_uppercase).count();
    let uuid = text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4;
    uuid || (longest >= 16 && digits >= 2) || (longest >= 20 && capitals >= 4)
}

/// Takes out what counts or names the reader.
fn strip(url: &mut Url, secrets: &Secrets) {
    // Parts of a login have no place in what is published.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let tracks = TRACKING.contains(&name.as_str())
                || TRACKING_STARTS.iter().any(|start| name.starts_with(start));
            !tracks && !tells(value, secrets)
        })
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    if kept.len() != url.query_pairs().count() {
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    if url.fragment().is_some_and(|f| f.contains("utm_") || tells(f, secrets)) {
        url.set_fragment(None);
    }
}

/// Whether a text holds an address of the reader or one of the tokens, plain or encoded.
pub(super) fn tells(text: &str, secrets: &Secrets) -> bool {
    let plain = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let named = || {
        let lower = plain.to_lowercase();
        secrets.addresses.iter().any(|address| lower.contains(address.as_str()))
    };
    secrets.tokens.iter().any(|token| plain.contains(token.as_str()))
        // Every address has one of these.
        || (plain.contains(['@', '=']) && named())
        || plain.split(['/', '?', '&', '=', '.']).filter(|p| p.len() >= 12).any(|piece| {
            base64_text(piece).is_some_and(|inner| {
                let inner = inner.to_lowercase();
                secrets.addresses.iter().any(|address| inner.contains(address.as_str()))
            })
        })
}

/// The pieces of an address that can only be the reader's own.
pub(super) fn tokens_of(address: &str) -> Vec<String> {
    let Some(url) = web(address) else { return Vec::new() };
    let path = url.path().split('/').map(str::to_owned);
    let pieces = path.chain(url.query_pairs().map(|(_, value)| value.into_owned()));
    pieces.filter(|p| p.len() >= 10 && is_token_like(p)).take(20).collect()
}

fn is_token_like(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_alphanumeric).count() >= 8
}

#[cfg(test)]
mod tests;
