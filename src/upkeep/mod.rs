//! What keeps a server well that nobody looks after: backups every night, texts that go when their time has come, a store
//! that is brought back after damage, and an eye on the disk. Decides nothing about sources, items or readers.

mod backup;
mod history;
mod keeper;
mod rescue;
mod vitals;

pub use backup::{NightError, Nights, newest, write as write_backup};
pub use history::{Gauges, History, Hour};
pub use keeper::{Keeper, Keeping};
pub use rescue::{Rescue, rescue, settle};
pub use vitals::Vitals;
