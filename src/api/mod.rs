//! The door to the server, and the only place that names the HTTP library.
//! Tolerant of what comes in, exact in what it hands on. It must not know the terminal.
