//! A logarithmic axis that has a place for zero.

/// From zero, then from a smallest share to a largest one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    least: f64,
    most: f64,
}

impl Axis {
    pub(super) fn shares(least: f64, most: f64) -> Self {
        Self { least, most }
    }

    /// Where a share is, from 0 to 1; what is smaller than the smallest stands where that does.
    pub(super) fn place(self, share: f64) -> f64 {
        if share <= 0.0 {
            return 0.0;
        }
        let along = (share / self.least).log10() / (self.most / self.least).log10();
        FIRST + (1.0 - FIRST) * along.clamp(0.0, 1.0)
    }

    /// Zero and every power of ten, each with its name.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        let zero = std::iter::once(0.0);
        let powers = std::iter::successors(Some(self.least), |share| Some(share * 10.0));
        let powers = powers.take_while(|&share| share < self.most * 1.5);
        zero.chain(powers).map(|share| (share, name(share))).collect()
    }
}

/// Where the logarithmic part begins.
const FIRST: f64 = 0.12;

fn name(share: f64) -> String {
    let percent = share * 100.0;
    let digits = if share > 0.0 && percent < 0.99 { (-percent.log10()).ceil() } else { 0.0 };
    // A handful.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let digits = (digits - 1e-9).ceil() as usize;
    format!("{percent:.digits$} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_comes_first_and_each_power_has_its_place() {
        let axis = Axis::shares(1e-5, 1.0);
        let names: Vec<_> = axis.ticks().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["0 %", "0.001 %", "0.01 %", "0.1 %", "1 %", "10 %", "100 %"]);
        let places: Vec<_> = axis.ticks().iter().map(|&(share, _)| axis.place(share)).collect();
        assert!(places.is_sorted() && places[0] == 0.0 && places[1] == FIRST, "{places:?}");
        assert!((places[6] - 1.0).abs() < 1e-9);
        assert_eq!(axis.place(1e-9), FIRST);
    }
}
