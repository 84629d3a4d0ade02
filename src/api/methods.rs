//! What an address takes, for who asks it with another method, or with something else in it.

use rocket::http::Method;
use rocket::{Request, Route};
use serde_json::Value;

use super::describe::meaning;

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

/// Which part of the address is no number where its place wants one, and what that is; none: all are.
pub(super) fn misread(request: &Request<'_>) -> Option<String> {
    let asked = request.uri().path();
    let method = |route: &&Route| route.method == request.method();
    let mut routes = request.rocket().routes().filter(method);
    let (path, place, word) = routes.find_map(|route| {
        let path = route.uri.path();
        let misfit =
            |(place, word): &(&str, &str)| NUMBERS.contains(place) && !takes(path, place, word);
        let (place, word) = parts(path, asked.as_str())?.find(misfit)?;
        Some((path, place, word))
    })?;
    let name = place.trim_matches(['<', '>']);
    let (means, _) = meaning(&described(path), name)?;
    let mut why = format!("`{word}` in the address is no whole number as `{name}` is: {means}");
    if request.method() == Method::Get && path.ends_with("/graphs/<id>") {
        let ends = FILES.map(|end| format!("`.{}`", end.trim_matches(['<', '>'])));
        why.push_str(&format!(
            " Files have this number and one of {}.",
            ends.join(", ")
        ));
    }
    Some(why)
}

/// Places that stand for a file by its end.
const FILES: [&str; 5] = ["<yaml>", "<json>", "<dot>", "<mmd>", "<svg>"];
/// Places that stand for a whole number.
const NUMBERS: [&str; 3] = ["<id>", "<hook>", "<number>"];

/// Whether an address is one of a route.
fn fits(route: &str, asked: &str) -> bool {
    parts(route, asked)
        .is_some_and(|mut parts| parts.all(|(place, word)| takes(route, place, word)))
}

/// The places of a route and what stands there, where all else is the same.
fn parts<'p>(route: &'p str, asked: &'p str) -> Option<impl Iterator<Item = (&'p str, &'p str)>> {
    let pairs = || route.split('/').zip(asked.split('/'));
    let is_place = |part: &str| part.starts_with('<');
    let same = route.split('/').count() == asked.split('/').count()
        && pairs().all(|(part, word)| is_place(part) || part == word);
    same.then(|| pairs().filter(move |(part, _)| is_place(part)))
}

/// Whether a place can mean this word.
fn takes(route: &str, place: &str, word: &str) -> bool {
    let name = place.trim_matches(['<', '>']);
    if NUMBERS.contains(&place) {
        return word.parse::<i64>().is_ok();
    }
    if FILES.contains(&place) {
        let number = word
            .strip_suffix(name)
            .and_then(|rest| rest.strip_suffix('.'));
        return number.is_some_and(|number| number.parse::<i64>().is_ok());
    }
    let known = meaning(&described(route), name).map(|(_, limits)| limits["enum"].clone());
    let known = known.as_ref().and_then(Value::as_array);
    known.is_none_or(|known| known.iter().any(|one| one == word))
}

/// The address of a route as it is described.
fn described(route: &str) -> String {
    let path = route.strip_prefix("/api/v1").unwrap_or(route);
    path.replace('<', "{").replace('>', "}")
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_place_takes_one_part_that_it_can_mean() {
        let word = "/api/v1/pipelines/<id>/<word>";
        for (route, asked, fit) in [
            ("/api/v1/graphs", "/api/v1/graphs", true),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7", true),
            ("/api/v1/graphs/<id>/check", "/api/v1/graphs/7/check", true),
            ("/api/v1/graphs/<id>", "/api/v1/graphs", false),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7.yaml", false),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/7.yaml", true),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/x.yaml", false),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/7yaml", false),
            ("/api/v1/graphs/<yaml>", "/api/v1/graphs/7", false),
            ("/api/v1/graphs/<id>", "/api/v1/graphs/7/check", false),
            ("/api/v1/graphs/<id>/check", "/api/v1/graphs/7/form", false),
            ("/api/v1/secrets/<name>", "/api/v1/secrets/a%2Fb", true),
            (word, "/api/v1/pipelines/1/pause", true),
            (word, "/api/v1/pipelines/1/foo", false),
        ] {
            assert_eq!(fits(route, asked), fit, "{route} {asked}");
        }
    }
}
