//! The harm that one account can do: it signs in again and again, and each sign-in begins with fresh hopes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{Ns, Sb, Wire, person, words};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::doors::connect_small;
use crate::doors::stranger;
use crate::figures::mebibytes;
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// Sign-ins of the account under way at once.
const LANES: usize = 4;
/// Cookies of one account at once; all accounts together have 200,000.
const COOKIES: usize = 200;
/// Calls and invitations by mail at one victim in a minute or less.
const CALLS: usize = 60;
const INVITATIONS: usize = 20;
/// Changes of lists in a minute or less of which one victim is told.
const PUSHES: usize = 60;
/// Changes of presence in a minute or less of which each friend is told.
const CHANGES: usize = 90;
/// The memory that one account may cost, in KiB, and the unrest of the measurement.
const MEMORY: u64 = (16 + 5) * 1024;
const CONTACTS: usize = 500;
const FRIENDS: usize = 50;

fn villain() -> String {
    person("villain")
}

/// Signs in with a ticket, as far as `USR OK`; `None` when that is refused.
async fn sign_in(msnp: std::net::SocketAddr, people: &People) -> Option<Ns> {
    let mut ns = Ns::connect(msnp).await;
    ns.identify(&villain(), 9).await;
    ns.send(&format!("USR 904 TWN S {}", people.ticket(&villain()))).await;
    let line = ns.try_line().await?;
    if !line.starts_with("USR 904 OK ") {
        // A client that is refused comes again a little later.
        sleep(Duration::from_millis(20)).await;
        return None;
    }
    ns.message().await;
    Some(ns)
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

/// Cookies: a stranger can open a conversation all the time, and the account has few of them.
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
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let (people, issued, sign_ins) =
            (Arc::clone(&stage.people), Arc::clone(&issued), Arc::clone(&sign_ins));
        lanes.spawn(async move {
            loop {
                let Some(mut ns) = sign_in(msnp, &people).await else { continue };
                sign_ins.fetch_add(1, Ordering::Relaxed);
                let mut lines = vec!["CHG 5 NLN 0".to_owned()];
                lines.extend((0..8).map(|number| format!("XFR {} SB", 10 + number)));
                let replies = all_at_once(&mut ns, &lines).await;
                let got = replies.iter().filter(|line| line.starts_with("XFR ")).count();
                issued.fetch_add(got, Ordering::Relaxed);
            }
        });
    }
    // Meanwhile others meet.
    for number in 0..couples {
        let mut caller = stage.people.online(msnp, &person(&format!("caller{number}"))).await;
        let mut callee = stage.people.online(msnp, &person(&format!("callee{number}"))).await;
        let mut seat = Sb::open(&mut caller).await;
        seat.invite(&mut callee).await;
        sleep(Duration::from_secs(2)).await;
    }
    lanes.shutdown().await;
    let issued = issued.load(Ordering::Relaxed);
    stage.done(format!(
        "{} sign-ins, {issued} cookies; {couples} pairs met meanwhile",
        sign_ins.load(Ordering::Relaxed)
    ));
    stage.check(issued <= COOKIES, || format!("{issued} cookies for one account, not {COOKIES} at most"));
    Ok(stage.judge().await)
}

