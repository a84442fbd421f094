//! The readers of commands.

#[path = "../../../crates/papillon/src/control/body.rs"]
mod body;
#[path = "../../../crates/papillon/src/control/command.rs"]
mod command;
#[path = "../../../crates/papillon/src/control/file_path.rs"]
mod file_path;
#[path = "../../../crates/papillon/src/control/lines.rs"]
mod lines;
#[path = "../../../crates/papillon/src/control/rejection.rs"]
mod rejection;
#[path = "../../../crates/papillon/src/control/request.rs"]
mod request;

use command::Command;
use file_path::FilePath;
use lines::{Line, Splitter};
use rejection::Rejection;
use request::{LONGEST, Request};

/// See the target.
pub fn check(bytes: &[u8], segment: usize) {
    let whole = lines(bytes, bytes.len().max(1));
    assert_eq!(whole, lines(bytes, segment));
    for line in &whole {
        let Ok(command) = Request::read(line).command else { continue };
        let written = serde_json::to_vec(&command).expect("a command can be written");
        assert_eq!(Request::read(&Line::Text(written)).command, Ok(command));
    }
}

fn lines(bytes: &[u8], segment: usize) -> Vec<Line> {
    let mut splitter = Splitter::new(LONGEST);
    let mut lines: Vec<_> = bytes.chunks(segment).flat_map(|part| splitter.push(part)).collect();
    lines.extend(splitter.end());
    lines
}
