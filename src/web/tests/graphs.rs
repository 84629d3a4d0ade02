//! Graphs from their first form to an archive, through a whole server.

use rocket::http::Status;
use rocket::local::blocking::LocalResponse;

use crate::web::tests::end_to_end::page;
use crate::web::tests::harness::{HOSTILE, Server};

/// Where an answer leads to.
fn to(answer: LocalResponse<'_>) -> String {
    assert_eq!(answer.status(), Status::SeeOther);
    let to = answer.headers().get_one("Location");
    to.expect("an address").to_owned()
}

/// What a hidden field of a page holds.
fn hidden(html: &str, name: &str) -> String {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&start).expect("the field");
    rest.split('"').next().expect("its end").to_owned()
}

fn get(server: &Server, path: &str) -> String {
    page(server.get(path), Status::Ok)
}

fn yaml(server: &Server, id: u32) -> String {
    let file = server.get(&format!("/graphs/{id}.yaml"));
    file.into_string().expect("a text")
}

fn begin(server: &Server) {
    let made = server.post(
        "/graphs/forms",
        "name=made&desc=d&vertex=first&script=echo+one",
    );
    assert_eq!(to(made), "/graphs/1/forms?saved=created");
}

#[test]
fn a_graph_is_made_by_forms_alone() {
    let server = Server::start();
    begin(&server);
    let again = server.post("/graphs/forms", "name=made&vertex=x&script=true");
    let html = page(again, Status::UnprocessableEntity);
    assert!(html.contains("There is a graph <code>made</code> already"));
    assert!(html.contains("href=\"/graphs/1\"") && html.contains("value=\"x\""));
    let html = page(
        server.post("/graphs/forms", "vertex=x&script=true"),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("A graph needs a name") && html.contains("href=\"#name\""));

    let form = "/graphs/1/forms/vertex";
    let tag = hidden(&get(&server, form), "tag");
    let second = "&name=second&script=echo+%3Cwho%3E&need=first&timeout=5m&retries=2&delay=1s\
                  &in0.name=who&in0.type=str&in0.default=you";
    let saved = server.post(form, &format!("tag={tag}{second}"));
    assert_eq!(to(saved), "/graphs/1/forms?saved=replaced");
    let text = yaml(&server, 1);
    for part in ["needs:", "limit: 2", "timeout: 5m", "default: you"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let html = get(&server, "/graphs/1/forms?saved=replaced");
    assert!(html.contains("name=second") && html.contains("was replaced"));

    // Somebody else was faster: nothing is lost, and what sending it again would do is told.
    let html = page(
        server.post(form, &format!("tag={tag}&of=second&script=echo+mine")),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("changed this graph meanwhile") && html.contains("echo mine"));
    assert!(html.contains("class=\"minus\"") && html.contains("class=\"plus\""));
    let newer = hidden(&html, "tag");
    assert_ne!(newer, tag);
    assert!(!yaml(&server, 1).contains("mine"));
    let body = format!("tag={newer}&of=second&script=echo+mine&need=first");
    to(server.post(form, &body));
    assert!(yaml(&server, 1).contains("mine"));

    // What cannot be read is kept in the form.
    let tag = hidden(&get(&server, form), "tag");
    for (body, told) in [
        ("name=third&script=true&timeout=soon", "value=\"soon\""),
        (
            "name=first&script=true",
            "There is a vertex <code>first</code> already",
        ),
        ("name=&script=true", "A vertex needs a name"),
    ] {
        let html = page(
            server.post(form, &format!("tag={tag}&{body}")),
            Status::UnprocessableEntity,
        );
        assert!(html.contains(told), "{told}");
    }
    to(server.post(form, &format!("tag={tag}&of=second&deed=remove")));
    assert!(!yaml(&server, 1).contains("second"));
    page(
        server.get("/graphs/1/forms/vertex?name=second"),
        Status::NotFound,
    );
}

#[test]
fn a_vertex_is_renamed_with_all_that_names_it_and_shared_inputs_are_declared() {
    let server = Server::start();
    let text = "text=name: g%0Avertices:%0A  a: {script: 'true', outputs: {n: {type: int}}}%0A  \
                b: {script: \"echo <a.n> <host>\", needs: [a]}%0Ahandlers: {on_exit: 'true'}%0A";
    to(server.post("/graphs", text));
    let form = "/graphs/1/forms/vertex";
    let tag = || hidden(&get(&server, form), "tag");
    for (name, told) in [
        ("b", "There is a vertex <code>b</code> already"),
        ("on_failure", "have this name"),
        ("", "A vertex needs a name"),
    ] {
        let body = format!("tag={}&of=a&name={name}&script=true", tag());
        let html = page(server.post(form, &body), Status::UnprocessableEntity);
        assert!(html.contains(told), "{told}");
    }
    let body = format!("tag={}&of=a&name=z&desc=new&script=true", tag());
    to(server.post(form, &body));
    let renamed = yaml(&server, 1);
    for part in ["  z:", "desc: new", "<z.n>", "- z"] {
        assert!(renamed.contains(part), "{part}: {renamed}");
    }
    assert!(!get(&server, "/graphs/1/forms/vertex?name=on_exit").contains("id=\"name\""));

    let shared = "/graphs/1/forms/inputs";
    let body = format!("tag={}&in0.name=host&in0.type=str&in0.default=h", tag());
    to(server.post(shared, &body));
    assert!(get(&server, shared).contains("value=\"host\""));
    assert!(get(&server, "/graphs/1?tab=inputs").contains("used by 1 vertex"));
    assert!(get(&server, "/graphs/1/start").contains("used by 1 vertex"));
    let stale = "tag=old&in0.name=other&in0.type=str";
    let html = page(server.post(shared, stale), Status::UnprocessableEntity);
    assert!(html.contains("changed this graph meanwhile") && html.contains("value=\"other\""));
    let wrong = format!("tag={}&in0.name=host&in0.type=nothing", tag());
    let html = page(server.post(shared, &wrong), Status::UnprocessableEntity);
    assert!(html.contains("class=\"finding "));
    to(server.post(shared, &format!("tag={}", tag())));
    assert!(!yaml(&server, 1).contains("host: "));
}

#[test]
fn a_text_is_saved_as_the_version_after_the_one_that_it_was_opened_with() {
    let server = Server::start();
    begin(&server);
    let opened = get(&server, "/graphs/1/edit");
    let (of, tag) = (hidden(&opened, "of"), hidden(&opened, "tag"));
    let send = |of: &str, tag: &str, text: &str| {
        server.post("/graphs", &format!("of={of}&tag={tag}&text={text}"))
    };
    let theirs = "name: made%0Avertices: {first: echo theirs}%0A";
    let mine = "name: made%0Avertices: {first: echo mine}%0A";
    assert_eq!(to(send(&of, &tag, theirs)), "/graphs/1?saved=replaced");
    let html = page(send(&of, &tag, mine), Status::Conflict);
    assert!(html.contains("{first: echo mine}") && html.contains("{first: echo theirs}"));
    assert!(html.contains("- echo theirs") && html.contains("+ echo mine"));
    assert!(yaml(&server, 1).contains("theirs"));
    let tag = hidden(&html, "tag");
    assert_eq!(to(send("1", &tag, mine)), "/graphs/1?saved=replaced");

    // Under another name it is another graph, which nobody has.
    let tag = hidden(&get(&server, "/graphs/1/edit"), "tag");
    let other = "name: other%0Avertices: {first: echo}%0A";
    assert_eq!(to(send("1", &tag, other)), "/graphs/2?saved=created");
    let html = page(send("1", &tag, other), Status::Conflict);
    assert!(html.contains("name already") && html.contains("name: other"));
    // What is no definition keeps its tag, and is sent again.
    let html = page(send("1", &tag, "vertices: ["), Status::UnprocessableEntity);
    assert_eq!(hidden(&html, "tag"), tag);
    to(server.post("/graphs/1/archive", ""));
    let html = page(send("1", &tag, mine), Status::Conflict);
    assert!(html.contains("{first: echo mine}"), "nothing is lost");
}

#[test]
fn a_form_loses_nothing_that_could_not_be_read() {
    let server = Server::start();
    let text = "text=name: g%0Avertices:%0A  a: {skript: pg_dump}%0A  b: {script: 'true', timeout: long}%0A";
    to(server.post("/graphs", text));
    let before = get(&server, "/graphs/1/edit");
    let form = "/graphs/1/forms/vertex";
    let tag = hidden(&get(&server, form), "tag");
    let body = format!("tag={tag}&of=b&name=b&desc=new&script=true");
    let html = page(server.post(form, &body), Status::UnprocessableEntity);
    assert!(html.contains("a form would lose it") && html.contains("skript"));
    assert!(html.contains("value=\"new\""), "what was typed stays");
    assert_eq!(get(&server, "/graphs/1/edit"), before);
    let body = format!("tag={tag}&in0.name=host&in0.type=str");
    let html = page(
        server.post("/graphs/1/forms/inputs", &body),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("skript") && html.contains("long"));
    // What a vertex takes the place of is gone because somebody has written another.
    let body = "text=name: h%0Avertices:%0A  a: {skript: pg_dump}%0A";
    to(server.post("/graphs", body));
    let form = "/graphs/2/forms/vertex";
    let tag = hidden(&get(&server, form), "tag");
    to(server.post(form, &format!("tag={tag}&of=a&name=a&script=pg_dump")));
    assert!(yaml(&server, 2).contains("pg_dump"));
}

#[test]
fn what_a_form_would_drop_is_told_at_its_field() {
    let server = Server::start();
    begin(&server);
    let vertex = "/graphs/1/forms/vertex";
    let tag = hidden(&get(&server, vertex), "tag");
    let before = yaml(&server, 1);
    for (rows, field) in [
        ("in0.name=&in0.type=int", "in0-name"),
        ("in0.name=&in0.type=str&in0.default=kept+text", "in0-name"),
        ("in0.name=&in0.type=str&in0.choices=kept+text", "in0-name"),
        ("in0.name=&in0.type=str&in0.desc=kept+text", "in0-name"),
        ("in0.name=&in0.type=str&in0.required=yes", "in0-name"),
        (
            "in0.name=n&in0.type=int&in0.default=kept+text",
            "in0-default",
        ),
        (
            "in0.name=n&in0.type=float&in0.choices=kept+text",
            "in0-choices",
        ),
        (
            "in0.name=n&in0.type=str&in1.name=n&in1.type=str",
            "in1-name",
        ),
        ("delay=5s", "retries"),
    ] {
        let of = "of=first&name=first&script=echo+other";
        for (form, more) in [(vertex, of), ("/graphs/1/forms/inputs", "")] {
            if more.is_empty() && field == "retries" {
                continue;
            }
            let sent = server.post(form, &format!("tag={tag}&{more}&{rows}"));
            let html = page(sent, Status::UnprocessableEntity);
            for part in [
                format!("href=\"#{field}\""),
                format!("id=\"{field}-e\""),
                "aria-invalid=\"true\"".to_owned(),
            ] {
                assert!(html.contains(&part), "{rows}: {part}");
            }
            assert_eq!(html.contains("kept text"), rows.contains("kept"), "{rows}");
            assert_eq!(html.contains("echo other"), !more.is_empty(), "{rows}");
            assert_eq!(hidden(&html, "tag"), tag);
        }
    }
    // Who has seen something older is not given the newer tag for it.
    let old = server.post(vertex, "tag=old&of=first&name=&script=echo");
    let html = page(old, Status::UnprocessableEntity);
    assert_eq!(hidden(&html, "tag"), "old");
    assert_eq!(yaml(&server, 1), before);
    // A row in which nothing stands is none.
    let empty = "in0.name=&in0.type=str&in0.default=&in0.choices=%0D%0A&in0.desc=";
    let body = format!("tag={tag}&of=first&name=first&script=echo+one&desc=new&{empty}");
    to(server.post(vertex, &body));
    assert!(!yaml(&server, 1).contains("input"));
}

#[test]
fn problems_of_a_form_are_told_by_vertex_and_field() {
    let server = Server::start();
    begin(&server);
    let vertex = "/graphs/1/forms/vertex";
    let tag = hidden(&get(&server, vertex), "tag");
    let body = format!("tag={tag}&name=a.b&script=true&timeout=soon&need=nobody");
    let html = page(server.post(vertex, &body), Status::UnprocessableEntity);
    let told = "<a href=\"#timeout\">Vertex <bdi>a.b</bdi> · Time limit</a>: ";
    assert!(
        html.contains(told) && html.contains("<a href=\"#needs\">"),
        "{html}"
    );
    assert!(
        !html.contains("<span class=\"num\">"),
        "no line of a text that nobody has seen"
    );
    // What is saved with an error is told so too, and a script with its line.
    let body = format!("tag={tag}&name=a.b&script=echo+%3Cwho%3E");
    let there = to(server.post(vertex, &body));
    let html = get(&server, &there);
    assert!(html.contains("/forms/vertex?name=a.b\">Vertex <bdi>a.b</bdi> · Script</a>: "));
    assert!(html.contains("echo &#60;who&#62;</pre>") && !html.contains("<span class=\"num\">"));
    let text = get(&server, &there.replace("/forms", "/edit"));
    assert!(text.contains("<span class=\"num\">"), "a text has lines");
}

#[test]
fn a_text_takes_no_name_of_another_graph_unless_somebody_says_so() {
    let server = Server::start();
    begin(&server);
    let mine = "text=name: made%0Avertices: {first: echo mine}%0A";
    let other = "text=name: made%0Avertices: {first: echo other}%0A";
    let before = yaml(&server, 1);
    let import = format!("origin=yaml&{mine}");
    for (form, body) in [("/graphs", mine), ("/graphs/import", import.as_str())] {
        let html = page(server.post(form, body), Status::Conflict);
        assert!(
            html.contains("href=\"/graphs/1\"") && html.contains("echo mine"),
            "{form}"
        );
        assert!(html.contains("name=\"onto\" value=\"1\""));
        assert_eq!(yaml(&server, 1), before);
    }
    let onto = |text: &str, id: u32| server.post("/graphs", &format!("onto={id}&{text}"));
    assert_eq!(to(onto(mine, 1)), "/graphs/2?saved=new-version");
    assert_eq!(yaml(&server, 1), before, "what was there stays");
    // Somebody was faster: what was agreed to is not what would be done.
    let html = page(onto(other, 1), Status::Conflict);
    assert!(html.contains("name=\"onto\" value=\"2\"") && html.contains("echo other"));
    // Neither is it for another name, and a free one needs no word.
    begin_named(&server, "second");
    let second = other.replace("made", "second");
    page(onto(&second, 2), Status::Conflict);
    let third = other.replace("made", "third");
    assert!(to(onto(&third, 2)).ends_with("?saved=created"));
    to(server.post("/graphs/2/archive", ""));
    let html = page(onto(other, 2), Status::Conflict);
    assert!(html.contains("echo other"), "nothing is lost");
}

fn begin_named(server: &Server, name: &str) {
    let body = format!("name={name}&vertex=first&script=echo+one");
    to(server.post("/graphs/forms", &body));
}

#[test]
fn edges_are_added_and_removed_one_by_one() {
    let server = Server::start();
    begin(&server);
    let add = |name: &str| {
        let tag = hidden(&get(&server, "/graphs/1/forms/vertex"), "tag");
        let body = format!("tag={tag}&name={name}&script=true");
        to(server.post("/graphs/1/forms/vertex", &body));
    };
    add("b");
    add("c");
    let edge_at = |forms: &str, deed: &str, tail: &str, next: &str| {
        let tag = hidden(&get(&server, forms), "tag");
        let body = format!("tag={tag}&deed={deed}&tail={tail}&next={next}");
        server.post(&format!("{forms}/edge"), &body)
    };
    let first = "/graphs/1/forms";
    to(edge_at(first, "join", "first", "b"));
    to(edge_at(first, "join", "b", "c"));
    assert_eq!(yaml(&server, 1).matches("needs:").count(), 2);
    // A cycle is saved, unchecked, and told; it takes the place of nothing that was right.
    let path = |address: String| address.split('?').next().unwrap_or_default().to_owned();
    let there = path(to(edge_at(first, "join", "c", "first")));
    assert!(there != first && get(&server, &there).contains("class=\"finding s-failed\""));
    let there = path(to(edge_at(&there, "part", "c", "first")));
    assert!(!get(&server, &there).contains("class=\"finding s-failed\""));
    let edge = |deed: &str, tail: &str, next: &str| edge_at(&there, deed, tail, next);
    for (deed, tail, told) in [
        ("part", "c", "does not come right after"),
        ("join", "nobody", "There is no vertex <code>nobody</code>"),
    ] {
        let html = page(edge(deed, tail, "first"), Status::Conflict);
        assert!(
            html.contains(told) && html.contains(&format!("value=\"{tail}\"")),
            "{told}"
        );
    }
    let stale = server.post(&format!("{there}/edge"), "tag=old&tail=first&next=c");
    assert!(page(stale, Status::Conflict).contains("send the edge once more"));
}

#[test]
fn versions_are_compared_restored_copied_and_archived() {
    let server = Server::start();
    begin(&server);
    let form = get(&server, "/graphs/1/start");
    let body = format!(
        "key={}&revision={}",
        hidden(&form, "key"),
        hidden(&form, "revision")
    );
    to(server.post("/graphs/1/pipelines", &body));
    // It is sealed now: the next save is the next version.
    let tag = hidden(&get(&server, "/graphs/1/forms"), "tag");
    let body = format!("tag={tag}&of=first&script=echo+two");
    let saved = server.post("/graphs/1/forms/vertex", &body);
    assert_eq!(to(saved), "/graphs/2/forms?saved=new-version");
    assert!(get(&server, "/graphs/1/forms").contains("href=\"/graphs/2/forms\""));

    let html = get(&server, "/graphs/2?tab=versions&with=1");
    assert!(html.contains("From version 1 to version 2"));
    assert!(html.contains("- echo one") && html.contains("+ echo two"));
    assert!(get(&server, "/graphs/1/restore").contains("+ echo one"));
    assert_eq!(
        to(server.post("/graphs/1/restore", "")),
        "/graphs/3?saved=new-version"
    );
    assert!(yaml(&server, 3).contains("echo one"));

    for tab in ["", "?tab=runs", "?tab=inputs", "?tab=versions", "?tab=api"] {
        let newest = format!("<a href=\"/graphs/3{tab}\">version 3</a>");
        for older in [1, 2] {
            let told = format!("This is version {older}. The newest one is {newest}");
            assert!(get(&server, &format!("/graphs/{older}{tab}")).contains(&told));
        }
        assert!(!get(&server, &format!("/graphs/3{tab}")).contains("The newest one is"));
    }

    let html = get(&server, "/graphs/3?tab=runs");
    assert!(html.contains("/pipelines/1") && html.contains("class=\"runbars\""));
    let html = get(&server, "/graphs/3?tab=api");
    assert!(html.contains("/api/v1/graphs/3/pipelines") && html.contains("$TOKEN"));
    assert!(get(&server, "/graphs/3?tab=inputs").contains("take no inputs"));
    let html = get(&server, "/graphs/3/start");
    assert!(
        html.contains("?same=1"),
        "the run of another version is the last one"
    );
    assert!(get(&server, "/graphs/3/start?same=1").contains("/pipelines/1"));
    for end in ["yaml", "json", "svg", "dot", "mmd"] {
        let file = server.get(&format!("/graphs/3.{end}"));
        assert_eq!(file.status(), Status::Ok, "{end}");
    }

    let taken = server.post("/graphs/3/copy", "name=made");
    assert!(page(taken, Status::UnprocessableEntity).contains("There is a graph of this name"));
    assert_eq!(
        to(server.post("/graphs/3/copy", "name=other")),
        "/graphs/4?saved=created"
    );
    assert_eq!(
        to(server.post("/graphs/3/archive", "")),
        "/graphs/3?saved=archived"
    );
    let listed = |query: &str| get(&server, &format!("/graphs{query}"));
    let row = ">made</bdi>";
    assert!(!listed("").contains(row) && listed("?archived=only").contains(row));
    assert!(listed("?contains=ma&archived=too").contains(row));
    assert!(listed("?contains=zz").contains("No graph is like that"));
    page(
        server.get("/graphs?state=EATEN"),
        Status::UnprocessableEntity,
    );
    assert_eq!(
        to(server.post("/graphs/3/archive", "back=yes")),
        "/graphs/3?saved=unarchived"
    );
    assert!(listed("?state=RUNNING").contains(row));
}

#[test]
fn files_of_other_programs_are_brought_in_with_what_was_left_out() {
    let server = Server::start();
    let cron = "origin=crontab&name=jobs&text=5+4+*+*+*+echo+night%0A";
    let html = page(server.post("/graphs/import", cron), Status::Ok);
    assert!(html.contains("href=\"/graphs/1\"") && html.contains("class=\"plain\""));
    let make = "origin=make&name=build&text=all%3A+a%0A%09echo+all%0Aa%3A%0A%09echo+a%0A";
    assert!(page(server.post("/graphs/import", make), Status::Ok).contains(">build</bdi>"));
    let own = "origin=yaml&text=name%3A+own%0Avertices%3A+%7Ba%3A+%27true%27%7D%0A";
    assert!(to(server.post("/graphs/import", own)).ends_with("?saved=created"));
    let wrong = format!(
        "origin=json&text={}",
        rocket::http::RawStr::new(HOSTILE).percent_encode()
    );
    let html = page(
        server.post("/graphs/import", &wrong),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("class=\"finding "));
    let wrong = server.post("/graphs/import", "origin=github&text=-+1");
    assert!(page(wrong, Status::UnprocessableEntity).contains("role=\"alert\""));
}

#[test]
fn an_import_that_is_refused_keeps_its_form_and_its_notes() {
    let server = Server::start();
    begin(&server);
    let send = |body: &str| server.post("/graphs/import", &format!("origin=crontab&{body}"));
    // The text is of no use, and what was noted of its lines helps to mend it.
    let html = page(
        send("text=MAILTO=me%0Anonsense%0A"),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("is neither a job nor a variable") && html.contains("MAILTO=me"));
    // One of two names is taken: nothing is saved before somebody says so.
    let jobs = "text=5+4+*+*+*+/opt/made%0A6+4+*+*+*+/opt/new%0A";
    let html = page(send(jobs), Status::Conflict);
    assert!(html.contains("href=\"/graphs/1\"") && html.contains("/opt/made"));
    assert!(html.contains("keep cron for it"), "the notes stay");
    assert!(!get(&server, "/graphs").contains(">new</bdi>"));
    let html = page(send(&format!("onto=1&{jobs}")), Status::Ok);
    assert!(html.contains("href=\"/graphs/2\"") && html.contains("href=\"/graphs/3\""));
    assert!(html.contains("keep cron for it") && yaml(&server, 2).contains("/opt/made"));
    assert!(
        yaml(&server, 1).contains("echo one"),
        "what was there stays"
    );
    // One graph with an error is mended as a text, with its notes until it is saved.
    let wrong = "text=5+4+*+*+*+if+true%0A&name=mended";
    let html = page(send(wrong), Status::UnprocessableEntity);
    let note = hidden(&html, "note");
    assert!(
        html.contains("class=\"finding ") && note.contains("directory"),
        "{note}"
    );
    let body = format!("note={}&text=vertices: [", note.replace(' ', "+"));
    let html = page(server.post("/graphs", &body), Status::UnprocessableEntity);
    assert_eq!(hidden(&html, "note"), note);
}
