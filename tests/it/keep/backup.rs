//! `trackyard backup`: one file, whole, never over another one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{call, on, used};
use crate::server::Server;

const CANARY: &str = "canary-8d1f0c";

#[test]
fn a_backup_is_private_whole_and_never_over_another_file() {
    let desk = used();
    let said = desk.call(&["backup", "b.tar.gz"]).expect(0);
    assert!(said.out.starts_with("wrote b.tar.gz ("), "{}", said.out);
    assert!(
        said.out.contains("1 pipeline, 0 of them live, 1 graph"),
        "{}",
        said.out
    );
    let file = desk.dir().join("b.tar.gz");
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&file).expect("it is there");
    let said = desk.call(&["backup", "b.tar.gz"]).expect(1);
    assert!(said.err.contains("is there already"), "{}", said.err);
    assert_eq!(fs::read(&file).expect("it is there"), before);
    let forced = desk.call(&["backup", "b.tar.gz", "--force", "--logs", "--json"]);
    let forced = forced.expect(0).json();
    assert_eq!(forced["manifest"]["pipelines"], 1, "{forced}");
    assert_eq!(forced["manifest"]["logs"], true, "{forced}");
    assert_ne!(fs::read(&file).expect("it is there"), before);
    let left = fs::read_dir(desk.dir()).expect("a directory").count();
    assert_eq!(left, 3, "the data directory, the definition, the backup");
    let said = desk.call(&["backup", "no/such/place.tar.gz"]).expect(1);
    assert!(said.err.contains("was not written"), "{}", said.err);
    let said = on(Path::new("/nonexistent"), &["backup", "x.tar.gz"]).expect(1);
    assert!(said.err.contains("there is no database"), "{}", said.err);
}

#[test]
fn the_key_is_in_it_only_when_that_was_asked_for() {
    let server = Server::start();
    let body = format!(r#"{{"value": "{CANARY}"}}"#);
    let media = [("Content-Type", "application/json")];
    let set = server.ask("PUT", "/api/v1/secrets/S", &media, body.as_bytes());
    assert!(set.status < 300, "{}", set.status);
    let own = tempfile::tempdir().expect("a directory");
    let file = |name: &str| own.path().join(name).to_string_lossy().into_owned();
    let said = call(&server, &["backup", &file("a")]).expect(0);
    assert!(said.err.contains("their key is not in it"), "{}", said.err);
    let said = call(&server, &["backup", &file("b"), "--with-key"]).expect(0);
    assert_eq!(said.err, "");
    let restore = |name: &str| {
        let data = own.path().join(format!("{name}.d"));
        let said = on(&data, &["restore", &file(name)]).expect(0);
        (said, data)
    };
    let (said, data) = restore("a");
    assert!(
        said.out.contains("put `secret.key` into it"),
        "{}",
        said.out
    );
    let refused = on(&data, &["serve", "--port", "0"]).expect(1);
    assert!(refused.err.contains("put it back"), "{}", refused.err);
    let (said, data) = restore("b");
    assert!(!said.out.contains("secret.key"), "{}", said.out);
    let bytes = |path: &Path| fs::read(path).expect("a file");
    let key = data.join("secret.key");
    assert_eq!(bytes(&key), bytes(&server.data().join("secret.key")));
    let mode = fs::metadata(&key)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let database = bytes(&data.join("trackyard.db"));
    let canary = CANARY.as_bytes();
    assert!(!database.windows(canary.len()).any(|part| part == canary));
    let restored = Server::start_on(&data, &[]);
    assert_eq!(
        restored.get("/secrets").expect(200)["secrets"][0]["name"],
        "S"
    );
}
