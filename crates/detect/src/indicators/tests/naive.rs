//! Against a set that is asked one by one and knows nothing of tables.

use super::{event, indicators};
use crate::indicators::{Answer, IndicatorScratch};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::IpAddr;

fn label() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "evil", "xn--p1ai", "a-b", "0"]).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(label(), 1..4).prop_map(|labels| format!("{}.example", labels.join(".")))
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        (0u8..3, 0u8..3, 0u8..8).prop_map(|(a, b, c)| format!("198.{a}.{b}.{c}")),
        (0u16..3, 0u16..3).prop_map(|(a, b)| format!("2001:db8:{a:x}::{b:x}")),
        (0u8..3, 0u8..8).prop_map(|(a, c)| format!("::ffff:198.0.{a}.{c}")),
    ]
}

fn indicator() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        address(),
        (address(), 20u8..=32)
            .prop_filter("IPv4", |(address, _)| address.starts_with("198"))
            .prop_map(|(address, length)| format!("{address}/{length}")),
        (address(), 40u8..=128)
            .prop_filter("IPv6", |(address, _)| address.starts_with("2001"))
            .prop_map(|(address, length)| format!("{address}/{length}")),
        (name(), prop::sample::select(vec!["/", "/x", "/x?q"])).prop_map(|(name, path)| format!("http://{name}{path}")),
        (label(), name()).prop_map(|(local, name)| format!("{local}@{name}")),
    ]
}

/// Whether an indicator hits a value, as a person would say it.
fn hits(indicator: &str, value: &str) -> bool {
    let below = |name: &str, of: &str| name == of || name.ends_with(&format!(".{of}"));
    let ip = |text: &str| text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    let url = |text: &str| text.strip_prefix("http://").map(str::to_owned);
    if let Some(indicator) = url(indicator) {
        return url(value).is_some_and(|value| value == indicator || value.split('?').next() == Some(&indicator));
    }
    if indicator.contains('@') {
        return indicator == value;
    }
    if let Ok(network) = indicator.parse::<ipnet::IpNet>() {
        return ip(value).is_some_and(|ip| network.contains(&ip));
    }
    if let Some(indicator) = ip(indicator) {
        return ip(value) == Some(indicator);
    }
    let host = url(value)
        .map(|url| url.split('/').next().unwrap().to_owned())
        .or_else(|| value.split_once('@').map(|(_, host)| host.to_owned()));
    ip(value).is_none() && below(&host.unwrap_or_else(|| value.to_owned()), indicator)
}

proptest! {
    #[test]
    fn the_same_answers(list in prop::collection::vec(indicator(), 0..40), values in prop::collection::vec(prop_oneof![name(), address(), (name(), Just("/x?q")).prop_map(|(name, path)| format!("http://{name}{path}")), (label(), name()).prop_map(|(local, name)| format!("{local}@{name}"))], 1..6)) {
        let lists = indicators(&list.join("\n"));
        prop_assert_eq!(&lists.reports[0].faults, &[]);
        let (mut found, event) = (Vec::new(), event(&serde_json::json!({"values": values}).to_string()));
        lists.indicators.finder().find(&event, &mut IndicatorScratch::default(), &mut found);
        let told: BTreeSet<String> = found.iter().filter_map(|found| match lists.indicators.answer(found.entry, &found.value, super::now()) {
            Answer::Hits(hits) => Some(hits[0].value.clone()),
            _ => None,
        }).collect();
        let shown = |text: &str| indicators(text).indicators.answer(0, "", super::now());
        let expected: BTreeSet<String> = list.iter().filter(|indicator| values.iter().any(|value| hits(indicator, value))).filter_map(|indicator| match shown(indicator) {
            Answer::Hits(hits) => Some(hits[0].value.clone()),
            _ => None,
        }).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn no_text_makes_it_fall(text in "\\PC{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let lists = indicators(&format!("192.0.2.7\nevil.example\nhttp://evil.example/\n{text}"));
        super::told(&lists, &serde_json::json!({"message": text, "x": text, "process": {"command_line": text}}).to_string());
        let _ = crate::indicators::Lists::read([crate::indicators::ListFile { role: crate::indicators::Role::Indicators, name: "x.csv".to_owned(), bytes }], super::now());
    }
}
