//! `/items/{id}`: one episode, its insights where they were said on a line of time, and below in that order.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Gone, Insight, Item, ItemId, ItemState, Visibility};
use crate::publish::{clean, entry, issue};
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::card::{Card, Date, Shelf, item_title, show_name};
use super::player::Player;
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, full, subject, tongue};

#[derive(Template)]
#[template(path = "item.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    source: String,
    show: String,
    title: String,
    date: Date,
    link: Option<String>,
    length: Option<String>,
    /// Season and episode.
    number: Option<String>,
    /// Whether times are approximate.
    about: bool,
    /// Who recognised the words, if they were.
    recognised_by: Option<String>,
    player: Option<Player>,
    line: Option<Line>,
    cards: Vec<Card>,
    /// Of a newsletter: safe HTML.
    text: Option<String>,
    language: Option<String>,
}

/// A line of time with a mark for each insight.
struct Line {
    marks: Vec<Mark>,
    /// Clock time of the end.
    end: String,
}

struct Mark {
    /// Of the insight on the page.
    id: String,
    /// Where, in percent of the width.
    x: String,
    /// How high above the line: the better the insight, the higher.
    height: u8,
    /// Clock time.
    time: String,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let id = request.match_info().get("item").unwrap_or_default();
    let id: ItemId = id.parse().map_err(|_| WebError::NotFound)?;
    let t = tongue::of(&request);
    let key = format!("/items/{id} {}", t.tag());
    let document = kept(&state, key, move |store, state| {
        let Some(item) = store.item(&id)? else {
            return subject::missing(store, &Gone::Item(id));
        };
        // What is held is for the operator's eyes only.
        if item.state == ItemState::Held {
            return Err(WebError::NotFound);
        }
        let source = subject::public_source(store, &item.source)?;
        let mut insights = store.insights_of_item(&id, None)?;
        insights.retain(|insight| insight.visibility == Visibility::Public);
        insights.sort_by_key(|insight| {
            (insight.quote.start_ms.is_none(), insight.quote.start_ms, insight.seq)
        });
        let head = subject::of_source(&source, &state.site);
        let title = item_title(&item);
        let show = show_name(&source);
        let about = insights.first().map(|insight| clean::line(&insight.claim, 200));
        let page = Page {
            shell: Shell::new(&state.site, t, "", &format!("{title} · {show}"), Some(&head))
                .at(&format!("/items/{id}"))
                .about(&about.unwrap_or_default()),
            subscribe: Subscribe::to(&state.site, &head),
            source: source.id.to_string(),
            show,
            title,
            date: Date::of_item(&item),
            link: item.link.as_deref().and_then(clean::web_url).map(Into::into),
            length: item.duration_ms.map(entry::clock),
            number: number(&item, t),
            about: item.drift_ms.is_some(),
            recognised_by: item.recognised_by.clone().filter(|_| item.state != ItemState::New),
            player: Player::of(&item, None),
            line: line(&insights, &item),
            text: whole(store, &item, &state.site.base_url)?,
            language: item.language.as_deref().and_then(clean::language),
            cards: Shelf::new(store, &state.topics).cards(&insights)?,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// `Season 2, episode 5`.
fn number(item: &Item, t: &Phrases) -> Option<String> {
    match (item.season, item.episode) {
        (Some(season), Some(episode)) => {
            Some(t.fill("item.season_episode", &[("season", &season), ("episode", &episode)]))
        }
        (None, Some(episode)) => Some(t.fill("item.episode", &[("episode", &episode)])),
        (Some(season), None) => Some(t.fill("item.season", &[("season", &season)])),
        (None, None) => None,
    }
}

/// The whole text of what came by mail.
fn whole(store: &dyn Store, item: &Item, base_url: &str) -> Result<Option<String>, WebError> {
    if item.mail.is_none() {
        return Ok(None);
    }
    let page = format!("{base_url}/items/{}", item.id);
    let text = issue::with_pictures(&full::text(store, item)?, &page);
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// Nothing where no insight has a time.
fn line(insights: &[Insight], item: &Item) -> Option<Line> {
    let last = insights.iter().filter_map(|i| i.quote.end_ms.or(i.quote.start_ms)).max()?;
    // Some sources state a length that their transcript outruns.
    let length = item.duration_ms.unwrap_or(0).max(last).max(1);
    let mark = |insight: &Insight| {
        let start = insight.quote.start_ms?;
        // A little inside of both ends, so that no mark is cut.
        let x = 1.5 + 97.0 * start as f64 / length as f64;
        Some(Mark {
            id: insight.id.to_string(),
            x: format!("{x:.2}"),
            height: (12.0 + 24.0 * insight.score.clamp(0.0, 1.0)) as u8,
            time: entry::clock(start),
        })
    };
    Some(Line { marks: insights.iter().filter_map(mark).collect(), end: entry::clock(length) })
        .filter(|line| !line.marks.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests as given;

    #[test]
    fn marks_stand_inside_the_line_whatever_the_length_says() {
        for (length, x) in [(None, "97.78"), (Some(1), "97.78"), (Some(1_508_642), "50.00")] {
            let mut item = given::item();
            item.duration_ms = length;
            let line = line(&[given::insight(1)], &item).unwrap();
            assert_eq!((line.marks[0].x.as_str(), line.marks[0].time.as_str()), (x, "12:34"));
        }
        let mut timeless = given::insight(1);
        (timeless.quote.start_ms, timeless.quote.end_ms) = (None, None);
        assert!(line(&[timeless], &given::item()).is_none());
        assert!(line(&[], &given::item()).is_none());
    }
}
