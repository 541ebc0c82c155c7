//! The Sigma specification, case by case. The answers were written by hand from the specification and its modifiers
//! appendix (2.1), before anything ran.

use super::check;

/// A selection named `s`, an event, the answer.
fn cases(cases: &[(&str, &str, bool)]) {
    for (selection, json, expected) in cases {
        let indented: String = selection.lines().map(|line| format!("    {line}\n")).collect();
        check(&format!("s:\n{indented}condition: s"), json, *expected);
    }
}

#[test]
fn strings_compare_whole_and_without_case() {
    cases(&[
        ("A: Value", r#"{"A":"vALUE"}"#, true),
        ("A: Value", r#"{"A":"values"}"#, false),
        ("A: Value", r#"{"a":"value"}"#, false),
        ("A: ÄÖÜ", r#"{"A":"äöü"}"#, true),
        ("A: ΣΟΦΟΣ", r#"{"A":"σοφος"}"#, true),
        ("A: straße", r#"{"A":"STRASSE"}"#, false),
        ("A: [x, y]", r#"{"A":"Y"}"#, true),
        ("A: [x, y]", r#"{"A":"z"}"#, false),
        ("A: x\nB: y", r#"{"A":"x","B":"y"}"#, true),
        ("A: x\nB: y", r#"{"A":"x","B":"z"}"#, false),
        ("- A: x\n- B: y", r#"{"A":"z","B":"y"}"#, true),
        ("- A: x\n  C: z\n- B: y", r#"{"A":"x","B":"z"}"#, false),
        ("A: x", r#"{"A":["w","x"]}"#, true),
        ("A: 'true'", r#"{"A":true}"#, true),
        ("A: false", r#"{"A":"False"}"#, true),
        ("nested.A: x", r#"{"nested":{"A":"x"}}"#, true),
    ]);
}

#[test]
fn wildcards_and_escapes() {
    cases(&[
        ("A: 'a*c'", r#"{"A":"abbbc"}"#, true),
        ("A: 'a*c'", r#"{"A":"a\nb\nc"}"#, true),
        ("A: 'a*c'", r#"{"A":"abcd"}"#, false),
        ("A: 'a?c'", r#"{"A":"abc"}"#, true),
        ("A: 'a?c'", r#"{"A":"aüc"}"#, true),
        ("A: 'a?c'", r#"{"A":"ac"}"#, false),
        (r"A: 'a\*c'", r#"{"A":"a*c"}"#, true),
        (r"A: 'a\*c'", r#"{"A":"abc"}"#, false),
        (r"A: 'a\?c'", r#"{"A":"a?c"}"#, true),
        (r"A: 'a\?c'", r#"{"A":"abc"}"#, false),
        (r"A: 'a\\c'", r#"{"A":"a\\c"}"#, true),
        (r"A: 'a\c'", r#"{"A":"a\\c"}"#, true),
        (r"A: 'a\\*'", r#"{"A":"a\\anything"}"#, true),
        (r"A: 'a\\*'", r#"{"A":"aX"}"#, false),
        (r"A: 'a\\\*'", r#"{"A":"a\\*"}"#, true),
        (r"A: 'a\\\*'", r#"{"A":"a\\b"}"#, false),
        (r"A: 'a\\\\b'", r#"{"A":"a\\\\b"}"#, true),
        (r"A: 'a\\\b'", r#"{"A":"a\\\\b"}"#, true),
        ("A: '*'", r#"{"A":"anything"}"#, true),
        ("A: '*'", r#"{"A":""}"#, true),
        ("A: '*'", r#"{"B":"x"}"#, false),
        ("A: '*'", r#"{"A":null}"#, false),
        ("A: '?*'", r#"{"A":""}"#, false),
        ("A: '?*'", r#"{"A":"x"}"#, true),
    ]);
}

#[test]
fn contains_startswith_endswith() {
    cases(&[
        ("A|contains: BC", r#"{"A":"abcd"}"#, true),
        ("A|contains: b*d", r#"{"A":"abcde"}"#, true),
        ("A|contains: b*d", r#"{"A":"adcb"}"#, false),
        ("A|startswith: ab", r#"{"A":"ABC"}"#, true),
        ("A|startswith: ab", r#"{"A":"cab"}"#, false),
        ("A|startswith: a*c", r#"{"A":"abcd"}"#, true),
        ("A|startswith: a*c", r#"{"A":"xabcd"}"#, false),
        (r"A|endswith: \cmd.exe", r#"{"A":"C:\\Windows\\CMD.EXE"}"#, true),
        (r"A|endswith: \cmd.exe", r#"{"A":"C:\\cmd.exe.bak"}"#, false),
        (r"A|endswith: \a*.exe", r#"{"A":"C:\\abc.exe"}"#, true),
        (r"A|endswith: \a*.exe", r#"{"A":"C:\\abc.exe x"}"#, false),
        ("A|endswith: c?", r#"{"A":"abcd"}"#, true),
        ("A|contains|all: [a, c]", r#"{"A":"abc"}"#, true),
        ("A|contains|all: [a, z]", r#"{"A":"abc"}"#, false),
        ("A|contains: ''", r#"{"A":"x"}"#, true),
        ("A|contains: ''", r#"{"B":"x"}"#, false),
        ("A|contains: 46", r#"{"A":"x4688"}"#, true),
        ("A|contains|all: [a, b]", r#"{"A":["a","b"]}"#, true),
    ]);
}

#[test]
fn case_counts_where_it_is_said() {
    cases(&[
        ("A|cased: Value", r#"{"A":"Value"}"#, true),
        ("A|cased: Value", r#"{"A":"value"}"#, false),
        ("A|contains|cased: VAL", r#"{"A":"a VALUE"}"#, true),
        ("A|contains|cased: VAL", r#"{"A":"a value"}"#, false),
        ("A|endswith|cased: 'E*t'", r#"{"A":"tExt"}"#, true),
        ("A|endswith|cased: 'E*t'", r#"{"A":"text"}"#, false),
    ]);
}

#[test]
fn regular_expressions() {
    cases(&[
        ("A|re: b+c", r#"{"A":"abbbcd"}"#, true),
        ("A|re: ^b+c$", r#"{"A":"abbbcd"}"#, false),
        ("A|re: ABC", r#"{"A":"abc"}"#, false),
        ("A|re|i: ABC", r#"{"A":"abc"}"#, true),
        ("A|re: 'a.c'", r#"{"A":"a\nc"}"#, false),
        ("A|re|s: 'a.c'", r#"{"A":"a\nc"}"#, true),
        ("A|re: ^b$", r#"{"A":"a\nb\nc"}"#, false),
        ("A|re|m: ^b$", r#"{"A":"a\nb\nc"}"#, true),
        ("A|re|i|s: 'A.C'", r#"{"A":"a\nc"}"#, true),
        (r"A|re: '\d{4}'", r#"{"A":4688}"#, true),
        (r"A|re: '\*\?'", r#"{"A":"*?"}"#, true),
        (r"A|re: '[^\\]+\\x'", r#"{"A":"a\\x"}"#, true),
        ("A|re|all: [a+, b+]", r#"{"A":"ab"}"#, true),
        ("A|re|all: [a+, b+]", r#"{"A":"a"}"#, false),
        ("A|re: (a+)+$", r#"{"A":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}"#, false),
    ]);
}

#[test]
fn numbers_match_as_numbers_and_as_strings() {
    cases(&[
        ("A: 4688", r#"{"A":4688}"#, true),
        ("A: 4688", r#"{"A":"4688"}"#, true),
        ("A: '4688'", r#"{"A":4688}"#, true),
        ("A: 4688", r#"{"A":46880}"#, false),
        ("A: 4688", r#"{"A":4688.0}"#, true),
        ("A: 1.5", r#"{"A":"1.5"}"#, true),
        ("A: -1", r#"{"A":-1}"#, true),
        ("A: [1, 2]", r#"{"A":[3, 2]}"#, true),
        ("A|gt: 10", r#"{"A":11}"#, true),
        ("A|gt: 10", r#"{"A":10}"#, false),
        ("A|gte: 10", r#"{"A":"10"}"#, true),
        ("A|lt: 10", r#"{"A":9.5}"#, true),
        ("A|lte: 10", r#"{"A":10.5}"#, false),
        ("A|lt: 10", r#"{"A":"nine"}"#, false),
        ("A|lt: 10", r#"{"B":1}"#, false),
        ("A|lt: 10", r#"{"A":"-inf"}"#, false),
    ]);
}

#[test]
fn null_empty_and_existence() {
    cases(&[
        ("A: null", r#"{"B":1}"#, true),
        ("A: null", r#"{"A":null}"#, true),
        ("A: null", r#"{"A":""}"#, false),
        ("A: ''", r#"{"A":""}"#, true),
        ("A: ''", r#"{"A":null}"#, false),
        ("A: ''", r#"{"B":1}"#, false),
        ("A: ''", r#"{"A":" "}"#, false),
        ("A|exists: true", r#"{"A":null}"#, true),
        ("A|exists: true", r#"{"A":""}"#, true),
        ("A|exists: true", r#"{"B":1}"#, false),
        ("A|exists: false", r#"{"B":1}"#, true),
        ("A|exists: false", r#"{"A":null}"#, false),
    ]);
    check("s:\n    A: x\nf:\n    B: null\ncondition: s and not f", r#"{"A":"x","B":"y"}"#, true);
    check("s:\n    A: x\nf:\n    B: null\ncondition: s and not f", r#"{"A":"x"}"#, false);
}

#[test]
fn not_equal() {
    cases(&[
        ("A|neq: x", r#"{"A":"y"}"#, true),
        ("A|neq: x", r#"{"A":"X"}"#, false),
        ("A|neq: [x, y]", r#"{"A":"y"}"#, false),
        ("A|neq: [x, y]", r#"{"A":"z"}"#, true),
        ("A|neq: 5", r#"{"A":"5"}"#, false),
        ("A|contains|neq: b", r#"{"A":"abc"}"#, false),
        ("A|neq: x", r#"{"A":["x","y"]}"#, false),
        // As `not A: x` would: an absent field is not x.
        ("A|neq: x", r#"{"B":1}"#, true),
        ("A|fieldref|neq: B", r#"{"A":"x","B":"y"}"#, true),
        ("A|fieldref|neq: B", r#"{"A":"x","B":"x"}"#, false),
    ]);
}

#[test]
fn dashes_of_windows() {
    cases(&[
        ("A|windash|contains: ' -enc'", r#"{"A":"x /enc y"}"#, true),
        ("A|windash|contains: ' -enc'", r#"{"A":"x –enc y"}"#, true),
        ("A|windash|contains: ' -enc'", r#"{"A":"x —ENC y"}"#, true),
        ("A|windash|contains: ' -enc'", r#"{"A":"x ―enc y"}"#, true),
        ("A|windash|contains: ' -enc'", r#"{"A":"x _enc y"}"#, false),
        ("A|contains|windash: ' /enc'", r#"{"A":"x -enc y"}"#, true),
        ("A|contains|windash: ' /e*c'", r#"{"A":"x –enc y"}"#, true),
        ("A|endswith|windash: ' -s'", r#"{"A":"x /S"}"#, true),
        ("A|contains: ' -enc'", r#"{"A":"x /enc y"}"#, false),
        ("A|contains|windash: ' -a'\nA|contains: ' -b'", r#"{"A":"x /a /b"}"#, false),
        ("A|contains|windash: ' -a'\nA|contains: ' -b'", r#"{"A":"x /a -b"}"#, true),
        ("A|contains|windash|cased: ' -E'", r#"{"A":"x /E"}"#, true),
        ("A|contains|windash|cased: ' -E'", r#"{"A":"x /e"}"#, false),
    ]);
}

#[test]
fn encodings() {
    // `echo -n 'whoami' | base64` and its neighbours; PowerShell's -enc of `IEX` is UTF-16.
    cases(&[
        ("A|base64: whoami", r#"{"A":"d2hvYW1p"}"#, true),
        ("A|base64|contains: whoami", r#"{"A":"xx d2hvYW1p yy"}"#, true),
        ("A|base64offset|contains: whoami", r#"{"A":"d2hvYW1p"}"#, true),
        ("A|base64offset|contains: whoami", r#"{"A":"IHdob2FtaQ=="}"#, true),
        ("A|base64offset|contains: whoami", r#"{"A":"ICB3aG9hbWk="}"#, true),
        ("A|base64offset|contains: whoami", r#"{"A":"d2hvaXMh"}"#, false),
        ("A|wide|base64offset|contains: IEX", r#"{"A":"SQBFAFgA"}"#, true),
        ("A|utf16le|base64offset|contains: IEX", r#"{"A":"IABJAEUAWAA="}"#, true),
        ("A|utf16be|base64: IEX", r#"{"A":"AEkARQBY"}"#, true),
        ("A|utf16|base64: IEX", r#"{"A":"//5JAEUAWAA="}"#, true),
        ("A|wide|contains: ab", r#"{"A":"xa\u0000b\u0000"}"#, true),
    ]);
}

#[test]
fn networks() {
    cases(&[
        ("A|cidr: 10.0.0.0/8", r#"{"A":"10.1.2.3"}"#, true),
        ("A|cidr: 10.0.0.0/8", r#"{"A":"11.1.2.3"}"#, false),
        ("A|cidr: [10.0.0.0/8, 192.168.0.0/16]", r#"{"A":"192.168.4.4"}"#, true),
        ("A|cidr: 2001:db8::/32", r#"{"A":"2001:DB8:0:1::5"}"#, true),
        ("A|cidr: 2001:db8::/32", r#"{"A":"2001:db9::1"}"#, false),
        ("A|cidr: fe80::/10", r#"{"A":"fe80::1%eth0"}"#, true),
        ("A|cidr: 10.0.0.0/8", r#"{"A":"::ffff:10.1.1.1"}"#, true),
        ("A|cidr: 10.0.0.0/8", r#"{"A":"10.1.2"}"#, false),
        ("A|cidr: 10.0.0.0/8", r#"{"A":["x","10.0.0.1"]}"#, true),
        ("A|cidr: 127.0.0.1", r#"{"A":"127.0.0.1"}"#, true),
    ]);
}

#[test]
fn references_to_other_fields() {
    cases(&[
        ("A|fieldref: B", r#"{"A":"x","B":"X"}"#, true),
        ("A|fieldref: B", r#"{"A":"x","B":"y"}"#, false),
        ("A|fieldref: B", r#"{"A":"x"}"#, false),
        ("A|fieldref: B", r#"{"C":"x"}"#, false),
        ("A|fieldref|startswith: B", r#"{"A":"xyz","B":"xy"}"#, true),
        ("A|fieldref|endswith: B", r#"{"A":"xyz","B":"yz"}"#, true),
        ("A|fieldref|endswith: B", r#"{"A":"xyz","B":"xy"}"#, false),
        ("A|fieldref|contains: B", r#"{"A":"xyz","B":"Y"}"#, true),
        ("A|fieldref|cased: B", r#"{"A":"x","B":"X"}"#, false),
        ("A|fieldref: B", r#"{"A":5,"B":"5"}"#, true),
        ("A|fieldref: B", r#"{"A":["q","x"],"B":["x","z"]}"#, true),
    ]);
}

#[test]
fn keywords_search_the_whole_event() {
    cases(&[
        ("- event::clear\n- event::drop", r#"{"A":"x EVENT::drop y"}"#, true),
        ("- event::clear", r#"{"A":{"deep":["a","event::clear"]}}"#, true),
        ("- event::clear", r#"{"A":"event:clear"}"#, false),
        ("- 4688", r#"{"A":4688}"#, true),
        ("- 'a*c'", r#"{"A":"xxabbcxx"}"#, true),
        ("'|all':\n    - one\n    - two", r#"{"A":"one","B":"two"}"#, true),
        ("'|all':\n    - one\n    - two", r#"{"A":"one","B":"three"}"#, false),
        ("'|re': 'o.e'", r#"{"A":"one"}"#, true),
        ("- one\n- A: two", r#"{"B":"one"}"#, true),
        ("- one\n- A: two", r#"{"A":"two"}"#, true),
        ("- A", r#"{"A":"x"}"#, false),
    ]);
    check("k:\n    - one\nf:\n    A: two\ncondition: k and not f", r#"{"A":"one"}"#, true);
    check("k: one\ncondition: k", r#"{"A":"one"}"#, true);
}

#[test]
fn conditions() {
    let detection = |condition: &str| {
        format!("sel_a:\n    A: 1\nsel_b:\n    B: 1\n_hidden:\n    C: 1\nfilter_main:\n    D: 1\ncondition: {condition}")
    };
    for (condition, json, expected) in [
        ("sel_a and sel_b", r#"{"A":1,"B":1}"#, true),
        ("sel_a and sel_b", r#"{"A":1}"#, false),
        ("sel_a or sel_b", r#"{"B":1}"#, true),
        ("not sel_a", r#"{"B":1}"#, true),
        ("not sel_a", r#"{"A":1}"#, false),
        ("not not sel_a", r#"{"A":1}"#, true),
        ("sel_a or sel_b and filter_main", r#"{"A":1}"#, true),
        ("(sel_a or sel_b) and filter_main", r#"{"A":1}"#, false),
        ("1 of sel_*", r#"{"B":1}"#, true),
        ("any of sel_*", r#"{"B":1}"#, true),
        ("all of sel_*", r#"{"B":1}"#, false),
        ("all of sel_*", r#"{"A":1,"B":1}"#, true),
        ("1 of them", r#"{"C":1}"#, false),
        ("1 of them", r#"{"D":1}"#, true),
        ("all of them", r#"{"A":1,"B":1,"D":1}"#, true),
        ("all of them", r#"{"A":1,"B":1,"C":1}"#, false),
        ("2 of them", r#"{"A":1,"D":1}"#, true),
        ("2 of them", r#"{"A":1,"C":1}"#, false),
        ("1 of _hid*", r#"{"C":1}"#, true),
        ("_hidden", r#"{"C":1}"#, true),
        ("sel_a and not 1 of filter_*", r#"{"A":1,"D":1}"#, false),
        ("sel_a and not 1 of filter_*", r#"{"A":1}"#, true),
        ("1 of s*_a", r#"{"A":1}"#, true),
        ("[sel_a, sel_b]", r#"{"B":1}"#, true),
        ("[sel_a, sel_b]", r#"{"D":1}"#, false),
        ("not (sel_a or sel_b)", r#"{"D":1}"#, true),
        ("not 2 of sel_*", r#"{"A":1}"#, true),
    ] {
        check(&detection(condition), json, expected);
    }
}
