//! The process, as Linux tells of it. Elsewhere there is nothing to show.

use std::fmt;
use std::fs;

use super::page::Page;

/// The unit of times in `/proc/self/stat` as Linux shows it to programs.
const TICKS_A_SECOND: f64 = 100.0;

/// Writes what is known.
pub(super) fn show(page: &mut Page<'_>) -> fmt::Result {
    let times = read("/proc/self/stat").as_deref().and_then(Times::of);
    if let Some(times) = times {
        page.counter("process_cpu_seconds", "Processor time of the process.", times.processor)?;
        let booted = read("/proc/stat").as_deref().and_then(|stat| number(stat, "btime "));
        if let Some(booted) = booted {
            let started = booted as f64 + times.started;
            page.gauge(
                "process_start_time_seconds",
                "Start of the process, in seconds since 1970.",
                started,
            )?;
        }
    }
    if let Some(kib) = read("/proc/self/status").as_deref().and_then(|status| number(status, "VmRSS:")) {
        page.gauge("process_resident_memory_bytes", "Memory of the process in RAM.", kib * 1024)?;
    }
    if let Some(open) = open_files() {
        page.gauge("process_open_fds", "Open files and sockets.", open)?;
    }
    let most = read("/proc/self/limits").as_deref().and_then(|limits| number(limits, "Max open files"));
    most.map_or(Ok(()), |most| page.gauge("process_max_fds", "The most of these that there may be.", most))
}

/// Times of the process in seconds.
#[derive(Debug, PartialEq)]
struct Times {
    processor: f64,
    /// After the start of the machine.
    started: f64,
}

impl Times {
    /// Reads proc_pid_stat(5).
    fn of(stat: &str) -> Option<Self> {
        // The program's name is in parentheses, and may hold blanks and parentheses. Behind it comes field 3.
        let (_, fields) = stat.rsplit_once(") ")?;
        let fields: Vec<_> = fields.split(' ').collect();
        let seconds =
            |field: usize| Some(fields.get(field - 3)?.parse::<u64>().ok()? as f64 / TICKS_A_SECOND);
        Some(Self { processor: seconds(14)? + seconds(15)?, started: seconds(22)? })
    }
}

/// The first number of the line that begins so.
fn number(text: &str, beginning: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(beginning))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Newer systems tell the number as the size of the folder; elsewhere it is counted.
fn open_files() -> Option<u64> {
    const FOLDER: &str = "/proc/self/fd";
    let size = fs::metadata(FOLDER).ok()?.len();
    if size > 0 {
        return Some(size);
    }
    u64::try_from(fs::read_dir(FOLDER).ok()?.count()).ok()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 3 0 12345 1 2 3";
        assert_eq!(Times::of(stat), Some(Times { processor: 3.0, started: 123.45 }));
        assert_eq!(Times::of("7 (a) S 1"), None);
    }

    #[test]
    fn a_number_is_that_of_its_line() {
        let text =
            "VmHWM:\t 9 kB\nVmRSS:\t   4321 kB\nMax open files            1024                 4096 files\n";
        assert_eq!(number(text, "VmRSS:"), Some(4321));
        assert_eq!(number(text, "Max open files"), Some(1024));
        assert_eq!(number(text, "VmSwap:"), None);
    }
}
