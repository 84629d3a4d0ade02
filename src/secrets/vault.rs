//! Sealing and opening: XChaCha20-Poly1305 with a random nonce, bound to the place of the value.
//!
//! A sealed value: one byte of format, eight that name the key, the nonce, the ciphertext.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::key::{self, KeyError};
use crate::graph::Hidden;

const FORMAT: u8 = 1;
const NAME_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;
const HEAD: usize = 1 + NAME_BYTES + NONCE_BYTES;

/// Where a sealed value belongs: it cannot be opened for any other place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'p> {
    /// A named secret of the server.
    Named(&'p str),
    /// The value of a parameter of a track, which is one vertex in one pipeline.
    Given {
        /// The track's number.
        track: i64,
        /// The parameter.
        name: &'p str,
    },
    /// What the calls of a hook are signed with; its number.
    Hook(i64),
}

/// Why a value was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system or the cipher failed.
    #[error("a secret cannot be sealed: {0}")]
    Failed(String),
}

/// Why a value was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A later version has sealed it.
    #[error("it was sealed by a later version of this program")]
    Later,
    /// It does not belong to its place, or was changed.
    #[error("its row was changed, or belongs to something else: set it again")]
    Changed,
}

/// Seals and opens with the key of one data directory. The key is made when it is first needed.
pub struct Vault {
    path: PathBuf,
    keys: Mutex<Option<Keys>>,
}

/// What is derived from the key file, each for one purpose.
#[derive(Clone)]
struct Keys {
    seal: [u8; key::BYTES],
    tag: [u8; key::BYTES],
    name: [u8; NAME_BYTES],
}

impl Keys {
    fn new(root: &[u8; key::BYTES]) -> Self {
        let mut name = [0; NAME_BYTES];
        name.copy_from_slice(&mac(root, b"trackyard 1 name")[..NAME_BYTES]);
        Self {
            seal: mac(root, b"trackyard 1 seal"),
            tag: mac(root, b"trackyard 1 tag"),
            name,
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.path.display())
    }
}

impl Vault {
    /// The vault of a data directory. `sealed` is any value that its database has: the key file
    /// must be there then, and be the right one.
    pub fn open(data: &Path, sealed: Option<&[u8]>) -> Result<Self, KeyError> {
        let path = data.join(key::NAME);
        let keys = key::read(&path)?.map(|root| Keys::new(&root));
        match (&keys, sealed) {
            (None, Some(_)) => return Err(KeyError::Missing { path }),
            (Some(keys), Some(sealed)) if sealed.get(1..=NAME_BYTES) != Some(&keys.name) => {
                return Err(KeyError::Other { path });
            }
            (None | Some(_), _) => {}
        }
        Ok(Self {
            path,
            keys: Mutex::new(keys),
        })
    }

    /// Sees to it that there is a key, so that sealing cannot fail for want of one later.
    pub fn ready(&self) -> Result<(), KeyError> {
        self.keys().map(drop)
    }

