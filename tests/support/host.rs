//! A loopback HTTP host whose answers a test scripts by path. One thread a connection, so that answers may hang.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What to answer on a path.
#[derive(Clone)]
pub enum Answer {
    /// 200 with an ETag, or 304 to it.
    Body { media_type: String, bytes: Vec<u8> },
    /// Status, fields and body, whatever is asked.
    Full { status: u16, fields: Vec<(String, String)>, bytes: Vec<u8> },
    /// Each request takes the next; the last one stays.
    Turns(Vec<Answer>),
    /// A status without a body, and fields.
    Status(u16, Vec<(String, String)>),
    /// Raw bytes instead of an answer; then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, until the other side hangs up.
    Hang,
    /// A WebSub callback: what is asked (GET) is answered with its challenge, what is told (POST) with this status.
    Callback(u16),
    /// Headers, then `unit` again and again until the other side hangs up.
    Endless { unit: Vec<u8> },
}

impl Answer {
    pub fn body(media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::Body { media_type: media_type.into(), bytes: bytes.into() }
    }

    pub fn rss(text: impl Into<Vec<u8>>) -> Self {
        Self::body("application/rss+xml", text)
    }
}

/// One request that came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub fields: HashMap<String, String>,
    /// What was sent with it.
    pub body: String,
    pub at: std::time::Instant,
    pub status: u16,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    seen: Vec<Seen>,
}

pub struct Host {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Host {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // The other side may hang up at any time.
                    let _ = serve(stream, &state);
                });
            }
        });
        Self { address, state }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn set(&self, path: &str, answer: Answer) {
        self.state.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// Requests since the last call.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state.lock().unwrap().seen)
    }
}

fn next_answer(answers: &mut HashMap<String, Answer>, path: &str) -> Answer {
    // Callbacks are asked with more parameters than they were named with.
    let known = answers.contains_key(path);
    let path = if known { path } else { path.split('?').next().unwrap_or_default() };
    match answers.get_mut(path) {
        Some(Answer::Turns(turns)) if turns.len() > 1 => turns.remove(0),
        Some(Answer::Turns(turns)) => turns[0].clone(),
        Some(answer) => answer.clone(),
        None => Answer::Status(404, Vec::new()),
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split_whitespace().nth(1).unwrap_or("/").to_owned();
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
        let at = std::time::Instant::now();
        let length = fields.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        input.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let answer = next_answer(&mut state.lock().unwrap().answers, &path);
        let note = |status| {
            let (path, fields, body) = (path.clone(), fields.clone(), body.clone());
            let seen = Seen { path, fields, body, at, status };
            state.lock().unwrap().seen.push(seen);
        };
        match answer {
            Answer::Body { media_type, bytes } => {
                let etag = format!(
                    "\"{:x}\"",
                    bytes
                        .iter()
                        .fold(7_u64, |h, b| { h.wrapping_mul(31).wrapping_add(u64::from(*b)) })
                );
                if fields.get("if-none-match") == Some(&etag) {
                    note(304);
                    write!(out, "HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n")?;
                } else {
                    note(200);
                    write!(
                        out,
                        "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
                        bytes.len()
                    )?;
                    out.write_all(&bytes)?;
                }
            }
            Answer::Full { status, fields, bytes } => {
                note(status);
                write!(out, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", bytes.len())?;
                for (name, value) in fields {
                    write!(out, "{name}: {value}\r\n")?;
                }
                write!(out, "\r\n")?;
                out.write_all(&bytes)?;
            }
            Answer::Callback(_) if line.starts_with("GET ") => {
                note(200);
                let query = path.split_once('?').map_or("", |(_, query)| query);
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                let challenge = pairs.find(|(name, _)| name == "hub.challenge");
                let challenge = challenge.map(|(_, value)| value).unwrap_or_default();
                let length = challenge.len();
                write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{challenge}")?;
            }
            Answer::Callback(status) => {
                note(status);
                write!(out, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")?;
            }
            Answer::Turns(_) => return Ok(()),
            Answer::Status(status, extra) => {
                note(status);
                write!(out, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n")?;
                for (name, value) in extra {
                    write!(out, "{name}: {value}\r\n")?;
                }
                write!(out, "\r\n")?;
            }
            Answer::Raw(bytes) => {
                note(0);
                return out.write_all(&bytes);
            }
            Answer::Hang => {
                note(0);
                let mut rest = [0; 1];
                while input.read(&mut rest)? > 0 {}
                return Ok(());
            }
            Answer::Endless { unit } => {
                note(200);
                write!(out, "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")?;
                loop {
                    out.write_all(&unit)?;
                }
            }
        }
    }
}
