/** The timeline drawn: a lane per host. Every mark is also a row on the tab Timeline. */
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Severity, TimelineEntry } from "@/api/types";
import { clockTime, fullTime, moment, now } from "@/design/clock";
import { inert } from "@/design/defang";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { shortHost } from "@/design/names";
import { SEVERITY_WORDS, SeverityShape } from "@/design/shapes";
import { useSettings } from "@/shell/settings";
import { useExhibits } from "./Cites";
import styles from "./Lanes.module.css";
import { type Dot, draw, type Group } from "./layout";

/** Lanes before hosts share one. */
const LANES = 9;
/** px of the lane's name. */
const LABEL = 208;
const DAY_MS = 86_400_000;

interface LanesProps {
  entries: readonly TimelineEntry[];
  severityOf: ReadonlyMap<string, Severity>;
  cursor: string | null;
  onCursor: (id: string) => void;
  onOpen: (id: string) => void;
}

interface Placed extends Dot {
  entry: TimelineEntry;
}

const RANK: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

export function Lanes({ entries, severityOf, cursor, onCursor, onOpen }: LanesProps) {
  const { zone } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const plot = Math.max(120, width - LABEL);
  const drawing = useMemo(() => {
    const dots: Placed[] = entries.map((entry) => ({
      id: entry.id,
      at: Date.parse(entry.at),
      lane: entry.host ?? "",
      what: entry.title,
      entry,
    }));
    return draw(dots, plot, LANES);
  }, [entries, plot]);
  const long = (Date.parse(entries.at(-1)?.at ?? "") || 0) - (Date.parse(entries[0]?.at ?? "") || 0) > DAY_MS;
  const fine = drawing.ticks.length > 1 && (drawing.ticks[1]?.at ?? 0) - (drawing.ticks[0]?.at ?? 0) < 60_000;
  const tick = (at: number) =>
    long ? moment(at, zone, "min", now()) : clockTime(at, zone, fine ? "s" : "min");

  return (
    <div ref={box} className={styles.lanes}>
      <div className={styles.axis} style={{ marginLeft: LABEL }} aria-hidden="true">
        {drawing.ticks.map((one) => (
          <span key={one.at} style={{ left: one.x }}>
            {tick(one.at)}
          </span>
        ))}
      </div>
      <ul className={styles.rows}>
        {drawing.lanes.map((lane, at) => (
          <li key={lane.name || `rest-${at}`} className={styles.lane}>
            <span className={styles.name} style={{ width: LABEL }}>
              <Icon name="host" size={14} />
              {lane.name ? (
                <Hostile text={shortHost(lane.name)} mono titled={lane.name} />
              ) : (
                <span>
                  {drawing.folded > 0 && at === LANES - 1 ? `${drawing.folded} more hosts` : "No host"}
                </span>
              )}
              <span className={styles.count}>{lane.count}</span>
            </span>
            <div className={styles.plot}>
              {drawing.ticks.map((one) => (
                <i key={one.at} className={styles.grid} style={{ left: one.x }} />
              ))}
              {lane.groups.map(
                (group) =>
                  group.until !== undefined && (
                    <i
                      key={`line-${group.dots[0]?.id}`}
                      className={styles.series}
                      style={{ left: group.x, width: group.until - group.x }}
                    />
                  ),
              )}
              {lane.groups.map((group) => (
                <Mark
                  key={group.dots[0]?.id}
                  group={group}
                  severity={worst(group, severityOf)}
                  zone={zone}
                  chosen={group.dots.some((dot) => dot.id === cursor)}
                  onClick={() => {
                    const next = group.dots[0]?.id ?? "";
                    if (group.dots.some((dot) => dot.id === cursor)) onOpen(cursor ?? next);
                    else onCursor(next);
                  }}
                />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

function worst(group: Group<Placed>, severityOf: ReadonlyMap<string, Severity>): Severity | null {
  const found = group.dots.flatMap((dot) => (dot.entry.event && severityOf.get(dot.entry.event)) || []);
  return RANK.find((severity) => found.includes(severity)) ?? null;
}

/** px below which a label says nothing. */
const LEAST = 36;

interface MarkProps {
  group: Group<Placed>;
  severity: Severity | null;
  zone: "utc" | "local";
  chosen: boolean;
  onClick: () => void;
}

function Mark({ group, severity, zone, chosen, onClick }: MarkProps) {
  const { numberOf } = useExhibits();
  const entries = group.dots.map((dot) => dot.entry);
  const [first] = entries;
  if (!first) return null;
  const titles = [...new Set(entries.map((entry) => entry.title))];
  const number = first.event ? numberOf.get(first.event) : undefined;
  const more = entries.length > 1 ? ` and ${entries.length - 1} more` : "";
  const says = `${fullTime(first.at, zone)}: ${inert(titles.slice(0, 3).join("; "))}${more}`;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.mark}
      style={{ left: group.x - 6 }}
      data-chosen={chosen || undefined}
      onClick={onClick}
      title={says}
    >
      {severity ? <SeverityShape severity={severity} /> : <span className={styles.plain} />}
      <span className="unseen">
        {severity ? `${SEVERITY_WORDS[severity].long}, ` : ""}
        {says}{" "}
      </span>
      {group.room >= LEAST && (
        <span className={styles.label} style={{ maxWidth: group.room - 6 }}>
          {number !== undefined && <span className={styles.number}>E{number}</span>}
          {entries.length > 1 && <span className={styles.number}>×{entries.length}</span>}
          <Hostile text={titles[0] ?? ""} />
        </span>
      )}
    </button>
  );
}
