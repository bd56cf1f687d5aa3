//! Bodies are what their names say, and every quote is in its transcript word for word.

use super::super::keep::bodies_of;
use super::super::keys;
use super::super::sources::insight_in;
use super::Look;
use crate::insight::proof;
use crate::model::{BlobId, Insight, Item, Transcript};
use crate::store::Result;

impl Look<'_> {
    /// Those of one item.
    pub(super) fn texts(&mut self, item: &Item) -> Result<()> {
        let mut transcript = None;
        for body in bodies_of(item) {
            self.tally("body");
            match self.store.bodies.get(body) {
                Ok(bytes) if BlobId::of(&bytes) != *body => {
                    let what = format!(
                        "the text {body} of the item {} is not what its name says",
                        item.id
                    );
                    self.tell(what, None);
                }
                Ok(bytes) if item.transcript.as_ref() == Some(body) => transcript = Some(bytes),
                Ok(_) => {}
                Err(error) => {
                    self.tell(format!("a text of the item {} is missing: {error}", item.id), None);
                }
            }
        }
        let Some(bytes) = transcript else { return Ok(()) };
        let transcript: Transcript = match serde_json::from_slice(&bytes) {
            Ok(transcript) => transcript,
            Err(error) => {
                self.tell(
                    format!("the transcript of the item {} can't be read: {error}", item.id),
                    None,
                );
                return Ok(());
            }
        };
        for row in self.db.scan_prefix(keys::insights_of_item(&item.id)).values() {
            let Some(id) = insight_in(&row?) else { continue };
            let Ok(Some(insight)) = self.store.read::<Insight>(keys::insight(&id)) else {
                continue;
            };
            self.tally("quote");
            if !proof::holds(&insight.quote, &transcript) {
                self.tell(format!("the quote of the insight {id} is not in its transcript"), None);
            }
        }
        Ok(())
    }
}
