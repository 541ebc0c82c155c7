//! A labelled synthetic morning of a small company, sent through real sockets.
