//! Only says when to build again: the console is embedded from `web/dist`, which `make` builds before.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
