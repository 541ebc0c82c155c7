//! Syslog, RFC 5424 and RFC 3164. A message that is a JSON object is read as one (also behind `@cee:`).

use model::{Diagnostic, Event, Field, Timestamp, Value, field};

/// Structured-data parameters that are read; the rest stays in the raw bytes.
const MAX_PARAMS: usize = 256;

pub(crate) fn parse(raw: &[u8], received: Timestamp, out: &mut Event) {
    let text = crate::text_of(raw, out);
    let text = text.trim_end_matches(['\n', '\r', '\0']);
    let begin = text.as_ptr() as usize;
    let Some((priority, rest)) = priority(text) else {
        out.diagnostics.push(Diagnostic::flag("syslog.no_priority", "no <priority> in front"));
        message(text, begin, out);
        return;
    };
    if priority > 191 {
        out.diagnostics.push(Diagnostic::flag("syslog.priority", format!("priority {priority} is above 191")));
    }
    push_int(out, field::LOG_SYSLOG_PRIORITY, priority);
    push_int(out, field::LOG_SYSLOG_FACILITY_CODE, priority / 8);
    push_int(out, field::LOG_SYSLOG_SEVERITY_CODE, priority % 8);
    match rest.strip_prefix("1 ") {
        Some(rest) => rfc5424(rest, begin, out),
        None => rfc3164(rest, begin, received, out),
    }
}

fn push_int(out: &mut Event, to: Field, value: u32) {
    out.push(to, Value::Int(i64::from(value)));
}

fn priority(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.strip_prefix('<')?.split_once('>')?;
    let valid = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if valid { Some((digits.parse().ok()?, rest)) } else { None }
}

fn rfc5424(rest: &str, begin: usize, out: &mut Event) {
    out.push_str(field::LOG_SYSLOG_VERSION, "1");
    let mut parts = rest.splitn(6, ' ');
    let mut next = || parts.next().unwrap_or("-");
    let (time, host, app, process, id) = (next(), next(), next(), next(), next());
    let rest = parts.next().unwrap_or("");
    if time != "-" {
        match crate::time::instant(Value::Str(time)) {
            Some(time) => out.time = time,
            None => out.diagnostics.push(Diagnostic::flag("syslog.time", "the time is not RFC 3339")),
        }
    }
    header(out, host, app, process);
    if id != "-" {
        out.push_str(field::LOG_SYSLOG_MSGID, id);
    }
    let text = match structured_data(rest, out) {
        Some(text) => text,
        None => {
            out.diagnostics.push(Diagnostic::flag("syslog.structured_data", "the structured data do not end"));
            rest
        }
    };
    message(text.strip_prefix('\u{feff}').unwrap_or(text), begin, out);
}

/// Host, application and process id, where they are said.
fn header(out: &mut Event, host: &str, app: &str, process: &str) {
    if host != "-" && !host.is_empty() {
        out.push_str(field::LOG_SYSLOG_HOSTNAME, host);
    }
    if app != "-" && !app.is_empty() {
        out.push_str(field::LOG_SYSLOG_APPNAME, app);
    }
    if process != "-" && !process.is_empty() {
        out.push_str(field::LOG_SYSLOG_PROCID, process);
    }
}

/// Reads `-` or `[id name="value" …]…` into fields; what follows is returned, `None` where it has no end.
fn structured_data<'a>(text: &'a str, out: &mut Event) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest.strip_prefix(' ').unwrap_or(rest));
    }
    let mut rest = text;
    let mut count = 0usize;
    while let Some(inner) = rest.strip_prefix('[') {
        let end = inner.find([' ', ']'])?;
        let (id, mut params) = inner.split_at(end);
        loop {
            params = params.trim_start_matches(' ');
            if let Some(after) = params.strip_prefix(']') {
                rest = after;
                break;
            }
            let (name, value) = params.split_once("=\"")?;
            let end = closing_quote(value)?;
            count += 1;
            if count <= MAX_PARAMS {
                param(out, id, name, &value[..end]);
            }
            params = &value[end + 1..];
        }
    }
    if count > MAX_PARAMS {
        out.diagnostics.push(Diagnostic::flag(
            "syslog.too_many_params",
            format!("{count} structured-data parameters, {MAX_PARAMS} read"),
        ));
    }
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

