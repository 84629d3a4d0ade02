//! Places where a value would be run, each with a value that shows it: refused; and ordinary scripts
//! beside them: accepted, and run for real, where nothing of the value may be executed.

use std::process::{Command, Stdio};

use crate::graph::codes;
use crate::graph::compile::compile;
use crate::graph::launch::launch_text;
use crate::graph::param::{Kind, Param, Value};

const D: &str = "$(touch PWN)";
const A: &str = "a[$(touch PWN)]";
const C: &str = "touch PWN";
const P: &str = "($(touch PWN))";

/// Places where a value is run, with the value that shows it.
const REFUSED: &[(&str, &str)] = &[
    // Variables of the script that carry the value.
    ("i=<x>; a=(1); echo ${a[$i]}", A),
    ("i=<x>; a=(1); echo ${a[i]}", A),
    ("i=<x>; v=abc; echo ${v:$i:1}", A),
    ("i=<x>; v=abc; echo \"${v:0:i}\"", A),
    ("v=<x>; echo $((v))", A),
    ("v=<x>; echo $(( $v + 1 ))", A),
    ("v=<x>; (( v > 1 ))", A),
    ("v=<x>; for ((i=0; i<v; i++)); do :; done", A),
    ("v=<x>; let n=v+1", A),
    ("v=<x>; [[ $v -eq 1 ]]", A),
    ("v=<x>; [[ v -eq 1 ]]", A),
    ("v=<x>; [[ -v $v ]]", A),
    ("v=<x>; echo ${v@P}", D),
    ("v=<x>; echo ${!v}", A),
    ("v=<x>; a[$v]=1", A),
    ("v=<x>; a[v]=1", A),
    ("v=<x>; declare -i n=$v", A),
    ("v=<x>; declare -i n; n=v", A),
    ("v=<x>; sh -c \"echo $v\"", D),
    ("v=<x>; eval \"ls $v\"", D),
    ("v=<x>; trap \"echo $v\" EXIT", D),
    ("v=<x>; echo \"ls $v\" | sh", D),
    ("v=<x>; w=\"a $v\"; eval \"$w\"", D),
    ("cmd=\"echo <x>\"; eval $cmd", D),
    ("a=(echo <x>); eval \"${a[@]}\"", D),
    ("v=$(echo <x>); eval \"$v\"", C),
    ("v=$(cat <<E\n<x>\nE\n); eval \"$v\"", C),
    ("read -r v <<< <x>; echo $((v))", A),
    ("read -r v < <(echo <x>); eval \"$v\"", C),
    ("echo <x> | while read -r l; do bash -c \"$l\"; done", C),
    ("while read -r l; do bash -c \"$l\"; done <<E\n<x>\nE\n", C),
    ("for f in <x>; do sh -c \"echo $f\"; done", D),
    ("printf -v v %s <x>; eval \"$v\"", C),
    ("declare -A m; k=<x>; (( m[$k]++ ))", D),
    // What bash evaluates by itself.
    ("a=(1); declare a=<x>", P),
    ("a=(1); declare a=\"<x>\"", "([$(touch PWN)]=1)"),
    ("a=(1); typeset a=<x>", P),
    ("f() { local a=(); local a=<x>; }; f", P),
    ("mapfile -t a < /dev/null; declare a=<x>", P),
    ("RANDOM=<x>", A),
    ("SRANDOM=<x>", A),
    ("OPTIND=<x>", A),
    ("HISTCMD=<x>", A),
    ("export RANDOM=<x>", A),
    ("read -r RANDOM <<< <x>", A),
    ("for RANDOM in <x>; do :; done", A),
    ("declare -i n; read -r n <<< <x>", A),
    ("declare -i n; for n in <x>; do :; done", A),
    ("declare -i n; printf -v n %s <x>", A),
    ("o=-i; declare $o n; n=<x>", A),
    ("declare \"-i\" n; n+=<x>", A),
    ("declare -ai n; n=(<x>)", A),
    ("declare -n r; r=<x>", A),
    ("read -r PS4 <<< <x>; set -x; :", D),
    ("for PS4 in <x>; do set -x; :; done", D),
    ("declare -x BASH_ENV=<x>; bash -c :", "./s.sh"),
    ("env BASH_ENV=<x> bash -c :", "./s.sh"),
    ("printf \"-v<x>\" hi", A),
    ("printf -v\"<x>\" hi", A),
    ("[ -n <x> -a -v <x> ]", A),
    ("o=-v; test $o <x>", A),
    ("echo \"$[<x>]\"", A),
    // Roles of substitutions.
    ("bash < <(echo <x>)", C),
    ("bash 0< <(echo <x>) -s", C),
    ("bash <<< \"$(echo <x>)\"", C),
    ("echo <x> > >(bash); wait", C),
    ("echo <x> | tee >(bash); wait", C),
    (
        "awk -f <(echo 'BEGIN { print \"<x>\" }')",
        "\"; system(\"touch PWN\"); print \"",
    ),
    // Compound commands and functions.
    ("{ bash; } <<< <x>", C),
    ("(bash -s) <<E\n<x>\nE\n", C),
    ("if true; then bash; fi <<E\n<x>\nE\n", C),
    ("f() { bash; }; f <<< <x>", C),
    ("f()\n{\n  bash\n}\nf <<< <x>", C),
    ("function f\n{\n  bash\n}\necho <x> | f", C),
    ("f() { echo <x>; }; f | bash", C),
    ("g() { echo <x>; }; f() { g; }; f | bash", C),
    ("exec <<< <x>; bash", C),
    // Programs that are not written out, or stand behind others.
    ("\"$SHELL\" -c <x>", C),
    ("$BASH -c <x>", C),
    ("\"${BASH:-bash}\" -ec \"echo <x>\"", D),
    ("$(command -v bash) -c <x>", C),
    ("echo <x> | $BASH", C),
    ("echo <x> | \"$BASH\" -s", C),
    ("$EMPTY eval <x>", C),
    ("$EMPTY bash -c <x>", C),
    ("${DRY:-} trap <x> EXIT", C),
    (
        "python3.11 -c 'print(\"<x>\")'",
        "\");import os;os.system(\"touch PWN\");(\"",
    ),
    (
        "python3.11 <<E\nprint(\"<x>\")\nE\n",
        "\");import os;os.system(\"touch PWN\");(\"",
    ),
    (
        "find . -maxdepth 0 -exec python3 -c 'print(\"<x>\")' \\;",
        "\");import os;os.system(\"touch PWN\");(\"",
    ),
    (
        "find . -exec perl -e 'print \"<x>\"' \\;",
        "\".`touch PWN`.\"",
    ),
    (
        "find . -exec awk 'BEGIN{print \"<x>\"}' {} +",
        "\";system(\"touch PWN\");print \"",
    ),
    ("grep -l a s | xargs sed -i 's/a/<x>/'", "b/e"),
    ("docker exec -i c python3 -c 'print(\"<x>\")'", D),
    ("docker run --rm i sh -c 'echo <x>'", D),
    ("kubectl exec p -- bash -c 'echo <x>'", D),
    ("kubectl exec -i p -- bash <<< <x>", D),
    (
        "node -pe '\"<x>\"'",
        "\"+require('child_process').execSync('touch PWN')+\"",
    ),
    (
        "awk -W posix 'BEGIN{print \"<x>\"}'",
        "\";system(\"touch PWN\");print \"",
    ),
    (
        "awk -f - <<E\nBEGIN { print \"<x>\" }\nE\n",
        "\"; system(\"touch PWN\"); print \"",
    ),
    (
        "echo 'BEGIN { print \"<x>\" }' | awk -f -",
        "\"; system(\"touch PWN\"); print \"",
    ),
    ("sed -f - f <<E\ns/a/<x>/\nE\n", "b/e"),
    ("printf '%s\\n' <x> | xargs -I{} sh -c 'echo {}'", D),
    ("printf '%s\\n' <x> | xargs -I % bash -c 'echo %'", D),
    ("printf %s <x> | xargs -0 sh -c", C),
    ("echo <x> | bash /dev/fd/0", C),
    ("echo <x> | timeout 5 bash -x", C),
    ("echo <x> | bash -", C),
    ("echo 'ls <x>' | ssh host", D),
    ("ssh host 'bash -s' <<E\n<x>\nE\n", D),
    ("sshpass -p p ssh h 'ls <x>'", D),
    ("flock lock -c 'echo <x>'", D),
    ("script -qc 'echo <x>' /dev/null", D),
    ("watch -n1 'echo <x>'", D),
    ("env -S 'sh -c <x>'", C),
    ("time -p eval <x>", C),
    ("coproc { eval <x>; }; wait", C),
    ("coproc N { eval <x>; }; wait", C),
    ("for ((;;)) { eval <x>; break; }", C),
    ("for ((;;)); do eval <x>; break; done", C),
    ("for ((i=0; i<1; i++)) do eval <x>; done", C),
    ("function f if eval <x>; then :; fi; f", C),
    ("a[1 + 1]=1 eval <x>", C),
    ("exec -a n bash -c <x>", C),
    (". <x>", "./s.sh"),
    ("source <x>", "./s.sh"),
    ("command . /dev/stdin <<< <x>", C),
    ("A=1 source <(echo <x>)", C),
    ("alias e=eval\ne <x>\n", C),
    ("alias q='echo \"'\nq <x> \"\n", D),
    ("at now <<E\necho <x>\nE\n", D),
    ("echo <x> | batch", C),
    ("echo <x> | crontab -", C),
    ("echo <x> | parallel", C),
    // Letters of options together.
    ("bash -euo pipefail -c \"ls <x>\"", D),
    ("bash -eo pipefail -c <x>", C),
    ("bash -ceuo pipefail <x>", C),
    ("bash -euo pipefail <<E\n<x>\nE\n", C),
    ("env bash -euxo pipefail -c <x>", C),
    ("env - bash -c <x>", C),
    ("echo a | xargs -I% bash -euo pipefail -c 'echo % <x>'", D),
    ("su root -c\"ls <x>\"", D),
    ("sg root -c \"ls <x>\"", D),
    ("taskset 1 sh -c \"ls <x>\"", D),
    ("taskset -c 0 sh -c \"ls <x>\"", D),
    ("prlimit sh -c \"ls <x>\"", D),
    ("chrt -o 0 sh -c \"ls <x>\"", D),
    // Programs that write what they are given.
    ("f=$(basename <x>); sh -c \"ls $f\"", D),
    ("n=<x>; m=$(basename \"$n\"); bash -c \"echo $m\"", D),
    ("v=$(echo <x> | cut -d: -f1); echo $((v))", A),
    (
        "for i in $(echo <x> | tr ',' '\\n'); do sh -c \"ls $i\"; done",
        "$(touch${IFS}PWN)",
    ),
    ("v=$(tr a a <<< <x>); eval \"$v\"", C),
    ("v=$(sed 's/q/w/' <<E\n<x>\nE\n); eval \"$v\"", C),
    ("echo <x> | sort | while read -r v; do eval \"$v\"; done", C),
    (
        "while read -r v; do eval \"$v\"; done < <(printf '%s\\n' <x> | sort)",
        C,
    ),
    ("mapfile -t a < <(tr , '\\n' <<< <x>); eval \"${a[0]}\"", C),
    ("cat <<< <x> | while read -r v; do eval \"$v\"; done", C),
    (
        "cat <<E | while read -r v; do eval \"$v\"; done\n<x>\nE\n",
        C,
    ),
    ("while read -r; do sh -c \"$REPLY\"; done <<< <x>", C),
    ("mapfile -t <<< <x>; eval \"${MAPFILE[0]}\"", C),
    // Commands that a variable names.
    ("cmd=<x>; $cmd", C),
    ("cmd=<x>; \"$cmd\" 'touch PWN'", "eval"),
    ("conf=<x>; . \"$conf\"", "./s.sh"),
    ("conf=<x>; [ -f \"$conf\" ] && source $conf", "./s.sh"),
];

