//! Merkle trees as RFC 6962 (Certificate Transparency), §2.1, has them: what a list was, in 32 bytes.

use sha2::{Digest as _, Sha256};

use crate::value::digest::Digest;

/// Hash of a leaf: SHA-256 over a zero byte and its data.
#[must_use]
pub fn leaf(data: &[u8]) -> Digest {
    Digest::of_bytes(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
}

/// Hash of two trees: SHA-256 over a byte of one and their roots.
fn node(left: &Digest, right: &Digest) -> Digest {
    Digest::of_bytes(
        Sha256::new().chain_update([1]).chain_update(left.bytes()).chain_update(right.bytes()).finalize().into(),
    )
}

/// The roots of the full trees that a list of `size` leaves is made of, the largest first, after one more `leaf`.
///
/// `peaks` are those of the list before.
#[must_use]
pub fn with_leaf(size: u64, peaks: &[Digest], leaf: Digest) -> Vec<Digest> {
    let mut peaks = peaks.to_vec();
    let mut last = leaf;
    // Each full tree of a size that the new leaf completes joins the one before it.
    for _ in 0..size.trailing_ones() {
        let Some(before) = peaks.pop() else { break };
        last = node(&before, &last);
    }
    peaks.push(last);
    peaks
}

/// The root of the tree of all leaves under `peaks`.
///
/// ```
/// use countersign::review::merkle::{leaf, root, with_leaf};
///
/// // A test vector of RFC 6962's reference implementation: two leaves, empty and a zero byte.
/// let one = with_leaf(0, &[], leaf(b""));
/// let two = with_leaf(1, &one, leaf(&[0]));
/// let expected = "sha256:fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
/// assert_eq!(root(&two).to_string(), expected);
/// ```
#[must_use]
pub fn root(peaks: &[Digest]) -> Digest {
    let mut from_last = peaks.iter().rev();
    match from_last.next() {
        None => Digest::of_bytes(Sha256::digest([]).into()),
        Some(last) => from_last.fold(*last, |right, left| node(left, &right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots of the tests of Certificate Transparency.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut peaks = Vec::new();
        assert_eq!(root(&peaks).to_string(), format!("sha256:{}", roots[0]));
        for (size, data) in leaves.iter().enumerate() {
            peaks = with_leaf(size as u64, &peaks, leaf(data));
            assert_eq!(root(&peaks).to_string(), format!("sha256:{}", roots[size + 1]), "{size}");
        }
    }
}
