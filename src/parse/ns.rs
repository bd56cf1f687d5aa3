//! Which vocabulary an element is of, by its namespace's address in every spelling in use, else by its usual prefix.

/// The vocabularies that a feed is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ns {
    /// No namespace, or one of the many given to RSS itself.
    Rss,
    /// Atom 0.3 and 1.0.
    Atom,
    /// `content:encoded`.
    Content,
    /// Dublin Core, elements and terms.
    Dc,
    /// Media RSS.
    Media,
    /// Apple's.
    Itunes,
    /// The podcast namespace.
    Podcast,
    /// RSS 1.0's `syndication`.
    Sy,
    /// Podlove simple chapters.
    Psc,
    /// Anything else.
    Other,
}

/// By address. Letter case, scheme and a closing slash don't matter: feeds get all three wrong.
pub(crate) fn by_uri(uri: &str) -> Ns {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://")).unwrap_or(&uri);
    match uri.trim_end_matches(['/', '#']) {
        ""
        | "purl.org/rss/1.0"
        | "purl.org/rss/2.0"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "channel.netscape.com/rdf/simple/0.9"
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "backend.userland.com/rss091"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "www.rssboard.org/rss-specification"
        | "www.rssboard.org/rss-2-0" => Ns::Rss,
        "www.w3.org/2005/atom" | "purl.org/atom/ns" => Ns::Atom,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "purl.org/dc/elements/1.1"
        | "purl.org/dc/elements/1.0"
        | "purl.org/dc/terms"
        | "purl.org/rss/1.0/modules/dcterms" => Ns::Dc,
        "search.yahoo.com/mrss" | "tools.search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" => {
            Ns::Media
        }
        "www.itunes.com/dtds/podcast-1.0.dtd"
        | "www.itunes.com/dtd/podcast-1.0.dtd"
        | "itunes.com/dtds/podcast-1.0.dtd" => Ns::Itunes,
        "purl.org/rss/1.0/modules/syndication" => Ns::Sy,
        "podlove.org/simple-chapters" | "podlove.de/simple-chapters" => Ns::Psc,
        other
            if other.starts_with("podcastindex.org/namespace")
                || other.starts_with("github.com/podcastindex-org/podcast-namespace") =>
        {
            Ns::Podcast
        }
        _ => Ns::Other,
    }
}

/// By prefix, for feeds that forgot to declare it.
pub(crate) fn by_prefix(prefix: &str) -> Ns {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" => Ns::Rss,
        "atom" | "a10" => Ns::Atom,
        "content" => Ns::Content,
        "dc" | "dcterms" => Ns::Dc,
        "media" => Ns::Media,
        "itunes" => Ns::Itunes,
        "podcast" => Ns::Podcast,
        "sy" => Ns::Sy,
        "psc" => Ns::Psc,
        _ => Ns::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_in_use() {
        for uri in [
            "https://podcastindex.org/namespace/1.0",
            "http://podcastindex.org/namespace/1.0/",
            "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
            "https://github.com/Podcastindex-org/podcast-namespace/blob/master/docs/1.0.md",
        ] {
            assert_eq!(by_uri(uri), Ns::Podcast, "{uri}");
        }
        assert_eq!(by_uri("http://www.itunes.com/DTDs/Podcast-1.0.dtd"), Ns::Itunes);
        assert_eq!(by_uri("http://purl.org/atom/ns#"), Ns::Atom);
        assert_eq!(by_uri("http://search.yahoo.com/mrss"), Ns::Media);
        assert_eq!(by_uri("urn:example"), Ns::Other);
        assert_eq!(by_prefix("Podcast"), Ns::Podcast);
    }
}
