/** The rules: which are in force, how often each fires, what is blind or off, and what an import would change. */
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { answer, api, seen } from "@/api/client";
import { keys } from "@/api/query";
import { useMay } from "@/api/session";
import type { RuleRow } from "@/api/types";
import { Button } from "@/design/Button";
import { Empty, Fault, Loading } from "@/design/states";
import { useCursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import { useKeys } from "@/keys/useKeys";
import { useBar } from "@/shell/bar";
import { Footer } from "@/shell/Footer";
import { WIDE } from "@/shell/SidePanel";
import { say } from "@/shell/toast";
import { useResting } from "@/shell/useResting";
import { Coverage } from "./Coverage";
import { ImportDialog } from "./ImportDialog";
import { useRuleFacets, useRules } from "./queries";
import { Refused } from "./Refused";
import { RemoveDialog } from "./RemoveDialog";
import { RuleFacetList } from "./RuleFacetList";
import { RulePanel } from "./RulePanel";
import { RulesHead, SORT_WORDS, VIEW_WORDS } from "./RulesHead";
import styles from "./RulesScreen.module.css";
import { RuleTable } from "./RuleTable";
import { SwitchDialog } from "./SwitchDialog";
import {
  barText,
  filterOf,
  isImport,
  isNarrowed,
  type RuleFacet,
  type RulesState,
  readBar,
  SORTS,
  toggled,
  VIEWS,
  type View,
  widened,
} from "./state";

const route = getRouteApi("/rules");

export function RulesScreen() {
  const state = route.useSearch();
  const go = route.useNavigate();
  const cache = useQueryClient();
  const keeps = useMay("rules");
  const wide = useWide(WIDE);
  const panel = useRef<HTMLElement>(null);
  const [switching, setSwitching] = useState<RuleRow | null>(null);
  const [importing, setImporting] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);

  const view = state.view ?? "list";
  const removable = keeps && state.source && isImport(state.source) ? state.source : null;
  const filter = useMemo(() => filterOf(state), [state]);
  const list = useRules(filter);
  const facets = useRuleFacets(filter);
  const rules = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? rules.length;
  const ids = useMemo(() => rules.map((one) => one.id), [rules]);
  const cursor = useCursor(ids, "rules", state.rule ?? null, false);
  // Keys come faster than a rule can be drawn: the panel follows where the cursor rests.
  const quiet = useDeferredValue(cursor.at);
  const current = rules.find((one) => one.id === cursor.at);
  const peekOpen = view === "list" && (state.peek ? state.peek === "on" : wide);

  const change = useCallback((next: RulesState) => void go({ search: { ...next, rule: undefined } }), [go]);
  const onView = useCallback(
    (to: View) => void go({ search: (old) => ({ ...old, view: to === "list" ? undefined : to }) }),
    [go],
  );
  const setPeek = (open: boolean) =>
    void go({
      search: (old) => ({ ...old, peek: open === wide ? undefined : open ? "on" : "off" }),
      replace: true,
    });
  const onTag = useCallback((tag: string) => change({ tag, peek: state.peek }), [change, state.peek]);
  const onToggle = (facet: RuleFacet, value: string) => change(toggled(state, facet, value));

  // Coming back finds the rule that was left.
  useResting(
    view === "list" ? cursor.at : null,
    state.rule,
    (rule) => void go({ search: (old) => ({ ...old, rule }), replace: true }),
  );
  const submit = useCallback(
    (typed: string) => change({ ...readBar(typed, state), view: undefined }),
    [change, state],
  );
  useBar(
    useMemo(() => barText(state), [state]),
    "Search rules by title, tag, file, author",
    submit,
  );

  useKeys({ title: "Rules" }, [
    ...(view === "list" ? cursor.bindings : []),
    {
      id: "rules.peek",
      keys: "Space",
      label: "Panel",
      off: view !== "list" || cursor.at === null,
      run: () => setPeek(!peekOpen),
    },
    {
      id: "rules.open",
      keys: ["o", "Enter"],
      label: "Read the rule",
      off: view !== "list" || cursor.at === null,
      run: () => {
        if (peekOpen) panel.current?.querySelector<HTMLElement>("section[tabindex]")?.focus();
        else setPeek(true);
      },
    },
    {
      id: "rules.switch",
      keys: "t",
      label: current?.state === "disabled" ? "Switch the rule on" : "Switch the rule off",
      off: !keeps || view !== "list" || !current,
      run: () => setSwitching(current ?? null),
    },
    { id: "rules.import", keys: "i", label: "Import rules", off: !keeps, run: () => setImporting(true) },
    {
      id: "rules.remove",
      keys: [],
      label: `Remove the source ${removable}`,
      off: !removable,
      run: () => setRemoving(removable),
    },
    ...VIEWS.map((one, at) => ({
      id: `rules.view.${one}`,
      keys: String(at + 1),
      label: `Rules: ${VIEW_WORDS[one]}`,
      run: () => onView(one),
    })),
    ...SORTS.map((sort) => ({
      id: `rules.sort.${sort}`,
      keys: [],
      label: `Sort rules by ${SORT_WORDS[sort]}`,
      run: () => change({ ...state, sort: sort === "title" ? undefined : sort }),
    })),
    {
      id: "rules.leave",
      keys: "Escape",
      label: "Close the panel, or clear the filters",
      here: true,
      off: view !== "list" || !(peekOpen || isNarrowed(state)),
      run: () => (peekOpen ? setPeek(false) : change(widened(state))),
    },
  ]);

  const flip = async (rule: RuleRow, reason: string) => {
    const request = {
      params: { path: { id: rule.id } },
      headers: seen(rule.version),
      body: { reason },
    };
    const call =
      rule.state === "enabled"
        ? api.POST("/api/v1/rules/{id}/disable", request)
        : api.POST("/api/v1/rules/{id}/enable", request);
    try {
      await answer(call);
    } finally {
      // Also after a refusal: somebody else was quicker.
      await cache.invalidateQueries({ queryKey: keys.rules });
    }
    say(`“${rule.title}” is ${rule.state === "enabled" ? "off" : "on"}.`);
    setSwitching(null);
  };

  const refused = facets.data?.refused;
  return (
    <div className={styles.screen}>
      <RulesHead
        state={state}
        counts={{
          ...(isNarrowed(state) ? {} : { list: total }),
          ...(refused === undefined ? {} : { refused }),
        }}
        keeps={keeps}
        onView={onView}
        onSort={(sort) => change({ ...state, sort: sort === "title" ? undefined : sort })}
        onImport={() => setImporting(true)}
        onRemove={removable ? () => setRemoving(removable) : null}
      />
      <div className={styles.columns}>
        {view === "coverage" && <Coverage onTag={onTag} />}
        {view === "refused" && <Refused />}
        {view === "list" && (
          <>
            {facets.data && <RuleFacetList counts={facets.data} state={state} onToggle={onToggle} />}
            <div className={styles.main}>
              <RuleTable
                rules={rules}
                total={total}
                cursor={cursor}
                narrow={peekOpen}
                onOpen={() => setPeek(true)}
                onEnd={() => {
                  if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
                }}
                after={
                  <Rest
                    list={list}
                    shown={rules.length}
                    state={state}
                    onWiden={() => change(widened(state))}
                  />
                }
              />
            </div>
            {peekOpen && quiet && (
              <RulePanel
                id={quiet}
                place={`${ids.indexOf(quiet) + 1} of ${total}`}
                keeps={keeps}
                panel={panel}
                onTag={onTag}
                onSwitch={() => setSwitching(rules.find((one) => one.id === quiet) ?? null)}
                onClose={() => setPeek(false)}
              />
            )}
          </>
        )}
      </div>
      <Footer
        hints={[
          ...(view === "list" ? LIST_HINTS : []),
          ...(view === "list" && keeps ? [SWITCH_HINT] : []),
          ...(keeps ? [IMPORT_HINT] : []),
          ...HINTS,
        ]}
      >
        {view === "list" && `${total} ${total === 1 ? "rule" : "rules"}`}
      </Footer>
      {switching && (
        <SwitchDialog
          rule={switching}
          onClose={() => setSwitching(null)}
          onConfirm={(reason) => flip(switching, reason)}
        />
      )}
      {removing && (
        <RemoveDialog
          source={removing}
          onClose={() => setRemoving(null)}
          onDone={(report) => {
            setRemoving(null);
            void cache.invalidateQueries({ queryKey: keys.rules });
            say(`${removing}: ${report.removed.length} removed.`);
            change({});
          }}
        />
      )}
      {importing && (
        <ImportDialog
          onClose={() => setImporting(false)}
          onDone={(report, source) => {
            setImporting(false);
            void cache.invalidateQueries({ queryKey: keys.rules });
            const { added, changed, removed } = report;
            say(`${source}: ${added.length} added, ${changed.length} changed, ${removed.length} removed.`);
            change({ source });
          }}
        />
      )}
    </div>
  );
}

