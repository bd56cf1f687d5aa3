//! Which mailboxes a message of an IMAP account is for. Pure.

use crate::model::{Route, Source, SourceId};
use crate::parse::mail::Message;
use crate::pipeline::local_part;

/// In the order of `sources`; none if it is no newsletter's.
pub(super) fn wanted_by(folder: &str, head: &Message, sources: &[Source]) -> Vec<SourceId> {
    let by = |route: &Route| match route {
        Route::Folder(name) => name == folder,
        Route::ListId(id) => head.list_id.as_ref() == Some(id),
        Route::Sender(address) => *address == head.from,
    };
    let named = |local: &str| head.recipients.iter().any(|address| local_part(address) == local);
    let wants = |source: &&Source| {
        source.mailbox().is_some_and(|m| m.routes.iter().any(by) || named(&m.local))
    };
    sources.iter().filter(wants).map(|source| source.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MailPolicy, SourceKind, Timestamp, Visibility};
    use crate::pipeline::new_mailbox;

    fn source(local: &str, routes: &[Route]) -> Source {
        let now = Timestamp::from_secs(1);
        let local = local.to_owned();
        let mut source = new_mailbox("x", local, MailPolicy::Flag, Visibility::Public, now);
        if let SourceKind::Mailbox(mailbox) = &mut source.kind {
            mailbox.routes = routes.to_vec();
        }
        source
    }

    #[test]
    fn a_message_goes_where_folder_list_sender_or_address_say() {
        let sources = [
            source("a-1", &[Route::Folder("News/A".into())]),
            source("b-2", &[Route::ListId("b.list.example".into())]),
            source("c-3", &[Route::Sender("c@x.example".into())]),
            source("d-4", &[]),
        ];
        let head = |list: &str, from: &str, to: &str| Message {
            list_id: Some(list.into()),
            from: from.into(),
            recipients: vec![to.into()],
            ..Message::default()
        };
        let found = |folder: &str, head: Message| {
            let ids = wanted_by(folder, &head, &sources);
            let at = |id: &SourceId| sources.iter().position(|s| s.id == *id).unwrap();
            ids.iter().map(at).collect::<Vec<_>>()
        };
        assert_eq!(found("News/A", head("", "x@y.example", "me@x.example")), [0]);
        assert_eq!(found("INBOX", head("b.list.example", "c@x.example", "")), [1, 2]);
        assert_eq!(found("INBOX", head("b.list.example", "", "me+D-4@x.example")), [1, 3]);
        assert!(found("INBOX", head("xb.list.example", "x@c.example", "me@x")).is_empty());
    }
}
