/** Who sends what, how late, and what became of it; and how another source is connected. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useMe } from "@/api/session";
import { Button } from "@/design/Button";
import { StatusMark } from "@/design/shapes";
import { Empty, Fault, Loading } from "@/design/states";
import { useCursor } from "@/design/useCursor";
import { useKeys } from "@/keys/useKeys";
import { useBar } from "@/shell/bar";
import { Footer } from "@/shell/Footer";
import { SidePanel } from "@/shell/SidePanel";
import { useSources } from "./queries";
import { SourceConnect } from "./SourcesConnect";
import { Ledger } from "./SourcesLedger";
import styles from "./SourcesScreen.module.css";
import { SourceTable } from "./SourcesTable";
import { ordered, STATE_MEANINGS, states } from "./sources";

const ORDER = ["silent", "lagging", "on_time"] as const;

export function SourcesScreen() {
  const { data, error, refetch } = useSources();
  const navigate = useNavigate();
  const me = useMe();
  const [wanted, setWanted] = useState("");
  const [connecting, setConnecting] = useState(false);
  const all = useMemo(() => ordered(data?.items ?? []), [data]);
  const shown = useMemo(
    () => all.filter((source) => source.name.toLowerCase().includes(wanted.toLowerCase())),
    [all, wanted],
  );
  const ids = useMemo(() => shown.map((source) => source.name), [shown]);
  const cursor = useCursor(ids, "sources", null, false);
  const none = data?.items.length === 0;
  const open = useCallback(
    (name: string | null) => {
      if (name === null) return;
      const quoted = `"${name.replace(/["\\]/g, "\\$&")}"`;
      void navigate({ to: "/hunt", search: { q: `_source:${quoted}` } });
    },
    [navigate],
  );

  useBar(wanted, "Filter the sources by name", setWanted);
  useKeys({ title: "Sources" }, [
    ...cursor.bindings,
    {
      id: "sources.open",
      keys: ["o", "Enter"],
      label: "Its events in Hunt",
      off: cursor.at === null,
      run: () => open(cursor.at),
    },
    {
      id: "sources.connect",
      keys: "c",
      label: "How to connect a source",
      off: none,
      run: () => setConnecting(!connecting),
    },
    {
      id: "sources.leave",
      keys: "Escape",
      label: "Close the panel, or clear the filter",
      here: true,
      off: !connecting && wanted === "",
      run: () => (connecting ? setConnecting(false) : setWanted("")),
    },
  ]);

  const counts = states(all);
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <h1>Sources</h1>
        <ul className={styles.states} aria-label="States">
          {data &&
            ORDER.filter((state) => counts[state] > 0).map((state) => (
              <li key={state} title={STATE_MEANINGS[state]}>
                <StatusMark status={state} /> {counts[state]}
              </li>
            ))}
        </ul>
        {!none && (
          <Button k="c" aria-expanded={connecting} onClick={() => setConnecting(!connecting)}>
            Connect a source
          </Button>
        )}
      </header>
      <div className={styles.columns}>
        <div className={styles.main}>
          {error && !data && (
            <Fault what="The sources could not be read." fault={error} retry={() => refetch()} />
          )}
          {!data && !error && <Loading lines={8} label="Loading sources" />}
          {none && (
            <div className={styles.scroll}>
              <Empty
                title="No source has sent anything yet."
                why="Nothing is searched and no rule can fire until one does. Any of these will do."
              />
              <SourceConnect administers={me.role === "admin"} />
            </div>
          )}
          {data && !none && (
            <>
              <Ledger totals={data.totals} sources={data.items} />
              {shown.length > 0 ? (
                <SourceTable sources={shown} cursor={cursor} onOpen={open} narrow={connecting} />
              ) : (
                <Empty
                  title="No source is called so."
                  why={`${all.length} sources have other names.`}
                  action={<Button onClick={() => setWanted("")}>Clear the filter</Button>}
                />
              )}
            </>
          )}
        </div>
        {connecting && (
          <SidePanel>
            <aside className={styles.panel} aria-label="Connect a source">
              <h2>Connect a source</h2>
              <section className={styles.scroll} tabIndex={0} aria-label="Ways in">
                <SourceConnect administers={me.role === "admin"} />
              </section>
            </aside>
          </SidePanel>
        )}
      </div>
      <Footer hints={none ? HINTS.slice(-1) : HINTS}>
        {data && !none && `${shown.length} of ${all.length} ${all.length === 1 ? "source" : "sources"}`}
      </Footer>
    </div>
  );
}

const HINTS = [
  { k: ["j", "k"], does: "move" },
  { k: "o", does: "its events" },
  { k: "c", does: "connect a source" },
  { k: "/", does: "filter" },
  { k: "?", does: "keys" },
];
