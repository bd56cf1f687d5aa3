//! A scripted endpoint: it speaks as an OpenAI-compatible chat endpoint does, but there is no model in it. A test says what
//! it answers, good, bad or obedient to whatever it reads.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::Program;

/// One question, as it came.
#[derive(Debug, Clone)]
pub struct Question {
    /// The whole body.
    pub body: Value,
    /// The user's message.
    pub user: String,
    /// The same, read.
    pub document: Value,
    pub fields: HashMap<String, String>,
    /// Asked and answered.
    pub tokens: (u64, u64),
    /// How many came before.
    pub number: usize,
}

impl Question {
    /// The show's title.
    pub fn show(&self) -> &str {
        self.document["show"].as_str().unwrap_or_default()
    }

    pub fn is_comparison(&self) -> bool {
        self.document.get("later").is_some()
    }
}

/// What to do with a question.
pub enum Say {
    /// An answer with these words.
    Words(String),
    /// The same, and why it ended.
    Ended(String, &'static str),
    /// Status, fields, body.
    Full(u16, Vec<(&'static str, String)>, String),
    /// Nothing, until the other side hangs up.
    Hang,
    /// Never the end of it.
    Endless,
}

type Script = dyn FnMut(&Question) -> Say + Send;

#[derive(Clone)]
pub struct ScriptedModel {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Question>>>,
}

impl ScriptedModel {
    pub fn start(script: impl FnMut(&Question) -> Say + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Question>>> = Arc::default();
        let script: Arc<Mutex<Box<Script>>> = Arc::new(Mutex::new(Box::new(script)));
        let model = Self { address, asked: Arc::clone(&asked) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, script) = (Arc::clone(&asked), Arc::clone(&script));
                // The other side may hang up at any time.
                std::thread::spawn(move || drop(serve(stream, &asked, &script)));
            }
        });
        model
    }

    /// Sets a program up to ask it.
    pub fn set_up(&self, program: &mut Program) {
        program.set("PODBRIEF_INFER_CHAT_BASE_URL", &format!("http://{}/v1", self.address));
        program.set("PODBRIEF_INFER_CHAT_MODEL", "scripted");
    }

    /// All questions so far.
    pub fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

/// What a good model might say: each passage in words of its own that are true to it.
pub fn honest(question: &Question) -> Say {
    let passages = question.document["passages"].as_array().unwrap();
    let insights: Vec<Value> = passages
        .iter()
        .map(|passage| {
            let text = passage["text"].as_str().unwrap();
            insight(passage, text, &format!("In short, it was said that {text}"))
        })
        .collect();
    Say::Words(json!({ "insights": insights }).to_string())
}

pub fn insight(passage: &Value, quote: &str, claim: &str) -> Value {
    let (id, segments) = (&passage["id"], &passage["segments"]);
    json!({ "passages": [id], "segments": segments, "quote": quote, "claim": claim })
}

fn serve(
    stream: TcpStream,
    asked: &Mutex<Vec<Question>>,
    script: &Mutex<Box<Script>>,
) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        assert!(line.starts_with("POST /v1/chat/completions "), "{line}");
        let mut fields = HashMap::new();
        loop {
            let mut field = String::new();
            input.read_line(&mut field)?;
            match field.trim_end().split_once(':') {
                Some((name, value)) => {
                    fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
                }
                None => break,
            }
        }
        let length = fields["content-length"].parse().unwrap();
        let mut bytes = vec![0; length];
        input.read_exact(&mut bytes)?;
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let user = body["messages"][1]["content"].as_str().unwrap().to_owned();
        let document = serde_json::from_str(&user).unwrap();
        let tokens = (user.len() as u64 / 4, 7 + user.len() as u64 % 50);
        let question = {
            let mut asked = asked.lock().unwrap();
            let number = asked.len();
            asked.push(Question { body, user, document, fields, tokens, number });
            asked[number].clone()
        };
        let say = script.lock().unwrap()(&question);
        let done = |words: &str, why: &str| {
            json!({
                "choices": [{ "message": { "role": "assistant", "content": words }, "finish_reason": why }],
                "usage": { "prompt_tokens": tokens.0, "completion_tokens": tokens.1 },
            })
            .to_string()
        };
        let (status, more, text) = match say {
            Say::Words(words) => (200, Vec::new(), done(&words, "stop")),
            Say::Ended(words, why) => (200, Vec::new(), done(&words, why)),
            Say::Full(status, more, text) => (status, more, text),
            Say::Hang => {
                let mut rest = [0; 1];
                while input.read(&mut rest)? > 0 {}
                return Ok(());
            }
            Say::Endless => {
                write!(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")?;
                loop {
                    out.write_all(&[b' '; 4096])?;
                }
            }
        };
        write!(out, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", text.len())?;
        for (name, value) in more {
            write!(out, "{name}: {value}\r\n")?;
        }
        write!(out, "\r\n{text}")?;
    }
}
