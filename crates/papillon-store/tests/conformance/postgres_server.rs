//! A private PostgreSQL server, from the system's binaries.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection};

/// Makes the folder, runs the server, says where it is, and waits for its standard input to end:
/// which it does when the tests are over, however they end. Until then it carries out the words that come there.
const SCRIPT: &str = r#"
set -eu
umask 077
dir=$(mktemp -d /tmp/papillon-postgres.XXXXXX)
cd "$dir"
trap 'rm -rf "$dir"' EXIT
"$1/initdb" -D "$dir/data" -U papillon -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 </dev/null \
    || { cat "$dir/log" >&2; exit 1; }
start() {
    "$1/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=300 \
        -c deadlock_timeout=100ms >>"$dir/log" 2>&1 </dev/null &
    server=$!
}
start "$1"
echo "$dir"
while read -r command; do
    case $command in
        stop) kill -QUIT "$server"; wait "$server" || true ;;
        start) start "$1" ;;
    esac
    echo "done"
done
kill -INT "$server" || true
wait "$server" || true
"#;

/// The server. It ends with this value.
pub struct Server {
    supervisor: Child,
    says: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Server {
    /// Starts one, where PostgreSQL is installed; elsewhere it says that there is none.
    pub fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            let required = std::env::var_os("PAPILLON_REQUIRE_POSTGRES").is_some_and(|value| value == "1");
            assert!(!required, "PAPILLON_REQUIRE_POSTGRES=1, but there is no initdb");
            // Not eprintln!, which the test runner keeps to itself.
            let note = "SKIPPED: PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)\n";
            std::io::stderr().write_all(note.as_bytes()).unwrap();
            return None;
        };
        Some(Self::of(&binaries))
    }

    fn of(binaries: &Path) -> Self {
        // PostgreSQL does not run as root.
        let mut words = vec!["sh"];
        if is_root() && in_path("runuser") {
            words = vec!["runuser", "-u", "postgres", "--", "sh"];
        } else if is_root() {
            words = vec!["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"];
        }
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command.args(["-c", SCRIPT, "sh"]).arg(binaries).current_dir("/");
        let mut supervisor = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut says = BufReader::new(supervisor.stdout.take().unwrap());
        let mut folder = String::new();
        says.read_line(&mut folder).unwrap();
        let folder = PathBuf::from(folder.trim());
        assert!(!folder.as_os_str().is_empty(), "the PostgreSQL server did not start");
        Self { supervisor, says, folder }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://papillon@localhost/{database}?host={}", self.folder.display())
    }

    /// Makes a database and returns its address. The server may still be starting when the first is asked for.
    pub async fn database(&self, name: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut connection = loop {
            match PgConnection::connect(&self.url("postgres")).await {
                Ok(connection) => break connection,
                Err(error) if Instant::now() > deadline => panic!("PostgreSQL does not answer: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(sqlx::raw_sql(create)).await.unwrap();
        self.url(name)
    }
}

/// The failures of a server that a check can cause.
#[cfg(target_os = "linux")]
impl Server {
    /// Stops it at once, as a machine does that loses power.
    pub fn stop(&mut self) {
        self.tell("stop");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        self.tell("start");
    }

    /// Stops all its processes in the middle of their work.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.supervisor.stdin.as_mut().unwrap(), "{command}").unwrap();
        let mut done = String::new();
        self.says.read_line(&mut done).unwrap();
        assert_eq!(done, "done\n");
    }

    /// The first process before the others: it makes them.
    fn signal(&self, name: &str) {
        let number = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let first = number.lines().next().unwrap().to_owned();
        let send = |processes: &[String]| {
            let sent =
                Command::new("kill").arg(format!("-{name}")).args(processes).stderr(Stdio::null()).status();
            // Some may have ended.
            sent.unwrap();
        };
        send(std::slice::from_ref(&first));
        send(&children(&first));
    }
}

#[cfg(target_os = "linux")]
fn children(parent: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.map(|process| process.file_name().to_string_lossy().into_owned());
    let is_child = |number: &String| {
        let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|ppid| ppid.trim() == parent))
    };
    numbers.filter(is_child).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        if self.folder.join("data/postmaster.pid").exists() {
            self.thaw();
        }
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

fn path() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
}

fn in_path(program: &str) -> bool {
    path().iter().any(|folder| folder.join(program).is_file())
}

fn binaries() -> Option<PathBuf> {
    let mut folders = path();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
