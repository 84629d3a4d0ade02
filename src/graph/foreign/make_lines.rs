//! The lines of a makefile: joined where they go on, told apart by what they are.

use super::Note;

/// What one line, or several that belong together, says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// `NAME = value`
    Set {
        name: String,
        how: How,
        value: String,
        exported: bool,
    },
    /// `export NAME ...`
    Export(Vec<String>),
    /// `targets: prerequisites ; recipe`, before its variables are expanded.
    Rule {
        targets: String,
        needs: String,
        recipe: Option<String>,
    },
    /// A line of a recipe, without its tab; a line that goes on still has its newline in it.
    Recipe(String),
    /// What has no counterpart, and why.
    Unknown(Note, String),
}

/// How a variable gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// `=`, `:=`: these differ only where a variable changes between its uses.
    Set,
    /// `?=`
    Default,
    /// `+=`
    More,
}

/// The lines with their numbers, from 1.
pub(super) fn lines(text: &str) -> Vec<(usize, Line)> {
    let mut out = Vec::new();
    let mut source = (1..).zip(text.lines()).peekable();
    // How many conditions are open; nothing in them is read.
    let mut depth = 0_usize;
    // Whether lines with a tab belong to a rule, or to one that is left out, or stand for themselves.
    let mut of_rule = None;
    while let Some((number, first)) = source.next() {
        let recipe = first.starts_with('\t');
        let mut whole = first.to_owned();
        while goes_on(&whole) {
            let Some((_, next)) = source.next() else {
                break;
            };
            match recipe {
                // The shell sees the two lines, without the tab.
                true => {
                    whole.push('\n');
                    whole.push_str(next.strip_prefix('\t').unwrap_or(next));
                }
                false => {
                    whole.truncate(whole.trim_end_matches('\\').trim_end().len());
                    whole.push(' ');
                    whole.push_str(next.trim_start());
                }
            }
        }
        if let Some(kept) = of_rule.filter(|_| recipe) {
            if kept && depth == 0 {
                out.push((number, Line::Recipe(whole[1..].to_owned())));
            }
            continue;
        }
        let text = without_comment(&whole).trim().to_owned();
        let word = text.split_whitespace().next().unwrap_or_default();
        match word {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                if depth == 0 {
                    let what = format!("the condition `{text}`: what stands in it is left out");
                    out.push((number, Line::Unknown(Note::Condition, what)));
                }
                depth += 1;
                continue;
            }
            "endif" => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ if depth > 0 || text.is_empty() => continue,
            "define" => {
                let what = format!("`{text}`: several lines as one variable");
                out.push((number, Line::Unknown(Note::VariableForm, what)));
                while source
                    .next()
                    .is_some_and(|(_, line)| line.trim() != "endef")
                {}
                continue;
            }
            _ => {}
        }
        let line = line(&text);
        of_rule = match &line {
            Line::Rule { .. } => Some(true),
            Line::Unknown(..) => Some(false),
            Line::Set { .. } | Line::Export(_) | Line::Recipe(_) => None,
        };
        out.push((number, line));
    }
    out
}

/// Whether the line ends with an odd number of backslashes.
fn goes_on(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

fn without_comment(line: &str) -> &str {
    let hash = |(at, _): &(usize, &str)| !line[..*at].ends_with('\\');
    match line.match_indices('#').find(hash) {
        Some((at, _)) => &line[..at],
        None => line,
    }
}

fn line(text: &str) -> Line {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match word {
        "include" | "-include" | "sinclude" => {
            let what = format!("`{text}`: another makefile; import it by itself");
            return Line::Unknown(Note::OtherFile, what);
        }
        "export" if assignment(rest).is_none() => {
            return Line::Export(rest.split_whitespace().map(str::to_owned).collect());
        }
        "export" => return set(rest, true),
        "override" | "private" => return set(rest, false),
        "unexport" | "vpath" | "undefine" | "load" => {
            let what = format!("`{text}`: `{word}` has no counterpart");
            return Line::Unknown(Note::Word, what);
        }
        _ => {}
    }
    match (assignment(text), colon(text)) {
        (Some((end, _)), Some(colon)) if colon < end => {
            let what = format!("`{text}`: a variable of one target");
            Line::Unknown(Note::VariableForm, what)
        }
        (Some(_), _) => set(text, false),
        (None, Some(colon)) => {
            let (targets, needs) = text.split_at(colon);
            let needs = needs.trim_start_matches(':');
            let (needs, recipe) = match needs.split_once(';') {
                Some((needs, recipe)) => (needs, Some(recipe.trim().to_owned())),
                None => (needs, None),
            };
            if targets.contains('%') || needs.contains(':') {
                let what = format!("`{text}`: a rule for names with `%`");
                return Line::Unknown(Note::PatternRule, what);
            }
            Line::Rule {
                targets: targets.trim().to_owned(),
                needs: needs.trim().to_owned(),
                recipe,
            }
        }
        (None, None) => {
            let what = format!("`{text}`: neither a rule nor a variable");
            Line::Unknown(Note::Line, what)
        }
    }
}

/// Where the operator of an assignment begins, and the operator.
fn assignment(text: &str) -> Option<(usize, &'static str)> {
    let at = outside(text, |rest| rest.starts_with('='))?;
    let operators = [":::=", "::=", ":=", "?=", "+=", "!="];
    let whole = &text[..=at];
    let operator = operators.into_iter().find(|o| whole.ends_with(o));
    let operator = operator.unwrap_or("=");
    Some((at + 1 - operator.len(), operator))
}

/// Where the colon of a rule stands.
fn colon(text: &str) -> Option<usize> {
    outside(text, |rest| rest.starts_with(':'))
}

/// The first place outside `$(...)` and `${...}` that is meant.
fn outside(text: &str, meant: impl Fn(&str) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && meant(&text[at..]) => return Some(at),
            _ => {}
        }
    }
    None
}

fn set(text: &str, exported: bool) -> Line {
    let Some((at, operator)) = assignment(text) else {
        return Line::Unknown(Note::Line, format!("`{text}`: no value"));
    };
    let how = match operator {
        "?=" => How::Default,
        "+=" => How::More,
        "!=" => {
            let what = format!("`{text}`: a variable from what a command prints");
            return Line::Unknown(Note::VariableForm, what);
        }
        _ => How::Set,
    };
    Line::Set {
        name: text[..at].trim().to_owned(),
        how,
        value: text[at + operator.len()..].trim_start().to_owned(),
        exported,
    }
}
