//! What a check or a value got wrong, by its stable code, in the language of the page.

use crate::graph::codes;
use crate::l10n::Words;

/// The code in a few words; none: this version does not know it.
pub(in crate::web) fn told(code: &str, t: Words) -> Option<String> {
    Some(match code {
        codes::SYNTAX => t.code_syntax(),
        codes::NOT_A_MAPPING => t.code_not_a_mapping(),
        codes::FILE_TOO_LARGE => t.code_file_too_large(),
        codes::UNSUPPORTED_YAML => t.code_unsupported_yaml(),
        codes::ALIAS_LIMIT => t.code_alias_limit(),
        codes::TOO_DEEP => t.code_too_deep(),
        codes::MERGE_KEY => t.code_merge_key(),
        codes::DUPLICATE_KEY => t.code_duplicate_key(),
        codes::UNKNOWN_KEY => t.code_unknown_key(),
        codes::WRONG_TYPE => t.code_wrong_type(),
        codes::UNKNOWN_WORD => t.code_unknown_word(),
        codes::EMPTY_GRAPH_NAME => t.code_empty_graph_name(),
        codes::NAME_TOO_LONG => t.code_name_too_long(),
        codes::CONTROL_CHARACTER => t.code_control_character(),
        codes::BAD_TAG => t.code_bad_tag(),
        codes::TOO_MANY_TAGS => t.code_too_many_tags(),
        codes::EMPTY_GRAPH => t.code_empty_graph(),
        codes::EMPTY_VERTEX_NAME => t.code_empty_vertex_name(),
        codes::DUPLICATE_VERTEX => t.code_duplicate_vertex(),
        codes::TOO_MANY_VERTICES => t.code_too_many_vertices(),
        codes::TOO_MANY_EDGES => t.code_too_many_edges(),
        codes::DANGLING_EDGE => t.code_dangling_edge(),
        codes::SELF_EDGE => t.code_self_edge(),
        codes::DUPLICATE_EDGE => t.code_duplicate_edge(),
        codes::CYCLE => t.code_cycle(),
        codes::EMPTY_SCRIPT => t.code_empty_script(),
        codes::SCRIPT_TOO_LONG => t.code_script_too_long(),
        codes::BAD_SHEBANG => t.code_bad_shebang(),
        codes::BAD_DURATION => t.code_bad_duration(),
        codes::BAD_RETRY => t.code_bad_retry(),
        codes::BAD_CONCURRENCY => t.code_bad_concurrency(),
        codes::BAD_RETENTION => t.code_bad_retention(),
        codes::BAD_POOL => t.code_bad_pool(),
        codes::UNKNOWN_POOL => t.code_unknown_pool(),
        codes::RESERVED_VERTEX_NAME => t.code_reserved_vertex_name(),
        codes::BAD_LIMIT => t.code_bad_limit(),
        codes::BAD_ENV_NAME => t.code_bad_env_name(),
        codes::DUPLICATE_ENV => t.code_duplicate_env(),
        codes::BAD_PARAMETER_NAME => t.code_bad_parameter_name(),
        codes::DUPLICATE_PARAMETER => t.code_duplicate_parameter(),
        codes::TOO_MANY_PARAMETERS => t.code_too_many_parameters(),
        codes::BAD_RULE => t.code_bad_rule(),
        codes::BAD_RANGE => t.code_bad_range(),
        codes::BAD_PATTERN => t.code_bad_pattern(),
        codes::BAD_CHOICES => t.code_bad_choices(),
        codes::BAD_DEFAULT => t.code_bad_default(),
        codes::TYPE_AS_DEFAULT => t.code_type_as_default(),
        codes::SECRET_DEFAULT => t.code_secret_default(),
        codes::UNKNOWN_SECRET => t.code_unknown_secret(),
        codes::BAD_SECRET_NAME => t.code_bad_secret_name(),
        codes::UNDECLARED_PLACEHOLDER => t.code_undeclared_placeholder(),
        codes::SECRET_IN_ARGUMENT => t.code_secret_in_argument(),
        codes::PLACEHOLDER_IN_COMMENT => t.code_placeholder_in_comment(),
        codes::PARAMETER_TYPES_DIFFER => t.code_parameter_types_differ(),
        codes::SHELL_SYNTAX => t.code_shell_syntax(),
        codes::SYNTAX_UNCHECKED => t.code_syntax_unchecked(),
        codes::INTERPRETER_MISSING => t.code_interpreter_missing(),
        codes::UNUSED_PARAMETER => t.code_unused_parameter(),
        codes::UNDECLARED_OUTPUT => t.code_undeclared_output(),
        codes::OUTPUT_NOT_BEFORE => t.code_output_not_before(),
        codes::OWN_OUTPUT => t.code_own_output(),
        codes::OUTPUT_IN_HANDLER => t.code_output_in_handler(),
        codes::OUTPUT_NAME_CLASH => t.code_output_name_clash(),
        codes::RESERVED_NAME => t.code_reserved_name(),
        codes::PLACEHOLDER_NOT_SHELL => t.code_placeholder_not_shell(),
        codes::PLACEHOLDER_OUTSIDE_SCRIPT => t.code_placeholder_outside_script(),
        codes::NEGATIVE_ARGUMENT => t.code_negative_argument(),
        codes::PLACEHOLDER_IN_BACKQUOTES => t.code_placeholder_in_backquotes(),
        codes::PLACEHOLDER_IN_ANSI_QUOTES => t.code_placeholder_in_ansi_quotes(),
        codes::PLACEHOLDER_IN_EXPANSION => t.code_placeholder_in_expansion(),
        codes::PLACEHOLDER_IN_ARITHMETIC => t.code_placeholder_in_arithmetic(),
        codes::PLACEHOLDER_IN_QUOTED_HEREDOC => t.code_placeholder_in_quoted_heredoc(),
        codes::PLACEHOLDER_IN_NAME => t.code_placeholder_in_name(),
        codes::PLACEHOLDER_AS_COMMAND => t.code_placeholder_as_command(),
        codes::PLACEHOLDER_AFTER_BACKSLASH => t.code_placeholder_after_backslash(),
        codes::PLACEHOLDER_AFTER_DOLLAR => t.code_placeholder_after_dollar(),
        codes::PLACEHOLDER_AFTER_TILDE => t.code_placeholder_after_tilde(),
        codes::PLACEHOLDER_IN_FORMAT => t.code_placeholder_in_format(),
        codes::PLACEHOLDER_RUNS_AGAIN => t.code_placeholder_runs_again(),
        codes::PLACEHOLDER_IN_STATEMENTS => t.code_placeholder_in_statements(),
        codes::PLACEHOLDER_UNCLEAR => t.code_placeholder_unclear(),
        codes::MISSING_VALUE => t.code_missing_value(),
        codes::UNKNOWN_PARAMETER => t.code_unknown_parameter(),
        codes::BAD_VALUE => t.code_bad_value(),
        codes::NOT_A_CHOICE => t.code_not_a_choice(),
        codes::TOO_SMALL => t.code_too_small(),
        codes::TOO_LARGE => t.code_too_large(),
        codes::HOLDS_SECRET => t.code_holds_secret(),
        codes::TOO_SHORT => t.code_too_short(),
        codes::TOO_LONG => t.code_too_long(),
        codes::PATTERN_MISMATCH => t.code_pattern_mismatch(),
        codes::NUL_BYTE => t.code_nul_byte(),
        codes::VALUE_TOO_LARGE => t.code_value_too_large(),
        codes::LEADING_DASH => t.code_leading_dash(),
        codes::MISSING_REASON => t.code_missing_reason(),
        codes::REASON_TOO_LONG => t.code_reason_too_long(),
        codes::TAKES_NO_VALUES => t.code_takes_no_values(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::graph::codes;
    use crate::l10n::{L10n, Words};

    #[test]
    fn every_code_has_words_of_its_own_in_every_language() {
        for language in L10n::iter() {
            let words = |code: &&str| told(code, Words::of(*language)).expect(code);
            let mut all: Vec<String> = codes::ALL.iter().map(words).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), codes::ALL.len());
        }
        assert_eq!(told("no-such-code", Words::of(L10n::En)), None);
    }
}
