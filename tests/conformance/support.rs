//! People and dialects.

use msnp_testkit::{Ns, Sb, TestServer, Wire};

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";
pub const CAROL: &str = "carol@example.com";
pub const DIALECTS: [u32; 2] = [8, 9];

/// A picture as clients write it into `CHG`.
pub const OBJECT: &str = "%3Cmsnobj%20Creator%3D%22alice%40example.com%22%20Size%3D%2224539%22%20Type%3D%223%22\
    %20Location%3D%22TFR2C.tmp%22%20Friendly%3D%22AAA%3D%22%20SHA1D%3D%22trC8SlFx2sWQxZMIBAWSEnXc8oQ%3D%22\
    %20SHA1C%3D%22U32o6bosZzluJq82eAtMpx5dIEI%3D%22%2F%3E";

/// Alice and Bob with each other on their lists, both online. Nothing is left to be read.
pub async fn friends(server: &TestServer, dialect: u32) -> (Ns, Ns) {
    server.befriend(ALICE, BOB).await;
    let mut alice = Ns::online(server, ALICE, dialect).await;
    let bob = Ns::online(server, BOB, dialect).await;
    alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
    (alice, bob)
}

/// A conversation of Alice's, and Bob in it, whose system takes little of what he does not read.
pub async fn slow_guest(alice: &mut Ns, bob: &mut Ns) -> (Sb, Sb) {
    let mut seat = Sb::open(alice).await;
    seat.call(BOB).await;
    let door = bob.ring().await;
    let wire = Wire::connect_with_small_buffer(door.address).await;
    let (guest, _) = Sb::answer_over(wire, BOB, &door).await;
    seat.expect(&format!("JOI {BOB} Bob")).await;
    (seat, guest)
}

/// A line that ends the connection without a word.
pub async fn ends(mut ns: Ns, line: &str) {
    ns.send(line).await;
    ns.closed().await;
}

/// Numbers that are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    pub fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}
