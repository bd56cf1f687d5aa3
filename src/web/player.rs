//! A player for an item's recording, if it has one that can be linked.

use crate::model::Item;
use crate::publish::clean;

/// What to play, and from where.
pub struct Player {
    /// The recording, with the second to begin at as its media fragment where it is known.
    pub address: String,
    /// A film, not sound.
    pub is_video: bool,
}

impl Player {
    /// For the recording of `item`, from `via` on if that is a place in it.
    pub fn of(item: &Item, via: Option<&str>) -> Option<Self> {
        let media = item.enclosure.as_ref()?;
        let plain = clean::web_url(&media.url)?;
        // `via` is the item's page where no time is known.
        let at = via.and_then(clean::web_url).filter(|via| same_but_fragment(via, &plain));
        let address = at.unwrap_or(plain).into();
        Some(Self { address, is_video: media.media_type.starts_with("video/") })
    }
}

fn same_but_fragment(a: &url::Url, b: &url::Url) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    a.set_fragment(None);
    b.set_fragment(None);
    a == b
}
