//! Which secrets the executor keeps out of what scripts print, once others are given.

use crate::engine::{Action, PipelineId, Request, Scope, TrackAction, TrackId, TrackInput};
use crate::graph::Hidden;
use crate::web::tests::end_to_end_asks::Site;

/// The next script may start, and print it, before whoever gave it has an answer.
#[test]
fn what_is_given_is_known_as_soon_as_it_is_committed() {
    let mut site = Site::new();
    site.end(1, 0);
    site.end(2, 7);
    let (pipeline, desk) = (PipelineId(1), &site.server.desk);
    let known = |text: &str| {
        let all = desk.known.of(pipeline).expect("read");
        all.iter().any(|(_, value)| value.text() == text)
    };
    assert!(known("s3cret-token") && !known("an0ther"));
    let input = TrackInput {
        values: r#"{"times":3,"token":null,"note":""}"#.to_owned(),
        missing: false,
        secrets: vec![("token".to_owned(), Hidden::new("an0ther".to_owned()))],
    };
    let retry = TrackAction::Retry(Scope::Only, Some(input));
    let asked = desk.handle.act(Request {
        pipeline,
        action: Action::Track(TrackId(2), retry),
        expect: None,
        who: "ann".to_owned(),
        why: String::new(),
    });
    asked.expect("done");
    assert!(known("an0ther"));
}
