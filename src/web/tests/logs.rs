//! The log of an attempt on a real server, with a file in place of a script.

use std::fs;

use rocket::http::Status;

use crate::engine::AttemptKey;
use crate::web::tests::end_to_end::{end_all, page, release, save, start};
use crate::web::tests::harness::{HOSTILE, Server, keep};
use crate::web::tests::wellformed;

/// A server in which the first attempt of a track has begun, and its log is this.
fn printed(bytes: &[u8]) -> (Server, AttemptKey) {
    let server = Server::start();
    let graph = save(&server, release(), true);
    start(&server, graph, "logs");
    server.settle();
    let key = server.launches.try_iter().next().expect("a launch");
    write(&server, key, bytes);
    (server, key)
}

fn write(server: &Server, key: AttemptKey, bytes: &[u8]) {
    let path = server.spool.log(key);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
}

fn get(server: &Server, key: AttemptKey, query: &str) -> String {
    let path = format!("/tracks/{}/attempts/1/log{query}", key.track.0);
    page(server.get(&path), Status::Ok)
}

/// The text of the lines in a page, as somebody sees it.
fn shown(html: &str) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    for row in html.split("<div class=\"ln\" id=\"L").skip(1) {
        let (number, rest) = row.split_once('"').expect("a number");
        let (_, code) = rest.split_once("<code dir=\"ltr\">").expect("a line");
        let (code, _) = code.split_once("</code>").expect("its end");
        let mut text = String::new();
        for (nth, part) in code.split('<').enumerate() {
            let (tag, after) = if nth == 0 {
                ("", part)
            } else {
                part.split_once('>').expect("a tag")
            };
            assert!(
                nth == 0
                    || ["/span", "mark", "/mark"].contains(&tag)
                    || tag.starts_with("span class=\""),
                "<{tag}>"
            );
            text.push_str(after);
        }
        for (entity, c) in [
            ("&#60;", "<"),
            ("&#62;", ">"),
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&#38;", "&"),
        ] {
            text = text.replace(entity, c);
        }
        found.push((number.parse().expect("a number"), text));
    }
    found
}

#[test]
fn a_long_log_opens_at_its_end_and_any_line_is_reached() {
    let all: String = (1..=1_234).map(|n| format!("line {n}\n")).collect();
    let (server, key) = printed(all.as_bytes());
    let html = get(&server, key, "");
    keep("log", &html);
    let html_of_the_end = html.clone();
    let lines = shown(&html);
    assert_eq!(
        (lines.len(), &lines[499]),
        (500, &(1_234, "line 1234".to_owned()))
    );
    assert!(
        html.contains("1,234 lines") && html.contains("?line=1\"") && html.contains("?line=235\"")
    );
    assert!(!html.contains("data-to=\"next\"") && !html.contains("data-to=\"last\""));
    assert!(html.contains("class=\"log tail\"") && html.contains("http-equiv=\"refresh\""));
    let html = get(&server, key, "?line=700");
    let lines = shown(&html);
    assert_eq!((lines[0].0, lines[499].0), (700, 1_199));
    assert!(html.contains("?line=1200\"") && html.contains("?line=200\""));
    assert!(
        !html.contains("http-equiv=\"refresh\""),
        "who reads is not disturbed"
    );
    assert_eq!(shown(&get(&server, key, "?line=1234")).len(), 1);
    for query in ["?line=99999", "?line=99999999999999999999", "?line=99,999"] {
        let beyond = get(&server, key, query);
        assert_eq!(shown(&beyond), shown(&html_of_the_end), "{query}");
        assert!(beyond.contains("The log has 1,234 lines and no such one"));
    }
    for query in ["?line=abc", "?line=0", "?line=-5", "?line=%3Cb%3E"] {
        let path = format!("/tracks/{}/attempts/1/log{query}", key.track.0);
        let wrong = page(server.get(&path), Status::BadRequest);
        assert!(wrong.contains("from 1 to 1,234. This is none:"), "{query}");
        assert_eq!(shown(&wrong).len(), 500);
    }
    assert_eq!(shown(&get(&server, key, "?line=1,000"))[0].0, 1_000);
    assert!(!get(&server, key, "?line=").contains("role=\"alert\""));
    let path = format!(
        "/tracks/{}/attempts/1/log?line=5&n=3&part=true",
        key.track.0
    );
    let part = server.get(&path).into_string().expect("a part");
    wellformed::check(&part);
    let numbers: Vec<u64> = shown(&part).iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, [5, 6, 7]);
    assert!(part.starts_with("<div class=\"lines\"") && part.contains("data-total=\"1234\""));
}

