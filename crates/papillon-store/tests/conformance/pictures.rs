//! Display pictures that are kept for people.

use papillon_store::{AccountId, Picture};

use crate::place::*;

fn picture(bytes: &[u8]) -> Picture {
    Picture { content_type: "image/png".into(), bytes: bytes.into() }
}

pub async fn a_picture_is_kept_replaced_and_removed(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    assert_eq!(store.picture(alice).await.unwrap(), None);
    store.remove_picture(alice).await.unwrap();
    let other = Picture { content_type: "image/gif".into(), bytes: vec![0xff; Picture::MAX_LEN] };
    for picture in [picture(&[0, 255, 10]), other, picture(&[])] {
        store.set_picture(alice, &picture).await.unwrap();
        assert_eq!(store.picture(alice).await.unwrap(), Some(picture));
    }
    let too_large = picture(&vec![0; Picture::MAX_LEN + 1]);
    refused!(store.set_picture(alice, &too_large), PictureTooLarge);
    assert_eq!(store.picture(alice).await.unwrap(), Some(picture(&[])));
    assert_eq!(store.picture(bob).await.unwrap(), None);
    store.remove_picture(alice).await.unwrap();
    assert_eq!(store.picture(alice).await.unwrap(), None);
    refused!(store.set_picture(AccountId(99), &picture(b"x")), UnknownAccount);
    refused!(store.remove_picture(AccountId(99)), UnknownAccount);
}

pub async fn a_picture_goes_with_its_account(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    store.set_picture(alice, &picture(b"x")).await.unwrap();
    store.remove_account(&handle("alice")).await.unwrap();
    assert_eq!(store.picture(alice).await.unwrap(), None);
    refused!(store.set_picture(alice, &picture(b"x")), UnknownAccount);
}
