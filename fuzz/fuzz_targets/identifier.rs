//! Whatever is typed has a form that can be looked up; on an empty store it names nobody.
#![no_main]

use std::sync::LazyLock;

use doorward::{Authenticator, Keys, Managed, MemoryStore};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static DOOR: LazyLock<(Authenticator, Runtime)> = LazyLock::new(|| {
    let keys = Keys::parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    let door = Authenticator::builder().store(MemoryStore::new()).keys(keys);
    (door.build().unwrap(), Builder::new_current_thread().enable_time().build().unwrap())
});

// An operator's look-up, for it folds and indexes like a login and costs no hash.
fuzz_target!(|typed: &str| {
    let (door, runtime) = &*DOOR;
    let answer = runtime.block_on(door.enable(typed));
    assert_eq!(answer.unwrap(), Managed::NoSuchAccount);
});
