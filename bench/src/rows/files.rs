//! The speed of files, next to the least work that moves the same bytes, and the memory of their clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use msnp_client::TransferRoute;
use tempfile::TempDir;

use crate::bench::Bench;
use crate::contestant::{Contestant, Program, Reference};
use crate::cores::Cores;
use crate::load::transfer::courier::Courier;
use crate::load::transfer::opaque::Opaque;
use crate::load::transfer::plain;
use crate::population::{Lists, Population};
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup};

const MB: usize = 1_000_000;
/// Bytes of a file in one packet of the switchboard.
const PACKET: usize = 1202;

/// Over the switchboard.
pub(super) const SWITCHBOARD: Row = Row {
    name: "file-switchboard",
    what: "a file of 50 MB over the switchboard, next to as many opaque messages of 1,344 bytes from socket to socket, \
           64 at a time and each with an ACK, without the service",
    method: "clock, from the offer until both sides are done, from file to file; median of the ratios of a round",
    figures: &[
        Figure::ratio(
            "speed of a file over the switchboard next to an opaque stream without the service",
            0,
            Target::at_least(0.6, 0.8),
        ),
        // Gigabit Ethernet: no slower than the wire.
        Figure::plain(
            "speed of a file over the switchboard",
            "MB/s",
            0,
            Target::AtLeast { must: Some(125.0), want: None },
        ),
    ],
    against: Some(Reference::OpaqueStream),
    rounds: 7,
    warm_up: true,
    placement: Placement::Anywhere,
    start: |bench, contestant| start(bench, contestant, TransferRoute::Switchboard),
};

/// Over the switchboard, next to the most that the switchboard itself relays.
pub(super) const RELAYED: Row = Row {
    name: "file-relayed",
    what: "the same next to as many opaque messages of 1,344 bytes that the same service relays, 64 at a time",
    figures: &[Figure::ratio(
        "speed of a file over the switchboard next to opaque messages over the switchboard",
        0,
        Target::AtLeast { must: Some(0.6), want: Some(0.8) },
    )],
    against: Some(Reference::OpaqueTalk),
    ..SWITCHBOARD
};

/// Over a connection of the two clients.
pub(super) const DIRECT: Row = Row {
    name: "file-direct",
    what: "a file of 50 MB over a direct connection, next to a plain TCP copy",
    figures: &[
        Figure::ratio(
            "speed of a file over a direct connection next to a TCP copy",
            0,
            Target::AtLeast { must: Some(0.5), want: None },
        ),
        Figure::plain("speed of a file over a direct connection", "MB/s", 0, Target::None),
    ],
    against: Some(Reference::PlainCopy),
    start: |bench, contestant| start(bench, contestant, TransferRoute::Direct),
    ..SWITCHBOARD
};

/// The clients' memory.
pub(super) const MEMORY: Row = Row {
    name: "file-memory",
    what: "additional memory of a client for a file of 200 MB, compared with one of 5 MB",
    method: "VmHWM of sender and receiver over both routes, the greatest of the four differences",
    figures: &[Figure::plain(
        "additional memory of a client for a file of 200 MB",
        "KiB",
        0,
        Target::AtMost { must: Some(4096.0), want: None },
    )],
    against: None,
    rounds: 1,
    warm_up: false,
    start: |bench, contestant| {
        let service = service(contestant.program()?)?;
        let sizes = bench.pick([MB, 4 * MB], [5 * MB, 200 * MB]);
        Ok(Box::new(move || {
            let mut growth = 0.0_f64;
            for route in [TransferRoute::Switchboard, TransferRoute::Direct] {
                let [small, large] = [peaks(&service, route, sizes[0])?, peaks(&service, route, sizes[1])?];
                growth = large.iter().zip(small).map(|(large, small)| large - small).fold(growth, f64::max);
            }
            Ok(vec![growth])
        }))
    },
    ..SWITCHBOARD
};

/// Two people that are each other's contacts, with a password.
fn service(program: &Program) -> Result<Service> {
    let population =
        Population { users: 1, friends: 1, listed: 1, lists: Lists::Mutual, with_password: true };
    let setup = Setup { words: &["--https", "127.0.0.1:0"], ..Setup::new(population).on(Cores::All) };
    Service::start(program, &setup)
}

/// Rounds of a speed in MB a second.
fn start(bench: &Bench, contestant: &Contestant, route: TransferRoute) -> Result<Box<dyn Trial>> {
    let size = bench.pick(MB, 50 * MB);
    let rate = move |time: Duration| Ok(vec![size as f64 / MB as f64 / time.as_secs_f64()]);
    let folder = tempfile::tempdir()?;
    match contestant {
        Contestant::Program(program) => {
            let service = service(program)?;
            let file = make(&folder, size)?;
            let mut courier = Courier::start(&service, route)?;
            Ok(Box::new(move || {
                // It lives as long as its clients.
                service.doors();
                rate(courier.carry(&file, folder.path())?)
            }))
        }
        Contestant::OpaqueStream => {
            let mut opaque = Opaque::open()?;
            Ok(Box::new(move || rate(opaque.send(size.div_ceil(PACKET))?)))
        }
        Contestant::OpaqueTalk(program) => {
            let population = Population { users: 2, ..Population::default() };
            let service = Service::start(program, &Setup::new(population).on(Cores::All))?;
            let mut opaque = Opaque::open_at(&service)?;
            Ok(Box::new(move || {
                // It lives as long as its clients.
                service.doors();
                rate(opaque.send(size.div_ceil(PACKET))?)
            }))
        }
        Contestant::PlainCopy => {
            let (file, copied) = (make(&folder, size)?, folder.path().join("copy"));
            Ok(Box::new(move || {
                let time = plain::copy(&file, &copied)?;
                fs::remove_file(folder.path().join("copy"))?;
                rate(time)
            }))
        }
        other => bail!("{other:?} takes no part in this row"),
    }
}

/// The most memory of the processes of a sender and a receiver that carry one file, in KiB.
fn peaks(service: &Service, route: TransferRoute, size: usize) -> Result<[f64; 2]> {
    let folder = tempfile::tempdir()?;
    let mut courier = Courier::start(service, route)?;
    courier.carry(&make(&folder, size)?, folder.path())?;
    courier.peaks()
}

/// A file of so many bytes that are not all the same.
fn make(folder: &TempDir, size: usize) -> Result<PathBuf> {
    let path: &Path = folder.path();
    let path = path.join("file");
    // Neighbouring packets differ: one in the place of the other makes another file.
    let bytes: Vec<u8> = (0..size).map(|at| (at * 31 + at / 251) as u8).collect();
    fs::write(&path, bytes)?;
    Ok(path)
}
