//! The record with sealed fields.

use doorward_examples::records;

#[test]
fn the_table_sees_envelopes_and_can_move_none() {
    let shown = records::run().unwrap();
    let seen = |step: &str| {
        let found = shown.steps.iter().find(|(done, _)| *done == step);
        found.map(|(_, seen)| seen.as_str()).unwrap()
    };
    let table = seen("the table sees");
    assert!(table.starts_with("SealedCustomer { id: \"c-17\", country: \"NL\", email: Sealed("));
    for secret in ["alice", "+31", "4111"] {
        assert!(!table.contains(secret), "{table}");
    }
    assert_eq!(seen("the service reads"), "alice@example.com");
    assert_eq!(seen("of one field alone"), "[4111111111111111]");
    for step in ["moved to c-18", "email and phone exchanged", "of another tenant"] {
        assert!(seen(step).starts_with("refused: the field email does not open here"));
    }
    assert_eq!(seen("resealed"), "key 1 -> key 2");
    assert_eq!(seen("resealed again"), "nothing to do");
}
