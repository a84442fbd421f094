//! A service that runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::{Deref, DerefMut};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::papillon::{Ended, Papillon};

/// The time limit of any step. Two processors share this with many others.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A program that runs. It is killed with this value.
pub struct Started {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Started {
    /// Starts the command.
    pub fn new(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = lines(child.stdout.take().unwrap());
        let err = lines(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Starts the command, and gives its standard input.
    pub fn with_input(command: &mut Command) -> (Self, ChildStdin) {
        let mut started = Self::new(command.stdin(Stdio::piped()));
        let input = started.child.stdin.take().unwrap();
        (started, input)
    }

    /// Whether it runs no more.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal to it and to all that it has started: it leads a group of processes.
    pub fn signal_all(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        assert!(Command::new("kill").args(["-s", name, "--", &group]).status().unwrap().success());
    }

    /// The next line of standard output; `None` when there is none in time, or none any more.
    pub fn line(&self) -> Option<String> {
        self.out.recv_timeout(DEADLINE).ok()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for its end, or ends it at the deadline. The output is what has not been read so far.
    pub fn end(&mut self) -> Ended {
        let deadline = Instant::now() + DEADLINE;
        // Both close when the program has ended, and only then.
        let out = all(&self.out, deadline);
        let err = all(&self.err, deadline);
        if Instant::now() >= deadline {
            self.child.kill().unwrap();
        }
        Ended { code: self.child.wait().unwrap().code().unwrap_or(-1), out, err }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `papillon serve`.
pub struct Running {
    started: Started,
    /// All lines of standard output before `ready`.
    pub listening: Vec<String>,
}

impl Deref for Running {
    type Target = Started;

    fn deref(&self) -> &Started {
        &self.started
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Started {
        &mut self.started
    }
}

impl Running {
    /// On free ports of the loopback address.
    pub fn start(papillon: &Papillon) -> Self {
        let all = ["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
        Self::launch(&mut papillon.command(all))
    }

    /// Starts the command and waits for it to be ready.
    pub fn launch(command: &mut Command) -> Self {
        let mut running = Self { started: Started::new(command), listening: Vec::new() };
        loop {
            match running.out.recv_timeout(DEADLINE) {
                Ok(line) if line == "ready" => return running,
                Ok(line) => running.listening.push(line),
                Err(gone) => panic!("{gone}; {:?}", running.end()),
            }
        }
    }

    /// The address of a listener.
    pub fn address(&self, name: &str) -> SocketAddr {
        let start = format!("listening {name} ");
        let found = self.listening.iter().find_map(|line| line.strip_prefix(&start));
        found.unwrap_or_else(|| panic!("{name} is not in {:?}", self.listening)).parse().unwrap()
    }

    /// Waits until the service closes connections unread, as it does with a banned address, or no more.
    pub fn wait_until_closed(&self, is_closed: bool) {
        loop {
            let mut stream = TcpStream::connect(self.address("msnp")).unwrap();
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
            // An end of file, or a reset.
            let said = stream.write_all(b"VER 1 MSNP9 CVR0\r\n").and_then(|()| stream.read(&mut [0; 1]));
            if said.is_ok_and(|read| read > 0) != is_closed {
                return;
            }
        }
    }

    /// Waits for a line of standard error that contains `words`.
    pub fn wait_for_log(&self, words: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.err.recv_timeout(left).unwrap_or_else(|gone| panic!("{words:?}: {gone}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Signs in at the login; the status and the head of the answer.
    pub fn login(&self, email: &str, password: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address("http")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let request = format!(
            "GET /login2.srf HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Passport1.4 \
             OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,sign-in={},pwd={password},\
             lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct=1062764229,\
             kpp=1,kv=5,ver=2.1.0173.1,tpf=x\r\n\r\n",
            email.replace('@', "%40")
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
        (status.unwrap_or_else(|| panic!("no status in {answer:?}")), answer)
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn all(lines: &Receiver<String>, deadline: Instant) -> String {
    let mut text = String::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => text = text + &line + "\n",
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return text,
        }
    }
}
