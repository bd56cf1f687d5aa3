//! `/brief/{secret}`: the address to copy, how to get it into a reader, and today's brief, so that there is always
//! something to see.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{BASE, Pick, Shape};
use crate::pipeline;
use crate::publish::{Format, brief};
use crate::rank::slot;
use crate::text::phrases::Phrases;

use super::super::rendered::Made;
use super::super::shell::{self, Shell};
use super::super::{WebError, WebState};
use super::{Desk, feed, private, qr, reader, secret_in, tongue};

#[derive(Template)]
#[template(path = "brief/page.html")]
struct Page {
    shell: Shell,
    /// Path of this page, below the root.
    own: String,
    /// The feed of the shape that the reader chose.
    address: String,
    /// Names and addresses of the other formats.
    formats: Vec<(&'static str, String)>,
    /// The feed of the other shape, and whether that is the one of single insights.
    other: String,
    other_is_items: bool,
    qr: Option<String>,
    open: Vec<(&'static str, String)>,
    /// Of the edition; none if it is a preview.
    title: Option<String>,
    picks: Vec<Shown>,
    next: String,
}

/// A pick as pages show it.
pub struct Shown {
    /// Plain text.
    pub title: String,
    /// Its page, where it has one.
    pub link: Option<String>,
    /// HTML of ours: claim, quote, place.
    pub html: String,
    /// HTML of ours: the links under it.
    pub links: String,
    /// Plain text.
    pub reason: String,
    /// BCP 47.
    pub language: Option<String>,
}

impl Shown {
    /// With our own address where it belongs.
    pub fn new(pick: &Pick, base_url: &str) -> Self {
        Self {
            title: pick.title.clone(),
            link: (!pick.private).then(|| format!("{base_url}/insights/{}", pick.insight)),
            html: pick.content_html.clone(),
            links: pick.links_html.replace(BASE, base_url),
            reason: pick.reason.clone(),
            language: pick.language.clone(),
        }
    }
}

/// The page.
pub async fn page(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    let t = tongue(&request);
    private(&request, &state, move |store, state| {
        let now = desk.now();
        let reader = reader(store, &secret, now)?;
        let site = &state.site;
        let edition = store.editions(&reader.id, None, 1)?.pop();
        let (title, picks) = match edition {
            Some(edition) => (Some(edition.title), edition.picks),
            None => (None, pipeline::preview(&desk.ctx, store, &reader, now)?),
        };
        let chosen = reader.shape == Shape::Items;
        let address = |as_items: bool, format: Format| {
            let head = feed::head(site, &reader, &secret, as_items);
            format!("{}{}.{}", site.base_url, head.path, format.suffix())
        };
        let main = address(chosen, Format::Atom);
        let own = format!("/brief/{}", secret.reveal());
        let mut shell = Shell::new(site, t, "brief", t.say("brief.page.title"), None);
        // Readers that are given the page's address find the feed.
        shell.alternates = shell::alternates(&feed::head(site, &reader, &secret, chosen));
        let page = Page {
            own,
            formats: [Format::Rss, Format::Json].map(|f| (f.name(), address(chosen, f))).into(),
            other: address(!chosen, Format::Atom),
            other_is_items: !chosen,
            qr: qr::svg(&main, t.say("brief.page.qr")),
            open: open_in(&main),
            address: main,
            title,
            picks: picks.iter().map(|pick| Shown::new(pick, &site.base_url)).collect(),
            next: next(&reader, now, t),
            shell,
        };
        Ok(Made { max_age: 0, ..shell::page(&page, t)? })
    })
    .await
}

/// When the next edition comes, in the reader's own time.
fn next(reader: &crate::model::Subscriber, now: crate::model::Timestamp, t: &Phrases) -> String {
    let at = slot::next(reader, now);
    let day = brief::date(slot::local_day(reader, at), t);
    let hour = format!("{:02}:00", reader.hour);
    t.fill(
        "brief.page.next",
        &[("date", &day), ("hour", &hour), ("zone", &reader.zone.replace('_', " "))],
    )
}

/// Subscribe addresses of hosted readers.
fn open_in(feed: &str) -> Vec<(&'static str, String)> {
    let coded: String = url::form_urlencoded::byte_serialize(feed.as_bytes()).collect();
    vec![
        ("Feedly", format!("https://feedly.com/i/subscription/feed/{coded}")),
        ("Inoreader", format!("https://www.inoreader.com/?add_feed={coded}")),
        ("NewsBlur", format!("https://www.newsblur.com/?url={coded}")),
        ("Feedbin", format!("https://feedbin.com/?subscribe={coded}")),
        ("The Old Reader", format!("https://theoldreader.com/feeds/subscribe?url={coded}")),
    ]
}
