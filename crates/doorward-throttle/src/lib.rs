//! The throttling policy of doorward: facts of an attempt, counters and now, to a decision.
