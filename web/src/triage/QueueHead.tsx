/** The views of the queue and its order. */
import { SortMenu } from "@/shell/HeadMenu";
import { Views } from "@/shell/Views";
import styles from "./QueueHead.module.css";
import { type QueueState, SORTS, type Sort, VIEWS, type View } from "./state";

const VIEW_WORDS: Record<View, string> = {
  open: "Open",
  mine: "Mine",
  due: "Due in 30 min",
  escalated: "Escalated",
  closed: "Closed today",
};

const SORT_WORDS: Record<Sort, string> = {
  severity: "severity",
  risk: "risk",
  last_seen: "last seen",
  due: "due",
};

interface QueueHeadProps {
  state: QueueState;
  counts: Partial<Record<View, number>>;
  sort: Sort;
  onView: (view: View) => void;
  onSort: (sort: Sort) => void;
}

export function QueueHead({ state, counts, sort, onView, onSort }: QueueHeadProps) {
  const view = state.view ?? "open";
  return (
    <div className={styles.head}>
      <h1>Queue</h1>
      <Views views={VIEWS} words={VIEW_WORDS} current={view} counts={counts} onView={onView} />
      <SortMenu sorts={SORTS} words={SORT_WORDS} current={sort} onSort={onSort} />
    </div>
  );
}
