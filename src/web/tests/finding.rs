//! Questions over HTTP: every form of their feeds, the search page, and what nobody else may find.

use super::*;
use crate::web::{Find, Kind, Limits, Rate};

/// The world with all of its store to be found, at noon of the next day.
fn findable(mut world: World, meaning: bool) -> World {
    let index = Arc::new(crate::search::Index::build(&*world.store).unwrap());
    let vectors = world.store_insights().into_iter().map(|insight| {
        let near = insight.claim.contains("Claim 1");
        (insight.id, vector(near))
    });
    if meaning {
        index.set_vectors(vectors);
    }
    let clock = || Timestamp::from_secs(1_795_608_000);
    let find = Find::new(clock, Arc::new(move |_| meaning.then(|| vector(true))));
    let related = Arc::new(|_: &dyn crate::store::Store, _: &Insight, _| Ok(Vec::new()));
    let state = WebState::new(
        world.state.door.clone(),
        world.state.site.clone(),
        Arc::new(topics()),
        index,
        related,
    );
    world.state = Data::new(state.finding(find));
    world
}

fn topics() -> crate::model::TopicSet {
    let energy =
        "[[topic]]\nslug=\"energy\"\nname=\"Energy\"\ndescription=\"\"\nwords=[\"grid\"]\n";
    given::topics().overlaid(crate::model::TopicSet::parse(energy).unwrap())
}

fn vector(one: bool) -> crate::text::embed::Vector {
    let mut values = vec![0.0; crate::text::embed::DIMENSIONS];
    values[usize::from(one)] = 1.0;
    crate::text::embed::Vector::new(&values)
}

impl World {
    fn store_insights(&self) -> Vec<Insight> {
        let mut all = Vec::new();
        crate::store::FeedStore::each_insight(&*self.store, &mut |insight| all.push(insight))
            .unwrap();
        all
    }
}

fn ids(answer: &Answer) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_question_is_a_feed_in_every_format_with_the_same_entries() {
    let world = World::new();
    world.publish_some(12);
    let world = findable(world, false);
    let latest = world.get("/latest.json").await;
    let asked = "q=Claim+AND+%22stands++alone%22&utm_source=x";
    let found = world.get(&format!("/feed.json?{asked}")).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    assert_eq!(ids(&found), ids(&latest), "the same entries under the same ids");
    for (suffix, media) in [("atom", "atom+xml"), ("rss", "rss+xml"), ("json", "feed+json")] {
        let answer = world.get(&format!("/feed.{suffix}?{asked}")).await;
        assert!(answer.header("content-type").contains(media));
        assert_eq!(answer.header("last-modified"), "Tue, 24 Nov 2026 07:00:12 GMT");
        let own = format!("https://brief.example/feed.{suffix}?q=claim+%22stands+alone%22");
        assert!(answer.text().contains(&own), "{}", answer.text());
        let tag = answer.header("etag").to_owned();
        let again = world
            .ask(Method::GET, &format!("/feed.{suffix}?{asked}"), &[(header::IF_NONE_MATCH, &tag)])
            .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        // Another way of asking the same: the same bytes.
        let same = world.get(&format!("/feed.{suffix}?q=CLAIM++%22Stands+alone%22")).await;
        assert_eq!(same.header("etag"), tag);
    }
    let page = world.get("/feed?q=claim").await;
    assert!(page.text().contains("href=\"/feed.atom?q=claim\""), "{}", page.text());
    assert!(page.text().contains("Claim 12 stands alone."));
}

#[actix_web::test]
async fn pages_of_a_question_hold_each_entry_once() {
    let world = World::new();
    world.publish_some(120);
    let world = findable(world, false);
    let (mut seen, mut path) = (Vec::new(), "/feed.json?q=claim&limit=25".to_owned());
    let mut pages = 0;
    loop {
        let answer = world.get(&path).await;
        let feed: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(feed["feed_url"], format!("https://brief.example{path}"));
        seen.extend(ids(&answer));
        pages += 1;
        let Some(next) = feed["next_url"].as_str() else { break };
        path = next.strip_prefix("https://brief.example").unwrap().to_owned();
    }
    assert_eq!((pages, seen.len()), (5, 120));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}

