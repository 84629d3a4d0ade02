//! The list of pipelines as a table for a spreadsheet: RFC 4180, UTF-8 with the mark by which a spreadsheet
//! knows it, states and names as they are in every language.

use rocket::http::ContentType;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::PipelineState;
use crate::store::PipelineHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::when::when;
use crate::web::pipelines::filter::Asked;

/// Pipelines of one file, the newest; the name of the file says so where there are more.
pub(in crate::web) const MOST_ROWS: usize = 10_000;
/// Read at once.
const PAGE: usize = 1_000;
/// Pages that are read for one file: a filter that little fits is followed so far.
const MOST_PAGES: usize = 50;

/// A byte order mark, and the names of the columns.
const HEAD: &str = "\u{feff}number,name,graph,version,state,creator,trigger,priority,tracks,started,ended,milliseconds\r\n";

#[get("/pipelines/csv?<asked..>")]
pub(in crate::web) async fn export(who: Browser, asked: Asked, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let filter = asked
            .filter(&who.look)
            .map_err(|_| Failure::Missing("list"))?;
        let (mut text, mut rows, mut place) = (HEAD.to_owned(), 0, None);
        for _ in 0..MOST_PAGES {
            let most = PAGE.min(MOST_ROWS - rows) as i64;
            let list = desk.store.find_pipelines(&filter, place, most)?;
            list.heads.iter().for_each(|head| row(head, &mut text));
            rows += list.heads.len();
            place = list.next;
            if place.is_none() || rows == MOST_ROWS {
                break;
            }
        }
        let name = match place {
            None => "pipelines.csv".to_owned(),
            Some(_) => format!("pipelines-newest-{rows}.csv"),
        };
        Ok(Answer::file(ContentType::CSV, text, &name))
    })
    .await
}

fn row(head: &PipelineHead, into: &mut String) {
    let state = PipelineState::from_code(head.state).map_or("", PipelineState::word);
    let number = |n: i64| n.to_string();
    let took = |end: i64| number(end - head.created_at);
    let cells = [
        number(head.id),
        cell(&head.name),
        cell(&head.graph),
        number(head.version.into()),
        state.to_owned(),
        cell(&head.creator),
        cell(&head.trigger),
        number(head.priority.into()),
        number(head.vertices.into()),
        when(head.created_at).exact(),
        head.finished_at
            .map_or_else(String::new, |at| when(at).exact()),
        head.finished_at.map_or_else(String::new, took),
    ];
    into.push_str(&cells.join(","));
    into.push_str("\r\n");
}

/// A text of somebody. A spreadsheet takes what begins with one of these for a formula and may run it
/// (OWASP, CSV injection): an apostrophe before it makes it a text.
fn cell(text: &str) -> String {
    const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let apostrophe = if text.starts_with(FORMULA) { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{cell, row};
    use crate::web::tests::harness::{HOSTILE, NOW, pipeline_head};

    #[test]
    fn a_text_is_never_a_formula_and_never_two_cells() {
        for (text, written) in [
            ("nightly, 日志", "\"nightly, 日志\""),
            ("", "\"\""),
            ("a\"b\nc", "\"a\"\"b\nc\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@a", "\"'@a\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "\"'＝1\""),
            ("1-1", "\"1-1\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_name() {
        let mut text = String::new();
        let mut head = pipeline_head(8);
        head.name = "a".to_owned();
        head.graph = HOSTILE.to_owned();
        (head.created_at, head.finished_at) = (NOW.0 - 1_500, Some(NOW.0));
        row(&head, &mut text);
        let end = "2026-11-21T03:08:22.620Z,2026-11-21T03:08:24.120Z,1500\r\n";
        assert!(text.starts_with("8,\"a\",\"\"\"><script>"), "{text}");
        assert!(text.ends_with(end), "{text}");
    }
}
