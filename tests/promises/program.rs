//! The program as a user runs it, and files for it.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        let code = output.status.code().expect("the program ends by itself");
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The printed objects, one a line.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
    }

    /// The only printed object.
    pub(crate) fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(objects.len(), 1, "{self:?}");
        objects.remove(0)
    }
}

/// `ironstride` with arguments, ready to be run.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ironstride"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `ironstride` with these arguments.
pub(crate) fn ironstride(arguments: &[&str]) -> Ran {
    Ran::new(command(arguments).output().expect("the program starts"))
}

/// Runs `ironstride` with these arguments in an environment of nothing but `variables`.
pub(crate) fn ironstride_with(variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let mut command = command(arguments);
    command.env_clear().envs(variables.iter().copied());
    Ran::new(command.output().expect("the program starts"))
}

/// Runs `ironstride` with these arguments and this on its standard input.
pub(crate) fn ironstride_reading(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
    // a program that has read enough closes the pipe
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    Ran::new(child.wait_with_output().expect("the program ends"))
}

/// A folder for the files of one test.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).expect("a folder for the test's files");
    folder
}

/// A file in a folder, by its path as an argument.
pub(crate) fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("a file for the test");
    path.to_str().expect("a printable path").to_owned()
}
