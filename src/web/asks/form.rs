//! The fields of the form with which something is asked, and what such a form sent.

use std::collections::BTreeMap;

use rocket::http::Status;

use crate::desk::{Care, Takes};
use crate::engine::TrackState;
use crate::graph::{FieldError, GivenOwned};
use crate::l10n::Words;
use crate::web::asks::asked::{Found, Subject};
use crate::web::edge::posted::Posted;
use crate::web::parts::fields::{self, Field, Group, Spec, Widget};
use crate::web::parts::need::{Need, type_again};
use crate::web::parts::refused::of_field;
use crate::web::parts::values::held;

/// What was sent and is not done.
#[derive(Debug)]
pub(in crate::web) struct Sent<'a> {
    pub(in crate::web) form: Option<&'a Posted>,
    pub(in crate::web) fields: Vec<FieldError>,
    pub(in crate::web) errors: Vec<String>,
    /// A word for the page that the reader came from.
    pub(in crate::web) from: &'static str,
    pub(in crate::web) status: Status,
    /// It has moved since the reader of the form looked.
    pub(in crate::web) moved: bool,
    /// It cannot be asked now.
    pub(in crate::web) refused: bool,
}

impl Sent<'_> {
    /// Nothing yet.
    pub(in crate::web) fn from(from: &'static str) -> Self {
        Self {
            form: None,
            fields: Vec::new(),
            errors: Vec::new(),
            from,
            status: Status::Ok,
            moved: false,
            refused: false,
        }
    }

    /// It cannot be asked now: that is all there is to say.
    pub(in crate::web) fn refuse(&mut self, why: String, t: Words) {
        let why = match self.moved {
            true => t.refused_moved_since(why),
            false => why,
        };
        (self.errors, self.fields) = (vec![why], Vec::new());
        (self.status, self.refused) = (Status::Conflict, true);
    }
}

impl Found {
    /// A value that the track has, as its field holds it.
    fn value(&self, key: &str) -> Option<String> {
        match (self.subject, &self.track) {
            (Subject::Track(_, ask), Some(track)) if ask.takes() == Takes::Values => {
                held(&track.input, key)
            }
            _ => None,
        }
    }

    fn specs(&self) -> Vec<Spec<'_>> {
        let params = self.track.as_ref().map(|track| track.params.as_slice());
        fields::of_track(params.unwrap_or_default())
    }

    /// What a form gives that the track does not have already.
    pub(in crate::web) fn changes(&self, form: &Posted) -> BTreeMap<String, GivenOwned> {
        let mut given = fields::given(&self.specs(), form, |key| self.value(key));
        given.retain(|key, value| match (value, self.value(key)) {
            (GivenOwned::Text(text), Some(held)) => *text != held,
            (GivenOwned::Text(_) | GivenOwned::Json(_), _) => true,
        });
        given
    }

    /// The fields of the form with what was typed, and errors that belong to none.
    pub(in crate::web) fn groups(&self, sent: &Sent<'_>, t: Words) -> (Vec<Group>, Vec<String>) {
        let specs = self.specs();
        let errors = renamed(&sent.fields, self.name());
        let known = |key: &str| match sent.form {
            Some(form) => form.get(&fields::field_name(key)).map(str::to_owned),
            None => self.value(key),
        };
        let mut groups = fields::groups(&specs, known, &errors, t);
        fields::keeping_secrets(&mut groups, |name| self.value(name).is_some(), t);
        if let Some(form) = sent.form {
            type_again(&mut groups, form);
        }
        if let (Some(group), Subject::Track(_, ask)) = (groups.first_mut(), self.subject) {
            group.title = match ask.takes() {
                Takes::Outputs => t.ask_outputs(),
                Takes::Values | Takes::Nothing => t.ask_values(),
            };
            if let (Takes::Outputs, Some(track)) = (ask.takes(), &self.track) {
                for field in &mut group.fields {
                    match track.asked.contains(&field.label) {
                        true => field.need = Need::Answer,
                        // It is taken by nobody, or has a default.
                        false => field.leave(t),
                    }
                }
            }
        }
        let (of_why, others): (Vec<_>, Vec<_>) = errors.into_iter().partition(|e| e.field == "why");
        groups.push(Group {
            title: String::new(),
            fields: vec![self.why(sent.form, of_why, t)],
        });
        (groups, fields::elsewhere(&specs, &others, t))
    }

    fn why(&self, form: Option<&Posted>, errors: Vec<FieldError>, t: Words) -> Field {
        let required = match self.subject {
            // Nobody knows how an interrupted one ended: to say so contradicts nothing.
            Subject::Track(_, ask) => {
                ask.care() == Care::Reason && self.seen().state != TrackState::Interrupted.word()
            }
            Subject::Pipeline(..) => false,
        };
        Field {
            id: "why".to_owned(),
            name: "why".to_owned(),
            label: t.ask_why(),
            desc: String::new(),
            need: match required {
                true => Need::Answer,
                false => Need::Nothing,
            },
            widget: Widget::Line("text"),
            value: form
                .map(|form| form.text("why").to_owned())
                .unwrap_or_default(),
            hint: match required {
                true => t.ask_why_needed(),
                false => t.ask_why_free(),
            },
            errors: errors.iter().map(|error| of_field(error, t)).collect(),
            again: false,
        }
    }
}

/// Errors by `name`, also where the vertex's name is in front.
fn renamed(errors: &[FieldError], vertex: &str) -> Vec<FieldError> {
    let short = |error: &FieldError| {
        let own = error.field.strip_prefix(vertex);
        let field = own.and_then(|rest| rest.strip_prefix('.'));
        FieldError {
            field: field.unwrap_or(&error.field).to_owned(),
            ..error.clone()
        }
    };
    errors.iter().map(short).collect()
}
