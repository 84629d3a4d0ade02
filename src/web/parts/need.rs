//! What is to be said of a field that somebody may not leave empty, or has to fill in again.

use crate::graph::Param;
use crate::l10n::Words;
use crate::web::edge::posted::Posted;
use crate::web::parts::fields::{Field, Group, Widget};

/// Whether a field may be left empty, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Need {
    /// It may.
    Nothing,
    /// Somebody has to answer: a default only fills in the form.
    Answer,
    /// There is no default that would take its place.
    Value,
}

impl Need {
    /// Of a declared parameter.
    pub(in crate::web) fn of(param: &Param) -> Self {
        match (param.required, &param.default) {
            (true, _) => Self::Answer,
            (false, None) => Self::Value,
            (false, Some(_)) => Self::Nothing,
        }
    }

    /// What is said beside its name; empty: nothing.
    pub(in crate::web) fn said(self, t: &Words) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Answer => t.field_must_answer(),
            Self::Value => t.field_no_default(),
        }
    }
}

impl Field {
    /// Says that it may be left empty.
    pub(in crate::web) fn leave(&mut self, t: Words) {
        self.need = Need::Nothing;
        if let Widget::Pick(choices) | Widget::Radio(choices) = &mut self.widget {
            for choice in choices.iter_mut().filter(|choice| choice.value.is_empty()) {
                choice.text = t.field_none();
            }
        }
    }
}

impl Group {
    /// Somebody has to look at it: a value is missing or wrong.
    pub(in crate::web) fn is_open(&self) -> bool {
        let asks = |field: &Field| field.need != Need::Nothing && field.value.is_empty();
        let mut fields = self.fields.iter();
        fields.any(|field| asks(field) || !field.errors.is_empty())
    }
}

/// Marks the secrets that a form has sent: the form comes back without them.
pub(in crate::web) fn type_again(groups: &mut [Group], form: &Posted) {
    for field in groups.iter_mut().flat_map(|group| &mut group.fields) {
        field.again = field.widget == Widget::Password && !form.text(&field.name).is_empty();
    }
}
