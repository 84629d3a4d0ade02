//! What a named secret may be called: it becomes a variable of the environment.

use super::identifiers::is_identifier;

/// The most bytes of a secret's name.
const BYTES: usize = 200;

/// What a name must be, for people.
pub const SECRET_NAMES: &str = "use letters, digits and `_`, not a digit first, no TRACKYARD_ or TY_ in front, and no name that shells or the system act upon, such as `PATH` or `LD_PRELOAD`";

/// Variables that change what a shell or the loader does, or that a shell sets itself: the script of
/// a stranger would run with them, and the secret be a path, a program or a prompt.
const ACTED_UPON: &[&str] = &[
    "BASHOPTS",
    "BASH_ENV",
    "BASH_XTRACEFD",
    "CDPATH",
    "ENV",
    "EUID",
    "FPATH",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "GLOBIGNORE",
    "HOME",
    "IFS",
    "LANG",
    "LANGUAGE",
    "LOCPATH",
    "NLSPATH",
    "OLDPWD",
    "OPTARG",
    "OPTIND",
    "PATH",
    "POSIXLY_CORRECT",
    "PPID",
    "PROMPT_COMMAND",
    "PS4",
    "PWD",
    "SHELL",
    "SHELLOPTS",
    "SHLVL",
    "TZ",
    "UID",
    "ZDOTDIR",
    "_",
];

/// What stands before others of them, and before our own.
const TAKEN: [&str; 4] = ["TRACKYARD_", "TY_", "LD_", "LC_"];

/// Whether a secret of the server may be called so.
pub fn is_secret_name(name: &str) -> bool {
    is_identifier(name)
        && !TAKEN.iter().any(|prefix| name.starts_with(prefix))
        && !ACTED_UPON.contains(&name)
        && name.len() <= BYTES
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn names_that_shells_and_the_loader_act_upon_are_taken() {
        for name in ["DB_PASSWORD", "PATHS", "a", "LDAP_PASSWORD", "ENVIRONMENT"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PATH",
            "LD_PRELOAD",
            "BASH_ENV",
            "ENV",
            "IFS",
            "LC_ALL",
            "TY_x",
            "TRACKYARD_X",
            "A-B",
            "1A",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
