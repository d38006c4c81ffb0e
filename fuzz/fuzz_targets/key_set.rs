//! Text is a set of root secrets or an error. Whichever root is then promoted and whichever retired, the
//! set has one primary, which opens, forgets no id, and is written and read again as it is.
#![no_main]

use doorward_fields::KeySet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(mut set) = KeySet::parse(text) else { return };
    check(&set);
    let ids: Vec<_> = set.ids().collect();
    for id in &ids {
        let _ = set.promote(*id);
        let _ = set.set_minimum_open(*id);
        let _ = set.retire(ids[ids.len() / 2]);
        assert_eq!(set.ids().count(), ids.len());
        check(&set);
    }
});

fn check(set: &KeySet) {
    assert_eq!(set.statuses().filter(|(_, status)| status.seals()).count(), 1);
    assert!(set.minimum_open() <= set.primary_id());
    let written = set.expose_secret();
    let again = KeySet::parse(&written).unwrap();
    assert_eq!(*again.expose_secret(), *written);
    assert!(again.statuses().eq(set.statuses()));
}
