//! The families of metrics, in the order in which they are shown.

use std::fmt;

use papillon_store::{DURATION_BOUNDS, OperationCounts, Store};

use super::page::Page;
use crate::counts::{Counts, Door, Loss, Outcome, Way};
use crate::passport::Passport;
use crate::refusals::{Refusal, Refusals};
use crate::service::Service;

/// Writes all of them.
pub(super) fn show(page: &mut Page<'_>, service: &Service, passport: &Passport) -> fmt::Result {
    let version = [([("version", env!("CARGO_PKG_VERSION"))], 1)];
    page.gauges("build_info", "1; the label has the version of the program.", version)?;
    page.gauge("people", "People signed in.", service.directory.count())?;
    connections(page, &service.counts)?;
    messages(page, &service.counts)?;
    refusals(page, &service.refusals)?;
    let waiting = service.open.waiting();
    queues(page, &service.counts, waiting)?;
    let charged = service.memory.charged();
    page.gauge("memory_charged_bytes", "Bytes that count against memory_bytes.", charged)?;
    sign_ins(page, &service.counts, passport)?;
    store(page, &*service.store)
}

fn connections(page: &mut Page<'_>, counts: &Counts) -> fmt::Result {
    let doors = || Door::ALL.into_iter();
    let open = doors().flat_map(|door| door.roles().iter().map(move |role| (door, *role)));
    let open = open.map(|(door, role)| {
        ([("door", door.name()), ("role", role.name())], counts.connections.count(door, role))
    });
    page.gauges("connections", "Open connections.", open)?;
    let accepted = doors().map(|door| ([("door", door.name())], counts.connections.accepted(door)));
    page.counters("connections_accepted", "Connections since the start.", accepted)?;
    page.counter(
        "connections_panicked",
        "Connections that a fault of the service has ended.",
        counts.connections.panicked(),
    )?;
    page.gauge("conversations", "Open conversations.", counts.conversations.now())?;
    page.gauge("conversations_peak", "The most conversations at once.", counts.conversations.peak())
}

fn messages(page: &mut Page<'_>, counts: &Counts) -> fmt::Result {
    let traffic = &counts.traffic;
    page.counter("messages", "Messages relayed to at least one person.", traffic.messages())?;
    page.counter("message_bytes", "Bytes of the payloads of these messages.", traffic.bytes())?;
    page.counter("message_deliveries", "Recipients of these messages.", traffic.deliveries())?;
    let answers = [true, false]
        .map(|delivered| ([("answer", if delivered { "ack" } else { "nak" })], traffic.answers(delivered)));
    page.counters("message_answers", "Senders told that a message was delivered, or was not.", answers)?;
    let lost = |loss: Loss| [("reason", loss.name())];
    let lines = Loss::ALL.map(|loss| (lost(loss), traffic.losses(loss).1));
    page.counters("deliveries_dropped", "Lines that were given up before their client took them.", lines)?;
    let clients = Loss::ALL.into_iter().filter(|loss| *loss != Loss::Disconnected);
    let clients = clients.map(|loss| (lost(loss), traffic.losses(loss).0));
    page.counters("clients_dropped", "Clients disconnected by the service because of their queues.", clients)
}

fn refusals(page: &mut Page<'_>, refusals: &Refusals) -> fmt::Result {
    let all = Refusal::ALL.iter().map(|refusal| ([("reason", refusal.name())], refusals.count(*refusal)));
    page.counters("refusals", "Connections and requests that were turned away.", all)
}

fn queues(page: &mut Page<'_>, counts: &Counts, waiting: usize) -> fmt::Result {
    let (longest, inbound) = (&counts.traffic.longest_outbox, &counts.traffic.inbound);
    page.gauge("outbox_waiting_bytes", "Bytes that wait for clients.", waiting)?;
    page.gauge("outbox_longest_bytes", "The most bytes that waited for one client.", longest.peak())?;
    page.gauge(
        "inbound_waiting_bytes",
        "Bytes from gateway clients that wait for their turn.",
        inbound.now(),
    )?;
    page.gauge("inbound_waiting_bytes_peak", "The most of these at once.", inbound.peak())
}

fn sign_ins(page: &mut Page<'_>, counts: &Counts, passport: &Passport) -> fmt::Result {
    let all = Way::ALL.into_iter().flat_map(|way| Outcome::ALL.map(|outcome| (way, outcome)));
    // A password is no ticket, and a ticket waits in no queue.
    let all = all.filter(|(way, outcome)| match way {
        Way::Password => *outcome != Outcome::Ticket,
        Way::Ticket => !matches!(outcome, Outcome::Wrong | Outcome::Disabled | Outcome::Busy),
    });
    let all = all.map(|(way, outcome)| {
        ([("way", way.name()), ("outcome", outcome.name())], counts.sign_ins.count(way, outcome))
    });
    page.counters("sign_ins", "Sign-ins, by way and outcome.", all)?;
    page.gauge("sign_ins_waiting", "Sign-ins with a password that wait for their turn.", passport.waiting())?;
    let passwords = passport.passwords();
    let (waiting, in_work) = (&passwords.waiting, &passwords.in_work);
    page.gauge("passwords_waiting", "Passwords that wait for a processor to check them.", waiting.now())?;
    page.gauge("passwords_waiting_peak", "The most of these at once.", waiting.peak())?;
    page.gauge("passwords_in_work", "Passwords that are being checked.", in_work.now())
}

fn store(page: &mut Page<'_>, store: &dyn Store) -> fmt::Result {
    let measures = store.measures();
    let operations = [("read", measures.reads()), ("write", measures.writes())];
    let durations =
        operations.iter().map(|(kind, counts)| ([("operation", *kind)], counts.seconds, buckets(counts)));
    page.histograms(
        "store_operation_duration_seconds",
        "Durations of operations of the database, with the wait for their turn.",
        durations,
    )?;
    let failures = operations.iter().flat_map(|(kind, counts)| {
        let kinds = [("unavailable", counts.unavailable), ("corrupt", counts.corrupt)];
        kinds.map(|(failure, count)| ([("operation", *kind), ("failure", failure)], count))
    });
    page.counters("store_failures", "Operations of the database that failed.", failures)
}

fn buckets(counts: &OperationCounts) -> Vec<(f64, u64)> {
    let bounds = DURATION_BOUNDS.into_iter().chain([f64::INFINITY]);
    bounds.zip(counts.by_duration).collect()
}
