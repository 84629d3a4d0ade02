//! What is near a vertex, as a picture: of graphs of any size, walked through by links.

use rocket::http::Status;

use crate::graph::drawing::MOST_CARDS;
use crate::graph::{Edge, Graph, Vertex};
use crate::web::tests::end_to_end::{end_all, page, save, start};
use crate::web::tests::harness::Server;

/// A graph of vertices `v0`, `v1`, and so on.
fn graph(count: u32, edges: impl Iterator<Item = (u32, u32)>) -> Graph {
    let vertex = |n| Vertex {
        name: format!("v{n}"),
        script: "true".to_owned(),
        ..Vertex::default()
    };
    Graph {
        name: "near".to_owned(),
        vertices: (0..count).map(vertex).collect(),
        edges: edges.map(|(tail, head)| Edge { head, tail }).collect(),
        ..Graph::default()
    }
}

fn chain(count: u32) -> Graph {
    graph(count, (1..count).map(|n| (n - 1, n)))
}

fn get(server: &Server, path: &str) -> String {
    page(server.get(path), Status::Ok)
}

/// The names on the cards of a page's picture, in order.
fn cards(html: &str) -> Vec<&str> {
    let parts = html.split("<text class=\"name\"").skip(1);
    parts
        .filter_map(|part| part.split_once('>')?.1.split('<').next())
        .collect()
}

#[test]
fn two_steps_before_and_after_are_near() {
    let server = Server::start();
    let id = save(&server, chain(12), true);
    let html = get(&server, &format!("/graphs/{id}?around=6"));
    assert_eq!(cards(&html), ["v3", "v4", "v5", "v6", "v7"]);
    assert!(html.contains("two steps") && !html.contains("the nearest"));
    assert!(html.contains(&format!("href=\"/graphs/{id}?around=4#picture\"")));
    assert!(html.contains("class=\"v middle\" data-vertex=\"6\""));
    assert!(html.contains("whole picture"), "it can be drawn");
    for wrong in ["99", "0", "-1"] {
        let answer = server.get(&format!("/graphs/{id}?around={wrong}"));
        assert_eq!(answer.status(), Status::NotFound, "{wrong}");
    }

    let run = start(&server, id, "once");
    for path in ["", "/part/picture"] {
        let html = page(
            server.get(&format!("/pipelines/{run}{path}?around=1")),
            Status::Ok,
        );
        assert_eq!(cards(&html), ["v0", "v1", "v2"]);
        assert!(html.contains(&format!("/pipelines/{run}?around=2#picture")));
        assert!(
            html.contains("href=\"/tracks/1\" class=\"v s-"),
            "the middle leads to its track"
        );
    }
}

#[test]
fn of_many_neighbours_the_nearest_are_drawn() {
    let server = Server::start();
    // Two hundred after the first one, one after all of them.
    let fan = (1..=200).flat_map(|n| [(0, n), (n, 201)]);
    let id = save(&server, graph(202, fan), true);
    let html = get(&server, &format!("/graphs/{id}?around=1"));
    let drawn = cards(&html);
    assert_eq!((drawn.len(), drawn[0]), (60, "v0"));
    assert!(html.contains("the nearest 60 are drawn"));
}

#[test]
fn a_graph_that_is_too_large_is_seen_in_parts() {
    let server = Server::start();
    let id = save(&server, chain(MOST_CARDS as u32 + 1), true);
    let html = get(&server, &format!("/graphs/{id}"));
    assert_eq!(cards(&html), ["v0", "v1", "v2"]);
    assert!(
        html.contains("could not be read"),
        "why there is no whole one"
    );
    assert!(html.contains(&format!("/graphs/{id}?around=2#picture\">neighbours")));
    assert!(!html.contains("whole picture"));

    // Of a pipeline it begins at what runs, and at what failed once something has.
    let run = start(&server, id, "large");
    let path = format!("/pipelines/{run}");
    let html = get(&server, &path);
    assert_eq!(cards(&html), ["v0", "v1", "v2"]);
    assert!(html.contains("?around=1#picture\">neighbours"));
    end_all(&server, None);
    let html = get(&server, &path);
    assert_eq!(
        cards(&html),
        ["v0", "v1", "v2", "v3"],
        "the second one runs"
    );
    end_all(&server, Some(2));
    let html = get(&server, &path);
    assert!(html.contains("class=\"v s-failed middle\""));
}
