//! What an address takes, for who asks it with another method.

use rocket::http::Method;
use rocket::{Request, Route};

/// The methods of the routes that this address fits best; none when there is no such address.
pub(super) fn allowed(request: &Request<'_>) -> Vec<Method> {
    let asked = request.uri().path();
    let fitting = |route: &&Route| fits(route.uri.path(), asked.as_str());
    let routes: Vec<&Route> = request.rocket().routes().filter(fitting).collect();
    // `/graphs/validate` is no number of a graph.
    let places = |route: &&Route| route.uri.path().matches('<').count();
    let best = routes.iter().map(places).min();
    let best = routes.iter().filter(|route| Some(places(route)) == best);
    let mut methods: Vec<Method> = best.map(|route| route.method).collect();
    if methods.contains(&Method::Get) {
        methods.push(Method::Head);
    }
    methods.sort_unstable_by_key(|method| method.as_str());
    methods.dedup();
    methods
}

/// Places that stand for a file by its end.
const FILES: [&str; 5] = ["<yaml>", "<json>", "<dot>", "<mmd>", "<svg>"];

/// Whether an address is one of a route: `<id>` stands for a number, `<yaml>` and the like for a file,
/// another place for any one part.
fn fits(route: &str, asked: &str) -> bool {
    let (mut parts, mut words) = (route.split('/'), asked.split('/'));
    loop {
        match (parts.next(), words.next()) {
            (None, None) => return true,
            (Some("<id>"), Some(word)) if word.bytes().all(|byte| byte.is_ascii_digit()) => {}
            (Some("<id>"), Some(_)) => return false,
            (Some(part), Some(word)) if FILES.contains(&part) => {
                if !word.ends_with(&format!(".{}", part.trim_matches(['<', '>']))) {
                    return false;
                }
            }
            (Some(part), Some(_)) if part.starts_with('<') => {}
            (Some(part), Some(word)) if part == word => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_place_for_something_takes_one_part() {
        for (route, asked, fit) in [
            ("/api/v1/graphs", "/api/v1/graphs", true),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7", true),
            ("/api/v1/graphs/<id>/check", "/api/v1/graphs/7/check", true),
            ("/api/v1/graphs/<id>", "/api/v1/graphs", false),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7.yaml", false),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/7.yaml", true),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/7", false),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7/check", false),
            ("/api/v1/graphs/<id>/check", "/api/v1/graphs/7/form", false),
        ] {
            assert_eq!(fits(route, asked), fit, "{route} {asked}");
        }
    }
}
