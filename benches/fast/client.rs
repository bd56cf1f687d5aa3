//! A plain HTTP/1.1 client over kept connections. Looks at every answer; what it costs is not counted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Connections of [`many`].
const CONNECTIONS: usize = 16;

pub struct Answer {
    pub status: u16,
    fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    }
}

struct Wire {
    to: TcpStream,
    from: BufReader<TcpStream>,
}

impl Wire {
    fn new(address: &str) -> std::io::Result<Self> {
        let to = TcpStream::connect(address)?;
        to.set_nodelay(true)?;
        Ok(Self { from: BufReader::with_capacity(128 << 10, to.try_clone()?), to })
    }

    fn ask(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.to.write_all(request)?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .ok_or(std::io::ErrorKind::InvalidData)?;
        let mut fields = Vec::new();
        loop {
            line.clear();
            self.from.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, fields, body: Vec::new() };
        let length = answer.field("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        answer.body.resize(if status == 304 { 0 } else { length }, 0);
        self.from.read_exact(&mut answer.body)?;
        Ok(answer)
    }
}

fn request(address: &str, path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{fields}\r\n").into_bytes()
}

pub fn once(address: &str, path: &str, fields: &str) -> Answer {
    Wire::new(address).unwrap().ask(&request(address, path, fields)).unwrap()
}

/// Asks until the answer is as wanted, five minutes at most.
pub fn until(address: &str, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = Wire::new(address).and_then(|mut wire| wire.ask(&request(address, path, "")));
        if let Ok(answer) = answer
            && wanted(&answer)
        {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "{path} is not as wanted");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The feed when it has at least so many entries and did not change for ten seconds: all that is there to be read was read.
pub fn settled(address: &str, path: &str, entries: usize) -> Answer {
    let enough =
        |answer: &Answer| answer.body.windows(7).filter(|w| w == b"<entry>").count() >= entries;
    let mut last = until(address, path, enough);
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(500));
        let now = once(address, path, "");
        if now.body != last.body {
            (last, since) = (now, Instant::now());
        }
    }
    last
}

/// So many requests over some connections at once; each is answered with this status.
pub fn many(address: &str, path: &str, fields: &str, status: u16, count: usize) {
    let request = request(address, path, fields);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut wire = Wire::new(address).unwrap();
                for _ in 0..count / CONNECTIONS {
                    assert_eq!(wire.ask(&request).unwrap().status, status);
                }
            });
        }
    });
}
