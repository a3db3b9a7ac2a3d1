//! What is kept on disk and how it is read back, whatever state the machine is in (`reliability.md` §6).

mod config_file;
mod places;
