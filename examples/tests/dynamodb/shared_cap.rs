//! Instances that share a table let through together what the policy lets one let through.

use std::sync::Arc;

use doorward::{Keys, Policy};
use doorward_examples::dynamo::Endpoint;
use doorward_examples::shared_cap::attack::{Scene, Seen, attack};
use doorward_examples::shared_cap::report::{Line, Report};
use doorward_examples::shared_cap::{instance, prepare};

use crate::emulator;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn law_03_what_gets_through_two_instances_is_the_cap() {
    let table = emulator::name("cap");
    let keys = Keys::generate().unwrap();
    let mut instances = Vec::new();
    for _ in 0..2 {
        // Each with a client of its own, as a process has.
        let store = Endpoint::parse(emulator::url()).unwrap().store(&table).await.unwrap();
        let keys = Keys::parse(&keys.expose_secret()).unwrap();
        instances.push(instance(Arc::new(store), keys).unwrap());
    }
    prepare(&instances[0]).await.unwrap();
    let mut lines = Vec::new();
    for scene in Scene::ALL {
        let attacks: Vec<_> = (0..2)
            .zip(instances.clone())
            .map(|(part, auth)| {
                tokio::spawn(async move { attack(&auth, scene, (part, 2), 400, 32).await })
            })
            .collect();
        let mut seen = Seen::default();
        for attack in attacks {
            seen += attack.await.unwrap();
        }
        assert_eq!((seen.attempts(), seen.errors, seen.others), (400, 0, 0), "{seen:?}");
        assert_eq!(seen.verifications, seen.rejected);
        lines.push(Line { scene, seen });
    }
    let report = Report { lines, policy: Policy::recommended() }.judged().unwrap();
    assert_eq!(report.overshoot(), 0, "{report}");
}