fn closing_quote(value: &str) -> Option<usize> {
    let bytes = value.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn param(out: &mut Event, id: &str, name: &str, value: &str) {
    let full: String = format!("log.syslog.structured_data.{id}.{name}").chars().take(256).collect();
    if let Some(to) = crate::ecs::field(&full) {
        if value.contains('\\') {
            out.push_str(to, &value.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\"));
        } else {
            out.push_str(to, value);
        }
    }
}

fn rfc3164(rest: &str, begin: usize, received: Timestamp, out: &mut Event) {
    // A device may send RFC 3339 here; rsyslog's file format does.
    let rest = match bsd_time(rest, received) {
        Some((time, rest)) => {
            out.time = time;
            rest
        }
        None => match rest.split_once(' ').and_then(|(first, rest)| Some((Timestamp::parse(first).ok()?, rest))) {
            Some((time, rest)) => {
                out.time = time;
                rest
            }
            None => {
                out.diagnostics.push(Diagnostic::flag("syslog.time", "no readable time; the receive time is used"));
                return message(rest, begin, out);
            }
        },
    };
    let (host, rest) = rest.split_once(' ').unwrap_or(("", rest));
    // `sshd[812]: text` or `kernel: text`; anything else is text.
    let tag_end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_./".contains(c))).unwrap_or(rest.len());
    let (app, after) = rest.split_at(tag_end);
    let (process, text) = match after.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((process, text)) if process.len() <= 32 => (process, text.strip_prefix(':').unwrap_or(text)),
        _ => match after.strip_prefix(':') {
            Some(text) => ("", text),
            None => {
                header(out, host, "", "");
                return message(rest, begin, out);
            }
        },
    };
    header(out, host, app, process);
    message(text.strip_prefix(' ').unwrap_or(text), begin, out);
}

/// `Mar 12 08:41:12 `, the day padded by a space or a zero.
fn bsd_time(text: &str, received: Timestamp) -> Option<(Timestamp, &str)> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|m| text.get(..3) == Some(m))?;
    let day = text.get(4..6)?.trim_start().parse().ok()?;
    let clock = text.get(7..15)?;
    let mut parts = clock.splitn(3, ':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let rest = text.get(15..)?.strip_prefix(' ')?;
    let time = crate::time::without_year(i8::try_from(month).ok()? + 1, day, hour, minute, second, received)?;
    Some((time, rest))
}

/// The message: a JSON object's fields, or text. Fields that the header gives do not overrule the object's. `begin` is
/// the address of the record's first byte, to tell where a fault stands.
fn message(text: &str, begin: usize, out: &mut Event) {
    let body = text.trim_start();
    let body = body.strip_prefix("@cee:").map_or(body, str::trim_start);
    if body.starts_with('{') && body.trim_end().ends_with('}') {
        crate::json::parse_text(body, body.as_ptr() as usize - begin, out);
    } else {
        out.push_str(field::MESSAGE, text);
    }
    for (from, to) in [(field::LOG_SYSLOG_HOSTNAME, field::HOST_NAME), (field::LOG_SYSLOG_APPNAME, field::PROCESS_NAME)]
    {
        if !out.has(to)
            && let Some(at) = out.slots().iter().position(|slot| slot.field() == from)
        {
            out.alias(to, at);
        }
    }
    if !out.has(field::PROCESS_PID)
        && let Some(pid) = out.str(field::LOG_SYSLOG_PROCID).and_then(|text| text.parse().ok())
    {
        out.push(field::PROCESS_PID, Value::Int(pid));
    }
}
