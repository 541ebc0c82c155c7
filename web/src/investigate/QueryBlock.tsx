/** The head of Hunt: the editor, its language, Run, and what the answer cost. */
import { type ReactNode, type RefObject, useId } from "react";
import { asProblem } from "@/api/problem";
import { Button } from "@/design/Button";
import { StatusMark } from "@/design/shapes";
import { FaultCode } from "@/design/states";
import type { Suggestion, Typed } from "./complete";
import type { Lang } from "./ink";
import { placeOf, said } from "./place";
import styles from "./QueryBlock.module.css";
import { QueryEditor } from "./QueryEditor";

interface QueryBlockProps {
  draft: string;
  lang: Lang;
  /** The query that was run: a problem is about it. */
  asked: string;
  problem: unknown;
  suggest: (typed: Typed) => Suggestion[];
  onChange: (draft: string) => void;
  onLang: (lang: Lang) => void;
  onRun: () => void;
  onLeave: () => void;
  onCancel: () => void;
  /** Seconds that the query has been running; null when it is not. */
  running_s: number | null;
  field: RefObject<HTMLTextAreaElement | null>;
  /** What came of it, in two lines. */
  stats: ReactNode;
}

const LANGS: readonly { lang: Lang; word: string }[] = [
  { lang: "bar", word: "Bar" },
  { lang: "sql", word: "SQL" },
];

export function QueryBlock(props: QueryBlockProps) {
  const { draft, lang, asked, running_s, field } = props;
  const id = useId();
  const problem = props.problem ? asProblem(props.problem) : null;
  // About another text than that of the editor the place would be wrong.
  const same = problem !== null && draft === asked;
  const wrong = same ? placeOf(problem, draft) : null;
  return (
    <section className={styles.block} aria-label="Query">
      <div className={styles.top}>
        <QueryEditor
          value={draft}
          lang={lang}
          onChange={props.onChange}
          onRun={props.onRun}
          onLeave={props.onLeave}
          suggest={props.suggest}
          wrong={wrong}
          describedBy={same ? id : undefined}
          field={field}
        />
        <div className={styles.side}>
          <div className={styles.tools}>
            <fieldset className={styles.langs} aria-label="Language of the query">
              {LANGS.map((one) => (
                <button
                  key={one.lang}
                  type="button"
                  aria-pressed={one.lang === lang}
                  onClick={() => one.lang !== lang && props.onLang(one.lang)}
                >
                  {one.word}
                </button>
              ))}
            </fieldset>
            {running_s === null ? (
              <Button look="filled" k={["Ctrl", "↵"]} aria-keyshortcuts="Control+Enter" onClick={props.onRun}>
                Run
              </Button>
            ) : (
              <Button k="Esc" onClick={props.onCancel}>
                Cancel
              </Button>
            )}
          </div>
          <div className={styles.stats} role="status" aria-label="What came of the query">
            {running_s === null ? (
              props.stats
            ) : (
              <p className={styles.running}>
                <StatusMark status="running" />
                {running_s >= 2 && <span>{running_s} s. A narrower time range reads fewer files.</span>}
              </p>
            )}
          </div>
        </div>
      </div>
      {same && (
        <div className={styles.problem} id={id} role="alert">
          <p>
            {wrong && (
              <strong>
                {wrong.from >= draft.length ? "At the end" : `Character ${wrong.from + 1}`}
                {draft.includes("\n") &&
                  wrong.from < draft.length &&
                  `, line ${draft.slice(0, wrong.from).split("\n").length}`}
                :{" "}
              </strong>
            )}
            {said(problem)}
          </p>
          <FaultCode problem={problem} />
        </div>
      )}
    </section>
  );
}