/// Lists that nobody reads, by the gateway and by TCP.
pub async fn lists(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(6, 40));
    let mut setup = Setup::default();
    setup.population.add(villain());
    for number in 0..CONTACTS {
        let contact = person(&format!("contact{number}"));
        setup.population.add(&contact);
        setup.population.listing(&villain(), &contact);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let id = stage.program.id();
    let before = stage.before().memory;
    for (way, by_gateway) in [("by the gateway", true), ("by TCP", false)] {
        let mut lanes = JoinSet::new();
        // One after the other by the gateway: another sign-in ends the one before, with the lists it was to get.
        for lane in 0..if by_gateway { 1 } else { LANES } {
            let people = Arc::clone(&stage.people);
            lanes.spawn(async move {
                // Connections that are not read stay open.
                let mut kept = Vec::new();
                loop {
                    if by_gateway {
                        unread_by_gateway(&people, Way::to(doors.http)).await;
                        continue;
                    }
                    // Few addresses: connections without a sign-in count for these and not for the account.
                    match connect_small(stranger(lane), doors.msnp).await {
                        Ok(stream) => {
                            let mut ns = Ns::over(Wire::over(stream));
                            ns.identify(&villain(), 9).await;
                            ns.send(&format!("USR 904 TWN S {}", people.ticket(&villain()))).await;
                            ns.send_raw("SYN 5 0\r\n".repeat(17).as_bytes()).await;
                            kept.push(ns);
                        }
                        // No descriptor is left, for example: it fails at once, again and again.
                        Err(_) => sleep(Duration::from_millis(20)).await,
                    }
                }
            });
        }
        let (begun, mut most) = (Instant::now(), 0);
        while begun.elapsed() < time {
            most = most.max(crate::figures::Figures::of(id)?.memory.saturating_sub(before));
            sleep(Duration::from_millis(100)).await;
        }
        lanes.shutdown().await;
        stage.done(format!("{way}: at most {} MiB", mebibytes(most)));
        stage.check(most <= MEMORY, || format!("one account cost {} MiB {way}", mebibytes(most)));
    }
    Ok(stage.judge().await)
}

/// Signs in, asks for the lists, and leaves the answer where it is.
async fn unread_by_gateway(people: &People, way: Way) {
    let mut gateway = Gateway::open(way, "NS", "VER 1 MSNP9 MSNP8 CVR0").await;
    let handle = villain();
    let id = |gateway: &Gateway| format!("SessionID={}", gateway.id);
    let requests = [
        format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}\r\nUSR 3 TWN I {handle}\r\n"),
        format!("USR 4 TWN S {}\r\n", people.ticket(&handle)),
        "SYN 5 0\r\n".repeat(17),
    ];
    for request in requests {
        let query = id(&gateway);
        let answer = gateway.post(&query, request.as_bytes()).await;
        // A session that has been replaced, or was refused.
        if answer.status() != 200 {
            return;
        }
        gateway.take(&answer);
        if gateway.closed {
            return;
        }
    }
}

/// Calls at one victim, and invitations by mail.
pub async fn calls(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(6, 30));
    let (mut stage, mut victim) = with_victim(arena).await?;
    let (msnp, people) = (stage.program.doors.msnp, Arc::clone(&stage.people));
    let (mut sign_ins, mut invitations) = (0, 0);
    let begun = Instant::now();
    while begun.elapsed() < time {
        let Some(mut ns) = sign_in(msnp, &people).await else { continue };
        sign_ins += 1;
        let mut lines = vec!["CHG 5 NLN 0".to_owned()];
        lines.extend(
            (0..8).map(|number| format!("SND {} new{number}@example.org 0x0409 MSMSGS", 20 + number)),
        );
        lines.push("XFR 8 SB".into());
        let replies = all_at_once(&mut ns, &lines).await;
        invitations += replies.iter().filter(|line| line.starts_with("SND ") && line.ends_with("OK")).count();
        let Some(cookie) =
            replies.iter().find_map(|line| line.strip_prefix("XFR 8 SB ")?.split(' ').next_back())
        else {
            continue;
        };
        let mut seat = Wire::connect(msnp).await;
        seat.send(&format!("USR 1 {} {cookie}", villain())).await;
        for number in 0..8 {
            seat.send(&format!("CAL {} {}", 2 + number, victim.handle)).await;
        }
        // The last of the answers, or the end.
        while let Some(line) = seat.try_line().await {
            if words(&line).contains(&"9") {
                break;
            }
        }
    }
    let rung = victim.fence().await.iter().filter(|line| line.starts_with("RNG ")).count();
    stage.done(format!("{sign_ins} sign-ins, {rung} calls at the victim, {invitations} invitations by mail"));
    stage.check(rung <= CALLS, || format!("{rung} calls at one victim, not {CALLS} at most"));
    stage.check(invitations <= INVITATIONS, || {
        format!("{invitations} invitations, not {INVITATIONS} at most")
    });
    Ok(stage.judge().await)
}

