//! From a bearer token to a [`Viewer`]: who they are comes from the token, what they may see from
//! the appointments in the database, looked up for every request so that an ended one bites at once.

mod appointments;
mod keys;
mod token;
mod viewer;

pub use appointments::{StaffKey, client_of, find_staff_by_email, viewer_of};
pub use keys::{KeyError, SigningKey};
pub use token::{Claims, TokenKeys};
pub use viewer::{Client, Granted, Standing, Viewer};
