//! The choices that make a random case: a list of numbers, which proptest makes smaller.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// The choices of a case; few of them make a small case.
pub(crate) fn of_a_case() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 0..=1_500)
}

/// The number that an environment variable holds.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
}

/// A source of cases, the same for the same seed.
pub(crate) fn runner(seed: u64) -> TestRunner {
    let rng_seed = RngSeed::Fixed(seed);
    TestRunner::new(Config { max_shrink_iters: 50_000, failure_persistence: None, rng_seed, ..Config::default() })
}

/// A source of choices. The first of every set of things to choose from is the simplest.
pub(crate) struct Choices {
    given: std::vec::IntoIter<u16>,
}

impl Choices {
    /// The choices of the next case of `runner`.
    pub(crate) fn random(runner: &mut TestRunner) -> Self {
        Self::given(of_a_case().new_tree(runner).expect("choices can always be made").current())
    }

    /// These choices, and the simplest of all after them.
    pub(crate) fn given(given: Vec<u16>) -> Self {
        Self { given: given.into_iter() }
    }

    /// A number below `count`; the simplest is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.given.next().unwrap_or(0)) % count
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
