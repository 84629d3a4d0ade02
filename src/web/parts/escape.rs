//! How every text gets into a page: what HTML would obey is escaped, and what nobody would see, or would turn
//! the direction of others, is made visible. `askama.toml` names it; what stands in a field of a form is escaped
//! alone (`|escape("kept")`), since it is sent back.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::web::parts::reveal;

/// Escapes a text and makes all of it visible.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Seen;

impl Escaper for Seen {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let (mut from, mut before) = (0, None);
        for (at, c) in text.char_indices() {
            let after = before.replace(c);
            let entity = match c {
                '<' => "&#60;",
                '>' => "&#62;",
                '&' => "&#38;",
                '"' => "&#34;",
                '\'' => "&#39;",
                ' '..='~' | '\n' => continue,
                _ => match reveal::after(after, c) {
                    None => continue,
                    Some(seen) => {
                        dest.write_str(&text[from..at])?;
                        dest.write_str(&seen)?;
                        from = at + c.len_utf8();
                        continue;
                    }
                },
            };
            dest.write_str(&text[from..at])?;
            dest.write_str(entity)?;
            from = at + 1;
        }
        dest.write_str(&text[from..])
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use askama::filters::Escaper;

    use super::Seen;

    /// The templates in a folder and in those within it: paths and texts.
    fn templates(folder: &Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let found = entries.flat_map(|path| match path.is_dir() {
            true => templates(&path),
            false => vec![(
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            )],
        });
        found.collect()
    }

    #[test]
    fn what_a_field_sends_back_is_not_changed() {
        let all = templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"));
        let mut seen = 0;
        for (path, text) in all {
            let values = text.split(" value=\"{{").skip(1);
            let values = values.map(|v| v.split("}}").next().unwrap_or_default());
            let areas = text.split("<textarea").skip(1);
            let areas = areas.flat_map(|area| {
                let inside = area.split("</textarea>").next().unwrap_or_default();
                let (_, inside) = inside.split_once(">\n").unwrap_or_default();
                inside.split("{{").skip(1)
            });
            for value in values.chain(areas).filter(|value| !value.contains(".csrf")) {
                assert!(value.contains("|escape(\"kept\")"), "{path}: {value}");
                seen += 1;
            }
        }
        assert!(seen > 30, "{seen}");
    }

    #[test]
    fn nothing_is_obeyed_and_nothing_is_hidden() {
        for (text, shown) in [
            ("", ""),
            (
                "a <b> & \"c\" 'd'",
                "a &#60;b&#62; &#38; &#34;c&#34; &#39;d&#39;",
            ),
            ("x\n\ty\r\0", "x\n\ty␍␀"),
            ("\u{202e}<日志>", "⟨U+202E⟩&#60;日志&#62;"),
            ("re\u{200b}al re\u{200d}al", "re⟨U+200B⟩al re⟨U+200D⟩al"),
            (
                "👩\u{200d}👧 می\u{200c}خواهم",
                "👩\u{200d}👧 می\u{200c}خواهم",
            ),
        ] {
            let mut html = String::new();
            Seen.write_escaped_str(&mut html, text).unwrap();
            assert_eq!(html, shown);
        }
    }
}
