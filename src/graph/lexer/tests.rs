//! Contexts of placeholders, and scripts that make no sense.

use proptest::prelude::{Strategy, any, prop, proptest};

use super::{Context, Refusal, lex};

/// The context of every placeholder of `script` (`<x>` and `<y>` are declared).
fn contexts(script: &str) -> Vec<Context> {
    let lexed = lex(script, &|name| matches!(name, "x" | "y"));
    lexed.sites.iter().map(|s| s.context).collect()
}

#[test]
fn knows_the_context_of_each_placeholder() {
    use Context::{Arithmetic, Bare, Comment, Double, HereDoc, Single};
    for (script, expected) in [
        (
            "ping <x> \"<x>\" '<x>' # <x>",
            &[Bare, Double, Single, Comment][..],
        ),
        ("echo a#<x>", &[Bare]),
        ("echo \"it's <x>\" it\\'s <x>", &[Double, Bare]),
        ("echo '\"' <x> '\"'", &[Bare]),
        (
            "echo \"$(echo <x> \"<x>\" '<x>')\" <x>",
            &[Bare, Double, Single, Bare],
        ),
        (
            "cat <<EOF\n<x> '<x>' \"<x>\" $(echo <x>)\nEOF\necho <x>",
            &[HereDoc, HereDoc, HereDoc, Bare, Bare],
        ),
        (
            "cat <<A <<-B; echo <x>\n<x>\nA\n\t'<x>\n\tB\necho <y>",
            &[Bare, HereDoc, HereDoc, Bare],
        ),
        ("x=$(cat <<EOF\n<x>\nEOF\n) echo <x>", &[HereDoc, Bare]),
        (
            "echo $(case a in a) echo <x>;; (b) echo '<x>';; esac) <x>",
            &[Bare, Single, Bare],
        ),
        (
            "case <x> in <y>) echo <x> ;; *) : ;; esac; echo <x>",
            &[Bare, Bare, Bare, Bare],
        ),
        ("if [ <x> = a ]; then echo \"<x>\"; fi", &[Bare, Double]),
        ("f() { echo <x>; }; f", &[Bare]),
        (
            "for i in <x> b; do echo <x>; done > <y>",
            &[Bare, Bare, Bare],
        ),
        ("echo $(( <x> + 1 ))", &[Arithmetic]),
        ("(( <x> > 1 )) && echo <y>", &[Arithmetic, Bare]),
        ("[[ <x> == a || ( b < c ) ]] && echo <x>", &[Bare, Bare]),
        (
            "a=(<x> '<x>' \"<x>\"); echo <x>",
            &[Bare, Single, Double, Bare],
        ),
        ("echo ${v:-a} <x> ${v%\"}\"} <x>", &[Bare, Bare]),
        ("echo a\\\n<x>", &[Bare]),
        ("a |\\\n b <x> &&\\\nc <\\\n<x>", &[Bare, Bare]),
        ("echo <x><y>", &[Bare, Bare]),
        ("diff <(sort <x>) <(sort <y>)", &[Bare, Bare]),
        ("cat <x>out <<< <x> < <x>", &[Bare, Bare, Bare]),
        (
            "cat <<<<x> \\<<x> \"<<x>\" '<<x>'",
            &[Bare, Bare, Double, Single],
        ),
        ("echo $((1<<z>>2)) $((<x><<1))", &[Arithmetic]),
        ("cat <<x>; cat<<x> <x>", &[Bare, Bare, Bare]),
        ("function f { echo <x>; }; f <x>", &[Bare, Bare]),
        ("sort <input >out; echo <z>; echo <x>", &[Bare]),
        (
            "while read -r a; do echo $a <x>; done <<EOF\n<x>\nEOF\n",
            &[Bare, HereDoc],
        ),
    ] {
        assert_eq!(contexts(script), expected, "{script}");
    }
}

