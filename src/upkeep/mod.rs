//! What keeps a server well that nobody looks after: backups every night, texts that go when their time has come, a store
//! that is brought back after damage, and an eye on the disk. Decides nothing about sources, items or readers.

mod backup;
mod keeper;
mod rescue;

pub use backup::{NightError, Nights, newest, write as write_backup};
pub use keeper::{Keeper, Keeping};
pub use rescue::{Rescue, rescue, settle};
