//! Runs the program.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes this long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with nothing of our environment that could set it up.
pub fn papillon(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_papillon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PAPILLON_")) {
        command.env_remove(name);
    }
    command.args(words).stdin(Stdio::null());
    command
}

/// Runs it to its end, with `input` on its standard input.
pub fn run(words: &[&str], input: &str) -> Output {
    let mut command = papillon(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// `account`, in a data folder.
pub fn account(data: &Path, words: &[&str], input: &str) -> Output {
    let mut all = vec!["account"];
    all.extend_from_slice(words);
    all.extend_from_slice(&["--data", data.to_str().unwrap()]);
    run(&all, input)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A running service.
pub struct Service {
    child: Child,
    pub listening: Vec<(String, SocketAddr)>,
}

impl Service {
    /// Starts `serve` on free ports of the loopback and waits until it is ready.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut words = vec!["serve", "--data", data.to_str().unwrap()];
        for listener in ["--msnp", "--http", "--https"] {
            if !more.contains(&listener) {
                words.extend_from_slice(&[listener, "127.0.0.1:0"]);
            }
        }
        words.extend_from_slice(more);
        Self::spawn(papillon(&words), data)
    }

    pub fn spawn(mut command: Command, data: &Path) -> Self {
        fs::create_dir_all(data).unwrap();
        let log = fs::File::create(data.join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut listening = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["listening", name, address] => listening.push((name.into(), address.parse().unwrap())),
                ["ready"] => return Self { child, listening },
                _ => panic!("unexpected line {line:?}"),
            }
        }
        let _ = child.wait();
        panic!("the service ended: {}", fs::read_to_string(data.join("log")).unwrap());
    }

    pub fn address(&self, name: &str) -> SocketAddr {
        self.listening.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// The status line of a sign-in at the login over plain HTTP.
    pub fn log_in(&self, email: &str, password: &str) -> String {
        let request = format!(
            "GET /login2.srf HTTP/1.0\r\nAuthorization: Passport1.4 OrgVerb=GET,sign-in={email},pwd={password}\r\n\r\n"
        );
        let answer = self.ask(&request);
        answer.lines().next().unwrap_or_default().to_owned()
    }

    /// The whole answer of the HTTP listener.
    pub fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address("http")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the service does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
