//! Subscripts, offsets and lengths: what to write instead of a placeholder there.

use crate::graph::codes;
use crate::graph::hazards::Hazard;
use crate::graph::lexer::Site;
use crate::graph::param::{Kind, Param};

/// The hazard, for a subscript with what to write there.
pub(super) fn advised((code, reason): Hazard, site: &Site, param: &Param) -> Hazard {
    let last = |byte| site.prefix.iter().rposition(|b| *b == byte);
    if code != codes::PLACEHOLDER_IN_NAME || last(b'[') <= last(b']') {
        return (code, reason);
    }
    let name = &param.name;
    let reason = match param.kind {
        Kind::Int => format!(
            "is in the subscript of an array: assign it first, `n=<{name}>`, then `[n]`, or `[$n]` where `declare -A` makes the array"
        ),
        _ => format!(
            "is in the subscript of an array: where `declare -A` makes it, assign it first, `k=<{name}>`, then `[$k]`; any other array takes only an int there"
        ),
    };
    (code, reason)
}

#[cfg(test)]
mod tests {
    use crate::graph::compile;
    use crate::graph::param::{Kind, Param};

    #[test]
    fn what_to_write_instead_is_said_and_taken() {
        let text = Param::new("x", Kind::Str);
        let int = Param {
            required: true,
            ..Param::new("x", Kind::Int)
        };
        let map = "#!/bin/bash\ndeclare -A m\n";
        for (param, script, said, instead) in [
            (
                &text,
                "m[\"<x>\"]=1",
                "`k=<x>`, then `[$k]`",
                "k=<x>; m[$k]=1",
            ),
            (
                &text,
                "m[a<x>]+=b",
                "`k=<x>`, then `[$k]`",
                "k=<x>; m[a$k]+=b",
            ),
            (
                &text,
                "m=([<x>]=2)",
                "`k=<x>`, then `[$k]`",
                "k=<x>; m=([$k]=2)",
            ),
            (
                &text,
                "w \"${m[<x>]}\"",
                "assign it to a variable first",
                "k=<x>; w \"${m[$k]}\"",
            ),
            (&int, "a[<x>]=1", "`n=<x>`, then `[n]`", "n=<x>; a[n]=1"),
            (
                &int,
                "a=([<x>]=b)",
                "`n=<x>`, then `[n]`",
                "n=<x>; a=([n]=b)",
            ),
            (
                &int,
                "w \"${v:<x>}\"",
                "`n=<x>`, then `${v:n}`",
                "n=<x>; w \"${v:n}\"",
            ),
            (
                &int,
                "w ${a[<x>]}",
                "`n=<x>`, then `${v:n}`",
                "n=<x>; w ${a[n]}",
            ),
        ] {
            let problems = compile(&format!("{map}{script}"), &[param]).expect_err(script);
            let message = &problems[0].message;
            assert!(message.contains(said), "{script}: {message}");
            let dead_end = param.kind == Kind::Int && message.contains("declare it as an int");
            assert!(!dead_end, "{script}: {message}");
            let found = compile(&format!("{map}{instead}"), &[param]);
            assert!(found.is_ok(), "{instead}: {found:?}");
        }
    }
}
