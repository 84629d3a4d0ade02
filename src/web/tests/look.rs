//! Pages in the language, the zone and the colours that somebody wants.

use rocket::http::{Header, Status};
use rocket::local::blocking::LocalResponse;

use crate::web::edge::guard::COOKIE;
use crate::web::tests::end_to_end::{page, release, save};
use crate::web::tests::harness::Server;
use crate::web::tests::wellformed;

fn cookies(answer: &LocalResponse<'_>) -> Vec<String> {
    let set = answer.headers().get("Set-Cookie");
    let pairs = set.map(|cookie| cookie.split(';').next().unwrap_or_default().to_owned());
    let mut pairs: Vec<String> = pairs.collect();
    pairs.sort();
    pairs
}

#[test]
fn a_page_is_in_the_language_of_the_cookie_else_of_the_browser() {
    let server = Server::start();
    for (asked, cookie, language, words) in [
        (None, None, "en", "Sign in"),
        (Some("zh-CN,en;q=0.5"), None, "zh-CN", "登录"),
        (Some("zh-CN"), Some("en"), "en", "Sign in"),
        (None, Some("zh-CN"), "zh-CN", "登录"),
        (None, Some("../x"), "en", "Sign in"),
    ] {
        let mut request = server.client.get("/sign-in");
        if let Some(asked) = asked {
            request = request.header(Header::new("Accept-Language", asked));
        }
        if let Some(cookie) = cookie {
            request = request.cookie(("trackyard_lang", cookie));
        }
        let html = page(request.dispatch(), Status::Unauthorized);
        wellformed::check(&html);
        let tag = format!("<html lang=\"{language}\"");
        assert!(
            html.contains(&tag) && html.contains(words),
            "{asked:?} {cookie:?}"
        );
    }
}

#[test]
fn a_choice_is_kept_and_leads_back_to_the_page() {
    let server = Server::start();
    let choose = |query: &str| {
        let path = format!("/look?{query}");
        let answer = server.client.get(path).dispatch();
        let to = answer.headers().get_one("Location").map(str::to_owned);
        (answer.status(), cookies(&answer), to)
    };
    let seen = Status::SeeOther;
    assert_eq!(
        choose("theme=dark&zone=Asia/Shanghai&lang=zh-CN&back=%2Fpipelines%3Fcursor%3D3"),
        (
            seen,
            [
                "trackyard_lang=zh-CN",
                "trackyard_theme=dark",
                "trackyard_zone=Asia%2FShanghai"
            ]
            .map(str::to_owned)
            .to_vec(),
            Some("/pipelines?cursor=3".to_owned())
        )
    );
    let away = choose("theme=light&back=%2F%2Fevil.example");
    assert_eq!(away.2.as_deref(), Some("/"), "only addresses of ours");
    for wrong in ["keys=maybe", "lang=tlh", "theme=%3Cscript%3E", "zone=Mars"] {
        let (status, cookies, _) = choose(wrong);
        assert_eq!((status, cookies.len()), (Status::BadRequest, 0), "{wrong}");
    }
}

#[test]
fn times_are_in_the_zone_of_the_cookie_and_the_page_names_it_once() {
    let server = Server::start();
    let get = |zone: Option<&'static str>| {
        let mut request = server.client.get("/pipelines?cursor=9");
        request = request.cookie((COOKIE, server.cookie.clone()));
        if let Some(zone) = zone {
            request = request.cookie(("trackyard_zone", zone));
        }
        page(request.dispatch(), Status::Ok)
    };
    let guessed = get(None);
    assert!(guessed.contains("Times are UTC.") && guessed.contains("/js/zone.js\""));
    assert!(guessed.contains("data-zone=\"UTC\" data-guessed=\"1\""));
    let said = get(Some("Asia/Shanghai"));
    assert!(said.contains("Times are Asia/Shanghai.") && said.contains("/js/zone.js\""));
    assert!(said.contains("data-zone=\"Asia/Shanghai\">"), "it is said");
    let answer = page(
        server.post("/pipelines/many", "word=stop&seen=&why="),
        Status::Ok,
    );
    assert!(
        !answer.contains("/js/zone.js\""),
        "a form is not sent twice"
    );
    let back = "/look?theme=light&amp;back=%2Fpipelines%3Fcursor%3D9";
    assert!(said.contains(back), "the way back to this very page");
}

#[test]
fn a_form_that_was_not_taken_says_so_and_leads_back_to_its_page() {
    let server = Server::start();
    let graph = save(&server, release(), true);
    let path = format!("/graphs/{graph}/pipelines");
    let form = page(
        server.get(&format!("/graphs/{graph}/start?same=1")),
        Status::Ok,
    );
    let here = |path: &str| path.replace('/', "%2F");
    let typed = |html: &str, at: &str| html.contains(&format!("data-typed=\"{}\"", here(at)));
    assert!(form.contains("/js/kept.js\"") && form.contains("id=\"kept\""));
    assert!(typed(&form, &format!("/graphs/{graph}/start%3Fsame%3D1")));
    assert!(!form.contains("data-unsent"));
    let refused = page(
        server.post(&path, "revision=1&p.host=&p.level=major"),
        Status::UnprocessableEntity,
    );
    assert!(refused.contains("<main id=\"main\" data-unsent"));
    assert!(typed(&refused, &format!("/graphs/{graph}/start")));
    let back = format!(
        "lang=zh-CN&amp;back={}",
        here(&format!("/graphs/{graph}/start"))
    );
    assert!(
        refused.contains(&back),
        "the language is changed on the page of the form"
    );
    // A default that was taken out of a field that must be answered.
    assert!(
        refused.contains("id=\"f0-e\"") && refused.contains("<code>host</code> must be answered")
    );

    // The session has ended: the page says what became of the form, and knows where it was.
    for (language, words) in [("en", "was not taken"), ("zh-CN", "没有被接受")] {
        let request = server.client.post(path.clone());
        let request = request.header(Header::new("Host", "127.0.0.1:8000"));
        let from = format!("http://127.0.0.1:8000/graphs/{graph}/start");
        let request = request.header(Header::new("Referer", from));
        let request = request.cookie(("trackyard_lang", language));
        let html = page(
            request.body("p.host=canary").dispatch(),
            Status::Unauthorized,
        );
        assert!(html.contains("<noscript><p>") && html.contains(words));
        assert!(html.contains("id=\"unsent\"") && !html.contains("canary"));
        let back = format!("back={}\"", here(&format!("/graphs/{graph}/start")));
        assert!(html.contains(&back));
    }
    let foreign = server.client.post(path.clone());
    let foreign = foreign.header(Header::new("Host", "127.0.0.1:8000"));
    let foreign = foreign.header(Header::new(
        "Referer",
        "http://127.0.0.1:8000.evil.example/x",
    ));
    let html = page(foreign.dispatch(), Status::Unauthorized);
    assert!(!html.contains("evil"));
}