/// Ordinary scripts beside those.
const ACCEPTED: &[&str] = &[
    "curl \"http://127.0.0.1:1/<x>\" | python3 -c 'import sys; print(sys.stdin.read())'",
    "echo <x> | python3 -m json.tool",
    "echo <x> | perl -pe 's/a/b/'",
    "echo <x> | bash -x script.sh",
    "echo <x> | bash -e ./script.sh a",
    "python3 script.py <<E\n<x>\nE\n",
    "python3 -c 'print(input())' <<< <x>",
    "bash ./p.sh <<< <x>",
    "bash \"$script\" <<< <x>",
    "ssh h \"cat > f\" <<E\n<x>\nE\n",
    "echo <x> | ssh h 'cat > f'",
    "echo <x> | grep node -",
    "echo <x> | tee sh",
    "echo <x> | sudo tee bash",
    "echo <x> | $SUDO tee f",
    "cat <<E | grep ruby\n<x>\nE",
    "kubectl apply -n node -f - <<E\n<x>\nE\n",
    "systemctl restart ssh <<< <x>",
    "docker exec -i node cat <<E\n<x>\nE\n",
    "declare -a f=(<x> b); echo \"${f[@]}\"",
    "f() { local -a f=(<x>); echo \"${f[@]}\"; }; f",
    "declare -A m=([k]=<x>); echo \"${m[k]}\"",
    "declare -A m; k=<x>; m[$k]=1; echo \"${m[$k]}\"",
    "declare -i n=0; host=<x>; echo \"$host\"",
    "declare -n r=v; v=<x>; echo \"$v\"",
    "for k in <x>; do echo \"$k\"; done; (( n = 1, m = n )); echo \"$m\"",
    "f() { local -n r=$1; r=1; }; f v; host=<x>; echo \"$host\"",
    "export -n v; export v=<x>; echo \"$v\"",
    "command -v <x>",
    "[ -p <x> ] || echo no",
    "printf -v v \"%s\" \"<x>\"; echo \"$v\"",
    "[[ -n <x> && $# -eq 0 ]] && echo y",
    "[[ \"$#\" -gt 2 && <x> == y ]] || echo n",
    "read -r v < <(echo <x>); echo \"$v\"",
    "mapfile -t a < <(printf '%s\\n' <x>); echo \"${a[0]}\"",
    "while read -r l; do echo \"$l\"; done <<< <x>",
    "v=<x>; echo \"${v:0:3}\" \"${#v}\" \"${v:-a}\" \"${v%a}\"",
    "v=<x>; if [ \"$v\" = 1 ]; then echo; fi; sh -c 'echo \"$1\"' sh \"$v\"",
    "n=$(printf %s <x> | wc -c); (( n > 3 )) && echo \"$n\"",
    "hosts=(<x> b); echo \"${hosts[0]}\" \"${#hosts[@]}\" $(( ${#hosts[@]} + 1 ))",
    "v=<x>; trap 'rm -f -- \"$v\"' EXIT",
    "v=<x>; read -r -p \"$v? \" w || echo",
    "for f in <x> b; do echo \"$f\"; done; for ((i=0; i<2; i++)); do echo $i; done",
    "f() { sh ./p.sh; }; f; echo <x>",
    "{ cat; } <<< <x>; bash -c :",
    "alias ll='ls -l'; ll <x>",
    "printf '%s\\0' <x> | xargs -0 -n1 sh -c 'echo \"$1\"' _",
    "find . -maxdepth 0 -name <x> -exec sh -c 'echo \"$1\"' sh {} \\;",
    ". ./<x>",
    "dir=<x>; \"$dir/bin/tool\" a || echo no",
    "<x>/bin/tool a || echo no",
    "echo <x> | while read -r v; do echo \"$v\"; done\nbash ./p.sh < f\nbash -s < s.sh.not",
    "n=$(grep -c <x> f); [[ $n -gt 0 ]] || echo none",
    "n=$(echo <x> | wc -c); echo $((n + 1))",
    "first=$(head -n 1 < <x>); echo $((first + 1))",
    "id=$(echo <x> | sha256sum | cut -c1-8); echo \"$id\"",
    "f=$(basename <x>); echo \"${f%.gz}\"; sh -c 'echo \"$1\"' sh \"$f\"",
    "bash -euo pipefail -c 'echo \"$1\"' bash <x>",
    "bash -euo pipefail ./p.sh <x>",
    "su root -c 'echo \"$0\"' <x>",
];

