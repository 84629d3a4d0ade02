//! Random texts that nobody can guess, and their digests.

use std::fmt;

use sha2::{Digest, Sha256};

use super::token::TokenError;

/// A text that must not be shown. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text as a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// 256 random bits as 64 hexadecimal digits.
pub fn random() -> Result<Secret, TokenError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|why| TokenError::Random(why.to_string()))?;
    Ok(Secret(hex(&bytes)))
}

/// SHA-256 as 64 hexadecimal digits.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{digest, random};

    #[test]
    fn a_digest_is_the_sha256_that_everybody_computes() {
        assert_eq!(
            digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_secret_is_long_different_each_time_and_not_shown() {
        let (one, two) = (random().expect("randomness"), random().expect("randomness"));
        assert_eq!(one.text().len(), 64);
        assert_ne!(one, two);
        assert_eq!(format!("{one:?}"), "Secret(..)");
    }
}
