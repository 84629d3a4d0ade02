//! Named secrets: which there are, setting and removing them. No page ever has a value.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{Desk, SecretError};
use crate::graph::Hidden;
use crate::store::SecretHead;
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::refused::of_secret;
use crate::web::parts::when::{When, when};

#[derive(Template)]
#[template(path = "secrets.html")]
struct SecretsPage {
    frame: Frame,
    lines: Vec<Line>,
    /// What was refused.
    error: String,
    /// The name that was sent with it; never the value.
    name: String,
    /// A value was sent with it, which has to be typed again.
    again: bool,
    /// What removing one has meant.
    removed: String,
}

struct Line {
    name: String,
    creator: String,
    set: When,
}

#[get("/secrets")]
pub(in crate::web) async fn list(who: Browser, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || Answer::ok(&view(&who, desk.secrets()?))).await
}

fn view(who: &Browser, secrets: Vec<SecretHead>) -> SecretsPage {
    let line = |secret: SecretHead| Line {
        set: when(secret.updated_at),
        name: secret.name,
        creator: secret.creator,
    };
    SecretsPage {
        frame: Frame::new(who, Section::Secrets),
        lines: secrets.into_iter().map(line).collect(),
        error: String::new(),
        name: String::new(),
        again: false,
        removed: String::new(),
    }
}

#[post("/secrets", data = "<form>")]
pub(in crate::web) async fn change(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, &form)).await
}

fn take(desk: &Desk, who: &Browser, form: &Posted) -> Outcome {
    let (name, t) = (form.text("name"), who.look.t);
    let removed = match form.text("do") {
        "remove" => desk
            .remove_secret(name, who.caller.name)
            .map(|unfinished| match unfinished {
                0 => t.secrets_removed(name),
                n => t.secrets_removed_used(n, name),
            }),
        _ => {
            let value = Hidden::new(form.text("value").to_owned());
            match desk.set_secret(name, &value, who.caller.name) {
                Ok(_) => return Ok(Answer::go("/secrets".to_owned())),
                Err(why) => Err(why),
            }
        }
    };
    let (status, error, removed) = match removed {
        Ok(sentence) => (Status::Ok, String::new(), sentence),
        Err(SecretError::Command(why)) => return Err(why.into()),
        Err(SecretError::Store(why)) => return Err(why.into()),
        Err(why) => (
            Status::UnprocessableEntity,
            of_secret(&why, t),
            String::new(),
        ),
    };
    let page = SecretsPage {
        name: if error.is_empty() {
            String::new()
        } else {
            name.to_owned()
        },
        again: !error.is_empty() && !form.text("value").is_empty(),
        error,
        removed,
        ..view(who, desk.secrets()?)
    };
    Answer::page(status, &page)
}

#[cfg(test)]
mod tests {
    use rocket::http::Status;

    use crate::web::tests::harness::Server;
    use crate::web::tests::wellformed;

    #[test]
    fn a_secret_is_set_listed_and_removed_and_its_value_is_on_no_page() {
        let server = Server::start();
        let page = |path: &str| server.get(path).into_string().expect("a page");
        assert!(page("/secrets").contains("no secret yet"));
        let set = server.post("/secrets", "name=DB_PASSWORD&value=canary-value");
        assert_eq!(set.status(), Status::SeeOther);
        let html = page("/secrets");
        wellformed::check(&html);
        assert!(html.contains("DB_PASSWORD") && !html.contains("canary"));

        for (body, words) in [
            ("name=A-B&value=canary-value", "cannot name a secret"),
            ("name=SHORT&value=cnr", "needs 4 at least"),
            ("name=NOBODY&do=remove", "There is no secret"),
        ] {
            let refused = server.post("/secrets", body);
            assert_eq!(refused.status(), Status::UnprocessableEntity, "{body}");
            let html = refused.into_string().expect("a page");
            wellformed::check(&html);
            assert!(html.contains(words) && !html.contains("canary"), "{html}");
            let again = body.contains("value=");
            assert_eq!(html.contains("type it again"), again, "{body}");
        }

        let removed = server.post("/secrets", "name=DB_PASSWORD&do=remove");
        assert_eq!(removed.status(), Status::Ok);
        let html = removed.into_string().expect("a page");
        wellformed::check(&html);
        assert!(html.contains("The secret DB_PASSWORD is removed"));
        assert!(html.contains("no secret yet"));
    }
}
