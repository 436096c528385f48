//! A bound on the time that checks take: what two rules have to do with each other is asked of many pairs.

/// How many steps of comparison one policy is worth: some tenths of a second.
const STEPS_MAX: usize = 20_000_000;

/// The steps of comparison that are left. Once they are used up, nothing more is compared and so nothing more is found.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: STEPS_MAX }
    }

    /// Takes `steps` and one, if so many are left.
    pub(super) fn take(&mut self, steps: usize) -> bool {
        match self.left.checked_sub(steps.saturating_add(1)) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}
