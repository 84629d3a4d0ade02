//! A graph as a file, in each form in which there are some.

use rocket::http::ContentType;
use rocket::request::FromParam;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::drawing::{dot, mermaid, svg};
use crate::graph::{Graph, text};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;

/// The ends of the names of files: what is saved in this form is given as it was written.
type Kind = (
    &'static str,
    (&'static str, &'static str),
    fn(&Graph) -> String,
);

const KINDS: [Kind; 5] = [
    ("yaml", ("text", "yaml"), text::to_yaml),
    ("json", ("application", "json"), text::to_json),
    ("svg", ("image", "svg+xml"), svg),
    ("dot", ("text", "vnd.graphviz"), dot),
    ("mmd", ("text", "vnd.mermaid"), mermaid),
];

/// `12.yaml` in an address.
pub(in crate::web) struct FileName(i64, &'static Kind);

impl FromParam<'_> for FileName {
    type Error = ();

    fn from_param(param: &str) -> Result<Self, ()> {
        let (number, end) = param.split_once('.').ok_or(())?;
        let kind = KINDS.iter().find(|(word, ..)| *word == end).ok_or(())?;
        number.parse().map(|id| Self(id, kind)).map_err(|_| ())
    }
}

#[get("/graphs/<name>", rank = 10)]
pub(in crate::web) async fn file(_who: Browser, name: FileName, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let FileName(number, (end, media, printed)) = name;
        let (id, missing) = (GraphId(number), || Failure::Missing("graph"));
        let (source, saved) = desk.store.source(id)?.ok_or_else(missing)?;
        let text = match saved == *end {
            true => source,
            false => printed(&*desk.store.definition(id)?.ok_or_else(missing)?),
        };
        let kind = ContentType::new(media.0, media.1).with_params([("charset", "utf-8")]);
        Ok(Answer::file(kind, text, &format!("graph-{number}.{end}")))
    })
    .await
}

#[cfg(test)]
mod tests {
    use rocket::request::FromParam;

    use super::FileName;

    #[test]
    fn a_file_is_a_number_and_a_known_end() {
        for (name, known) in [
            ("12.yaml", true),
            ("12.mmd", true),
            ("12", false),
            ("x.yaml", false),
            ("12.exe", false),
            ("12.yaml.json", false),
        ] {
            assert_eq!(FileName::from_param(name).is_ok(), known, "{name}");
        }
    }
}
