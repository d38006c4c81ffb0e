//! Requirement 25: an index rotates on a table that is written and read meanwhile.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use doorward_fields::{
    IndexBits, IndexKeys, IndexPlace, IndexedValue, KeyId, KeySet, RootKey, TextForm,
};
use proptest::prelude::*;

const PLACE: IndexPlace<'_> = IndexPlace { tenant: "acme", table: "users", field: "email" };
const OLD: KeyId = KeyId::new(1);
const NEW: KeyId = KeyId::new(2);

/// Old; old and new pending; new and old open-only; new and old retired.
fn stage(stage: usize) -> IndexKeys {
    let mut set = KeySet::new(RootKey::new(OLD, [1; 32]));
    if stage > 0 {
        set = set.with_pending(RootKey::new(NEW, [2; 32])).unwrap();
    }
    if stage > 1 {
        set.promote(NEW).unwrap();
    }
    if stage > 2 {
        set.retire(OLD).unwrap();
    }
    set.derive_index_keys("users")
}

/// The indexes to write at a stage, and those to look under.
trait Kind {
    fn write(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>>;
    fn read(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>>;
}

struct Whole;

impl Kind for Whole {
    fn write(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>> {
        keys.write(PLACE, value).iter().map(|index| index.to_bytes().to_vec()).collect()
    }

    fn read(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>> {
        keys.read(PLACE, value).iter().map(|index| index.to_bytes().to_vec()).collect()
    }
}

struct Truncated;

impl Truncated {
    fn bits() -> IndexBits {
        IndexBits::new(12).unwrap()
    }
}

impl Kind for Truncated {
    fn write(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>> {
        vec![keys.write_truncated(PLACE, Self::bits(), value).to_bytes().to_vec()]
    }

    fn read(keys: &IndexKeys, value: &IndexedValue<'_>) -> Vec<Vec<u8>> {
        let indexes = keys.read_truncated(PLACE, Self::bits(), value);
        indexes.iter().map(|index| index.to_bytes().to_vec()).collect()
    }
}

/// Records by number, each with the indexes it bears.
type Table = HashMap<usize, Vec<Vec<u8>>>;

/// A request under way: it made its indexes at the stage that its instance had then.
#[derive(Clone)]
enum Request {
    Insert { stage: usize, record: usize },
    Lookup { stage: usize, record: usize },
}

impl Request {
    fn stage(&self) -> usize {
        match *self {
            Self::Insert { stage, .. } | Self::Lookup { stage, .. } => stage,
        }
    }
}

#[derive(Default)]
struct World {
    table: Table,
    /// The stage of each of two instances, and its request under way.
    instances: [(usize, Option<Request>); 2],
    records: usize,
    /// How far the pass over the records has come.
    passed: usize,
}

fn text(record: usize) -> String {
    format!("user-{record}@example.com")
}

fn indexed(record: usize) -> IndexedValue<'static> {
    IndexedValue::text(TextForm::Caseless, &text(record))
}

impl World {
    /// Every stage at which something runs.
    fn stages(&self) -> impl Iterator<Item = usize> + '_ {
        let requests = self.instances.iter().filter_map(|(_, request)| request.as_ref());
        self.instances.iter().map(|(stage, _)| *stage).chain(requests.map(Request::stage))
    }

    fn promoted(&self) -> bool {
        self.stages().all(|stage| stage >= 2)
    }

    /// Only when every instance and request is at the stage before it, or there already.
    fn advance(&mut self, instance: usize) {
        let next = self.instances[instance].0 + 1;
        let rewritten = self.promoted() && self.passed == self.records;
        let allowed = next < 3 || (next == 3 && rewritten);
        if allowed && self.stages().all(|stage| stage.abs_diff(next) <= 1) {
            self.instances[instance].0 = next;
        }
    }

    fn begin(&mut self, instance: usize, record: usize, insert: bool) {
        let (stage, request) = &mut self.instances[instance];
        let stage = *stage;
        if request.is_some() {
            return;
        }
        if insert {
            *request = Some(Request::Insert { stage, record: self.records });
            self.records += 1;
        } else if !self.table.is_empty() {
            // Only what is there when the search begins has to be found.
            let record = record % self.records;
            *request =
                self.table.contains_key(&record).then_some(Request::Lookup { stage, record });
        }
    }

    fn finish<K: Kind>(&mut self, instance: usize) {
        match self.instances[instance].1.take() {
            Some(Request::Insert { stage: at, record }) => {
                self.table.insert(record, K::write(&stage(at), &indexed(record)));
            }
            Some(Request::Lookup { stage: at, record }) => {
                let found = K::read(&stage(at), &indexed(record));
                let borne = &self.table[&record];
                assert!(
                    borne.iter().any(|index| found.contains(index)),
                    "record {record} is missed"
                );
            }
            None => {}
        }
    }

    /// Rewrites the next record, once the new key is primary everywhere; any record, before.
    fn pass<K: Kind>(&mut self, instance: usize, record: usize) {
        let counts = self.promoted();
        let record = if counts { self.passed } else { record % self.records.max(1) };
        let keys = stage(self.instances[instance].0);
        if let Some(indexes) = self.table.get_mut(&record) {
            *indexes = K::write(&keys, &indexed(record));
            self.passed += usize::from(counts);
        }
    }
}

#[derive(Clone, Debug)]
struct Step {
    kind: u8,
    instance: usize,
    record: usize,
}

fn step() -> impl Strategy<Value = Step> {
    (0u8..12, 0usize..2, 0usize..64).prop_map(|(kind, instance, record)| Step {
        kind,
        instance,
        record,
    })
}

fn live<K: Kind>(steps: Vec<Step>) -> World {
    let mut world = World::default();
    for Step { kind, instance, record } in steps {
        match kind {
            0 => world.advance(instance),
            1..=2 => world.begin(instance, record, true),
            3..=5 => world.begin(instance, record, false),
            6..=8 => world.finish::<K>(instance),
            _ => world.pass::<K>(instance, record),
        }
    }
    world
}

proptest! {
    #[test]
    fn r25_no_lookup_misses_while_an_index_rotates(steps in prop::collection::vec(step(), 0..300)) {
        live::<Whole>(steps);
    }

    #[test]
    fn r25_no_search_misses_while_a_truncated_index_rotates(
        steps in prop::collection::vec(step(), 0..300),
    ) {
        let world = live::<Truncated>(steps);
        prop_assert!(world.table.values().all(|borne| borne.len() == 1), "the bits of two add up");
    }

    /// Two writers at neighbouring stages who claim what they would look for claim something in common.
    #[test]
    fn r25_claims_of_one_value_meet(one in 0usize..3, other in 0usize..3) {
        prop_assume!(one.abs_diff(other) <= 1);
        let (one, other) = (stage(one), stage(other));
        let claimed = one.read(PLACE, &indexed(1));
        prop_assert!(other.read(PLACE, &indexed(1)).iter().any(|index| claimed.contains(index)));
    }
}

/// That the model can fail: the steps in order, and the end of them too early.
#[test]
fn r25_the_whole_rotation_ends_with_the_new_key_alone() {
    let mut world = World::default();
    for _ in 0..20 {
        world.begin(0, 0, true);
        world.finish::<Whole>(0);
    }
    for _ in 0..3 {
        world.advance(0);
        world.advance(1);
    }
    assert!(world.instances.iter().all(|(stage, _)| *stage == 2), "not before the pass");
    let missed = Whole::read(&stage(3), &indexed(1));
    assert!(!world.table[&1].iter().any(|index| missed.contains(index)), "the pass is needed");
    for _ in 0..20 {
        world.pass::<Whole>(0, 0);
    }
    for instance in [0, 1] {
        world.advance(instance);
        assert_eq!(world.instances[instance].0, 3);
    }
    for record in 0..20 {
        world.begin(1, record, false);
        world.finish::<Whole>(1);
    }
    assert!(world.table.values().flatten().all(|index| index[..4] == [0, 0, 0, 2]));
}
