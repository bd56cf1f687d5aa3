//! Any bytes as a conversation, in pieces whose lengths the first bytes give: it is the same as in one piece, and what
//! is kept has CRLF line ends only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::mail::{Limits, Need, Outcome, Protocol, Resolved, Session};

fn talk(chunks: &[&[u8]]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let limits =
        Limits { host: "in.example".into(), max_message: 4096, max_line: 1024, tls: false };
    let mut session = Session::new(Protocol::Smtp, limits);
    let (mut out, mut kept, mut chunks) = (Vec::new(), Vec::new(), chunks.iter());
    loop {
        match session.step() {
            Need::Input => match chunks.next() {
                Some(chunk) => session.push(chunk),
                None => break,
            },
            Need::Resolve(address) => {
                let known = address.starts_with('a');
                session.resolved(if known { Resolved::Known } else { Resolved::Unknown });
            }
            Need::Deliver(transaction) => {
                kept.push(transaction.bytes);
                session.delivered(&vec![Outcome::Kept; transaction.to.len()]);
            }
            Need::Tls => session.tls_started(),
            Need::Close => break,
        }
        out.extend(session.output());
    }
    out.extend(session.output());
    (out, kept)
}

fuzz_target!(|bytes: &[u8]| {
    let (lengths, talked) = bytes.split_at(bytes.len().min(8));
    let whole = talk(&[talked]);
    let mut chunks = Vec::new();
    let mut rest = talked;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (head, tail) = rest.split_at(usize::from(*length).clamp(1, rest.len()));
        chunks.push(head);
        rest = tail;
    }
    assert_eq!(talk(&chunks), whole);
    for message in whole.1 {
        let text = String::from_utf8_lossy(&message).replace("\r\n", "");
        assert!(!text.contains(['\r', '\n']));
    }
});
