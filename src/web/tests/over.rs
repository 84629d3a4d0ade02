//! What has failed, and what has not run because of it, through a whole server.

use rocket::http::{Cookie, Status};

use crate::web::tests::end_to_end::page;
use crate::web::tests::end_to_end_asks::Site;
use crate::web::tests::foreign::english;
use crate::web::tests::wellformed;

/// A page for somebody who reads Chinese.
fn in_chinese(site: &Site, path: &str) -> String {
    let request = site.server.client.get(path.to_owned());
    let request = request.cookie(Cookie::new("trackyard_lang", "zh-CN"));
    let html = page(site.server.signed(request).dispatch(), Status::Ok);
    wellformed::check(&html);
    assert_eq!(english(&html), Vec::<String>::new(), "{path}");
    html
}

/// `fetch` has failed; `build` and `ship` come after it, `on_exit` runs after the verdict.
fn failed() -> Site {
    let mut site = Site::new();
    site.end(4, 0);
    site.end(1, 3);
    site
}

#[test]
fn what_comes_after_a_failure_waits_until_its_pipeline_is_over() {
    let mut site = failed();
    let html = site.get("/pipelines/1");
    assert!(html.contains("its predecessors are not done") && !html.contains("Did not run"));
    site.end(5, 0);
    let html = site.get("/pipelines/1");
    wellformed::check(&html);
    let said = html.matches("because <code>fetch</code> failed").count();
    assert_eq!(said, 2, "of each that comes after it");
    assert!(!html.contains("predecessors are not done") && !html.contains("</svg>Waiting"));
    assert!(
        html.contains("?state=WAITING#tracks"),
        "the state is what it was"
    );
    assert!(
        html.contains("<title>build: Did not run</title>"),
        "its card"
    );
    let html = site.get("/pipelines/1?track=2");
    let pane = html.split("id=\"log\"").nth(1).expect("its output");
    let title = pane.split("</h2>").next().unwrap_or_default();
    assert!(title.contains("</svg>Did not run"), "{title}");
    let html = site.get("/tracks/3");
    assert!(html.contains("<title>Did not run · ship"), "{html}");
    assert!(html.contains("because <code>fetch</code> failed"));
    assert!(site.get("/tracks/3/skip").contains("Did not run"));
    let html = in_chinese(&site, "/pipelines/1");
    assert!(html.contains("未运行") && html.contains("因为 <code>fetch</code> 失败"));
    assert!(!html.contains("前置任务尚未完成"));
    let html = in_chinese(&site, "/tracks/2");
    assert!(
        html.contains("<title>未运行 · build") && html.contains("因为 <code>fetch</code> 失败")
    );
}

#[test]
fn the_inbox_has_what_failed_until_it_is_retried() {
    let mut site = failed();
    let html = site.get("/inbox");
    wellformed::check(&html);
    assert!(html.contains("<tr id=\"f1\">"), "it has not ended");
    site.end(5, 0);
    let html = site.get("/inbox");
    let row = html.split("<tr id=\"f1\">").nth(1).expect("its row");
    let row = row.split("</tr>").next().unwrap_or_default();
    assert!(row.contains("<a href=\"/tracks/1\"><bdi>fetch</bdi></a>") && row.contains("night"));
    assert!(
        row.contains("exit code 3") && row.contains("<time"),
        "{row}"
    );
    assert!(html.contains("Nothing waits for you.</p>") && !html.contains("class=\"count\""));
    let html = in_chinese(&site, "/inbox");
    assert!(html.contains("最近 7 天的失败") && html.contains("退出码 3"));
    assert!(
        site.get("/").contains("<li id=\"f1\">"),
        "and the first page"
    );
    // Somebody looks at other lines: what is new waits.
    let html = site.get("/inbox?shown=&failed=f77");
    assert!(html.contains("<tr id=\"f1\">"), "where none is there");
    let retried = site
        .server
        .post("/pipelines/1/retry-failed", "expect=FAILED");
    assert_eq!(retried.status(), Status::SeeOther);
    drop(retried);
    let html = site.get("/inbox?shown=&failed=f1");
    let row = html.split("<tr id=\"f1\">").nth(1).expect("it stays");
    assert!(!row.contains("#reason") && row.contains("Running"));
    assert!(site.get("/inbox").contains("Nothing waits for you</h2>"));
}
