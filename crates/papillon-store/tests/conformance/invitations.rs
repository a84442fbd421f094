//! Invitations, and the accounts that are made with them.

use std::sync::Arc;

use papillon_store::{AccountId, Invitation, InvitationCode, NewInvitation, Refusal, Store, StoreError};

use crate::place::*;

/// When [`new_account`] makes accounts.
const NOW: i64 = 1_000_000;

fn code(number: u8) -> InvitationCode {
    InvitationCode::from_random([number; 10])
}

fn new(number: u8, made_by: Option<AccountId>, expires_at: i64, uses: u32) -> NewInvitation {
    NewInvitation { code: code(number), made_by, made_at: NOW, expires_at, uses }
}

async fn uses_left(store: &Arc<dyn Store>, number: u8) -> i64 {
    let all = store.invitations().await.unwrap();
    all.into_iter().find(|invitation| invitation.code == code(number)).unwrap().uses_left
}

pub async fn an_invitation_makes_accounts_until_it_is_used_up(place: Place) {
    let store = place.open().await;
    let root = person(&store, "root").await;
    store.create_invitation(new(1, Some(root), NOW + 10, 2)).await.unwrap();
    store.create_invitation(new(2, None, NOW + 20, 1)).await.unwrap();
    let all = store.invitations().await.unwrap();
    let [second, first] = &all[..] else { panic!("{all:?}") };
    assert_eq!((&second.made_by, second.expires_at, second.uses_left), (&None, NOW + 20, 1));
    let expected = Invitation {
        id: first.id,
        code: code(1),
        made_by: Some(handle("root")),
        made_at: NOW,
        expires_at: NOW + 10,
        uses_left: 2,
    };
    assert_eq!(*first, expected);

    let made = store.create_invited_account(new_account("alice"), &code(1)).await.unwrap();
    assert_eq!(store.account(&handle("alice")).await.unwrap(), Some(made));
    assert_eq!(uses_left(&store, 1).await, 1);
    store.create_invited_account(new_account("bob"), &code(1)).await.unwrap();
    refused!(store.create_invited_account(new_account("carol"), &code(1)), InvitationInvalid);
    assert_eq!(store.account(&handle("carol")).await.unwrap(), None);
    assert_eq!((uses_left(&store, 1).await, uses_left(&store, 2).await), (0, 1));

    store.remove_account(&handle("root")).await.unwrap();
    assert!(store.invitations().await.unwrap().iter().all(|invitation| invitation.made_by.is_none()));
    refused!(store.create_invitation(new(3, Some(root), NOW + 10, 1)), UnknownAccount);
}

pub async fn an_invitation_ends(place: Place) {
    let store = place.open().await;
    store.create_invitation(new(1, None, NOW, 5)).await.unwrap();
    store.create_invitation(new(2, None, NOW + 1, 5)).await.unwrap();
    refused!(store.create_invited_account(new_account("alice"), &code(1)), InvitationInvalid);
    store.create_invited_account(new_account("alice"), &code(2)).await.unwrap();
    // The next one sweeps.
    let later = NewInvitation { made_at: NOW + 1, ..new(3, None, NOW + 100, 1) };
    store.create_invitation(later).await.unwrap();
    let left: Vec<_> = store.invitations().await.unwrap().into_iter().map(|left| left.code).collect();
    assert_eq!(left, [code(3)]);
}

pub async fn who_has_no_invitation_learns_nothing(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    for name in ["alice", "bob"] {
        refused!(store.create_invited_account(new_account(name), &code(1)), InvitationInvalid);
    }
}

pub async fn a_failed_registration_uses_nothing(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    store.create_invitation(new(1, None, NOW + 10, 1)).await.unwrap();
    refused!(store.create_invited_account(new_account("alice"), &code(1)), AccountExists);
    assert_eq!(uses_left(&store, 1).await, 1);
}

pub async fn an_invitation_is_taken_back(place: Place) {
    let store = place.open().await;
    store.create_invitation(new(1, None, NOW + 10, 1)).await.unwrap();
    let id = store.invitations().await.unwrap()[0].id;
    for _ in 0..2 {
        store.revoke_invitation(id).await.unwrap();
    }
    assert_eq!(store.invitations().await.unwrap(), []);
    refused!(store.create_invited_account(new_account("alice"), &code(1)), InvitationInvalid);
}

pub async fn only_so_many_accounts_in_a_race(place: Place) {
    let stores = [place.open().await, place.open().await];
    stores[0].create_invitation(new(1, None, NOW + 10, 3)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..12 {
        let store = stores[number % 2].clone();
        tasks.spawn(async move {
            match store.create_invited_account(new_account(&format!("p{number}")), &code(1)).await {
                Ok(_) => true,
                Err(StoreError::Refused(Refusal::InvitationInvalid)) => false,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let made = tasks.join_all().await.into_iter().filter(|made| *made).count();
    assert_eq!((made, stores[0].accounts().await.unwrap().len()), (3, 3));
    assert_eq!(uses_left(&stores[1], 1).await, 0);
}

pub async fn a_thousand_invitations_and_no_more(place: Place) {
    let store = place.open().await;
    place
        .tamper(
            "INSERT INTO invitations (code, made_at, expires_at, uses_left) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
             SELECT concat('x', i), 1, CASE i WHEN 1 THEN 1000005 ELSE 2000000 END, 1 FROM n",
        )
        .await;
    store.create_invitation(new(1, None, NOW + 10, 1)).await.unwrap();
    refused!(store.create_invitation(new(2, None, NOW + 10, 1)), TooManyInvitations);
    let later = NewInvitation { made_at: NOW + 6, ..new(2, None, NOW + 10, 1) };
    store.create_invitation(later).await.unwrap();
}
