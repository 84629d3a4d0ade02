//! What JSON may look like, before anybody looks at what it says.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

/// How deep objects and lists may be in each other.
const MOST_DEPTH: usize = 64;

/// Refuses what is nested too deep, and objects in which a name is there twice: readers differ in
/// which of the two they take.
pub(super) fn check(text: &str) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Part { depth: 0 }.deserialize(&mut reader)?;
    reader.end()
}

/// A value within so many others.
#[derive(Clone, Copy)]
struct Part {
    depth: usize,
}

impl Part {
    fn inside<E: Error>(self) -> Result<Self, E> {
        if self.depth == MOST_DEPTH {
            let why = format!("objects and lists are nested deeper than {MOST_DEPTH}");
            return Err(E::custom(why));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while list.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{}` is there twice", name)));
            }
            names.insert(name);
            object.next_value_seed(inside)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_DEPTH, check};

    #[test]
    fn what_is_json_in_one_reading_only_is_taken() {
        for text in [
            "null",
            r#"{"a": [1, -2, 3.5, true, "b"], "b": {"a": null}}"#,
            r#"[{"a": 1}, {"a": 1}]"#,
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        for (text, said) in [
            (r#"{"a": 1, "a": 1}"#, "`a` is there twice"),
            (r#"{"a": 1, "\u0061": 1}"#, "`a` is there twice"),
            (r#"[{"b": {"c": [], "c": []}}]"#, "`c` is there twice"),
            ("[1", "EOF"),
            ("1 2", "trailing"),
            ("", "EOF"),
        ] {
            let why = check(text).expect_err(text).to_string();
            assert!(why.contains(said), "{why}");
        }
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(check(&nested(MOST_DEPTH)).is_ok());
        let why = check(&nested(MOST_DEPTH + 1)).expect_err("too deep");
        assert!(why.to_string().contains("deeper than 64"), "{why}");
    }
}
