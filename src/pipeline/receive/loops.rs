//! Mail that nobody wrote for readers: automatic answers, reports of delivery, what comes back to us in a circle.
//! Answering or publishing it would feed a loop. Pure.

use crate::parse::mail::Message;

/// RFC 5321 6.3 asks for at least 100.
const MOST_HOPS: usize = 100;

/// Why a message is stored as nothing, if it is. `host` is what we call ourselves in `Received`; `own` is how many lines
/// of these we wrote ourselves when this copy came.
pub(super) fn ignored(
    message: &Message,
    host: &str,
    own: usize,
    is_notice: bool,
) -> Option<&'static str> {
    if message.received.len() > MOST_HOPS {
        return Some("it passed more than 100 hosts");
    }
    let ours = format!("by {host} (podbrief)");
    if message.received.iter().skip(own).any(|line| line.contains(&ours)) {
        return Some("it went through this server before");
    }
    if message.is_report {
        return Some("it is a report about another message");
    }
    // RFC 3834 5: newsletters and confirmations may call themselves generated, answers never are anything else.
    let listed = message.list_id.is_some() || !message.unsubscribe.is_empty();
    match message.auto_submitted.as_deref() {
        None | Some("no" | "") => None,
        Some("auto-generated") if listed || is_notice => None,
        Some("auto-generated") => Some("a program made it, for no list"),
        Some(_) => Some("it is an automatic answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_reports_and_circles_are_nothing() {
        let host = "in.example";
        let plain = Message::default;
        let auto = |word: &str| Message { auto_submitted: Some(word.into()), ..plain() };
        assert_eq!(ignored(&plain(), host, 0, false), None);
        assert_eq!(ignored(&auto("no"), host, 0, false), None);
        assert!(ignored(&auto("auto-replied"), host, 0, true).is_some());
        assert!(ignored(&auto("auto-generated"), host, 0, false).is_some());
        let listed = Message { list_id: Some("x".into()), ..auto("auto-generated") };
        assert_eq!(ignored(&listed, host, 0, false), None);
        assert_eq!(ignored(&auto("auto-generated"), host, 0, true), None);
        let report = Message { is_report: true, ..plain() };
        assert!(ignored(&report, host, 0, false).is_some());
        let once = Message {
            received: vec!["from a by in.example (podbrief) with ESMTP; now".into()],
            ..plain()
        };
        assert_eq!(ignored(&once, host, 1, false), None, "this very way here");
        let circle = vec!["from a by in.example (podbrief) with ESMTP id 1".to_owned()];
        assert!(ignored(&Message { received: circle, ..plain() }, host, 0, false).is_some());
        assert!(
            ignored(&Message { received: vec![String::new(); 101], ..plain() }, host, 0, false)
                .is_some()
        );
    }
}
