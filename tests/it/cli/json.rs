//! What programs read of verbs that mostly speak to people.

use serde_json::json;

use crate::cli::Desk;
use crate::server::Server;

#[test]
fn facts_are_printed_as_json() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", "name: g\nvertices: {a: 'true', b: 'exit 3'}\n");
    desk.call(&["import", "g.yaml"]).expect(0);
    let json = |words: &[&str], code: i32| desk.call(words).expect(code).json();
    let told = json(&["start", "g", "--wait", "--json"], 1);
    assert_eq!(told["pipelines"][0]["state"], "FAILED", "{told}");
    let told = json(&["again", "g", "--wait", "--json"], 1);
    assert_eq!(told["pipelines"][0]["again_of"], 1, "{told}");
    let told = json(&["link", "--json"], 0);
    let (path, url) = (told["path"].as_str(), told["url"].as_str());
    assert_eq!(
        url.map(str::to_owned),
        path.map(|path| format!("{}{path}", server.url))
    );
    assert!(server.sign_in(url.expect("an address")).contains('='));
    assert_eq!(json(&["drain", "--undo", "--json"], 0)["draining"], false);
    let file = desk.dir().join("value");
    std::fs::write(&file, "a long value\n").expect("written");
    let mut set = desk.command(&["secret", "set", "NAME", "--json"]);
    let set = set.stdin(std::fs::File::open(&file).expect("a file"));
    let set = crate::cli::Said::of(set.output().expect("it runs")).expect(0);
    assert_eq!(set.json(), json!({"name": "NAME"}));
    assert_eq!(
        json(&["secret", "rm", "NAME", "--json"], 0),
        json!({"name": "NAME", "unfinished_pipelines": 0})
    );
}
