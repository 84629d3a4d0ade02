//! The compiler against real shells: what a script sees is the value, byte for byte.

use std::process::{Command, Stdio};

use proptest::prelude::{any, prop, proptest};

use super::codes;
use super::compile::{Compiled, compile};
use super::launch::launch_text;
use super::param::{Kind, Param, Value};

/// Values that would do something if they were ever parsed.
const HOSTILE: &[&str] = &[
    "plain",
    "",
    " ",
    "  leading and trailing  ",
    "$(touch CANARY)",
    "`touch CANARY`",
    "'; touch CANARY; '",
    "\"; touch CANARY; \"",
    "\\\"; touch CANARY; \\\"",
    "a' 'b",
    "it's",
    "'",
    "\"",
    "\\",
    "\\\\",
    "ends with a backslash\\",
    "*",
    "/etc/*",
    "[a-z]?",
    "~",
    "${HOME}",
    "$HOME",
    "$$",
    "!!",
    "a\nb",
    "\n",
    "trailing newline\n",
    "\nEOF\ntouch CANARY\n",
    "EOF",
    "a;b&c|d>e<f",
    "<x>",
    "#comment",
    "{a,b}",
    "a=b",
    "\t tab \t",
    "\r",
    "\u{1}\u{7f}\u{80}",
    "é 日本 \u{1f600} \u{2028}",
    "a[$(touch CANARY)]",
    "%s%n",
    ")",
    "))",
    "}",
    "*) touch CANARY ;;",
];

/// Scripts that print their argument words, each followed by a byte 1 and a line break; `@` in
/// the expected words stands for the value.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("w <x>", &["@"]),
    ("w a<x>b", &["a@b"]),
    ("w \"<x>\" \"a<x>b\"", &["@", "a@b"]),
    ("w '<x>' 'a<x>b'", &["@", "a@b"]),
    ("w --name=<x>", &["--name=@"]),
    ("w \"it's\"<x>'\"'", &["it's@\""]),
    ("v=<x>; w \"$v\"", &["@"]),
    ("v=a'<x>'b; w \"$v\"", &["a@b"]),
    ("export V=<x>; w \"$V\"", &["@"]),
    ("for i in <x> b; do w \"$i\"; done", &["@", "b"]),
    ("case <x> in <x>) w same;; *) w other;; esac", &["same"]),
    ("w \"$(printf %sz <x>)\"", &["@z"]),
    (
        "w \"$(printf %sz '<x>')\" \"$(printf %sz \"<x>\")\"",
        &["@z", "@z"],
    ),
    ("w \"$(cat <<EOF\n<x>.\nEOF\n)\"", &["@."]),
    (
        "w \"$(cat <<-E1 <<E2\n\tno\n\tE1\n'<x>' \"<x>\".\nE2\n)\"",
        &["'@' \"@\"."],
    ),
    ("w \"$(case a in a) printf %sz <x>;; esac)\"", &["@z"]),
    ("f() { w \"$1\"; }\nf <x>", &["@"]),
    ("if [ a<x> = a ]; then w empty; else w \"<x>\"; fi", &["?"]),
    ("{ w <x>; } | cat", &["@"]),
    ("(w <x>) && w b", &["@", "b"]),
    ("# it's <x>\nw <x>", &["@"]),
    ("set -eu\nw <x>", &["@"]),
    ("sh -c 'printf \"%s\\001\\n\" \"$1\"' sh <x>", &["@"]),
    (
        "w ${unset:-a} <x> \"${unset:-\"b\"}\" <x>",
        &["a", "@", "b", "@"],
    ),
    ("cat <<EOF\na<x>\u{1}\nEOF", &["a@"]),
    ("<<EOF cat\n<x>\u{1}\nEOF", &["@"]),
    ("\nw <x>", &["@"]),
    ("w \\\n<x> \\<a", &["@", "<a"]),
];

fn param() -> Param {
    Param {
        allow_dash: true,
        ..Param::new("x", Kind::Str)
    }
}

