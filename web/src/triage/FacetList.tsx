/** The facets: what could be narrowed to, with counts. Severity and status take several values, the others one. */
import { type ReactNode, useState } from "react";
import type { AlertStatus, Facets, FacetValue, Severity } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { shortHost } from "@/design/names";
import { SEVERITIES, SeverityMark, StatusMark } from "@/design/shapes";
import styles from "./FacetList.module.css";
import type { QueueState } from "./state";

const SOURCES: Record<string, string> = { rule: "Own rule", indicator: "Indicator", system: "Watchfloor" };

interface FacetListProps {
  facets: Facets;
  state: QueueState;
  onToggle: (facet: "severity" | "status" | "source" | "host" | "owner", value: string) => void;
}

/** Pixels of a bar; what is there is seen. */
const share = (count: number, most: number) => (count > 0 ? Math.max(2, (18 * count) / most) : 0);

/** Values of a facet before "more". */
const FEW = 4;

export function FacetList({ facets, state, onToggle }: FacetListProps) {
  const owners = facets.owner.map((owner) => ({ ...owner, value: owner.value ?? "none" }));
  const known = (list: FacetValue[]) => list.filter((one) => one.value != null);
  const counts = new Map(facets.severity.map((one) => [one.value, one.count]));
  return (
    <section className={styles.facets} aria-label="Filters">
      <Facet
        title="Severity"
        values={SEVERITIES.map((value) => ({ value, count: counts.get(value) ?? 0 }))}
        chosen={state.severity}
        onToggle={(value) => onToggle("severity", value)}
        label={(value) => <SeverityMark severity={value as Severity} />}
        many
      />
      <Facet
        title="Status"
        values={known(facets.status)}
        chosen={state.status}
        onToggle={(value) => onToggle("status", value)}
        label={(value) => <StatusMark status={value as AlertStatus} />}
        many
      />
      <Facet
        title="Source"
        values={known(facets.source)}
        chosen={state.source}
        onToggle={(value) => onToggle("source", value)}
        label={(value) => SOURCES[value] ?? value}
      />
      <Facet
        title="Host"
        values={known(facets.host)}
        chosen={state.host}
        onToggle={(value) => onToggle("host", value)}
        label={(value) => <Hostile text={shortHost(value)} mono titled={value} className={styles.mono} />}
      />
      <Facet
        title="Owner"
        values={owners}
        chosen={state.owner}
        onToggle={(value) => onToggle("owner", value)}
        label={(value, label) => (value === "none" ? "Unassigned" : (label ?? value))}
      />
    </section>
  );
}

interface FacetProps {
  title: string;
  values: FacetValue[];
  chosen: string | readonly string[] | undefined;
  onToggle: (value: string) => void;
  label: (value: string, label: string | null | undefined) => ReactNode;
  many?: boolean;
}

/** One facet: its values with their counts, to be ticked. */
export function Facet({ title, values, chosen, onToggle, label, many = false }: FacetProps) {
  const [open, setOpen] = useState(true);
  const [all, setAll] = useState(false);
  if (values.length === 0) return null;
  const most = Math.max(1, ...values.map((value) => value.count));
  const isChosen = (value: string) => (Array.isArray(chosen) ? chosen.includes(value) : chosen === value);
  const shown = many || all ? values : values.filter((one, at) => at < FEW || isChosen(one.value ?? ""));
  return (
    <fieldset className={styles.facet}>
      <legend className="unseen">{title}</legend>
      <button type="button" className={styles.title} aria-expanded={open} onClick={() => setOpen(!open)}>
        {title}
        <Icon name={open ? "down" : "right"} size={14} />
      </button>
      {open &&
        shown.map(({ value, label: name, count }) => (
          <label key={value} className={styles.row}>
            <input type="checkbox" checked={isChosen(value ?? "")} onChange={() => onToggle(value ?? "")} />
            <span className={styles.name}>{label(value ?? "", name)}</span>
            <svg className={styles.bar} width={18} height={4} aria-hidden="true" focusable="false">
              <rect x={18 - share(count, most)} width={share(count, most)} height={4} rx={1} />
            </svg>
            <span className={styles.count}>{count}</span>
          </label>
        ))}
      {open && !many && values.length > FEW && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${values.length - shown.length} more`}
        </button>
      )}
    </fieldset>
  );
}
