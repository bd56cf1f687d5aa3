//! The form of the store as a whole, in a file beside sled's own, which is read before sled is: a program that does not
//! know the form keeps its hands off. Raise [`FORMAT`] when rows or keys change so that the program before would misread
//! them; rows have versions of their own besides (`record`).

use std::path::Path;

use super::bodies::write_durably;
use crate::store::{Result, StoreError};

/// What this program writes.
const FORMAT: u32 = 2;
/// The file's name.
const NAME: &str = "format";

/// Refuses a store that a newer program wrote; marks one that an older one wrote, or that has no mark, as ours.
pub(super) fn check(path: &Path) -> Result<()> {
    let file = path.join(NAME);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return write_durably(&file, format!("{FORMAT}\n").as_bytes());
        }
        Err(error) => {
            return Err(StoreError::Io { what: format!("can't read {}", file.display()), error });
        }
    };
    // What can't be read was cut short by a crash; newer ones write it whole before anything else.
    match text.trim().parse().unwrap_or_default() {
        FORMAT => Ok(()),
        found if found > FORMAT => {
            Err(StoreError::NewerStore { path: path.to_owned(), found, known: FORMAT })
        }
        // Before a row is written that the program before can't read.
        _ => write_durably(&file, format!("{FORMAT}\n").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_form_is_refused_with_clear_words_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        check(dir.path()).unwrap();
        check(dir.path()).unwrap();
        std::fs::write(dir.path().join(NAME), "3\n").unwrap();
        let error = check(dir.path()).unwrap_err().to_string();
        assert!(error.contains("newer podbrief") && error.contains("form 3"), "{error}");
        assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), "3\n");
    }

    #[test]
    fn an_older_form_is_ours_from_now_on() {
        let dir = tempfile::tempdir().unwrap();
        for old in ["1\n", "", "1"] {
            std::fs::write(dir.path().join(NAME), old).unwrap();
            check(dir.path()).unwrap();
            assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), "2\n");
        }
    }
}