#[test]
fn what_is_looked_for_is_found_line_by_line_and_page_by_page() {
    let line = |n| match n % 3 {
        0 => format!("{n} ERROR 失败 <b>&amp;\n"),
        _ => format!("{n} fine\n"),
    };
    let all: String = (1..=6_000).map(line).collect();
    let (server, key) = printed(all.as_bytes());
    let html = get(&server, key, "?q=error");
    assert!(html.contains("Found in 1,000 lines") && html.contains("lines 1 to 3,000 were"));
    assert_eq!(html.matches("class=\"hit\"").count(), 1_000);
    assert!(html.contains("data-line=\"3\"") && html.contains("q=error&amp;from=3001\""));
    assert!(html.contains("<mark>ERROR</mark>"));
    let html = get(&server, key, "?q=error&from=3001");
    assert!(html.contains("lines 3,001 to 6,000 were") && !html.contains("&amp;from=6001\""));
    let html = get(&server, key, "?q=%3Cb%3E%26amp;&from=5990");
    assert!(
        html.contains("Found in 4 lines") && html.contains("?q=%3Cb%3E%26amp"),
        "{html}"
    );
    assert!(html.contains("<mark>&#60;b&#62;&#38;amp;</mark>"));
    let html = get(&server, key, "?q=%E5%A4%B1%E8%B4%A5");
    assert!(html.contains("Found in 1,000 lines"));
    let html = get(&server, key, "?q=nowhere");
    assert!(html.contains("No line has it"));
    let refused = |query: &str| {
        let path = format!("/tracks/{}/attempts/1/log?{query}", key.track.0);
        page(server.get(&path), Status::BadRequest)
    };
    let html = refused(&format!("q={}", "x".repeat(1_001)));
    assert!(html.contains("Nothing was searched") && html.contains("1000 bytes"));
    let html = refused("q=%28%3Cb%3E&re=true");
    assert!(html.contains("this is no expression") && html.contains("unclosed group"));
    assert!(html.contains("value=\"(&#60;b&#62;\"") && html.contains(" checked>"));
}

#[test]
fn one_hit_leads_to_the_next_and_the_last_to_the_first() {
    let all: String = (1..=90).map(|n| format!("line {n}\n")).collect();
    let (server, key) = printed(all.as_bytes());
    let steps = |query: &str| -> (Vec<u64>, String) {
        let html = get(&server, key, query);
        let links = html.split("data-hit=\"").skip(1).map(|link| {
            let (_, hit) = link.split_once("hit=").expect("a hit");
            let (hit, _) = hit.split_once('#').expect("its end");
            hit.parse().expect("a number")
        });
        let (_, at) = html
            .split_once("id=\"hit-at\" role=\"status\">")
            .expect("a place");
        (
            links.collect(),
            at.split('<').next().unwrap_or_default().to_owned(),
        )
    };
    let every_tenth = "?q=%5Eline%20%5B0-9%5D*0%24&re=true";
    assert_eq!(steps(every_tenth), (vec![90, 10], String::new()));
    for (hit, around, at) in [
        (10, [90, 20], "1 / 9"),
        (50, [40, 60], "5 / 9"),
        (90, [80, 10], "9 / 9"),
    ] {
        let found = steps(&format!("{every_tenth}&hit={hit}"));
        assert_eq!(found, (around.to_vec(), at.to_owned()));
    }
}

