//! Round trips, told by which requests were under way together.

/// Counts round trips.
#[derive(Debug, Default)]
pub(super) struct Trips {
    count: usize,
    /// A request of the present one has been answered.
    is_over: bool,
}

impl Trips {
    pub(super) fn begin(&mut self) {
        if self.count == 0 || self.is_over {
            self.count += 1;
            self.is_over = false;
        }
    }

    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_after_an_answer_begins_the_next() {
        let mut trips = Trips::default();
        assert_eq!(trips.count(), 0);
        trips.begin();
        trips.begin();
        trips.end();
        trips.end();
        assert_eq!(trips.count(), 1);
        trips.begin();
        assert_eq!(trips.count(), 2);
        trips.reset();
        trips.begin();
        assert_eq!(trips.count(), 1);
    }
}
