//! Lists of pipelines and of tracks through a whole server: filters, single rows, many at once.

use rocket::http::Status;

use crate::engine::PipelineId;
use crate::graph::{Graph, Vertex};
use crate::web::tests::end_to_end::{end_all, page, release, save, start};
use crate::web::tests::harness::Server;
use crate::web::tests::wellformed;

fn graph(name: &str, vertices: usize) -> Graph {
    let vertex = |n: usize| Vertex {
        name: format!("v{n}"),
        script: "true\n".to_owned(),
        ..Vertex::default()
    };
    Graph {
        name: name.to_owned(),
        vertices: (1..=vertices).map(vertex).collect(),
        ..Graph::default()
    }
}

/// A server with pipelines of these names, of a graph with one vertex.
fn server(names: &[&str]) -> Server {
    let server = Server::start();
    let one = save(&server, graph("one", 1), true);
    for name in names {
        start(&server, one, name);
    }
    server
}

/// The numbers that follow a text in a page.
fn numbers(html: &str, before: &str) -> Vec<i64> {
    let parts = html.split(before).skip(1);
    let number = |part: &str| part.split('"').next().and_then(|n| n.parse().ok());
    parts.filter_map(number).collect()
}

fn rows(server: &Server, path: &str) -> Vec<i64> {
    let html = page(server.get(path), Status::Ok);
    wellformed::check(&html);
    numbers(&html, "data-run=\"")
}

#[test]
fn each_filter_finds_what_it_says() {
    let server = server(&["alpha", "beta", "gamma"]);
    let seen = server.post("/pipelines/many", "word=stop&seen=2.0&why=over");
    let html = page(seen, Status::Ok);
    assert!(html.contains("done for 1 pipeline"), "{html}");
    let all = vec![3, 2, 1];
    for (query, expected) in [
        ("", all.clone()),
        ("state=STOPPED", vec![2]),
        ("state=RUNNING,STOPPED", all.clone()),
        ("state=FINISH", vec![]),
        ("name=ALPH", vec![1]),
        ("name=%25", vec![]),
        ("graph=one", all.clone()),
        ("graph=1", all.clone()),
        ("graph=two", vec![]),
        ("creator=browser", all.clone()),
        ("creator=nobody", vec![]),
        ("trigger=form&name=a", all.clone()),
        ("trigger=rest", vec![]),
        // Its script has not ended.
        ("live=true", all.clone()),
        ("live=false", vec![]),
        ("since=2026-11-21", all.clone()),
        ("since=2026-11-22", vec![]),
        ("until=2026-11-20", vec![]),
        ("until=2026-11-21&state=STOPPED", vec![2]),
    ] {
        let found = rows(&server, &format!("/pipelines?{query}"));
        assert_eq!(found, expected, "{query}");
    }
    for (query, said) in [
        ("state=DONE", "is no state"),
        ("trigger=mail", "Nothing is started"),
        ("since=yesterday", "is no day"),
        ("live=maybe", "is neither"),
    ] {
        let answer = server.get(&format!("/pipelines?{query}"));
        let html = page(answer, Status::UnprocessableEntity);
        assert!(
            html.contains(said) && html.contains("role=\"alert\""),
            "{query}"
        );
    }
    for path in ["/pipelines?cursor=x", "/pipelines?cursor=5.7"] {
        page(server.get(path), Status::NotFound);
    }
}

#[test]
fn a_number_leads_to_its_pipeline_and_other_words_to_names() {
    let server = server(&["alpha"]);
    for (find, to) in [
        ("1", "/pipelines/1"),
        ("%231", "/pipelines/1"),
        ("7", "/pipelines?name=7"),
        ("al%26x", "/pipelines?name=al%26x"),
    ] {
        let answer = server.get(&format!("/pipelines?find={find}"));
        assert_eq!(answer.headers().get_one("Location"), Some(to));
    }
}