#[actix_web::test]
async fn topics_together_and_alone() {
    let world = World::new();
    world.publish_some(3);
    let world = findable(world, false);
    let one = world.get("/topics/ai.atom").await;
    for path in ["/feed.atom?topic=ai", "/feed.atom?topic=AI,ai"] {
        assert_eq!(world.get(path).await.header("etag"), one.header("etag"), "{path}");
    }
    let latest = world.get("/latest.atom").await;
    assert_eq!(world.get("/feed.atom").await.header("etag"), latest.header("etag"));
    let topics: Vec<&str> = world.state.topics.iter().map(|topic| topic.slug.as_str()).collect();
    assert_eq!(topics, ["ai", "energy"], "the sample topics");
    let both = world.get("/topics/energy,ai.json").await;
    assert_eq!(ids(&both).len(), 3);
    assert!(both.text().contains("https://brief.example/topics/ai,energy.json"), "{}", both.text());
    assert_eq!(world.get("/topics/energy,ai").await.status, StatusCode::OK);
    assert_eq!(ids(&world.get("/feed.json?topic=ai&min_score=1").await).len(), 0);
    for path in [
        "/topics/ai,no-such",
        "/topics/ai,no-such.atom",
        "/feed.atom?topic=no-such",
        "/feed.atom?q=topic:no-such",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.text().contains("“no-such” is no topic"), "{path}");
    }
}

#[actix_web::test]
async fn a_digest_is_one_entry_a_day_once_the_day_is_over() {
    let world = World::new();
    world.publish_some(12);
    let world = findable(world, false);
    let answer = world.get("/feed.json?q=claim&shape=digest&limit=3").await;
    let feed: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{feed}");
    assert!(items[0]["id"].as_str().unwrap().ends_with("/2026-11-24"));
    assert_eq!(items[0]["title"], "24 November 2026: 3 insights");
    assert_eq!(items[0]["content_html"].as_str().unwrap().matches("<h2>").count(), 3);
    assert!(items[0]["url"].as_str().unwrap().contains("/feed?q=claim&shape=digest&limit=3"));
    let again = world.get("/feed.json?shape=digest&limit=3&q=claim").await;
    assert_eq!(again.body, answer.body);
    let page = world.get("/feed?q=claim&shape=digest").await;
    assert_eq!(page.status, StatusCode::OK);
    // An hour before, the day was not over.
    let open = World::new();
    open.publish_some(3);
    let open = findable(open, false);
    let find = Find::new(|| Timestamp::from_secs(1_795_564_799), Arc::new(|_| None));
    let state = WebState::new(
        open.state.door.clone(),
        open.state.site.clone(),
        Arc::clone(&open.state.topics),
        Arc::clone(&open.state.index),
        Arc::clone(&open.state.related),
    );
    let open = World { state: Data::new(state.finding(find)), ..open };
    assert_eq!(ids(&open.get("/feed.json?q=claim&shape=digest").await).len(), 0);
}

#[actix_web::test]
async fn meaning_finds_what_words_do_not() {
    let world = World::new();
    world.publish_some(3);
    let world = findable(world, true);
    let found = |answer: Answer| ids(&answer).len();
    assert_eq!(found(world.get("/feed.json?q=unheard-of").await), 1, "bare words mean something");
    assert_eq!(found(world.get("/feed.json?q=%22unheard+of%22").await), 0, "phrases do not");
    assert_eq!(found(world.get("/feed.json?q=unheard+OR+unseen").await), 0);
    assert_eq!(found(world.get("/feed.json?q=unheard&min_score=1").await), 0, "conditions hold");
    let page = world.get("/search?q=unheard").await;
    assert!(page.text().contains("Claim 1 stands alone.") && !page.text().contains("Claim 2"));
}

#[actix_web::test]
async fn the_search_page_works_by_itself() {
    let world = World::new();
    world.publish_some(40);
    let world = findable(world, false);
    let blank = world.get("/search").await;
    assert_eq!(blank.status, StatusCode::OK);
    assert!(blank.text().contains("<form method=\"get\" action=\"/search\""));
    assert!(blank.text().contains("href=\"/topics/ai\""));
    let found = world.get("/search?q=Claim&topic=ai").await;
    let html = found.text();
    assert!(html.contains("value=\"Claim\"") && html.contains("name=\"topic\" value=\"ai\""));
    assert!(html.contains("40 insights") && html.contains("the first 30 are shown"), "{html}");
    assert!(
        html.contains("https://brief.example/feed.atom?q=claim&#38;topic=ai")
            || html.contains("https://brief.example/feed.atom?q=claim&amp;topic=ai"),
        "{html}"
    );
    assert_eq!(html.matches("class=\"card\"").count(), 30);
    assert!(html.len() < 100 * 1024);
    let german = html.split("hreflang=\"de\"").next().unwrap().rsplit("href=\"").next().unwrap();
    assert!(german.starts_with("?q=Claim&") && german.contains("lang=de"), "{german}");
    let part = world.get("/search/results?q=Claim&topic=ai").await;
    assert!(part.text().starts_with("<p") && part.text().matches("class=\"card\"").count() == 30);
    // The last word is still being typed; the whole question is told, and so is its feed.
    let part = world.get("/search/results?q=cla&topic=ai").await;
    let part = part.text();
    assert!(part.contains("Results for “claim") && part.contains("/feed.atom?q=claim"), "{part}");
    assert!(world.get("/search?q=cla").await.text().contains("Nothing found for “cla”."));
    let none = world.get("/search?q=nowhere").await;
    assert!(none.text().contains("Nothing found for “nowhere”."));
    assert!(none.text().contains("/feed.atom?q=nowhere"));
}

