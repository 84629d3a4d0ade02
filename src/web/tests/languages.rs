//! Every page in every language: no English word is left on a page of another one.

use rocket::http::Status;

use crate::web::tests::end_to_end::{page, release, save};
use crate::web::tests::end_to_end_asks::Site;
use crate::web::tests::foreign::english;

/// Every page, and how it answers: a new page joins by one line.
const PAGES: &[(&str, Status)] = &[
    ("/", Status::Ok),
    ("/journal", Status::Ok),
    ("/system", Status::Ok),
    ("/help", Status::Ok),
    ("/pipelines", Status::Ok),
    ("/pipelines/1", Status::Ok),
    ("/pipelines/1/stop", Status::Ok),
    ("/pipelines/1/kill", Status::Ok),
    ("/pipelines/1/pause", Status::Ok),
    ("/pipelines/1/resume", Status::Conflict),
    ("/pipelines/1/retry-failed", Status::Conflict),
    ("/pipelines/1/again", Status::Ok),
    ("/pipelines/99", Status::NotFound),
    ("/tracks/1", Status::Ok),
    ("/tracks/1/attempts/1/log", Status::Ok),
    ("/tracks/2", Status::Ok),
    ("/tracks/2/input", Status::Ok),
    ("/tracks/3/hold", Status::Ok),
    ("/tracks/3/skip", Status::Ok),
    ("/tracks/1/fail", Status::Ok),
    ("/tracks/1/succeed", Status::Conflict),
    ("/tracks/1/stop", Status::Ok),
    ("/tracks/3/retry", Status::Conflict),
    ("/tracks/99", Status::NotFound),
    ("/inbox", Status::Ok),
    ("/secrets", Status::Ok),
    ("/graphs", Status::Ok),
    ("/graphs/1", Status::Ok),
    ("/graphs/1/start", Status::Ok),
    ("/graphs/2", Status::Ok),
    ("/graphs/2/start", Status::Conflict),
    ("/graphs/new", Status::Ok),
    ("/graphs/new?by=forms", Status::Ok),
    ("/graphs/import", Status::Ok),
    ("/graphs/1?tab=inputs", Status::Ok),
    ("/graphs/1?tab=versions", Status::Ok),
    ("/graphs/1?tab=runs", Status::Ok),
    ("/graphs/1?tab=api", Status::Ok),
    ("/graphs/2?tab=inputs", Status::Ok),
    ("/graphs/1/edit", Status::Ok),
    ("/graphs/2/forms", Status::Ok),
    ("/graphs/1/restore", Status::Ok),
    ("/graphs/1/forms", Status::Ok),
    ("/graphs/1/forms/vertex", Status::Ok),
    ("/docs", Status::Ok),
    ("/no-such-page", Status::NotFound),
];

#[test]
fn no_page_has_english_words_in_another_language() {
    let site = Site::new();
    save(&site.server, release(), false);
    let mut wrong = Vec::new();
    for (path, status) in PAGES {
        let request = site.server.client.get(*path);
        let request = site
            .server
            .signed(request)
            .cookie(("trackyard_lang", "zh-CN"));
        let found = english(&page(request.dispatch(), *status));
        if !found.is_empty() {
            wrong.push((path, found));
        }
    }
    let told = |(path, found): &(&&str, Vec<String>)| format!("{path}: {}\n", found.join(" "));
    let told: String = wrong.iter().map(told).collect();
    assert!(wrong.is_empty(), "English is left:\n{told}");
}
