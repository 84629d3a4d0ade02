//! What is wrong with a value that somebody typed, by its code and the rules of its parameter.

use crate::graph::{FieldError, Kind, Param, SECRET_LEAST_BYTES, codes, quote};
use crate::l10n::Words;
use crate::web::parts::{refused, words};

/// Choices that a sentence names.
const CHOICES: usize = 20;

/// A sentence in the language of the page. What no rule of the parameter explains is as elsewhere.
pub(in crate::web) fn of_value(error: &FieldError, param: &Param, t: Words) -> String {
    by_rule(error.code, param, t).unwrap_or_else(|| refused::of_field(error, t))
}

fn by_rule(code: &str, param: &Param, t: Words) -> Option<String> {
    let name = &param.name;
    Some(match code {
        codes::MISSING_VALUE if param.required => t.value_must_answer(name),
        codes::MISSING_VALUE => t.value_no_default(name),
        codes::BAD_VALUE => t.value_other_kind(name, words::kind(param.kind, t)),
        codes::NOT_A_CHOICE => {
            let known = param.choices.iter().take(CHOICES);
            let mut known: Vec<String> = known.map(ToString::to_string).collect();
            if param.choices.len() > CHOICES {
                known.push("…".to_owned());
            }
            t.value_not_a_choice(name, known.join(" · "))
        }
        codes::TOO_SMALL => t.value_too_small(name, param.min.as_ref()?.to_string()),
        codes::TOO_LARGE => t.value_too_large(name, param.max.as_ref()?.to_string()),
        codes::TOO_SHORT => match (param.kind, param.min_length) {
            (Kind::Secret, None) => t.value_short_secret(name, SECRET_LEAST_BYTES),
            // Either of two rules.
            (Kind::Secret, Some(_)) => return None,
            (_, least) => t.value_too_short(name, least?),
        },
        codes::TOO_LONG => t.value_too_long(name, param.max_length?),
        codes::PATTERN_MISMATCH => t.value_other_pattern(name, quote(param.pattern.as_deref()?)),
        codes::LEADING_DASH => t.value_leading_dash(name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::of_value;
    use crate::graph::{FieldError, Kind, Limits, Param, Value};
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::param;

    fn said(param: &Param, given: &str, language: L10n) -> String {
        let given = crate::graph::Given::Text(given);
        let error: FieldError = param.accept(&given, &Limits::default()).expect_err("wrong");
        of_value(&error, param, Words::of(language))
    }

    #[test]
    fn what_is_wrong_is_one_sentence_in_each_language() {
        let text = |change: &dyn Fn(&mut Param)| {
            let mut made = param("who", Kind::Str);
            change(&mut made);
            made
        };
        let of = |kind| param("who", kind);
        let mut range = of(Kind::Int);
        (range.min, range.max) = (Some(Value::Int(2)), Some(Value::Int(3)));
        let mut choice = of(Kind::Choice);
        choice.choices = vec![Value::Str("a".to_owned()), Value::Str("b".to_owned())];
        for (param, given, english, chinese) in [
            (
                text(&|p| p.required = true),
                "",
                "`who` must be answered",
                "`who` 必须填写",
            ),
            (
                of(Kind::Int),
                "",
                "`who` has no default and needs a value",
                "`who` 没有默认值",
            ),
            (of(Kind::Int), "x", "whole number", "整数"),
            (choice, "c", "a · b", "a · b"),
            (range.clone(), "1", "`who`, 2", "`who` 的最小值 2"),
            (range, "4", "`who`, 3", "`who` 的最大值 3"),
            (
                text(&|p| p.min_length = Some(5)),
                "abcd",
                "5 characters",
                "至少需要 5 个字符",
            ),
            (
                text(&|p| p.max_length = Some(2)),
                "abcd",
                "2 characters",
                "最多 2 个字符",
            ),
            (
                text(&|p| p.pattern = Some("x+".to_owned())),
                "abcd",
                "`x+`",
                "`x+`",
            ),
            (
                text(&|_| ()),
                "-rf",
                "would read it as an option",
                "会把它当作选项",
            ),
            (of(Kind::Secret), "abc", "4 bytes", "4 个字节"),
        ] {
            let told = said(&param, given, L10n::En);
            assert!(told.contains(english), "{told}");
            let told = said(&param, given, L10n::ZhCN);
            assert!(told.contains(chinese) && !told.contains('\n'), "{told}");
        }
        let zero = said(&text(&|_| ()), "a\0b", L10n::ZhCN);
        assert!(
            zero.contains('\n'),
            "the single case stands beneath: {zero}"
        );
    }
}
