//! Nothing answers without a credential.

use crate::server::{Server, ask};

/// What may answer a stranger: that the server lives and takes work, its version, the page that says how to sign in, the
/// style of that page, and in which language and colours somebody wants it.
const OPEN: &[&str] = &[
    "/api/v1/healthz",
    "/api/v1/readyz",
    "/api/v1/version",
    "/healthz",
    "/readyz",
    "/version",
    "/sign-in",
    "/look",
    "/static/<",
];

#[test]
fn no_route_answers_a_stranger() {
    let server = Server::start();
    let routes = trackyard::app::routes();
    assert!(routes.len() > 20, "{} routes", routes.len());
    let mut open = 0;
    for (method, path) in routes {
        if OPEN.iter().any(|open| path.starts_with(open)) {
            open += 1;
            continue;
        }
        let asked = address(&path);
        for headers in [
            vec![],
            vec![("Authorization", "Bearer wrong")],
            vec![("Authorization", "Basic dG9rZW46")],
            vec![("Cookie", "trackyard_session=wrong")],
        ] {
            let answer = ask(&method, &format!("{}{asked}", server.url), &headers, b"");
            assert_eq!(answer.status, 401, "{method} {asked} with {headers:?}");
        }
    }
    assert!(open <= 12, "{open} routes are open");
}

/// An address of a route, with something in each place.
fn address(path: &str) -> String {
    let path = path.split('?').next().expect("a path");
    let parts = path.split('/').map(|part| match part {
        "<file>" => "1.yaml",
        part if part.starts_with('<') => "1",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn each_right_opens_what_it_is_for_and_nothing_else() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let token = format!("Bearer {}", server.token);
    for (method, path) in trackyard::app::routes() {
        let open = OPEN.iter().any(|open| path.starts_with(open));
        // A call of a hook shows its signature, not a right.
        let signed = path.starts_with("/api/v1/hooks/");
        if open || signed || !path.starts_with("/api/v1/") {
            continue;
        }
        // A query that no route knows: who has the right is told so, and nothing is done.
        let url = format!("{}{}?no_such_query=1", server.url, address(&path));
        let may = |header| ask(&method, &url, &[header], b"").status;
        assert_eq!(
            may(("Authorization", token.as_str())),
            422,
            "{method} {path}"
        );
        let read = if method == "GET" { 422 } else { 401 };
        assert_eq!(may(("Cookie", cookie.as_str())), read, "{method} {path}");
    }
}

#[test]
fn an_address_that_is_not_there_tells_a_stranger_nothing_else() {
    let server = Server::start();
    let answer = ask("GET", &format!("{}/api/v1/nothing", server.url), &[], b"");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.media, "application/problem+json");
    assert_eq!(answer.json()["code"], "not-found");
}

#[test]
fn a_sign_in_link_works_once_and_its_session_may_only_read_here() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let signed_in = [("Cookie", cookie.as_str())];
    let read = ask(
        "GET",
        &format!("{}/api/v1/graphs", server.url),
        &signed_in,
        b"",
    );
    assert_eq!(read.status, 200);
    let written = ask(
        "POST",
        &format!("{}/api/v1/graphs", server.url),
        &signed_in,
        b"",
    );
    assert_eq!(
        written.status, 401,
        "a page of another site could send this"
    );
    let again = ask("GET", &server.link, &[], b"");
    assert_eq!(again.status, 401, "the link has been used");

    let path = server
        .post("/sign-in-links", &serde_json::json!({}))
        .expect(200);
    let path = path["path"].as_str().expect("a path").to_owned();
    server.sign_in(&format!("{}{path}", server.url));
}

#[test]
fn the_token_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::start();
    for (name, mode) in [("", 0o700), ("local.token", 0o600), ("lock", 0o600)] {
        let meta = std::fs::metadata(server.data().join(name)).expect("it is there");
        if name.is_empty() {
            continue;
        }
        assert_eq!(meta.permissions().mode() & 0o777, mode, "{name}");
    }
}
