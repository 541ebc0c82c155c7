/** How to connect a source, as commands that can be copied. Pure. */

export interface Way {
  id: string;
  name: string;
  /** What it is for, and what it promises. */
  why: string;
  /** A command or a piece of configuration. */
  text: string;
  /** What has to be so before it works. */
  needs?: string;
}

/** Where the console was opened: senders reach the program under the same address, unless a proxy stands between. */
export interface Place {
  /** `http://127.0.0.1:8420` */
  origin: string;
  /** `127.0.0.1` */
  host: string;
}

/** The port of the examples for syslog: the program has none unless it is started with one. */
export const SYSLOG_PORT = 5514;

const SERVE = `watchfloor serve --data FOLDER --syslog-udp 0.0.0.0:${SYSLOG_PORT} --syslog-tcp 0.0.0.0:${SYSLOG_PORT}`;

/** The ways in. `TOKEN` stands for a token with the role ingest. */
export function waysIn({ origin, host }: Place): Way[] {
  return [
    {
      id: "http",
      name: "HTTP",
      why: "One event per line, JSON or plain. Answered once the events are on disk. With an Idempotency-Key the same batch can be sent again without being stored twice.",
      text: `curl -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/x-ndjson" \\
  -H "Idempotency-Key: batch-0001" \\
  --data-binary @events.ndjson \\
  "${origin}/api/v1/ingest?source=my-source"`,
    },
    {
      id: "bulk",
      name: "Elasticsearch _bulk",
      why: "For Winlogbeat, Filebeat, Elastic Agent, Logstash, Vector and Fluent Bit. The index is the source, without a date at its end; a document with an _id is stored once.",
      text: `output.elasticsearch:
  hosts: ["${origin}"]
  api_key: "id:\${TOKEN}"
  index: "windows-dc"
setup.ilm.enabled: false
setup.template.enabled: false`,
    },
    {
      id: "rsyslog",
      name: "Syslog over TCP",
      why: "RFC 5424 or 3164, by line or by octet count. TCP has no acknowledgement: what is on the wire when a machine fails is lost.",
      text: `*.* action(type="omfwd" target="${host}" port="${SYSLOG_PORT}" protocol="tcp"
           template="RSYSLOG_SyslogProtocol23Format"
           queue.type="LinkedList" queue.filename="watchfloor" action.resumeRetryCount="-1")`,
      needs: SERVE,
    },
    {
      id: "udp",
      name: "Syslog over UDP",
      why: "For firewalls and switches that have nothing else. What is lost on the way nobody knows; what is dropped here for want of room is counted.",
      text: `logger --server ${host} --port ${SYSLOG_PORT} --udp --rfc5424 "a line by syslog"`,
      needs: SERVE,
    },
    {
      id: "files",
      name: "Files",
      why: "EVTX, JSON, syslog or lines, once. Without a server the same is done over a folder with --data.",
      text: `watchfloor ingest --server ${origin} --token "$TOKEN" --source dc-archive Security.evtx Sysmon.evtx`,
    },
  ];
}
