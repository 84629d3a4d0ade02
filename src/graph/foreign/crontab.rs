//! A crontab, as crontab(5) of the usual crons describes it: one graph for each job.

use super::{Found, LeftOut, Note, Wish, naming, shell_word};
use crate::graph::model::{Graph, Vertex};
use crate::graph::similar::quote;

/// Programs that are often given a path: no note asks whether they are users.
const PROGRAMS: [&str; 20] = [
    "bash", "cat", "cd", "chmod", "cp", "dash", "find", "ls", "mkdir", "mv", "nice", "node",
    "perl", "php", "python", "python3", "rm", "ruby", "sh", "touch",
];

/// What the lines above a job have set for it.
#[derive(Default)]
struct Above {
    shell: Option<String>,
    home: Option<String>,
    env: Vec<(String, String)>,
}

/// A line that runs something.
struct Job<'t> {
    schedule: String,
    user: Option<&'t str>,
    command: &'t str,
}

pub(super) fn read(text: &str, wish: &Wish, found: &mut Found) -> Result<(), LeftOut> {
    let mut above = Above::default();
    let mut taken = naming::reserved();
    let users = wish.users || names_users(text);
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = assignment(text) {
            above.set(line, name, value, found);
            continue;
        }
        let Some(job) = job(text, users) else {
            let what = format!("{} is neither a job nor a variable", quote(text));
            found.leave(line, Note::Line, what);
            continue;
        };
        let wished = wish.name.clone().filter(|_| found.graphs.is_empty());
        let name = wished.or_else(|| naming::of_command(job.command));
        let name = naming::unique(&mut taken, name.unwrap_or_else(|| "job".to_owned()));
        let graph = above.graph(&name, line, &job, wish);
        let schedule = &job.schedule;
        let plan = format!(
            "the schedule {}: keep cron for it, with the line {}",
            quote(schedule),
            format_args!("`{schedule} trackyard start {} --wait`", argument(&name))
        );
        found.leave(line, Note::Schedule, plan);
        if let Some(user) = job.user {
            let what = format!(
                "the user {}: scripts run as the user of the server",
                quote(user)
            );
            found.leave(line, Note::User, what);
        }
        if let Some(word) = first_word(&job).filter(|word| !PROGRAMS.contains(word)) {
            let what = format!(
                "{} is taken for the program: if it is a user, as in a crontab of the system, take that column out",
                quote(word)
            );
            found.leave(line, Note::MaybeUser, what);
        }
        if graph.workdir.is_none() {
            let what = "cron starts it in a home directory, here it starts in one of its own: write `workdir:` if it uses relative names";
            found.leave(line, Note::Directory, what);
        }
        found.graphs.push(graph);
    }
    if found.graphs.is_empty() {
        let what = "there is no job in it: a line is `minute hour day month weekday command`";
        return Err(LeftOut::new(0, Note::NoJob, what));
    }
    Ok(())
}

impl Above {
    fn set(&mut self, line: usize, name: &str, value: &str, found: &mut Found) {
        match name {
            "SHELL" => self.shell = Some(value.to_owned()),
            "HOME" => self.home = Some(value.to_owned()),
            "MAILTO" | "MAILFROM" | "CONTENT_TYPE" | "CRON_TZ" | "RANDOM_DELAY" => {
                found.leave(
                    line,
                    Note::Mail,
                    format!("{name}: there is no mail and no schedule yet"),
                );
            }
            _ if naming::is_variable(name) => {
                self.env.retain(|(other, _)| other != name);
                self.env.push((name.to_owned(), value.to_owned()));
            }
            _ => {
                let what = format!("{} cannot name a variable", quote(name));
                found.leave(line, Note::VariableName, what);
            }
        }
    }

    fn graph(&self, name: &str, line: usize, job: &Job<'_>, wish: &Wish) -> Graph {
        // Without a shebang a script would stop at its first failure, which cron's shell does not.
        let shell = self.shell.as_deref().unwrap_or("/bin/sh");
        let script = format!("#!{shell}\n{}", script(job.command));
        let vertex = Vertex {
            name: name.to_owned(),
            script,
            ..Vertex::default()
        };
        Graph {
            name: name.to_owned(),
            desc: format!("From line {line} of a crontab: {}", job.schedule),
            env: self.env.clone(),
            workdir: wish.workdir.clone().or_else(|| self.home.clone()),
            vertices: vec![vertex],
            ..Graph::default()
        }
    }
}

/// A name as one word of a crontab's command, where `%` ends the command.
fn argument(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    match name.chars().all(plain) && !name.starts_with('-') {
        true => name.to_owned(),
        false => shell_word(name).replace('%', "\\%"),
    }
}

