/** The cases: what is under investigation, changed last first. */
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { answer, api } from "@/api/client";
import { asProblem } from "@/api/problem";
import { keys } from "@/api/query";
import { useMay, usePeople } from "@/api/session";
import type { Case } from "@/api/types";
import { Button } from "@/design/Button";
import { now } from "@/design/clock";
import { Empty, Fault, Loading } from "@/design/states";
import { useCursor } from "@/design/useCursor";
import { useKeys } from "@/keys/useKeys";
import { useBar } from "@/shell/bar";
import { Footer } from "@/shell/Footer";
import { say } from "@/shell/toast";
import { useResting } from "@/shell/useResting";
import styles from "./CaseScreen.module.css";
import { CasesHead, SORT_WORDS, VIEW_WORDS } from "./CasesHead";
import { CaseTable } from "./CaseTable";
import { RaiseDialog } from "./EditDialog";
import { barText, filterOf, isNarrowed, readBar, VIEW_FILTERS, widened } from "./filter";
import { useCaseCounts, useCases } from "./queries";
import { type CasesState, SORTS, VIEWS, type View } from "./state";
import { useCaseNews } from "./useCaseNews";
import { placeOf } from "./useTab";

const route = getRouteApi("/cases");

export function CasesScreen() {
  const state = route.useSearch();
  const go = route.useNavigate();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const may = useMay("cases");
  const { data: people } = usePeople();
  const [epoch, setEpoch] = useState(now);
  const [raising, setRaising] = useState(false);

  const filter = useMemo(() => filterOf(state), [state]);
  const list = useCases(filter, epoch);
  const { data: counts } = useCaseCounts();
  const cases = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? cases.length;
  const ids = useMemo(() => cases.map((one) => String(one.number)), [cases]);
  const shown = useMemo(() => new Set(ids), [ids]);
  const cursor = useCursor(ids, "cases", state.case ?? null, false);
  const waiting = useCaseNews(filter, shown, epoch);

  const change = useCallback(
    (next: CasesState) => {
      setEpoch(now());
      void go({ search: { ...next, case: undefined } });
    },
    [go],
  );
  const onView = useCallback(
    (view: View) =>
      change({ ...state, view: view === "open" ? undefined : view, status: undefined, owner: undefined }),
    [change, state],
  );
  const load = () => {
    // A cursor that nobody has moved yet stands on the first row, which is about to be another.
    cursor.set(cursor.at);
    setEpoch(now());
  };
  const open = (number: string | null) => {
    if (number) void navigate({ to: "/cases/$number", params: { number } });
  };

  // Coming back finds the case that was left.
  const name = (number: string) => void go({ search: (old) => ({ ...old, case: number }), replace: true });
  useResting(cursor.at, state.case, name);

  const text = useMemo(() => barText(state, people?.items ?? []), [state, people]);
  const submit = useCallback(
    (typed: string) => change(readBar(typed, state, people?.items ?? [])),
    [change, state, people],
  );
  useBar(text, "Search cases by title, summary or number", submit);

  useKeys({ title: "Cases" }, [
    ...cursor.bindings,
    {
      id: "cases.open",
      keys: ["o", "Enter"],
      label: "Open the case",
      off: cursor.at === null,
      run: () => open(cursor.at),
    },
    { id: "cases.raise", keys: "c", label: "Raise a case by hand", off: !may, run: () => setRaising(true) },
    { id: "cases.new", keys: "n", label: "Load new cases", off: waiting === 0, run: load },
    ...VIEWS.map((view, at) => ({
      id: `cases.view.${view}`,
      keys: String(at + 1),
      label: `Cases: ${VIEW_WORDS[view].toLowerCase()}`,
      run: () => onView(view),
    })),
    ...SORTS.map((sort) => ({
      id: `cases.sort.${sort}`,
      keys: [],
      label: `Sort cases by ${SORT_WORDS[sort]}`,
      run: () => change({ ...state, sort: sort === "updated" ? undefined : sort }),
    })),
    {
      id: "cases.widen",
      keys: "Escape",
      label: "Clear the filters",
      off: !isNarrowed(state),
      run: () => change(widened(state)),
    },
  ]);

  return (
    <div className={styles.screen}>
      <CasesHead
        state={state}
        counts={{ ...counts, ...(isNarrowed(state) ? {} : { [state.view ?? "open"]: total }) }}
        may={may}
        onChange={change}
        onView={onView}
        onRaise={() => setRaising(true)}
      />
      <CaseTable
        cases={cases}
        total={total}
        cursor={cursor}
        waiting={waiting}
        onNew={load}
        onOpen={open}
        onEnd={() => {
          if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
        }}
        after={rest({ list, shown: cases.length, state, may, all: counts?.all, onWiden: change })}
      />
      <Footer hints={HINTS}>
        {`${placeOf(ids, cursor.at, total) ?? "0"} ${total === 1 ? "case" : "cases"}`}
      </Footer>
      {raising && (
        <RaiseDialog
          onClose={() => setRaising(false)}
          onConfirm={async (body) => {
            try {
              const raised = (await answer(api.POST("/api/v1/cases", { body }))) as Case;
              cache.invalidateQueries({ queryKey: keys.cases });
              say(`Case C-${raised.number} raised.`);
              setRaising(false);
              open(String(raised.number));
              return null;
            } catch (fault) {
              return asProblem(fault);
            }
          }}
        />
      )}
    </div>
  );
}

const HINTS = [
  { k: ["j", "k"], does: "move" },
  { k: "o", does: "open" },
  { k: "/", does: "search" },
  { k: "?", does: "keys" },
];

interface RestProps {
  list: ReturnType<typeof useCases>;
  shown: number;
  state: CasesState;
  may: boolean;
  /** How many cases there are at all. */
  all: number | undefined;
  onWiden: (state: CasesState) => void;
}

const NOTHING: Record<View, string> = {
  open: "No case is open.",
  mine: "No open case is yours.",
  unowned: "Every open case has an owner.",
  closed: "No case is closed.",
  all: "There is no case.",
};

/** Below the last row: what is loading, what failed, or why there is nothing. */
function rest({ list, shown, state, may, all, onWiden }: RestProps) {
  if (list.error) {
    return <Fault what="The cases could not be read." fault={list.error} retry={() => list.refetch()} />;
  }
  if (list.isPending || list.isFetchingNextPage) {
    return <Loading lines={shown > 0 ? 2 : 10} label="Loading cases" />;
  }
  if (shown > 0) return null;
  const view = state.view ?? "open";
  if (isNarrowed(state)) {
    return (
      <Empty
        title="No case matches."
        why={`Looked for ${VIEW_FILTERS[view].status === "open" ? "open cases" : "cases"} within these filters.`}
        action={
          <Button k="Esc" onClick={() => onWiden(widened(state))}>
            Clear the filters
          </Button>
        }
      />
    );
  }
  const others = all
    ? `${all} ${all === 1 ? "case is" : "cases are"} in other views. `
    : "None was ever raised. ";
  return (
    <Empty
      title={NOTHING[view]}
      why={`${others}${may ? "Raise one from an alert in the queue with c, or by hand here." : ""}`}
    />
  );
}
