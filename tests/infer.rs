//! A language model behind a scripted endpoint: what it writes is published only as far as the transcript bears it, and
//! whatever it does, insights come.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;

use serde_json::{Value, json};

use crate::support::client::request;
use crate::support::model::{Question, Say, ScriptedModel, honest, insight};
use crate::support::post::{deliver, mailbox};
use crate::support::show::host_show;
use crate::support::{Host, Program, get, post};

/// A program that reads these shows.
fn program(host: &Host, shows: &[&str], episodes: usize) -> Program {
    let program = Program::new(&[host]);
    for show in shows {
        host_show(host, show, episodes);
        program.ok(&["source", "add", &host.url(&format!("/{show}.xml"))]);
    }
    program
}

/// All insights of all shows, as their JSON documents say.
fn insights(program: &Program, base: &str) -> Vec<Value> {
    let sources = program.json(&["source", "list", "--json"]);
    let mut found = Vec::new();
    for source in sources.as_array().unwrap() {
        let feed = get(base, &format!("/sources/{}.json", source["id"].as_str().unwrap())).json();
        for entry in feed["items"].as_array().unwrap() {
            let path = entry["url"].as_str().unwrap().strip_prefix(base).unwrap().to_owned();
            found.push(get(base, &format!("{path}.json")).json());
        }
    }
    found
}

/// Claim, quote and place of each, in order.
fn told(insights: &[Value]) -> BTreeMap<String, String> {
    let line = |i: &Value| format!("{} {} {}", i["claim"], i["quote"], i["item"]["title"]);
    insights.iter().map(|i| (i["id"].as_str().unwrap().to_owned(), line(i))).collect()
}

fn published(program: &Program) -> Vec<Value> {
    let server = program.serve();
    let found = insights(program, &server.base);
    server.stop();
    found
}

#[test]
fn what_a_model_writes_is_published_with_its_proof_and_its_price() {
    let host = Host::start();
    let mut program = program(&host, &["tea"], 3);
    let model = ScriptedModel::start(honest);
    model.set_up(&mut program);
    program.set("PODBRIEF_INFER_CHAT_API_KEY_ENV", "THE_KEY");
    program.set("THE_KEY", "s3cret");
    program.set("PODBRIEF_INFER_CHAT_PRICE_IN", "0.5");
    program.set("PODBRIEF_INFER_CHAT_PRICE_OUT", "2");
    program.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    let table = program.ok(&["poll", "--json"]);
    let asked = model.asked();
    assert!(
        !asked.is_empty() && asked.iter().all(|q| q.fields["authorization"] == "Bearer s3cret")
    );
    assert!(asked.iter().all(|q| q.body["response_format"]["type"] == "json_schema"));
    assert!(!table.contains("s3cret"));

    let server = program.serve();
    let found = insights(&program, &server.base);
    let written: Vec<&Value> =
        found.iter().filter(|i| i["written"]["model"] == "scripted").collect();
    assert!(written.len() >= 3, "{found:#?}");
    for insight in &written {
        let quote = insight["quote"]["text"].as_str().unwrap();
        assert_eq!(insight["claim"], format!("In short, it was said that {quote}"));
        assert!(insight["quote"]["start_ms"].is_u64() && insight["quote"]["speaker"].is_string());
        let page =
            get(&server.base, &format!("/insights/{}", insight["id"].as_str().unwrap())).text();
        assert!(page.contains("Written by a language model (scripted)"), "{page}");
    }
    let status = program.json(&["status", "--json"]);
    let ever = &status["model"]["ever"];
    let sum = |of: fn(&Question) -> u64| asked.iter().map(of).sum::<u64>();
    assert_eq!(ever["spent"]["tokens_in"], sum(|q| q.tokens.0));
    assert_eq!(ever["spent"]["tokens_out"], sum(|q| q.tokens.1));
    assert_eq!(ever["answered"], asked.len());
    assert_eq!(ever["tally"]["written"], written.len());
    let money = asked.iter().map(|q| (q.tokens.0 as f64 * 0.5 + q.tokens.1 as f64 * 2.0).ceil());
    assert_eq!(ever["spent"]["money"], money.sum::<f64>() as u64);
    let shown = program.ok(&["source", "show", "Show tea"]);
    assert!(shown.contains("passages in its words"), "{shown}");
    let secret = std::fs::read_to_string(program.data().join("admin-secret")).unwrap();
    let bearer = format!("Bearer {}", secret.trim());
    let metrics = request(&server.base, "GET", "/metrics", &[("Authorization", &bearer)]).text();
    for line in [
        format!("podbrief_model_written_total {}", written.len()),
        format!("podbrief_model_tokens_total{{of=\"asked\"}} {}", sum(|q| q.tokens.0)),
        "# TYPE podbrief_model_dropped_total counter".to_owned(),
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} is not in\n{metrics}");
    }
    let text = program.ok(&["status"]);
    assert!(text.contains("language model scripted"), "{text}");
    // Nothing is asked again.
    program.ok(&["poll", "--all"]);
    assert_eq!(model.asked().len(), asked.len());
    server.stop();
}

