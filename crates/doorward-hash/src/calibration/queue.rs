use std::time::Duration;

/// People who come at random and are served by whoever is free: the M/M/c queue.
///
/// With `a = rate * service` servers' worth of work for `c` servers, a newcomer has to wait with the
/// chance of Erlang's second formula (Erlang C; A. K. Erlang, 1917), and then for `service / (c - a)`
/// in the mean:
///
/// `C(c, a) = B / (1 - a/c * (1 - B))`, where `B(0) = 1` and `B(k) = a*B(k-1) / (k + a*B(k-1))`
///
/// The formula takes service times to vary widely. Hashes of one cost hardly vary, so that people wait
/// about half as long as it says: it errs on the safe side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    servers: usize,
    rate: f64,
    service: Duration,
}

impl Queue {
    /// `rate` newcomers a second, each served for `service` by one of `servers`.
    pub(crate) const fn new(servers: usize, rate: f64, service: Duration) -> Self {
        Self { servers, rate, service }
    }

    /// How many servers it would take without any chance: the load, in erlang.
    pub(crate) fn load(&self) -> f64 {
        self.rate * self.service.as_secs_f64()
    }

    /// The share of its time that a server works. At 1 and above the queue grows without end.
    pub(crate) fn utilisation(&self) -> f64 {
        self.load() / self.servers as f64
    }

    /// How long a newcomer waits in the mean; [`Duration::MAX`] when the queue grows without end.
    pub(crate) fn mean_wait(&self) -> Duration {
        if self.utilisation() >= 1.0 {
            return Duration::MAX;
        }
        duration(self.chance_of_waiting() * self.mean_wait_of_those_who_wait())
    }

    /// The wait that all but `share` of the newcomers stay within. The waits of those who wait are
    /// exponential.
    pub(crate) fn wait_of_all_but(&self, share: f64) -> Duration {
        if self.utilisation() >= 1.0 {
            return Duration::MAX;
        }
        let beyond = (self.chance_of_waiting() / share).max(1.0);
        duration(beyond.ln() * self.mean_wait_of_those_who_wait())
    }

    /// The chance that all servers are busy.
    fn chance_of_waiting(&self) -> f64 {
        let (load, utilisation) = (self.load(), self.utilisation());
        if utilisation >= 1.0 {
            return 1.0;
        }
        let blocked = (1..=self.servers).fold(1.0, |blocked, servers| {
            let busy = load * blocked;
            busy / (servers as f64 + busy)
        });
        blocked / (1.0 - utilisation * (1.0 - blocked))
    }

    /// In seconds.
    fn mean_wait_of_those_who_wait(&self) -> f64 {
        self.service.as_secs_f64() / (self.servers as f64 - self.load())
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chance(servers: usize, load: f64) -> f64 {
        Queue::new(servers, load, Duration::from_secs(1)).chance_of_waiting()
    }

    /// Values of the sum that defines the formula, computed with exact fractions.
    #[test]
    fn erlang_c_is_erlang_c() {
        for (servers, load, expected) in [
            (1, 0.7, 0.7),
            (2, 1.0, 1.0 / 3.0),
            (2, 1.5, 9.0 / 14.0),
            (3, 2.0, 4.0 / 9.0),
            (5, 3.5, 0.377_838_226_698_439_8),
            (10, 7.0, 0.221_731_215_883_815_45),
            (14, 10.0, 0.174_131_933_595_049_83),
            (64, 44.8, 0.004_412_551_890_176_611),
        ] {
            let chance = chance(servers, load);
            assert!((chance - expected).abs() < 1e-12, "C({servers}, {load}) = {chance}");
        }
    }

    /// The call centre of the usual example: 360 calls in half an hour of 4 minutes each, 55 agents.
    /// 23.9 % wait, 8.2 seconds in the mean of all.
    #[test]
    fn the_call_centre() {
        let queue = Queue::new(55, 360.0 / 1_800.0, Duration::from_secs(240));
        assert!((queue.load() - 48.0).abs() < 1e-9);
        assert!((queue.chance_of_waiting() - 0.239).abs() < 0.000_5);
        assert!((queue.mean_wait().as_secs_f64() - 8.2).abs() < 0.05);
    }

    /// The eye clinic of Gross and Harris, Fundamentals of Queueing Theory: 6 patients an hour, 20
    /// minutes each, three doctors. 8/9 of a patient wait in the mean, 8 minutes and 53 seconds.
    #[test]
    fn the_eye_clinic() {
        let queue = Queue::new(3, 6.0 / 3_600.0, Duration::from_secs(1_200));
        let wait = queue.mean_wait().as_secs_f64();
        assert!((wait - 1_200.0 * 4.0 / 9.0).abs() < 1e-6, "{wait} s");
        assert!((wait * 6.0 / 3_600.0 - 8.0 / 9.0).abs() < 1e-9);
    }

    #[test]
    fn a_queue_that_grows_without_end_never_gets_to_anybody() {
        for rate in [10.0, 10.1, 1e6] {
            let queue = Queue::new(1, rate, Duration::from_millis(100));
            assert_eq!(queue.mean_wait(), Duration::MAX);
            assert_eq!(queue.wait_of_all_but(0.01), Duration::MAX);
        }
    }

    #[test]
    fn nobody_counts_as_waiting_where_fewer_than_the_share_do() {
        let queue = Queue::new(64, 44.8, Duration::from_secs(1));
        assert_eq!(queue.wait_of_all_but(0.01), Duration::ZERO);
        let single = Queue::new(1, 0.5, Duration::from_secs(1));
        let expected = 50_f64.ln() * 2.0;
        assert!((single.wait_of_all_but(0.01).as_secs_f64() - expected).abs() < 1e-6);
    }

    proptest! {
        /// Chances are chances; more load waits longer, one more server shorter.
        #[test]
        fn more_load_waits_longer(servers in 1_usize..200, use_ in 0.01_f64..0.98, more in 1.0_f64..1.02) {
            let load = use_ * servers as f64;
            prop_assert!((0.0..=1.0).contains(&chance(servers, load)));
            prop_assert!(chance(servers, load * more) >= chance(servers, load));
            prop_assert!(chance(servers + 1, load) <= chance(servers, load));
        }
    }
}
