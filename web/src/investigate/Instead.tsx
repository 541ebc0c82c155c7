/** In the place of rows: what is loading, what failed, what was given up, or why there is nothing. */
import type { UseQueryResult } from "@tanstack/react-query";
import { asProblem } from "@/api/problem";
import type { FieldDetail, SearchTable } from "@/api/types";
import { Button } from "@/design/Button";
import { Empty, Fault, Loading } from "@/design/states";
import styles from "./HuntScreen.module.css";
import { Nothing } from "./Nothing";
import type { HuntState } from "./state";

/** What SQL is good for here. */
const EXAMPLES = [
  ["Events by source", "SELECT _source, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC"],
  [
    "Rare programs",
    'SELECT "process.name", count(*) AS events, count(DISTINCT "host.name") AS hosts\nFROM events WHERE "process.name" IS NOT NULL\nGROUP BY 1 ORDER BY 2 LIMIT 50',
  ],
  [
    "Bytes sent by address",
    'SELECT "source.ip", "destination.ip", sum("source.bytes") AS bytes\nFROM events WHERE "source.bytes" > 0\nGROUP BY 1, 2 ORDER BY 3 DESC LIMIT 50',
  ],
] as const;

interface InsteadProps {
  search: UseQueryResult<SearchTable>;
  state: HuntState;
  /** Nothing was asked yet. */
  idle: boolean;
  fields: readonly FieldDetail[];
  onChange: (state: HuntState) => void;
  onExample: (statement: string) => void;
}

export function Instead({ search, state, idle, fields, onChange, onExample }: InsteadProps) {
  if (idle) return <Examples onExample={onExample} />;
  if (search.error) {
    // What is wrong with the query itself stands below the query.
    if (asProblem(search.error).status === 400) {
      return (
        <Empty title="This query cannot be read." why="The place is marked above. Nothing was searched." />
      );
    }
    return <Fault what="The query was not answered." fault={search.error} retry={() => search.refetch()} />;
  }
  if (search.isFetching) return <Loading lines={12} label="Loading events" />;
  if (!search.data) {
    return (
      <Empty
        title="The query was cancelled."
        why="The server has stopped working on it."
        action={<Button onClick={() => search.refetch()}>Run it again</Button>}
      />
    );
  }
  return <Nothing state={state} fields={fields} onChange={onChange} />;
}

function Examples({ onExample }: { onExample: (statement: string) => void }) {
  return (
    <div className={styles.examples}>
      <p className={styles.lead}>One SELECT over the table events.</p>
      <p>
        Names with dots stand in double quotes, texts in single ones. A field without a column is had by{" "}
        <code>field(attrs, 'email.direction')</code>. The time range above does not apply: write{" "}
        <code>WHERE "@timestamp" &gt; now() - interval '6 hours'</code>.
      </p>
      <ul>
        {EXAMPLES.map(([name, statement]) => (
          <li key={name}>
            <Button look="plain" onClick={() => onExample(statement)}>
              {name}
            </Button>
            <pre>{statement}</pre>
          </li>
        ))}
      </ul>
    </div>
  );
}
