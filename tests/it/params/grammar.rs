//! Random scripts with placeholders: one seed gives one script, which ends and touches nothing but
//! its own directory.

use crate::random::Random;

/// The writer of one script.
pub(super) struct Grammar {
    random: Random,
    /// Words that only bash has may come.
    bash: bool,
    /// Nothing may depend on what the value is: where it splits, how long it is.
    any_value: bool,
    /// Bodies of here-documents that follow the current line.
    bodies: String,
    /// An outer line waits for its bodies, so this stretch stays on it.
    one_line: bool,
    /// Inside `$(...)` or `<(...)`.
    substituted: bool,
    names: usize,
}

impl Grammar {
    pub(super) fn new(seed: u64, bash: bool, any_value: bool) -> Self {
        Self {
            random: Random(seed),
            bash,
            any_value,
            bodies: String::new(),
            one_line: false,
            substituted: false,
            names: 0,
        }
    }

    pub(super) fn script(&mut self) -> String {
        let mut script = String::new();
        for _ in 0..1 + self.random.below(4) {
            script += &self.command(3);
            script += &self.end_of_line();
        }
        script
    }

    fn pick(&mut self, of: &[&str]) -> String {
        of[self.random.below(of.len())].to_owned()
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("E{}", self.names)
    }

    /// The end of a line, perhaps after a comment, and the here-documents that it named.
    fn end_of_line(&mut self) -> String {
        if self.one_line {
            return self.pick(&["; ", ";"]);
        }
        let comment = if self.random.chance(25) {
            self.comment()
        } else {
            String::new()
        };
        format!("{comment}\n{}", std::mem::take(&mut self.bodies))
    }

    /// Between two commands.
    fn separator(&mut self) -> String {
        match self.random.below(2) {
            0 => self.pick(&["; ", " ; ", ";"]),
            _ => self.end_of_line(),
        }
    }

    /// A line break where there may be none or many.
    fn breaks(&mut self) -> String {
        if self.one_line || self.random.chance(60) {
            return " ".to_owned();
        }
        let first = self.end_of_line();
        first + &self.pick(&["", "", "\n", "  # it's <x>\n", "\t"])
    }

    fn comment(&mut self) -> String {
        let parts = [
            "it's", "\"", "`", "$(", ")", "<x>", "esac", "<<E", "'<x>'", "\\", "${", "}", "#", " ",
        ];
        let text: String = (0..self.random.below(5))
            .map(|_| self.pick(&parts))
            .collect();
        format!(" #{text}")
    }

    /// Between two words.
    fn space(&mut self) -> String {
        self.pick(&[" ", " ", " ", "  ", "\t", " \\\n", " \\\n\t"])
    }

    fn words(&mut self, depth: usize) -> String {
        let count = 1 + self.random.below(3);
        let mut words = String::new();
        for _ in 0..count {
            words = words + &self.space() + &self.word(depth);
        }
        words
    }

    fn word(&mut self, depth: usize) -> String {
        (0..1 + self.random.below(3))
            .map(|_| self.part(depth))
            .collect()
    }

