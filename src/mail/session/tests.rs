//! Conversations, smuggling, and any bytes at all.

use proptest::prelude::*;

use super::*;

fn limits() -> Limits {
    Limits { host: "in.example".into(), max_message: 10_000, max_line: 4096, tls: true }
}

/// Feeds `chunks` to a session whose mailboxes are `a@x` and `b@x`; gives the replies and the messages.
fn talk(protocol: Protocol, chunks: &[&[u8]]) -> (String, Vec<Transaction>) {
    let mut session = Session::new(protocol, limits());
    let mut out = Vec::new();
    let mut kept = Vec::new();
    let mut chunks = chunks.iter();
    loop {
        let need = session.step();
        match need {
            Need::Input => {
                out.extend(session.output());
                match chunks.next() {
                    Some(chunk) => session.push(chunk),
                    None => break,
                }
            }
            Need::Resolve(address) => session.resolved(match address.as_str() {
                "a@x" | "b@x" => Resolved::Known,
                "later@x" => Resolved::Later,
                _ => Resolved::Unknown,
            }),
            Need::Deliver(transaction) => {
                let outcomes: Vec<_> = transaction.to.iter().map(|_| Outcome::Kept).collect();
                kept.push(transaction);
                session.delivered(&outcomes);
            }
            Need::Tls => session.tls_started(),
            Need::Close => {
                out.extend(session.output());
                break;
            }
        }
    }
    (String::from_utf8(out).unwrap(), kept)
}

/// The codes of all replies' last lines.
fn codes(text: &str) -> Vec<u16> {
    let last = text.split_terminator("\r\n").filter(|l| l.as_bytes().get(3) == Some(&b' '));
    last.map(|l| l[..3].parse().unwrap()).collect()
}

#[test]
fn a_pipelined_message_is_taken() {
    let (text, kept) = talk(
        Protocol::Smtp,
        &[b"EHLO me\r\nMAIL FROM:<s@y> SIZE=10\r\nRCPT TO:<no@x>\r\nRCPT TO:<a@x>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n"],
    );
    assert_eq!(codes(&text), [220, 250, 250, 550, 250, 354, 250, 221], "{text}");
    assert_eq!(kept[0].bytes, b"Subject: x\r\n\r\n.dot\r\n");
    assert_eq!((kept[0].from.as_str(), kept[0].to.as_slice()), ("s@y", &["a@x".to_owned()][..]));
    for word in ["PIPELINING", "SIZE 10000", "8BITMIME", "SMTPUTF8", "STARTTLS"] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let (text, kept) = talk(
        Protocol::Lmtp,
        &[b"EHLO me\r\nLHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@x>\r\nRCPT TO:<later@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nhi\r\n.\r\n"],
    );
    assert_eq!(codes(&text), [220, 500, 250, 250, 250, 451, 250, 354, 250, 250]);
    assert_eq!(kept[0].to, ["a@x", "b@x"]);
    assert!(!text.contains("STARTTLS"));
}

#[test]
fn nothing_can_be_smuggled() {
    let second = "MAIL FROM:<evil@y>\r\nRCPT TO:<b@x>\r\nDATA\r\nsmuggled\r\n.\r\n";
    for end in [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r\n.\r",
        "\r.\r\n",
        "\r\r\n.\r\r\n",
        "\n.\r",
        "\0\n.\r\n",
    ] {
        let data = format!(
            "EHLO me\r\nMAIL FROM:<s@y>\r\nRCPT TO:<a@x>\r\nDATA\r\nfirst{end}{second}QUIT\r\n"
        );
        let (text, kept) = talk(Protocol::Smtp, &[data.as_bytes()]);
        // One message, swallowed up to its true end and refused.
        assert_eq!(codes(&text), [220, 250, 250, 250, 354, 550, 221], "{end:?}: {text}");
        assert!(kept.is_empty());
    }
    // A bare line end between commands ends the conversation.
    for bad in ["NOOP\nQUIT\r\n", "NO\rOP\r\n", "NOOP\0\r\n"] {
        let (text, _) = talk(Protocol::Smtp, &[bad.as_bytes(), b"QUIT\r\n"]);
        assert_eq!(codes(&text), [220, 500], "{bad:?}");
    }
}

#[test]
fn what_stands_before_the_handshake_is_forgotten() {
    let (text, kept) = talk(
        Protocol::Smtp,
        &[b"EHLO me\r\nMAIL FROM:<s@y>\r\nSTARTTLS\r\n", b"RCPT TO:<a@x>\r\nEHLO me\r\n"],
    );
    assert_eq!(codes(&text), [220, 250, 250, 220, 503, 250]);
    assert!(kept.is_empty() && text.matches("STARTTLS").count() == 1);
    let (text, _) = talk(Protocol::Smtp, &[b"EHLO me\r\nSTARTTLS\r\nNOOP\r\n"]);
    assert_eq!(codes(&text), [220, 250, 501]);
}

