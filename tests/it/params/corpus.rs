//! Every place of a script where a value may stand, with what the script must see there.

use super::shells::Shell;

/// A piece of a script, and what its calls of `w` and `r` must show.
pub(super) struct Template {
    pub(super) script: &'static str,
    pub(super) shown: &'static [Shown],
}

/// One call: `@` stands for the value.
pub(super) enum Shown {
    /// The arguments of `w`.
    Words(&'static [&'static str]),
    /// The input of `r`.
    Input(&'static str),
}

use Shown::{Input as I, Words as W};

const fn t(script: &'static str, shown: &'static [Shown]) -> Template {
    Template { script, shown }
}

/// The templates for `shell`.
pub(super) fn templates(shell: Shell) -> Vec<&'static Template> {
    match shell {
        Shell::Dash => BOTH.iter().collect(),
        Shell::Bash => BOTH.iter().chain(BASH).chain(SUBSTITUTED).collect(),
        Shell::PosixBash => BOTH.iter().chain(BASH).collect(),
    }
}

const BOTH: &[Template] = &[
    // Bare words.
    t("w <x>", &[W(&["@"])]),
    t("w a<x>", &[W(&["a@"])]),
    t("w <x>b", &[W(&["@b"])]),
    t("w a<x>b<x>c", &[W(&["a@b@c"])]),
    t("w <x><x>", &[W(&["@@"])]),
    t("w <x> <x>\t<x>", &[W(&["@", "@", "@"])]),
    t(
        "w --name=<x> -o<x> -- <x>",
        &[W(&["--name=@", "-o@", "--", "@"])],
    ),
    t("w a:<x>:b ./<x> /<x>/", &[W(&["a:@:b", "./@", "/@/"])]),
    t("w \\'<x>\\\" \\\\<x>", &[W(&["'@\"", "\\@"])]),
    t("w a#<x> \\#<x>", &[W(&["a#@", "#@"])]),
    t("w {<x>} [<x> <x>] ,<x>", &[W(&["{@}", "[@", "@]", ",@"])]),
    t(
        "w a~<x> \\~<x> =<x>= %<x>",
        &[W(&["a~@", "~@", "=@=", "%@"])],
    ),
    t(
        "w if <x> then fi done",
        &[W(&["if", "@", "then", "fi", "done"])],
    ),
    t("w \\\n<x> a\\\n<x>", &[W(&["@", "a@"])]),
    t("w $# <x> $?", &[W(&["0", "@", "0"])]),
    t("w ${u} <x> ${u:-d} a${u}<x>", &[W(&["@", "d", "a@"])]),
    t("w $((1 + 2))<x> $(((1<<2)+1))<x>", &[W(&["3@", "5@"])]),
    t("w `printf e`<x>`printf '%s' \\\\f`", &[W(&["e@f"])]),
    t(
        "w <x>;w <x>&&w <x>||w no",
        &[W(&["@"]), W(&["@"]), W(&["@"])],
    ),
    // Double quotes.
    t("w \"<x>\"", &[W(&["@"])]),
    t("w \"a <x> b\"", &[W(&["a @ b"])]),
    t("w \"<x><x>\"\"<x>\"", &[W(&["@@@"])]),
    t("w \"it's <x>'\"", &[W(&["it's @'"])]),
    t("w \"'<x>'\" \"\\\"<x>\\\"\"", &[W(&["'@'", "\"@\""])]),
    t("w \"# <x>\" \"`printf g`<x>\"", &[W(&["# @", "g@"])]),
    t("w \"\\\\<x>\" \"\\$<x>\"", &[W(&["\\@", "$@"])]),
    t("w \"${u:-a}<x>\" \"${u:-\"b\"}<x>\"", &[W(&["a@", "b@"])]),
    t("w \"${u-}}<x>\" \"{<x>}\"", &[W(&["}@", "{@}"])]),
    t("w \"a\n<x>\nb\"", &[W(&["a\n@\nb"])]),
    t("w \"a\\\n<x>\"", &[W(&["a@"])]),
    t("w \"$((2*3))<x>\" \"a$\"<x>", &[W(&["6@", "a$@"])]),
    // Single quotes.
    t("w '<x>'", &[W(&["@"])]),
    t("w 'a <x> b' '<x><x>'", &[W(&["a @ b", "@@"])]),
    t(
        "w '\"<x>\"' '$(<x>)' '`<x>`'",
        &[W(&["\"@\"", "$(@)", "`@`"])],
    ),
    t("w '\\'<x>'\\' '# <x>'", &[W(&["\\@\\", "# @"])]),
    t("w 'a\n<x>\nb'", &[W(&["a\n@\nb"])]),
    t("w 'it'\\''s <x>'", &[W(&["it's @"])]),
    t("w '${u<x>}' '$<x>'", &[W(&["${u@}", "$@"])]),
    // Mixed.
    t("w 'a'<x>\"b\"'<x>'\"<x>\"", &[W(&["a@b@@"])]),
    t("w \"it's\"<x>'\"'", &[W(&["it's@\""])]),
    // Command substitutions.
    t("w \"$(printf %sz <x>)\"", &[W(&["@z"])]),
    t("w \"$(printf %sz '<x>')\"", &[W(&["@z"])]),
    t("w \"$(printf %sz \"<x>\")\"", &[W(&["@z"])]),
    t(
        "w \"a$(printf %sz \"b$(printf %sy \"<x>\")\")\"",
        &[W(&["ab@yz"])],
    ),
    t(
        "w \"$(printf %s \"$(printf %s \"$(printf %sz <x>)\")\")\"",
        &[W(&["@z"])],
    ),
    t("w \"$(case a in a) printf %sz <x>;; esac)\"", &[W(&["@z"])]),
    t(
        "w \"$(case a in (a) printf %sz \"<x>\";; esac)\"<x>",
        &[W(&["@z@"])],
    ),
    t(
        "w \"$(# it's ( \"\nprintf %sz <x> # ) '\n)\"",
        &[W(&["@z"])],
    ),
    t("w \"$( (printf %sz <x>) )\"", &[W(&["@z"])]),
    t("w \"$(printf %s a)<x>$(printf %s ')')\"", &[W(&["a@)"])]),
    t("v=$(printf %sz <x>); w \"$v\"", &[W(&["@z"])]),
    // Assignments.
    t("v=<x>; w \"$v\"", &[W(&["@"])]),
    t("v=a'<x>'b; w \"$v\"", &[W(&["a@b"])]),
    t("v=\"<x>\"<x> v2=<x>; w \"$v\" \"$v2\"", &[W(&["@@", "@"])]),
    t("v=a:<x>:~; w \"${v%:*}\"", &[W(&["a:@"])]),
    t("export V=<x>; w \"$V\"", &[W(&["@"])]),
    t(
        "export V='<x>' V2=\"<x>\"; w \"$V\" \"$V2\"",
        &[W(&["@", "@"])],
    ),
    t("V=<x> sh -c 'printf \"1\\0%s\\0\" \"$V\"'", &[W(&["@"])]),
    t("v=<x> w b", &[W(&["b"])]),
    t("unset v; w \"${v:=a}\" <x>; unset v", &[W(&["a", "@"])]),
    // Functions and positional parameters.
    t("f() { w \"$1\"; }\nf <x>", &[W(&["@"])]),
    t("f() { w \"<x>$1\"; }; f b", &[W(&["@b"])]),
    t("f()\n{\n  w '<x>'\n}\nf", &[W(&["@"])]),
    t("f() ( w <x> )\nf", &[W(&["@"])]),
    t("f() { local v=<x>; w \"$v\"; }; f", &[W(&["@"])]),
    t("set -- <x> 'b <x>'; w \"$@\"; set --", &[W(&["@", "b @"])]),
    t("sh -c 'printf \"1\\0%s\\0\" \"$1\"' sh <x>", &[W(&["@"])]),
    // Compound commands.
    t(
        "for i in <x> b \"<x>\"; do w \"$i\"; done",
        &[W(&["@"]), W(&["b"]), W(&["@"])],
    ),
    t("for i in a\ndo w <x>\ndone", &[W(&["@"])]),
    t("for do in a; do w <x>; done", &[W(&["@"])]),
    t(
        "if w <x>; then w '<x>'; elif w no; then :; else w no; fi",
        &[W(&["@"]), W(&["@"])],
    ),
    t(
        "if [ <x>z = z<x>y ]; then w no; else w \"<x>\"; fi",
        &[W(&["@"])],
    ),
    t("if [ \"<x>\" = <x> ]; then w <x>; fi", &[W(&["@"])]),
    t(
        "if ! [ z<x> = \"z<x>\" ]; then w no; else w <x>; fi",
        &[W(&["@"])],
    ),
    t(
        "while w <x>; do w \"<x>\"; break; done",
        &[W(&["@"]), W(&["@"])],
    ),
    t(
        "until ! w <x>; do w '<x>'; break; done",
        &[W(&["@"]), W(&["@"])],
    ),
    t("{ w <x>; } && ( w <x> )", &[W(&["@"]), W(&["@"])]),
    t("{ w <x>; } | cat", &[W(&["@"])]),
    t("(w <x>;w '<x>')|cat", &[W(&["@"]), W(&["@"])]),
    t("! w <x> || w \"<x>\"", &[W(&["@"]), W(&["@"])]),
    t("w <x> & wait", &[W(&["@"])]),
    // Case words and patterns.
    t("case <x> in <x>) w <x>;; *) w no;; esac", &[W(&["@"])]),
    t(
        "case \"<x>\" in '<x>') w same;; *) w no;; esac",
        &[W(&["same"])],
    ),
    t(
        "case z<x> in a|z\"<x>\") w same;; *) w no;; esac",
        &[W(&["same"])],
    ),
    t(
        "case z<x>y in (z<x>*) w same;; *) w no;; esac",
        &[W(&["same"])],
    ),
    t(
        "case a in\n  # it's\n  b) w no ;;\n  a)\n    w <x>\n    ;;\nesac",
        &[W(&["@"])],
    ),
    t(
        "case in in in) w <x>;; esac; w <x>",
        &[W(&["@"]), W(&["@"])],
    ),
    t("case a in esac; w <x>", &[W(&["@"])]),
    // Here-documents.
    t("r <<EOF\n<x>\nEOF", &[I("@\n")]),
    t(
        "r <<EOF\na '<x>' \"<x>\" # <x>\nEOF",
        &[I("a '@' \"@\" # @\n")],
    ),
    t("r <<EOF\n\\$<x> \\\\<x> \\`<x>\nEOF", &[I("$@ \\@ `@\n")]),
    t(
        "r <<EOF\nit's <x> $(printf '%s)' \"<x>z\")\nEOF",
        &[I("it's @ @z)\n")],
    ),
    t(
        "r <<EOF\n${u:-a}<x>$((1+2))<x>`printf b`\nEOF",
        &[I("a@3@b\n")],
    ),
    t("r <<-EOF\n\t<x>\n\t\tb<x>\n\tEOF", &[I("@\nb@\n")]),
    t("r <<A; r <<B\n<x>a\nA\n<x>b\nB", &[I("@a\n"), I("@b\n")]),
    t("<<EOF r\n<x>.\nEOF", &[I("@.\n")]),
    t("r <<EOF | cat\n<x>\nEOF", &[I("@\n")]),
    t("cat <<EOF |\n<x>\nEOF\nr", &[I("@\n")]),
    t("r <<EOF && w <x>\n<x>\nEOF", &[I("@\n"), W(&["@"])]),
    t(
        "r <<'A' ; w <x>\nit's $( ` \"\nA",
        &[I("it's $( ` \"\n"), W(&["@"])],
    ),
    t("w \"$(cat <<EOF\n<x>.\nEOF\n)\"", &[W(&["@."])]),
    t(
        "w \"$(cat <<-E1 <<E2\n\tno\n\tE1\n'<x>' \"<x>\".\nE2\n)\"",
        &[W(&["'@' \"@\"."])],
    ),
    t("r <<EOF\na$(cat <<IN\n<x>.\nIN\n)z\nEOF", &[I("a@.z\n")]),
    t(
        "if :; then r <<EOF; fi\n<x>\nEOF\nw <x>",
        &[I("@\n"), W(&["@"])],
    ),
    t(
        "while read -r l; do w <x>; break; done <<EOF\n<x>a\nEOF",
        &[W(&["@"])],
    ),
    // Redirections.
    t("w <x> >f; cat f", &[W(&["@"])]),
    t("{ w <x>; w b; } >f 2>&1; cat <f", &[W(&["@"]), W(&["b"])]),
    t("w <x> 2>&1 >&1", &[W(&["@"])]),
    t(">f w <x>; cat f", &[W(&["@"])]),
    t("printf %s <x> | r", &[I("@")]),
    t("printf %s <x>|r|cat", &[I("@")]),
    // Comments.
    t("# it's \"<x>\nw <x>", &[W(&["@"])]),
    t("w <x> # ' \" ` $( <x>\nw <x>", &[W(&["@"]), W(&["@"])]),
    // Options of the shell, and text that is run again without the value.
    t("(set -eu; w <x>)", &[W(&["@"])]),
    t("(set -f; w <x>)", &[W(&["@"])]),
    t("(IFS=a; w <x>b \"<x>\")", &[W(&["@b", "@"])]),
    t("eval 'w a'; w <x>", &[W(&["a"]), W(&["@"])]),
];

