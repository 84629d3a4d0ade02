//! What a script wrote into its file of outputs, read and judged by what its vertex declares.
//!
//! `name=value` on one line, or a block of lines:
//!
//! ```text
//! name<<END
//! first line
//! second line
//! END
//! ```
//!
//! The last value of a name counts. A line break of Windows (CR LF) is one line break.

use std::collections::BTreeMap;

use super::accept::Given;
use super::identifiers::is_identifier;
use super::model::Limits;
use super::param::{Param, Value};
use super::similar::quote;

/// How many undeclared names a notice lists.
const LISTED: usize = 5;

/// The outputs of one script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// A value for each declared output, in the order of declaration.
    pub values: Vec<(String, Value)>,
    /// What the author may want to know: lines that no declaration asks for.
    pub notice: Option<String>,
}

/// Gives the name of the secret that a text holds.
pub type Held<'h> = &'h dyn Fn(&[u8]) -> Option<&'h str>;

/// Judges the bytes of a file of outputs.
///
/// # Errors
/// In words, the first thing that keeps the declared outputs from having values that their rules
/// allow; a secret is never a value, and never in those words. Where nothing is declared, nothing is
/// refused.
pub fn accept_outputs(
    declared: &[Param],
    bytes: &[u8],
    limits: &Limits,
    held: Held<'_>,
) -> Result<Written, String> {
    let read = read(bytes, limits);
    let secret = secret(bytes, read.as_ref().ok(), held);
    if declared.is_empty() && (secret.is_some() || read.is_err()) {
        let notice = "its outputs are not used: its vertex declares none".to_owned();
        return Ok(Written {
            values: Vec::new(),
            notice: Some(notice),
        });
    }
    if let Some(why) = secret {
        return Err(why);
    }
    let lines = read?;
    let mut written = Written::default();
    for output in declared {
        let value = match lines.get(output.name.as_str()) {
            Some(text) => {
                let accepted = output.accept(&Given::Text(text), limits);
                accepted.map_err(|refusal| format!("output {}", refusal.message))?
            }
            None => output.absent().ok_or_else(|| {
                format!(
                    "output `{}` is missing: the script must write {} into the file `$TRACKYARD_OUTPUT`",
                    output.name,
                    output.kind.phrase()
                )
            })?,
        };
        written.values.push((output.name.clone(), value));
    }
    let is_declared = |name: &str| declared.iter().any(|output| output.name == name);
    let mut others = lines.keys().filter(|name| !is_declared(name));
    let listed: Vec<String> = others
        .by_ref()
        .take(LISTED)
        .map(|name| quote(name))
        .collect();
    if !listed.is_empty() {
        let more = if others.next().is_some() { ", …" } else { "" };
        let listed = listed.join(", ");
        written.notice = Some(format!(
            "outputs that its vertex does not declare are not used: {listed}{more}"
        ));
    }
    Ok(written)
}

/// What to say when a secret is in a file of outputs, of which these lines could be read.
fn secret(bytes: &[u8], lines: Option<&BTreeMap<&str, String>>, held: Held<'_>) -> Option<String> {
    for (name, text) in lines.into_iter().flatten() {
        if let (None, Some(secret)) = (held(name.as_bytes()), held(text.as_bytes())) {
            return Some(format!("the output `{name}` holds the secret `{secret}`"));
        }
    }
    held(bytes).map(|secret| format!("its outputs hold the secret `{secret}`"))
}

