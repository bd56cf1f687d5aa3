//! Why a body gave no feed, for the operator: what it is, and what to do.

/// One sentence by `Display`, and what to do by [`FeedError::hint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// A web page.
    #[error("this is a web page, not a feed")]
    IsHtml {
        /// The feeds it names, absolute, best first.
        feeds: Vec<String>,
    },
    /// Nothing, or white space only.
    #[error("the host sent an empty document")]
    Empty,
    /// Ends before the first item does.
    #[error("the feed ends before its first item does")]
    Truncated,
    /// Neither well-formed nor mendable, before the first item.
    #[error("the feed can't be read: {detail}")]
    Broken {
        /// The first fault found.
        detail: String,
    },
    /// Made to exhaust whoever reads it.
    #[error("the feed was refused because {detail}")]
    Bomb {
        /// What it does.
        detail: String,
    },
    /// Something else.
    #[error("this is no RSS, Atom or JSON feed but {found}")]
    NotAFeed {
        /// What it seems to be.
        found: String,
    },
}

impl FeedError {
    /// What the operator can do, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::IsHtml { feeds } if feeds.is_empty() => {
                "The page names no feed; look for an RSS link on the site and add that.".to_owned()
            }
            Self::IsHtml { feeds } => {
                format!("Add the feed that the page names: {}", feeds.join(" or "))
            }
            Self::Empty => {
                "Open the address in a browser; if it is empty there too, ask the publisher."
                    .to_owned()
            }
            Self::Truncated => {
                "It is tried again at the next poll; if it stays so, ask the publisher.".to_owned()
            }
            Self::Broken { .. } => {
                "Check the feed with a feed validator and tell the publisher what it finds."
                    .to_owned()
            }
            Self::Bomb { .. } => {
                "Remove the source unless you trust it; ask the publisher to serve a plain feed."
                    .to_owned()
            }
            Self::NotAFeed { .. } => {
                "Check the address: it must be that of the feed itself.".to_owned()
            }
        }
    }
}
