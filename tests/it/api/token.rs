//! `/token/rotate`.

use std::os::unix::fs::PermissionsExt;

use crate::server::{Server, ask};

#[test]
fn a_new_token_is_private_and_the_old_one_void() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let path = server.data().join("local.token");
    let rotate = || server.ask("POST", "/api/v1/token/rotate", &[], b"");
    let first = rotate().expect(200);
    let real = path.canonicalize().expect("it is there");
    assert_eq!(first["file"], real.to_string_lossy().as_ref());
    assert_eq!(rotate().status, 401, "it was asked with the old one");
    let new = std::fs::read_to_string(&path).expect("a token");
    assert_ne!(new.trim(), server.token);
    let mode = path.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let authorization = format!("Bearer {}", new.trim());
    let headers = [("Authorization", authorization.as_str())];
    let url = format!("{}/api/v1/token/rotate", server.url);
    assert_eq!(
        ask("POST", &format!("{url}?dry=true"), &headers, b"").status,
        422
    );
    assert_eq!(ask("POST", &url, &headers, b"").status, 200);
    // Nobody is left who was let in with the old one.
    let page = format!("{}/pipelines", server.url);
    assert_ne!(ask("GET", &page, &[("Cookie", &cookie)], b"").status, 200);
}
