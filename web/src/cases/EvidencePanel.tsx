/** One piece of evidence: where it came from, whether it is whole, and its bytes with what the rule matched. */
import type { Alert, Evidence } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { copyInert, Hostile } from "@/design/Hostile";
import { StatusMark } from "@/design/shapes";
import { Time } from "@/design/time";
import { useExplanation } from "@/triage/queries";
import { RawPane } from "@/triage/RawPane";
import { marksOf } from "@/triage/WhyItFired";
import { sizeWords } from "./facts";
import styles from "./panels.module.css";
import { type Integrity, useIntegrity } from "./useIntegrity";

const WORDS: Record<Exclude<Integrity, "matches" | "differs">, string> = {
  checking: "Hash is being computed",
  partial: "Not all of its bytes are shown, so the hash is not checked here",
  unable: "This browser computes no hash on a page without TLS",
};

interface EvidencePanelProps {
  piece: Evidence;
  /** The alerts that the event belongs to. */
  alerts: readonly Alert[];
}

export function EvidencePanel({ piece, alerts }: EvidencePanelProps) {
  const integrity = useIntegrity(piece);
  return (
    <>
      <section className={styles.section}>
        <dl className={styles.facts}>
          <dt>Source</dt>
          <dd>
            <Hostile text={piece.source} mono />
          </dd>
          <dt>Taken</dt>
          <dd className={styles.inline}>
            <Time at={piece.acquired_at} /> by <Avatar name={piece.acquired_by.name} />
          </dd>
          <dt>Size</dt>
          <dd>
            {sizeWords(piece.size)}
            {piece.size >= 1000 && <span className={styles.dim}> {piece.size} bytes</span>}
          </dd>
          <dt>SHA-256</dt>
          <dd className={styles.hash} onCopy={copyInert}>
            {piece.sha256}
          </dd>
          <dt>Integrity</dt>
          <dd>
            {integrity === "matches" ? (
              <span className={styles.good}>
                <StatusMark status="verified" /> the bytes below have this hash
              </span>
            ) : integrity === "differs" ? (
              <span className={styles.bad} role="alert">
                The bytes below do not have this hash: the record was changed.
              </span>
            ) : (
              <span className={styles.dim}>{WORDS[integrity]}</span>
            )}
          </dd>
        </dl>
      </section>
      {alerts.length > 0 ? (
        <Marked piece={piece} alerts={alerts} />
      ) : (
        <Bytes piece={piece} says="No rule of this case matched it: it was added by hand." />
      )}
    </>
  );
}

function Marked({ piece, alerts }: { piece: Evidence; alerts: readonly Alert[] }) {
  const [alert] = alerts as [Alert];
  const { data } = useExplanation(alert.id);
  const explained = data?.event?.id === piece.event && data?.event?.raw === piece.content;
  const marks = explained && data?.explanation ? marksOf(data.explanation.selections) : [];
  return (
    <Bytes
      piece={piece}
      marks={marks}
      says={
        <>
          Matched by <Hostile text={alert.title} /> ({alerts.map((one) => `A-${one.number}`).join(", ")})
          {data && !explained && ". Only an alert's newest event is marked; this is an earlier one"}
          {data?.stale && ". The rule has changed since"}.
        </>
      }
    />
  );
}

interface BytesProps {
  piece: Evidence;
  says: React.ReactNode;
  marks?: ReturnType<typeof marksOf>;
}

function Bytes({ piece, says, marks = [] }: BytesProps) {
  return (
    <section className={styles.section} aria-labelledby="bytes">
      <h3 id="bytes">Raw event</h3>
      <p className={styles.says}>{says}</p>
      <RawPane
        event={{
          id: piece.event ?? piece.name,
          raw: piece.content,
          raw_lossy: piece.content_lossy,
          source: piece.source,
        }}
        marks={marks}
      />
    </section>
  );
}
