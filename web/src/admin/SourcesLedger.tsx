/** What was received and what became of it, as a sum that closes on screen. */
import type { SourceRow, SourceTotals } from "@/api/types";
import styles from "./SourcesScreen.module.css";
import { FATES, type Fate, sumOfAll } from "./sources";

const count = new Intl.NumberFormat("en");

const FATE_WORDS: Record<Fate, { word: string; means: string }> = {
  stored: { word: "stored", means: "Durable and searchable" },
  rejected: {
    word: "rejected",
    means: "Malformed beyond storing; the sender was told where the protocol can",
  },
  quarantined: { word: "quarantined", means: "Kept aside with a reason" },
  dropped: { word: "dropped", means: "Lost by a protocol that cannot wait while there was no room" },
};

export function Ledger({ totals, sources }: { totals: SourceTotals; sources: readonly SourceRow[] }) {
  const sum = sumOfAll(totals);
  const again = sources.reduce((all, source) => all + source.duplicates, 0);
  const flagged = sources.reduce((all, source) => all + source.flagged, 0);
  return (
    <section className={styles.ledger} aria-label="What became of all events">
      <p className={styles.sum}>
        <span>
          <strong>{count.format(sum.received)}</strong> received
        </span>
        {FATES.map((fate, at) => (
          <span
            key={fate}
            title={FATE_WORDS[fate].means}
            data-lost={fate !== "stored" && sum.parts[fate] > 0 ? fate : undefined}
          >
            <span className={styles.sign}>{at === 0 ? "=" : "+"}</span>
            <strong>{count.format(sum.parts[fate])}</strong> {FATE_WORDS[fate].word}
          </span>
        ))}
      </p>
      <p className={styles.aside}>
        {sum.open !== 0 && (
          <strong className={styles.fault} role="alert">
            The sum is open by {count.format(sum.open)}: tell whoever runs the program.{" "}
          </strong>
        )}
        {count.format(again)} sent again under a known id, and in none of these. {count.format(flagged)} of
        those stored have a diagnostic.
      </p>
    </section>
  );
}
