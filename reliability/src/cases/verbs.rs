//! Every verb in every state, of both roles and of both directions, with fit arguments and with unfit ones.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use msnp::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};
use msnp_testkit::{Ns, Sb, Wire, person};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use crate::doors::until_closed;
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// The service ends a connection that has said `OUT`, and any that it does not understand.
const PATIENCE: Duration = Duration::from_secs(60);
/// An account signs in no more often than people do.
const SIGN_INS_PER_ACCOUNT: usize = 5;
/// Connections at once.
const LANES: usize = 8;

/// How far a client has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Connected,
    Versioned,
    Known,
    Challenged,
    SignedIn,
    Online,
    InConversation,
}

const STATES: [State; 7] = [
    State::Connected,
    State::Versioned,
    State::Known,
    State::Challenged,
    State::SignedIn,
    State::Online,
    State::InConversation,
];

impl State {
    fn needs_account(self) -> bool {
        matches!(self, Self::SignedIn | Self::Online | Self::InConversation)
    }
}

/// What follows a verb. `{h}` is an account.
const ARGUMENTS: [&str; 8] = [
    "",
    " 1",
    " 1 FL {h} Somebody 0",
    " 1 {h} 17262740.1050826919.32308 11752013",
    " 1 TWN I {h}",
    " 1 SB \u{feff} \u{202e} %00%0d%0a",
    " 4294967296 -1 99999999999999999999 0x10",
    " 1 a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z",
];

fn verbs() -> Vec<&'static str> {
    let mut verbs = [
        NotificationRequest::VERBS,
        NotificationEvent::VERBS,
        SwitchboardRequest::VERBS,
        SwitchboardEvent::VERBS,
        &["LST", "UUX", "UBX", "ADC", "SBP", "100", "911", "ver", "A", "TOOLONGAVERB"],
    ]
    .concat();
    verbs.sort_unstable();
    verbs.dedup();
    verbs
}

pub async fn run(arena: &Arena) -> Result<Report> {
    // A short run takes two kinds of arguments, other ones for each verb.
    let kinds = arena.pick(2, ARGUMENTS.len());
    let mut tries = Vec::new();
    for (number, verb) in verbs().into_iter().enumerate() {
        for kind in 0..kinds {
            for state in STATES {
                for dialect in [8, 9] {
                    let arguments = ARGUMENTS[(number + kind * 3 + kind / 2) % ARGUMENTS.len()];
                    tries.push(Try { verb, arguments, state, dialect, account: 0 });
                }
            }
        }
    }
    let mut sign_ins = 0;
    for try_ in tries.iter_mut().filter(|try_| try_.state.needs_account()) {
        try_.account = sign_ins / SIGN_INS_PER_ACCOUNT;
        sign_ins += 1;
    }
    let mut setup = Setup::default();
    for number in 0..=sign_ins / SIGN_INS_PER_ACCOUNT {
        setup.population.add(handle(number));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let (msnp, dispatch) = (stage.program.doors.msnp, stage.program.doors.dispatch);
    let all = tries.len();
    let mut lanes = JoinSet::new();
    let mut lists: Vec<Vec<Try>> = vec![Vec::new(); LANES];
    // All of one account go into one lane: a second sign-in would end the first.
    for (number, try_) in tries.into_iter().enumerate() {
        let lane = if try_.state.needs_account() { try_.account } else { number };
        lists[lane % LANES].push(try_);
    }
    for list in lists {
        let people = Arc::clone(&stage.people);
        lanes.spawn(async move {
            for try_ in list {
                try_.carry_out(msnp, &people).await.with_context(|| format!("{try_:?}"))?;
                if !try_.state.needs_account() {
                    try_.carry_out(dispatch, &people)
                        .await
                        .with_context(|| format!("{try_:?} at dispatch"))?;
                }
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    for lane in lanes.join_all().await {
        lane?;
    }
    stage.done(format!("{all} requests"));
    Ok(stage.judge().await)
}

fn handle(number: usize) -> String {
    person(&format!("trier{number}"))
}

/// One verb in one state.
#[derive(Debug, Clone)]
struct Try {
    verb: &'static str,
    arguments: &'static str,
    state: State,
    dialect: u32,
    account: usize,
}

impl Try {
    async fn carry_out(&self, door: SocketAddr, people: &People) -> Result<()> {
        let handle = handle(self.account);
        // The session of a switchboard connection stays until its end.
        let (mut wire, _session) = self.reach(door, people, &handle).await;
        let line = format!("{}{}\r\n", self.verb, self.arguments.replace("{h}", &handle));
        wire.send_raw(line.as_bytes()).await;
        // Bytes for a verb that takes some, and lines for one that does not.
        wire.send_raw(b"12345\r\nOUT\r\n").await;
        let mut stream = wire.into_stream();
        // The other side may have closed.
        let _ = stream.shutdown().await;
        let answer = until_closed(&mut stream, PATIENCE).await?;
        ensure!(std::str::from_utf8(&answer).is_ok(), "the answer is no text");
        Ok(())
    }

    async fn reach(&self, door: SocketAddr, people: &People, handle: &str) -> (Wire, Option<Ns>) {
        let mut ns = Ns::connect(door).await;
        match self.state {
            State::Connected => {}
            State::Versioned => {
                ns.send("VER 901 MSNP9 MSNP8 CVR0").await;
                ns.expect_prefix("VER 901 ").await;
            }
            State::Known => ns.greet(handle, self.dialect).await,
            // The dispatch listener redirects at this point.
            State::Challenged => {
                ns.greet(handle, self.dialect).await;
                ns.send(&format!("USR 903 TWN I {handle}")).await;
                ns.line().await;
            }
            State::SignedIn => ns = people.sign_in_over(ns, handle, self.dialect).await,
            State::Online | State::InConversation => {
                ns = people.sign_in_over(ns, handle, self.dialect).await;
                ns.syn().await;
                ns.chg("NLN").await;
            }
        }
        if self.state == State::InConversation {
            let seat = Sb::open(&mut ns).await;
            return (seat.wire, Some(ns));
        }
        (ns.wire, None)
    }
}
