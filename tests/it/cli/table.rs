//! What a person sees on a terminal while a pipeline runs.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::cli::Desk;
use crate::server::program;

/// A call on a terminal of 24 lines and 60 columns.
struct Terminal {
    child: Child,
    screen: ChildStdout,
    shown: String,
}

impl Terminal {
    fn begin(desk: &Desk, words: &str) -> Self {
        let program = program().get_program().display().to_string();
        let data = desk.data().display().to_string();
        let call = format!("stty rows 24 cols 60; exec {program} {words} --data {data}");
        let mut child = Command::new("script")
            .args(["-qec", &call, "/dev/null"])
            .current_dir(desk.dir())
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is installed");
        let screen = child.stdout.take().expect("a pipe");
        let shown = String::new();
        Self {
            child,
            screen,
            shown,
        }
    }

    /// Reads until something is seen.
    fn until(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.more(), "`{text}` is not in {:?}", self.shown);
        }
    }

    fn more(&mut self) -> bool {
        let mut piece = [0; 4_096];
        let count = self.screen.read(&mut piece).expect("it shows");
        self.shown
            .push_str(&String::from_utf8_lossy(&piece[..count]));
        count > 0
    }

    /// The exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        while self.more() {}
        (self.child.wait().expect("it ends").code(), self.shown)
    }
}

#[test]
fn a_table_with_a_bar_and_a_guess_from_the_history_is_shown() {
    let desk = Desk::new();
    let many: String = (0..30)
        .map(|n| format!("  w{n}: {{script: 'true', needs: [a]}}\n"))
        .collect();
    let yaml = format!(
        "name: g\nvertices:\n  a: until [ -e go ]; do sleep 0.02; done\n  {}: {{script: 'true', needs: [a]}}\n{many}",
        "long".repeat(40)
    );
    desk.write("g.yaml", &yaml);
    let mut first = Terminal::begin(&desk, "run g.yaml");
    first.until("… and ");
    first.until("RUNNING     a");
    assert!(
        !first.shown.contains(" left"),
        "nothing is known: {:?}",
        first.shown
    );
    let cut = first.shown.contains("longlong") && !first.shown.contains(&"long".repeat(20));
    assert!(cut, "{:?}", first.shown);
    // It is ordered before its directory is made.
    let work = desk.data().join("work/1");
    let began = std::time::Instant::now();
    while !work.exists() {
        assert!(began.elapsed().as_secs() < 60, "it starts");
        std::thread::yield_now();
    }
    std::fs::write(work.join("go"), "").expect("written");
    let (code, shown) = first.end();
    assert_eq!(code, Some(0), "{shown:?}");
    assert!(shown.contains("FINISH in"), "{shown:?}");

    let mut second = Terminal::begin(&desk, "run g.yaml");
    second.until("usually ");
    second.until(" left");
    // Ctrl-C ends it, and leaves the terminal as it was.
    let keys = second.child.stdin.as_mut().expect("a pipe");
    std::io::Write::write_all(keys, b"\x03").expect("typed");
    let (code, shown) = second.end();
    assert_eq!(code, Some(130), "{shown:?}");
    let hidden = shown.matches("\x1b[?25l").count();
    assert_eq!(
        hidden,
        shown.matches("\x1b[?25h").count(),
        "the cursor is there: {shown:?}"
    );
}
