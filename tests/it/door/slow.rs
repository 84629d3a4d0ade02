//! Clients that keep the server waiting.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use super::{HEALTH, answer, healthy, open, rest, say, server};

const SHORT: &str = "1s";
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_head_that_comes_byte_by_byte_is_cut_at_the_deadline() {
    let (server, _data) = server(&[("TRACKYARD_HEAD_TIME", SHORT)]);
    let mut stream = open(&server);
    stream.set_read_timeout(Some(SECOND / 5)).unwrap();
    let (began, mut got) = (Instant::now(), Vec::new());
    let mut bytes = HEALTH.bytes();
    // The time between two bytes is the time that nothing is answered.
    let ended = loop {
        assert!(began.elapsed() < 20 * SECOND, "it is still open");
        if stream
            .write_all(&[bytes.next().expect("it is cut before")])
            .is_err()
        {
            break began.elapsed();
        }
        let mut some = [0; 1_024];
        match stream.read(&mut some) {
            Ok(0) => break began.elapsed(),
            Ok(n) => got.extend_from_slice(&some[..n]),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(_) => break began.elapsed(),
        }
    };
    let got = String::from_utf8(got).expect("text");
    assert!(got.starts_with("HTTP/1.1 408 "), "{got}");
    assert!(got.contains("\"code\":\"too-slow\""), "{got}");
    assert!(ended >= SECOND * 9 / 10, "{ended:?}");
}

#[test]
fn who_says_nothing_at_all_is_let_go_without_a_word() {
    let (server, _data) = server(&[("TRACKYARD_HEAD_TIME", SHORT)]);
    let stream = open(&server);
    let began = Instant::now();
    assert_eq!(rest(&stream), "");
    assert!(began.elapsed() >= SECOND * 9 / 10);
}

#[test]
fn a_kept_connection_is_idle_for_so_long_and_each_head_has_its_deadline() {
    let (server, _data) = server(&[
        ("TRACKYARD_HEAD_TIME", SHORT),
        ("TRACKYARD_IDLE_TIME", "3s"),
    ]);
    let idle = open(&server);
    let slow = open(&server);
    for stream in [&idle, &slow] {
        for _ in 0..3 {
            say(stream, HEALTH);
            assert_eq!(answer(stream).0, 200);
        }
    }
    let began = Instant::now();
    say(&slow, "GET /api/v1/healthz HTTP/1.1\r\nHost:");
    let late = rest(&slow);
    assert!(late.starts_with("HTTP/1.1 408 "), "{late}");
    let took = began.elapsed();
    assert!(took >= SECOND * 9 / 10 && took < SECOND * 5 / 2, "{took:?}");
    assert_eq!(rest(&idle), "");
    assert!(began.elapsed() >= SECOND * 5 / 2, "{:?}", began.elapsed());
}

#[test]
fn a_body_that_stands_still_is_cut_and_one_that_comes_is_not() {
    let (server, _data) = server(&[("TRACKYARD_STALL_TIME", SHORT)]);
    let head = |length| {
        format!(
            "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/yaml\r\nContent-Length: {length}\r\n\r\n",
            server.token
        )
    };
    let yaml = "name: slow\nvertices:\n  a: {script: 'true'}\n";
    let stands = open(&server);
    say(&stands, &head(yaml.len()));
    say(&stands, &yaml[..20]);
    let began = Instant::now();
    let text = rest(&stands);
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(text.contains("\"code\":\"too-slow\""), "{text}");
    assert!(began.elapsed() >= SECOND * 9 / 10);

    // Much longer than the limit in all, and never a second without a piece of it.
    let comes = open(&server);
    comes.set_read_timeout(Some(SECOND / 4)).unwrap();
    let padding = 8 * 1_024;
    say(&comes, &head(yaml.len() + 8 * (padding + 2)));
    say(&comes, yaml);
    for _ in 0..8 {
        let waits = (&comes).read(&mut [0]).expect_err("no answer yet");
        assert_eq!(waits.kind(), ErrorKind::WouldBlock);
        say(&comes, &format!("#{}\n", "x".repeat(padding)));
    }
    comes.set_read_timeout(Some(super::TOO_LONG)).unwrap();
    let (status, _, body) = answer(&comes);
    assert_eq!(status, 201, "{body}");
}

#[test]
fn a_body_that_never_begins_is_cut_with_its_head() {
    let (server, _data) = server(&[("TRACKYARD_HEAD_TIME", SHORT)]);
    let stream = open(&server);
    say(
        &stream,
        "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
    );
    let text = rest(&stream);
    assert!(text.starts_with("HTTP/1.1 4"), "{text}");
    healthy(&server);
}

#[test]
fn an_answer_that_nobody_reads_is_given_up() {
    let (server, _data) = server(&[("TRACKYARD_STALL_TIME", SHORT)]);
    let pipeline = server.run(
        "name: long\nvertices:\n  a: {script: 'head -c 40000000 /dev/zero'}\n",
        &serde_json::json!({}),
    );
    let track = server.track(&pipeline, "a");
    let stream = open(&server);
    say(
        &stream,
        &format!(
            "GET /api/v1/tracks/{}/attempts/1/log HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
            track["id"], server.token
        ),
    );
    let handles = || {
        let all = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap();
        let names = all.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
        names
            .filter(|name| name.to_string_lossy().contains("/logs/"))
            .count()
    };
    server.until(|| handles() > 0);
    server.until(|| handles() == 0);
    let mut all = Vec::new();
    let _ = (&stream).read_to_end(&mut all);
    assert!(all.len() < 40_000_000, "{} bytes came", all.len());
}

#[test]
fn a_request_at_work_and_its_answer_have_no_limit_of_time() {
    let (server, data) = server(&[
        ("TRACKYARD_HEAD_TIME", SHORT),
        ("TRACKYARD_IDLE_TIME", SHORT),
        ("TRACKYARD_STALL_TIME", SHORT),
    ]);
    let go = data.path().join("go");
    let graph = server
        .define(&format!(
            "name: waits\nvertices:\n  a: {{script: 'while ! test -e {}; do sleep 0.1; done'}}\n",
            go.display()
        ))
        .expect(201);
    let id = server
        .post(
            &format!("/graphs/{}/pipelines", graph["id"]),
            &serde_json::json!({}),
        )
        .expect(201)["id"]
        .clone();
    let stream = open(&server);
    stream.set_read_timeout(Some(4 * SECOND)).unwrap();
    say(
        &stream,
        &format!(
            "GET /api/v1/pipelines/{id}?wait=60s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
            server.token
        ),
    );
    // Four times the longest of the limits.
    let silent = (&stream).read(&mut [0]).expect_err("it waits");
    assert_eq!(silent.kind(), ErrorKind::WouldBlock);
    std::fs::write(&go, "").unwrap();
    stream.set_read_timeout(Some(super::TOO_LONG)).unwrap();
    let (status, _, body) = answer(&stream);
    assert_eq!(status, 200, "{body}");
    assert!(
        body.contains("SUCCEED") || body.contains("FINISH"),
        "{body}"
    );
}
