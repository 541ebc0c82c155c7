/** What an import or a removal changes: the sums first, then what does not load, what is blind here, and every rule that changes. */
import type { ReactNode } from "react";
import type { ImportReport, RuleEntry } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import { Remedy } from "./Remedy";
import styles from "./Report.module.css";

/** Entries of a part that are drawn; the count is of all. */
const SHOWN = 200;
/** Entries of a part that is unfolded at first: the heads of all parts should be seen at once. */
const FEW = 10;

interface ReportProps {
  report: ImportReport;
  /** Whether a source goes. */
  removal?: boolean;
}

export function Report({ report, removal = false }: ReportProps) {
  const silent = removal ? [] : (report.without_telemetry ?? []);
  return (
    <section
      className={styles.report}
      aria-label={removal ? "Report of the removal" : "Report of the import"}
      tabIndex={0}
    >
      {removal ? <Goes report={report} /> : <Comes report={report} />}
      <Part title={removal ? "Load no more" : "Do not load"} tone="bad" items={report.refused}>
        {(one) => (
          <>
            <p>
              <Hostile text={one.message} />
            </p>
            <Remedy text={one.remedy} code={one.code} />
            <p className={styles.file}>
              <Hostile text={one.name} mono />
              {one.line != null && <span className={styles.dim}> line {one.line}</span>}
            </p>
          </>
        )}
      </Part>
      <Part title="No such events have come in" tone="blind" items={silent}>
        {(one) => (
          <p>
            <Hostile text={one.title ?? one.file} /> <span className={styles.dim}>{one.message}</span>
          </p>
        )}
      </Part>
      <Part title="Removed" items={report.removed}>
        {entry}
      </Part>
      <Part title={removal ? "Come from another source instead" : "Changed"} items={report.changed}>
        {entry}
      </Part>
      <Part title="Added" items={report.added}>
        {entry}
      </Part>
    </section>
  );
}

/** What an import brings. */
function Comes({ report }: { report: ImportReport }) {
  return (
    <p className={styles.sum} role="status">
      <strong>{report.loaded}</strong> {report.loaded === 1 ? "rule loads" : "rules load"} ={" "}
      <strong>{report.added.length}</strong> added + <strong>{report.changed.length}</strong> changed +{" "}
      <strong>{report.unchanged}</strong> as they were. <strong>{report.removed.length}</strong> removed.
    </p>
  );
}

/** What goes with a source. */
function Goes({ report }: { report: ImportReport }) {
  const { removed, loaded } = report;
  return (
    <p className={styles.sum} role="status">
      <strong>{removed.length}</strong> {removed.length === 1 ? "rule goes" : "rules go"}.{" "}
      {loaded > 0 && (
        <>
          <strong>{loaded}</strong> {loaded === 1 ? "stays" : "stay"}, from another source.
        </>
      )}
    </p>
  );
}

const entry = (one: RuleEntry) => (
  <p className={styles.entry}>
    <SeverityMark severity={one.level} short />
    <Hostile text={one.title} titled={one.file} />
  </p>
);

interface PartProps<Item> {
  title: string;
  tone?: "bad" | "blind";
  items: readonly Item[];
  children: (item: Item) => ReactNode;
}

function Part<Item>({ title, tone, items, children }: PartProps<Item>) {
  if (items.length === 0) return null;
  return (
    <details className={styles.part} data-tone={tone} open={items.length <= FEW}>
      <summary>
        {title} <span className={styles.count}>{items.length}</span>
      </summary>
      <ul>
        {items.slice(0, SHOWN).map((item, at) => (
          <li key={at}>{children(item)}</li>
        ))}
      </ul>
      {items.length > SHOWN && <p className={styles.dim}>and {items.length - SHOWN} more</p>}
    </details>
  );
}
