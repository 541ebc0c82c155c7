//! Keywords, maps, lists, conditions and filters. Answers written by hand.

use super::Clause;

/// Four selections below a condition.
macro_rules! four {
    ($condition:literal) => {
        concat!(
            "sel_a:\n    A: 1\nsel_b:\n    B: 1\n_hidden:\n    C: 1\nfilter_main:\n    D: 1\ncondition: ",
            $condition
        )
    };
}

/// A rule that looks for a value of `A`, and a filter that leaves administrators out of it.
macro_rules! filtered {
    ($value:literal, $condition:literal) => {
        concat!(
            "title: R\nid: r\nlogsource: {product: test}\ndetection:\n    s:\n        A: ",
            $value,
            "\n    condition: s\n---\ntitle: F\nlogsource: {product: test}\nfilter:\n    rules: [r]\n    selection:\n        User|startswith: adm_\n    condition: ",
            $condition,
            "\n"
        )
    };
}

pub const CLAUSES: &[Clause] = &[KEYWORDS, MAPS, CONDITIONS, FILTERS];

const KEYWORDS: Clause = Clause {
    text: "Rules 2.1, Detection, Lists and Keywords search: strings of a list are searched for across the entire event and linked with or, under `|all` with and.",
    cases: &[
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
        ("- EVILSERVICE\n- svchost.exe -n evil", r#"{"A":"run SVCHOST.EXE -n evil now"}"#, true),
        ("- EVILSERVICE\n- svchost.exe -n evil", r#"{"A":"svchost.exe","B":"-n evil"}"#, false),
        (
            "'|all':\n    - OabVirtualDirectory\n    - ' -ExternalUrl '",
            r#"{"A":"Set-OabVirtualDirectory -ExternalUrl x"}"#,
            true,
        ),
        (
            "'|all':\n    - OabVirtualDirectory\n    - ' -ExternalUrl '",
            r#"{"A":"Set-OabVirtualDirectory -InternalUrl x"}"#,
            false,
        ),
        ("- 4688", r#"{"A":"x 4688 y"}"#, true),
        ("- 'a?c'", r#"{"A":"xabcx"}"#, true),
        ("- 'a?c'", r#"{"A":"xacx"}"#, false),
        (r"- 'a\*c'", r#"{"A":"xabcx"}"#, false),
        (r"- 'a\*c'", r#"{"A":"xa*cx"}"#, true),
        ("- ПРИВЕТ", r#"{"A":"привет, мир"}"#, true),
        ("- one", "{}", false),
        ("- one", r#"{"A":null}"#, false),
        ("k:\n    - one\nf:\n    A: two\ncondition: k and not f", r#"{"A":"one"}"#, true),
        ("k:\n    - one\nf:\n    A: two\ncondition: k and not f", r#"{"A":"two","B":"one"}"#, false),
        ("k: one\ncondition: k", r#"{"A":"one"}"#, true),
    ],
};

const MAPS: Clause = Clause {
    text: "Rules 2.1, Detection, Maps and Lists: all of a map are linked with and, maps of a list and values of a field with or.",
    cases: &[
        ("EventLog: Security\nEventID:\n    - 517\n    - 1102", r#"{"EventLog":"security","EventID":1102}"#, true),
        ("EventLog: Security\nEventID:\n    - 517\n    - 1102", r#"{"EventLog":"Security","EventID":1103}"#, false),
        ("EventLog: Security\nEventID:\n    - 517\n    - 1102", r#"{"EventLog":"System","EventID":517}"#, false),
        (
            "EventID: 4769\nTicketOptions: '0x40810000'\nTicketEncryption: '0x17'",
            r#"{"EventID":4769,"TicketOptions":"0x40810000","TicketEncryption":"0x17"}"#,
            true,
        ),
        (
            "EventID: 4769\nTicketOptions: '0x40810000'\nTicketEncryption: '0x17'",
            r#"{"EventID":4769,"TicketOptions":"0x40810000"}"#,
            false,
        ),
        (
            "- Image|endswith: '\\\\example.exe'\n- Description|contains: Test executable",
            r#"{"Description":"a test EXECUTABLE"}"#,
            true,
        ),
        (
            "- Image|endswith: '\\\\example.exe'\n- Description|contains: Test executable",
            r#"{"Image":"C:\\example.exe"}"#,
            true,
        ),
        (
            "- Image|endswith: '\\\\example.exe'\n- Description|contains: Test executable",
            r#"{"Image":"C:\\example.exe.bak"}"#,
            false,
        ),
        ("- A: x\n  B: [y, z]\n- A: w\n  B|contains|all: [p, q]", r#"{"A":"x","B":"z"}"#, true),
        ("- A: x\n  B: [y, z]\n- A: w\n  B|contains|all: [p, q]", r#"{"A":"w","B":"qp"}"#, true),
        ("- A: x\n  B: [y, z]\n- A: w\n  B|contains|all: [p, q]", r#"{"A":"w","B":"z"}"#, false),
        ("A|startswith: a\nA|endswith: z", r#"{"A":"abz"}"#, true),
        ("A|startswith: a\nA|endswith: z", r#"{"A":"abc"}"#, false),
        ("a.b.c: x", r#"{"a":{"b":{"c":"x"}}}"#, true),
        ("a.b: x", r#"{"a":[{"b":"y"},{"b":"x"}]}"#, true),
    ],
};

const CONDITIONS: Clause = Clause {
    text: "Rules 2.1, Condition: and, or, not, brackets and `x of`, from the least to the most binding or, and, not, x of; `them` leaves out names that begin with `_`; the conditions of a list are linked with or.",
    cases: &[
        (four!("sel_a and sel_b"), r#"{"A":1,"B":1}"#, true),
        (four!("sel_a and sel_b"), r#"{"A":1}"#, false),
        (four!("sel_a or sel_b"), r#"{"B":1}"#, true),
        (four!("not sel_a"), r#"{"B":1}"#, true),
        (four!("not sel_a"), r#"{"A":1}"#, false),
        (four!("not not sel_a"), r#"{"A":1}"#, true),
        (four!("sel_a or sel_b and filter_main"), r#"{"A":1}"#, true),
        (four!("(sel_a or sel_b) and filter_main"), r#"{"A":1}"#, false),
        (four!("1 of sel_*"), r#"{"B":1}"#, true),
        (four!("any of sel_*"), r#"{"B":1}"#, true),
        (four!("all of sel_*"), r#"{"B":1}"#, false),
        (four!("all of sel_*"), r#"{"A":1,"B":1}"#, true),
        (four!("1 of them"), r#"{"C":1}"#, false),
        (four!("1 of them"), r#"{"D":1}"#, true),
        (four!("all of them"), r#"{"A":1,"B":1,"D":1}"#, true),
        (four!("all of them"), r#"{"A":1,"B":1,"C":1}"#, false),
        (four!("2 of them"), r#"{"A":1,"D":1}"#, true),
        (four!("2 of them"), r#"{"A":1,"C":1}"#, false),
        (four!("1 of _hid*"), r#"{"C":1}"#, true),
        (four!("_hidden"), r#"{"C":1}"#, true),
        (four!("sel_a and not 1 of filter_*"), r#"{"A":1,"D":1}"#, false),
        (four!("sel_a and not 1 of filter_*"), r#"{"A":1}"#, true),
        (four!("1 of s*_a"), r#"{"A":1}"#, true),
        (four!("[sel_a, sel_b]"), r#"{"B":1}"#, true),
        (four!("[sel_a, sel_b]"), r#"{"D":1}"#, false),
        (four!("not (sel_a or sel_b)"), r#"{"D":1}"#, true),
        (four!("not 2 of sel_*"), r#"{"A":1}"#, true),
        (four!("not sel_a and sel_b"), r#"{"B":1}"#, true),
        (four!("not sel_a and sel_b"), r#"{"A":1,"B":1}"#, false),
        (four!("sel_a and sel_b or filter_main"), r#"{"D":1}"#, true),
        (four!("sel_a and (sel_b or filter_main)"), r#"{"A":1,"D":1}"#, true),
        (four!("sel_a and (sel_b or filter_main)"), r#"{"D":1}"#, false),
        (four!("not (sel_a and sel_b)"), r#"{"A":1}"#, true),
        (four!("1 of *_a"), r#"{"A":1}"#, true),
        (four!("1 of *_a"), r#"{"B":1}"#, false),
        (four!("all of sel_* and not filter_main"), r#"{"A":1,"B":1,"D":1}"#, false),
        (four!("not 1 of them"), r#"{"C":1}"#, true),
        (four!("3 of them"), r#"{"A":1,"B":1,"D":1}"#, true),
        (four!("3 of them"), r#"{"A":1,"B":1,"C":1}"#, false),
        (four!("1 of sel_* and _hidden"), r#"{"A":1,"C":1}"#, true),
        (four!("not sel_a or not sel_b"), r#"{"A":1,"B":1}"#, false),
    ],
};

const FILTERS: Clause = Clause {
    text: "Filters 2.1, Global filter: a filter suppresses the matches of the rules that it names.",
    cases: &[
        (filtered!("x", "selection"), r#"{"A":"x"}"#, true),
        (filtered!("x", "selection"), r#"{"A":"x","User":"adm_1"}"#, false),
        (filtered!("y", "selection"), r#"{"A":"x"}"#, false),
        (filtered!("x", "1 of sel*"), r#"{"A":"x","User":"ADM_1"}"#, false),
        (filtered!("x", "1 of sel*"), r#"{"A":"x","User":"bob"}"#, true),
    ],
};
