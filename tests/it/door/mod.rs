//! What the server does with clients that are slow, many or too busy (`src/door`).

mod checks;
mod connections;
mod rates;
mod slow;

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::server::{Server, program};

/// More than any test waits for; a test that waits so long has failed.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A server with these settings in its environment, and its directory.
fn server(settings: &[(&str, &str)]) -> (Server, tempfile::TempDir) {
    from_command(program(), settings)
}

fn from_command(mut command: Command, settings: &[(&str, &str)]) -> (Server, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    command.envs(settings.iter().copied());
    (Server::from_command(command, data.path(), &[]), data)
}

fn address(server: &Server) -> SocketAddr {
    let address = server.url.strip_prefix("http://").expect("its address");
    address.parse().expect("an address and a port")
}

fn open(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(address(server)).expect("it lets us in");
    stream.set_read_timeout(Some(TOO_LONG)).unwrap();
    stream
}

/// A connection from another address of this machine.
fn open_from(last: u8, server: &Server) -> TcpStream {
    let stream = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(
        &stream,
        &SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)),
    )
    .unwrap();
    connect(&stream, &address(server)).unwrap();
    let stream = TcpStream::from(stream);
    stream.set_read_timeout(Some(TOO_LONG)).unwrap();
    stream
}

fn say(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).expect("it takes that");
}

/// All that comes until the end of the connection.
fn rest(mut stream: &TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(e) => assert_eq!(e.kind(), ErrorKind::ConnectionReset, "it ends: {e}"),
    }
    String::from_utf8(bytes).expect("text")
}

/// One answer: its status, its head, and its body by `Content-Length`.
fn answer(mut stream: &TcpStream) -> (u16, String, String) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        let there = stream.read(&mut byte).expect("an answer in time");
        assert_eq!(there, 1, "{}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let status = head.split(' ').nth(1).expect("a status");
    let length = head.split("content-length: ").nth(1).unwrap_or("0");
    let length = length.split("\r\n").next().expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body).expect("the body");
    let body = String::from_utf8(body).expect("text");
    (status.parse().expect("a number"), head, body)
}

/// A whole request that every server answers with 200.
const HEALTH: &str = "GET /api/v1/healthz HTTP/1.1\r\nHost: trackyard\r\n\r\n";

/// A request is answered well, and how long that took. Whoever is told to come again does.
fn healthy(server: &Server) -> Duration {
    let began = Instant::now();
    loop {
        let stream = open(server);
        say(&stream, HEALTH);
        let (status, head, body) = answer(&stream);
        if status == 200 {
            return began.elapsed();
        }
        assert_eq!(status, 503, "{body}");
        assert!(head.contains("retry-after: 1"), "{head}");
        assert!(began.elapsed() < TOO_LONG, "it is never answered");
    }
}
