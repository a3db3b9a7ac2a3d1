//! A simulated DeepCall on loopback. It must not know anything else of this program.
