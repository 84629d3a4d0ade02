//! Many connections, and the end of the server while there are some.

use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{HEALTH, address, answer, from_command, healthy, open, open_from, rest, say, server};

/// The program with this limit of file handles, soft and hard.
fn with_handles(limit: u32) -> Command {
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--nofile={limit}:{limit}"))
        .arg(env!("CARGO_BIN_EXE_trackyard"))
        .env_remove("TRACKYARD_DATA");
    command
}

/// How many files a process has open.
fn open_files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .count()
}

#[test]
fn four_hundred_half_open_connections_stop_nobody() {
    let (server, _data) = from_command(with_handles(256), &[]);
    let half = |i: usize| {
        let stream = open(&server);
        // Of each third nothing, half a head, and a head whose body does not come.
        match i % 3 {
            0 => {}
            1 => say(&stream, "GET /api/v1/healthz HTTP/1.1\r\nHost:"),
            _ => say(
                &stream,
                "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
            ),
        }
        stream
    };
    let all: Vec<TcpStream> = (0..400).map(half).collect();
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        longest = longest.max(healthy(&server));
    }
    println!("400 half-open connections, 256 handles: a request took {longest:?} at most");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    // What is not for clients is there: a script is started, and its log read.
    let pipeline = server.run(
        "name: works\nvertices:\n  a: {script: echo hello}\n",
        &json!({}),
    );
    assert_eq!(server.log(&server.track(&pipeline, "a")), b"hello\n");
    let files = open_files(server.pid());
    assert!(files < 256 - 32, "{files} files are open");
    drop(all);
}

#[test]
fn one_address_has_its_own_limit_and_others_have_room() {
    let (server, _data) = server(&[
        ("TRACKYARD_MAX_CONNECTIONS", "8"),
        ("TRACKYARD_MAX_CONNECTIONS_PER_ADDRESS", "4"),
    ]);
    let waiting = busy(&server);
    let one: Vec<TcpStream> = (0..4).map(|_| open_from(7, &server)).collect();
    one.iter().for_each(|stream| keep_at_work(stream, &waiting));
    let (status, head, body) = refused(open_from(7, &server));
    assert_eq!(status, 429, "{body}");
    assert!(head.contains("retry-after: 1"), "{head}");
    assert!(body.contains("max_connections_per_address"), "{body}");

    let other: Vec<TcpStream> = (0..4).map(|_| open_from(8, &server)).collect();
    other
        .iter()
        .for_each(|stream| keep_at_work(stream, &waiting));
    let (status, head, body) = refused(open_from(9, &server));
    assert_eq!(status, 503, "{body}");
    assert!(head.contains("retry-after: 1"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["code"], "too-many-connections");
    drop(one);
    server.until(|| {
        let stream = open_from(9, &server);
        say(&stream, HEALTH);
        answer(&stream).0 == 200
    });
}

/// A request that is at work for a long time.
fn busy(server: &super::Server) -> String {
    let graph = server
        .define("name: waits\nvertices:\n  a: {script: sleep 600}\n")
        .expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    format!(
        "GET /api/v1/pipelines/{id}?wait=60s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        server.token
    )
}

/// Both requests are there before the first one is answered, so that the other is at work then.
fn keep_at_work(stream: &TcpStream, waiting: &str) {
    say(stream, &format!("{HEALTH}{waiting}"));
    assert_eq!(answer(stream).0, 200);
}

fn refused(stream: TcpStream) -> (u16, String, String) {
    say(&stream, HEALTH);
    answer(&stream)
}

#[test]
fn a_head_that_is_too_large_is_refused_and_one_in_pieces_is_not() {
    let (server, _data) = server(&[("TRACKYARD_MAX_HEAD_BYTES", "2 KiB")]);
    let large = format!(
        "GET /api/v1/healthz HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n",
        "x".repeat(2_048)
    );
    let first = open(&server);
    say(&first, &large);
    let text = rest(&first);
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    // The same without an end, and after another request.
    let kept = open(&server);
    say(&kept, HEALTH);
    assert_eq!(answer(&kept).0, 200);
    say(&kept, &large[..2_100]);
    let text = rest(&kept);
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");

    let pieces = open(&server);
    pieces.set_nodelay(true).unwrap();
    for _ in 0..2 {
        HEALTH.chars().for_each(|c| say(&pieces, &c.to_string()));
        assert_eq!(answer(&pieces).0, 200);
    }
    // Many at once on one connection are answered in turn.
    say(&pieces, &HEALTH.repeat(50));
    for _ in 0..50 {
        assert_eq!(answer(&pieces).0, 200);
    }
}

#[test]
fn what_is_no_http_is_answered_by_one_and_closed() {
    let (server, _data) = server(&[("TRACKYARD_HEAD_TIME", "1s")]);
    for wrong in [
        "\r\n\r\nGARBAGE\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ] {
        let stream = open(&server);
        say(&stream, wrong);
        let text = rest(&stream);
        assert!(text.starts_with("HTTP/1.1 4"), "{wrong:?}: {text}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{wrong:?}: {text}");
    }
    healthy(&server);
}

#[test]
fn nobody_gets_past_the_door() {
    let server = super::Server::start();
    let own = format!("/proc/{}/net/tcp", server.pid());
    let table = std::fs::read_to_string(own).unwrap();
    let inodes: Vec<String> = std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let listening = table.lines().skip(1).filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ours = inodes.contains(&format!("socket:[{}]", words[9]));
        let port = words[1].split(':').nth(1)?;
        (ours && words[3] == "0A").then(|| u16::from_str_radix(port, 16).unwrap())
    });
    let listening: Vec<u16> = listening.collect();
    assert_eq!(listening.len(), 2, "the door and Rocket: {listening:?}");
    let public = address(&server).port();
    let inner = *listening.iter().find(|port| **port != public).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", inner)).unwrap();
    let request = format!(
        "GET /api/v1/graphs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        server.token
    );
    say(&stream, &request);
    assert_eq!(answer(&stream).0, 404, "even with the token");
}

#[test]
fn the_server_ends_soon_whatever_is_open() {
    let (mut server, _data) = server(&[]);
    let waiting = busy(&server);
    let kept = open(&server);
    say(&kept, HEALTH);
    assert_eq!(answer(&kept).0, 200);
    let half = open(&server);
    say(&half, "GET / HTTP");
    let silent = open(&server);
    let works = open(&server);
    say(&works, &waiting);
    let body = open(&server);
    say(
        &body,
        &format!(
            "POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/yaml\r\nContent-Length: 100\r\n\r\nname",
            server.token
        ),
    );
    healthy(&server);
    let began = Instant::now();
    server.stop();
    let took = began.elapsed();
    println!("the server ended in {took:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");
    crate::processes::end_all(server.data());
    drop((kept, half, silent, works, body));
}