/// `NAME = value`, the value perhaps in quotes.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let name = name.trim_matches(['"', '\'']);
    let word = !name.is_empty() && !name.contains(char::is_whitespace) && !name.starts_with('@');
    let quoted = |q| value.strip_prefix(q).and_then(|v: &str| v.strip_suffix(q));
    let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
    word.then_some((name, value))
}

fn job(text: &str, users: bool) -> Option<Job<'_>> {
    let fields = if text.starts_with('@') { 1 } else { 5 };
    let (mut schedule, mut rest) = (Vec::new(), text);
    for _ in 0..fields {
        let (field, after) = word(rest)?;
        let digits = |c: char| c.is_ascii_alphanumeric() || "*/,-?#~@".contains(c);
        if !field.chars().all(digits) {
            return None;
        }
        schedule.push(field);
        rest = after;
    }
    let user = if users { word(rest) } else { None };
    let (user, command) = match user {
        Some((user, after)) => (Some(user), after),
        None => (None, rest),
    };
    (!command.is_empty()).then(|| Job {
        schedule: schedule.join(" "),
        user,
        command,
    })
}

/// Whether all jobs have the column of a system's crontab: a word that can be a user and then a path, and
/// `root` is among them, which is no program.
fn names_users(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with('#') && assignment(line).is_none());
    let jobs: Vec<Job<'_>> = lines.filter_map(|line| job(line, false)).collect();
    let is_root = |job: &Job<'_>| word(job.command).is_some_and(|(first, _)| first == "root");
    let users = |job: &Job<'_>| is_root(job) || first_word(job).is_some();
    jobs.iter().any(is_root) && jobs.iter().all(users)
}

/// The first word of a command, if it can be a user and a path follows.
fn first_word<'t>(job: &Job<'t>) -> Option<&'t str> {
    let (first, after) = word(job.command).filter(|_| job.user.is_none())?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    (first.chars().all(plain) && after.starts_with('/')).then_some(first)
}

fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

/// The command; what follows the first `%` is its standard input, with a new line at each `%`.
fn script(text: &str) -> String {
    let (mut command, mut input) = (String::new(), None::<String>);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = c == '\\' && chars.next_if_eq(&'%').is_some();
        let c = match (c, escaped, &mut input) {
            (_, true, _) => '%',
            ('%', false, None) => {
                input = Some(String::new());
                continue;
            }
            ('%', false, Some(_)) => '\n',
            (c, false, _) => c,
        };
        input.as_mut().unwrap_or(&mut command).push(c);
    }
    let Some(input) = input else {
        return format!("{command}\n");
    };
    let mut ends = (0..).map(|n| format!("INPUT{n}"));
    let end = ends.find(|end| !input.lines().any(|line| line == end));
    let end = end.unwrap_or_default();
    format!("{{\n{command}\n}} <<'{end}'\n{input}\n{end}\n")
}

#[cfg(test)]
mod tests {
    use crate::graph::Limits;
    use crate::graph::foreign::{LeftOut, Note, Origin, Wish, import};
    use crate::graph::{check, text};

    #[test]
    fn each_job_becomes_a_graph() {
        let crontab = "# backups\nSHELL=/bin/bash\nMAILTO=\"ops\"\nPATH = /usr/local/bin:/usr/bin\n\n\
             0 2 * * 1-5  /opt/backup.sh --full > /tmp/log 2>&1\n@daily cd /srv && ./clean\nnonsense\n\
             */5 * * * * mail -s 'at 100\\%' me%first line%second\n";
        let found = import(crontab, Origin::Crontab, &Wish::default()).expect("jobs");
        let names: Vec<&str> = found.graphs.iter().map(|g| g.name.as_str()).collect();
        assert_eq!(names, ["backup", "clean", "mail"]);
        let graph = &found.graphs[0];
        assert_eq!(
            graph.vertices[0].script,
            "#!/bin/bash\n/opt/backup.sh --full > /tmp/log 2>&1\n"
        );
        assert_eq!(
            graph.env,
            [("PATH".to_owned(), "/usr/local/bin:/usr/bin".to_owned())]
        );
        assert_eq!(
            found.graphs[2].vertices[0].script,
            "#!/bin/bash\n{\nmail -s 'at 100%' me\n} <<'INPUT0'\nfirst line\nsecond\nINPUT0\n"
        );
        let told: Vec<String> = found
            .left_out
            .iter()
            .map(|l| format!("{} {}", l.line, l.what))
            .collect();
        assert!(told[0].starts_with("3 MAILTO"), "{told:?}");
        let plan = "6 the schedule `0 2 * * 1-5`: keep cron for it, with the line `0 2 * * 1-5 trackyard start backup --wait`";
        assert!(told.iter().any(|t| t == plan), "{told:?}");
        assert!(
            told.iter().any(|t| t.starts_with("8 `nonsense`")),
            "{told:?}"
        );
        for graph in &found.graphs {
            let read = text::parse(
                &text::to_yaml(graph),
                text::Format::Yaml,
                &Limits::default(),
            );
            assert_eq!(read.graph.as_ref(), Some(graph));
            assert_eq!(check(graph, &Limits::default()), []);
        }
    }

