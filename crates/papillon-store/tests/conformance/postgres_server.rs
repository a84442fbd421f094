//! A private PostgreSQL server for the run, from the system's binaries.

use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection};

use crate::Place;

/// A check: its name and what it does.
pub type Check = (&'static str, fn(Place) -> Pin<Box<dyn Future<Output = ()> + Send>>);

/// Makes the folder, runs the server, says where it is, and waits for its standard input to end:
/// which it does when the tests are over, however they end.
const SCRIPT: &str = r#"
set -eu
umask 077
dir=$(mktemp -d /tmp/papillon-postgres.XXXXXX)
cd "$dir"
trap 'rm -rf "$dir"' EXIT
"$1/initdb" -D "$dir/data" -U papillon -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 </dev/null \
    || { cat "$dir/log" >&2; exit 1; }
"$1/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=300 \
    -c deadlock_timeout=100ms >"$dir/log" 2>&1 </dev/null &
server=$!
echo "$dir"
cat >/dev/null || true
kill -INT "$server"
wait "$server" || true
"#;

/// Runs the checks, a database each, and reports all that failed.
pub fn run(checks: &[Check]) {
    let Some(binaries) = binaries() else {
        let required = std::env::var_os("PAPILLON_REQUIRE_POSTGRES").is_some_and(|value| value == "1");
        assert!(!required, "PAPILLON_REQUIRE_POSTGRES=1, but there is no initdb");
        // Not eprintln!, which the test runner keeps to itself.
        let note = "SKIPPED: PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)\n";
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return;
    };
    let server = Server::start(&binaries);
    let failed = crate::sqlite_file::runtime().block_on(async {
        let mut failed = Vec::new();
        for (number, (name, check)) in checks.iter().enumerate() {
            let place = server.database(&format!("check_{number}")).await;
            let outcome = tokio::time::timeout(Duration::from_secs(120), tokio::spawn(check(place))).await;
            if !matches!(outcome, Ok(Ok(()))) {
                failed.push(*name);
            }
        }
        failed
    });
    drop(server);
    assert!(failed.is_empty(), "failed on PostgreSQL: {failed:#?}");
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

struct Server {
    supervisor: Child,
    folder: String,
}

impl Server {
    fn start(binaries: &Path) -> Self {
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
        let mut folder = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        let folder = folder.trim().to_owned();
        assert!(!folder.is_empty(), "the PostgreSQL server did not start");
        Self { supervisor, folder }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://papillon@localhost/{database}?host={}", self.folder)
    }

    /// Makes a database. The server may still be starting when the first is asked for.
    async fn database(&self, name: &str) -> Place {
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
        Place { url: self.url(name) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
