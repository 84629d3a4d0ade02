//! The stable names of everything that a check or a value can get wrong.
//!
//! `docs/checks.md` explains each; a test keeps the two lists equal.

/// Declares the constants and the list of all of them.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*
        /// Every code, in the order of declaration.
        pub const ALL: &[&str] = &[$($text),*];
    };
}

codes! {
    /// The text is not YAML or JSON.
    SYNTAX = "syntax";
    /// The text is not one mapping.
    NOT_A_MAPPING = "not-a-mapping";
    /// The text is larger than the limit.
    FILE_TOO_LARGE = "file-too-large";
    /// A YAML feature that definitions do not use.
    UNSUPPORTED_YAML = "unsupported-yaml";
    /// Aliases repeat too much.
    ALIAS_LIMIT = "alias-limit";
    /// Lists and mappings are nested too deeply.
    TOO_DEEP = "too-deep";
    /// A YAML merge key.
    MERGE_KEY = "merge-key";
    /// A key twice in one mapping.
    DUPLICATE_KEY = "duplicate-key";
    /// A key that means nothing there.
    UNKNOWN_KEY = "unknown-key";
    /// A value of the wrong form.
    WRONG_TYPE = "wrong-type";
    /// A word that is not one of those allowed.
    UNKNOWN_WORD = "unknown-word";
    /// A graph without a name.
    EMPTY_GRAPH_NAME = "empty-graph-name";
    /// A name of too many characters.
    NAME_TOO_LONG = "name-too-long";
    /// A control character where none may be.
    CONTROL_CHARACTER = "control-character";
    /// A word that no tag may be, or one twice.
    BAD_TAG = "bad-tag";
    /// Too many tags.
    TOO_MANY_TAGS = "too-many-tags";
    /// A graph without a vertex.
    EMPTY_GRAPH = "empty-graph";
    /// A vertex without a name.
    EMPTY_VERTEX_NAME = "empty-vertex-name";
    /// Two vertices of one name.
    DUPLICATE_VERTEX = "duplicate-vertex";
    /// Too many vertices.
    TOO_MANY_VERTICES = "too-many-vertices";
    /// Too many edges.
    TOO_MANY_EDGES = "too-many-edges";
    /// An edge to or from a vertex that is not there.
    DANGLING_EDGE = "dangling-edge";
    /// An edge from a vertex to itself.
    SELF_EDGE = "self-edge";
    /// An edge said twice.
    DUPLICATE_EDGE = "duplicate-edge";
    /// Vertices that wait for each other.
    CYCLE = "cycle";
    /// A vertex without a script.
    EMPTY_SCRIPT = "empty-script";
    /// A script of too many bytes.
    SCRIPT_TOO_LONG = "script-too-long";
    /// A first line that names no program.
    BAD_SHEBANG = "bad-shebang";
    /// A length of time that cannot be read or is out of range.
    BAD_DURATION = "bad-duration";
    /// A retry policy that makes no sense.
    BAD_RETRY = "bad-retry";
    /// A limit of what may run at once that lets nothing run, or says no number.
    BAD_CONCURRENCY = "bad-concurrency";
    /// A rule of what is kept that makes no sense.
    BAD_RETENTION = "bad-retention";
    /// A name that no pool may have.
    BAD_POOL = "bad-pool";
    /// A pool that the settings of this machine do not name.
    UNKNOWN_POOL = "unknown-pool";
    /// A vertex that is called like a script that runs after the verdict.
    RESERVED_VERTEX_NAME = "reserved-vertex-name";
    /// A limit of memory, time or the like that cannot be read or is out of range.
    BAD_LIMIT = "bad-limit";
    /// A name that no environment variable may have.
    BAD_ENV_NAME = "bad-env-name";
    /// An environment variable declared twice.
    DUPLICATE_ENV = "duplicate-env";
    /// A name that no parameter may have.
    BAD_PARAMETER_NAME = "bad-parameter-name";
    /// Two parameters of one name.
    DUPLICATE_PARAMETER = "duplicate-parameter";
    /// Too many parameters in one place.
    TOO_MANY_PARAMETERS = "too-many-parameters";
    /// A rule that the parameter's type does not have, or a rule's value of the wrong type.
    BAD_RULE = "bad-rule";
    /// A smallest value above the largest.
    BAD_RANGE = "bad-range";
    /// A pattern that is not a regular expression or is too large.
    BAD_PATTERN = "bad-pattern";
    /// Choices missing, twice or against the parameter's own rules.
    BAD_CHOICES = "bad-choices";
    /// A default against the parameter's own rules.
    BAD_DEFAULT = "bad-default";
    /// The name of a type where a default stands.
    TYPE_AS_DEFAULT = "type-as-default";
    /// A secret with a value in the definition, where everybody can read it.
    SECRET_DEFAULT = "secret-default";
    /// A named secret that nobody has set.
    UNKNOWN_SECRET = "unknown-secret";
    /// A name that no secret of the server may have.
    BAD_SECRET_NAME = "bad-secret-name";
    /// A `<word>` that no parameter has.
    UNDECLARED_PLACEHOLDER = "undeclared-placeholder";
    /// A secret in a word of a program's command line.
    SECRET_IN_ARGUMENT = "secret-in-argument";
    /// A placeholder in a comment.
    PLACEHOLDER_IN_COMMENT = "placeholder-in-comment";
    /// One name with two types, in the graph and in a vertex.
    PARAMETER_TYPES_DIFFER = "parameter-types-differ";
    /// A shell finds fault with the compiled script.
    SHELL_SYNTAX = "shell-syntax";
    /// A script that its shell could not check.
    SYNTAX_UNCHECKED = "syntax-unchecked";
    /// A program that is not installed on the machine that checks.
    INTERPRETER_MISSING = "interpreter-missing";
    /// A parameter that no script refers to.
    UNUSED_PARAMETER = "unused-parameter";
    /// A `<vertex.name>` whose vertex declares no such output.
    UNDECLARED_OUTPUT = "undeclared-output";
    /// A reference to an output of a vertex that need not have ended before.
    OUTPUT_NOT_BEFORE = "output-not-before";
    /// A script that refers to an output of its own vertex.
    OWN_OUTPUT = "own-output";
    /// A script after the verdict that refers to an output.
    OUTPUT_IN_HANDLER = "output-in-handler";
    /// Two names of values that one variable would have to hold.
    OUTPUT_NAME_CLASH = "output-name-clash";
    /// A script that uses the variable kept for a parameter.
    RESERVED_NAME = "reserved-name";
    /// A placeholder in a script for another interpreter than sh, dash or bash.
    PLACEHOLDER_NOT_SHELL = "placeholder-not-shell";
    /// A placeholder in the environment or the working directory.
    PLACEHOLDER_OUTSIDE_SCRIPT = "placeholder-outside-script";
    /// A number that a program would read as an option if it were negative.
    NEGATIVE_ARGUMENT = "negative-argument";
    /// A placeholder inside backquotes.
    PLACEHOLDER_IN_BACKQUOTES = "placeholder-in-backquotes";
    /// A placeholder inside `$'...'`.
    PLACEHOLDER_IN_ANSI_QUOTES = "placeholder-in-ansi-quotes";
    /// A placeholder inside `${...}`.
    PLACEHOLDER_IN_EXPANSION = "placeholder-in-expansion";
    /// A placeholder in arithmetic.
    PLACEHOLDER_IN_ARITHMETIC = "placeholder-in-arithmetic";
    /// A placeholder in a here-document that does not expand.
    PLACEHOLDER_IN_QUOTED_HEREDOC = "placeholder-in-quoted-heredoc";
    /// A placeholder in a name, a subscript or a delimiter.
    PLACEHOLDER_IN_NAME = "placeholder-in-name";
    /// A placeholder as the name of a command.
    PLACEHOLDER_AS_COMMAND = "placeholder-as-command";
    /// A placeholder after a backslash.
    PLACEHOLDER_AFTER_BACKSLASH = "placeholder-after-backslash";
    /// A placeholder after `$`.
    PLACEHOLDER_AFTER_DOLLAR = "placeholder-after-dollar";
    /// A placeholder after `~`.
    PLACEHOLDER_AFTER_TILDE = "placeholder-after-tilde";
    /// A placeholder in the format of `printf`.
    PLACEHOLDER_IN_FORMAT = "placeholder-in-format";
    /// A placeholder in text that a shell runs again.
    PLACEHOLDER_RUNS_AGAIN = "placeholder-runs-again";
    /// A placeholder in text for a program with commands of its own.
    PLACEHOLDER_IN_STATEMENTS = "placeholder-in-statements";
    /// A placeholder where the check cannot follow the quoting.
    PLACEHOLDER_UNCLEAR = "placeholder-unclear";
    /// A required value was not given.
    MISSING_VALUE = "missing-value";
    /// A value for a parameter that is not declared.
    UNKNOWN_PARAMETER = "unknown-parameter";
    /// A value of the wrong type.
    BAD_VALUE = "bad-value";
    /// A value that is none of the choices.
    NOT_A_CHOICE = "not-a-choice";
    /// A value below the smallest.
    TOO_SMALL = "too-small";
    /// A value above the largest.
    TOO_LARGE = "too-large";
    /// An output that holds a secret of its pipeline.
    HOLDS_SECRET = "holds-secret";
    /// Text of too few characters.
    TOO_SHORT = "too-short";
    /// Text of too many characters.
    TOO_LONG = "too-long";
    /// Text that does not match its pattern.
    PATTERN_MISMATCH = "pattern-mismatch";
    /// A byte of value zero.
    NUL_BYTE = "nul-byte";
    /// A value of too many bytes.
    VALUE_TOO_LARGE = "value-too-large";
    /// Text that begins with a dash and would be read as an option.
    LEADING_DASH = "leading-dash";
    /// No reason where one is needed.
    MISSING_REASON = "missing-reason";
    /// A reason of too many characters.
    REASON_TOO_LONG = "reason-too-long";
    /// Values for an action that takes none.
    TAKES_NO_VALUES = "takes-no-values";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_code_is_explained_once_and_nothing_else() {
        let page = include_str!("../../docs/checks.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let explained: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        let mut listed = ALL.to_vec();
        let mut sorted = explained.clone();
        listed.sort_unstable();
        sorted.sort_unstable();
        assert_eq!(sorted, listed);
    }
}
