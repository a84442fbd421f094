//! A school behind one address, with the default limits: its people sign in, get their lists, and talk.

use std::collections::HashSet;
use std::sync::Arc;

use msnp_testkit::{Ns, Sb, TestServer, http, person, words};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const PEOPLE: usize = 300;
/// As many sign in, or talk, at the same moment. So nobody waits for more passwords than these, on however slow a machine.
const AT_ONCE: usize = 16;

/// A person in the middle of a lesson.
struct Pupil {
    number: usize,
    ns: Ns,
    /// The contacts that are there, as far as the client has been told.
    there: HashSet<String>,
}

fn pupil(number: usize) -> String {
    person(&format!("pupil{}", number % PEOPLE))
}

/// The people that sit beside somebody.
fn neighbours(number: usize) -> HashSet<String> {
    [pupil(number + 1), pupil(number + PEOPLE - 1)].into()
}

impl Pupil {
    async fn arrive(server: &TestServer, number: usize) -> Self {
        let mut ns =
            Ns::enter(&server.addresses, &pupil(number), if number.is_multiple_of(2) { 8 } else { 9 }).await;
        let lists = ns.syn().await;
        let listed: HashSet<_> = lists.of("LST").iter().map(|line| words(line)[1].to_owned()).collect();
        assert_eq!(listed, neighbours(number));
        let lines = ns.chg("NLN").await;
        let mut this = Self { number, ns, there: HashSet::new() };
        this.hear(&lines);
        this
    }

    fn hear(&mut self, lines: &[String]) {
        for line in lines {
            match words(line)[..] {
                ["ILN", _, "NLN", handle, ..] | ["NLN", "NLN", handle, ..] => {
                    self.there.insert(handle.into())
                }
                _ => panic!("{} hears {line}", self.ns.handle),
            };
        }
    }
}

/// A conversation of two people, with a text each way.
async fn talk(mut one: Pupil, mut other: Pupil) -> [Pupil; 2] {
    let mut hers = Sb::open(&mut one.ns).await;
    let mut his = hers.invite(&mut other.ns).await;
    for text in 1..=5 {
        hers.msg(text, 'A', b"What is seven times eight?").await;
        assert_eq!(his.receive(&one.ns.handle).await, b"What is seven times eight?");
        hers.expect(&format!("ACK {text}")).await;
        his.msg(text, 'N', b"54").await;
        assert_eq!(hers.receive(&other.ns.handle).await, b"54");
    }
    [one, other]
}

/// The reasons for which something was turned away, as the metrics tell them.
async fn refusals(server: &TestServer) -> Vec<String> {
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = http::request(server.addresses.metrics, request).await;
    let text = String::from_utf8(answer.body).expect("UTF-8");
    let refused: Vec<_> = text.lines().filter(|line| line.starts_with("papillon_refusals_total{")).collect();
    assert!(refused.len() > 10, "{text}");
    refused.into_iter().filter(|line| !line.ends_with(" 0")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_school_signs_in_and_talks() {
    let server = Arc::new(TestServer::start().await);
    for number in 0..PEOPLE {
        server.befriend(&pupil(number), &pupil(number + 1)).await;
    }
    let turns = Arc::new(Semaphore::new(AT_ONCE));

    let mut coming = JoinSet::new();
    for number in 0..PEOPLE {
        let (server, turns) = (Arc::clone(&server), Arc::clone(&turns));
        coming.spawn(async move {
            let _turn = turns.acquire_owned().await.expect("the semaphore stays");
            Pupil::arrive(&server, number).await
        });
    }
    let mut people = coming.join_all().await;
    assert_eq!(people.len(), PEOPLE);
    for pupil in &mut people {
        let lines = pupil.ns.fence().await;
        pupil.hear(&lines);
        assert_eq!(pupil.there, neighbours(pupil.number), "{}", pupil.ns.handle);
    }

    people.sort_unstable_by_key(|pupil| pupil.number);
    let mut talking = JoinSet::new();
    let mut rest = people.into_iter();
    while let (Some(one), Some(other)) = (rest.next(), rest.next()) {
        let turns = Arc::clone(&turns);
        talking.spawn(async move {
            let _turn = turns.acquire_owned().await.expect("the semaphore stays");
            talk(one, other).await
        });
    }
    let mut people: Vec<_> = talking.join_all().await.into_iter().flatten().collect();
    assert_eq!(people.len(), PEOPLE);
    for pupil in &mut people {
        pupil.ns.quiet().await;
    }
    assert_eq!(refusals(&server).await, Vec::<String>::new());
}
