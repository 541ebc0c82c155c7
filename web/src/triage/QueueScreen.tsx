/** The queue: what is open, worst first, with the reason beside it. */

import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { answer, api, seen } from "@/api/client";
import { useMay, useMe } from "@/api/session";
import type { Alert } from "@/api/types";
import { now } from "@/design/clock";
import { useCursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import { useBar } from "@/shell/bar";
import { Footer } from "@/shell/Footer";
import { SidePanel, WIDE } from "@/shell/SidePanel";
import styles from "@/shell/screen.module.css";
import { useSettings } from "@/shell/settings";
import { complain, say } from "@/shell/toast";
import { useResting } from "@/shell/useResting";
import { AlertTable } from "./AlertTable";
import { named, patchAlert, useAlertActions } from "./actions";
import { CaseDialog } from "./CaseDialog";
import { CloseDialog } from "./CloseDialog";
import { EscalateDialog } from "./EscalateDialog";
import { FacetList } from "./FacetList";
import { barText, filterOf, readBar, toggled } from "./filter";
import { inView } from "./inView";
import { Overview } from "./Overview";
import { Peek } from "./Peek";
import { PeekActions } from "./PeekActions";
import { QueueHead } from "./QueueHead";
import { useAlerts, useCounts, useFacets } from "./queries";
import { Rest } from "./Rest";
import { type QueueState, type Sort, STATUSES, type View } from "./state";
import { useNewcomers } from "./useNewcomers";
import { useQueueKeys } from "./useQueueKeys";

const route = getRouteApi("/queue");

type Dialog = { kind: "close" | "case" | "escalate"; alerts: readonly Alert[] };

export function QueueScreen() {
  const state = route.useSearch();
  const go = route.useNavigate();
  const navigate = useNavigate();
  const me = useMe();
  const may = useMay("triage");
  const wide = useWide(WIDE);
  const { zone } = useSettings();
  const [epoch, setEpoch] = useState(now);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [noting, setNoting] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const cache = useQueryClient();

  const filter = useMemo(() => filterOf(state, epoch), [state, epoch]);
  const list = useAlerts(filter, epoch);
  const { data: facets } = useFacets(filter);
  const { data: counts } = useCounts();
  const view = state.view ?? "open";
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const alerts = useMemo(() => inView(view, loaded, epoch, zone), [view, loaded, epoch, zone]);
  const clipped = alerts.length < loaded.length;
  const total = clipped || view === "closed" ? alerts.length : (list.data?.pages[0]?.total ?? alerts.length);
  const ids = useMemo(() => alerts.map((alert) => alert.id), [alerts]);
  const shown = useMemo(() => new Set(loaded.map((alert) => alert.id)), [loaded]);

  const cursor = useCursor(ids, "queue", state.alert ?? null);
  const waiting = useNewcomers(filter, shown, epoch, list.data?.pages[0]?.total ?? 0);

  // A link may name an alert that this list does not hold: it is shown until the cursor moves.
  const linked = useRef(state.alert);
  const moved = useRef(cursor.at);
  if (moved.current !== null && moved.current !== cursor.at && cursor.at !== null) linked.current = undefined;
  moved.current = cursor.at ?? moved.current;
  const peeked = linked.current && !shown.has(linked.current) ? linked.current : cursor.at;
  const quiet = useDeferredValue(peeked);
  const peekOpen = state.peek ? state.peek === "on" : wide;

  const change = useCallback(
    (next: QueueState) => {
      linked.current = undefined;
      setEpoch(now());
      void go({ search: { ...next, alert: undefined } });
    },
    [go],
  );
  const reload = useCallback(
    (at?: string) => {
      setEpoch(now());
      if (at) cursor.set(at);
    },
    [cursor.set],
  );
  const setPeek = useCallback(
    (open: boolean) =>
      void go({
        search: (old) => ({ ...old, peek: open === wide ? undefined : open ? "on" : "off" }),
        replace: true,
      }),
    [go, wide],
  );

  const name = (alert: string) => void go({ search: (old) => ({ ...old, alert }), replace: true });
  useResting(linked.current ? null : cursor.at, state.alert, name);

  const text = useMemo(() => barText(state), [state]);
  const submit = useCallback((typed: string) => change(readBar(typed, state)), [change, state]);
  useBar(text, "Search alerts by title, host, account, address or number", submit);

  const actions = useAlertActions(reload);
  const current = alerts.find((alert) => alert.id === peeked);
  /** What an action is about: the selected alerts, or the one under the cursor. */
  const subject = (): readonly Alert[] => {
    const chosen = alerts.filter((alert) => cursor.selected.has(alert.id));
    return chosen.length > 0 ? chosen : current ? [current] : [];
  };
  const what = (some: readonly Alert[]) =>
    some.length === 1 && some[0] ? named(some[0]) : `${some.length} alerts`;
  const about = (kind: Dialog["kind"], some = subject()) => {
    const open = kind === "case" ? some : some.filter((alert) => alert.status !== "closed");
    if (open.length > 0) setDialog({ kind, alerts: open });
  };
  const raise = (some = subject()) => {
    const [first] = some;
    if (some.length === 1 && first?.case != null) {
      void navigate({ to: "/cases/$number", params: { number: String(first.case) } });
    } else about("case", some);
  };
  const reopen = async (alert: Alert) => {
    try {
      const call = api.POST("/api/v1/alerts/{id}/reopen", {
        params: { path: { id: alert.id } },
        headers: seen(alert.version),
        body: { comment: "reopened from the queue" },
      });
      patchAlert(cache, (await answer(call)) as Alert);
      say(`${named(alert)} is open again.`);
      reload();
    } catch (fault) {
      complain(`${named(alert)} could not be reopened.`, fault);
    }
  };

  useQueueKeys({
    cursor,
    may,
    peekOpen,
    setPeek,
    waiting,
    panel,
    brushed: state.from !== undefined,
    clearBrush: () => change({ ...state, from: undefined, to: undefined }),
    load: () => reload(),
    close: () => about("close"),
    escalate: () => about("escalate"),
    raise: () => raise(),
    take: () => void actions.assign(subject(), me),
    triage: () => void actions.triage(subject()),
    note: () => {
      setPeek(true);
      setNoting(true);
    },
  });

  const closing = dialog?.kind === "close" ? dialog.alerts : null;
  return (
    <div className={styles.screen}>
      <div className={styles.columns}>
        <div className={styles.main}>
          <QueueHead
            state={state}
            counts={{ ...counts, closed: view === "closed" ? total : undefined }}
            sort={state.sort ?? (filter.sort as Sort | undefined) ?? "severity"}
            onView={(next: View) =>
              change({ ...state, view: next === "open" ? undefined : next, status: undefined })
            }
            onSort={(sort) => change({ ...state, sort })}
          />
          <Overview
            state={state}
            filter={filter}
            epoch={epoch}
            total={list.data ? total : undefined}
            open={counts?.open}
            onBrush={(brush) => change({ ...state, from: brush?.from, to: brush?.to })}
          />
          <div className={styles.below}>
            {facets && (
              <FacetList
                facets={facets}
                state={state}
                onToggle={(facet, value) => change(toggled(state, facet, value))}
              />
            )}
            <AlertTable
              alerts={alerts}
              total={total}
              cursor={cursor}
              waiting={waiting}
              onNew={() => reload()}
              onEnd={() => {
                if (list.hasNextPage && !list.isFetchingNextPage && !clipped) void list.fetchNextPage();
              }}
              onOpen={() => setPeek(true)}
              timed={filter.sort === "last_seen"}
              after={
                list.isError || list.isPending || list.isFetchingNextPage || alerts.length === 0 ? (
                  <Rest list={list} shown={alerts.length} state={state} onWiden={change} />
                ) : null
              }
            />
          </div>
        </div>
        {peekOpen && quiet && (
          <SidePanel>
            <Peek
              id={quiet}
              known={alerts.find((alert) => alert.id === quiet)}
              place={place(ids, quiet, total)}
              panel={panel}
              onClose={() => setPeek(false)}
              onAbout={(about) => change({ status: [...STATUSES], peek: state.peek, ...about })}
              onNote={actions.note}
              writes={may}
              noting={noting}
              onNoting={setNoting}
              actions={(alert) => (
                <PeekActions
                  alert={alert}
                  deeds={{
                    raise: () => raise([alert]),
                    close: () => about("close", [alert]),
                    escalate: () => about("escalate", [alert]),
                    assign: (owner) => void actions.assign([alert], owner),
                    reopen: () => void reopen(alert),
                  }}
                />
              )}
            />
          </SidePanel>
        )}
      </div>
      <Footer hints={may ? HINTS : HINTS.filter((hint) => !hint.writes)}>
        {cursor.selected.size > 0
          ? `${cursor.selected.size} selected of ${total}`
          : list.data && `${place(ids, cursor.at, total) ?? "0"} ${total === 1 ? "alert" : "alerts"}`}
      </Footer>

      {closing && (
        <CloseDialog
          what={what(closing)}
          onClose={() => setDialog(null)}
          onConfirm={(verdict, comment) => {
            setDialog(null);
            cursor.leave(new Set(closing.map((alert) => alert.id)));
            void actions.close(closing, verdict, comment);
          }}
        />
      )}
      {dialog?.kind === "escalate" && (
        <EscalateDialog
          what={what(dialog.alerts)}
          onClose={() => setDialog(null)}
          onConfirm={(comment) => {
            setDialog(null);
            cursor.clear();
            void actions.escalate(dialog.alerts, comment);
          }}
        />
      )}
      {dialog?.kind === "case" && (
        <CaseDialog
          alerts={dialog.alerts}
          onClose={() => setDialog(null)}
          onConfirm={async (title) => {
            const raised = await actions.raiseCase(dialog.alerts, title);
            if (!raised) return;
            setDialog(null);
            say(`Case C-${raised.number} raised with its evidence.`);
            void navigate({ to: "/cases/$number", params: { number: String(raised.number) } });
          }}
        />
      )}
    </div>
  );
}

const HINTS = [
  { k: ["j", "k"], does: "move" },
  { k: "x", does: "select" },
  { k: "Space", does: "peek" },
  { k: "i", does: "in progress", writes: true },
  { k: "a", does: "assign to me", writes: true },
  { k: "e", does: "close", writes: true },
  { k: "c", does: "case", writes: true },
  { k: "u", does: "undo", writes: true },
  { k: "?", does: "keys" },
];

/** `2 of 148`. */
function place(ids: readonly string[], id: string | null, total: number): string | null {
  const at = id === null ? -1 : ids.indexOf(id);
  return at < 0 ? null : `${at + 1} of ${total}`;
}
