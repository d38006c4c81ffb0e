//! Text is a policy that is safe, or an error. What was read is written, and read again as it was.
#![no_main]

use doorward_throttle::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(policy) = toml::from_str::<Policy>(text) {
        check(&policy);
        let written = toml::to_string(&policy).unwrap();
        assert_eq!(toml::from_str::<Policy>(&written).unwrap(), policy);
    }
    // Its numbers may be beyond those of TOML.
    if let Ok(policy) = serde_json::from_str::<Policy>(text) {
        check(&policy);
    }
});

fn check(policy: &Policy) {
    assert_eq!(policy.to_builder().build().as_ref(), Ok(policy));
    assert!(policy.guesses_per_day() <= Policy::MOST_GUESSES_PER_DAY);
    let written = serde_json::to_string(policy).unwrap();
    assert_eq!(&serde_json::from_str::<Policy>(&written).unwrap(), policy);
}