fn text() -> Param {
    Param {
        allow_dash: true,
        ..Param::new("x", Kind::Str)
    }
}

#[test]
fn a_place_where_a_value_would_be_run_is_refused() {
    let accepted: Vec<&str> = REFUSED
        .iter()
        .map(|(script, _)| *script)
        .filter(|script| compile(script, &[&text()]).is_ok())
        .collect();
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
}

#[test]
fn an_ordinary_script_is_accepted() {
    let refused: Vec<_> = ACCEPTED
        .iter()
        .filter_map(|script| Some((script, compile(script, &[&text()]).err()?)))
        .collect();
    assert!(refused.is_empty(), "refused: {refused:#?}");
}

/// Runs `text` with `shell` in an empty directory; tells whether the value was run.
fn runs(shell: &str, text: &str) -> bool {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("s"), text).expect("a file");
    for file in ["s.sh", "script.sh", "p.sh", "script.py"] {
        let body = if file == "s.sh" { "touch PWN\n" } else { "\n" };
        std::fs::write(dir.path().join(file), body).expect("a file");
    }
    Command::new("timeout")
        .args(["20", shell, "s"])
        .current_dir(dir.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/bash")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    dir.path().join("PWN").exists()
}

/// What is not on every machine, or reaches beyond it, does nothing.
const STUBS: &str = "curl() { :; }; ssh() { :; }; kubectl() { :; }; systemctl() { :; }; docker() { :; }; sudo() { :; }\n";

