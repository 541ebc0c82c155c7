/** What the word under the caret could become, with what is known of the one that is chosen. */
import { Hostile } from "@/design/Hostile";
import { Key } from "@/design/Key";
import type { Suggestion } from "./complete";
import styles from "./Suggestions.module.css";

interface SuggestionsProps {
  /** Ids of the options begin with it. */
  id: string;
  list: readonly Suggestion[];
  at: number;
  typed: string;
  /** Where the word begins, in px of the editor. */
  left: number;
  top: number;
  onTake: (what: Suggestion) => void;
}

export function Suggestions({ id, list, at, typed, left, top, onTake }: SuggestionsProps) {
  const chosen = list[at];
  return (
    <div className={styles.popover} style={{ left, top: top + 26 }}>
      <div className={styles.left}>
        <div id={`${id}-list`} className={styles.list} role="listbox" aria-label="Completions">
          {list.map((one, nth) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the editor has the keys, as long as the list is open
            <div
              key={one.name}
              id={`${id}-${nth}`}
              tabIndex={-1}
              role="option"
              aria-selected={nth === at}
              className={styles.option}
              // The editor keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onTake(one)}
            >
              <span className={styles.name}>{lit(one.name, typed)}</span>
              <span className={styles.kind}>{one.kind}</span>
            </div>
          ))}
        </div>
        <p className={styles.keys}>
          <span>
            <Key k="Tab" /> insert
          </span>
          <span>
            <Key k={["↑", "↓"]} /> move
          </span>
          <span>
            <Key k="Esc" /> close
          </span>
        </p>
      </div>
      {chosen && (
        <div className={styles.about}>
          <p className={styles.title}>
            <Hostile text={chosen.name} mono />
          </p>
          <p>{chosen.meaning}</p>
          {chosen.seen && chosen.seen.length > 0 && (
            <ul>
              {chosen.seen.map((one) => (
                <li key={one.value}>
                  <Hostile text={one.value} mono className={styles.value} />
                  <span>{one.count}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

/** The name with what was typed in it in another colour. */
function lit(name: string, typed: string) {
  const from = typed ? name.toLowerCase().indexOf(typed.toLowerCase()) : -1;
  if (from < 0) return <Hostile text={name} />;
  const to = from + typed.length;
  return (
    <>
      <Hostile text={name.slice(0, from)} />
      <span className={styles.lit}>
        <Hostile text={name.slice(from, to)} />
      </span>
      <Hostile text={name.slice(to)} />
    </>
  );
}
