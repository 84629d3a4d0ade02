//! A pipeline of many tracks in time: what is drawn of it when not all can be.

use rocket::http::Status;

use crate::graph::{Graph, OnFailure, Vertex};
use crate::web::pipelines::gantt::MOST_TRACKS;
use crate::web::tests::end_to_end::{end_all, page, save, start};
use crate::web::tests::harness::Server;

#[test]
fn what_failed_is_drawn_before_all_else_and_what_is_drawn_is_told() {
    let server = Server::start();
    let vertex = |n| Vertex {
        name: format!("v{n}"),
        script: "true".to_owned(),
        ..Vertex::default()
    };
    let graph = Graph {
        name: "wide".to_owned(),
        vertices: (0..=MOST_TRACKS).map(vertex).collect(),
        on_failure: OnFailure::ContinueIndependent,
        ..Graph::default()
    };
    let id = save(&server, graph, true);
    let run = start(&server, id, "wide");
    let timeline = || {
        let html = page(server.get(&format!("/pipelines/{run}")), Status::Ok);
        let (_, rest) = html.split_once("id=\"gantt\"").expect("a picture in time");
        rest.split_once("</section>").expect("its end").0.to_owned()
    };
    assert!(
        !timeline().contains("are drawn"),
        "two run, and they are drawn"
    );
    // Two run at once; one of the last fails.
    for _ in 0..40 {
        end_all(&server, Some(70));
    }
    server.settle();
    let html = timeline();
    let told =
        "60 of 82 that began are drawn: 1 failed or interrupted, 2 running, the 57 longest others";
    assert!(html.contains(told), "{html}");
    assert_eq!(html.matches("class=\"lane\"").count(), 60);
    for track in [1, 57, 70, 81, 82] {
        assert!(html.contains(&format!("id=\"g{track}\"")), "{track}");
    }
    assert!(!html.contains("id=\"g58\""));
    let (failed, runs) = (html.find("id=\"g70\""), html.find("id=\"g81\""));
    assert!(
        html.find("id=\"g57\"") < failed && failed < runs,
        "as they began"
    );
}
