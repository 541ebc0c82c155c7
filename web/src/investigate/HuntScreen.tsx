/** Hunt: a query over all events, what it found, and one event with all that it says. */
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { asProblem } from "@/api/problem";
import type { FieldDetail } from "@/api/types";
import { within } from "@/design/bars";
import { now } from "@/design/clock";
import { useCursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import { useBar } from "@/shell/bar";
import { Footer } from "@/shell/Footer";
import { SidePanel, WIDE } from "@/shell/SidePanel";
import { say } from "@/shell/toast";
import { META, suggestFields, suggestValues, type Typed } from "./complete";
import { EventPanel } from "./EventPanel";
import { FieldBar } from "./FieldBar";
import { columnsOf, DEFAULT_COLUMNS, isEventId, type Row, rowsOf, valuesOf, wantedColumns } from "./facts";
import { focusGrid } from "./focus";
import styles from "./HuntScreen.module.css";
import { Instead } from "./Instead";
import { Overview } from "./Overview";
import { PivotDialog } from "./PivotDialog";
import { type Pivot, pivots } from "./pivot";
import { placeOf } from "./place";
import { moved, place } from "./places";
import { QueryBlock } from "./QueryBlock";
import { useEvent, useEventHistogram, useFields, useSearch, useSqlColumns } from "./queries";
import { Rest } from "./Rest";
import { Results } from "./Results";
import { RowPanel } from "./RowPanel";
import { Stats } from "./Stats";
import { askedOf, fresh, type HuntState, langOf } from "./state";
import { term, withTerm } from "./terms";
import { useDraft } from "./useDraft";
import { useHuntKeys } from "./useHuntKeys";
import { usePeek } from "./usePeek";
import { useRunning } from "./useRunning";

const route = getRouteApi("/hunt");
/** How long the cursor rests before the URL names its event, in ms. */
const REST_MS = 300;
const BARS = 96;
/** Rows at first, and the next times that the end is reached; the last is what the server gives at most. */
const LIMITS = [500, 2_000, 10_000] as const;
const NO_FIELDS: readonly FieldDetail[] = [];

export function HuntScreen() {
  const state = route.useSearch();
  const go = route.useNavigate();
  const cache = useQueryClient();
  const wide = useWide(WIDE);
  const lang = langOf(state);
  const [run, setRun] = useState(() => ({ at: now(), nth: 0 }));
  const [size, setSize] = useState(0);
  const [opened, setOpened] = useState<readonly string[]>([]);
  const [ways, setWays] = useState<readonly Pivot[] | null>(null);
  const { draft, setDraft, keep } = useDraft(state);
  const panel = useRef<HTMLElement>(null);
  const query = useRef<HTMLTextAreaElement>(null);
  const filter = useRef<HTMLInputElement>(null);

  const { rows: asked, range } = useMemo(() => askedOf(state, run.at), [state, run.at]);
  const chosen = useMemo(() => columnsOf(state.columns), [state.columns]);
  const wanted = useMemo(() => wantedColumns(chosen, opened), [chosen, opened]);
  const search = useSearch(asked, wanted, LIMITS[size] ?? LIMITS[0], run.nth);
  const histogram = useEventHistogram(range, BARS, run.nth);
  const fields = useFields().data?.items ?? NO_FIELDS;
  const sqlColumns = useSqlColumns(lang === "sql").data;
  const running_s = useRunning(search.isFetching);

  const idle = lang === "sql" && !state.q?.trim();
  const table = search.error || idle ? undefined : search.data;
  const rows = useMemo(() => (table ? rowsOf(table) : []), [table]);
  // The answer before this one may be of the other language.
  const ofEvents = table ? table.columns[0]?.name === "_id" : lang === "bar";
  const columns = useMemo(
    () => (ofEvents ? chosen : (table?.columns.map((column) => column.name) ?? [])),
    [ofEvents, chosen, table],
  );
  const kinds = useMemo(() => {
    const of = (kind: RegExp) =>
      new Set(table?.columns.filter((column) => kind.test(column.type)).map((column) => column.name));
    return { dates: of(/^date$/), numbers: of(/^(?:long|double)$/) };
  }, [table]);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const cursor = useCursor(ids, "hunt", state.event ?? null, false);

  // A link may name an event that this answer does not hold: it is shown until the cursor moves.
  const linked = useRef(state.event);
  const before = useRef(cursor.at);
  if (before.current !== null && cursor.at !== null && before.current !== cursor.at)
    linked.current = undefined;
  before.current = cursor.at ?? before.current;
  const peeked = linked.current && !ids.includes(linked.current) ? linked.current : cursor.at;
  const quiet = useDeferredValue(peeked);
  const [peekOpen, setPeek] = usePeek(
    state.peek,
    wide && ofEvents,
    (peek) => void go({ search: (old) => ({ ...old, peek }), replace: true }),
  );
  const row: Row | undefined = rows.find((one) => one.id === quiet);
  // A deferred cursor may still stand on a line of the other language's answer.
  const eventId = ofEvents && quiet !== null && isEventId(quiet) ? quiet : null;
  const current = useEvent(peekOpen ? eventId : null).data;

  const change = useCallback(
    (next: HuntState) => {
      linked.current = undefined;
      setSize(0);
      setRun(({ nth }) => ({ at: now(), nth: nth + 1 }));
      void go({ search: fresh(next) });
    },
    [go],
  );
  const submit = useCallback((q: string) => change({ ...state, q: q.trim() || undefined }), [change, state]);
  const setColumns = useCallback(
    (next: readonly string[]) => {
      const same = next.join() === DEFAULT_COLUMNS.join();
      void go({ search: (old) => ({ ...old, columns: same ? undefined : next.join(",") }), replace: true });
    },
    [go],
  );
  const toggleColumn = useCallback(
    (name: string) => {
      if (!chosen.includes(name)) setColumns([...chosen.slice(0, -1), name, ...chosen.slice(-1)]);
      else if (chosen.length > 1) setColumns(chosen.filter((one) => one !== name));
    },
    [chosen, setColumns],
  );
  const addTerm = (field: string, value: unknown, exclude: boolean) =>
    submit(withTerm(state.q ?? "", term(field, value), exclude));
  const switchLang = (to = lang === "bar" ? "sql" : "bar") => {
    const q = keep(lang, draft);
    change({
      ...state,
      lang: to === "sql" ? "sql" : undefined,
      q: q || undefined,
      from: undefined,
      to: undefined,
    });
    query.current?.focus();
  };
  const runDraft = () => {
    // What was run and what is shown are the same text: places in it are counted.
    setDraft(draft.trim());
    submit(draft);
    focusGrid();
  };
  const cancel = () => void cache.cancelQueries({ queryKey: ["search"] });
  const pivot = () => {
    const found = pivots(current?.fields ?? row?.cells ?? {});
    if (found.length > 0) setWays(found);
    else say("This event names no host, account, address or program to follow.");
  };

  // The URL names the event once the cursor rests.
  useEffect(() => {
    if (!ofEvents || cursor.at === null || cursor.at === state.event || linked.current) return;
    const timer = setTimeout(
      () => void go({ search: (old) => ({ ...old, event: cursor.at ?? undefined }), replace: true }),
      REST_MS,
    );
    return () => clearTimeout(timer);
  }, [ofEvents, cursor.at, state.event, go]);

  // What is wrong is put right where it is wrong; who writes already is not disturbed.
  const { error } = search;
  const text = useRef("");
  text.current = state.q ?? "";
  useEffect(() => {
    const field = query.current;
    if (!error || !field || asProblem(error).status !== 400 || field === document.activeElement) return;
    const wrong = placeOf(asProblem(error), text.current);
    field.focus();
    if (wrong && field.value === text.current) field.setSelectionRange(wrong.from, wrong.to);
  }, [error]);

  // `/` is the editor's here.
  const entering = useRef(false);
  useEffect(() => {
    if (!entering.current || !panel.current) return;
    entering.current = false;
    panel.current.focus();
  });

  useBar("", "Search events", submit, true);
  useHuntKeys({
    cursor,
    peekOpen,
    setPeek,
    panel,
    query,
    filter,
    brushed: state.from !== undefined,
    running: search.isFetching,
    clearBrush: () => change({ ...state, from: undefined, to: undefined }),
    cancel,
    run: runDraft,
    enter: () => {
      entering.current = true;
      setPeek(true);
    },
    pivot,
    switchLang: () => switchLang(),
  });

  const suggest = (typed: Typed) =>
    typed.field === undefined
      ? suggestFields([...fields, ...META], typed, lang, sqlColumns).map((one) => ({
          ...one,
          seen: valuesOf(rows, one.name).values.slice(0, 4),
        }))
      : suggestValues(valuesOf(rows, typed.field).values, typed);

  const brush = state.from && state.to ? { from: state.from, to: state.to } : null;
  const matches = histogram.data && !histogram.error ? within(histogram.data, brush) : undefined;
  const where = place(ids, quiet, rows.length);
  const problem = search.error && asProblem(search.error);
  return (
    <div className={styles.screen}>
      <h1 className="unseen">Hunt</h1>
      <QueryBlock
        draft={draft}
        lang={lang}
        asked={state.q ?? ""}
        problem={problem?.status === 400 ? problem : null}
        suggest={suggest}
        onChange={setDraft}
        onLang={switchLang}
        onRun={runDraft}
        onLeave={focusGrid}
        onCancel={cancel}
        running_s={running_s}
        field={query}
        stats={
          table && (
            <Stats stats={table.stats} rows={rows.length} matches={lang === "bar" ? matches : undefined} />
          )
        }
      />
      <div className={styles.columns}>
        <div className={styles.main}>
          {lang === "bar" && !search.error && (
            <Overview
              stretches={histogram.error ? undefined : histogram.data}
              brush={brush}
              onBrush={(next) => change({ ...state, from: next?.from, to: next?.to })}
            />
          )}
          <div className={styles.below}>
            {lang === "bar" && (
              <FieldBar
                fields={fields}
                rows={rows}
                complete={table?.stats.truncated === false}
                counted={wanted}
                columns={chosen}
                onOpen={(name) =>
                  setOpened((old) => [name, ...old.filter((one) => one !== name)].slice(0, 12))
                }
                onColumn={toggleColumn}
                onTerm={addTerm}
                filter={filter}
              />
            )}
            {rows.length > 0 && (
              <Results
                rows={rows}
                columns={columns}
                dates={kinds.dates}
                numbers={kinds.numbers}
                cursor={cursor}
                onOpen={() => setPeek(true)}
                onMove={ofEvents ? (name, by) => setColumns(moved(chosen, name, by)) : undefined}
                onDrop={ofEvents ? toggleColumn : undefined}
                total={table?.stats.truncated ? (matches ?? rows.length) : rows.length}
                stale={search.isPlaceholderData}
                after={
                  table?.stats.truncated ? (
                    <Rest
                      shown={rows.length}
                      next={LIMITS[size + 1]}
                      busy={search.isFetching}
                      onMore={() => setSize(size + 1)}
                    />
                  ) : null
                }
              />
            )}
            {rows.length === 0 && (
              <div className={styles.instead}>
                <Instead
                  search={search}
                  state={state}
                  idle={idle}
                  fields={fields}
                  onChange={change}
                  onExample={(statement) => {
                    setDraft(statement);
                    submit(statement);
                  }}
                />
              </div>
            )}
          </div>
        </div>
        {peekOpen && (eventId ?? (!ofEvents && row)) && (
          <SidePanel>
            {eventId !== null ? (
              <EventPanel
                id={eventId}
                place={where}
                panel={panel}
                onClose={() => setPeek(false)}
                onTerm={addTerm}
                onColumn={toggleColumn}
                onEvent={(id) => {
                  if (ids.includes(id)) return cursor.set(id);
                  linked.current = id;
                  void go({ search: (old) => ({ ...old, event: id }), replace: true });
                }}
                onPivot={pivot}
              />
            ) : (
              row && <RowPanel row={row} place={where} panel={panel} onClose={() => setPeek(false)} />
            )}
          </SidePanel>
        )}
      </div>
      <Footer hints={HINTS}>{rows.length > 0 && `Row ${where ?? "0"}`}</Footer>
      {ways && (
        <PivotDialog
          ways={ways}
          onClose={() => setWays(null)}
          onPick={(way) => {
            setWays(null);
            change({ ...state, lang: undefined, q: way.query });
          }}
        />
      )}
    </div>
  );
}

const HINTS = [
  { k: "/", does: "query" },
  { k: ["Ctrl", "↵"], does: "run" },
  { k: ["j", "k"], does: "move" },
  { k: "o", does: "open" },
  { k: ["+", "-"], does: "in the panel: only, without" },
  { k: "p", does: "pivot" },
  { k: "f", does: "fields" },
  { k: "s", does: "bar or SQL" },
  { k: "?", does: "keys" },
];
