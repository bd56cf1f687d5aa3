//! The operator's secret: a file in the data directory that only its owner can read. Whoever has it may do what the
//! command line may. Never logged, never in a page; what browsers keep is derived from it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Its name in the data directory.
pub const SECRET: &str = "admin-secret";
/// Characters that an operator's own secret has at least.
const SHORTEST: usize = 20;
/// Without what looks alike; 32, so that five bits of a byte choose one evenly.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The secret.
#[derive(Clone)]
pub struct Secret(String);

/// What it is asked to vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The cookie of a browser that gave the secret.
    Session,
    /// The hidden field of our own forms.
    Form,
}

/// The secret can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Not readable or writable.
    #[error("the operator's secret in {} can't be had: {error}", path.display())]
    Io {
        /// Its file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Not made by us, and easy to guess.
    #[error(
        "the operator's secret in {} has fewer than {SHORTEST} characters; remove the file to have a new one made at \
         the next start", .0.display()
    )]
    Short(PathBuf),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Reads it.
    ///
    /// # Errors
    /// [`SecretError`]; `NotFound` if there is none yet.
    pub fn read(dir: &Path) -> Result<Self, SecretError> {
        let path = dir.join(SECRET);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text.trim().to_owned(),
            Err(error) => return Err(SecretError::Io { path, error }),
        };
        if text.chars().count() < SHORTEST { Err(SecretError::Short(path)) } else { Ok(Self(text)) }
    }

    /// Reads it, or makes it of these random bytes (128 bits of them count) and says where.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn open(dir: &Path, random: &[u8; 26]) -> Result<(Self, Option<PathBuf>), SecretError> {
        let path = dir.join(SECRET);
        let text: String =
            random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        match make(dir, &path, &text) {
            Ok(()) => Ok((Self(text), Some(path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                close(&path).map_err(|error| SecretError::Io { path, error })?;
                Ok((Self::read(dir)?, None))
            }
            Err(error) => Err(SecretError::Io { path, error }),
        }
    }

    /// For the link that the operator asks for; for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `given` is the secret. Takes as long whatever is given.
    pub fn is(&self, given: &str) -> bool {
        same(&self.0, given.trim())
    }

    /// What vouches for `purpose` in its place; it tells nothing of the secret.
    pub fn token(&self, purpose: Purpose) -> String {
        let digest = Sha256::digest(format!("podbrief operator {purpose:?} {}", self.0));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether `given` vouches for `purpose`. Takes as long whatever is given.
    pub fn vouches(&self, purpose: Purpose, given: &str) -> bool {
        same(&self.token(purpose), given)
    }
}

/// Compares digests, all of them whatever they are, so that the time tells nothing.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(b.iter()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn make(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()?;
    File::open(dir)?.sync_all()
}

/// An operator who put their own secret there may have left it open to others.
fn close(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), "the operator's secret could be read by others; now it can't");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Secret::read(dir.path()), Err(SecretError::Io { .. })));
        let (first, path) = Secret::open(dir.path(), &[7; 26]).unwrap();
        let path = path.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (second, none) = Secret::open(dir.path(), &[8; 26]).unwrap();
        assert!(none.is_none() && second.is(first.reveal()) && second.reveal().len() == 26);
        assert!(!second.is("") && !second.is(&format!("{}x", first.reveal())));
        assert!(second.vouches(Purpose::Session, &first.token(Purpose::Session)));
        assert!(!second.vouches(Purpose::Session, &first.token(Purpose::Form)));
        assert_eq!(format!("{first:?}"), "Secret(…)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        Secret::open(dir.path(), &[9; 26]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "short\n").unwrap();
        assert!(matches!(Secret::open(dir.path(), &[9; 26]), Err(SecretError::Short(_))));
    }
}
