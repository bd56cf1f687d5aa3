//! A plain HTTP/1.1 client: one request a connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// `base` is `http://host:port`.
pub fn get(base: &str, path: &str) -> Response {
    request(base, "GET", path, &[])
}

/// Sends a form.
pub fn post(base: &str, path: &str, form: &[(&str, &str)]) -> Response {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let fields = [("Content-Type", "application/x-www-form-urlencoded")];
    send(base, "POST", path, &fields, &body)
}

pub fn request(base: &str, method: &str, path: &str, fields: &[(&str, &str)]) -> Response {
    send(base, method, path, fields, "")
}

/// With a body.
pub fn send(base: &str, method: &str, path: &str, fields: &[(&str, &str)], body: &str) -> Response {
    let host = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in fields {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    stream.write_all((head + "\r\n" + body).as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    let body = bytes[end + 4..].to_vec();
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "answers have a length");
    Response { status, head, body }
}