/// A villain, and a victim that is online.
async fn with_victim(arena: &Arena) -> Result<(Stage, Ns)> {
    let mut setup = Setup::default();
    setup.population.add(villain());
    setup.population.add(person("victim"));
    let stage = Stage::set(arena, setup).await?;
    let victim = stage.people.online(stage.program.doors.msnp, &person("victim")).await;
    Ok((stage, victim))
}

/// Pushes of list changes, at a victim that knows the villain not, and then at one that has blocked it.
pub async fn pushes(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(4, 15));
    let (mut stage, mut victim) = with_victim(arena).await?;
    let msnp = stage.program.doors.msnp;
    for (kind, is_blocked) in [("a stranger", false), ("one that has blocked it", true)] {
        if is_blocked {
            victim.send(&format!("ADD 7 BL {} Villain", villain())).await;
            victim.lines_until(|line| line.starts_with("ADD 7 BL ")).await;
        }
        let Some(mut ns) = sign_in(msnp, &stage.people).await else {
            anyhow::bail!("the villain is refused")
        };
        let (begun, mut rounds) = (Instant::now(), 0);
        while begun.elapsed() < time {
            let lines =
                [format!("ADD 5 FL {} Somebody 0", victim.handle), format!("REM 6 FL {}", victim.handle)];
            all_at_once(&mut ns, &lines).await;
            rounds += 1;
        }
        let told = victim.fence().await.iter().filter(|line| line.contains(" RL ")).count();
        stage.done(format!("{kind}: {rounds} rounds, {told} pushes at the victim"));
        stage.check(told <= PUSHES, || format!("{told} pushes at {kind}, not {PUSHES} at most"));
    }
    Ok(stage.judge().await)
}

/// Lines of presence at the friends of an account that signs in again and again.
pub async fn presence(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(5, 20));
    let mut setup = Setup::default();
    setup.population.add(villain());
    for number in 0..FRIENDS {
        let friend = person(&format!("friend{number}"));
        setup.population.add(&friend);
        setup.population.befriend(&villain(), &friend);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let mut friends = Vec::new();
    for number in 0..FRIENDS {
        friends.push(stage.people.online(msnp, &person(&format!("friend{number}"))).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut watching = JoinSet::new();
    for mut friend in friends {
        let stop = Arc::clone(&stop);
        watching.spawn(async move {
            let mut lines = 0;
            while !stop.load(Ordering::Relaxed) {
                lines += friend.fence().await.len();
                sleep(Duration::from_millis(200)).await;
            }
            lines + friend.fence().await.len()
        });
    }
    let mut lanes = JoinSet::new();
    let sign_ins = Arc::new(AtomicUsize::new(0));
    for _ in 0..LANES {
        let (people, sign_ins) = (Arc::clone(&stage.people), Arc::clone(&sign_ins));
        lanes.spawn(async move {
            loop {
                let Some(mut ns) = sign_in(msnp, &people).await else { continue };
                sign_ins.fetch_add(1, Ordering::Relaxed);
                ns.send("CHG 5 NLN 0").await;
            }
        });
    }
    sleep(time).await;
    lanes.shutdown().await;
    stop.store(true, Ordering::Relaxed);
    let lines: usize = watching.join_all().await.into_iter().sum();
    let sign_ins = sign_ins.load(Ordering::Relaxed);
    stage.done(format!(
        "{sign_ins} sign-ins, {lines} lines of presence at {FRIENDS} friends in {} s",
        time.as_secs()
    ));
    stage.check(lines <= CHANGES * FRIENDS, || format!("{lines} lines, not {} at most", CHANGES * FRIENDS));
    ensure!(sign_ins > 0, "not one sign-in");
    Ok(stage.judge().await)
}
