//! Who asks too often.

use std::net::TcpStream;

use serde_json::Value;

use super::{HEALTH, answer, open, open_from, say, server};

fn asks(stream: &TcpStream, path: &str, header: &str) -> (u16, String, String) {
    say(
        stream,
        &format!("GET {path} HTTP/1.1\r\nHost: a\r\n{header}\r\n"),
    );
    answer(stream)
}

/// Asks until it is refused: how often it was not.
fn until_refused(stream: &TcpStream, path: &str, header: &str, status: u16) -> usize {
    let mut asked = 0;
    loop {
        let (got, head, body) = asks(stream, path, header);
        if got == 429 {
            assert!(head.contains("retry-after: "), "{head}");
            if path.starts_with("/api") {
                let body: Value = serde_json::from_str(&body).expect("JSON");
                assert_eq!(body["code"], "too-many-requests");
                assert!(body["retry_after"].as_u64() > Some(0), "{body}");
            }
            return asked;
        }
        assert_eq!(got, status, "{body}");
        asked += 1;
        assert!(asked < 2_000, "it is never refused");
    }
}

#[test]
fn each_who_asks_too_often_is_refused_and_nobody_else() {
    let (server, _data) = server(&[
        ("TRACKYARD_TOKEN_RATE", "3"),
        ("TRACKYARD_SESSION_RATE", "2"),
        ("TRACKYARD_ADDRESS_RATE", "1"),
        ("TRACKYARD_FAILURE_RATE", "1"),
    ]);
    let cookie = format!("Cookie: {}\r\n", server.sign_in(&server.link));
    let token = format!("Authorization: Bearer {}\r\n", server.token);
    let wrong = "Authorization: Bearer wrong\r\n";
    let graphs = "/api/v1/graphs";
    let stream = open(&server);
    let asked = until_refused(&stream, graphs, wrong, 401);
    assert!(asked >= 60, "{asked}");
    // A page of its own for a browser that shows a wrong cookie, by the same account.
    assert_eq!(
        asks(&stream, "/graphs", "Cookie: trackyard_session=wrong\r\n").0,
        429
    );
    // Whoever is refused for a wrong token may show the right one.
    assert_eq!(asks(&stream, graphs, &token).0, 200);
    let asked = until_refused(&stream, graphs, "", 401);
    assert!(asked >= 8, "{asked}");
    assert_eq!(asks(&stream, "/sign-in", "").0, 429);
    assert_eq!(asks(&stream, "/static/app.css", "").0, 429);
    let elsewhere = open_from(2, &server);
    say(&elsewhere, HEALTH);
    assert_eq!(answer(&elsewhere).0, 200, "another address");
    // No header makes a client somebody else.
    let forged = "X-Real-IP: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n";
    assert_eq!(asks(&stream, graphs, forged).0, 429);

    let asked = until_refused(&stream, graphs, &token, 200);
    assert!(asked >= 28, "{asked}");
    let asked = until_refused(&stream, "/graphs", &cookie, 200);
    assert!(asked >= 18, "{asked}");
    assert_eq!(
        asks(&stream, graphs, &cookie).0,
        429,
        "pages and REST count together"
    );
}
