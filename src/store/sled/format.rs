//! The form of the store as a whole, in a file beside sled's own, which is read before sled is: a program that does not
//! know the form keeps its hands off. Raise [`FORMAT`] when rows or keys change so that the program before would misread
//! them; rows have versions of their own besides (`record`).

use std::path::Path;

use super::bodies::write_durably;
use crate::store::{Result, StoreError};

/// What this program writes.
const FORMAT: u32 = 1;
/// The file's name.
const NAME: &str = "format";

/// Refuses a store that a newer program wrote; marks one that has no mark.
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
    // What is cut short by a crash was ours: newer ones write it whole before anything else.
    let found = text.trim().parse().unwrap_or(FORMAT);
    if found > FORMAT {
        return Err(StoreError::NewerStore { path: path.to_owned(), found, known: FORMAT });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_form_is_refused_with_clear_words_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        check(dir.path()).unwrap();
        check(dir.path()).unwrap();
        std::fs::write(dir.path().join(NAME), "2\n").unwrap();
        let error = check(dir.path()).unwrap_err().to_string();
        assert!(error.contains("newer podbrief") && error.contains("form 2"), "{error}");
        assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), "2\n");
    }
}
