//! Makes one typed function of each message in `locales/` (docs/adr/0008-languages.md). A message that
//! one language lacks has no function, so what asks for it does not compile.

use std::path::Path;
use std::process::ExitCode;

use fluent_typed::{BuildOptions, FtlOutputOptions, LintLevel, build_from_locales_folder};

fn main() -> ExitCode {
    // Migrations are in the binary: a new one is a change.
    println!("cargo::rerun-if-changed=migrations");
    // So is the editor, which another tool makes or does not make.
    println!("cargo::rerun-if-changed=static/vendor");
    let Some(folder) = std::env::var_os("OUT_DIR") else {
        eprintln!("OUT_DIR is not set: this runs under cargo");
        return ExitCode::FAILURE;
    };
    let at = |name: &str| Path::new(&folder).join(name).to_string_lossy().into_owned();
    // Names in a text stand in elements that keep their direction apart; marks would be copied with them.
    let options = BuildOptions::default()
        .with_prefix("")
        .with_lint_level(LintLevel::Strict)
        .with_output_file_path(&at("l10n.rs"))
        .with_ftl_output(FtlOutputOptions::single_file(&at("translations.ftl")))
        .without_bidi_isolation()
        .without_format();
    build_from_locales_folder(options)
}