/** The keys of the foot; those of the list stand below the list only. */
const LIST_HINTS = [
  { k: ["j", "k"], does: "move" },
  { k: "Space", does: "panel" },
];
const SWITCH_HINT = { k: "t", does: "switch off or on" };
const IMPORT_HINT = { k: "i", does: "import" };
const HINTS = [
  { k: "/", does: "search" },
  { k: "?", does: "keys" },
];

interface RestProps {
  list: ReturnType<typeof useRules>;
  shown: number;
  state: RulesState;
  onWiden: () => void;
}

/** Below the last row: what is loading, what failed, or why there is nothing. */
function Rest({ list, shown, state, onWiden }: RestProps) {
  if (list.error) {
    return <Fault what="The rules could not be read." fault={list.error} retry={() => list.refetch()} />;
  }
  if (list.isPending || list.isFetchingNextPage) {
    return <Loading lines={shown > 0 ? 2 : 12} label="Loading rules" />;
  }
  if (shown > 0) return null;
  if (isNarrowed(state)) {
    return (
      <Empty
        title="No rule matches."
        why="There are rules outside these filters."
        action={
          <Button k="Esc" onClick={onWiden}>
            Clear the filters
          </Button>
        }
      />
    );
  }
  return <Empty title="There is no rule." why="Nothing can raise an alert until rules are imported." />;
}