    fn keys(&self) -> Result<Keys, KeyError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = keys.as_ref() {
            return Ok(keys.clone());
        }
        let made = Keys::new(&key::make(&self.path)?);
        Ok(keys.insert(made).clone())
    }

    /// Seals a value for its place.
    pub fn seal(&self, place: Place<'_>, value: &Hidden) -> Result<Vec<u8>, SealError> {
        let keys = self.keys()?;
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|why| SealError::Failed(why.to_string()))?;
        let bound = bound(place);
        let payload = Payload {
            msg: value.text().as_bytes(),
            aad: &bound,
        };
        let sealed = cipher(&keys).encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|why| SealError::Failed(why.to_string()))?;
        let head = [FORMAT].into_iter().chain(keys.name).chain(nonce);
        Ok(head.chain(sealed).collect())
    }

    /// Opens the value of a place.
    pub fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Hidden, OpenError> {
        let keys = self.keys()?;
        let Some((head, body)) = sealed.split_first_chunk::<HEAD>() else {
            return Err(OpenError::Changed);
        };
        if head[0] != FORMAT {
            return Err(OpenError::Later);
        }
        if head[1..=NAME_BYTES] != keys.name {
            let path = self.path.clone();
            return Err(KeyError::Other { path }.into());
        }
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&head[1 + NAME_BYTES..]);
        let bound = bound(place);
        let payload = Payload {
            msg: body,
            aad: &bound,
        };
        let text = cipher(&keys).decrypt(&XNonce::from(nonce), payload);
        let text = text.map_err(|_| OpenError::Changed)?;
        String::from_utf8(text)
            .map(Hidden::new)
            .map_err(|_| OpenError::Changed)
    }

    /// A digest that says whether two values are the same, to nobody without the key. `of` is what
    /// they are compared for: the same value has another digest elsewhere.
    pub fn tag(&self, of: &[&str], value: &Hidden) -> Result<String, KeyError> {
        let keys = self.keys()?;
        let mut text = Vec::new();
        for part in of.iter().copied().chain([value.text()]) {
            text.extend_from_slice(&(part.len() as u64).to_le_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        let tag = mac(&keys.tag, &text);
        Ok(tag.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn cipher(keys: &Keys) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(keys.seal))
}

fn mac(key: &[u8; key::BYTES], text: &[u8]) -> [u8; key::BYTES] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// The place as bytes; no two places have the same.
fn bound(place: Place<'_>) -> Vec<u8> {
    match place {
        Place::Named(name) => format!("named\0{name}"),
        Place::Given { track, name } => format!("given\0{track}\0{name}"),
        Place::Hook(id) => format!("hook\0{id}"),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::{FORMAT, OpenError, Place, Vault};
    use crate::graph::Hidden;
    use crate::secrets::KeyError;

    const HERE: Place<'_> = Place::Given {
        track: 7,
        name: "password",
    };

    fn hidden(text: &str) -> Hidden {
        Hidden::new(text.to_owned())
    }

    #[test]
    fn a_value_is_opened_for_its_place_alone() {
        let data = tempfile::tempdir().expect("a temporary directory");
        let vault = Vault::open(data.path(), None).expect("a new directory");
        assert!(!data.path().join("secret.key").exists(), "not before use");
        for text in ["", "hunter2", "line\nline \u{1f511}", &"x".repeat(100_000)] {
            let sealed = vault.seal(HERE, &hidden(text)).expect("sealed");
            assert_eq!(vault.unseal(HERE, &sealed).expect("opened").text(), text);
            assert!(text.is_empty() || !String::from_utf8_lossy(&sealed).contains(text));
            assert_ne!(sealed, vault.seal(HERE, &hidden(text)).expect("sealed"));
            for other in [
                Place::Named("password"),
                Place::Given {
                    track: 8,
                    name: "password",
                },
                Place::Given {
                    track: 7,
                    name: "passwor",
                },
            ] {
                let opened = vault.unseal(other, &sealed);
                assert!(matches!(opened, Err(OpenError::Changed)), "{other:?}");
            }
            for at in (0..sealed.len()).step_by(sealed.len().div_ceil(60)) {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                vault.unseal(HERE, &changed).expect_err("a changed byte");
                vault.unseal(HERE, &sealed[..at]).expect_err("cut off");
            }
            assert_eq!(sealed[0], FORMAT);
        }
    }

    #[test]
    fn the_key_is_private_and_never_made_anew_while_it_is_needed() {
        let data = tempfile::tempdir().expect("a temporary directory");
        let path = data.path().join("secret.key");
        let vault = Vault::open(data.path(), None).expect("a new directory");
        let sealed = vault.seal(HERE, &hidden("value")).expect("sealed");
        let mode = fs::metadata(&path).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = Vault::open(data.path(), Some(&sealed)).expect("the same key");
        assert_eq!(again.unseal(HERE, &sealed).expect("opened").text(), "value");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let open = Vault::open(data.path(), Some(&sealed)).expect_err("others can read it");
        assert!(matches!(open, KeyError::Open { mode: 0o640, .. }));
        fs::remove_file(&path).expect("removed");
        let missing = Vault::open(data.path(), Some(&sealed)).expect_err("no key");
        assert!(matches!(missing, KeyError::Missing { .. }));
        assert!(!path.exists(), "none is made");

        let another = Vault::open(data.path(), None).expect("nothing is sealed");
        another.ready().expect("a key is made");
        let wrong = Vault::open(data.path(), Some(&sealed)).expect_err("another key");
        assert!(matches!(wrong, KeyError::Other { .. }));
        let opened = another.unseal(HERE, &sealed);
        assert!(matches!(
            opened,
            Err(OpenError::Key(KeyError::Other { .. }))
        ));
        fs::write(&path, "short").expect("written");
        let short = Vault::open(data.path(), None).expect_err("no key");
        assert!(matches!(short, KeyError::Length { bytes: 5, .. }));
    }

    #[test]
    fn a_tag_is_of_the_value_its_use_and_the_key() {
        let data = tempfile::tempdir().expect("a temporary directory");
        let vault = Vault::open(data.path(), None).expect("a new directory");
        let tag = |of: &[&str], text| vault.tag(of, &hidden(text)).expect("a tag");
        assert_eq!(tag(&["key", "a"], "value"), tag(&["key", "a"], "value"));
        assert_ne!(tag(&["key", "a"], "value"), tag(&["key", "a"], "valuf"));
        assert_ne!(tag(&["key", "a"], "value"), tag(&["ke", "ya"], "value"));
        let other = tempfile::tempdir().expect("a temporary directory");
        let other = Vault::open(other.path(), None).expect("a new directory");
        let theirs = other.tag(&["key", "a"], &hidden("value")).expect("a tag");
        assert_ne!(tag(&["key", "a"], "value"), theirs);
    }
}