/// Runs many scripts in one process of `shell` each, in an empty directory; gives their outputs.
fn run(shell: &str, scripts: &[String]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a directory");
    let mut batch = String::new();
    for (i, script) in scripts.iter().enumerate() {
        let file = dir.path().join(format!("s{i}"));
        std::fs::write(&file, script).expect("a file");
        batch.push_str(&format!("{shell} s{i} </dev/null; printf '\\002'\n"));
    }
    let output = Command::new("/bin/sh")
        .args(["-c", &batch])
        .current_dir(dir.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    assert!(
        !dir.path().join("CANARY").exists(),
        "a value was run by {shell}"
    );
    let text = String::from_utf8(output.stdout).expect("values are UTF-8");
    let mut parts: Vec<String> = text.split('\u{2}').map(str::to_owned).collect();
    parts.pop();
    assert_eq!(
        parts.len(),
        scripts.len(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    parts
}

#[test]
fn every_value_arrives_as_it_is_in_both_shells() {
    let param = param();
    let mut scripts = Vec::new();
    let mut expected = Vec::new();
    for (template, words) in TEMPLATES {
        let compiled = compile(template, &[&param]).unwrap_or_else(|e| panic!("{template}: {e:?}"));
        assert_eq!(compiled.uses, ["x"], "{template}");
        for value in HOSTILE {
            let values = [("x".to_owned(), Value::Str((*value).to_owned()))];
            scripts.push(format!(
                "w() {{ printf '%s\\001\\n' \"$@\"; }}\n{}",
                launch_text(&compiled.body, &values)
            ));
            let shown = |w: &&str| match *w {
                "?" if value.is_empty() => "empty\u{1}\n".to_owned(),
                "?" => format!("{value}\u{1}\n"),
                _ => format!("{}\u{1}\n", w.replace('@', value)),
            };
            expected.push((template, value, words.iter().map(shown).collect::<String>()));
        }
    }
    for shell in ["dash", "bash"] {
        for (output, (template, value, text)) in run(shell, &scripts).iter().zip(&expected) {
            assert_eq!(output, text, "{shell}: {template:?} with {value:?}");
        }
    }
}

/// Random scripts from a grammar; one seed gives one script.
struct Scripts(u64);

impl Scripts {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }

    fn pick(&mut self, of: &[&str]) -> String {
        of[self.below(of.len())].to_owned()
    }

    fn word(&mut self, depth: usize) -> String {
        let parts = 1 + self.below(3);
        (0..parts).map(|_| self.part(depth)).collect()
    }

    fn part(&mut self, depth: usize) -> String {
        let plain = [
            "a",
            "<x>",
            "'b<x>c'",
            "\"<x> d\"",
            "\"it's<x>\"",
            "'\"<x>'",
            "\\'",
            "\\\"",
            "${u:-e}",
            "\"${u:-\"f\"}\"",
            "`echo g`",
            "$((1+(2)))",
            "a#h",
            "=",
            "\"\\\"<x>\"",
            "${u}",
        ];
        match self.below(if depth == 0 { 2 } else { 4 }) {
            0 | 1 => self.pick(&plain),
            2 => format!("\"$({})\"", self.inner(depth - 1)),
            _ => format!("\"i$({}\n)j<x>\"", self.inner(depth - 1)),
        }
    }

    fn inner(&mut self, depth: usize) -> String {
        match self.below(4) {
            0 => format!("# it's (\n{}", self.command(depth)),
            1 => format!("cat <<E{depth}\n{}\nE{depth}\n", self.body(depth)),
            _ => self.command(depth),
        }
    }

    fn body(&mut self, depth: usize) -> String {
        let plain = [
            "'<x>'", "\"<x>\"", "<x>", "it's", "\\\\", "${u}", ")", "# k", "`echo l`",
        ];
        let line = self.pick(&plain) + &self.pick(&plain);
        if depth > 0 && self.below(3) == 0 {
            format!("{line}$({})", self.command(depth - 1))
        } else {
            line
        }
    }

    fn command(&mut self, depth: usize) -> String {
        let (a, b) = (self.word(depth), self.word(depth));
        if depth == 0 {
            return format!("w {a} {b}");
        }
        let next = self.command(depth - 1);
        match self.below(11) {
            0 => format!("w {a} <x> {b}; {next}"),
            1 => format!("{{ w {a}; {next}; }}"),
            2 => format!(" ( w {a}\n{next} )"),
            3 => format!("if [ {a} = {b} ]; then {next}; else w {b}; fi"),
            4 => format!("for i in {a} <x> {b}; do w \"$i\" {b}; done; {next}"),
            5 => format!("case {a} in (z | {b}) w b;; {a}) {next} ;; *) w no; esac"),
            6 => format!("v={a}; w \"$v\"; {next}"),
            7 => format!(
                "cat <<-'Q' <<E{depth} | cat; w {}\n\t'it`$(\n\tQ\n{}\nE{depth}\n{next}",
                self.word(0),
                self.body(depth)
            ),
            8 => format!("f() {{ w \"$@\" {a}; }}; f {b} # <x> it's\n{next}"),
            9 => format!("w {a} && ! w {b} || {next}"),
            _ => format!("while w {a} | cat; do w {b}; break; done >&1; {next}"),
        }
    }
}

#[test]
fn random_scripts_see_the_value_where_a_plain_word_would_be() {
    let param = param();
    let token = "Zq7";
    let values = [
        "$(touch CANARY)'\"`touch CANARY`",
        "  *\n'; touch CANARY; '\\",
        "\nE0\nE1\nE2\nEOF\ntouch CANARY\n)\" ' }z",
    ];
    let (mut control, mut compiled, mut refused) = (Vec::new(), Vec::new(), 0);
    for seed in 0..40 {
        let template = Scripts(seed * 7919 + 1).command(2);
        let Ok(Compiled { body, .. }) = compile(&template, &[&param]) else {
            refused += 1;
            continue;
        };
        let wrap = |text: String| format!("w() {{ printf '%s\\001\\n' \"$@\"; }}\n{text}");
        // Comments keep their placeholders, and nobody sees them.
        control.push(wrap(template.replace("<x>", token)));
        for value in values.iter().chain([&token]) {
            compiled.push(wrap(launch_text(
                &body,
                &[("x".to_owned(), Value::Str((*value).to_owned()))],
            )));
        }
    }
    assert!(refused < 5, "{refused} scripts were refused");
    for shell in ["dash", "bash"] {
        let outputs = run(shell, &compiled);
        for (i, plain) in run(shell, &control).iter().enumerate() {
            for (k, value) in values.iter().chain([&token]).enumerate() {
                let at = i * (values.len() + 1) + k;
                assert_eq!(
                    outputs[at],
                    plain.replace(token, value),
                    "{shell}\n{}\n---\n{}",
                    control[i],
                    compiled[at]
                );
            }
        }
    }
}

#[test]
fn an_int_is_safe_in_arithmetic() {
    let param = Param {
        required: true,
        ..Param::new("n", Kind::Int)
    };
    for (template, shells) in [
        ("echo $((<n> * 2))", &["dash", "bash"][..]),
        ("((<n> < 0)) && echo $(( 1 - <n> ))", &["bash"]),
    ] {
        let compiled = compile(template, &[&param]).expect("ints are numbers");
        let texts: Vec<String> = [-7, 0, 21]
            .map(|n| launch_text(&compiled.body, &[("n".to_owned(), Value::Int(n))]))
            .into();
        for shell in shells {
            let expected = if shells.len() == 2 {
                ["-14\n", "0\n", "42\n"]
            } else {
                ["8\n", "", ""]
            };
            assert_eq!(run(shell, &texts), expected, "{template}");
        }
    }
}

#[test]
fn text_that_is_parsed_again_is_refused() {
    let again = codes::PLACEHOLDER_RUNS_AGAIN;
    for (script, code) in [
        ("eval echo <x>", again),
        ("eval \"$(echo <x>)\"", again),
        ("command eval 'echo <x>'", again),
        ("sh -c 'echo <x>'", again),
        ("exec /bin/bash -ec -- \"echo <x>\" a", again),
        ("sudo -u a bash -lc 'echo <x>'", again),
        ("find . -exec sh -c 'echo <x>' ';'", again),
        ("trap 'echo <x>' EXIT", again),
        ("read <x>", again),
        ("unset <x>", again),
        ("let 'a=<x>'", again),
        ("alias a=<x>", again),
        ("bash <<EOF\necho <x>\nEOF\n", again),
        ("ssh host sh -s <<EOF\necho $(echo <x>)\nEOF\n", again),
        ("cat <<EOF | sh\necho <x>\nEOF\n", again),
        ("echo 'echo <x>' | sh", again),
        ("{ echo a; echo <x>; } | tee f |\n bash -s", again),
        ("echo <x> | (cd /; sh)", again),
        (". <(echo <x>)", again),
        ("bash <<< '<x>'", again),
        ("PS4=<x>", again),
        ("declare -i n; n=<x>", again),
        ("printf -v <x> a", again),
        ("test -v <x>", again),
        ("ssh host 'ls <x>'", again),
        ("ssh -p 22 -i key me@host -- ls <x>", again),
        ("ssh -o ProxyCommand=<x> host true", again),
        ("sudo -u a ssh host ls \"$(echo <x>)\"", again),
        ("python3 -uc 'print(\"<x>\")'", again),
        ("perl -lne 'print \"<x>\"' file", again),
        ("node --eval=\"log('<x>')\"", again),
        ("awk '/<x>/ { print $2 }' file", again),
        ("awk -F: -v a=b '$1 == \"<x>\"' file", again),
        ("xargs -n 1 awk '/<x>/'", again),
        ("sed -n -e 's/a/b/' -e 's/<x>/b/p' file", again),
        ("sed -i 's/<x>/b/' file", again),
        ("declare -i n=<x>", codes::PLACEHOLDER_IN_NAME),
        ("export <x>", codes::PLACEHOLDER_IN_NAME),
        ("<x>=1", codes::PLACEHOLDER_IN_NAME),
        ("a<x>=1", codes::PLACEHOLDER_IN_NAME),
        ("a[<x>]=1", codes::PLACEHOLDER_IN_NAME),
        ("a=([<x>]=1)", codes::PLACEHOLDER_IN_NAME),
        ("<x>() { :; }", codes::PLACEHOLDER_IN_NAME),
        ("for <x> in a; do :; done", codes::PLACEHOLDER_IN_NAME),
        ("<x> a", codes::PLACEHOLDER_AS_COMMAND),
        ("A=b \"<x>\" a", codes::PLACEHOLDER_AS_COMMAND),
        ("[[ <x> -eq 1 ]]", codes::PLACEHOLDER_IN_ARITHMETIC),
        ("[[ -v <x> ]]", codes::PLACEHOLDER_IN_ARITHMETIC),
        ("echo $((<x>))", codes::PLACEHOLDER_IN_ARITHMETIC),
        ("echo `<x>`", codes::PLACEHOLDER_IN_BACKQUOTES),
        ("echo <x> $p_x", codes::RESERVED_NAME),
        (
            "#!/usr/bin/python3\nprint('<x>')",
            codes::PLACEHOLDER_NOT_SHELL,
        ),
    ] {
        let problems = compile(script, &[&param()]).expect_err(script);
        assert_eq!(problems[0].code, code, "{script}: {problems:?}");
    }
}

#[test]
fn what_is_safe_beside_those_is_taken() {
    let flag = Param::new("x", Kind::Bool);
    for script in [
        "if <x>; then echo a; fi",
        "sh -c 'echo <x>'",
        "eval echo <x>",
    ] {
        assert!(compile(script, &[&flag]).is_ok(), "{script}");
    }
    for script in [
        "sh -c 'echo \"$1\"' sh <x>",
        "sh ./deploy.sh -c <x>y",
        "ssh -p 22 -l <x> <x> uptime",
        "printf '%s\\n' <x> | ssh host 'IFS= read -r v; ls -- \"$v\"'",
        "python3 -c 'import sys; print(sys.argv[1])' <x>",
        "python3 tool.py -c <x>; perl -e 'print shift' <x>",
        "awk -v v=<x> -vw=<x> '$1 == v' <x>",
        "awk -f prog.awk -v v=<x> <x>; sed -f prog.sed <x>",
        "sed -n -e 's/a/b/p' <x>; sed -i.save s/a/b/ <x>",
        "echo awk <x>; git log -S <x> -- sed <x>",
        "echo read <x>; git unset <x>",
        "./<x> a",
        "echo <x> | cat; sh ./a",
        "echo <x>; curl a | sh",
        "echo <x> | ssh host cat",
        "local v=<x>",
        "case a in a) echo <x>;; esac",
        "[ <x> = a ] && exit 3",
        "ssh <x> uptime",
    ] {
        assert!(
            compile(script, &[&param()]).is_ok(),
            "{script}: {:?}",
            compile(script, &[&param()])
        );
    }
}

#[test]
fn problems_say_where_and_what() {
    let problems = compile("echo é\n  echo `<x>`", &[&param()]).expect_err("backquotes");
    assert_eq!((problems[0].line, problems[0].column), (2, 9));
    assert_eq!(
        problems[0].message,
        "`<x>` is inside backquotes: use `$( … )`"
    );
    let host = Param::new("host", Kind::Str);
    let compiled = compile("ping <hots> <host>", &[&host]).expect("a notice only");
    assert_eq!(compiled.notices[0].code, codes::UNDECLARED_PLACEHOLDER);
    assert!(
        compiled.notices[0]
            .message
            .contains("Did you mean `<host>`?"),
        "{:?}",
        compiled.notices
    );
}

#[test]
fn other_shells_than_those_followed_are_told_so() {
    for shell in ["zsh", "ksh", "fish", "python3"] {
        let script = format!("#!/usr/bin/env {shell}\necho <x>");
        let problems = compile(&script, &[&param()]).expect_err("not replaced");
        assert_eq!(
            problems[0].message,
            "`<x>` is not replaced: that is done in scripts for sh, dash and bash alone; read the environment variable `TY_x` instead"
        );
    }
}

#[test]
fn the_variable_of_a_value_may_be_spoken_of() {
    for script in [
        "echo '# p_x' \"the p_x\" <x> # $p_x=1",
        "cat <<'E'\np_x\nE\necho <x> $p_xy ap_x=1",
    ] {
        let compiled = compile(script, &[&param()]);
        assert!(compiled.is_ok(), "{script}: {compiled:?}");
    }
    for script in [
        "p_x=1; w <x>",
        "w \"${p_x}\" <x>",
        "w <x>; read 'p_x'",
        "eval \"p_x=1\"; w <x>",
        "w <x> \"$((p_x))\"",
        "trap 'w $p_x' EXIT; w <x>",
        "for p_x in a; do w <x>; done",
        "# p_x\nw '# p_x' <x>; unset p_x",
    ] {
        let problems = compile(script, &[&param()]).expect_err(script);
        let found: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert_eq!(found, [codes::RESERVED_NAME], "{script}: {problems:?}");
    }
}

#[test]
fn a_number_that_may_look_like_an_option_is_told() {
    let number = |min| Param {
        min,
        required: true,
        ..Param::new("n", Kind::Int)
    };
    let (any, natural) = (number(None), number(Some(Value::Int(0))));
    for (script, param, told) in [
        ("kill <n>", &any, true),
        ("kill -TERM \"<n>\"", &any, true),
        ("sudo /usr/bin/head <n>", &any, true),
        ("kill <n>", &natural, false),
        ("head -n <n>", &any, false),
        ("sleep -- <n>", &any, false),
        ("kill \"-<n>\"", &any, false),
        ("echo <n> >kill; [ <n> -gt 3 ]", &any, false),
    ] {
        let compiled = compile(script, &[param]).expect(script);
        let found: Vec<_> = compiled.notices.iter().map(|p| p.code).collect();
        let expected = told.then_some(codes::NEGATIVE_ARGUMENT);
        assert_eq!(found, Vec::from_iter(expected), "{script}");
    }
}

proptest! {
    #[test]
    fn a_script_without_placeholders_stays_as_it_is(script in "[ -~\n\té]{0,80}") {
        if let Ok(compiled) = compile(&script, &[&Param::new("not_in_there", Kind::Str)]) {
            assert_eq!(compiled.body, script);
        }
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = compile(&String::from_utf8_lossy(&bytes), &[&param()]);
    }
}