#[test]
fn limits_are_kept() {
    let lines = |line: &str, n: usize| line.repeat(n).into_bytes();
    let begin = b"EHLO me\r\nMAIL FROM:<s@y>\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    let large = lines("0123456789\r\n", 1000);
    let (text, kept) = talk(Protocol::Smtp, &[begin, &large, b".\r\nNOOP\r\n"]);
    assert_eq!(codes(&text), [220, 250, 250, 250, 354, 552, 250]);
    assert!(kept.is_empty());
    let (text, _) = talk(Protocol::Smtp, &[b"EHLO me\r\nMAIL FROM:<s@y> SIZE=10001\r\n"]);
    assert_eq!(codes(&text), [220, 250, 552]);
    let (text, _) = talk(Protocol::Smtp, &[begin, &lines("x", 5000)]);
    assert_eq!(codes(&text).last(), Some(&500));
    let (text, _) = talk(Protocol::Smtp, &[&lines("x", 3000)]);
    assert_eq!(codes(&text), [220, 500]);
    let (text, _) = talk(Protocol::Smtp, &[&lines("FOO\r\n", 100)]);
    assert_eq!(codes(&text).last(), Some(&421));
    let (text, _) = talk(Protocol::Smtp, &[&lines("NOOP\r\n", 1000)]);
    assert_eq!(codes(&text).last(), Some(&421));
    let mut many = b"EHLO me\r\nMAIL FROM:<s@y>\r\n".to_vec();
    many.extend(lines("RCPT TO:<a@x>\r\n", 101));
    let (text, _) = talk(Protocol::Smtp, &[&many]);
    assert_eq!(codes(&text).last(), Some(&452));
    let mut guesses = b"EHLO me\r\nMAIL FROM:<s@y>\r\n".to_vec();
    guesses.extend(lines("RCPT TO:<guess@x>\r\n", 50));
    let (text, _) = talk(Protocol::Smtp, &[&guesses]);
    assert_eq!((codes(&text).len(), codes(&text).last()), (15, Some(&421)));
}

#[test]
fn room_that_is_not_there_is_told_at_the_end() {
    let mut session = Session::new(Protocol::Smtp, limits());
    session.push(b"EHLO me\r\nMAIL FROM:<s@y>\r\nRCPT TO:<a@x>\r\nDATA\r\nhello\r\n");
    assert_eq!(session.step(), Need::Resolve("a@x".into()));
    session.resolved(Resolved::Known);
    assert_eq!(session.step(), Need::Input);
    assert_eq!(session.held(), Some(7));
    session.shed();
    assert_eq!(session.held(), Some(0));
    session.push(b"more\r\n.\r\n");
    assert_eq!(session.step(), Need::Input);
    assert!(
        String::from_utf8(session.output())
            .unwrap()
            .ends_with("452 4.3.1 too much mail at once, try again later\r\n")
    );
}

/// Pieces of conversations, whole and broken.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "EHLO me\r\n",
        "LHLO me\r\n",
        "MAIL FROM:<s@y>\r\n",
        "RCPT TO:<a@x>\r\n",
        "RCPT TO:<no@x>\r\n",
        "DATA\r\n",
        "Subject: x\r\n",
        "..\r\n",
        ".\r\n",
        "\n.\n",
        "\r.\r",
        ".\n",
        "RSET\r\n",
        "NOOP\r\n",
        "STARTTLS\r\n",
        "QUIT\r\n",
        "text",
        "\r",
        "\n",
        "\r\n",
    ]);
    prop_oneof![
        9 => words.prop_map(|w| w.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// However the bytes are cut, the conversation is the same; every reply is a reply; only what ended in CRLF.CRLF
    /// and has no bare line end is kept.
    #[test]
    fn cuts_change_nothing(pieces in prop::collection::vec(piece(), 0..40), cuts in prop::collection::vec(1..30_usize, 1..40), lmtp: bool) {
        let protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        // What may follow STARTTLS depends on what came with it.
        let all: Vec<u8> = pieces.concat();
        prop_assume!(!all.windows(8).any(|w| w == b"STARTTLS"));
        let whole = talk(protocol, &[&all]);
        let mut chunks: Vec<&[u8]> = Vec::new();
        let mut rest = all.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            chunks.push(head);
            rest = tail;
        }
        prop_assert_eq!(&talk(protocol, &chunks), &whole);
        for line in whole.0.split_terminator("\r\n") {
            prop_assert!(line.len() >= 4 && line[..3].bytes().all(|b| b.is_ascii_digit()), "{}", line);
        }
        for message in &whole.1 {
            prop_assert!(!message.to.is_empty());
            let text = String::from_utf8_lossy(&message.bytes).replace("\r\n", "");
            prop_assert!(!text.contains(['\r', '\n']));
        }
    }

    #[test]
    fn any_bytes_are_answered(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..10)) {
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        talk(Protocol::Smtp, &chunks);
    }
}
