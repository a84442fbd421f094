//! A network that loses packets in both directions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use msnp_testkit::person;
use tokio::time::sleep;

use crate::ground::{Arena, Setup};
use crate::namespace::Namespace;
use crate::needs;
use crate::report::Report;
use crate::stage::Stage;

/// Packets of a hundred that are lost, one after the other for a time. With more, TCP itself waits longer now and then than
/// a bystander does: a packet that is lost six times in a row is sent again after 12 s.
const LOSSES: [u32; 3] = [2, 5, 8];
/// Clients that sign in meanwhile, for each loss.
const VISITORS: usize = 10;

pub async fn run(arena: &Arena) -> Result<Report> {
    needs::tool("nft", "nftables")?;
    let network = Arc::new(Namespace::make("loss").await?);
    let (arena, inside) = (arena.clone(), Arc::clone(&network));
    network.enter(async move { suffer(&arena, &inside).await }).await
}

async fn suffer(arena: &Arena, network: &Namespace) -> Result<Report> {
    let each = Duration::from_secs(arena.pick(4, 30));
    let mut setup = Setup::default();
    for number in 0..VISITORS {
        setup.population.add(person(&format!("visitor{number}")));
    }
    let mut stage = Stage::set(arena, setup).await?;
    // For packets that are sent again.
    stage.only_waits();
    for loss in LOSSES {
        lose(network, loss).await?;
        for number in 0..VISITORS {
            let visitor = person(&format!("visitor{number}"));
            let mut visit = stage.people.online(stage.program.doors.msnp, &visitor).await;
            visit.send("OUT").await;
            visit.closed().await;
        }
        sleep(each).await;
        network.exec(&["nft", "flush", "ruleset"]).await?;
    }
    stage.done(format!("{LOSSES:?} % for {} s each, {VISITORS} sign-ins in each", each.as_secs()));
    Ok(stage.judge().await)
}

async fn lose(network: &Namespace, percent: u32) -> Result<()> {
    let chain = "{ type filter hook input priority 0; }";
    network.exec(&["nft", "add", "table", "inet", "loss"]).await?;
    network.exec(&["nft", "add", "chain", "inet", "loss", "input", chain]).await?;
    let percent = percent.to_string();
    let rule = ["meta", "l4proto", "tcp", "numgen", "random", "mod", "100", "<", &percent, "drop"];
    network.exec(&[&["nft", "add", "rule", "inet", "loss", "input"], rule.as_slice()].concat()).await
}
