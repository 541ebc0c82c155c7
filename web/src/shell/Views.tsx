/** The views of a screen as tabs: how many each has, and the digit that opens it. */
import { Key } from "@/design/Key";
import styles from "./Views.module.css";

interface ViewsProps<View extends string> {
  /** What they are views of. */
  label?: string;
  views: readonly View[];
  words: Record<View, string>;
  current: View;
  counts: Partial<Record<View, number>>;
  onView: (view: View) => void;
  /** Whether digits open them. */
  digits?: boolean;
}

export function Views<View extends string>(props: ViewsProps<View>) {
  const { label = "Views", views, words, current, counts, onView, digits } = props;
  return (
    <nav className={styles.views} aria-label={label}>
      {views.map((one, at) => (
        <button
          key={one}
          type="button"
          aria-current={one === current ? "page" : undefined}
          aria-keyshortcuts={digits ? String(at + 1) : undefined}
          onClick={() => onView(one)}
        >
          {words[one]}
          {counts[one] !== undefined && <span className={styles.count}>{counts[one]}</span>}
          {digits && <Key k={String(at + 1)} />}
        </button>
      ))}
    </nav>
  );
}
