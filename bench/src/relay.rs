//! The cost of a relayed message: system calls, and CPU time next to the [ceiling](crate::ceiling).

use anyhow::Result;

use crate::conversation::Conversation;
use crate::process::Process;
use crate::service::Population;
use crate::system_calls::Counter;
use crate::table::Table;
use crate::traffic::Traffic;

/// System calls a message without an `ACK`, and with one.
const CALLS: [(char, f64); 2] = [('U', 2.3), ('A', 3.4)];
const WARM_UP: usize = 4_000;
const ROUNDS: usize = 3;

/// One way in which people talk.
struct Shape {
    name: &'static str,
    conversations: usize,
    people: usize,
    burst: usize,
    messages: usize,
}

const SHAPES: [Shape; 4] = [
    Shape { name: "100 pairs, 1 in flight", conversations: 100, people: 2, burst: 1, messages: 60_000 },
    Shape { name: "burst 50 × 16", conversations: 50, people: 2, burst: 16, messages: 400_000 },
    Shape { name: "1 pair, 1 in flight", conversations: 1, people: 2, burst: 1, messages: 10_000 },
    Shape { name: "one to 100, a delivery", conversations: 1, people: 101, burst: 1, messages: 1_500 },
];

/// Counts system calls at twenty busy pairs, then weighs each shape.
pub fn measure(table: &mut Table) -> Result<()> {
    count_calls(table, 1)?;
    count_calls(table, 2)?;
    for shape in &SHAPES {
        weigh(shape, table)?;
    }
    Ok(())
}

fn count_calls(table: &mut Table, workers: usize) -> Result<()> {
    const PAIRS: usize = 20;
    const MESSAGES: usize = 40_000;
    let service = service(PAIRS * 2, workers)?;
    let mut traffic = Traffic::new(open(&service, PAIRS, 2)?)?;
    for (class, target) in CALLS {
        let what = format!("system calls a message, class {class}, {workers} worker(s)");
        traffic.run(class, 1, WARM_UP)?;
        let counter = match Counter::start(service.id()) {
            Ok(counter) => counter,
            Err(error) => {
                table.unmeasured(&what, error.to_string());
                continue;
            }
        };
        traffic.run(class, 1, MESSAGES)?;
        let count = counter.stop()?;
        let each = |count: f64| count / MESSAGES as f64;
        let named: Vec<String> = count
            .named
            .iter()
            // A smaller share would be shown as 0.00.
            .filter(|(_, count)| each(*count) >= 0.005)
            .map(|(name, count)| format!("{name} {:.2}", each(*count)))
            .collect();
        let method = format!(
            "{}, {PAIRS} pairs, 1 in flight, {MESSAGES} messages of 100–400 bytes ({})",
            count.tool,
            named.join(", ")
        );
        match workers {
            1 => table.judge(&what, each(count.total), "", target, method),
            _ => table.note(&what, format!("{:.2}", each(count.total)), method),
        }
    }
    Ok(())
}

/// Service and ceiling take turns, so that both meet the same machine; the least of each counts.
fn weigh(shape: &Shape, table: &mut Table) -> Result<()> {
    let service = service(shape.conversations * shape.people, 1)?;
    let ceiling = Process::start(&["--ceiling"])?;
    let mut at_ceiling = Vec::new();
    for number in 0..shape.conversations {
        // From 1: the ceiling takes 0 for a connection that has named no group.
        at_ceiling.push(Conversation::open_at_ceiling(&ceiling, number + 1, shape.people)?);
    }
    let mut at_ceiling = Traffic::new(at_ceiling)?;
    let mut at_service = Traffic::new(open(&service, shape.conversations, shape.people)?)?;
    let deliveries = (shape.messages * (shape.people - 1)) as f64;
    let mut least = [f64::INFINITY; 3];
    for round in 0..=ROUNDS {
        let costs = [
            cost(&ceiling, &mut at_ceiling, 'U', shape, deliveries)?,
            cost(&service, &mut at_service, 'U', shape, deliveries)?,
            cost(&service, &mut at_service, 'A', shape, deliveries)?,
        ];
        // The first round warms up.
        if round > 0 {
            least.iter_mut().zip(costs).for_each(|(least, cost)| *least = least.min(cost));
        }
    }
    let [floor, plain, acknowledged] = least;
    table.note(
        &format!("CPU a delivered message, {}", shape.name),
        format!(
            "U {plain:.2} µs = {:.2} ×, A {acknowledged:.2} µs = {:.2} ×",
            plain / floor,
            acknowledged / floor
        ),
        format!("schedstat, least of {ROUNDS} × {} messages; raw epoll relay {floor:.2} µs", shape.messages),
    );
    Ok(())
}

fn cost(
    process: &Process,
    traffic: &mut Traffic,
    class: char,
    shape: &Shape,
    deliveries: f64,
) -> Result<f64> {
    let before = process.cpu()?;
    traffic.run(class, shape.burst, shape.messages)?;
    Ok((process.cpu()? - before) / deliveries)
}

fn service(users: usize, workers: usize) -> Result<Process> {
    let words = Population { users, friends: 0, mutual: 0 }.words(workers);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Two workers need both cores, and share one of them with the load.
    if workers == 1 { Process::start(&words) } else { Process::start_unbound(&words) }
}

fn open(service: &Process, conversations: usize, people: usize) -> Result<Vec<Conversation>> {
    (0..conversations).map(|number| Conversation::open(service, number * people, people)).collect()
}
