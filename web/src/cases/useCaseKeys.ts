/** The keys of a case. Those of rows belong to its tabs. */
import { useKeys } from "@/keys/useKeys";
import { CASE_TABS, type CaseTab } from "./state";

interface Deeds {
  may: boolean;
  open: boolean;
  /** Whether it can be set to "in progress" now. */
  begins: boolean;
  tab: CaseTab;
  onTab: (tab: CaseTab) => void;
  note: () => void;
  enter: () => void;
  begin: () => void;
  step: () => void;
  take: () => void;
  hand: () => void;
  edit: () => void;
  add: () => void;
  close: () => void;
  reopen: () => void;
  back: () => void;
}

const NAMES: Record<CaseTab, string> = {
  overview: "Overview of the case",
  timeline: "Timeline of the case",
  evidence: "Evidence of the case",
  alerts: "Alerts of the case",
  notes: "Notes on the case",
  journal: "Journal of the case",
};

export function useCaseKeys(deeds: Deeds): void {
  const { may, open, begins, tab, onTab } = deeds;
  const turn = (by: number) => {
    const at = CASE_TABS.indexOf(tab) + by;
    const next = CASE_TABS[(at + CASE_TABS.length) % CASE_TABS.length];
    if (next) onTab(next);
  };
  const work = { off: !open };
  const changes = [
    { id: "case.note", keys: "m", label: "Write a note", run: deeds.note },
    { id: "case.entry", keys: "t", label: "Put an entry on the timeline", ...work, run: deeds.enter },
    { id: "case.begin", keys: "i", label: "Take up: in progress", off: !begins, run: deeds.begin },
    { id: "case.state", keys: "s", label: "Set the state", ...work, run: deeds.step },
    { id: "case.assign", keys: "a", label: "Assign to me", ...work, run: deeds.take },
    { id: "case.hand", keys: "h", label: "Hand to somebody else", ...work, run: deeds.hand },
    {
      id: "case.details",
      keys: "d",
      label: "Change title, severity, sharing, summary",
      ...work,
      run: deeds.edit,
    },
    { id: "case.add", keys: "l", label: "Add an alert", ...work, run: deeds.add },
    { id: "case.close", keys: "e", label: "Close the case", ...work, run: deeds.close },
    { id: "case.reopen", keys: "r", label: "Reopen the case", off: open, run: deeds.reopen },
  ];
  useKeys({ title: "Case" }, [
    ...(may ? changes : []),
    ...CASE_TABS.map((one, at) => ({
      id: `case.tab.${one}`,
      keys: String(at + 1),
      label: NAMES[one],
      run: () => onTab(one),
    })),
    { id: "case.next-tab", keys: "]", label: "Next part", run: () => turn(1) },
    { id: "case.previous-tab", keys: "[", label: "Previous part", run: () => turn(-1) },
    { id: "case.back", keys: "Backspace", label: "Back to the cases", run: deeds.back },
  ]);
}
