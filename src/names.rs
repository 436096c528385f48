//! Hash maps and sets without randomness: what they hold comes from policies, which nobody hostile writes.

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

/// A hash map whose order and speed are the same in every process.
pub(crate) type NameMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// A hash set whose order and speed are the same in every process.
#[cfg(feature = "guard")]
pub(crate) type NameSet<K> = std::collections::HashSet<K, BuildHasherDefault<DefaultHasher>>;
