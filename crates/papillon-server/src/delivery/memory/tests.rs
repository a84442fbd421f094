use proptest::prelude::*;

use super::*;

const LIMITS: MemoryLimits = MemoryLimits { all: 100 * STEP, address: 60 * STEP, account: 40 * STEP };

fn address(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

/// A share, and the charges of a queue and of a tunnel's bytes.
struct Client {
    share: Share,
    charged: [usize; 2],
}

impl Client {
    fn new(memory: &Arc<Memory>, from: u8) -> Self {
        Self { share: memory.share(address(from)), charged: [0; 2] }
    }

    fn change(&mut self, which: usize, bytes: usize) -> Result<(), Excess> {
        self.share.change(&mut self.charged[which], bytes)
    }
}

#[test]
fn a_charge_that_finds_no_room_changes_nothing() {
    let memory = Memory::new(LIMITS);
    let mut one = Client::new(&memory, 1);
    assert_eq!(one.share.belongs_to(AccountId(7)), Ok(true));
    // The connection itself counts for the account: eight steps of forty.
    assert_eq!(one.change(0, 33 * STEP), Err(Excess::Account));
    assert_eq!(one.change(0, 32 * STEP + STEP - 1), Ok(()));
    assert_eq!((one.charged[0], memory.charged()), (32 * STEP, 32 * STEP));
    assert_eq!(one.change(1, STEP), Err(Excess::Account));
    assert_eq!((one.charged[1], memory.charged()), (0, 32 * STEP));

    let mut same_address = Client::new(&memory, 1);
    assert_eq!(same_address.change(0, 13 * STEP), Err(Excess::Address));
    assert_eq!(same_address.change(0, 12 * STEP), Ok(()));
    let mut other = Client::new(&memory, 2);
    assert_eq!(other.change(0, 52 * STEP), Ok(()));
    let mut third = Client::new(&memory, 3);
    assert_eq!(third.change(0, 5 * STEP), Err(Excess::All));
    assert_eq!(third.change(0, 4 * STEP), Ok(()));

    assert_eq!(one.change(0, 0), Ok(()));
    assert_eq!(memory.charged(), 68 * STEP);
    drop((one, same_address, other, third));
    assert!(memory.is_empty());
}

#[test]
fn an_account_counts_from_the_moment_in_which_it_is_known() {
    let memory = Memory::new(LIMITS);
    let mut one = Client::new(&memory, 1);
    assert_eq!(one.change(0, 30 * STEP), Ok(()));
    assert_eq!(one.share.belongs_to(AccountId(7)), Ok(true));
    assert_eq!(one.share.belongs_to(AccountId(8)), Ok(false));
    let second = Client::new(&memory, 2);
    assert_eq!(second.share.belongs_to(AccountId(7)), Err(Excess::Account));
    drop((one, second));
    assert!(memory.is_empty());
}

#[test]
fn a_request_is_charged_until_it_is_over() {
    let memory = Memory::new(LIMITS);
    let first = memory.charge(address(1), 50 * STEP).expect("there is room");
    assert_eq!(memory.charge(address(1), 11 * STEP).err(), Some(Excess::Address));
    let connection = memory.charge_connection(address(2), 60 * STEP).expect("all do not count it");
    assert_eq!(memory.charge(address(3), 51 * STEP).err(), Some(Excess::All));
    drop((first, connection));
    assert!(memory.is_empty());
}

#[tokio::test]
async fn scarcity_is_told_before_there_is_none_left() {
    let memory = Memory::new(LIMITS);
    let mut one = Client::new(&memory, 1);
    assert_eq!((one.change(0, 44 * STEP), one.share.crowding()), (Ok(()), None));
    assert_eq!((one.change(0, 45 * STEP), one.share.crowding()), (Ok(()), Some(Excess::Address)));
    memory.crowded().await;
}

#[derive(Debug, Clone)]
enum Step {
    Come { from: u8 },
    Belong { at: usize, account: i64 },
    Change { at: usize, which: usize, bytes: usize },
    Request { from: u8, bytes: usize },
    Go { at: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4_u8).prop_map(|from| Step::Come { from }),
        (0..8_usize, 0..4_i64).prop_map(|(at, account)| Step::Belong { at, account }),
        (0..8_usize, 0..2_usize, 0..40 * STEP).prop_map(|(at, which, bytes)| Step::Change {
            at,
            which,
            bytes
        }),
        (0..4_u8, 0..40 * STEP).prop_map(|(from, bytes)| Step::Request { from, bytes }),
        (0..8_usize).prop_map(|at| Step::Go { at }),
    ]
}

proptest! {
    /// Whatever happens, no limit is exceeded by what was let through, and nothing is left when all are gone.
    #[test]
    fn what_is_charged_is_given_back(steps in prop::collection::vec(step(), 0..200)) {
        let memory = Memory::new(LIMITS);
        let mut clients: Vec<Client> = Vec::new();
        let mut requests = Vec::new();
        for step in steps {
            let count = clients.len().max(1);
            match step {
                Step::Come { from } => clients.push(Client::new(&memory, from)),
                Step::Belong { at, account } => {
                    // A client that its account has no room for goes.
                    if let Some(client) = clients.get(at % count)
                        && client.share.belongs_to(AccountId(account)).is_err()
                    {
                        clients.swap_remove(at % count);
                    }
                }
                Step::Change { at, which, bytes } => {
                    if let Some(client) = clients.get_mut(at % count) {
                        let before = client.charged[which];
                        if client.change(which, bytes).is_err() {
                            prop_assert_eq!(client.charged[which], before);
                        }
                    }
                }
                Step::Request { from, bytes } => requests.extend(memory.charge(address(from), bytes)),
                Step::Go { at } => {
                    if !clients.is_empty() {
                        clients.swap_remove(at % count);
                    }
                    requests.pop();
                }
            }
            let waiting: usize = clients.iter().flat_map(|client| client.charged).sum();
            let under_way: usize = requests.iter().map(|charge| charge.bytes).sum();
            prop_assert_eq!(memory.charged(), waiting + under_way);
            prop_assert!(memory.charged() <= LIMITS.all);
        }
        drop((clients, requests));
        prop_assert!(memory.is_empty());
    }
}
