//! A name server on loopback that answers from a list: TXT records over UDP. What it does not know does not exist.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

#[derive(Clone)]
pub enum Record {
    Txt(String),
    /// It fails.
    Broken,
}

#[derive(Clone)]
pub struct NameServer {
    pub address: String,
    records: Arc<Mutex<HashMap<String, Record>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: socket.local_addr().unwrap().to_string(),
            records: Arc::default(),
            asked: Arc::default(),
        };
        let running = server.clone();
        std::thread::spawn(move || {
            let mut question = [0; 1500];
            while let Ok((length, peer)) = socket.recv_from(&mut question) {
                if let Some(answer) = running.answer(&question[..length]) {
                    let _ = socket.send_to(&answer, peer);
                }
            }
        });
        server
    }

    pub fn set(&self, name: &str, record: Record) {
        self.records.lock().unwrap().insert(name.to_owned(), record);
    }

    /// How often it was asked about a name.
    pub fn asked(&self, name: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == name).count()
    }

    /// RFC 1035 4.1.
    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let (mut name, mut at) = (String::new(), 12);
        loop {
            let length = usize::from(*question.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            if !name.is_empty() {
                name.push('.');
            }
            name += &String::from_utf8_lossy(question.get(at..at + length)?).to_lowercase();
            at += length;
        }
        let kind = u16::from_be_bytes([*question.get(at)?, *question.get(at + 1)?]);
        self.asked.lock().unwrap().push(name.clone());
        let record = self.records.lock().unwrap().get(&name).cloned();
        let (code, data) = match (&record, kind) {
            (Some(Record::Txt(text)), 16) => {
                let pieces = text.as_bytes().chunks(255);
                let pieces = pieces.map(|p| [&[p.len() as u8], p].concat());
                (0, Some((16_u16, pieces.collect::<Vec<_>>().concat())))
            }
            (Some(Record::Broken), _) => (2, None),
            (Some(_), _) => (0, None),
            (None, _) => (3, None),
        };
        let mut answer = question.get(..2)?.to_vec();
        answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::from(data.is_some()), 0, 0, 0, 0]);
        answer.extend(question.get(12..at + 4)?);
        if let Some((kind, data)) = data {
            answer.extend([0xc0, 12]);
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60]);
            answer.extend((data.len() as u16).to_be_bytes());
            answer.extend(data);
        }
        Some(answer)
    }
}