#[test]
fn pages_follow_each_other_and_what_is_new_is_counted() {
    let names: Vec<String> = (1..=52).map(|n| format!("run {n}")).collect();
    let server = server(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let first = page(server.get("/pipelines"), Status::Ok);
    let shown = numbers(&first, "data-run=\"");
    assert_eq!((shown[0], shown.len()), (52, 50));
    let older = numbers(&first, "cursor=");
    let next = format!("/pipelines?cursor={}", older[0]);
    assert_eq!(rows(&server, &next), [2, 1]);
    let html = page(server.get("/pipelines/rows?ids=50,7&top=50"), Status::Ok);
    wellformed::check(&html);
    let mut some = numbers(&html, "data-run=\"");
    some.sort_unstable();
    assert_eq!(some, [7, 50]);
    assert!(html.contains("2 new pipelines"));
    let html = page(
        server.get("/pipelines/rows?ids=&top=50&name=52"),
        Status::Ok,
    );
    assert!(
        html.contains("1 new pipeline:"),
        "as far as the filter goes"
    );
}

#[test]
fn many_are_asked_as_they_were_seen() {
    let server = server(&["alpha", "beta"]);
    let html = page(
        server.get("/pipelines/many?word=pause&p=1&p=2&p=9"),
        Status::Ok,
    );
    wellformed::check(&html);
    assert!(html.contains("Pause: 2 pipelines") && html.contains("value=\"2.0,1.0\""));
    let head = |id| {
        let head = server.desk.store.pipeline(PipelineId(id)).expect("read");
        head.expect("a pipeline")
    };
    assert!(!head(1).paused, "nothing is done before");
    // One was finished and the other paused when somebody looked: neither is so.
    let html = page(
        server.post("/pipelines/many", "word=pause&seen=2.3,1.0&why="),
        Status::Ok,
    );
    assert!(html.contains("done for 1 pipeline") && html.contains("Not possible:"));
    assert!(head(1).paused && !head(2).paused);
    let html = page(server.get("/pipelines/many?word=delete&p=1"), Status::Ok);
    assert!(html.contains("Delete: 0 pipelines") && html.contains("Not possible:"));
    let html = page(
        server.get("/pipelines/many?word=stop&all=1&name=bet"),
        Status::Ok,
    );
    assert!(html.contains("value=\"2.0\""));
    let html = page(server.get("/pipelines/many?word=stop"), Status::Ok);
    assert!(html.contains("No pipeline is chosen"));
    page(
        server.get("/pipelines/many?word=burn&p=1"),
        Status::NotFound,
    );
    page(
        server.get("/pipelines/many?word=stop&p=1&state=DONE&all=1"),
        Status::NotFound,
    );
}

#[test]
fn of_many_tracks_those_come_first_that_need_somebody() {
    let server = Server::start();
    let wide = save(&server, graph("wide", 230), true);
    start(&server, wide, "wide");
    end_all(&server, Some(2));
    server.settle();
    let first = page(server.get("/pipelines/1"), Status::Ok);
    wellformed::check(&first);
    let shown = numbers(&first, "<tr id=\"t");
    assert_eq!((shown[0], shown.len()), (2, 200));
    let place = first.split("&amp;after=").nth(1).expect("a next page");
    let place = place.split('#').next().expect("its place");
    let last = page(
        server.get(&format!("/pipelines/1?after={place}")),
        Status::Ok,
    );
    let rest = numbers(&last, "<tr id=\"t");
    assert_eq!(
        (rest.last(), rest.len()),
        (Some(&1), 30),
        "what is done comes last"
    );
    let failed = page(server.get("/pipelines/1?state=FAILED"), Status::Ok);
    assert_eq!(numbers(&failed, "<tr id=\"t"), [2]);
    assert!(failed.contains("id=\"g2\"") && failed.contains("class=\"notch\""));
    for wrong in ["state=BROKEN", "after=x"] {
        page(
            server.get(&format!("/pipelines/1?{wrong}")),
            Status::NotFound,
        );
    }
}

#[test]
fn the_first_page_keeps_the_lines_that_somebody_looks_at() {
    let server = server(&["alpha", "beta", "gamma"]);
    let keys = |html: &str| {
        let line = html.split("<tr id=\"r").skip(1);
        let keys: Vec<String> = line
            .filter_map(|l| Some(l.split_once('"')?.0.into()))
            .collect();
        keys.join(" ")
    };
    let home = |query: &str| {
        let html = page(server.get(&format!("/{query}")), Status::Ok);
        wellformed::check(&html);
        html
    };
    let html = home("");
    assert_eq!(keys(&html), "3 2 1");
    assert!(html.contains("data-live=\"0\"") && !html.contains("new: show"));
    end_all(&server, None);
    assert_eq!(keys(&home("")), "3", "two have ended");
    let html = home("?runs=r2,r1&needs=");
    assert_eq!(keys(&html), "2 1", "they are where they were");
    let row = html.split("id=\"r1\"").nth(1).expect("the row");
    let row = row.split("</tr>").next().unwrap_or_default();
    assert!(
        row.contains("Finished") && !row.contains("data-since"),
        "{row}"
    );
    assert!(html.contains("1 new: show it"), "the third");
    let gone = keys(&home("?runs=x,r,r77&needs=n88"));
    assert_eq!(gone, "3", "nothing of it is there");
}

#[test]
fn the_inbox_and_the_journal_keep_their_lines() {
    let server = Server::start();
    let graph = save(&server, release(), true);
    for name in ["one", "two"] {
        start(&server, graph, name);
    }
    server.settle();
    let get = |path: &str| {
        let html = page(server.get(path), Status::Ok);
        wellformed::check(&html);
        html
    };
    let keys = |html: &str| numbers(html, "<tr id=\"n");
    let all = keys(&get("/inbox"));
    assert_eq!(all.len(), 2, "each asks for one value");
    let html = get(&format!("/inbox?shown=n{}", all[1]));
    assert_eq!(keys(&html), [all[1]]);
    assert!(html.contains("1 new: show it"));
    page(
        server.post("/pipelines/many", "word=stop&seen=1.0&why="),
        Status::Ok,
    );
    assert_eq!(keys(&get("/inbox")), [all[0]], "it asks no more");
    let html = get(&format!("/inbox?shown=n{},n{}", all[0], all[1]));
    assert_eq!(keys(&html), all, "but it is where it was");
    assert_eq!(html.matches("#values\"").count(), 1, "and asks no more");

    let html = get("/journal");
    let lines = numbers(&html, "<tr id=\"e");
    assert!(html.contains(&format!("data-top=\"{}\"", lines[0])));
    let html = get(&format!("/journal?top={}", lines[2]));
    assert_eq!(numbers(&html, "<tr id=\"e"), lines[2..]);
    assert!(html.contains("2 new: show them"));
    let html = get(&format!("/journal?top={}&who=browser", lines[2]));
    let new = numbers(&get("/journal?who=browser"), "<tr id=\"e");
    let new = new.iter().filter(|line| **line > lines[2]).count();
    assert_eq!(
        html.contains("new: show"),
        new > 0,
        "as far as the filter goes"
    );
}

#[test]
fn the_list_is_a_table_for_other_programs() {
    let server = server(&["alpha", "=1+1", "日志, \"x\""]);
    let answer = server.get("/pipelines/csv?live=true&name=1");
    let header = |name: &str| {
        answer
            .headers()
            .get_one(name)
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(header("Content-Type"), "text/csv; charset=utf-8");
    assert_eq!(
        header("Content-Disposition"),
        "attachment; filename=\"pipelines.csv\""
    );
    let text = answer.into_string().expect("a text");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}number,name,graph,"));
    assert!(lines[1].starts_with("2,\"'=1+1\",\"one\",1,RUNNING,\"browser\",\"form\",0,1,2026-"));
    assert!(lines[1].ends_with("Z,,") && lines[2..] == [""], "{text}");
    let all = server.get("/pipelines/csv").into_string().expect("a text");
    assert!(all.contains("3,\"日志, \"\"x\"\"\",") && all.lines().count() == 4);
    page(server.get("/pipelines/csv?state=DONE"), Status::NotFound);
    assert!(page(server.get("/pipelines?name=1"), Status::Ok).contains("/pipelines/csv?name=1\""));
}
