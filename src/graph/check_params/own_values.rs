//! Choices and defaults against the rules of their own parameter.

use super::{Declarations, MOST};
use crate::graph::codes;
use crate::graph::param::{Kind, Param};
use crate::graph::places::Part;
use crate::graph::similar::quote;

impl Declarations<'_, '_> {
    /// Choices and the default against the parameter's own rules.
    pub(super) fn own_values(&mut self, i: u32, param: &Param) {
        let spot = self.spot(Part::Rule(i, "choices"));
        if param.kind == Kind::Secret {
            if param.default.is_some() {
                let message = "a secret in a definition is none: remove the default, and change what it protects; a person gives the value at the start".to_owned();
                self.error(codes::SECRET_DEFAULT, Part::Rule(i, "default"), message);
            }
            return;
        }
        if param.kind == Kind::Choice
            && param.choices.is_empty()
            && !self.sink.places.broken.contains(&spot)
        {
            let message = "a choice needs `choices`, a list such as [small, large]".to_owned();
            self.error(codes::BAD_CHOICES, Part::Param(i), message);
            return;
        }
        if param.choices.len() > MOST {
            let message = format!(
                "there are {} choices and the limit is {MOST}; use a pattern instead",
                param.choices.len()
            );
            self.error(codes::BAD_CHOICES, Part::Rule(i, "choices"), message);
            return;
        }
        let usable = |e: &(&'static str, String)| e.0 != codes::BAD_PATTERN;
        let mut seen = Vec::new();
        for choice in &param.choices {
            let shown = quote(&choice.to_string());
            if seen.contains(&choice) {
                self.error(
                    codes::BAD_CHOICES,
                    Part::Rule(i, "choices"),
                    format!("the choice {shown} is listed twice; remove one"),
                );
                continue;
            }
            seen.push(choice);
            if let Err(refusal) = param.judge(choice, self.limits, self.patterns)
                && usable(&refusal)
            {
                let message = format!("the choice {shown} breaks its own rules: {}", refusal.1);
                self.error(codes::BAD_CHOICES, Part::Rule(i, "choices"), message);
            }
        }
        if let Some(default) = &param.default
            && !self.sink.places.broken.contains(&spot)
            && let Err(refusal) = param.judge(default, self.limits, self.patterns)
            && usable(&refusal)
        {
            let message = format!("the default breaks its own rules: {}", refusal.1);
            self.error(codes::BAD_DEFAULT, Part::Rule(i, "default"), message);
        }
    }
}
