//! What loads, what is refused, and how it is named.

use super::{compile, event_of, matches, rule_text, source};
use detect::{
    RuleFile, RuleSet, rule_files_from_tar_zst, rule_files_from_zip, rules_and_samples_from_tar_zst,
    rules_and_samples_from_zip,
};
use model::Severity;

/// A faulty `detection`, the code, the line.
#[track_caller]
fn refused(detection: &str, code: &str, line: Option<u32>) {
    refused_text(&rule_text(detection), code, line);
}

#[track_caller]
fn refused_text(text: &str, code: &str, line: Option<u32>) {
    let (set, report) = compile(text);
    assert_eq!((set.rules().len(), report.loaded), (0, 0), "{text:.300}");
    let found: Vec<_> = report.refused.iter().map(|refusal| (refusal.code, refusal.line, refusal.remedy.is_empty())).collect();
    assert_eq!(found, [(code, line, false)], "{text:.300}\n{report:?}");
}

#[test]
fn faults_have_codes_and_lines() {
    refused("s:\n    A|contians: x\ncondition: s", "rule.modifier_unknown", Some(6));
    refused("s:\n    A|not: x\ncondition: s", "rule.modifier_unknown", Some(6));
    refused("s:\n    A|expand: '%x%'\ncondition: s", "rule.placeholder_undefined", Some(6));
    refused("s:\n    A|hour: noon\ncondition: s", "rule.value", Some(6));
    refused("s:\n    A|hour|day: 3\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|hour|contains: 3\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|re|contains: x\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|contains|startswith: x\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|contains|base64: x\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|base64: 'x*'\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|i: x\ncondition: s", "rule.modifier_conflict", Some(6));
    refused("s:\n    A|re: 'x{1000}{1000}'\ncondition: s", "rule.regex_too_large", Some(6));
    refused("s:\n    A|re: '(?=x)'\ncondition: s", "rule.regex", Some(6));
    refused("s:\n    A|cidr: 10.0.0.0/99\ncondition: s", "rule.value", Some(6));
    refused("s:\n    A|gt: many\ncondition: s", "rule.value", Some(6));
    refused("s:\n    A|exists: perhaps\ncondition: s", "rule.value", Some(6));
    refused("s:\n    A|contains: null\ncondition: s", "rule.value", Some(6));
    refused("s:\n    A: [x, null]\ncondition: s", "rule.null_in_list", Some(6));
    refused("s:\n    A: {B: x}\ncondition: s", "rule.value_nested", Some(6));
    refused("s:\n    A: []\ncondition: s", "rule.selection_empty", Some(6));
    refused("s: {}\ncondition: s", "rule.selection_empty", Some(5));
    refused("s:\n    - '*'\ncondition: s", "rule.matches_everything", Some(5));
    refused("s:\n    A: x\ncondition: s and t", "rule.selection_unknown", Some(7));
    refused("s:\n    A: x\ncondition: s and", "rule.condition", Some(7));
    refused("s:\n    A: x\ncondition: s | count() > 5", "rule.deprecated_aggregation", Some(7));
    refused("s:\n    A: x\ntimeframe: 5m\ncondition: s", "rule.deprecated_aggregation", Some(7));
    refused("s:\n    A: x", "rule.condition", Some(4));
}

#[test]
fn kinds_of_documents_that_do_not_run_are_named() {
    refused_text("title: C\ncorrelation:\n    type: event_count\n", "rule.correlation", Some(2));
    refused_text("title: F\nlogsource: {product: x}\nfilter:\n    rules: any\n", "rule.condition", None);
    refused_text("title: F\nfilter:\n    rules: any\n", "rule.filter", None);
    refused_text("action: repeat\ntitle: G\n", "rule.collection_action", Some(1));
    refused_text("action: never\ntitle: G\n", "rule.collection_action", Some(1));
    refused_text("- a\n- b\n", "rule.invalid", None);
    refused_text("", "rule.invalid", None);
    refused_text("title: x\ndetection:\n    s: {A: x}\n    condition: s\n", "rule.invalid", None);
    refused_text(&format!("{}status: unsupported\n", rule_text("s: {A: x}\ncondition: s")), "rule.status_unsupported", Some(8));
    refused_text(&rule_text("s: {A: x}\ncondition: s").replace("high", "hgih"), "rule.level_unknown", Some(7));
    refused_text(&rule_text("s: {A: x, A: y}\ncondition: s"), "rule.yaml", Some(5));
}

