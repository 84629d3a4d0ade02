//! Answers to what makes something: 201 with the address of what is new, 200 where nothing is.

use rocket::http::{Header, RawStr, Status};
use rocket::response::Responder;
use rocket::{Request, Response};

/// An answer, with the address of what was made below `/api/v1`; none: nothing was.
pub(super) struct Made<T>(pub(super) Option<String>, pub(super) T);

impl<'r, 'o: 'r, T: Responder<'r, 'o>> Responder<'r, 'o> for Made<T> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'o> {
        let Self(place, answer) = self;
        let mut response = Response::build_from(answer.respond_to(request)?);
        if let Some(place) = place {
            let address = format!("/api/v1/{place}");
            response.status(Status::Created);
            response.header(Header::new("Location", address));
        }
        response.ok()
    }
}

/// A name as one part of an address.
pub(super) fn part(name: &str) -> String {
    RawStr::new(name).percent_encode().to_string()
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_name_is_one_part_of_an_address_whatever_is_in_it() {
        for (name, written) in [("b/../c d", "b%2F..%2Fc%20d"), ("a?b#c%", "a%3Fb%23c%25")] {
            assert_eq!(part(name), written);
        }
    }
}
