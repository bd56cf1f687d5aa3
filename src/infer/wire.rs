//! The bytes of a chat completion, both ways. Knows what endpoints differ in; asks nobody.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What an endpoint turned out not to take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lacks {
    /// `response_format` with a JSON schema.
    pub schema: bool,
    /// `max_tokens`: newer models want `max_completion_tokens`.
    pub max_tokens: bool,
    /// `temperature`.
    pub temperature: bool,
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// As the endpoint calls it.
    pub model: &'a str,
    /// What to do.
    pub system: &'a str,
    /// What with.
    pub user: &'a str,
    /// The answer's form.
    pub schema: &'a str,
    /// The form's name.
    pub name: &'a str,
    /// Of the answer.
    pub max_tokens: u32,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The words, or why there are none to be used.
    pub said: Result<String, String>,
    /// Tokens asked and answered, if the endpoint counts.
    pub usage: Option<(u64, u64)>,
}

const REFUSED: &str = "the model refused";
const FILTERED: &str = "it was filtered";
const CUT: &str = "it was cut short";

/// Why there were no words, in one word for counts.
pub fn reason(why: &str) -> &'static str {
    match why {
        REFUSED | FILTERED => "refused",
        CUT => "cut_short",
        _ => "unusable",
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    json_schema: Schema<'a>,
}

#[derive(Serialize)]
struct Schema<'a> {
    name: &'a str,
    strict: bool,
    /// As it is written: its order is kept.
    schema: &'a RawValue,
}

/// The request's body.
///
/// # Errors
/// If the schema is not JSON.
pub(super) fn body(question: &Question, lacks: Lacks) -> serde_json::Result<Vec<u8>> {
    let limit = Some(question.max_tokens);
    let schema = serde_json::from_str(question.schema)?;
    let format = Format {
        r#type: "json_schema",
        json_schema: Schema { name: question.name, strict: true, schema },
    };
    serde_json::to_vec(&Body {
        model: question.model,
        messages: [
            Message { role: "system", content: question.system },
            Message { role: "user", content: question.user },
        ],
        stream: false,
        temperature: (!lacks.temperature).then_some(0),
        max_tokens: limit.filter(|_| !lacks.max_tokens),
        max_completion_tokens: limit.filter(|_| lacks.max_tokens),
        response_format: (!lacks.schema).then_some(format),
    })
}

/// What to leave out, if that is what a refusal is about.
pub(super) fn lacks(status: u16, said: &str, known: Lacks) -> Option<Lacks> {
    if !matches!(status, 400 | 404 | 415 | 422 | 501) {
        return None;
    }
    let said = said.to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if !known.max_tokens && names(&["max_completion_tokens"]) {
        return Some(Lacks { max_tokens: true, ..known });
    }
    if !known.schema
        && names(&["response_format", "json_schema", "schema", "structured output", "grammar"])
    {
        return Some(Lacks { schema: true, ..known });
    }
    if !known.temperature && names(&["temperature"]) {
        return Some(Lacks { temperature: true, ..known });
    }
    None
}

/// Reads a whole answer of status 200. Whatever it is, it is one: asking again costs again.
pub(super) fn read(bytes: &[u8]) -> Heard {
    let unusable = |why: &str, usage| Heard { said: Err(why.to_owned()), usage };
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return unusable("it is not JSON", None);
    };
    let count = |name: &str| value["usage"][name].as_u64();
    let usage = count("prompt_tokens").map(|n| (n, count("completion_tokens").unwrap_or(0)));
    let choice = &value["choices"][0];
    let message = &choice["message"];
    if message["refusal"].as_str().is_some_and(|text| !text.is_empty()) {
        return unusable(REFUSED, usage);
    }
    if choice["finish_reason"] == "content_filter" {
        return unusable(FILTERED, usage);
    }
    match message["content"].as_str() {
        // Cut short or not: what is whole in it is paid for.
        Some(text) if !text.trim().is_empty() => Heard { said: Ok(text.to_owned()), usage },
        _ if choice["finish_reason"] == "length" => unusable(CUT, usage),
        _ => unusable("it says nothing", usage),
    }
}

/// `Retry-After` in seconds; dates are not used by these endpoints.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let seconds: f64 = value.trim().parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0)
        .then(|| Duration::from_secs_f64(seconds.ceil().min(1e6)))
}

/// The beginning of what a refusing endpoint says, in one line.
pub(super) fn refusal(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let value = serde_json::from_str::<Value>(&text).unwrap_or_default();
    let message = value["error"]["message"].as_str().or(value["error"].as_str());
    let message = message.or(value["message"].as_str()).unwrap_or(&text);
    let line: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_to_leave_out() {
        let none = Lacks::default();
        let said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        assert!(lacks(400, said, none).unwrap().max_tokens);
        assert!(lacks(400, "'response_format.type' must be text", none).unwrap().schema);
        assert!(lacks(422, "temperature does not support 0", none).unwrap().temperature);
        assert_eq!(lacks(400, "maximum context length exceeded", none), None);
        assert_eq!(lacks(500, "response_format", none), None);
        let known = Lacks { schema: true, ..none };
        assert_eq!(lacks(400, "response_format", known), None, "it is left out already");
    }

    #[test]
    fn every_answer_is_words_or_a_reason() {
        let heard = |text: &str| read(text.as_bytes());
        let good = heard(
            r#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
        );
        assert_eq!(good, Heard { said: Ok("x".into()), usage: Some((7, 2)) });
        for text in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":null}}]}"#,
            r#"{"choices":[{"message":{"content":" "}}]}"#,
            r#"{"choices":[{"message":{"content":"x","refusal":"no"}}]}"#,
            r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#,
            r#"{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter"}]}"#,
        ] {
            assert!(heard(text).said.is_err(), "{text}");
        }
    }
}
