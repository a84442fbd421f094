//! The harm that one account can do: it signs in again and again, and each sign-in begins with fresh hopes.

mod cookies;
mod lists;
mod presence;
mod victims;

use std::net::SocketAddr;
use std::time::Duration;

use msnp_testkit::{Ns, person};
use tokio::time::sleep;

use crate::doors::{connect_from, stranger};
use crate::people::People;

pub use self::cookies::cookies;
pub use self::lists::lists;
pub use self::presence::presence;
pub use self::victims::{calls, pushes};

/// Sign-ins of the account under way at once, each from an address of its own.
const LANES: usize = 4;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// `limits.sign_ins_per_minute`.
const SIGN_INS: usize = 20;
/// A client that is refused comes again so much later.
const AGAIN: Duration = Duration::from_millis(20);

fn villain() -> String {
    person("villain")
}

/// The most that a rate lets through in a time: so many at once, and as many again in each period.
fn allowance(rate: usize, period: Duration, time: Duration) -> usize {
    rate + (rate as f64 * time.as_secs_f64() / period.as_secs_f64()).ceil() as usize
}

/// Connects from the address of a lane and signs in; `None` when that is refused, at whatever step.
async fn sign_in(lane: usize, msnp: SocketAddr, people: &People) -> Option<Ns> {
    let ns = match connect_from(stranger(lane), msnp).await {
        Ok(stream) => people.try_sign_in(stream, &villain()).await,
        Err(_) => None,
    };
    if ns.is_none() {
        sleep(AGAIN).await;
    }
    ns
}

/// Everything in one write; returns the lines until the answer to `PNG`, or until the connection has ended.
async fn all_at_once(ns: &mut Ns, lines: &[String]) -> Vec<String> {
    ns.send_raw(format!("{}\r\nPNG\r\n", lines.join("\r\n")).as_bytes()).await;
    let mut replies = Vec::new();
    while let Some(line) = ns.try_line().await {
        if line.starts_with("QNG") {
            break;
        }
        replies.push(line);
    }
    replies
}
