//! JSON Feed 1.x (<https://www.jsonfeed.org/version/1.1/>) to the strict form that feed-rs reads: it refuses a whole feed
//! for one number where a string should be. Depth is bounded by serde_json at 128.

use serde_json::{Map, Value, json};
use url::Url;

use super::{FeedError, Place};
use crate::model::Enclosure;
use crate::parse::podcast::{ChannelExtras, ItemExtras, is_media, language};

const MAX_ITEMS: usize = 5_000;

/// A feed in the strict form.
#[derive(Debug, Default)]
pub(super) struct CleanJson {
    pub document: String,
    pub channel: ChannelExtras,
    pub extras: Vec<ItemExtras>,
    pub language: Option<String>,
    pub warnings: Vec<String>,
}

pub(super) fn clean(text: &str, feed_url: Option<&Url>) -> Result<CleanJson, FeedError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let feed = match values.next() {
        Some(Ok(Value::Object(feed))) => feed,
        Some(Err(error)) if error.to_string().contains("recursion limit") => {
            return Err(FeedError::Bomb {
                detail: "its values nest deeper than 128 levels".to_owned(),
            });
        }
        Some(Err(error)) if error.is_eof() => return Err(FeedError::Truncated),
        Some(Err(error)) => return Err(FeedError::Broken { detail: error.to_string() }),
        _ => return Err(FeedError::NotAFeed { found: "other JSON".to_owned() }),
    };
    let Some(Value::Array(items)) = feed.get("items") else {
        return Err(FeedError::NotAFeed { found: "other JSON".to_owned() });
    };
    let versioned = string(&feed, "version").is_some_and(|v| v.contains("jsonfeed.org"));
    if !versioned
        && !["title", "feed_url", "home_page_url"].iter().any(|key| feed.contains_key(*key))
    {
        return Err(FeedError::NotAFeed { found: "other JSON".to_owned() });
    }
    let mut place = Place::new(feed_url);
    let site = string(&feed, "home_page_url").and_then(|url| place.absolute(&url));
    if let Some(site) = &site {
        place.set_site(site);
    }
    let mut clean = CleanJson {
        language: string(&feed, "language").as_deref().and_then(language),
        ..CleanJson::default()
    };
    if !versioned {
        clean
            .warnings
            .push("The feed doesn't say that it is a JSON Feed; it was read as one.".to_owned());
    }
    if items.len() > MAX_ITEMS {
        clean
            .warnings
            .push(format!("The feed has more than {MAX_ITEMS} items; the rest was not read."));
    }
    let author = feed.get("authors").and_then(|list| list.get(0)).or_else(|| feed.get("author"));
    clean.channel.author =
        author.and_then(|a| a.get("name")).and_then(Value::as_str).map(str::to_owned);
    let mut strict = Vec::new();
    for item in items.iter().take(MAX_ITEMS).filter_map(Value::as_object) {
        strict.push(strict_item(item, &place));
        clean.extras.push(extras(item, &place));
    }
    let mut document = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": string(&feed, "title").unwrap_or_default(),
        "items": strict,
    });
    if let Some(site) = site {
        document["home_page_url"] = site.into();
    }
    if let Some(description) = string(&feed, "description") {
        document["description"] = description.into();
    }
    clean.document = document.to_string();
    Ok(clean)
}

/// A string, or a number or truth value written as one.
fn string(object: &Map<String, Value>, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn strict_item(item: &Map<String, Value>, place: &Place) -> Value {
    let mut out = Map::new();
    for key in [
        "id",
        "title",
        "content_html",
        "content_text",
        "summary",
        "date_published",
        "date_modified",
    ] {
        if let Some(text) = string(item, key) {
            out.insert(key.to_owned(), text.into());
        }
    }
    let url = |key| string(item, key).and_then(|url| place.absolute(&url));
    if let Some(url) = url("url").or_else(|| url("external_url")) {
        out.insert("url".to_owned(), url.into());
    }
    Value::Object(out)
}

fn extras(item: &Map<String, Value>, place: &Place) -> ItemExtras {
    let attachments = item.get("attachments").and_then(Value::as_array);
    let mut found =
        attachments.into_iter().flatten().filter_map(Value::as_object).filter_map(|attached| {
            let enclosure = Enclosure {
                url: place.absolute(&string(attached, "url")?)?,
                media_type: string(attached, "mime_type")
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase(),
                length: attached.get("size_in_bytes").and_then(Value::as_u64).filter(|n| *n > 0),
            };
            let seconds = attached.get("duration_in_seconds").and_then(Value::as_f64);
            let duration = seconds
                .filter(|s| *s > 0.0 && *s < 3_600_000.0)
                .map(|s| (s * 1000.0).round() as u64);
            Some((enclosure, duration))
        });
    let chosen = found.find(|(enclosure, _)| is_media(enclosure));
    ItemExtras {
        duration_ms: chosen.as_ref().and_then(|(_, duration)| *duration),
        enclosure: chosen.map(|(enclosure, _)| enclosure),
        ..ItemExtras::default()
    }
}
