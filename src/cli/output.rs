//! Writing: to standard output what was asked for, to standard error what is said about it.
//!
//! A reader that goes away (`| head`) is no mistake: printing to it ends the program quietly.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use chrono::{DateTime, Local};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::error::CliError;

/// Writes bytes to standard output.
pub(super) fn print_bytes(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(closed)
}

/// Writes a text to standard output, and ends its last line.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    print_bytes(format!("{text}{end}").as_bytes())
}

/// Writes one JSON object to standard output.
pub(super) fn print_json(value: &serde_json::Value) -> Result<(), CliError> {
    print(&format!("{value:#}"))
}

/// Takes away what was read only to know whether there is more than `limit`, and whether there was.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    more
}

/// Says that a list was cut.
pub(super) fn say_more(shown: usize) {
    say(&format!("{shown} of more; `--limit N` shows more"));
}

/// Writes lines to standard error. Nobody is left to be told when that is closed.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
}

/// Standard output takes no more.
pub(super) fn closed(why: io::Error) -> CliError {
    if why.kind() == ErrorKind::BrokenPipe {
        CliError::Closed
    } else {
        CliError::Failed(format!("cannot write to standard output: {why}"))
    }
}

/// Whether to colour what is written there: on a terminal, unless `NO_COLOR` is set.
pub(super) fn coloured(stream: &impl IsTerminal) -> bool {
    let asked = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let able = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
    asked && able && stream.is_terminal()
}

/// A text in which control characters can be seen and do nothing. Tabs stay.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\t' || !is_hidden(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}

/// Controls, and the marks that turn the direction of what follows.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Columns under their headings, two spaces apart. Columns without any text are left out.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |i: usize| rows.iter().map(|row| row[i].chars().count()).max();
    let used: Vec<(usize, usize)> = heads
        .iter()
        .enumerate()
        .filter_map(|(i, head)| match width(i).unwrap_or(0) {
            0 => None,
            width => Some((i, width.max(head.len()))),
        })
        .collect();
    let mut text = String::new();
    let mut line = |cell: &dyn Fn(usize) -> String| {
        let mut cells = String::new();
        for &(i, width) in &used {
            cells.push_str(&format!("{:<width$}  ", cell(i)));
        }
        text.push_str(cells.trim_end());
        text.push('\n');
    };
    line(&|i| heads[i].to_owned());
    for row in rows {
        line(&|i| row[i].clone());
    }
    text
}

/// A moment as people here write it.
pub(super) fn local_time(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(String::new, |moment| {
        let local = moment.with_timezone(&Local);
        local.format("%Y-%m-%d %H:%M:%S").to_string()
    })
}

/// The same of a moment in an answer of the server; none: there is none.
pub(super) fn moment(value: &Value) -> Option<String> {
    let moment = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(local_time(moment.timestamp_millis()))
}

/// `1 track`, `2 tracks`.
pub(super) fn counted(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

/// Bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    let steps = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = steps.iter().find(|(shift, _)| bytes >= 1 << shift);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(shift, unit)| format!("{:.1} {unit}", bytes as f64 / f64::from(1_u32 << shift)),
    )
}

/// Gives a file that is written its name, for good: after that it is there whatever dies.
pub(super) fn persist(out: NamedTempFile, file: &Path, force: bool) -> io::Result<()> {
    out.as_file().sync_all()?;
    match force {
        true => out.persist(file),
        false => out.persist_noclobber(file),
    }
    .map_err(|why| why.error)?;
    File::open(beside(file))?.sync_all()
}

/// The directory that a file is in.
pub(super) fn beside(file: &Path) -> &Path {
    match file.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::{size, table, visible};

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(visible("a\tb\u{1b}[31mr\rc"), "a\tb\\u{1b}[31mr\\rc");
        assert_eq!(visible("\u{202e}é\u{0}"), "\\u{202e}é\\u{0}");
    }

    #[test]
    fn tables_are_aligned_and_empty_columns_left_out() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["7", "", "ping"]), row(["112", "", "é"])];
        assert_eq!(
            table(&["ID", "REASON", "VERTEX"], &rows),
            "ID   VERTEX\n7    ping\n112  é\n"
        );
    }

    #[test]
    fn sizes_are_as_people_read_them() {
        assert_eq!(size(1_023), "1023 bytes");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(3 << 30), "3.0 GiB");
    }
}