/// Names and texts; the last text of a name.
fn read<'b>(bytes: &'b [u8], limits: &Limits) -> Result<BTreeMap<&'b str, String>, String> {
    if bytes.len() > limits.output_bytes {
        return Err(format!(
            "its outputs have more than {} bytes, which is the limit",
            limits.output_bytes
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|why| {
        let before = &bytes[..why.valid_up_to()];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        format!("line {line} of its outputs is not UTF-8")
    })?;
    let mut lines = text.split_terminator('\n').zip(1_usize..);
    let mut found = BTreeMap::new();
    while let Some((raw, number)) = lines.next() {
        let (line, windows) = match raw.strip_suffix('\r') {
            Some(line) => (line, true),
            None => (raw, false),
        };
        if line.trim().is_empty() {
            continue;
        }
        let equals = line.find('=').unwrap_or(line.len());
        let arrows = line.find("<<").filter(|at| *at < equals);
        let name = &line[..arrows.unwrap_or(equals)];
        if equals == line.len() && arrows.is_none() || !is_identifier(name) {
            return Err(format!(
                "line {number} of its outputs is neither `name=value` nor `name<<END`: {}",
                quote(line)
            ));
        }
        let value = match arrows.map(|at| &line[at + 2..]) {
            None => line[equals + 1..].to_owned(),
            Some("") => {
                return Err(format!(
                    "line {number} of its outputs has no word after `{name}<<`"
                ));
            }
            Some(end) => {
                let mut block: Vec<&str> = Vec::new();
                loop {
                    let Some((inside, _)) = lines.next() else {
                        return Err(format!(
                            "the output `{name}` begins in line {number} and no line {} ends it",
                            quote(end)
                        ));
                    };
                    let bare = inside.strip_suffix('\r').unwrap_or(inside);
                    if bare == end {
                        break;
                    }
                    block.push(if windows { bare } else { inside });
                }
                block.join("\n")
            }
        };
        found.insert(name, value);
        if found.len() > limits.outputs {
            return Err(format!(
                "it wrote more than {} outputs, which is the limit",
                limits.outputs
            ));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{Just, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::{accept_outputs, read};
    use crate::graph::model::Limits;
    use crate::graph::param::{Kind, Param, Value};

    fn limits() -> Limits {
        Limits {
            output_bytes: 1_000,
            outputs: 3,
            value_bytes: 100,
            ..Limits::default()
        }
    }

    fn texts(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
        let found = read(bytes, &limits())?;
        let owned = found
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text));
        Ok(owned.collect())
    }

    #[test]
    fn reads_lines_and_blocks() {
        for (file, expected) in [
            ("", &[][..]),
            ("\n \r\n", &[]),
            ("a=1\n", &[("a", "1")]),
            ("a=1", &[("a", "1")]),
            ("a=", &[("a", "")]),
            ("a= b=c <<d \n", &[("a", " b=c <<d ")]),
            ("a=1\r\nb=2\r\n", &[("a", "1"), ("b", "2")]),
            ("a=\rx\n", &[("a", "\rx")]),
            ("a=1\na=2\na=3\n", &[("a", "3")]),
            ("a<<E\nE\n", &[("a", "")]),
            ("a<<E\n\nE\n", &[("a", "")]),
            ("a<<E\n\n\nE", &[("a", "\n")]),
            (
                "a<<E\nb=1\n E\nE \nE\nb=2",
                &[("a", "b=1\n E\nE "), ("b", "2")],
            ),
            ("a<<=\nx\n=\n", &[("a", "x")]),
            ("a<<E\nx\r\nE\r\nb=1\n", &[("a", "x\r"), ("b", "1")]),
            ("a<<E\r\nx\r\ny\r\nE\r\n", &[("a", "x\ny")]),
        ] {
            let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            let expected: Vec<_> = expected.iter().map(owned).collect();
            assert_eq!(texts(file.as_bytes()), Ok(expected), "{file:?}");
        }
    }

    #[test]
    fn what_is_no_output_is_refused_with_its_line() {
        let long = format!("a={}", "x".repeat(1_000));
        for (file, said) in [
            (&b"a=1\nhello\n"[..], "line 2 of its outputs is neither"),
            (b" a=1", "line 1"),
            (b"a b=1", "line 1"),
            (b"1a=1", "line 1"),
            (b"=1", "line 1"),
            (b"a-b=1", "line 1"),
            (b"<<E\nE\n", "line 1"),
            (b"a<<\n", "no word after `a<<`"),
            (
                b"a=1\nb<<E\nx\n",
                "begins in line 2 and no line `E` ends it",
            ),
            (b"a=1\nb=\xff", "line 2 of its outputs is not UTF-8"),
            (b"a=1\nb=2\nc=3\nd=4\n", "more than 3 outputs"),
            (long.as_bytes(), "more than 1000 bytes"),
        ] {
            let why = texts(file).expect_err("refused");
            assert!(why.contains(said), "{file:?}: {why}");
        }
    }

    #[test]
    fn values_are_judged_by_their_declarations() {
        let mut few = Param::new("count", Kind::Int);
        few.max = Some(Value::Int(9));
        let mut optional = Param::new("path", Kind::Str);
        optional.default = Some(Value::Str("none".to_owned()));
        let declared = [few, optional];
        let take = |file: &str| accept_outputs(&declared, file.as_bytes(), &limits(), &|_| None);
        let value = |file: &str| {
            let values = take(file).map(|written| written.values);
            values.map(|v| v.iter().map(|(_, v)| v.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(
            value("count=007\n"),
            Ok(vec!["7".to_owned(), "none".to_owned()])
        );
        assert_eq!(
            value("path=\ncount=1"),
            Ok(vec!["1".to_owned(), String::new()])
        );
        for (file, said) in [
            ("", "output `count` is missing"),
            ("count=", "`count` has no default; give a whole number"),
            (
                "count=ten",
                "output `count` must be a whole number, not `ten`",
            ),
            (
                "count=10",
                "output `10` is above the largest value of `count`, 9",
            ),
            ("count=1\npath=-rf", "begins with `-`"),
            ("count=1\npath=a\0b", "NUL byte"),
            (
                &format!("count=1\npath={}", "x".repeat(101)),
                "limit is 100",
            ),
            ("count=1\nnonsense", "line 2"),
        ] {
            let why = take(file).expect_err("refused");
            assert!(why.contains(said), "{file:?}: {why}");
        }
    }

    #[test]
    fn what_nobody_declared_is_told_and_refused_never() {
        let notice = |declared: &[Param], file: &[u8]| {
            let written = accept_outputs(declared, file, &limits(), &|_| None).expect("taken");
            assert_eq!(written.values.len(), declared.len());
            written.notice.unwrap_or_default()
        };
        let path = Param::new("path", Kind::Str);
        assert_eq!(notice(std::slice::from_ref(&path), b"path=a"), "");
        assert!(notice(&[path], b"path=a\nother=b").ends_with("not used: `other`"));
        assert_eq!(notice(&[], b""), "");
        assert!(notice(&[], b"a=1\nb=2").ends_with("not used: `a`, `b`"));
        assert!(notice(&[], b"\xff no output").contains("declares none"));
    }

    #[test]
    fn a_secret_is_no_value_and_in_no_message() {
        let held = |text: &[u8]| {
            let mut all = text.windows(6);
            all.any(|part| part == b"canary").then_some("key")
        };
        let n = [Param::new("n", Kind::Str)];
        let unused = "its outputs are not used: its vertex declares none";
        let whole = "its outputs hold the secret `key`";
        for (declared, file, expected) in [
            (
                &n[..],
                "n=a canary",
                "the output `n` holds the secret `key`",
            ),
            (&n, "n=1\nx=canary", "the output `x` holds the secret `key`"),
            // A value that is replaced is in the file all the same.
            (&n, "n=canary\nn=1", whole),
            (&n, "canary=1\nn=1", whole),
            (&n, "canary", whole),
            (&n, "n<<canary\n1", whole),
            (&[], "n=canary", unused),
            (&[], "canary=1", unused),
            (&[], "canary", unused),
        ] {
            let judged = accept_outputs(declared, file.as_bytes(), &limits(), &held);
            let said = judged.map(|written| {
                assert_eq!(written.values, []);
                written.notice.unwrap_or_default()
            });
            assert_eq!(said.unwrap_or_else(|why| why), expected, "{file}");
        }
    }

    proptest! {
        /// What a careful writer puts in comes out: blocks with a word that the value has not.
        #[test]
        fn any_value_survives(values in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,9}", prop_oneof!["\\PC{0,9}", "[a=<E\r\n]{0,9}"], 0..9)) {
            let mut file = String::new();
            for (name, value) in &values {
                let simple = !value.contains(['\n', '\r']);
                if simple {
                    file.push_str(&format!("{name}={value}\n"));
                } else {
                    let mut end = "E".to_owned();
                    while value.contains(&end) {
                        end.push('E');
                    }
                    file.push_str(&format!("{name}<<{end}\n{value}\n{end}\n"));
                }
            }
            let found = read(file.as_bytes(), &Limits::default()).expect("well formed");
            let found: BTreeMap<String, String> =
                found.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
            prop_assert_eq!(found, values);
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'='), Just(b'<'), Just(b'a'), Just(b'\r'), any::<u8>()], 0..200)) {
            let declared = [Param::new("a", Kind::Str)];
            let all = Limits::default();
            if let Ok(written) = accept_outputs(&declared, &bytes, &all, &|_| None) {
                prop_assert!(declared[0].judge(&written.values[0].1, &all, &mut Default::default()).is_ok());
            }
            prop_assert!(accept_outputs(&[], &bytes, &all, &|_| None).is_ok());
        }
    }
}
