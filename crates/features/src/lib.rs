//! Empty: its manifest is the content. See `.config/hakari.toml`.
