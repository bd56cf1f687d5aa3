//! Addresses as people give them: what they stand for, and what is found there.

use url::Url;

use super::Context;
use super::read::{Trouble, fetch, read};
use crate::fetch::{Answer, FetchError};
use crate::model::{
    Coverage, MailPolicy, Mailbox, ParsedFeed, PollState, Problem, Source, SourceId, SourceKind,
    SourceStatus, Timestamp, Visibility,
};

/// A source that was never read, for the address as given.
///
/// # Errors
/// [`FetchError::BadUrl`] if it is not one of http or https.
pub fn new_source(
    address: &str,
    title: Option<&str>,
    visibility: Visibility,
    now: Timestamp,
) -> Result<Source, FetchError> {
    let address = address.trim();
    let bad = || FetchError::BadUrl(address.to_owned());
    // `feed:` is how browsers and readers hand feeds on.
    let address =
        address.strip_prefix("feed:").map_or(address, |rest| rest.trim_start_matches("//"));
    let whole =
        if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let mut url = Url::parse(&whole).map_err(|_| bad())?;
    let good =
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| !h.is_empty());
    // Without a scheme, a word is more likely a typing error than a host.
    let bare = !address.contains(['.', ':', '/']);
    if !good || bare || address.len() > 2000 {
        return Err(bad());
    }
    url.set_fragment(None);
    let url = url.to_string();
    Ok(Source {
        id: SourceId::for_feed(&url),
        title: title.map(str::trim).filter(|t| !t.is_empty()).unwrap_or(&url).to_owned(),
        kind: SourceKind::Feed { url },
        link: None,
        description: String::new(),
        author: None,
        language: None,
        podcast_guid: None,
        medium: None,
        lease: None,
        visibility,
        status: SourceStatus::Active,
        added: now,
        poll: PollState { next: now, ..PollState::default() },
        speech: None,
        coverage: Coverage::default(),
    })
}

/// A source that mail comes to at `local`, which is `{name}-{secret}` and unguessable.
pub fn new_mailbox(
    title: &str,
    local: String,
    policy: MailPolicy,
    visibility: Visibility,
    now: Timestamp,
) -> Source {
    Source {
        id: SourceId::for_mailbox(&local),
        title: title.to_owned(),
        kind: SourceKind::Mailbox(Mailbox { local, policy, ..Mailbox::default() }),
        link: None,
        description: String::new(),
        author: None,
        language: None,
        medium: None,
        podcast_guid: None,
        visibility,
        status: SourceStatus::Active,
        added: now,
        poll: PollState::default(),
        lease: None,
        speech: None,
        coverage: Coverage::default(),
    }
}

/// The part of a minted address that people can read: letters, digits and hyphens of a name.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 30 {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "news".to_owned() } else { slug.to_owned() }
}

/// Reads an address that a person gave: a feed stays as it is, a web page becomes the first feed it names.
/// What is wrong is returned beside the source, which can be added all the same: it is asked again by itself.
///
/// # Errors
/// [`FetchError::BadUrl`] if it can't be an address.
pub async fn resolve(
    ctx: &Context,
    address: &str,
    now: Timestamp,
) -> Result<(Source, Option<Problem>), FetchError> {
    let mut source = new_source(address, None, Visibility::Public, now)?;
    for _ in 0..2 {
        let Some(url) = source.feed_url() else { break };
        let read = match fetch(ctx, url, None, true, now).await {
            Ok(Answer::Body(fetched)) => read(*fetched).await,
            Ok(Answer::NotModified { .. }) => break,
            Err(error) => Err(Trouble::from(error)),
        };
        match read {
            Ok((_, feed)) => {
                source.title = title_of(&feed, &source);
                source.podcast_guid = feed.podcast_guid;
                return Ok((source, None));
            }
            Err(Trouble { page_feeds, .. }) if !page_feeds.is_empty() => {
                source = new_source(&page_feeds[0], None, Visibility::Public, now)?;
            }
            Err(trouble) => {
                let problem = Problem { what: trouble.what, hint: trouble.hint, since: now };
                source.poll.problem = Some(problem.clone());
                return Ok((source, Some(problem)));
            }
        }
    }
    Ok((source, None))
}

/// What the feed calls itself; what it was known by, if it has no title.
pub(super) fn title_of(feed: &ParsedFeed, source: &Source) -> String {
    if feed.title.is_empty() { source.title.clone() } else { feed.title.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_type_them() {
        let now = Timestamp::from_secs(0);
        let url = |text: &str| {
            new_source(text, None, Visibility::Public, now)
                .map(|s| s.feed_url().unwrap_or_default().to_owned())
        };
        assert_eq!(url(" example.org/feed ").unwrap(), "https://example.org/feed");
        assert_eq!(url("feed://example.org/feed").unwrap(), "https://example.org/feed");
        assert_eq!(url("feed:http://Example.org/feed#x").unwrap(), "http://example.org/feed");
        assert!(
            url("").is_err()
                && url("foo").is_err()
                && url("ftp://example.org/").is_err()
                && url("https://").is_err()
        );
    }
}
