//! `trackyard migrate`: a database of an older version, without a server.

use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::used;
use crate::executor::bench::until;
use crate::server::{Server, program};

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
        said.err.contains("works with this database") && said.err.contains("trackyard drain"),
        "{}",
        said.err
    );
    let would = super::call(&server, &["migrate", "--dry-run"]).expect(1);
    assert_eq!(would.err, said.err, "as the deed");
    let said = super::on(Path::new("/nonexistent"), &["migrate"]).expect(1);
    assert!(said.err.contains("there is no database"), "{}", said.err);
}

#[test]
fn beside_a_run_nothing_is_said_of_a_server() {
    let desk = used();
    desk.write("slow.yaml", "name: slow\nvertices: {a: sleep 60}\n");
    let mut run = program();
    run.args(["run", "-q"]).arg(desk.dir().join("slow.yaml"));
    let mut run = run.arg("--data").arg(desk.data()).spawn().expect("it runs");
    let lock = desk.data().join("lock");
    let pid = format!("\"pid\":{}", run.id());
    until("the lock", || {
        fs::read_to_string(&lock).is_ok_and(|text| text.contains(&pid))
    });
    for words in [&["migrate"][..], &["migrate", "--dry-run"]] {
        let said = desk.call(words).expect(1).err;
        let right = said.contains("wait until it has ended") && !said.contains("drain");
        assert!(right, "{words:?}: {said}");
    }
    run.kill().expect("killed");
    run.wait().expect("ended");
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
