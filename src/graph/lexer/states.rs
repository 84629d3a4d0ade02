//! The state of every byte of a script: that of a placeholder put in front of the byte.

use super::found::{CommandKind, Context, Lexed, Refusal, Role, Site};
use super::lex;
use crate::graph::hazards::assignment;

/// The letter of a placeholder's state.
fn letter(lexed: &Lexed, site: &Site) -> char {
    match site.context {
        Context::Bare => bare(lexed, site),
        Context::Double => '"',
        Context::Single => '\'',
        Context::HereDoc => 'h',
        Context::Comment => '#',
        Context::Arithmetic => '+',
        Context::Refused(refusal) => match refusal {
            Refusal::Backquotes => '`',
            Refusal::AnsiQuotes => '$',
            Refusal::Expansion => '{',
            Refusal::Arithmetic => '%',
            Refusal::QuotedHereDoc => 'q',
            Refusal::Delimiter => 'd',
            Refusal::AfterBackslash => '\\',
            Refusal::AfterDollar => '&',
            Refusal::Unclear => '?',
        },
    }
}

/// Of a bare word, what the word is.
fn bare(lexed: &Lexed, site: &Site) -> char {
    let kind = site.command.map(|c| lexed.commands[c].kind);
    let element = kind == Some(CommandKind::Array) && site.prefix.starts_with(b"[");
    let word = site.prefix.first().is_some_and(u8::is_ascii_alphabetic);
    let opened = site.prefix.contains(&b'[') && !site.prefix.contains(&b']');
    let subscript = opened && (word || element);
    match (site.role, kind) {
        (Role::Redirect | Role::Input, _) => '>',
        (Role::HereString, _) => '<',
        (_, Some(CommandKind::Patterns)) => 'p',
        (_, Some(CommandKind::Condition)) => 'c',
        (_, Some(CommandKind::Function)) => 'f',
        _ if subscript => 's',
        (_, Some(CommandKind::Array)) => 'a',
        _ if assignment(&site.prefix).is_some() => '=',
        _ => '.',
    }
}

/// The letters of all bytes, line by line; the last of a line is the line break's.
fn states(script: &str) -> String {
    let mut drawn = String::new();
    for (at, byte) in script.char_indices() {
        let (before, after) = script.split_at(at);
        let lexed = lex(&format!("{before}<x>{after}"), &|name| name == "x");
        let site = lexed.sites.iter().find(|s| s.start == at);
        drawn.push(site.map_or('!', |site| letter(&lexed, site)));
        if byte == '\n' {
            drawn.push('\n');
        }
    }
    drawn
}

/// Scripts, and the letters below them. `.` is a word that is none of the others; `&` and `\` are
/// behind a `$` and a backslash; `?` is where a placeholder makes the script one that cannot be
/// followed, because it stands in a delimiter or between parentheses that must be empty.
const DRAWN: &[(&str, &str)] = &[
    (
        r#"echo a\ b "c $v d"'e f' g#h # i
"#,
        r#".......\..."""&""".''''......###
"#,
    ),
    (
        r#"echo $'a\tb' c $"d"
"#,
        r#"......&$$$$$....&"".
"#,
    ),
    (
        r#"cat <<E >f <<'Q' <<-T
a 'b' $v "c"
E
q $w
Q
	t $(x 'y')
	T
echo
"#,
        r#".....>d..>>.>ddd..>dd.
hhhhhhh&hhhhh
??
qqqqq
??
hhhh&...''.h
???
.....
"#,
    ),
    (
        r#"echo "a $(b 'c' "d" $(e f) # g
) h" $(i)
"#,
        r#"......"""&...''..""..&......###
."""..&...
"#,
    ),
    (
        r#"echo ${v:-a 'b' "c $(d)"} e "${v%f}"
"#,
        r#"......&{{{{{{{{{{{{{{{{{{...."&{{{{".
"#,
    ),
    (
        r#"echo `a 'b' \`c\`` "`d`"
"#,
        r#"......````````````.."``".
"#,
    ),
    (
        r#"echo $((1 + (2*3) + $v)) $(( $(a) )) b
"#,
        r#"......&.+++++++++++++&+?..&.++&%%++?...
"#,
    ),
    (
        r#"[ a ] && [[ -n $v && ( a == "b"* || c < d ) ]] && e
"#,
        r#"............cccc&cccccccccccc""ccccccccccccccccc....
"#,
    ),
    (
        r#"case $v in (a|'b') c;; *d) "e";; esac; f
"#,
        r#"......&....pppp''p....pppp..""..pppppp...
"#,
    ),
    (
        r#"a >b 2>> 'c' <d >&2 <<<e f
"#,
        r#"...>>..>>>''>.>>.>>>.>d<<..
"#,
    ),
    (
        r#"v=a w='b'c export x=d
"#,
        r#"..==..=''==.........==
"#,
    ),
    (
        r#"a=(b 'c' [2]=d "e")
"#,
        r#"..=aaa''aassaaaa""a=
"#,
    ),
    (
        r#"a[i+1]=b
"#,
        r#"..ssss.==
"#,
    ),
    (
        r#"echo "${v:-$(a "b")}" c "${v:-'}" <<E
E
"#,
        r#"......"&{{{{{{{{{{{{"...."&{{{{???????
??
"#,
    ),
    (
        r#"f() { a; }
function g { b; }
"#,
        r#"ff?........
.........ffff.....
"#,
    ),
    (
        r#"a \
  b\
c && \
d
"#,
        r#"...\
....\
......\
..
"#,
    ),
];

#[test]
fn tells_the_state_of_every_byte() {
    for (script, drawn) in DRAWN {
        assert_eq!(states(script), *drawn, "{script}");
    }
}
