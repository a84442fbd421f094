//! Changes of lists that are on the disk when they are acknowledged.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::load::list_changes::Changers;
use crate::meters::disk::fsync_rate;
use crate::meters::slow_disk::slow_fsync_rate;
use crate::population::Population;
use crate::postgres::Postgres;
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup, Under, disk};

const CLIENTS: usize = 50;
/// The contacts that they add and remove.
const CONTACTS: usize = 500;
const TIME: Duration = Duration::from_secs(3);
/// The time for which the disk is measured before each round.
const DISK: Duration = Duration::from_millis(700);

/// With SQLite.
pub(super) const SQLITE: Row = Row {
    name: "list-changes",
    what: "stored list changes of 50 clients (ADD FL, REM FL), one on its way for each, with SQLite on a disk",
    method: "clock and schedstat, 3 s a round; before each round the disk's own fsync rate F, each after a block of 4 KiB",
    figures: &[
        Figure::plain(
            "list changes a second, 50 clients, SQLite, next to fsync rate",
            "× F",
            0,
            Target::at_least(6.0, 15.0),
        ),
        Figure::plain("CPU of a list change", "µs", 1, Target::AtMost { must: Some(150.0), want: None }),
        Figure::plain("list changes a second, 50 clients, SQLite", "/s", 2, Target::None),
        Figure::plain("the disk's fsync rate F", "/s", 3, Target::None),
    ],
    against: None,
    rounds: 5,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let setup = Setup { disk: Some(disk()), ..Setup::new(population()) };
        change(bench, Service::start(contestant.program()?, &setup)?, None, fsync_rate)
    },
};

/// With SQLite on a disk that is slow everywhere: how many changes share a write does not depend on the machine.
pub(super) const SLOW: Row = Row {
    name: "list-changes-slow",
    what: "the same on a disk on which each fsync takes 5 ms more, as on one that turns",
    method: "as list-changes, the service and the measure of the disk under strace --inject=fsync,fdatasync:delay_exit=5000",
    figures: &[
        Figure::plain(
            "list changes a second, 50 clients, SQLite, next to the fsync rate of a slow disk",
            "× F",
            0,
            Target::at_least(6.0, 15.0),
        ),
        Figure::plain("CPU of a list change on a slow disk", "µs", 1, Target::None),
        Figure::plain("list changes a second, 50 clients, SQLite, slow disk", "/s", 2, Target::None),
        Figure::plain("the slow disk's fsync rate F", "/s", 3, Target::None),
    ],
    start: |bench, contestant| {
        let setup = Setup { disk: Some(disk()), under: Under::SlowDisk, ..Setup::new(population()) };
        change(bench, Service::start(contestant.program()?, &setup)?, None, slow_fsync_rate)
    },
    ..SQLITE
};

/// With PostgreSQL.
pub(super) const POSTGRES: Row = Row {
    name: "list-changes-postgres",
    what: "the same with PostgreSQL, of which a private server is started",
    figures: &[
        Figure::plain(
            "list changes a second, 50 clients, PostgreSQL, next to fsync rate",
            "× F",
            0,
            Target::None,
        ),
        Figure::plain("CPU of a list change, PostgreSQL (the service's part)", "µs", 1, Target::None),
        // Three times of what it was, 431 to 622 a second.
        Figure::plain(
            "list changes a second, 50 clients, PostgreSQL",
            "/s",
            2,
            Target::AtLeast { must: Some(1866.0), want: None },
        ),
    ],
    start: |bench, contestant| start_with_postgres(bench, contestant),
    ..SQLITE
};

fn population() -> Population {
    Population { users: CLIENTS, friends: CONTACTS, ..Population::default() }
}

fn start_with_postgres(bench: &Bench, contestant: &Contestant) -> Result<Box<dyn Trial>> {
    let postgres = Postgres::start()?;
    let setup = Setup { database: Some(postgres.url().to_owned()), ..Setup::new(population()) };
    change(bench, Service::start(contestant.program()?, &setup)?, Some(postgres), fsync_rate)
}

fn change(
    bench: &Bench,
    service: Service,
    postgres: Option<Postgres>,
    rate_of_disk: fn(&Path, Duration) -> Result<f64>,
) -> Result<Box<dyn Trial>> {
    let mut changers = Changers::sign_in(&service, CLIENTS, CONTACTS)?;
    let (time, disk_time) = bench.pick((TIME / 10, DISK / 7), (TIME, DISK));
    Ok(Box::new(move || {
        let folder: &Path = postgres.as_ref().map_or(service.folder(), Postgres::folder);
        let fsync = rate_of_disk(folder, disk_time)?;
        let before = service.process().cpu()?;
        let (changes, took) = changers.change(time)?;
        let cpu = (service.process().cpu()? - before) / changes as f64;
        let rate = changes as f64 / took.as_secs_f64();
        Ok(vec![rate / fsync, cpu, rate, fsync])
    }))
}
