//! Numbers: what a person types is what both shells compute with.

use trackyard::graph::{Given, Kind, Limits, Param, launch_text};

use super::compiled;
use super::shells::{Shell, run};

/// What a person types for an int, and what a script sees.
const TYPED: &[(&str, i64)] = &[
    ("0", 0),
    ("-0", 0),
    ("+7", 7),
    (" 7 ", 7),
    // A shell would read the text itself as octal, or refuse it.
    ("007", 7),
    ("010", 10),
    ("08", 8),
    ("-09", -9),
    ("2147483648", 1 << 31),
    ("9223372036854775807", i64::MAX),
    ("-9223372036854775807", -i64::MAX),
];

#[test]
fn both_shells_compute_with_the_int_that_was_typed() {
    let script = "w <n> $((<n>)) $(( <n> * 1 )) \"$((-<n>))\" $((0-<n>)) $((1?<n>:0)) $(( (<n>) ))";
    let compiled = compiled(script).expect("it compiles");
    let param = Param::new("n", Kind::Int);
    let scripts: Vec<String> = TYPED
        .iter()
        .map(|(typed, _)| {
            let value = param.accept(&Given::Text(typed), &Limits::default());
            let value = value.expect("it is an int");
            launch_text(&compiled.body, &[("n".to_owned(), value)])
        })
        .collect();
    for shell in [Shell::Dash, Shell::Bash] {
        for ((typed, n), deed) in TYPED.iter().zip(run(shell, &scripts)) {
            let minus = -n;
            let shown = format!("7\x1e{n}\x1e{n}\x1e{n}\x1e{minus}\x1e{minus}\x1e{n}\x1e{n}\x1e");
            let seen = String::from_utf8_lossy(&deed.output);
            assert_eq!(seen, shown, "{shell:?}: {typed}");
        }
    }
}

#[test]
fn a_float_is_a_word_that_programs_read_and_never_in_arithmetic() {
    let param = Param {
        required: true,
        ..Param::new("f", Kind::Float)
    };
    let refused = trackyard::graph::compile("echo $((<f>))", &[&param]).expect_err("refused");
    assert_eq!(refused[0].code, "placeholder-in-arithmetic");
    let compiled = trackyard::graph::compile("printf %.3e <f>", &[&param]).expect("it compiles");
    let typed = ["0.5", "1e3", "-2.50", "1e300", "-1e-7", "007.5"];
    let scripts = typed.map(|text| {
        let value = param.accept(&Given::Text(text), &Limits::default());
        launch_text(&compiled.body, &[("f".to_owned(), value.expect("a float"))])
    });
    let shown = [
        "5.000e-01",
        "1.000e+03",
        "-2.500e+00",
        "1.000e+300",
        "-1.000e-07",
        "7.500e+00",
    ];
    for shell in [Shell::Dash, Shell::Bash] {
        let deeds = run(shell, &scripts);
        let seen = deeds
            .iter()
            .map(|deed| String::from_utf8_lossy(&deed.output));
        assert_eq!(seen.collect::<Vec<_>>(), shown, "{shell:?}");
    }
}
