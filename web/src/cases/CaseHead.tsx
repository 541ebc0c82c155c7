/** The head of a case: what it is, where it stands, whose it is, and its times. */
import type { ReactNode } from "react";
import { useMe } from "@/api/session";
import type { Case } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Time } from "@/design/time";
import { DISPOSITION_WORDS, REASON_WORDS } from "@/triage/verdicts";
import styles from "./CaseHead.module.css";
import { CASE_TABS, type CaseTab } from "./state";
import { TLP_HINTS, tlpWord } from "./words";

interface CaseHeadProps {
  one: Case;
  may: boolean;
  onTake: () => void;
}

export function CaseHead({ one, may, onTake }: CaseHeadProps) {
  const me = useMe();
  const open = one.status !== "closed";
  return (
    <header className={styles.head}>
      <div className={styles.main}>
        <div className={styles.line}>
          <span className={styles.number}>Case {one.number}</span>
          <SeverityMark severity={one.severity} />
          <StatusMark status={one.status} />
          <span className={styles.owner}>
            {one.owner ? <Avatar name={one.owner.name} /> : <span className={styles.dim}>Unassigned</span>}
            {one.tier > 1 && <span className={styles.dim}>, tier {one.tier}</span>}
          </span>
          <span className={styles.tlp} title={`May be shared with ${TLP_HINTS[one.tlp]}`}>
            {tlpWord(one.tlp)}
          </span>
          {may && open && one.owner?.id !== me.id && (
            <Button look="plain" k="a" className={styles.take} onClick={onTake}>
              Assign to me
            </Button>
          )}
        </div>
        <h1>
          <Hostile text={one.title} />
        </h1>
      </div>
      <dl className={styles.times}>
        <Moment name="Detected" at={one.detected_at} none="by hand" />
        <Moment name="Raised" at={one.created_at} />
        <Moment name="Taken up" at={one.acknowledged_at} none="not yet" />
        <Moment name="Contained" at={one.contained_at} none={open ? "not yet" : "not recorded"} />
        {one.recovered_at && <Moment name="Recovered" at={one.recovered_at} />}
        {one.closed_at && <Moment name="Closed" at={one.closed_at} />}
      </dl>
    </header>
  );
}

function Moment({ name, at, none }: { name: string; at?: string | null; none?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{at ? <Time at={at} /> : <span className={styles.dim}>{none}</span>}</dd>
    </div>
  );
}

/** What a closed case turned out to be. */
export function Verdict({ one }: { one: Case }) {
  if (one.status !== "closed" || !one.disposition) return null;
  return (
    <p className={styles.verdict}>
      <StatusMark status="closed" />
      <span>
        {DISPOSITION_WORDS[one.disposition]}
        {one.reason && `, ${REASON_WORDS[one.reason]}`}
        {one.comment && (
          <>
            : <Hostile text={one.comment} />
          </>
        )}
      </span>
    </p>
  );
}

const TAB_WORDS: Record<CaseTab, string> = {
  overview: "Overview",
  timeline: "Timeline",
  evidence: "Evidence",
  alerts: "Alerts",
  notes: "Notes",
  journal: "Journal",
};

interface CaseTabsProps {
  tab: CaseTab;
  counts: Partial<Record<CaseTab, number>>;
  onTab: (tab: CaseTab) => void;
  children: ReactNode;
}

/** The tabs, each with its digit, and what can be done. */
export function CaseTabs({ tab, counts, onTab, children }: CaseTabsProps) {
  return (
    <div className={styles.bar}>
      <nav className={styles.tabs} aria-label="Parts of the case">
        {CASE_TABS.map((one, at) => (
          <button
            key={one}
            type="button"
            aria-current={one === tab ? "page" : undefined}
            aria-keyshortcuts={String(at + 1)}
            onClick={() => onTab(one)}
          >
            {TAB_WORDS[one]}
            {counts[one] !== undefined && <span className={styles.count}>{counts[one]}</span>}
            <Key k={String(at + 1)} />
          </button>
        ))}
      </nav>
      <div className={styles.actions}>{children}</div>
    </div>
  );
}

export interface Deeds {
  take: () => void;
  note: () => void;
  enter: () => void;
  begin: () => void;
  step: () => void;
  close: () => void;
  reopen: () => void;
}

/** One filled button: the next thing to do. */
export function CaseActions({ one, deeds }: { one: Case; deeds: Deeds }) {
  if (one.status === "closed") {
    return (
      <>
        <Button look="plain" k="m" icon={<Icon name="note" />} onClick={deeds.note}>
          Note
        </Button>
        <Button look="filled" k="r" onClick={deeds.reopen}>
          Reopen
        </Button>
      </>
    );
  }
  const fresh = one.status === "new";
  return (
    <>
      <Button look="plain" k="m" icon={<Icon name="note" />} onClick={deeds.note}>
        Note
      </Button>
      <Button look="plain" k="t" icon={<Icon name="plus" />} onClick={deeds.enter}>
        Entry
      </Button>
      <Button look="plain" k="s" onClick={deeds.step}>
        State
      </Button>
      {fresh && (
        <Button look="filled" k="i" onClick={deeds.begin}>
          Take up
        </Button>
      )}
      <Button look={fresh ? "outlined" : "filled"} k="e" onClick={deeds.close}>
        Close
      </Button>
    </>
  );
}
