//! Whether a message may feed a mailbox: by its sender, by what authentication says, and by the mailbox's policy. Pure.

use crate::model::{Authenticity, MailPolicy, Mailbox, Sender, Timestamp, Verdict};

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is published; the sender is known from now on, if there was none.
    Publish(Option<Sender>),
    /// It is kept for the operator to see, with the reason.
    Hold(String),
}

/// Decides over a message from the address `from` (lower case, empty if there is none).
pub(super) fn judge(mailbox: &Mailbox, from: &str, verdict: &Verdict, now: Timestamp) -> Judgement {
    let verified = verdict.sender == Authenticity::Pass;
    let reason = if from.is_empty() {
        "it names no sender".to_owned()
    } else if verdict.sender == Authenticity::Fail {
        format!("{} says that it did not send it", from.rsplit('@').next().unwrap_or(from))
    } else if let Some(known) = mailbox.senders.iter().find(|s| s.address == from) {
        if verified || !known.verified {
            return Judgement::Publish(None);
        }
        if verdict.is_temporary() {
            format!("DNS failed when it came, so that nobody could vouch for {from}")
        } else {
            format!("it is not signed as other mail of {from} was")
        }
    } else if mailbox.senders.is_empty() {
        return Judgement::Publish(Some(Sender { address: from.to_owned(), verified, since: now }));
    } else {
        format!("{from} never wrote here before")
    };
    match mailbox.policy {
        MailPolicy::Accept => Judgement::Publish(None),
        MailPolicy::Flag | MailPolicy::Reject => Judgement::Hold(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sender_is_learned_and_strangers_are_held() {
        let now = Timestamp::from_secs(5);
        let said = |sender| Verdict { sender, ..Verdict::default() };
        let (pass, fail, none) =
            (said(Authenticity::Pass), said(Authenticity::Fail), said(Authenticity::Unknown));
        let mut mailbox = Mailbox::default();
        let held = |j: Judgement| matches!(j, Judgement::Hold(_));
        assert!(held(judge(&mailbox, "", &none, now)));
        assert!(held(judge(&mailbox, "a@x", &fail, now)), "a forgery is never learned");
        let Judgement::Publish(Some(first)) = judge(&mailbox, "a@x", &pass, now) else { panic!() };
        assert!(first.verified);
        mailbox.senders.push(first);
        assert_eq!(judge(&mailbox, "a@x", &pass, now), Judgement::Publish(None));
        assert!(held(judge(&mailbox, "a@x", &none, now)), "it was signed before");
        assert!(held(judge(&mailbox, "b@x", &pass, now)), "a stranger");
        mailbox.senders[0].verified = false;
        assert_eq!(judge(&mailbox, "a@x", &none, now), Judgement::Publish(None));
        mailbox.policy = MailPolicy::Accept;
        assert_eq!(judge(&mailbox, "b@x", &fail, now), Judgement::Publish(None));
    }
}
