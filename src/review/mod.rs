//! The human in the loop: from a held call to one use of it, and the history that tells it.

pub mod error;
pub mod event;
pub mod confirm;
pub mod parts;
pub mod escalation;
pub mod next;
pub mod edit;
pub mod grant;
pub mod repeat;
pub mod merkle;
pub mod history;
pub mod watch;
#[cfg(feature = "full")]
pub mod verify;
#[cfg(feature = "full")]
pub mod plant;
#[cfg(feature = "full")]
pub mod present;
#[cfg(feature = "full")]
mod usual;
#[cfg(feature = "full")]
pub mod batch;
