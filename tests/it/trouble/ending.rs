//! A server is told to end while an answer is on its way.

use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::net::sockopt::set_socket_recv_buffer_size;
use serde_json::json;

use crate::processes;
use crate::server::Server;

/// More than the client's buffer holds, and than the server's own end keeps.
const BYTES: usize = 6_000_000;
/// What the client's end of the connection keeps.
const BUFFER: usize = 1 << 17;

#[test]
fn an_answer_that_is_on_its_way_arrives_whole() {
    let mut server = Server::start();
    let yaml =
        format!("name: g\nvertices: {{a: \"head -c {BYTES} /dev/zero | tr '\\\\0' '~'\"}}\n");
    let ended = server.run(&yaml, &json!({}));
    assert_eq!(ended["state"], "FINISH", "{ended}");
    let mut client = TcpStream::connect(server.url.trim_start_matches("http://")).expect("there");
    set_socket_recv_buffer_size(&client, BUFFER).expect("a small buffer");
    let request = format!(
        "GET /api/v1/tracks/1/log/raw HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        server.token
    );
    client.write_all(request.as_bytes()).expect("a request");
    let mut answer = vec![0; BUFFER];
    client.read_exact(&mut answer).expect("its beginning");
    processes::terminate(server.pid() as i32);
    client.read_to_end(&mut answer).expect("its end");
    assert_eq!(answer.iter().filter(|byte| **byte == b'~').count(), BYTES);
    assert!(server.ended().success());
}