    fn part(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0 | 1 => self.pick(&[
                "a", "b1", "=", "a=b", "x#y", ",", ".", "+", "@", "%", ":", "\\ ", "\\'", "\\\"",
                "\\$", "\\\\", "\\<", "\\;", "\\`", "\\#", "]", "{", "}", "if", "done", "esac",
                "in", "a\\\nb", "\\(", "$.", "é", "-n", "1",
            ]),
            2..=4 => "<x>".to_owned(),
            // Most of these are refused: a shell takes them only as they are written.
            5 if self.random.chance(12) => self.pick(&[
                "<n>",
                "<n>",
                "{a,<n>}",
                "\"{1..<n>}\"",
                "{1..<n>}",
                "b{<n>..2}",
                "$((2<n>))",
                "~<x>",
            ]),
            5 | 6 => self.single(),
            7..=9 => self.double(depth),
            10 => self.expansion(depth, false),
            _ if self.bash => self.pick(&["$'a\\nb'", "$'it'", "$\"c<x>\"", "$'\\\\'", "$'\"'"]),
            _ => self.pick(&[
                "`echo g`",
                "`echo \"g h\"`",
                "`echo 'it'`",
                "`echo \\`echo k\\``",
            ]),
        }
    }

    fn single(&mut self) -> String {
        let parts = [
            "<x>", "<x>", "a", "\"", "$(", "`", "\\", "\n", "#", "<<E", ")", " ", "${", "}", ";;",
            "$",
        ];
        let text: String = (0..self.random.below(5))
            .map(|_| self.pick(&parts))
            .collect();
        format!("'{text}'")
    }

    fn double(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.random.below(5) {
            text += &match self.random.below(10) {
                0..=3 => "<x>".to_owned(),
                4 | 5 => self.expansion(depth, true),
                6 => self.pick(&["`echo g`", "`echo \\\"g\\\"`", "`echo 'it'`"]),
                _ => self.pick(&[
                    "'", "\\\"", "\\\\", "\\$", "\\`", "a", " ", "#", ")", "(", ";;", "}", "{",
                    "\n", "\\\n", "\\a", "<<E", "&", "$.", "$ ", "<a", "~", "*",
                ]),
            };
        }
        format!("\"{text}\"")
    }

    /// What begins with `$`. Outside quotes its result may be split.
    fn expansion(&mut self, depth: usize, quoted: bool) -> String {
        let splits = quoted || !self.any_value;
        if depth > 0 && splits && self.random.chance(60) {
            return self.substitution(depth - 1);
        }
        let arithmetic = [
            "$((1+2))",
            "$(( (1+2)*3 ))",
            "$((<n>+1))",
            "$(( <n> * (<n> - 2) ))",
            "$((1<<2))",
            "$((1 < 2))",
            "$(( $(echo 1) + 2 ))",
            "$((${#u}+1))",
            "$(((1)))",
            "$((`echo 3`))",
        ];
        let plain = [
            "${u}",
            "$u:",
            "${u:-e}",
            "${u:-\"f g\"}",
            "${u:-$(echo h)}",
            "${u:-\\}}",
            "${u-{}",
            "${u:+a}",
            "$#",
            "$?",
            "${#u}",
            "${u:-`echo l`}",
            "${u:-${u:-m}}",
            "${u:-\"}\"}",
            "${u:-$((1+1))}",
            "${u:-a b}",
        ];
        let loose = [
            "$v:",
            "${v}",
            "${#v}",
            "${v%7*}",
            "${v#*q}",
            "${v:-\"}\"}",
            "${v:-a)b}",
        ];
        let bare = ["${u:-'}'}", "${u:-'\"'}", "${u:-'$('}", "${u:-'a b'}"];
        match self.random.below(5) {
            0 | 1 => self.pick(&arithmetic),
            2 if !self.any_value => self.pick(&loose),
            3 if !quoted => self.pick(&bare),
            _ => self.pick(&plain),
        }
    }

    fn substitution(&mut self, depth: usize) -> String {
        let (bodies, one_line) = (std::mem::take(&mut self.bodies), self.one_line);
        self.one_line = one_line || !bodies.is_empty();
        let before = self.breaks_inside();
        let command = self.inside(depth);
        let end = if !self.bodies.is_empty() || self.random.chance(20) {
            self.end_of_line()
        } else {
            String::new()
        };
        (self.bodies, self.one_line) = (bodies, one_line);
        format!("$({before}{command}{end})")
    }

    /// A command in a substitution.
    fn inside(&mut self, depth: usize) -> String {
        let outer = std::mem::replace(&mut self.substituted, true);
        let command = self.command(depth);
        self.substituted = outer;
        command
    }

    fn breaks_inside(&mut self) -> String {
        if self.one_line {
            return self.pick(&["", " "]);
        }
        self.pick(&["", "", " ", "\n", " # it's ( <x>\n", "\n# )\n", "\t"])
    }

    /// `<<` with its delimiter; the body comes after the line.
    fn here_document(&mut self, depth: usize) -> String {
        let name = self.name();
        let (operator, tab) = if self.random.chance(30) {
            ("<<-", "\t")
        } else {
            ("<<", "")
        };
        let quoting = self.random.below(6);
        let (delimiter, quoted) = match quoting {
            0 => (format!("'{name}'"), true),
            1 => (format!("\"{name}\""), true),
            2 => (format!("\\{name}"), true),
            3 => (format!(" {name}"), false),
            _ => (name.clone(), false),
        };
        let mut body = String::new();
        for _ in 0..self.random.below(4) {
            let line = self.body_line(depth, quoted);
            body = body + tab + &line + "\n";
        }
        let tail = format!("{tab}{name}\n");
        self.bodies = std::mem::take(&mut self.bodies) + &body + &tail;
        format!("{operator}{delimiter}")
    }

    fn body_line(&mut self, depth: usize, quoted: bool) -> String {
        let plain = [
            "it's", "\"", "'", ")", "# k", "\\", "$(", "`", "${", "}", " ", "a", "<<E", "\\$",
            "esac",
        ];
        let live = [
            "it's", "\"", "'", ")", "# k", "\\\\", "\\$", "\\`", " ", "a", "<<E", "}", "(", "\\\"",
            "`echo l`", "\\a", "$ ", "{", "\t",
        ];
        let mut line = String::new();
        for _ in 0..self.random.below(5) {
            line += &match self.random.below(5) {
                _ if quoted => self.pick(&plain),
                0 | 1 => "<x>".to_owned(),
                2 => {
                    // The bodies of the line around it are being written.
                    let bodies = std::mem::take(&mut self.bodies);
                    let one_line = std::mem::replace(&mut self.one_line, false);
                    let text = self.expansion(depth.min(1), true);
                    (self.bodies, self.one_line) = (bodies, one_line);
                    text
                }
                _ => self.pick(&live),
            };
        }
        line
    }

    fn redirection(&mut self, depth: usize) -> String {
        // No file twice: it would matter who writes first.
        let name = self.name();
        let names = [
            "N",
            "N<x>",
            "\"N<x>\"",
            "'N'<x>",
            "N'<x>'",
            " N",
            " \"N<x>\"",
        ]
        .map(|n| n.replace('N', &name));
        let names = names.each_ref().map(String::as_str);
        match self.random.below(if self.one_line { 6 } else { 9 }) {
            0 if self.random.chance(10) => format!("<n>>{name}"),
            0 => format!(">{}", self.pick(&names)),
            1 => format!(">>{}", self.pick(&names)),
            2 => format!(">|{}", self.pick(&names)),
            3 => "2>&1".to_owned(),
            4 if self.bash => format!("&>{}", self.pick(&names)),
            5 if self.bash => format!("<<<{}", self.word(0)),
            _ => self.here_document(depth),
        }
    }

    fn simple(&mut self, depth: usize) -> String {
        let mut text = match self.random.below(8) {
            0 => format!("{} w", self.redirection(depth)),
            1 => "v=<x> w".to_owned(),
            2 => "w \\\n".to_owned(),
            _ => "w".to_owned(),
        };
        text += &self.words(depth);
        if self.random.chance(25) {
            text = text + " " + &self.redirection(depth) + &self.pick(&["", " z", " \"<x>\""]);
        }
        text
    }

    /// A command that reads.
    fn reader(&mut self, depth: usize) -> String {
        if self.one_line {
            return format!("w {} | r", self.word(depth));
        }
        let document = self.here_document(depth);
        match self.random.below(4) {
            0 => format!("cat {document} | r"),
            1 => format!("{document} r"),
            2 => {
                let second = self.here_document(depth);
                format!("r {document} {second}")
            }
            _ => format!("r {document}"),
        }
    }

    fn pattern(&mut self, depth: usize) -> String {
        let word = self.word(depth.min(1));
        let first = self.pick(&["", "(", "( "]);
        let more = self.pick(&["", "|a", " | <x>", "|\"<x>\"", "|[a-c]*", "|'('"]);
        format!("{first}{word}{more}{}", self.pick(&[")", " )"]))
    }

    fn case(&mut self, depth: usize) -> String {
        let word = self.word(depth);
        let mut text = format!("case {word}{}in{}", self.pick(&[" ", "  "]), self.breaks());
        for _ in 0..self.random.below(3) {
            let pattern = self.pattern(depth);
            let body = if self.random.chance(80) {
                self.command(depth)
            } else {
                " ".to_owned()
            };
            let end = if self.bash {
                self.pick(&[";;", ";;", ";&", ";;&"])
            } else {
                ";;".to_owned()
            };
            text = text + &pattern + &self.breaks() + &body + " " + &end + &self.breaks();
        }
        let last = self.command(depth);
        let end = self.pick(&["esac", ";; esac", ";;esac"]);
        let end = if end == "esac" {
            self.separator() + "esac"
        } else {
            end
        };
        text + "*) " + &last + &end
    }

    fn command(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.chance(20) {
            return self.simple(depth);
        }
        let d = depth - 1;
        match self.random.below(if self.bash { 26 } else { 18 }) {
            0 | 1 => self.reader(d),
            2 => self.case(d),
            3 => {
                let (a, b, c) = (self.command(d), self.separator(), self.command(d));
                a + &b + &c
            }
            4 => format!(
                "{{{}{}{}}}",
                self.breaks(),
                self.command(d),
                self.separator()
            ),
            5 => format!(
                "({}{}{})",
                self.breaks(),
                self.command(d),
                self.pick(&["", " "])
            ),
            6 => {
                let a = self.command(d) + &self.separator() + "then" + &self.breaks();
                let b = self.command(d) + &self.separator() + "else" + &self.breaks();
                format!("if {a}{b}{}{}fi", self.command(d), self.separator())
            }
            7 => {
                let words = self.words(d);
                let head = format!("for i in{words}{}do{}", self.separator(), self.breaks());
                head + "w \"$i\" " + &self.word(d) + &self.separator() + "done"
            }
            8 => {
                // In a substitution bash 5.2 forgets the `;` after the first command that follows a
                // here-document (`$(if cat <<E ... then echo a; false; fi)` prints `a false`), so
                // that a loop might not end.
                let head = if self.bash && self.substituted {
                    format!("for i in 1{}do", self.separator())
                } else {
                    format!("while {}{}do", self.command(d), self.separator())
                };
                let body = self.breaks() + &self.command(d) + &self.separator();
                format!("{head}{body}break{}done", self.separator())
            }
            9 => {
                let (a, b) = (self.pick(&["f() ", "f ()", "f( ) "]), self.breaks());
                let body = self.command(d) + &self.separator();
                let args = self.separator() + "f" + &self.words(d);
                format!("{a}{{{b}{body}w \"$@\"{}}}{args}", self.separator())
            }
            10 => {
                let word = self.word(d);
                format!("v={word}{}w \"$v\"", self.separator())
            }
            11 => {
                let a = self.simple(d);
                let operator = self.pick(&[" && ", " || ", " && ! ", "&&"]);
                let breaks = self.breaks();
                a + operator.trim_end() + &breaks + " " + &self.command(d)
            }
            12 => self.simple(d) + " |" + &self.breaks() + &self.pick(&["r", "cat", "r | r"]),
            13 => format!("set -- {}{}w \"$@\"", self.words(d), self.separator()),
            14 => {
                let compound = format!("{{ {}{}}}", self.command(d), self.separator());
                compound + " " + &self.redirection(d)
            }
            15 if !self.any_value => {
                let (a, b) = (self.word(d), self.separator());
                format!(
                    "if [ {a} = Zq7 ]{b}then {}{}fi",
                    self.command(d),
                    self.separator()
                )
            }
            16 => format!("export V={}{}w \"$V\"", self.word(0), self.separator()),
            17 => self.simple(d) + " & wait",
            18 => {
                let words = self.words(d);
                format!(
                    "a=({words}{}){}w \"${{a[@]}}\"",
                    self.pick(&["", " "]),
                    self.separator()
                )
            }
            19 => {
                let (a, b) = (self.word(d), self.word(d));
                let test = match self.random.below(6) {
                    0 => format!("{a} == {b}"),
                    1 => format!("( {a} != \"{b}\" || b < c ) && -n {a}"),
                    2 => format!("! -z {a} && {b} = {b}"),
                    3 => format!("{a} =~ ^({b}|b)$"),
                    4 => "<n> -eq 7".to_owned(),
                    5 if !self.any_value => format!("{a} > {b}"),
                    _ => format!("-n {a}q"),
                };
                format!("[[ {test} ]]{}w $?", self.separator())
            }
            20 => format!("((1 < 2 && <n> > 1)) && {}", self.command(d)),
            21 => format!(
                "for ((j=0; j<2; j++)); do {}{}done",
                self.command(d),
                self.separator()
            ),
            22 => format!("r < <({})", self.inside(d)),
            23 => format!(
                "function f {{ {}{}}}; f {}",
                self.command(d),
                self.separator(),
                self.word(d)
            ),
            24 => format!("w \"$(cat <({}))\"", self.simple(d)),
            25 => self.simple(d) + " |& " + &self.breaks() + "r",
            _ => self.simple(d),
        }
    }
}
