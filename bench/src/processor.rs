//! How much of the processors' time somebody else had: on a virtual machine the host gives it to others too.

/// What the processors did since the machine started, in ticks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessorTime {
    /// While there was work here, and the host let others do theirs.
    stolen: u64,
    all: u64,
}

impl ProcessorTime {
    /// Until now; none where the system does not count it as Linux does.
    pub(crate) fn now() -> Option<Self> {
        read(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    /// How much was stolen since then, in per cent.
    pub(crate) fn stolen_since_then(self) -> Option<f64> {
        Some(Self::now()?.stolen_since(self))
    }

    fn stolen_since(self, earlier: Self) -> f64 {
        // The kernel's counts of a processor may go back by a tick.
        let stolen = self.stolen.saturating_sub(earlier.stolen);
        let all = self.all.saturating_sub(earlier.all);
        100.0 * stolen as f64 / all.max(1) as f64
    }
}

/// The first line has all processors: user, nice, system, idle, iowait, irq, softirq, steal. What guests had, which comes
/// after, is in `user` and `nice` already.
fn read(stat: &str) -> Option<ProcessorTime> {
    let ticks = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(STEAL + 1);
    let ticks = ticks.map(|ticks| ticks.parse::<u64>().ok()).collect::<Option<Vec<_>>>()?;
    Some(ProcessorTime { stolen: *ticks.get(STEAL)?, all: ticks.iter().sum() })
}

const STEAL: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_gave_to_others_is_told_apart_from_idleness() {
        let earlier = read("cpu  10 0 10 70 0 0 0 10 5 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n").unwrap();
        let later = read("cpu  20 0 10 100 0 0 0 70 9 0\n").unwrap();
        assert_eq!(earlier, ProcessorTime { stolen: 10, all: 100 });
        assert!((later.stolen_since(earlier) - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_of_another_kind_is_not_taken_for_it() {
        assert_eq!(read("intr 1 2 3\n"), None);
        assert_eq!(read("cpu  10 0 10 70\n"), None);
    }

    #[test]
    fn no_time_is_not_all_of_it() {
        let now = ProcessorTime { stolen: 10, all: 100 };
        assert!(now.stolen_since(now).abs() < 1e-9);
    }
}
