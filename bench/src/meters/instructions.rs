//! The instructions that a process executes in user space, by `valgrind --tool=callgrind`. No other work of the machine
//! changes them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::{Bench, is_installed, missing};
use crate::contestant::Program;
use crate::cores::Cores;
use crate::population::Population;
use crate::service::{Service, Setup, Under};

const MISSING: &str = "needs valgrind (Debian: apt-get install valgrind)";
/// The time for which nothing happens, to see what the service does by itself.
const IDLE: Duration = Duration::from_secs(2);
/// The same in a short run.
const SHORT_IDLE: Duration = Duration::from_millis(300);

/// The words before a program that let it run under the meter, which leaves its figures in the folder.
///
/// # Errors
/// When there is no valgrind.
pub fn wrapper(folder: &Path) -> Result<Vec<String>> {
    if !is_installed("valgrind") || !is_installed("callgrind_control") {
        return missing(MISSING);
    }
    let file = format!("--callgrind-out-file={}", folder.join(NAME).display());
    Ok(["valgrind", "--quiet", "--tool=callgrind", &file].map(str::to_owned).to_vec())
}

const NAME: &str = "callgrind";

/// A service under the meter.
#[derive(Debug)]
pub struct Counted {
    /// The service.
    pub service: Service,
    dumps: usize,
    /// Instructions a second of a service to which nothing happens.
    idle: f64,
}

impl Counted {
    /// Starts the service, and looks for a while what it does by itself.
    ///
    /// # Errors
    /// When there is no valgrind, or it does not answer.
    pub fn start(bench: &Bench, program: &Program, population: Population) -> Result<Self> {
        let idle = bench.pick(SHORT_IDLE, IDLE);
        let setup = Setup { under: Under::Callgrind, ..Setup::new(population) };
        let service = Service::start(program, &setup.on(Cores::All))?;
        let mut meter = Self { service, dumps: 0, idle: 0.0 };
        let count = meter.count(|_| {
            std::thread::sleep(idle);
            Ok(())
        })?;
        meter.idle = count / idle.as_secs_f64();
        Ok(meter)
    }

    /// The instructions of some work, less those of the same time without it.
    ///
    /// # Errors
    /// When the work fails, or valgrind does not answer.
    pub fn count(&mut self, work: impl FnOnce(&Service) -> Result<()>) -> Result<f64> {
        self.control("--zero")?;
        let begun = Instant::now();
        work(&self.service)?;
        let took = begun.elapsed();
        self.control("--dump")?;
        Ok(self.read()? - self.idle * took.as_secs_f64())
    }

    fn control(&self, word: &str) -> Result<()> {
        let mut command = Command::new("callgrind_control");
        command.args([word, &self.service.process().id().to_string()]).stdin(Stdio::null());
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "callgrind_control {word} failed: {said}");
        Ok(())
    }

    /// Reads the newest dump. Its file may be written a moment later than the request is answered.
    fn read(&mut self) -> Result<f64> {
        self.dumps += 1;
        let path = self.service.folder().join(format!("{NAME}.{}", self.dumps));
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
            if let Some(total) =
                total.or_else(|| text.lines().find_map(|line| line.strip_prefix("summary: ")))
            {
                return total.trim().parse().context("an unknown form of totals");
            }
            ensure!(Instant::now() < deadline, "callgrind has left nothing at {}", path.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
