//! Victims that an account calls, invites by mail, and puts on its list again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use msnp_testkit::{Ns, Wire, person, words};

use super::{HOUR, MINUTE, all_at_once, allowance, sign_in, villain};
use crate::doors::{connect_from, stranger};
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// `limits.calls_per_minute`.
const CALLS: usize = 10;
/// `limits.invitations_per_hour`.
const INVITATIONS: usize = 10;
/// `limits.additions_per_contact`.
const ADDITIONS: usize = 12;

/// Calls at one victim, each from a conversation of its own, and invitations by mail.
pub async fn calls(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(6, 30));
    // More than the calls that it may make: a call needs a conversation of its own.
    let mut setup = Setup::default().set("LIMITS_SWITCHBOARDS_PER_MINUTE", 4 * CALLS as u64);
    setup.population.add(villain());
    setup.population.add(person("victim"));
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let mut victim = stage.people.online(msnp, &person("victim")).await;
    let people = Arc::clone(&stage.people);
    let (mut sign_ins, mut invitations) = (0, 0);
    let begun = Instant::now();
    while begun.elapsed() < time {
        let Some(mut ns) = sign_in(0, msnp, &people).await else { continue };
        sign_ins += 1;
        let mut lines = vec!["CHG 5 NLN 0".to_owned()];
        lines.extend((0..8).map(|number| {
            // No two are to one address: that has a limit of its own.
            format!("SND {} new{sign_ins}.{number}@example.org 0x0409 MSMSGS", 20 + number)
        }));
        lines.extend((0..8).map(|number| format!("XFR {} SB", 40 + number)));
        let replies = all_at_once(&mut ns, &lines).await;
        invitations += replies.iter().filter(|line| line.starts_with("SND ") && line.ends_with("OK")).count();
        let cookies = replies.iter().filter_map(|line| match words(line)[..] {
            ["XFR", _, "SB", _, "CKI", cookie] => Some(cookie),
            _ => None,
        });
        // A call in each of as many seats as there are cookies.
        let mut seats = Vec::new();
        for cookie in cookies {
            let mut seat = Wire::connect(msnp).await;
            seat.send(&format!("USR 1 {} {cookie}", villain())).await;
            call(&mut seat, &victim).await;
            seats.push(seat);
        }
    }
    let (calls_most, invitations_most) =
        (allowance(CALLS, MINUTE, begun.elapsed()), allowance(INVITATIONS, HOUR, begun.elapsed()));
    let rung = victim.fence().await.iter().filter(|line| line.starts_with("RNG ")).count();
    stage.done(format!("{sign_ins} sign-ins, {rung} calls at the victim, {invitations} invitations by mail"));
    ensure!(rung > 0 && invitations > 0, "nothing came of it");
    stage.check(rung <= calls_most, || format!("{rung} calls at one victim, not {calls_most} at most"));
    stage.check(invitations <= invitations_most, || {
        format!("{invitations} invitations, not {invitations_most} at most")
    });
    stage.expect_counted(&["refusals calls", "log: refused calls"], 1);
    stage.expect_counted(&["refusals invitations", "log: refused invitations"], 1);
    Ok(stage.judge().await)
}

/// Calls, and waits for the answer, or for the end.
async fn call(seat: &mut Wire, victim: &Ns) {
    seat.send(&format!("CAL 5 {}", victim.handle)).await;
    while let Some(line) = seat.try_line().await {
        if words(&line).contains(&"5") {
            break;
        }
    }
}

/// Pushes of list changes at a victim that knows the villain not, and at one that has blocked it.
pub async fn pushes(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(2, 15));
    let kinds = [("a stranger", "one", false), ("one that has blocked it", "other", true)];
    let mut setup = Setup::default();
    for (_, name, _) in kinds {
        // Each victim has a villain of its own: the rates of the first would protect the second.
        setup.population.add(person(&format!("villain-{name}")));
        setup.population.add(person(&format!("victim-{name}")));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    for (kind, name, has_blocked) in kinds {
        let villain = person(&format!("villain-{name}"));
        let mut victim = stage.people.online(msnp, &person(&format!("victim-{name}"))).await;
        if has_blocked {
            victim.send(&format!("ADD 7 BL {villain} Villain")).await;
            victim.lines_until(|line| line.starts_with("ADD 7 BL ")).await;
        }
        let stream = connect_from(stranger(0), msnp).await?;
        let ns = stage.people.try_sign_in(stream, &villain).await;
        let (rounds, begun) = list_and_unlist(ns.context("the villain is refused")?, &victim, time).await;
        let told = victim.fence().await.iter().filter(|line| line.contains(" RL ")).count();
        // Each addition is followed by a removal.
        let most = 2 * allowance(ADDITIONS, HOUR, begun.elapsed());
        stage.done(format!("{kind}: {rounds} rounds, {told} pushes at the victim"));
        ensure!(told > 0, "no push came to {kind}");
        stage.check(told <= most, || format!("{told} pushes at {kind}, not {most} at most"));
    }
    stage.expect_counted(&["refusals contact_changes", "log: refused contact_changes"], 2);
    Ok(stage.judge().await)
}

/// Puts the victim on the list and takes it off, for a time; returns the rounds and the start.
async fn list_and_unlist(mut ns: Ns, victim: &Ns, time: Duration) -> (usize, Instant) {
    let (begun, mut rounds) = (Instant::now(), 0);
    while begun.elapsed() < time {
        let lines = [format!("ADD 5 FL {} Somebody 0", victim.handle), format!("REM 6 FL {}", victim.handle)];
        all_at_once(&mut ns, &lines).await;
        rounds += 1;
    }
    (rounds, begun)
}
