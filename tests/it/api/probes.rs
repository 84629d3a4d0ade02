//! `/healthz`, `/readyz`, `/version`, `/metrics`: where probes look

use crate::server::{Server, ask};

#[test]
fn probes_find_what_they_ask_for_at_the_root() {
    let server = Server::start();
    let stranger =
        |method: &str, path: &str| ask(method, &format!("{}{path}", server.url), &[], b"");
    for path in ["/healthz", "/readyz", "/version"] {
        let bare = stranger("GET", path).expect(200);
        assert_eq!(bare, server.get(path).expect(200), "{path}");
        assert_eq!(
            stranger("POST", path).expect(405)["code"],
            "method-not-allowed"
        );
    }
    // What is counted is told as the interface tells it: to who shows the token.
    let refused = stranger("GET", "/metrics");
    assert_eq!(refused.media, "application/problem+json");
    assert_eq!(refused.expect(401)["code"], "unauthorized");
    let measures = server.ask("GET", "/metrics", &[], b"");
    assert_eq!(measures.status, 200);
    let text = String::from_utf8(measures.body).expect("text");
    assert!(text.contains("trackyard_driver_up 1\n"), "{text}");
}
