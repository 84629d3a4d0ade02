//! What a placeholder becomes by the quoting of its place: a reference, or a reason against it.

use super::codes;
use super::hazards::Hazard;
use super::launch::carrier;
use super::lexer::{Context, Refusal, Site};
use super::param::{Kind, Param};

/// The reference that stands for a placeholder, or why there is none.
pub(super) fn rewrite(site: &Site, param: &Param) -> Result<String, Hazard> {
    // A secret is in the environment alone, never in the text that is run.
    let carrier = carrier(&param.name, param.kind == Kind::Secret, true);
    let variable = format!("${{{carrier}}}");
    let given = param.required || param.default.is_some();
    match site.context {
        Context::Bare => Ok(format!("\"{variable}\"")),
        Context::Double | Context::HereDoc => Ok(variable),
        Context::Single => Ok(format!("'\"{variable}\"'")),
        Context::Arithmetic if param.kind == Kind::Int && joined(site) => {
            let reason = "is a part of a longer number or name: write the sum or product, e.g. `<n> + 10`, or put it together in a variable of its own";
            Err((codes::PLACEHOLDER_IN_ARITHMETIC, reason.to_owned()))
        }
        Context::Arithmetic if param.kind == Kind::Int && given => Ok(format!("({variable})")),
        Context::Arithmetic => Err(refused(Refusal::Arithmetic)),
        Context::Refused(Refusal::Expansion) if param.kind == Kind::Int => {
            let reason = format!(
                "is inside `${{…}}`: assign it first, `n=<{}>`, then `${{v:n}}`, `${{a[n]}}` or the like",
                param.name
            );
            Err((codes::PLACEHOLDER_IN_EXPANSION, reason))
        }
        Context::Refused(refusal) => Err(refused(refusal)),
        Context::Comment => Ok(format!("<{}>", param.name)),
    }
}

/// Whether digits or letters stand right beside a placeholder.
fn joined(site: &Site) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'#' | b'@');
    site.beside.0.is_some_and(part) || site.beside.1.is_some_and(part)
}

/// The code and the rest of the sentence for a place where no variable can stand.
fn refused(refusal: Refusal) -> Hazard {
    let (code, reason) = match refusal {
        Refusal::Backquotes => (
            codes::PLACEHOLDER_IN_BACKQUOTES,
            "is inside backquotes: use `$( … )`",
        ),
        Refusal::AnsiQuotes => (
            codes::PLACEHOLDER_IN_ANSI_QUOTES,
            "is inside `$'…'`: end the quotes before it, or use `\"…\"`",
        ),
        Refusal::Expansion => (
            codes::PLACEHOLDER_IN_EXPANSION,
            "is inside `${…}`: assign it to a variable first, then use that; for an offset, a length or a subscript declare it as an int, too, because bash evaluates what stands there, but for the keys of an array that `declare -A` makes",
        ),
        Refusal::Arithmetic => (
            codes::PLACEHOLDER_IN_ARITHMETIC,
            "is in arithmetic: declare it as an int that is required or has a default, and write it outside any other quoting",
        ),
        Refusal::QuotedHereDoc => (
            codes::PLACEHOLDER_IN_QUOTED_HEREDOC,
            "is in a here-document whose quoted delimiter keeps it from being replaced: remove the quotes of the delimiter and put `\\` before each `$`, `` ` `` and `\\` that should stay",
        ),
        Refusal::Delimiter => (
            codes::PLACEHOLDER_IN_NAME,
            "is in the delimiter of a here-document: write a fixed word",
        ),
        Refusal::AfterBackslash => (
            codes::PLACEHOLDER_AFTER_BACKSLASH,
            "follows a backslash: remove the `\\`",
        ),
        Refusal::AfterDollar => (
            codes::PLACEHOLDER_AFTER_DOLLAR,
            "follows `$`: remove the `$`",
        ),
        Refusal::Unclear => (
            codes::PLACEHOLDER_UNCLEAR,
            "stands where the quoting of the script cannot be followed for certain: assign it to a variable on the first line of the script and use that; where bash computes with it, declare it as an int, too",
        ),
    };
    (code, reason.to_owned())
}
