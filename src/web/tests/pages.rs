//! HTML pages and the JSON of an insight.

use super::*;

#[actix_web::test]
async fn pages_lead_readers_to_feeds() {
    let world = World::new();
    let insight = world.publish_some(2).remove(0);
    let source = given::source().id;
    for (path, feed) in [
        ("/".to_owned(), "/latest".to_owned()),
        ("/latest".into(), "/latest".into()),
        ("/topics".into(), "/latest".into()),
        ("/topics/ai".into(), "/topics/ai".into()),
        ("/sources".into(), "/latest".into()),
        (format!("/sources/{source}"), format!("/sources/{source}")),
        (format!("/insights/{}", insight.id), format!("/sources/{source}")),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let html = answer.text();
        assert!(html.contains("<html lang=\"en\">") && html.contains("<title>"), "{path}");
        assert!(html.contains("name=\"viewport\""), "{path}");
        for (suffix, media_type) in
            [("atom", "atom+xml"), ("rss", "rss+xml"), ("json", "feed+json")]
        {
            let link = format!("rel=\"alternate\" type=\"application/{media_type}\"");
            assert!(html.contains(&link), "{path}");
            assert!(html.contains(&format!("href=\"{feed}.{suffix}\"")), "{path} {suffix}");
        }
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/static/").count(), "{path}");
        assert!(!html.contains("<style") && !html.contains(" style="), "{path}");
        assert!(html.len() < 100 * 1024, "{path}");
    }
}

#[actix_web::test]
async fn an_insight_plays_from_its_second_and_knows_others() {
    let world = World::new();
    let published = world.publish_some(3);
    let mut other = given::source();
    other.id = SourceId::for_feed("https://other.example/feed");
    other.title = "The Other Show".into();
    let mut item = given::item();
    (item.id, item.source) = (ItemId::new(&other.id, "1"), other.id.clone());
    let mut said = given::insight(9);
    said.id = InsightId::new(&item.id, 0, 0, "other");
    (said.item, said.source) = (item.id.clone(), other.id.clone());
    said.claim = "Elsewhere it was said too.".into();
    world.publish(&other, &item, vec![said]);

    let path = format!("/insights/{}", published[0].id);
    let page = world.get(&path).await;
    let html = page.text();
    assert!(
        html.contains("<h1 class=\"claim\" lang=\"en\" dir=\"auto\">Claim 3 stands alone.</h1>")
    );
    assert!(html.contains("Well, claim 3, as I said."));
    assert!(html.contains("src=\"https://cdn.example/1.mp3?k=v#t=754\""));
    assert!(html.contains("Play from 12:34"));
    assert!(html.contains("Elsewhere it was said too.") && html.contains("The Other Show"));

    let answer = world.get(&format!("{path}.json")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(json["quote"]["text"], "Well, claim 3, as I said.");
    assert_eq!(json["via"], "https://cdn.example/1.mp3?k=v#t=754");
    assert_eq!(json["entry_id"], format!("tag:{AUTHORITY}:insight/{}", published[0].id));
    assert_eq!(json["related"][0]["show"], "The Other Show");
    let ids = json["related"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap());
    assert!(ids.into_iter().all(|id| id != published[0].id.as_str()));
}

#[actix_web::test]
async fn hostile_texts_stay_texts() {
    let world = World::new();
    let evil = "<script>alert(1)</script>\" onload=\"x\u{0}\u{1b} ]]> {{ 7*7 }} 😀 שלום";
    let mut source = given::source();
    source.title = evil.into();
    source.description = evil.into();
    source.author = Some(evil.into());
    source.link = Some("javascript:alert(1)".into());
    let mut item = given::item();
    item.title = evil.into();
    item.link = Some("javascript:alert(2)".into());
    item.enclosure.as_mut().unwrap().url = "javascript:alert(3)".into();
    let mut insight = given::insight(1);
    insight.claim = evil.into();
    insight.headline = evil.into();
    insight.quote.text = format!("{evil} and more");
    insight.quote.speaker = Some(evil.into());
    insight.language = Some("\"><script>".into());
    let insight = world.publish(&source, &item, vec![insight]).remove(0);
    for path in [
        "/".to_owned(),
        "/latest".into(),
        "/topics/ai".into(),
        "/sources".into(),
        format!("/sources/{}", source.id),
        format!("/insights/{}", insight.id),
        "/latest.atom".into(),
        "/latest.rss".into(),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text();
        assert!(text.contains("alert(1)"), "{path}");
        let ours = text.matches("<script src=\"/static/").count();
        assert_eq!(text.matches("<script").count(), ours, "{path}");
        assert!(!text.contains("javascript:"), "{path}");
        assert!(!text.contains("\" onload="), "{path}");
        assert!(!text.contains(['\u{0}', '\u{1b}']), "{path}");
    }
    let json = world.get(&format!("/insights/{}.json", insight.id)).await;
    let json: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!(
        (&json["via"], &json["item"]["media"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
}

#[actix_web::test]
async fn the_style_sheet_is_kept_for_ever() {
    let world = World::new();
    let page = world.get("/").await;
    let at = page.text().find("/static/").unwrap();
    let path = page.text()[at..].split('"').next().unwrap().to_owned();
    let style = world.get(&path).await;
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.header("cache-control").contains("immutable"));
}

#[actix_web::test]
async fn pages_speak_the_language_of_the_reader() {
    let world = World::new();
    let insight = world.publish_some(1).remove(0);
    let german = [(header::ACCEPT_LANGUAGE, "de-AT, en;q=0.5")];
    for path in [
        "/".to_owned(),
        "/latest".into(),
        "/topics".into(),
        "/topics/ai".into(),
        "/sources".into(),
        format!("/sources/{}", given::source().id),
        format!("/insights/{}", insight.id),
        "/nowhere".into(),
    ] {
        let answer = world.ask(Method::GET, &path, &german).await;
        assert!(answer.text().contains("<html lang=\"de\">"), "{path}");
        assert!(answer.text().contains(">Themen</a>"), "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        let english = world.get(&path).await;
        assert!(english.text().contains("<html lang=\"en\">"), "{path}");
        assert_ne!(english.header("etag"), "\"\"", "{path}");
    }
    let chosen = world.ask(Method::GET, "/latest?lang=en", &german).await;
    assert!(chosen.text().contains("<html lang=\"en\">"));
    assert_eq!(chosen.header("content-language"), "en");
    assert_eq!(chosen.header("vary"), "Accept-Encoding, Accept-Language, Cookie");
    let cookie = chosen.header("set-cookie").split(';').next().unwrap().to_owned();
    let kept = [german[0].clone(), (header::COOKIE, &*format!("a=b; {cookie}"))];
    assert!(world.ask(Method::GET, "/topics", &kept).await.text().contains("<html lang=\"en\">"));
    let unknown = world.ask(Method::GET, "/latest?lang=tlh", &german).await;
    assert!(unknown.text().contains("<html lang=\"de\">"));
    assert_eq!(unknown.header("set-cookie"), "");
}

#[actix_web::test]
async fn a_page_keeps_its_tag_until_the_store_changes() {
    let world = World::new();
    world.publish_some(60);
    let first = world.get("/latest").await;
    assert!(first.text().contains("Older insights"));
    let again =
        world.ask(Method::GET, "/latest", &[(header::IF_NONE_MATCH, first.header("etag"))]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    world.publish_private();
    assert_eq!(world.get("/latest").await.header("etag"), first.header("etag"));
}
