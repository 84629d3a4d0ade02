//! A Rust file as the checks see it: strings and comments blanked, tests told from code.

/// One file, with its text in three forms of the same lines.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
    /// Strings and comments blanked.
    pub(super) code: String,
    /// All but comments blanked.
    pub(super) comments: String,
    /// The 0-based line where the tests begin; the number of lines when there are none.
    pub(super) tests_from: usize,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, comments) = scan(text);
        let lines: Vec<&str> = code.lines().map(str::trim).collect();
        let opens = |i: usize| {
            lines[i..]
                .iter()
                .take(3)
                .any(|l| l.starts_with("mod ") && l.ends_with('{'))
        };
        let tests = (0..lines.len()).rfind(|&i| lines[i] == "#[cfg(test)]" && opens(i));
        let all_tests = path.starts_with("tests/");
        let tests_from = if all_tests {
            0
        } else {
            tests.unwrap_or(lines.len())
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            comments,
            tests_from,
        }
    }

    /// The files (without `.rs`) of the test modules that this one declares: `#[cfg(test)] mod x;`.
    pub(super) fn test_files(&self) -> Vec<String> {
        let directory = ["mod.rs", "lib.rs", ".rs"]
            .iter()
            .find_map(|end| self.path.strip_suffix(end));
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        let marked = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
        let names = marked.filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'));
        let directory = directory.unwrap_or_default().trim_end_matches('/');
        names.map(|name| format!("{directory}/{name}")).collect()
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The first name under src: `engine` for src/engine/run.rs and for src/engine.rs.
    pub(super) fn module(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split(['/', '.']).next()
    }

    /// Every line of `text` that holds one of the words, from `from` to `to`.
    pub(super) fn find(&self, text: &str, words: &[&str], to: usize, why: &str) -> Vec<String> {
        let hits = |line: &str| {
            words
                .iter()
                .find(|word| has_word(line, word))
                .map(|word| (*word).to_owned())
        };
        let lines = text.lines().take(to).enumerate();
        lines
            .filter_map(|(i, line)| Some(self.say(i, &format!("`{}` {why}", hits(line)?))))
            .collect()
    }

    pub(super) fn say(&self, line: usize, what: &str) -> String {
        format!("{}:{}: {what}", self.path, line + 1)
    }
}

/// `word` stands in `line`, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(i, _)| {
        let (before, after) = (&line[..i], &line[i + word.len()..]);
        let (first, last) = (word.chars().next(), word.chars().next_back());
        !(part(first) && part(before.chars().next_back())
            || part(last) && part(after.chars().next()))
    })
}

/// The text as (code, comments), each with everything else blanked and every line kept.
fn scan(text: &str) -> (String, String) {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after_word = code
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (length, is_comment, is_code) = match c {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), true, false),
            '/' if rest.starts_with("/*") => (block_comment(rest), true, false),
            '"' => (quoted(rest, 1), false, false),
            'r' | 'b' | 'c' if !after_word && string_prefix(rest).is_some() => {
                (string_prefix(rest).unwrap_or(rest.len()), false, false)
            }
            '\'' if char_literal(rest).is_some() => (char_literal(rest).unwrap_or(1), false, false),
            c => (c.len_utf8(), false, true),
        };
        let (piece, tail) = rest.split_at(length);
        let blank: String = piece
            .chars()
            .map(|c| if c == '\n' { c } else { ' ' })
            .collect();
        code.push_str(if is_code { piece } else { &blank });
        comments.push_str(if is_comment { piece } else { &blank });
        rest = tail;
    }
    (code, comments)
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut i) = (0_usize, 0);
    while i < text.len() {
        let step = match &text.as_bytes()[i..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        i += step;
        if depth == 0 {
            return i;
        }
    }
    text.len()
}

/// The length of a string that starts before `from` and ends at an unescaped quote.
fn quoted(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'"' if !escaped => return i + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of `r"..."`, `r#"..."#`, `b"..."`, `br"..."`, `c"..."` at the start of the text.
fn string_prefix(text: &str) -> Option<usize> {
    let letters = text.find(|c| !matches!(c, 'r' | 'b' | 'c'))?;
    let hashes = text[letters..].find(|c| c != '#')?;
    let open = letters + hashes;
    if letters > 2 || !text[open..].starts_with('"') {
        return None;
    }
    if !text[..letters].contains('r') {
        return (hashes == 0).then(|| quoted(text, open + 1));
    }
    let close = format!("\"{}", "#".repeat(hashes));
    Some(
        text[open + 1..]
            .find(&close)
            .map_or(text.len(), |i| open + 1 + i + close.len()),
    )
}

/// The length of `'x'` or `'\n'`; none for a lifetime.
fn char_literal(text: &str) -> Option<usize> {
    let inner = text.get(1..)?;
    let c = inner.chars().next()?;
    if c == '\\' {
        return inner.get(2..)?.find('\'').map(|i| i + 4);
    }
    inner[c.len_utf8()..]
        .starts_with('\'')
        .then(|| c.len_utf8() + 2)
}

/// Every name that follows `root` (such as `crate::`), also in braces, with its 0-based line.
pub(super) fn names_after(code: &str, root: &str) -> Vec<(usize, String)> {
    let name = |text: &str| {
        let part = |c: &char| c.is_alphanumeric() || *c == '_';
        text.chars().take_while(part).collect::<String>()
    };
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let rest = &code[at + root.len()..];
        let line_of = |offset: usize| code[..at + root.len() + offset].matches('\n').count();
        if !rest.starts_with('{') {
            found.push((line_of(0), name(rest)));
            continue;
        }
        let mut depth = 0;
        for (i, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            let starts_item = depth == 1 && matches!(c, '{' | ',');
            let item = rest[i + 1..].trim_start();
            if starts_item && !item.starts_with('}') {
                found.push((line_of(rest.len() - item.len()), name(item)));
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}
