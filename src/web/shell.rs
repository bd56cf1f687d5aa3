//! What surrounds every page: head, navigation, and the links by which readers find the feeds.

use url::Url;

use crate::publish::{FeedHead, Format, Site};

use super::assets;
use super::rendered::Made;
use super::{WebError, subject};

/// How long a page may be kept, in seconds.
pub const MAX_AGE: u32 = 60;

/// The frame of a page.
pub struct Shell {
    /// Of the page; the site's name is added.
    pub title: String,
    /// For people.
    pub site_name: String,
    /// Path before every address of ours, for a server that lives under one.
    pub root: String,
    /// Below `root`.
    pub style: &'static str,
    /// The navigation's current place.
    pub here: &'static str,
    /// What readers discover, the page's own first.
    pub alternates: Vec<Alternate>,
}

/// A feed in one format.
pub struct Alternate {
    /// Without parameters.
    pub media_type: &'static str,
    /// For people.
    pub title: String,
    /// Below `root`.
    pub href: String,
}

impl Shell {
    /// For a page of `site`; `own` is its feed, if it has one beside that of everything.
    pub fn new(site: &Site, here: &'static str, title: &str, own: Option<&FeedHead>) -> Self {
        let latest = subject::latest(site);
        let feeds = own.into_iter().filter(|own| own.path != latest.path).chain([&latest]);
        Self {
            title: title.to_owned(),
            site_name: site.name.clone(),
            root: root_of(&site.base_url),
            style: assets::style_path(),
            here,
            alternates: feeds.flat_map(alternates).collect(),
        }
    }

    /// Where no site is known: errors.
    pub fn plain(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            site_name: "podbrief".into(),
            root: String::new(),
            style: assets::style_path(),
            here: "",
            alternates: Vec::new(),
        }
    }
}

fn alternates(head: &FeedHead) -> Vec<Alternate> {
    let alternate = |format: Format| Alternate {
        media_type: format.media_type(),
        title: format!("{} ({})", head.title, format.name()),
        href: format!("{}.{}", head.path, format.suffix()),
    };
    Format::ALL.map(alternate).into()
}

fn root_of(base_url: &str) -> String {
    let path = Url::parse(base_url).map(|url| url.path().trim_end_matches('/').to_owned());
    path.unwrap_or_default()
}

/// A feed's addresses as a page prints them, whole, to be copied into a reader.
pub struct Subscribe {
    /// (format's name, address).
    pub links: Vec<(&'static str, String)>,
}

impl Subscribe {
    /// To the feed of `head`.
    pub fn to(site: &Site, head: &FeedHead) -> Self {
        let link = |format: Format| {
            (format.name(), format!("{}{}.{}", site.base_url, head.path, format.suffix()))
        };
        Self { links: Format::ALL.map(link).into() }
    }
}

/// A page as a document.
///
/// # Errors
/// If the template fails.
pub fn page(template: &impl askama::Template) -> Result<Made, WebError> {
    Ok(Made {
        bytes: template.render()?.into_bytes(),
        media_type: "text/html; charset=utf-8",
        // A page shows more than the newest insight, so it has no honest date; its ETag does.
        modified: None,
        max_age: MAX_AGE,
    })
}
