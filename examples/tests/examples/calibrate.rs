//! What the calibrator prints, from measurements that are made up.

use std::convert::Infallible;
use std::time::Duration;

use doorward::{Budget, Cost, Demand, Timing, calibrate_with};
use doorward_examples::calibrating::Report;

/// Two blocks in a microsecond, and a tenth more time with two at once.
fn report(target_ms: u64, peak: f64, mib: u64) -> String {
    let demand = Demand::new(Duration::from_millis(target_ms), peak).unwrap();
    let budget = Budget::new(mib * 1_024, 2).unwrap();
    let measure = |cost: Cost, at_once: usize| {
        let alone = Duration::from_micros(cost.work().blocks() / 2);
        Ok::<_, Infallible>(Timing::new(alone, alone * (9 + at_once as u32) / 10))
    };
    Report(calibrate_with(demand, budget, measure).unwrap()).to_string()
}

#[test]
fn one_row_is_recommended_and_can_be_pasted() {
    let text = report(100, 10.0, 256);
    let marked: Vec<_> = text.lines().filter(|line| line.ends_with("<- recommended")).collect();
    assert_eq!(marked.len(), 1, "{text}");
    let cells: Vec<_> = marked[0].split_whitespace().collect();
    let expected =
        ["131072", "1", "1", "2", "65.5", "72.1", "19.4", "256", "36", "%", "10.8", "82.9", "22.7"];
    assert_eq!(cells[..13], expected, "{text}");
    let pasted = ".cost(Cost::new(131072, 1, 1)?)\n\
                  .hashing(\n    HashingLimits::default()\n        .with_threads(2)\n        \
                  .with_queue(68)\n        .with_deadline(Duration::from_millis(5000)),\n)\n";
    assert!(text.ends_with(pasted), "{text}");
}

#[test]
fn the_cost_is_compared_with_the_standards() {
    let text = report(100, 10.0, 256);
    for line in [
        "OWASP, the default here  m=19456,t=2,p=1     6.737  3.368  22.693",
        "RFC 9106, second choice  m=65536,t=3,p=4     2.000  0.667   1.333",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn what_cannot_be_met_says_what_to_change() {
    let text = report(100, 200.0, 256);
    assert!(!text.contains("recommended"), "{text}");
    assert!(text.contains("inf"), "{text}");
    assert!(text.contains("Each of these alone is enough: at most"), "{text}");
    assert!(text.contains(" cores"), "{text}");
}

#[test]
fn a_person_can_read_it() {
    for text in [report(100, 10.0, 256), report(100, 200.0, 256)] {
        let table = text.lines().take_while(|line| !line.contains("lone is enough"));
        let widest = table.map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 120, "{widest} columns");
    }
}