#[test]
fn refuses_what_it_must() {
    use Refusal::{
        AfterBackslash, AfterDollar, AnsiQuotes, Arithmetic, Backquotes, Delimiter, Expansion,
    };
    use Refusal::{QuotedHereDoc, Unclear};
    for (script, refusal) in [
        ("echo `echo <x>`", Backquotes),
        ("echo \"`echo '<x>'`\"", Backquotes),
        ("echo $'a<x>'", AnsiQuotes),
        ("echo ${v:-<x>}", Expansion),
        ("echo \"${v:-$(echo <x>)}\"", Expansion),
        ("echo $(( $(echo <x>) ))", Arithmetic),
        ("cat <<'EOF'\n<x>\nEOF\n", QuotedHereDoc),
        ("cat <<\\EOF\n<x>\nEOF\n", QuotedHereDoc),
        ("cat << <x>\na\n", Delimiter),
        ("cat <<<x>\na\n", Delimiter),
        ("echo $((1<<x>>2))", Unclear),
        ("cat <<'<x>'\na\n<x>\n", Delimiter),
        ("echo \\<x>", AfterBackslash),
        ("echo \"\\<x>\"", AfterBackslash),
        ("echo $<x>", AfterDollar),
        ("cat <<EOF\na\\\nEOF\n<x>", Unclear),
        ("cat <<EOF $(echo\n) <x>\nEOF\n", Unclear),
        ("echo it's <x>", Unclear),
        ("fi; echo <x>", Unclear),
        ("echo $'it\\'s' <x>", Unclear),
        ("echo \"${v:-'}\" <x>", Unclear),
        ("cat <<EOF\n<x>\n", Unclear),
        ("echo $[1] <x>", Unclear),
        ("echo \"$\\\n<x>\"", Unclear),
        ("echo $\\\n(echo <x>)", Unclear),
        ("cat <\\\n<E; echo <x>\n<x>\nE\n", Unclear),
        ("a |\\\n\\\n| <x>", Unclear),
        ("echo \"$$( <x>\"<x>\" )\"", Unclear),
    ] {
        let found = contexts(script);
        assert!(
            found.contains(&Context::Refused(refusal)),
            "{script}: {found:?}"
        );
    }
}

#[test]
fn undeclared_words_are_seen_in_bare_text_only() {
    let lexed = lex(
        "ping <ipp> '<a>' \"<b>\" # <c>\ncat <<E\n<d>\nE\nsort <in >out <<<f>",
        &|_| false,
    );
    assert_eq!(lexed.undeclared, [(5, 10)]);
}

/// Fragments that open and close every context, in any order.
fn fragments() -> impl Strategy<Value = String> {
    let parts = [
        "<x>",
        "<x>",
        " ",
        "\n",
        "'",
        "\"",
        "`",
        "\\",
        "$(",
        ")",
        "((",
        "))",
        "$((",
        "${",
        "}",
        "{ ",
        "<<E",
        "<<-'E'",
        "\nE\n",
        "<<<",
        "case x in",
        "esac",
        ";;",
        "a)",
        "if ",
        "; then ",
        "; fi",
        "[[ ",
        " ]]",
        "#",
        "$'",
        "é",
        "a=(",
        "|",
        "&&",
        "for i in ",
        "; do ",
        "; done",
        "eval ",
        "sh -c ",
        "f()",
        "2>",
        "<(",
        "\t",
        "$",
        "@(",
        "\0",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..40).prop_map(|v| v.concat())
}

proptest! {
    #[test]
    fn never_panics_and_finds_each_placeholder_once(script in fragments()) {
        let params = crate::graph::Param::new("x", crate::graph::Kind::Str);
        let lexed = lex(&script, &|name| name == "x");
        let mut end = 0;
        for site in &lexed.sites {
            assert!(site.start >= end, "{script:?}");
            assert_eq!(&script[site.start..site.end], "<x>");
            end = site.end;
        }
        let _ = crate::graph::compile(&script, &[&params]);
    }

    #[test]
    fn random_text_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = lex(&text, &|_| true);
    }
}
