//! `trackyard token`: shown when that is asked for, replaced with and without a server.

use super::{call, used};
use crate::cli::Desk;
use crate::server::{Server, ask};

fn status(server: &Server, token: &str) -> u16 {
    let authorization = format!("Bearer {token}");
    let headers = [("Authorization", authorization.as_str())];
    ask(
        "GET",
        &format!("{}/api/v1/graphs", server.url),
        &headers,
        b"",
    )
    .status
}

#[test]
fn a_token_is_replaced_without_a_server() {
    let desk = Desk::new();
    for words in [&["token", "show"][..], &["token", "rotate"]] {
        let said = desk.call(words).expect(1);
        assert!(said.err.contains("there is no token in"), "{}", said.err);
    }
    let path = desk.call(&["token", "path"]).expect(0).out;
    assert_eq!(
        path.trim(),
        desk.data().join("local.token").to_string_lossy()
    );
    let desk = used();
    let before = desk.call(&["token", "show"]).expect(0).out;
    assert_eq!(before.trim().len(), 64);
    let said = desk.call(&["token", "rotate"]).expect(0);
    assert_eq!(
        said.out,
        "there is a new token, and 0 browsers are signed out; no server works here now\n"
    );
    let after = desk.call(&["token", "show", "--json"]).expect(0).json();
    assert_ne!(after["token"], before.trim());
}

#[test]
fn a_token_stays_where_no_browser_can_be_signed_out() {
    let desk = used();
    let before = desk.call(&["token", "show"]).expect(0).out;
    for end in ["", "-wal", "-shm"] {
        let file = desk.data().join(format!("trackyard.db{end}"));
        if end.is_empty() || file.exists() {
            std::fs::write(file, "this is no database").expect("written");
        }
    }
    desk.call(&["token", "rotate"]).expect(1);
    assert_eq!(desk.call(&["token", "show"]).expect(0).out, before);
    let kept = std::fs::read_dir(desk.data()).expect("a directory");
    let left = kept.filter_map(|file| file.ok()?.file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.starts_with(".token")).count(), 0);
}

#[test]
fn a_running_server_takes_the_new_token_over() {
    let server = Server::start();
    let shown = call(&server, &["token", "show"]).expect(0).out;
    assert_eq!(shown.trim(), server.token);
    let said = call(&server, &["token", "rotate", "--json"])
        .expect(0)
        .json();
    assert_eq!(said["server"], true, "{said}");
    let new = call(&server, &["token", "show"]).expect(0).out;
    assert_eq!(status(&server, new.trim()), 200);
    assert_eq!(status(&server, &server.token), 401);
    call(&server, &["start", "nothing"]).expect(1);
    call(&server, &["doctor"]).expect(0);
}

#[test]
fn browsers_are_signed_out_without_a_server_too() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let mut server = Server::start_on(&desk.data(), &[]);
    let cookie = server.sign_in(&server.link);
    let signed_in = |server: &Server| {
        let url = format!("{}/pipelines", server.url);
        ask("GET", &url, &[("Cookie", cookie.as_str())], b"").status == 200
    };
    assert!(signed_in(&server));
    server.stop();
    let mut server = Server::start_on(&desk.data(), &[]);
    assert!(signed_in(&server), "a session outlives its server");
    server.stop();
    let said = desk.call(&["token", "rotate", "--json"]).expect(0).json();
    assert_eq!(
        said,
        serde_json::json!({"rotated": true, "server": false, "sessions_ended": 1})
    );
    let server = Server::start_on(&desk.data(), &[]);
    assert!(!signed_in(&server));
}