/// What only bash has.
const BASH: &[Template] = &[
    t(
        "a=(<x> '<x>' \"<x>\" b<x>); w \"${a[@]}\"",
        &[W(&["@", "@", "@", "b@"])],
    ),
    t(
        "a=(\n<x> # it's\n<x>\n); w \"${a[@]}\" \"${#a[@]}\"",
        &[W(&["@", "@", "2"])],
    ),
    t("a=(b); a+=(<x>); w \"${a[1]}\" <x>", &[W(&["@", "@"])]),
    t("a[1]=<x>; w \"${a[1]}\"; unset a", &[W(&["@"])]),
    t("a=([2]=<x>); w \"${a[2]}\"; unset a", &[W(&["@"])]),
    t("v=a; v+=<x>; w \"$v\"", &[W(&["a@"])]),
    t("r <<< <x>", &[I("@\n")]),
    t("r <<<\"a <x>\"", &[I("a @\n")]),
    t("r <<<'<x>'<x>", &[I("@@\n")]),
    t("[[ <x> == <x> ]] && w <x>", &[W(&["@"])]),
    t(
        "[[ z<x> = z\"<x>\" && ! <x>a = <x>b ]] && w <x>",
        &[W(&["@"])],
    ),
    t("[[ ( -n <x>a || a < <x> ) && a ]] && w <x>", &[W(&["@"])]),
    t("[[ -z <x> ]] || [[ -n <x> ]] && w <x>", &[W(&["@"])]),
    t("[[ a<x> =~ ^a<x>$ ]] && w <x>", &[W(&["@"])]),
    t("if [[ a == a ]]; then w <x>; fi", &[W(&["@"])]),
    t("((1 < 2)) && w <x>", &[W(&["@"])]),
    t("for ((k=0; k<1; k++)); do w <x>; done", &[W(&["@"])]),
    t("function f { w <x>; }; f", &[W(&["@"])]),
    t("function f() { w \"<x>\"; }; f", &[W(&["@"])]),
    t("declare v=<x>; w \"$v\"", &[W(&["@"])]),
    t("w $'a\\n'<x> $\"b<x>\"", &[W(&["a\n@", "b@"])]),
    t("w <x> &>f; cat f", &[W(&["@"])]),
    t("w <x> |& cat", &[W(&["@"])]),
    t(
        "case a in a) w <x>;;& b) w no;; *) w \"<x>\";; esac",
        &[W(&["@"]), W(&["@"])],
    ),
    t(
        "case a in a) w <x>;& b) w '<x>';; esac",
        &[W(&["@"]), W(&["@"])],
    ),
    t("w {a,<x>}", &[W(&["a", "@"])]),
];

/// What bash has unless it follows POSIX.
const SUBSTITUTED: &[Template] = &[
    t("r < <(printf %s <x>)", &[I("@")]),
    t("w \"$(cat <(printf %sz \"<x>\"))\"", &[W(&["@z"])]),
];
