/** The views of the screen, the order of the list, and importing. */
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { SortMenu } from "@/shell/HeadMenu";
import { Views } from "@/shell/Views";
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
  /** Takes the source away that the list is narrowed to, where that may be done. */
  onRemove: (() => void) | null;
}

export function RulesHead({ state, counts, keeps, onView, onSort, onImport, onRemove }: RulesHeadProps) {
  const view = state.view ?? "list";
  return (
    <header className={styles.head}>
      <h1>Rules</h1>
      <Views views={VIEWS} words={VIEW_WORDS} current={view} counts={counts} onView={onView} digits />
      {view === "list" && (
        <SortMenu sorts={SORTS} words={SORT_WORDS} current={state.sort ?? "title"} onSort={onSort} />
      )}
      {view === "list" && onRemove && (
        <Button onClick={onRemove}>
          <span>
            Remove <Hostile text={state.source ?? ""} />
          </span>
        </Button>
      )}
      {keeps && (
        <Button k="i" icon={<Icon name="plus" />} onClick={onImport}>
          Import
        </Button>
      )}
    </header>
  );
}
