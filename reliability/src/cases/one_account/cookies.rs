//! Cookies for conversations, as many as an account can get.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Sb, person};
use tokio::time::sleep;

use super::{LANES, MINUTE, all_at_once, allowance, sign_in, villain};
use crate::attackers::Attackers;
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// `limits.switchboards_per_minute`.
const SWITCHBOARDS: usize = 8;

/// A stranger can open a conversation all the time, and the account has few cookies.
pub async fn cookies(arena: &Arena) -> Result<Report> {
    let mut setup = Setup::default();
    setup.population.add(villain());
    let couples = arena.pick(4, 20);
    for number in 0..couples {
        setup.population.add(person(&format!("caller{number}")));
        setup.population.add(person(&format!("callee{number}")));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let (issued, sign_ins) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let mut attackers = Attackers::default();
    for lane in 0..LANES {
        let (people, issued, sign_ins) =
            (Arc::clone(&stage.people), Arc::clone(&issued), Arc::clone(&sign_ins));
        attackers.add(async move {
            loop {
                let Some(mut ns) = sign_in(lane, msnp, &people).await else { continue };
                sign_ins.fetch_add(1, Ordering::Relaxed);
                let mut lines = vec!["CHG 5 NLN 0".to_owned()];
                lines.extend((0..8).map(|number| format!("XFR {} SB", 10 + number)));
                let replies = all_at_once(&mut ns, &lines).await;
                let got = replies.iter().filter(|line| line.starts_with("XFR ")).count();
                issued.fetch_add(got, Ordering::Relaxed);
            }
        });
    }
    // The attackers are turned away most of the time. Meanwhile others meet.
    stage.only_waits();
    for number in 0..couples {
        let mut caller = stage.people.online(msnp, &person(&format!("caller{number}"))).await;
        let mut callee = stage.people.online(msnp, &person(&format!("callee{number}"))).await;
        let mut seat = Sb::open(&mut caller).await;
        seat.invite(&mut callee).await;
        sleep(Duration::from_secs(2)).await;
    }
    attackers.stop().await?;
    let most = allowance(SWITCHBOARDS, MINUTE, begun.elapsed());
    let (issued, sign_ins) = (issued.load(Ordering::Relaxed), sign_ins.load(Ordering::Relaxed));
    ensure!(sign_ins > 0, "not one sign-in");
    stage.done(format!("{sign_ins} sign-ins, {issued} cookies; {couples} pairs met meanwhile"));
    stage.check(issued <= most, || format!("{issued} cookies for one account, not {most} at most"));
    stage.expect_counted(&["refusals switchboards", "log: refused switchboards"], 1);
    Ok(stage.judge().await)
}
