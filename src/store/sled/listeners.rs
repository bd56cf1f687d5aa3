//! Who listens to our hub. No page or feed shows anything of it.

use super::feeds::rows;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{Listener, ListenerId};
use crate::store::{ListenerStore, Result};

impl ListenerStore for SledStore {
    fn listeners(&self) -> Result<Vec<Listener>> {
        rows(self, keys::LISTENER).collect()
    }

    fn ask_hub(&self, listener: Listener, room: &dyn Fn(&[Listener]) -> bool) -> Result<bool> {
        let held = self.writer();
        let key = keys::listener(&listener.id);
        let row = match self.read::<Listener>(&key)? {
            Some(known) => Listener { wish: listener.wish, ..known },
            None if !room(&self.listeners()?) => return Ok(false),
            None => listener,
        };
        let mut batch = Writes::default();
        batch.insert(key, record::encode(&row)?);
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn change_listener(
        &self,
        id: &ListenerId,
        change: &mut dyn FnMut(&mut Listener) -> bool,
    ) -> Result<bool> {
        let held = self.writer();
        let key = keys::listener(id);
        let Some(mut row) = self.read::<Listener>(&key)? else { return Ok(false) };
        let mut batch = Writes::default();
        if change(&mut row) {
            batch.insert(key, record::encode(&row)?);
        } else {
            batch.remove(key);
        }
        self.finish_unseen(batch, held)?;
        Ok(true)
    }
}