#[test]
fn nothing_of_a_value_is_run_by_what_is_accepted() {
    let table = REFUSED
        .iter()
        .map(|(script, value)| (*script, vec![*value]));
    let ordinary = ACCEPTED.iter().map(|script| (*script, vec![A, D, C, P]));
    for (script, values) in table.chain(ordinary) {
        let Ok(compiled) = compile(script, &[&text()]) else {
            continue;
        };
        for value in values {
            let given = [("x".to_owned(), Value::Str(value.to_owned()))];
            let text = format!("{STUBS}{}", launch_text(&compiled.body, &given));
            for shell in ["dash", "bash"] {
                assert!(!runs(shell, &text), "{shell} ran {value:?}:\n{text}");
            }
        }
    }
}

#[test]
fn the_messages_say_where_and_what_instead() {
    let problems = compile("v=<x>\necho\necho $((v))", &[&text()]).expect_err("arithmetic");
    assert_eq!(problems[0].code, codes::PLACEHOLDER_RUNS_AGAIN);
    assert_eq!((problems[0].line, problems[0].column), (1, 3));
    assert!(problems[0].message.contains("`v`"), "{problems:?}");
    assert!(problems[0].message.contains("line 3"), "{problems:?}");
    let problems = compile("echo ${a[<x>]}", &[&text()]).expect_err("a subscript");
    assert!(
        problems[0].message.contains("declare it as an int"),
        "{problems:?}"
    );
}

