//! The door: every connection comes through here, and Rocket, on a port of its own, only ever sees
//! connections of this process (docs/adr/0005-door.md).
//!
//! It bounds how many connections there are, how long each may keep the server waiting, and how
//! often somebody may ask. It copies bytes and changes none of them; it never decides from what is in
//! a request: where a request begins and ends, Rocket says (`turn.rs`). It knows no route and no page.

mod body;
mod copy;
mod down;
mod head;
mod line;
mod lines;
mod listen;
mod rates;
mod refusal;
mod turn;

pub use body::whole;
pub use lines::Lines;
pub use listen::{Listener, capacity, handles};
pub use rates::{Asking, Rates, Stranger, retry_after, too_often};
pub use turn::{Cut, Turns};
