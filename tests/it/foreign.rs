//! What other programs' files say, imported and run: it does what they do.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cli::Desk;

const MAKEFILE: &str = "\
OUT := out
WORDS = one two
all: $(OUT)/sum done

$(OUT)/sum: $(OUT)/a $(OUT)/b
\tcat $^ > $@; false; true
\tcd $(OUT) && pwd | sed 's#.*/##' >> sum
\tpwd | sed 's#.*/##' >> $@

$(OUT)/a $(OUT)/b: | $(OUT)
\t-exit 3
\t@for w in $(WORDS); do \\
\t  echo \"$$w $(@F)\"; \\
\tdone > $@

$(OUT):
\tmkdir -p $@

done: $(OUT)/sum
\tcp $< $(OUT)/$@

never:
\trm -rf $(OUT)
";

/// The files of a directory with what is in them.
fn files(dir: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(dir).expect("a directory").flatten();
    let text = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read_to_string(entry.path()).expect("text"))
    };
    let mut files: Vec<_> = entries.map(text).collect();
    files.sort();
    files
}

#[test]
fn a_makefile_does_what_make_does() {
    let desk = Desk::new();
    desk.write("Makefile", MAKEFILE);
    let dir = desk.dir();
    let made = Command::new("make")
        .current_dir(&dir)
        .output()
        .expect("make");
    assert!(made.status.success(), "{made:?}");
    let expected = files(&dir.join("out"));
    assert_eq!(expected.len(), 4, "{expected:?}");
    fs::remove_dir_all(dir.join("out")).expect("removed");

    let printed = desk.call(&["import", "--print", "Makefile"]).expect(0);
    assert!(
        printed.err.contains("left out: times of files"),
        "{}",
        printed.err
    );
    assert!(
        printed.err.contains("`all` does not need `never`"),
        "{}",
        printed.err
    );
    desk.write("all.yaml", &printed.out);
    desk.call(&["run", "all.yaml"]).expect(0);
    assert_eq!(files(&dir.join("out")), expected);
}

#[test]
fn each_job_of_a_crontab_is_saved_and_can_be_run() {
    let desk = Desk::new();
    let line = format!(
        "WHO=world\n*/5 * * * * /bin/cat > {0}/said%hello\n@daily echo \"$WHO\" > {0}/who; false; true\n",
        desk.dir().display()
    );
    desk.write("my.crontab", &line);
    let imported = desk.call(&["import", "my.crontab"]).expect(0);
    assert_eq!(
        imported.out,
        "graph 1 is `cat` v1 (created)\ngraph 2 is `echo` v1 (created)\n"
    );
    let plan = "my.crontab:2: left out: the schedule `*/5 * * * *`: keep cron for it, with the line `*/5 * * * * trackyard start cat --wait`";
    assert!(imported.err.contains(plan), "{}", imported.err);
    for job in 0..2 {
        let text = desk
            .call(&["import", "--print", "my.crontab"])
            .expect(0)
            .out;
        let text = text.split("---\n").nth(job).expect("a job");
        desk.write("job.yaml", text);
        desk.call(&["run", "job.yaml"]).expect(0);
    }
    let said = fs::read_to_string(desk.dir().join("said")).expect("said");
    let who = fs::read_to_string(desk.dir().join("who")).expect("said");
    assert_eq!((said.as_str(), who.as_str()), ("hello\n", "world\n"));
}

#[test]
fn a_workflow_runs_in_its_repository() {
    let desk = Desk::new();
    let dir = desk.dir().join(".github/workflows");
    fs::create_dir_all(&dir).expect("made");
    let workflow = "on: {workflow_dispatch: {inputs: {who-is: {default: you}}}}\njobs:\n  b:\n    needs: a\n    runs-on: ubuntu-latest\n    steps:\n      - run: cat a > b\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: echo 'hello ${{ inputs.who-is }}' > a\n        shell: bash\n";
    fs::write(dir.join("hello.yml"), workflow).expect("written");
    let words = ["import", "--json", ".github/workflows/hello.yml"];
    let imported = desk.call(&words).expect(0).json();
    assert_eq!(imported["graphs"][0]["name"], "workflow", "{imported}");
    assert_eq!(imported["left_out"][0]["line"], 11, "{imported}");
    let words = ["import", "--print", ".github/workflows/hello.yml"];
    desk.write("hello.yaml", &desk.call(&words).expect(0).out);
    desk.call(&["run", "hello.yaml", "-p", "who_is=$(id)"])
        .expect(0);
    let said = fs::read_to_string(desk.dir().join("b")).expect("said");
    assert_eq!(said, "hello $(id)\n");
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    let desk = Desk::new();
    desk.write("Makefile", "X = 1\n");
    let said = desk.call(&["import", "Makefile"]).expect(1);
    assert!(
        said.err.contains("`Makefile`: there is no rule in it"),
        "{}",
        said.err
    );
    desk.write("w.yml", "jobs: [\n");
    let said = desk
        .call(&["import", "--from", "github", "w.yml"])
        .expect(1);
    assert!(said.err.contains("`w.yml:2`"), "{}", said.err);
    desk.write("Makefile", "a: b\n\ttrue\n");
    let said = desk.call(&["import", "--goal", "c", "Makefile"]).expect(1);
    assert!(said.err.contains("no rule makes `c`"), "{}", said.err);
}

#[test]
fn a_file_whose_name_says_nothing_is_known_by_its_contents() {
    let desk = Desk::new();
    for (name, text, from) in [
        (
            "jobs.txt",
            "MAILTO=me\n# nightly\n0 3 * * * true\n",
            "crontab",
        ),
        ("rules.txt", "all:\n\techo all\n", "make"),
        (
            "flow.yaml",
            "name: w\non: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n",
            "github",
        ),
    ] {
        desk.write(name, text);
        let said = desk.call(&["import", "--print", name]).expect(0);
        let told = format!(
            "{name}: neither `--from` nor its name says what it is; its contents are those of `--from {from}`"
        );
        assert!(said.err.contains(&told), "{name}: {}", said.err);
        let named = desk
            .call(&["import", "--print", "--from", from, name])
            .expect(0);
        assert_eq!(named.out, said.out);
        assert!(!named.err.contains("neither"), "{}", named.err);
    }
    desk.write("notes.txt", "buy: milk\n");
    let said = desk.call(&["import", "notes.txt"]).expect(1);
    assert!(
        said.err
            .contains("write `--from crontab`, `make` or `github`"),
        "{}",
        said.err
    );
    desk.write("wrong.yaml", "name: x\nvertices: {a: {skript: x}}\n");
    let said = desk.call(&["import", "wrong.yaml"]).expect(1);
    assert!(!said.err.contains("--from"), "{}", said.err);
}

#[test]
fn what_was_noted_of_a_file_that_cannot_be_used_is_told_too() {
    let desk = Desk::new();
    desk.write("crontab", "MAILTO=ops\nnonsense\n");
    let refused = desk.call(&["import", "--from", "crontab", "crontab"]);
    let told = refused.expect(1).err;
    for part in [
        "crontab:1: left out: MAILTO",
        "crontab:2: left out: `nonsense`",
        "there is no job in it",
    ] {
        assert!(told.contains(part), "{told}");
    }
}
