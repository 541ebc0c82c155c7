/** Why there is nothing: no source, no time, a name that no event has, or truly nothing. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSources } from "@/admin/queries";
import type { FieldDetail } from "@/api/types";
import { Button } from "@/design/Button";
import { now } from "@/design/clock";
import { Empty } from "@/design/states";
import { Time } from "@/design/time";
import { rangeLabel, spanLabel } from "@/shell/range";
import { useSettings } from "@/shell/settings";
import { META, rank } from "./complete";
import styles from "./HuntScreen.module.css";
import { fieldsOf } from "./ink";
import type { HuntState } from "./state";

interface NothingProps {
  state: HuntState;
  fields: readonly FieldDetail[];
  onChange: (state: HuntState) => void;
}

export function Nothing({ state, fields, onChange }: NothingProps) {
  const { data: sources } = useSources();
  const { zone } = useSettings();
  if (state.lang === "sql") {
    return (
      <Empty title="The statement has no rows." why="It was read and run; no event answers its WHERE." />
    );
  }
  if (sources?.items.length === 0) {
    return (
      <Empty
        title="There is no event to search."
        why="No source has sent anything yet."
        action={<Link to="/sources">How to connect a source</Link>}
      />
    );
  }
  const unknown = unknownFields(state.q ?? "", fields);
  const why: ReactNode[] = unknown.map(({ name, near }) => (
    <span key={name}>
      <code>{name}</code> is no field of the catalogue
      {near ? (
        <>
          ; did you mean <code>{near}</code>?
        </>
      ) : (
        "."
      )}{" "}
    </span>
  ));
  const timed = state.from ?? (state.range && state.range !== "all");
  if (timed) {
    const when =
      state.from && state.to
        ? spanLabel(state.from, state.to, zone, now())
        : rangeLabel(state.range, zone, now()).replace(/^L/, "the l");
    why.push(
      <span key="time">
        Only {when} was searched, by the time at which events happened.{" "}
        {sources && <Last sources={sources.items} />}
      </span>,
    );
  } else if (unknown.length === 0) {
    why.push(
      <span key="all">
        Every event was looked at, of any time. {sources && <Last sources={sources.items} />}
      </span>,
    );
  }
  return (
    <Empty
      title="No event matches this query."
      why={why}
      action={
        timed ? (
          <Button onClick={() => onChange({ ...state, range: undefined, from: undefined, to: undefined })}>
            Search any time
          </Button>
        ) : undefined
      }
    />
  );
}

/** When anything came at all, and who has fallen silent. */
function Last({ sources }: { sources: readonly { name: string; last_seen: string; state: string }[] }) {
  const last = sources
    .map((source) => source.last_seen)
    .sort()
    .at(-1);
  const silent = sources.filter((source) => source.state === "silent").length;
  if (!last) return null;
  return (
    <>
      The last event of any source came <Time at={last} />
      {silent > 0 && (
        <>
          , and {silent} of {sources.length}{" "}
          <Link to="/sources" className={styles.link}>
            sources are silent
          </Link>
        </>
      )}
      .
    </>
  );
}

/** Names in a query that no event of the catalogue can have, with the nearest that exists. */
export function unknownFields(
  query: string,
  fields: readonly FieldDetail[],
): { name: string; near?: string }[] {
  if (fields.length === 0) return [];
  const all = [...fields, ...META].map((field) => field.name);
  const known = new Set([...all, "event.ingested"]);
  return fieldsOf(query)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, near: nearest(name, all) }));
}

/** `hostname` is `host.name`, `ip` is a part of `source.ip`. */
function nearest(name: string, all: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[._-]/g, "");
  return all.find((one) => plain(one) === plain(name)) ?? all.find((one) => (rank(one, name) ?? 2) < 2);
}