#[actix_web::test]
async fn mistakes_are_told_beside_the_field() {
    let world = findable(World::new(), false);
    let bad = world.get("/search?q=%3Cb%3E+(lithium&topic=ai&since=soon").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let html = bad.text();
    assert!(html.contains("At character 5: The parenthesis is not closed."), "{html}");
    assert!(
        html.contains("value=\"&#60;b&#62; (lithium\"")
            || html.contains("value=\"&lt;b&gt; (lithium\""),
        "{html}"
    );
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("name=\"topic\" value=\"ai\""));
    let german = world.ask(Method::GET, "/search?q=(", &[(header::ACCEPT_LANGUAGE, "de")]).await;
    assert!(german.text().contains("Bei Zeichen 1"), "{}", german.text());
    let part = world.get("/search/results?q=%22").await;
    assert_eq!(part.status, StatusCode::BAD_REQUEST);
    assert!(part.text().starts_with("At character 1: "));
    for path in [
        "/feed.atom?q=(",
        "/feed?since=soon",
        "/feed.json?limit=0",
        "/feed.atom?source=0123456789abcdefghjk",
        "/search?topic=no-such",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.text().contains("<h1>"), "{path}");
    }
}

#[actix_web::test]
async fn what_is_private_answers_no_question() {
    let world = World::new();
    world.publish_some(2);
    let (source, insight) = world.publish_private();
    let world = findable(world, true);
    for path in [
        "/feed.json?q=private".to_owned(),
        "/feed.json?q=NOT+nowhere".into(),
        "/feed.json?q=show:letters".into(),
        "/feed.json?q=show:private".into(),
        "/feed.json?topic=ai,energy".into(),
        "/feed.json?min_score=0.01".into(),
        "/feed.json?since=7d".into(),
        "/feed.json?q=-claim".into(),
        "/feed.json?q=alone&shape=digest".into(),
        "/feed.json?min_score=0.01&shape=digest".into(),
        "/topics/ai,energy.atom".into(),
        "/feed?q=claim".into(),
        "/feed?q=NOT+nowhere".into(),
        "/search?q=claim".into(),
        "/search?q=NOT+nowhere".into(),
        "/search?topic=ai".into(),
        "/search/results?q=claim".into(),
        "/search".into(),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text().to_lowercase();
        assert!(
            !text.contains("a private claim") && !text.contains("private letters"),
            "{path}: {text}"
        );
        assert!(!text.contains(insight.id.as_str()) && !text.contains(source.as_str()), "{path}");
    }
    let counted = world.get("/search?q=NOT+nowhere").await;
    assert!(counted.text().contains("2 insights"), "counts neither: {}", counted.text());
    // A private source and one that never was answer alike.
    let private = world.get(&format!("/feed.atom?source={source}")).await;
    let never = world.get("/feed.atom?source=0123456789abcdefghjk").await;
    assert_eq!(private.status, never.status);
    assert_eq!(
        private.text().replace(source.as_str(), ""),
        never.text().replace("0123456789abcdefghjk", "")
    );
}

#[actix_web::test]
async fn one_address_may_ask_for_so_much_and_answers_kept_are_free() {
    let world = World::new();
    world.publish_some(2);
    let world = findable(world, false);
    let find = Find::new(Timestamp::default, Arc::new(|_| Some(vector(true))));
    let state = WebState::new(
        world.state.door.clone(),
        world.state.site.clone(),
        Arc::clone(&world.state.topics),
        Arc::clone(&world.state.index),
        Arc::clone(&world.state.related),
    );
    let limits = Limits::new(Vec::new(), &[(Kind::Search, Rate { many: 3, seconds: 60 })]);
    let world = World { state: Data::new(state.finding(find).limited(limits)), ..world };
    for _ in 0..5 {
        assert_eq!(world.get("/feed.atom?q=one").await.status, StatusCode::OK);
    }
    assert_eq!(world.get("/search?q=two").await.status, StatusCode::OK);
    assert_eq!(world.get("/search/results?q=three").await.status, StatusCode::OK);
    for path in ["/feed.atom?q=four", "/search?q=four", "/feed?q=four"] {
        let refused = world.get(path).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(refused.header("retry-after"), "20");
        assert!(refused.text().contains("<h1>Too many requests</h1>"), "{}", refused.text());
        assert_ne!(refused.header("content-security-policy"), "");
    }
    assert_eq!(world.get("/feed.atom?q=one").await.status, StatusCode::OK);
    assert_eq!(world.get("/latest.atom").await.status, StatusCode::OK);
}