#[test]
fn floods_are_refused() {
    let many: String = (0..10_000).map(|i| format!("s{i}:\n    A: x{i}\n")).collect();
    refused(&format!("{many}condition: 1 of them"), "rule.too_many_selections", Some(4));
    let values: Vec<String> = (0..60_000).map(|i| i.to_string()).collect();
    refused(&format!("s:\n    A: [{}]\ncondition: s", values.join(", ")), "rule.too_many_values", Some(4));
    refused_text(&" ".repeat(2 << 20), "rule.too_large", None);
    let (_, report) = RuleSet::compile(vec![RuleFile { name: "latin1.yml".into(), text: b"title: \xFC\n".to_vec() }]);
    assert_eq!(report.refused[0].code, "rule.encoding");
}

#[test]
fn one_bad_rule_leaves_the_rest() {
    let good = rule_text("s: {A: x}\ncondition: s");
    let text = format!("{good}---\ntitle: bad\n---\n{}", good.replace("A: x", "B: x"));
    let (set, report) = compile(&text);
    assert_eq!(report.loaded, 2);
    assert_eq!(report.refused.iter().map(|r| (r.name.as_str(), r.code)).collect::<Vec<_>>(), [("test.yml#2", "rule.invalid")]);
    assert_eq!(set.rules().iter().map(|rule| rule.reference.id.as_str()).collect::<Vec<_>>(), ["test.yml", "test.yml#3"]);
    assert_eq!(matches(&set, &event_of(r#"{"A":"x","B":"x"}"#, source("test", "", &[]))), [0, 1]);
    assert_eq!(set.find("test.yml#3"), Some(1));
}

#[test]
fn an_id_is_given_once() {
    let rule = format!("id: 929a690e-bef0-4204-a928-ef5e620d6fcc\n{}", rule_text("s: {A: x}\ncondition: s"));
    let (set, report) = compile(&format!("{rule}---\n{rule}"));
    assert_eq!((set.rules().len(), report.refused[0].code), (1, "rule.id_duplicate"));
    // The second document begins on line 10; its id is on its first line.
    assert_eq!(report.refused[0].line, Some(10));
}

#[test]
fn what_a_rule_says_of_itself() {
    let text = "title: T\nid: some-id\nstatus: test\ndescription: D\nauthor: A, B\nreferences:\n    - https://r.example\ntags:\n    - attack.t1059\nfalsepositives:\n    - Admins\nlogsource: {product: windows}\ndetection:\n    s: {A: x}\n    condition: s\n";
    let (set, report) = compile(text);
    assert_eq!(report.refused, []);
    let rule = &set.rules()[0];
    assert_eq!((rule.reference.id.as_str(), rule.reference.title.as_str()), ("some-id", "T"));
    // No level is written: somebody shall look.
    assert_eq!(rule.reference.level, Severity::Medium);
    assert_eq!(rule.reference.version.len(), 16);
    assert_eq!(
        (rule.status.as_deref(), rule.author.as_deref(), rule.description.as_deref()),
        (Some("test"), Some("A, B"), Some("D"))
    );
    assert_eq!(
        (rule.references.as_slice(), rule.falsepositives.as_slice()),
        (&["https://r.example".to_owned()][..], &["Admins".to_owned()][..])
    );
    assert_eq!((rule.condition.as_str(), rule.text.as_str()), ("s", text));
    let (other, _) = compile(&text.replace("A: x", "A: y"));
    assert_ne!(other.rules()[0].reference.version, rule.reference.version);
    assert_ne!(other.version(), set.version());
}

#[test]
fn archives_give_rule_files_only() {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in [("rules/a.yml", "a"), ("README.md", "no"), ("rules/b.YAML", "b")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let packed = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    let files = rule_files_from_tar_zst(&packed).unwrap();
    assert_eq!(
        files.iter().map(|f| (f.name.as_str(), f.text.as_slice())).collect::<Vec<_>>(),
        [("rules/a.yml", &b"a"[..]), ("rules/b.YAML", b"b")]
    );
    assert!(rule_files_from_tar_zst(&packed[..packed.len() / 2]).is_err());
    assert!(rule_files_from_tar_zst(b"no archive").is_err());

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("a.yml", "a"), ("a.exe", "no")] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    let packed = zip.finish().unwrap().into_inner();
    assert_eq!(rule_files_from_zip(&packed).unwrap(), [RuleFile { name: "a.yml".into(), text: b"a".to_vec() }]);
    assert!(rule_files_from_zip(&packed[..packed.len() - 10]).is_err());
}

#[test]
fn samples_come_out_of_an_archive_where_they_are_wanted() {
    let large = " ".repeat((1 << 20) + 1);
    let entries = [("rules/a.yml", "a"), ("rules/a.hit.ndjson", "{}"), ("rules/a.miss.ndjson", large.as_str()), ("a.ndjson", "no")];
    let mut tar = tar::Builder::new(Vec::new());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    let tar = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let names = |files: Vec<RuleFile>| files.into_iter().map(|file| file.name).collect::<Vec<_>>();
    for found in [rules_and_samples_from_tar_zst(&tar), rules_and_samples_from_zip(&zip)] {
        assert_eq!(names(found.unwrap()), ["rules/a.yml", "rules/a.hit.ndjson"], "one that is too large is left out");
    }
    assert_eq!(names(rule_files_from_tar_zst(&tar).unwrap()), ["rules/a.yml"]);
}

#[test]
fn a_bomb_in_an_archive_is_cut_off() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(64 << 20);
    tar.append_data(&mut header, "bomb.yml", std::io::Read::take(std::io::repeat(b' '), 64 << 20)).unwrap();
    let packed = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    let files = rule_files_from_tar_zst(&packed).unwrap();
    assert!(files[0].text.len() <= (1 << 20) + 1);
    assert_eq!(RuleSet::compile(files).1.refused[0].code, "rule.too_large");
}

/// The library reads long names into memory, however long they are.
#[test]
fn long_names_are_read_and_have_an_end() {
    let long = format!("{}/rule.yml", "folder/".repeat(40));
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    tar.append_data(&mut header.clone(), &long, &b"a"[..]).unwrap();
    tar.append_pax_extensions([("mtime", &b"1.5"[..]), ("path", long.replace("rule", "pax").as_bytes())]).unwrap();
    tar.append_data(&mut header.clone(), "short.txt", &b"b"[..]).unwrap();
    tar.append_pax_extensions([("mtime", &b"1.5"[..])]).unwrap();
    tar.append_data(&mut header, "c.yml", &b"c"[..]).unwrap();
    let packed = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    let files = rule_files_from_tar_zst(&packed).unwrap();
    let names: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.text.as_slice())).collect();
    assert_eq!(names, [(&*long, &b"a"[..]), (&*long.replace("rule", "pax"), b"b"), ("c.yml", b"c")]);

    for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(64 << 20);
        tar.append_data(&mut header, "name", std::io::Read::take(std::io::repeat(b'a'), 64 << 20)).unwrap();
        let packed = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
        assert!(rule_files_from_tar_zst(&packed).unwrap_err().to_string().contains("64 KiB"), "{kind:?}");
    }
}
