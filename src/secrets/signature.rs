//! Signatures of what comes from those who show no credential: HMAC with SHA-256.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::graph::Hidden;

/// How many bytes a signature has.
const BYTES: usize = 32;

/// Whether these parts, one after the other, have this signature (`sha256=` and hexadecimal digits).
/// How much of it is right does not show in the time that it takes.
pub fn is_signed(secret: &Hidden, parts: &[&[u8]], signature: &str) -> bool {
    let key = secret.text().as_bytes();
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length will do");
    parts.iter().for_each(|part| mac.update(part));
    // One that cannot be read is compared too: all zeros are nobody's.
    let shown = read(signature);
    mac.verify_slice(&shown.unwrap_or_default()).is_ok() && shown.is_some()
}

fn read(signature: &str) -> Option<[u8; BYTES]> {
    let digits = signature.strip_prefix("sha256=")?.as_bytes();
    let value = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = [0; BYTES];
    if digits.len() != 2 * BYTES {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4 | value(pair[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::is_signed;
    use crate::graph::Hidden;

    /// RFC 4231, test case 2.
    #[test]
    fn the_signature_of_the_standard_is_taken_and_no_other() {
        let secret = Hidden::new("Jefe".to_owned());
        let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        let right = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_signed(&secret, &parts, right));
        assert!(is_signed(&secret, &parts, &right.replace("bdcc", "BDCC")));
        let zeros = format!("sha256={}", "0".repeat(64));
        for wrong in [
            "",
            "sha256=",
            &zeros,
            &right[7..],
            &right[..70],
            &format!("{right}00"),
            &right.replace("5bdc", "5bdd"),
            &right.replace("5bdc", "+bdc"),
        ] {
            assert!(!is_signed(&secret, &parts, wrong), "{wrong}");
        }
        let other = Hidden::new("jefe".to_owned());
        assert!(!is_signed(&other, &parts, right));
    }
}