#[test]
fn nothing_that_a_script_prints_is_html_or_moves_anything() {
    let mut all = HOSTILE.as_bytes().to_vec();
    all.extend(b"\n\x1b[31;1mred <script>alert(1)</script>\x1b[0m\n10%\r20%\n\xff\x07\n");
    all.extend("<".repeat(2_000).bytes());
    let (server, key) = printed(&all);
    let html = get(&server, key, "");
    assert!(!html.contains("<script>") && html.contains("<span class=\"f1 bold\">red "));
    let texts: Vec<String> = shown(&html).into_iter().map(|(_, text)| text).collect();
    let expected = [
        HOSTILE.replace('\u{202e}', "⟨U+202E⟩"),
        "red <script>alert(1)</script>".to_owned(),
        "20%".to_owned(),
        "\u{fffd}␇".to_owned(),
        "<".repeat(1_000),
    ];
    assert_eq!(texts, expected);
    assert!(html.contains("title=\"U+202E\"") && html.contains("1000 bytes more"));
    let at = all.len() - 2_000;
    let rest = format!(
        "/tracks/{}/attempts/1/log/bytes?at={at}&n=2000",
        key.track.0
    );
    assert!(html.contains(&rest.replace('&', "&amp;")));
    let answer = server.get(&rest);
    assert_eq!(
        answer.headers().get_one("X-Content-Type-Options"),
        Some("nosniff")
    );
    let kept = answer.headers().get_one("Content-Disposition");
    assert!(kept.is_some_and(|kept| kept.starts_with("attachment")));
    assert_eq!(answer.into_bytes(), Some(all[at..].to_vec()));
}

#[test]
fn a_log_with_nothing_in_it_and_one_that_is_no_text_are_said_to_be() {
    let (server, key) = printed(b"");
    assert!(get(&server, key, "").contains("No output yet"));
    write(&server, key, b"\x7fELF\0\0<script>");
    let html = get(&server, key, "");
    assert!(html.contains("This is no text") && html.contains("7f 45 4c 46 00 00 3c 73"));
    assert!(!html.contains("id=\"log\"") && html.contains("/log/raw?attempt=1"));
    assert_eq!(shown(&get(&server, key, "?text=true")).len(), 1);
    write(&server, key, b"");
    let ended = end_all(&server, None);
    assert!(ended.is_empty(), "its launch was taken before");
    let chinese = server
        .client
        .get(format!("/tracks/{}/attempts/1/log", key.track.0));
    let html = page(
        server
            .signed(chinese)
            .cookie(("trackyard_lang", "zh-CN"))
            .dispatch(),
        Status::Ok,
    );
    assert!(html.contains("还没有输出"));
    for path in ["0", "2", "-1", "2147483647"] {
        let path = format!("/tracks/{}/attempts/{path}/log", key.track.0);
        page(server.get(&path), Status::NotFound);
    }
    page(server.get("/tracks/99/attempts/1/log"), Status::NotFound);
}

#[test]
fn a_log_is_in_both_languages_with_any_number_of_lines() {
    let (server, key) = printed(b"");
    for (lines, language) in [0, 1, 1_000]
        .into_iter()
        .flat_map(|n| [(n, "en"), (n, "zh-CN")])
    {
        let all: String = (0..lines)
            .map(|n| format!("\u{1b}[3{}m{n} 日志\n", n % 8))
            .collect();
        write(&server, key, all.as_bytes());
        let request = server.client.get(format!(
            "/tracks/{}/attempts/1/log?q=%E6%97%A5",
            key.track.0
        ));
        let request = server.signed(request).cookie(("trackyard_lang", language));
        let html = page(request.dispatch(), Status::Ok);
        assert_eq!(shown(&html).len(), lines.min(500), "{language}");
        assert_eq!(
            html.contains("在 1,000 行中找到"),
            lines > 1 && language == "zh-CN"
        );
    }
}