#[test]
fn an_int_where_a_shell_wants_it_written_out_is_refused() {
    let int = Param {
        required: true,
        ..Param::new("n", Kind::Int)
    };
    let digits = Param {
        choices: vec![Value::Int(2), Value::Int(3)],
        ..Param::new("n", Kind::Choice)
    };
    for (script, advice) in [
        ("for i in {1..<n>}; do echo $i; done", "seq"),
        ("echo {<n>..9}", "seq"),
        ("mkdir d{1..<n>}", "seq"),
        ("echo a <n>>out", "space"),
        ("exec <n>>f", "space"),
    ] {
        for param in [&int, &digits] {
            let problems = compile(script, &[param]).expect_err(script);
            assert!(problems[0].message.contains(advice), "{problems:?}");
        }
    }
    for script in [
        "echo $((1<n>))",
        "echo $((0x<n>))",
        "echo $((<n>0))",
        "(( 16#<n> ))",
    ] {
        let problems = compile(script, &[&int]).expect_err(script);
        assert!(
            problems[0].message.contains("longer number"),
            "{problems:?}"
        );
    }
    for script in [
        "echo a <n> >out",
        "echo a<n>>out",
        "echo \"{1..<n>}\" '{1..<n>}' {a,<n>}",
        "echo $((<n>+1)) $((2*<n>)) $(( -<n> ))",
        "seq 1 <n> > f",
    ] {
        assert!(compile(script, &[&int]).is_ok(), "{script}");
    }
}

