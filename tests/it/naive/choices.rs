//! Random choices that are written down, so that a case can be made again and made smaller.

/// A source of choices. The first of every set of things to choose from is the simplest.
pub(crate) struct Choices {
    seed: u64,
    /// What is chosen first; after these the seed decides, or, while a case is made smaller, the simplest.
    given: Vec<u16>,
    random_after: bool,
    /// What was chosen so far.
    pub(crate) made: Vec<u16>,
}

impl Choices {
    /// Choices that `seed` decides.
    pub(crate) fn random(seed: u64) -> Self {
        Self { seed: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), given: Vec::new(), random_after: true, made: Vec::new() }
    }

    /// The choices of `given`, then the simplest of all.
    pub(crate) fn given(given: Vec<u16>) -> Self {
        Self { seed: 0, given, random_after: false, made: Vec::new() }
    }

    fn next(&mut self) -> u16 {
        let choice = match self.given.get(self.made.len()) {
            Some(&choice) => choice,
            None if self.random_after => (self.next_random() >> 48) as u16,
            None => 0,
        };
        self.made.push(choice);
        choice
    }

    /// SplitMix64.
    fn next_random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`; the simplest is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.next()) % count
    }

    /// True in `percent` of cases; the simplest is false.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of `items`; the simplest is the first.
    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// Something in `percent` of cases.
    pub(crate) fn maybe<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }

    /// From `min` to `max` things. Each stands behind its own choice, so that it can be taken out of the list.
    pub(crate) fn list<T>(&mut self, min: usize, max: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        while items.len() < min || (items.len() < max && self.below(max - items.len() + 1) > 0) {
            items.push(make(self));
        }
        items
    }

    /// Some of `items`, in their order.
    pub(crate) fn some_of<T: Clone>(&mut self, percent: usize, items: &[T]) -> Vec<T> {
        items.iter().filter(|_| self.chance(percent)).cloned().collect()
    }
}

/// The smallest choices that still fail, as far as removing and lowering them gets in `tries` tries.
pub(crate) fn shrink(made: Vec<u16>, tries: usize, fails: impl Fn(Vec<u16>) -> bool) -> Vec<u16> {
    let mut best = made;
    let mut left = tries;
    let mut attempt = |candidate: Vec<u16>, best: &mut Vec<u16>| {
        let smaller = candidate.len() < best.len()
            || candidate.iter().map(|&c| u64::from(c)).sum::<u64>() < best.iter().map(|&c| u64::from(c)).sum::<u64>();
        if !smaller || left == 0 {
            return false;
        }
        left -= 1;
        let better = fails(candidate.clone());
        if better {
            *best = candidate;
        }
        better
    };
    loop {
        let before = best.clone();
        for size in (1..=best.len()).rev().filter(|size| *size <= 60 || size.is_power_of_two()) {
            let mut at = 0;
            while at + size <= best.len() {
                let removed = [&best[..at], &best[at + size..]].concat();
                if !attempt(removed, &mut best) {
                    at += if size > 60 { size / 4 } else { 1 };
                }
            }
        }
        for at in 0..best.len() {
            let mut zeroed = best.clone();
            zeroed[at] = 0;
            attempt(zeroed, &mut best);
        }
        for at in 0..best.len() {
            // Choices count modulo small numbers: the remainders come first.
            for lower in [best[at] % 100, best[at] / 2, best[at].saturating_sub(1)] {
                let mut candidate = best.clone();
                candidate[at] = lower;
                attempt(candidate, &mut best);
            }
        }
        if best == before {
            return best;
        }
    }
}
