/** The views of the screen, the order of the list, and importing. */
import { Menu } from "@mantine/core";
import { Button } from "@/design/Button";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import styles from "./RulesHead.module.css";
import { type RulesState, SORTS, type Sort, VIEWS, type View } from "./state";

export const VIEW_WORDS: Record<View, string> = {
  list: "Rules",
  coverage: "ATT&CK coverage",
  refused: "Not loaded",
};

export const SORT_WORDS: Record<Sort, string> = {
  title: "title",
  level: "level",
  fired: "most fired",
  updated: "last change",
};

interface RulesHeadProps {
  state: RulesState;
  counts: Partial<Record<View, number>>;
  keeps: boolean;
  onView: (view: View) => void;
  onSort: (sort: Sort) => void;
  onImport: () => void;
}

export function RulesHead({ state, counts, keeps, onView, onSort, onImport }: RulesHeadProps) {
  const view = state.view ?? "list";
  return (
    <header className={styles.head}>
      <h1>Rules</h1>
      <nav className={styles.views} aria-label="Views">
        {VIEWS.map((one, at) => (
          <button
            key={one}
            type="button"
            aria-current={one === view ? "page" : undefined}
            aria-keyshortcuts={String(at + 1)}
            onClick={() => onView(one)}
          >
            {VIEW_WORDS[one]}
            {counts[one] !== undefined && <span className={styles.count}>{counts[one]}</span>}
            <Key k={String(at + 1)} />
          </button>
        ))}
      </nav>
      {view === "list" && (
        <Menu position="bottom-end" width={190} zIndex={300}>
          <Menu.Target>
            <button type="button" className={styles.filter}>
              Sort <strong>{SORT_WORDS[state.sort ?? "title"]}</strong>
              <Icon name="down" size={14} />
            </button>
          </Menu.Target>
          <Menu.Dropdown aria-label="Sort">
            {SORTS.map((one) => (
              <Menu.Item key={one} onClick={() => onSort(one)}>
                {SORT_WORDS[one]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {keeps && (
        <Button k="i" icon={<Icon name="plus" />} onClick={onImport}>
          Import
        </Button>
      )}
    </header>
  );
}
