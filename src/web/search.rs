//! `/search`: what fits best, as a page that works without a script, and as the part of it that a script puts in while
//! one types. Each search says where its feed is.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Cut, Query};
use crate::parse::query::{self, QueryError};
use crate::publish::{FeedHead, Format};
use crate::search::Ask;
use crate::store::Store;
use crate::text::fold;
use crate::text::phrases::Phrases;

use super::answer;
use super::asked::{Asked, title};
use super::card::{Card, Chip, Shelf};
use super::find::Meaning;
use super::rendered::Made;
use super::respond::send;
use super::shell::{self, Shell};
use super::{WebError, WebState, landing, tongue, typing};

/// Insights shown; the feed has them all.
const SHOWN: usize = 30;
/// Topics that match, at most.
const TOPICS: usize = 6;

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    shell: Shell,
    /// As typed.
    q: String,
    /// Other conditions, kept in the form: name and value.
    others: Vec<(String, String)>,
    error: Option<String>,
    results: Option<Results>,
    /// Topics with most to show, where nothing was asked.
    topics: Vec<(Chip, usize)>,
}

#[derive(Template)]
#[template(path = "results.html")]
struct Part {
    shell: Shell,
    results: Results,
}

/// What was found.
struct Results {
    words: String,
    /// The heading, where the last word was completed.
    completed: Option<String>,
    relevant: bool,
    cards: Vec<Card>,
    total: usize,
    /// How many are shown, if not all are.
    shown: Option<String>,
    /// Where nothing was found.
    empty: String,
    topics: Vec<Chip>,
    feed: String,
    digest: String,
    /// The page of the feed, below the root.
    page: String,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let asked = match Asked::of(&request) {
        Ok(asked) => asked,
        Err(WebError::Query(error)) => return mistake(&request, &state, t, &error).await,
        Err(error) => return Err(error),
    };
    let typed = typed(&request);
    let name = format!("search {} {typed:?}", t.tag());
    let answer =
        answer::document(&request, &state, &name, asked, move |store, state, asked, meaning| {
            make(store, state, asked, meaning, t, typed)
        });
    match answer.await {
        Ok(document) => send(&request, &document),
        // A topic or show that isn't there is told beside the field, too.
        Err(WebError::Query(error)) => mistake(&request, &state, t, &error).await,
        Err(error) => Err(error),
    }
}

/// The part of the page that changes while one types: for the word that the last one may become.
pub async fn results(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let whole = typing::completed(&typed(&request).0, &state.index);
    let answer = match Asked::with(&request, whole.as_deref()) {
        Ok(asked) if is_blank(&asked.query) => Err(WebError::NotFound),
        Ok(asked) => {
            let completes = whole.is_some();
            let name = format!("results {} {completes}", t.tag());
            let made = answer::document(
                &request,
                &state,
                &name,
                asked,
                move |store, state, asked, meaning| {
                    let mut results = find(store, state, asked, meaning, t)?;
                    results.completed = completes
                        .then(|| t.fill("search.results_for", &[("words", &results.words)]));
                    let shell = Shell::new(&state.site, t, "search", "", None);
                    let part = Part { shell, results };
                    shell::page(&part, t)
                },
            );
            made.await
        }
        Err(error) => Err(error),
    };
    match answer {
        Ok(document) => send(&request, &document),
        // While one types, most texts are not whole yet: the words are for the script, which shows them.
        Err(WebError::Query(error)) => {
            let mut response = HttpResponse::build(StatusCode::BAD_REQUEST);
            response.insert_header((header::CACHE_CONTROL, "no-store"));
            Ok(response.content_type("text/plain; charset=utf-8").body(error.say(t)))
        }
        Err(error) => Err(error),
    }
}

fn make(
    store: &dyn Store,
    state: &WebState,
    asked: &Asked,
    meaning: &Meaning,
    t: &'static Phrases,
    (q, others): (String, Vec<(String, String)>),
) -> Result<Made, WebError> {
    let blank = is_blank(&asked.query);
    let results = if blank { None } else { Some(find(store, state, asked, meaning, t)?) };
    let title = results.as_ref().map(|results| results.words.clone());
    let shows = asked.check(store, state)?;
    let head = asked.head(store, state, &shows)?;
    let title = title.unwrap_or_else(|| t.say("search.title").into());
    let params = encoded(&q, &others);
    let path = if blank { "/search".to_owned() } else { format!("/search?{params}") };
    let page = Page {
        shell: Shell::new(&state.site, t, "search", &title, Some(&head)).at(&path).keeping(&params),
        q,
        others,
        error: None,
        topics: if blank { landing::busiest(store, state)? } else { Vec::new() },
        results,
    };
    shell::page(&page, t)
}

