/** One case: what it is, what is known, what was done, and its end. All of it by keyboard. */
import { getRouteApi, Link, useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { asProblem } from "@/api/problem";
import { useMay, useMe } from "@/api/session";
import type { Case } from "@/api/types";
import { Empty, Fault, Loading } from "@/design/states";
import { useBar } from "@/shell/bar";
import { say } from "@/shell/toast";
import { CloseDialog } from "@/triage/CloseDialog";
import { AlertsTab } from "./AlertsTab";
import { useCaseActions } from "./actions";
import { CaseActions, CaseHead, CaseTabs, Verdict } from "./CaseHead";
import styles from "./CaseScreen.module.css";
import { ExhibitsProvider } from "./Cites";
import { AddAlertDialog, OwnerDialog, StateDialog } from "./dialogs";
import { EditDialog } from "./EditDialog";
import { EntryDialog } from "./EntryDialog";
import { EvidenceTab } from "./EvidenceTab";
import { JournalTab } from "./JournalTab";
import { NotesTab, type Noting } from "./NotesTab";
import { OverviewTab } from "./OverviewTab";
import { useCase, useCaseNotes } from "./queries";
import { ReopenDialog } from "./ReopenDialog";
import type { CaseTab } from "./state";
import type { TabProps } from "./Tab";
import { TimelineTab } from "./TimelineTab";
import { useCaseData } from "./useCaseData";
import { useCaseKeys } from "./useCaseKeys";
import { NEXT } from "./words";

const route = getRouteApi("/cases/$number");

export function CaseScreen() {
  const text = useParams({ strict: false, select: (params) => params.number }) ?? "";
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  const { data, error, refetch } = useCase(number);
  const navigate = useNavigate();
  const search = useCallback(
    (q: string) => void navigate({ to: "/cases", search: { q, view: "all" } }),
    [navigate],
  );
  useBar("", "Search cases by title, summary or number", search);
  if (number === 0 || (error && asProblem(error).status === 404)) {
    return (
      <Empty
        title="There is no such case."
        why="Its number is wrong: cases are never deleted."
        action={<Link to="/cases">All cases</Link>}
      />
    );
  }
  // What was read stays on the screen when a later reading fails; the live dot says that it may be old.
  if (error && !data)
    return <Fault what="The case could not be read." fault={error} retry={() => refetch()} />;
  if (!data) return <Loading lines={10} label="Loading the case" />;
  return <Open key={data.number} one={data} />;
}

type Dialog = "close" | "reopen" | "state" | "owner" | "details" | "entry" | "alert";

function Open({ one }: { one: Case }) {
  const { tab = "overview" } = route.useSearch();
  const go = route.useNavigate();
  const navigate = useNavigate();
  const me = useMe();
  const may = useMay("cases");
  const open = one.status !== "closed";
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [writing, setWriting] = useState(false);
  const chosen = useRef<string | null>(null);
  const data = useCaseData(one);
  const notes = useCaseNotes(one.number);
  const actions = useCaseActions();

  const onTab = useCallback(
    (next: CaseTab, at?: string) =>
      void go({ search: (old) => ({ tab: next === "overview" ? undefined : next, at, peek: old.peek }) }),
    [go],
  );
  const exhibits = useMemo(
    () => ({
      numberOf: data.numberOf,
      open: (event: string) =>
        void go({ search: (old) => ({ tab: "evidence" as const, at: event, peek: old.peek }) }),
    }),
    [data.numberOf, go],
  );

  const begins = NEXT[one.status].includes("in_progress");
  const deeds = {
    note: () => {
      if (tab !== "overview" && tab !== "notes") onTab("notes");
      setWriting(true);
    },
    enter: () => setDialog("entry"),
    begin: () => void actions.step(one, "in_progress"),
    step: () => setDialog("state"),
    take: () => {
      if (one.owner?.id === me.id) say(`C-${one.number} is yours already.`);
      else void actions.assign(one, me);
    },
    close: () => setDialog("close"),
    reopen: () => setDialog("reopen"),
  };
  useCaseKeys({
    ...deeds,
    may,
    open,
    begins,
    tab,
    onTab,
    hand: () => setDialog("owner"),
    edit: () => setDialog("details"),
    add: () => setDialog("alert"),
    back: () => void navigate({ to: "/cases" }),
  });

  const noting: Noting = {
    notes,
    open: writing,
    setOpen: setWriting,
    save: (text) => actions.note(one, text),
  };
  const props: TabProps = { one, data, may, chosen, onEnter: deeds.enter, onTab };
  const add = () => setDialog("alert");
  const leave = () => setDialog(null);
  return (
    <ExhibitsProvider value={exhibits}>
      <div className={styles.screen}>
        <CaseHead one={one} may={may} onTake={deeds.take} />
        <Verdict one={one} />
        <CaseTabs
          tab={tab}
          counts={{
            timeline: data.timeline.data?.length,
            evidence: one.evidence_count,
            alerts: one.alert_count,
            notes: notes.data?.pages[0]?.total ?? undefined,
          }}
          onTab={onTab}
        >
          {may && <CaseActions one={one} deeds={deeds} />}
        </CaseTabs>
        {tab === "overview" && (
          <OverviewTab {...props} noting={noting} onAdd={add} onEdit={() => setDialog("details")} />
        )}
        {tab === "timeline" && <TimelineTab {...props} />}
        {tab === "evidence" && <EvidenceTab {...props} />}
        {tab === "alerts" && <AlertsTab {...props} onAdd={add} />}
        {tab === "notes" && <NotesTab {...props} noting={noting} />}
        {tab === "journal" && <JournalTab {...props} />}
      </div>

      {dialog === "close" && (
        <CloseDialog
          what={`case C-${one.number}`}
          lead={<WhatCloses alerts={data.alerts.data?.filter((alert) => alert.status !== "closed").length} />}
          onClose={leave}
          onConfirm={(verdict, comment) => {
            leave();
            void actions.close(one, verdict, comment, data.alerts.data ?? []);
          }}
        />
      )}
      {dialog === "reopen" && (
        <ReopenDialog
          one={one}
          onClose={leave}
          onConfirm={(comment) => {
            leave();
            void actions.reopen(one, comment);
          }}
        />
      )}
      {dialog === "state" && (
        <StateDialog
          one={one}
          onClose={leave}
          onPick={(status) => {
            leave();
            void actions.step(one, status);
          }}
        />
      )}
      {dialog === "owner" && (
        <OwnerDialog
          one={one}
          onClose={leave}
          onPick={(owner) => {
            leave();
            void actions.assign(one, owner);
          }}
        />
      )}
      {dialog === "details" && (
        <EditDialog
          one={one}
          onClose={leave}
          onConfirm={async (seen, change) => {
            const problem = await actions.edit(seen, change, "was not changed", true);
            if (!problem) {
              leave();
              say(`The details of C-${one.number} are kept.`);
            }
            return problem;
          }}
        />
      )}
      {dialog === "entry" && (
        <EntryDialog
          one={one}
          event={chosen.current}
          onClose={leave}
          onConfirm={async (entry) => {
            const problem = await actions.enter(one, entry);
            if (!problem) leave();
            return problem;
          }}
        />
      )}
      {dialog === "alert" && (
        <AddAlertDialog one={one} onClose={leave} onPick={(alert) => actions.add(one, alert)} />
      )}
    </ExhibitsProvider>
  );
}

/** Closing a case closes its open alerts with the same verdict. */
function WhatCloses({ alerts }: { alerts: number | undefined }) {
  if (alerts === undefined) return "Its open alerts are closed with the same verdict.";
  if (alerts === 0) return "None of its alerts is open.";
  return alerts === 1
    ? "Its open alert is closed with the same verdict."
    : `Its ${alerts} open alerts are closed with the same verdict.`;
}
