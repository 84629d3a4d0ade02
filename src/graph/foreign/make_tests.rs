//! Makefiles and the graphs that they become.

use super::{Found, Origin, Wish, import};
use crate::graph::text::{Format, parse, to_yaml};
use crate::graph::{Graph, Limits, Severity};

const SITE: &str = "\
# The site.
SHELL := /bin/bash
.DEFAULT_GOAL := site
OUT = out
HOST ?= example.org
export LANG := C
PAGES := $(OUT)/a.html \\
  $(OUT)/b.html
VERSION := $(shell git describe)

.PHONY: site deploy clean
site: $(PAGES) check   # both

$(OUT)/a.html $(OUT)/b.html: page.in | $(OUT)
\t@sed 's/x/$(@F)/' $< > $@

$(OUT): ; mkdir -p $@

check: $(PAGES)
\tcd $(OUT) && \\
\t  ls $^
\t-grep -r $$HOME .
\techo $(VERSION) $(UNKNOWN)

deploy: site
\trsync $(OUT)/ $(HOST):

clean:
\trm -rf $(OUT)

ifdef DEBUG
site: debug
endif
%.o: %.c
\tcc -c $<
include other.mk
";

fn read(text: &str, wish: &Wish) -> Found {
    import(text, Origin::Make, wish).expect("a goal")
}

fn before(graph: &Graph, name: &str) -> Vec<String> {
    let index = graph.vertex_index(name).expect("a vertex");
    let mut names: Vec<String> = graph
        .tails(index)
        .map(|tail| graph.vertices[tail].name.clone())
        .collect();
    names.sort();
    names
}

fn told(found: &Found) -> Vec<String> {
    let lines = found.left_out.iter();
    lines.map(|l| format!("{} {}", l.line, l.what)).collect()
}

#[test]
fn the_targets_of_a_goal_become_vertices() {
    let found = read(SITE, &Wish::default());
    let graph = &found.graphs[0];
    assert_eq!(graph.name, "site");
    assert_eq!(graph.env, [("LANG".to_owned(), "C".to_owned())]);
    let names: Vec<&str> = graph.vertices.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["out", "out/a.html", "out/b.html", "check"]);
    assert_eq!(before(graph, "out/b.html"), ["out"]);
    assert_eq!(before(graph, "check"), ["out/a.html", "out/b.html"]);
    let script = |name: &str| &graph.vertices[graph.vertex_index(name).expect("one")].script;
    assert_eq!(
        script("out/a.html"),
        "#!/bin/bash\nset -e\nsed 's/x/a.html/' page.in > out/a.html\n"
    );
    let check = "#!/bin/bash\nset -e\n(\nset +e\ncd out && \\\n  ls out/a.html out/b.html\n)\n\
         grep -r $HOME . || true\n(\nset +e\necho $(git describe) ${UNKNOWN-}\n)\n";
    assert_eq!(script("check"), check);
    let told = told(&found);
    let expected = [
        "0 `site` does not need `clean`, `deploy`: name another goal for these",
        "0 files that have to be there: `page.in`",
        "0 times of files: every target is run, also one that make would find up to date",
        "0 variables that the makefile does not set are taken from the environment: `UNKNOWN`",
        "19 `$(shell ...)` runs when the script runs, and anew each time",
        "31 the condition `ifdef DEBUG`: what stands in it is left out",
        "34 `%.o: %.c`: a rule for names with `%`",
        "36 `include other.mk`: another makefile; import it by itself",
    ];
    assert_eq!(told, expected);
    let limits = Limits::default();
    let read = parse(&to_yaml(graph), Format::Yaml, &limits);
    let errors = read
        .problems
        .iter()
        .filter(|p| p.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{:?}", read.problems);
    assert_eq!(read.graph.as_ref(), Some(graph));
}

#[test]
fn another_goal_is_wished_for() {
    let wish = Wish {
        goal: Some("deploy".to_owned()),
        name: Some("ship".to_owned()),
        workdir: Some("/srv/site".to_owned()),
        ..Wish::default()
    };
    let found = read(SITE, &wish);
    let graph = &found.graphs[0];
    assert_eq!((graph.name.as_str(), graph.vertices.len()), ("ship", 5));
    // `site` runs nothing itself: what comes after it comes after what it needs.
    assert_eq!(
        before(graph, "deploy"),
        ["check", "out/a.html", "out/b.html"]
    );
    let none = Wish {
        goal: Some("nothing".to_owned()),
        ..Wish::default()
    };
    let refused = import(SITE, Origin::Make, &none).map_err(|l| l.why.what);
    assert_eq!(refused, Err("no rule makes `nothing`".to_owned()));
}

#[test]
fn what_cannot_be_carried_over_fails_and_says_so() {
    let found = read(
        "all:\n\techo $(patsubst %.c,%.o,x.c)\n\trm -rf /\n",
        &Wish::default(),
    );
    let script = &found.graphs[0].vertices[0].script;
    let expected = "echo 'the recipe of `all`: write `$(patsubst %.c,%.o,x.c)` anew' >&2\nexit 1\n\
         # echo $(patsubst %.c,%.o,x.c)\n# rm -rf /\n";
    assert_eq!(script, expected);
    assert!(
        told(&found)[1].starts_with("1 the recipe of `all`"),
        "{found:?}"
    );
}

#[test]
fn a_circle_is_dropped_as_make_drops_it() {
    let found = read("a: b\n\techo a\nb: a\n\techo b\n", &Wish::default());
    let graph = &found.graphs[0];
    assert_eq!(before(graph, "a"), ["b"]);
    assert_eq!(before(graph, "b"), [""; 0]);
    assert!(told(&found).iter().any(|t| t.contains("needs itself")));
}

#[test]
fn texts_without_a_rule_are_refused_and_no_text_is_too_strange() {
    assert!(import("X = 1\n", Origin::Make, &Wish::default()).is_err());
    let long = format!("{}\n", "A = $(A) $(A)\n".repeat(100));
    let strange = [
        "a:\n\t$(X",
        "a: $(a b\n\tx\n",
        "X = $(X)\na:\n\techo $(X)\n",
        "A=$(B)$(B)\nB=$(A)$(A)\na:\n\techo $(A)\n",
        "define x\nnever ended",
        "ifdef A\nifdef B\nendif\n",
        "a\\\n\\\n:\n\tx\\",
        long.as_str(),
    ];
    for text in strange {
        let _ = import(text, Origin::Make, &Wish::default());
    }
}