    #[test]
    fn a_crontab_of_the_system_names_users() {
        let wish = Wish {
            users: true,
            name: Some("nightly".to_owned()),
            workdir: Some("/srv".to_owned()),
            ..Wish::default()
        };
        let found = import("17 * * * * root run-parts /etc/x\n", Origin::Crontab, &wish);
        let found = found.expect("a job");
        assert_eq!(found.graphs[0].name, "nightly");
        assert_eq!(found.graphs[0].workdir.as_deref(), Some("/srv"));
        assert!(
            found.graphs[0].vertices[0]
                .script
                .ends_with("run-parts /etc/x\n")
        );
        let users = found.left_out.iter().filter(|l| l.what.contains("`root`"));
        assert_eq!(users.count(), 1, "{:?}", found.left_out);
    }

    #[test]
    fn a_column_of_users_is_noticed_or_asked_about() {
        let read = |text: &str| import(text, Origin::Crontab, &Wish::default()).expect("jobs");
        let asked = |text: &str| {
            let left_out = read(text).left_out;
            left_out.iter().any(|l| l.what.contains("if it is a user"))
        };
        let system = "17 * * * * root cd / && run-parts /etc/x\n0 3 * * * backup /usr/bin/save\n";
        let found = read(system);
        assert_eq!(found.graphs[1].name, "save");
        let script = &found.graphs[1].vertices[0].script;
        assert_eq!(script, "#!/bin/sh\n/usr/bin/save\n");
        let users = |l: &&LeftOut| l.what.starts_with("the user");
        assert_eq!(found.left_out.iter().filter(users).count(), 2);
        assert!(!asked(system));
        // It may be a program as well.
        let unclear = "0 3 * * * backup /srv\n";
        assert_eq!(read(unclear).graphs[0].name, "backup");
        assert!(asked(unclear));
        let own = "0 3 * * * sh /opt/x\n0 4 * * * cd /srv && make\n0 5 * * * /bin/y\n";
        assert!(!asked(own));
    }

    #[test]
    fn what_is_made_of_odd_names_can_be_started() {
        let crontab = "TY_A=1\nTRACKYARD_B=2\nC-D=3\n0 1 * * * /opt/on_exit\n\
             0 2 * * * '/opt/my tools/run me.sh'\n0 3 * * * $HOME/x\n0 4 * * * /opt/\u{1b}[1m?*.sh\n\
             0 5 * * * /opt/备份.sh\n";
        let wish = Wish {
            name: Some("50% of 'all' jobs".to_owned()),
            ..Wish::default()
        };
        for wish in [Wish::default(), wish] {
            let found = import(crontab, Origin::Crontab, &wish).expect("jobs");
            assert_eq!(found.graphs.len(), 5);
            for graph in &found.graphs {
                assert_eq!(check(graph, &Limits::default()), [], "{}", graph.name);
            }
            let of = |note| found.left_out.iter().filter(move |l| l.note == note);
            assert_eq!(of(Note::VariableName).count(), 3);
            let plan = &of(Note::Schedule).next().expect("a plan").what;
            let expected = match wish.name {
                None => "trackyard start on_exit-2 --wait`",
                Some(_) => r"trackyard start '50\% of '\''all'\'' jobs' --wait`",
            };
            assert!(plan.ends_with(expected), "{plan}");
        }
    }

    #[test]
    fn a_text_without_a_job_is_refused() {
        let read = |text| import(text, Origin::Crontab, &Wish::default()).map_err(|l| l.why.note);
        assert_eq!(read("# nothing\nX=1\n"), Err(Note::NoJob));
        // What was noted before is told as well.
        let refused = import("MAILTO=a\nnonsense\n", Origin::Crontab, &Wish::default());
        let notes = refused.map_err(|l| l.left_out.iter().map(|l| l.note).collect());
        assert_eq!(notes, Err(vec![Note::Mail, Note::Line]));
    }
}