#[test]
fn text_for_a_program_with_commands_of_its_own_is_noticed() {
    for (script, noticed) in [
        ("sqlite3 db <<E\nselect '<x>';\nE\n", true),
        (
            "echo \"select '<x>'\" | docker exec -i c cat | psql db",
            true,
        ),
        ("sudo mysql db <<< \"select '<x>'\"", true),
        ("make -f - <<E\nall:\n\t@echo <x>\nE\n", true),
        ("echo <x> | make all", false),
        ("psql -c 'select 1' <<< <x>", false),
        ("echo <x>; sqlite3 db 'select 1'", false),
        ("sqlite3 db \"select '<x>'\"", true),
        ("sqlite3 <x> 'select 1'", false),
        ("psql -h h -c \"select '<x>'\" db", true),
        ("psql -h <x> -c 'select 1' db", false),
        ("mysql -e \"select '<x>'\"", true),
        ("make VERSION=<x> all", true),
        ("make -C <x> all", false),
        ("pg_dump -h h <x> | psql db", false),
        ("gunzip -c <x>/f.gz | psql db", false),
        ("printf '%s\\n' <x> | psql db", true),
        ("ed -s f <<E\na\n<x>\n.\nE\n", true),
    ] {
        let notices = compile(script, &[&text()]).expect(script).notices;
        let found = notices
            .iter()
            .any(|n| n.code == codes::PLACEHOLDER_IN_STATEMENTS);
        assert_eq!(found, noticed, "{script}");
    }
}

#[test]
fn a_choice_of_shells_is_a_shell() {
    let choice = Param {
        choices: ["bash", "sh"].map(|c| Value::Str(c.to_owned())).into(),
        ..Param::new("c", Kind::Choice)
    };
    for script in [
        "<c> -c 'echo <x>'",
        "echo <x> | <c>",
        "<c> <<E\necho <x>\nE\n",
        "/bin/<c> -c 'echo <x>'",
    ] {
        assert!(compile(script, &[&text(), &choice]).is_err(), "{script}");
    }
    assert!(compile("<c> ./p.sh <x>", &[&text(), &choice]).is_ok());
    let runs = Param {
        choices: ["eval", "echo"].map(|c| Value::Str(c.to_owned())).into(),
        ..Param::new("c", Kind::Choice)
    };
    assert!(compile("<c> <x>", &[&text(), &runs]).is_err());
    assert!(compile("command <c> <x>", &[&text(), &runs]).is_err());
    assert!(compile("echo <c> <x>", &[&text(), &runs]).is_ok());
}
