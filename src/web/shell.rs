//! What surrounds every page: head, navigation, and the links by which readers find the feeds.

use crate::publish::{FeedHead, Format, Site};
use crate::text::phrases::Phrases;

use super::rendered::Made;
use super::{WebError, assets, subject};

/// How long a page may be kept, in seconds.
pub const MAX_AGE: u32 = 60;

/// The frame of a page.
pub struct Shell {
    /// What the page says, in the reader's language.
    pub t: &'static Phrases,
    /// Of the page; the site's name is added.
    pub title: String,
    /// One or two sentences for search results and previews.
    pub description: String,
    /// For people.
    pub site_name: String,
    /// Path before every address of ours, for a server that lives under one.
    pub root: String,
    /// Scheme and host before `root`, for what must be whole.
    pub origin: String,
    /// Below `root`.
    pub style: &'static str,
    /// Below `root`; pages work without it.
    pub script: &'static str,
    /// The navigation's current place.
    pub here: &'static str,
    /// Where the page is for everyone, below `root`; none of pages that are for one reader.
    pub path: Option<String>,
    /// Parameters that the links to other languages keep, each with a `&` behind it.
    pub params: String,
    /// A picture of what the page shows, or of the site.
    pub picture: Picture,
    /// What readers discover, the page's own first.
    pub alternates: Vec<Alternate>,
}

/// A picture for previews.
pub struct Picture {
    /// Below `root`.
    pub path: String,
    /// In words.
    pub alt: String,
    /// Of this page, not of the site.
    pub own: bool,
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
    pub fn new(
        site: &Site,
        t: &'static Phrases,
        here: &'static str,
        title: &str,
        own: Option<&FeedHead>,
    ) -> Self {
        let latest = subject::latest(site);
        let feeds = own.into_iter().filter(|own| own.path != latest.path).chain([&latest]);
        let root = site.root();
        Self {
            t,
            title: title.to_owned(),
            description: t.say("site.description").to_owned(),
            site_name: site.name.clone(),
            origin: site.base_url.strip_suffix(&root).unwrap_or(&site.base_url).to_owned(),
            root,
            style: assets::style_path(),
            script: assets::script_path(),
            here,
            path: None,
            params: String::new(),
            picture: Picture {
                path: "/picture.png".into(),
                alt: t.say("landing.title").to_owned(),
                own: false,
            },
            alternates: feeds.flat_map(alternates).collect(),
        }
    }

    /// With the path that the page has for everyone, below the root.
    pub fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// With encoded parameters without which it would be another page.
    pub fn keeping(mut self, params: &str) -> Self {
        self.params = if params.is_empty() { String::new() } else { format!("{params}&") };
        self
    }

    /// With a description of its own.
    pub fn about(mut self, description: &str) -> Self {
        if !description.is_empty() {
            self.description = description.to_owned();
        }
        self
    }

    /// With a picture at `path`, which shows what `alt` says.
    pub fn pictured(mut self, path: String, alt: &str) -> Self {
        self.picture = Picture { path, alt: alt.to_owned(), own: true };
        self
    }

    /// The page's whole address for everyone.
    pub fn address(&self) -> String {
        format!("{}{}{}", self.origin, self.root, self.path.as_deref().unwrap_or_default())
    }

    /// Other languages the page is to be had in: tag and name.
    pub fn languages(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own = self.t.tag();
        let others = Phrases::all().iter().filter(move |other| other.tag() != own);
        others.map(|other| (other.tag(), other.say("language")))
    }
}

/// A feed in all its formats.
pub fn alternates(head: &FeedHead) -> Vec<Alternate> {
    let alternate = |format: Format| Alternate {
        media_type: format.media_type(),
        title: format!("{} ({})", head.title, format.name()),
        href: head.address(Some(format), None),
    };
    Format::ALL.map(alternate).into()
}

/// A feed's addresses as a page prints them, whole, to be copied into a reader.
pub struct Subscribe {
    /// The one to take: Atom.
    pub address: String,
    /// (format's name, address) of the others.
    pub others: Vec<(&'static str, String)>,
}

impl Subscribe {
    /// To the feed of `head`.
    pub fn to(site: &Site, head: &FeedHead) -> Self {
        let address =
            |format: Format| format!("{}{}", site.base_url, head.address(Some(format), None));
        Self {
            address: address(Format::Atom),
            others: [Format::Rss, Format::Json].map(|f| (f.name(), address(f))).into(),
        }
    }
}

/// A page as a document, in the language of `t`.
///
/// # Errors
/// If the template fails.
pub fn page(template: &impl askama::Template, t: &Phrases) -> Result<Made, WebError> {
    Ok(Made {
        bytes: template.render()?.into_bytes(),
        media_type: "text/html; charset=utf-8",
        language: Some(t.tag()),
        // A page shows more than the newest insight, so it has no honest date; its ETag does.
        modified: None,
        max_age: MAX_AGE,
        span: None,
        links: None,
    })
}