/// What a bad endpoint answers; the show's title says how it is bad.
fn bad(question: &Question) -> Say {
    let passages = question.document["passages"].as_array().unwrap();
    let all = |quote: &dyn Fn(&str) -> String, claim: &dyn Fn(&str) -> String| {
        let one = |p: &Value| {
            let text = p["text"].as_str().unwrap();
            insight(p, &quote(text), &claim(text))
        };
        let list: Vec<Value> = passages.iter().map(one).collect();
        Say::Words(json!({ "insights": list }).to_string())
    };
    let same = |text: &str| text.to_owned();
    match question.show().trim_start_matches("Show ") {
        "malformed" => Say::Words("{\"insights\": \"p1\"}".into()),
        "cut" => Say::Ended("{\"insights\": [{\"passages\": [\"p1\"], \"segm".into(), "length"),
        "filtered" => Say::Ended(String::new(), "content_filter"),
        "refusing" => Say::Words("I'm sorry, but I can't help with that.".into()),
        "silent" => Say::Words(String::new()),
        "echo" => Say::Words(question.user.clone()),
        "html" => Say::Full(200, Vec::new(), "<html>Bad gateway</html>".into()),
        "shape" => Say::Full(200, Vec::new(), "{\"object\": \"chat.completion\"}".into()),
        "huge" => Say::Endless,
        "unwanted" => Say::Full(
            400,
            Vec::new(),
            "{\"error\":{\"message\":\"maximum context length\"}}".into(),
        ),
        "quotes" => all(&|text| format!("{text} Indeed."), &same),
        "numbers" => all(&same, &|text| format!("{text} It was 4711 of them.")),
        "names" => all(&same, &|text| format!("{text} Siemens said so.")),
        "denials" => all(&same, &|text| {
            let text = text.replace(" is not the ", " is the ").replace(" need ", " never need ");
            text.replace("We measured", "We never measured").replace("So if you", "So unless you")
        }),
        "places" => {
            let p = json!({ "id": "p99", "segments": [0, 1] });
            Say::Words(json!({ "insights": [insight(&p, "Welcome back", "Welcome back to all of you out there.")] }).to_string())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_bad_answer_ends_in_the_extractive_insight() {
    let kinds = [
        "malformed",
        "cut",
        "filtered",
        "refusing",
        "silent",
        "echo",
        "html",
        "shape",
        "huge",
        "unwanted",
        "quotes",
        "numbers",
        "names",
        "denials",
        "places",
    ];
    let host = Host::start();
    let without = program(&host, &kinds, 1);
    without.ok(&["poll"]);
    let expected = told(&published(&without));

    let mut with = program(&host, &kinds, 1);
    let model = ScriptedModel::start(bad);
    model.set_up(&mut with);
    with.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    with.set("PODBRIEF_INFER_CHAT_TOKENS_A_DAY", "0");
    with.ok(&["poll"]);
    let found = published(&with);
    let believed: Vec<_> = found.iter().filter(|i| i.get("written").is_some()).collect();
    assert!(believed.is_empty(), "nothing of it is believed: {believed:#?}");
    let found = told(&found);
    let missing: Vec<_> =
        expected.iter().filter(|(id, told)| found.get(*id) != Some(told)).collect();
    assert!(missing.is_empty(), "everything is there as without a model: {missing:#?}");
    assert_eq!(found.len(), expected.len());
    let tally = &with.json(&["status", "--json"])["model"]["ever"]["tally"];
    println!("{} questions: {tally:#}", model.asked().len());
    for reason in ["quote", "number", "name", "negation", "passage"] {
        assert!(tally["dropped"][reason].as_u64() > Some(0), "{reason}: {tally}");
    }
    for reason in ["malformed", "cut_short", "refused", "unusable", "not_taken"] {
        assert!(tally["unanswered"][reason].as_u64() > Some(0), "{reason}: {tally}");
    }
    // What was answered, however badly, is not asked again.
    let mut questions: Vec<String> = model.asked().into_iter().map(|q| q.user).collect();
    let count = questions.len();
    questions.sort();
    questions.dedup();
    assert_eq!(questions.len(), count);
}

#[test]
fn what_is_whole_in_an_answer_cut_short_is_published() {
    let host = Host::start();
    let mut program = program(&host, &["tea"], 1);
    let model = ScriptedModel::start(|question| {
        let Say::Words(words) = honest(question) else { panic!("words") };
        assert!(words.matches("claim").count() > 1, "one is whole and one is not");
        Say::Ended(words[..words.len() - 9].to_owned(), "length")
    });
    model.set_up(&mut program);
    program.ok(&["poll"]);
    let found = published(&program);
    let written = found.iter().filter(|i| i.get("written").is_some()).count();
    let tally = &program.json(&["status", "--json"])["model"]["ever"]["tally"];
    assert!(written > 0 && written < found.len(), "{tally}");
    assert!(tally["dropped"]["cut_short"].as_u64() > Some(0), "{tally}");
}

#[test]
fn a_dead_endpoint_delays_nothing_else() {
    let host = Host::start();
    let mut program = program(&host, &["tea", "coffee"], 3);
    // It takes the question and never answers.
    let model = ScriptedModel::start(|_| Say::Hang);
    model.set_up(&mut program);
    program.set("PODBRIEF_INFER_CHAT_TIMEOUT", "1s");
    program.set("PODBRIEF_INFER_CHAT_PATIENCE", "1d");
    let server = program.serve();
    server.wait_for("put off");
    // Its items wait; other work goes on.
    host_show(&host, "coffee", 4);
    let table = program.json(&["poll", "--all", "--json"]);
    assert!(table.as_array().unwrap().iter().all(|row| row["ok"] == true), "{table}");
    assert_eq!(get(&server.base, "/latest.atom").status, 200);
    let shown = program.ok(&["source", "show", "Show tea"]);
    assert!(shown.contains("waits for the language model"), "{shown}");
    server.stop();
    // Patience ends: they are published as they were said.
    program.set("PODBRIEF_INFER_CHAT_PATIENCE", "0s");
    let server = program.serve();
    server.wait_for("insights published");
    server.stop();
    // Each question may have been paid for, and is not made a third time.
    let mut often: BTreeMap<String, usize> = BTreeMap::new();
    model.asked().into_iter().for_each(|q| *often.entry(q.user).or_default() += 1);
    assert!(often.values().all(|n| *n <= 2), "{:?}", often.values());
}

#[test]
fn an_endpoint_that_asks_for_rest_is_asked_when_it_said() {
    let host = Host::start();
    let mut program = program(&host, &["tea"], 3);
    let model = ScriptedModel::start(|question| match question.number {
        0 => Say::Full(429, vec![("Retry-After", "1".into())], String::new()),
        1 => Say::Full(400, Vec::new(), "{\"error\":\"response_format is not supported\"}".into()),
        _ => honest(question),
    });
    model.set_up(&mut program);
    program.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    let server = program.serve();
    assert_eq!(
        server.wait_for("put off")["fields"]["reason"],
        "the model's endpoint asks for fewer requests (429)"
    );
    for _ in 0..3 {
        let line = server.wait_for("insights published");
        assert!(line["fields"]["written"].as_u64() > Some(0), "{line}");
    }
    let asked = model.asked();
    assert!(asked[1..].iter().any(|q| q.user == asked[0].user), "the same is asked again");
    assert_eq!(asked[1].user, asked[2].user, "in a simpler form");
    assert!(asked[1].body.get("response_format").is_some());
    assert!(asked[2..].iter().all(|q| q.body.get("response_format").is_none()), "it has learned");
    let ever = &program.json(&["status", "--json"])["model"]["ever"];
    assert_eq!(
        (&ever["lost"], &ever["held"]["tokens_in"]),
        (&json!(0), &json!(0)),
        "429 costs nothing"
    );
    assert_eq!(ever["answered"], asked.len() - 2);
    server.stop();
}

#[test]
fn at_the_limit_the_extractive_engine_goes_on_alone_and_says_so() {
    let host = Host::start();
    let mut program = program(&host, &["tea", "coffee"], 3);
    let model = ScriptedModel::start(honest);
    model.set_up(&mut program);
    program.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    // Room for one question and its answer.
    program.set("PODBRIEF_INFER_CHAT_TOKENS_A_DAY", "3000");
    program.ok(&["poll"]);
    let asked = model.asked();
    assert!(!asked.is_empty() && asked.len() < 6, "{}", asked.len());
    let spent: u64 = asked.iter().map(|q| q.tokens.0 + q.tokens.1).sum();
    assert!(spent <= 3000);
    let sources = program.ok(&["source", "list"]);
    assert!(sources.contains("extractive engine goes on alone"), "{sources}");
    let status = program.json(&["status", "--json"]);
    assert_eq!(status["model"]["reached"], "tokens");
    assert!(
        status["model"]["ever"]["tally"]["unanswered"]["budget"].as_u64() > Some(0),
        "{status}"
    );
    let found = published(&program);
    let items: std::collections::BTreeSet<_> =
        found.iter().map(|i| i["item"]["id"].to_string()).collect();
    assert_eq!(items.len(), 6, "every item has its insights");
}

#[test]
fn kills_amid_a_hundred_calls_cost_at_most_one_more_each() {
    const SHOWS: usize = 18;
    const KILLS: usize = 6;
    let names: Vec<String> = (0..SHOWS).map(|n| format!("show{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let host = Host::start();
    let mut program = program(&host, &names, 3);
    let (tell, told) = channel();
    let model = ScriptedModel::start(move |question| {
        // Some answers come too late: whoever asked is dead by then.
        if question.number % 15 == 9 {
            tell.send(question.number).unwrap();
            return Say::Hang;
        }
        honest(question)
    });
    model.set_up(&mut program);
    program.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    program.set("PODBRIEF_INFER_CHAT_CONCURRENCY", "3");
    // One passage a question.
    program.set("PODBRIEF_INFER_CHAT_WINDOW", "100");
    program.set("PODBRIEF_INFER_CHAT_TOKENS_A_DAY", "0");
    for _ in 0..KILLS {
        let mut server = program.serve();
        told.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
        server.kill();
    }
    // From now on nobody is killed; who is kept waiting then gives up by itself.
    program.set("PODBRIEF_INFER_CHAT_TIMEOUT", "1s");
    program.set("PODBRIEF_INFER_CHAT_PATIENCE", "0s");
    program.ok(&["poll"]);
    let asked = model.asked();
    let mut by_question: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    asked.iter().for_each(|q| by_question.entry(&q.user).or_default().push(q));
    assert!(by_question.len() >= 100, "{}", by_question.len());
    assert!(by_question.values().all(|calls| calls.len() <= 2), "paid for at most once more");
    let ever = &program.json(&["status", "--json"])["model"]["ever"];
    let answered = ever["answered"].as_u64().unwrap();
    let lost = ever["lost"].as_u64().unwrap();
    assert_eq!(answered + lost, asked.len() as u64, "every call is accounted for: {ever}");
    // To the token: the answers written down are those of one call for each question that was answered.
    let whole: u64 = asked.iter().map(|q| q.tokens.0 + q.tokens.1).sum();
    let spent = ever["spent"]["tokens_in"].as_u64().unwrap()
        + ever["spent"]["tokens_out"].as_u64().unwrap();
    let once: u64 = by_question.values().map(|calls| calls[0].tokens.0 + calls[0].tokens.1).sum();
    let given_up: Vec<_> =
        by_question.values().filter(|calls| calls.iter().all(|q| q.number % 15 == 9)).collect();
    let missing: u64 = given_up.iter().map(|calls| calls[0].tokens.0 + calls[0].tokens.1).sum();
    assert_eq!(spent, once - missing, "{ever}");
    assert_eq!(ever["held"]["tokens_in"], 0, "nothing is left set aside");
    println!(
        "{} questions, {} calls, {answered} answered, {lost} lost; {spent} tokens of {whole} accounted as spent",
        by_question.len(),
        asked.len()
    );
    let server = program.serve();
    let sources = program.json(&["source", "list", "--json"]);
    for source in sources.as_array().unwrap() {
        assert_eq!(source["coverage"]["processed"], 3, "{source}");
    }
    server.stop();
}

#[test]
fn near_insights_are_compared_and_the_page_says_how_they_stand() {
    let host = Host::start();
    let mut program = program(&host, &["tea"], 3);
    let model = ScriptedModel::start(|question| {
        let Some(earlier) = question.document["earlier"].as_array() else {
            return honest(question);
        };
        let one = |e: &Value| json!({ "to": e["id"], "relation": "contradicts" });
        let list: Vec<Value> = earlier.iter().map(one).collect();
        Say::Words(json!({ "relations": list }).to_string())
    });
    model.set_up(&mut program);
    program.ok(&["poll"]);
    // Another show says much the same.
    host_show(&host, "ale", 3);
    program.ok(&["source", "add", &host.url("/ale.xml")]);
    let server = program.serve();
    for _ in 0..3 {
        server.wait_for("insights compared");
    }
    let found = insights(&program, &server.base);
    let related: Vec<&Value> = found.iter().filter(|i| i.get("relations").is_some()).collect();
    assert!(related.len() >= 2, "{found:#?}");
    let sides: Vec<&str> = related
        .iter()
        .flat_map(|i| i["relations"].as_array().unwrap())
        .map(|r| r["relation"].as_str().unwrap())
        .collect();
    assert!(sides.contains(&"contradicts") && sides.contains(&"contradicted_by"), "{sides:?}");
    let page =
        get(&server.base, &format!("/insights/{}", related[0]["id"].as_str().unwrap())).text();
    assert!(
        page.contains("Contradict") && page.contains("As a language model (scripted) judges."),
        "{page}"
    );
    let count = model.asked().len();
    assert!(model.asked().iter().any(Question::is_comparison));
    // An entry that was published stays as it was, and nothing is compared twice.
    let entry = get(&server.base, "/latest.json").text();
    assert!(!entry.contains("Contradicts"));
    // Entries made from now on say it: a brief's.
    let answer = post(&server.base, "/brief", &[("interests", "heat pumps"), ("size", "10")]);
    let brief = format!("{}.atom", answer.field("location").unwrap());
    let brief = get(&server.base, &brief).text();
    assert!(brief.contains("Contradicts") || brief.contains("Contradicted by"), "{brief}");
    server.stop();
    program.ok(&["poll", "--all"]);
    assert_eq!(model.asked().len(), count);
}

#[test]
fn what_one_reader_alone_may_see_is_not_sent() {
    let host = Host::start();
    let mut program = program(&host, &[], 0);
    let model = ScriptedModel::start(honest);
    model.set_up(&mut program);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    let (address, id) = mailbox(&program, &["Weekly"]);
    let server = program.serve();
    assert_eq!(deliver(&program, &address, crate::support::post::WEEKLY), (0, String::new()));
    server.wait_for("insights published");
    let shown = program.json(&["source", "show", &id, "--json"]);
    assert!(shown["source"]["coverage"]["processed"] == 1, "{shown}");
    assert!(model.asked().is_empty());
    server.stop();
}

#[test]
fn the_endpoint_can_be_tried() {
    let host = Host::start();
    let mut program = program(&host, &[], 0);
    let output = program.run(&["infer", "test"]);
    assert!(!output.status.success());
    let said = crate::support::program::text(&output.stderr);
    assert!(said.contains("infer.chat.base_url"), "{said}");
    let model = ScriptedModel::start(honest);
    model.set_up(&mut program);
    let said = program.ok(&["infer", "test"]);
    assert!(said.contains("-> believed") && said.contains("tokens asked"), "{said}");
    let tried = program.json(&["infer", "test", "--json", "--top", "2"]);
    assert_eq!(tried["passages"], 2);
    assert!(tried["requests"][0]["insights"][0]["verdict"].is_string(), "{tried}");
    let dead = ScriptedModel::start(|_| {
        Say::Full(401, Vec::new(), "{\"error\":{\"message\":\"no such key\"}}".into())
    });
    dead.set_up(&mut program);
    let output = program.run(&["infer", "test"]);
    let said = crate::support::program::text(&output.stdout);
    assert!(
        !output.status.success() && said.contains("no such key") && said.contains("api_key"),
        "{said}"
    );
}
