//! Work that lets everything else go first: on a thread of low priority.

use std::panic::resume_unwind;
use std::thread;

/// The steps by which the thread is nicer than the service. Five give it a third of what a thread of the service gets
/// while both want the same processor: messages hardly wait for sign-ins, and sign-ins go on beside other programs that
/// keep every processor busy. (With ten, forty sign-ins on such a machine took longer than they may wait.)
#[cfg(target_os = "linux")]
const NICER: i32 = 5;

/// Does the work on a thread of its own, and waits for it. A thread that has stepped back cannot get its priority back
/// without a privilege, so none is kept.
pub(super) fn in_background<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // Only the spawned closure or this function may take the work: where no thread can be made, it is done here.
    let mut work = Some(work);
    let done = thread::scope(|scope| {
        let slot = &mut work;
        let thread = thread::Builder::new().name("background".into()).spawn_scoped(scope, move || {
            step_back();
            slot.take().map(|work| work())
        });
        thread.ok().and_then(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    done.or_else(|| work.take().map(|work| work())).expect("the work is done once, there or here")
}

/// Gives this thread a lower priority.
#[cfg(target_os = "linux")]
fn step_back() {
    use rustix::process::{getpriority_process, setpriority_process};
    // To Linux no process means this thread, and each thread has a priority of its own. A priority is always allowed
    // to fall.
    let lower = getpriority_process(None).and_then(|now| setpriority_process(None, now + NICER));
    if let Err(error) = lower {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

/// Elsewhere a process has one priority, or there is no safe call for that of a thread.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_and_a_panic_come_back() {
        assert_eq!(in_background(|| 6 * 7), 42);
        assert!(std::panic::catch_unwind(|| in_background(|| panic!("on purpose"))).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_has_a_lower_priority_and_its_caller_keeps_its_own() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        // 19 is the lowest there is.
        assert_eq!(in_background(priority), (before + NICER).min(19));
        assert_eq!(priority(), before);
    }
}
