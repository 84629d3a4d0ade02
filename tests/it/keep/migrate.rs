//! `trackyard migrate`: a database of an older version, without a server.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::used;
use crate::server::Server;

/// Takes the newest table of the database away again.
fn age(data: &Path) {
    let path = data.join("trackyard.db");
    let mut db = SqliteConnection::establish(path.to_str().expect("text")).expect("a database");
    db.batch_execute(
        "DROP TABLE spent; DELETE FROM __diesel_schema_migrations WHERE version = '20261121000900'",
    )
    .expect("it is older");
}

#[test]
fn an_old_database_is_brought_up_to_date_and_kept() {
    let desk = used();
    let said = desk.call(&["migrate"]).expect(0);
    assert!(said.out.starts_with("nothing to do"), "{}", said.out);
    age(&desk.data());
    let doctor = desk.call(&["doctor"]).expect(0);
    assert!(doctor.out.contains("notice  schema"), "{}", doctor.out);
    let kept = desk
        .data()
        .join("trackyard.db.before-2026-11-21-000900_spent");
    let said = desk.call(&["migrate", "--dry-run"]).expect(0);
    assert!(said.out.contains("1 change would be made"), "{}", said.out);
    assert!(said.out.contains("2026-11-21-000900_spent"), "{}", said.out);
    assert!(!kept.exists());
    let said = desk.call(&["migrate", "--json"]).expect(0).json();
    assert_eq!(said["done"], true, "{said}");
    assert_eq!(said["kept"], kept.to_string_lossy().as_ref(), "{said}");
    assert!(kept.exists());
    let doctor = desk.call(&["doctor"]).expect(0);
    assert!(doctor.out.contains("ok      schema"), "{}", doctor.out);
    assert!(desk.call(&["ls"]).expect(0).out.contains("FINISH"));
}

#[test]
fn a_database_that_a_server_works_on_is_left_alone() {
    let server = Server::start();
    let said = super::call(&server, &["migrate"]).expect(1);
    assert!(
        said.err.contains("works on the data directory"),
        "{}",
        said.err
    );
    super::call(&server, &["migrate", "--dry-run"]).expect(0);
    let said = super::on(Path::new("/nonexistent"), &["migrate"]).expect(1);
    assert!(said.err.contains("there is no database"), "{}", said.err);
}

#[test]
fn serving_keeps_the_old_database_too() {
    let desk = used();
    age(&desk.data());
    let server = Server::start_on(&desk.data(), &[]);
    let kept = server
        .data()
        .join("trackyard.db.before-2026-11-21-000900_spent");
    assert!(kept.exists());
}