/// The page with what is wrong beside the field, and all that was typed still in it.
async fn mistake(
    request: &HttpRequest,
    state: &Data<WebState>,
    t: &'static Phrases,
    error: &QueryError,
) -> Result<HttpResponse, WebError> {
    let (q, others) = typed(request);
    let page = Page {
        shell: Shell::new(&state.site, t, "search", t.say("search.title"), None)
            .keeping(&encoded(&q, &others)),
        q,
        others: others.into_iter().filter(|(name, _)| name != error.param).collect(),
        error: Some(error.say(t)),
        results: None,
        topics: Vec::new(),
    };
    let html = page.render()?;
    let mut response = HttpResponse::build(StatusCode::BAD_REQUEST);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

fn find(
    store: &dyn Store,
    state: &WebState,
    asked: &Asked,
    meaning: &Meaning,
    t: &'static Phrases,
) -> Result<Results, WebError> {
    let shows = asked.check(store, state)?;
    let head = asked.head(store, state, &shows)?;
    let ask = Ask { query: &asked.query, shows: &shows, viewer: None, now: state.find.now() };
    let ranked = state.index.relevant(&ask, meaning.vector(), SHOWN);
    let mut found = Vec::with_capacity(ranked.best.len());
    for one in &ranked.best {
        found.extend(store.insight(&one.id, None)?);
    }
    let address = |head: &FeedHead| {
        format!("{}{}", state.site.base_url, head.address(Some(Format::Atom), None))
    };
    let daily = Query { cut: Cut::Digest, limit: None, ..asked.query.clone() };
    let daily = FeedHead { path: query::address(&daily), ..head.clone() };
    let words = title(&asked.query, state, &shows, t);
    let cards = Shelf::new(store, &state.topics).cards(&found)?;
    let some = ranked.total > cards.len() && !cards.is_empty();
    Ok(Results {
        relevant: !asked.query.text().is_empty(),
        shown: some.then(|| t.fill("search.shown", &[("n", &cards.len())])),
        empty: t.fill("search.empty", &[("words", &words)]),
        words,
        completed: None,
        cards,
        total: ranked.total,
        topics: matching(state, &asked.query, t),
        feed: address(&head),
        digest: address(&daily),
        page: head.path,
    })
}

fn is_blank(query: &Query) -> bool {
    Query { cut: Cut::default(), limit: None, ..query.clone() } == Query::default()
}

/// `q` as typed, and the other parameters that are conditions.
fn typed(request: &HttpRequest) -> (String, Vec<(String, String)>) {
    const OTHERS: [&str; 6] = ["topic", "source", "speaker", "about", "min_score", "since"];
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let (mut q, mut others) = (String::new(), Vec::new());
    for (name, value) in pairs.into_owned().take(50) {
        if name == "q" && q.is_empty() {
            q = value.chars().take(2 * query::LONGEST).collect();
        } else if OTHERS.contains(&name.as_str()) && value.len() <= 200 && !value.is_empty() {
            others.push((name, value));
        }
    }
    (q, others)
}

/// The parameters again.
fn encoded(q: &str, others: &[(String, String)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        out.append_pair("q", q);
    }
    out.extend_pairs(others).finish()
}

/// Topics whose name or words have to do with the question's words.
fn matching(state: &WebState, query: &Query, t: &Phrases) -> Vec<Chip> {
    let text: Vec<String> = fold::words(&query.text()).collect();
    if text.is_empty() {
        return Vec::new();
    }
    let holds = |phrase: &str| {
        let words: Vec<String> = fold::words(phrase).collect();
        !words.is_empty() && text.windows(words.len()).any(|window| window == words)
    };
    let named = |chip: &Chip| {
        fold::words(chip.name_in(t)).any(|word| word.len() > 2 && text.contains(&word))
    };
    let mut topics: Vec<(bool, Chip)> = Vec::new();
    for topic in state.topics.iter() {
        let chip = Chip::to(topic);
        let by_name = named(&chip);
        if by_name || topic.words.iter().any(|word| holds(word)) {
            topics.push((!by_name, chip));
        }
    }
    topics.sort_by_key(|(by_words, _)| *by_words);
    topics.into_iter().map(|(_, chip)| chip).take(TOPICS).collect()
}
