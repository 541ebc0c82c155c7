//! For tests only: the program in a temporary folder and its real neighbours.
