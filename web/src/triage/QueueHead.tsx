/** The views of the queue and its order. */
import { Menu } from "@mantine/core";
import { Icon } from "@/design/Icon";
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
      <nav className={styles.views} aria-label="Views">
        {VIEWS.map((one) => (
          <button
            key={one}
            type="button"
            aria-current={one === view ? "page" : undefined}
            onClick={() => onView(one)}
          >
            {VIEW_WORDS[one]}
            {counts[one] !== undefined && <span className={styles.count}>{counts[one]}</span>}
          </button>
        ))}
      </nav>
      <Menu position="bottom-end" width={160} zIndex={300}>
        <Menu.Target>
          <button type="button" className={styles.sort}>
            Sort <strong>{SORT_WORDS[sort]}</strong>
            <Icon name="down" size={14} />
          </button>
        </Menu.Target>
        <Menu.Dropdown aria-label="Sort by">
          {SORTS.map((one) => (
            <Menu.Item key={one} onClick={() => onSort(one)}>
              {SORT_WORDS[one]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
