//! Which program the first line of a script means on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::graph::Interpreter;

/// Where shells are that a check may run, besides the directories of the scripts' own `PATH`.
const SHELLS: [&str; 2] = ["/bin", "/usr/bin"];

/// What is installed, as far as one check has asked.
pub(super) struct Programs<'p> {
    /// `PATH` of scripts that set none.
    path: &'p str,
    known: BTreeMap<PathBuf, bool>,
}

impl<'p> Programs<'p> {
    pub(super) fn new(path: &'p str) -> Self {
        Self {
            path,
            known: BTreeMap::new(),
        }
    }

    /// The program that runs a script whose environment has this `PATH`. Without one: what was
    /// looked for.
    pub(super) fn find(
        &mut self,
        interpreter: &Interpreter,
        path: Option<&str>,
    ) -> Result<PathBuf, String> {
        let program = Path::new(&interpreter.argv[0]);
        if !self.installed(program) {
            return Err(interpreter.argv[0].clone());
        }
        match interpreter.by_env() {
            None | Some("") => Ok(program.to_owned()),
            Some(name) if name.contains('/') => {
                let found = PathBuf::from(name);
                match self.installed(&found) || found.is_relative() {
                    true => Ok(found),
                    false => Err(name.to_owned()),
                }
            }
            Some(name) => {
                let path = path.unwrap_or(self.path);
                let mut all = path.split(':').map(|dir| Path::new(dir).join(name));
                all.find(|program| self.installed(program))
                    .ok_or_else(|| name.to_owned())
            }
        }
    }

    /// Whether a check may run this shell: it is where the machine's owner keeps programs, not where
    /// the author of a definition may have put one.
    pub(super) fn trusted(&self, shell: &Path) -> bool {
        let dirs = self.path.split(':').chain(SHELLS).map(Path::new);
        let absolute = dirs.filter(|dir| dir.is_absolute());
        shell
            .parent()
            .is_some_and(|dir| absolute.into_iter().any(|known| known == dir))
    }

    fn installed(&mut self, program: &Path) -> bool {
        if let Some(known) = self.known.get(program) {
            return *known;
        }
        let found = fs::metadata(program)
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
        self.known.insert(program.to_owned(), found);
        found
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::Programs;
    use crate::graph::interpreter;

    #[test]
    fn programs_are_found_as_the_system_finds_them() {
        let dir = tempfile::tempdir().expect("a directory");
        let own = dir.path().to_str().expect("UTF-8");
        for (name, mode) in [("tool", 0o755), ("text", 0o644)] {
            fs::write(dir.path().join(name), "").expect("written");
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(dir.path().join(name), mode).expect("set");
        }
        let mut programs = Programs::new("/usr/bin:/bin");
        for (script, path, found) in [
            ("echo", None, Ok("/bin/sh".to_owned())),
            (
                "#!/usr/bin/env -S A=b sh -e\n",
                None,
                Ok("/usr/bin/sh".to_owned()),
            ),
            ("#!/usr/bin/env tool\n", None, Err("tool".to_owned())),
            (
                "#!/usr/bin/env tool\n",
                Some(own),
                Ok(format!("{own}/tool")),
            ),
            ("#!/usr/bin/env text\n", Some(own), Err("text".to_owned())),
            (
                "#!/nowhere/python3\n",
                None,
                Err("/nowhere/python3".to_owned()),
            ),
            (&format!("#!{own}/text\n"), None, Err(format!("{own}/text"))),
            ("#!/bin\n", None, Err("/bin".to_owned())),
        ] {
            let program = programs.find(&interpreter(script), path);
            let program = program.map(|p| p.to_string_lossy().into_owned());
            assert_eq!(program, found, "{script}");
        }
    }

    #[test]
    fn only_shells_of_the_machine_are_trusted() {
        let programs = Programs::new("/opt/shells:relative::/usr/local/bin");
        for (shell, trusted) in [
            ("/bin/sh", true),
            ("/opt/shells/ksh", true),
            ("/opt/shells/../x/sh", false),
            ("/opt/shells/deeper/sh", false),
            ("/tmp/bash", false),
            ("relative/sh", false),
            ("sh", false),
        ] {
            assert_eq!(programs.trusted(Path::new(shell)), trusted, "{shell}");
        }
    }
}
