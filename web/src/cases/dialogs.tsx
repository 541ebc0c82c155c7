/** Choosing the next state, an owner, and an alert to add. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import type { Problem } from "@/api/problem";
import { keys } from "@/api/query";
import { useMe, usePeople } from "@/api/session";
import type { Alert, Case, CaseStatus, Person } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { shortHost } from "@/design/names";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Fault, FaultCode, Loading } from "@/design/states";
import { called } from "./actions";
import styles from "./forms.module.css";
import { Pick } from "./Pick";
import { NEXT, STATE_HINTS } from "./words";

interface StateDialogProps {
  one: Case;
  onClose: () => void;
  onPick: (status: CaseStatus) => void;
}

export function StateDialog({ one, onClose, onPick }: StateDialogProps) {
  return (
    <Pick
      title={`State of ${called(one)}`}
      label="Next state"
      options={NEXT[one.status].map((status) => ({
        id: status,
        label: <StatusMark status={status} />,
        hint: STATE_HINTS[status],
      }))}
      verb="Set the state"
      onPick={(id) => onPick(id as CaseStatus)}
      onClose={onClose}
    />
  );
}

interface OwnerDialogProps {
  one: Case;
  onClose: () => void;
  onPick: (owner: Person | null) => void;
}

const NOBODY = "nobody";

export function OwnerDialog({ one, onClose, onPick }: OwnerDialogProps) {
  const [text, setText] = useState("");
  const me = useMe();
  const { data } = usePeople();
  const able = (data?.items ?? []).filter((person) => person.role === "analyst" || person.role === "admin");
  const wanted = text.trim().toLowerCase();
  const hit = (person: Person) => `${person.full_name} ${person.name}`.toLowerCase().includes(wanted);
  const found = able.filter(hit);
  const options = found.map((person) => ({
    id: person.id,
    label: person.full_name || person.name,
    hint: person.id === one.owner?.id ? "owns it" : person.id === me.id ? "you" : person.name,
  }));
  if (one.owner && NOBODY.startsWith(wanted)) options.push({ id: NOBODY, label: "Nobody", hint: "" });
  return (
    <Pick
      title={`Assign ${called(one)}`}
      label="People"
      field={{ label: "Name", value: text, onChange: setText }}
      options={options}
      after={options.length === 0 ? <p className={styles.none}>Nobody of that name works cases.</p> : null}
      verb="Assign"
      onPick={(id) => onPick(able.find((person) => person.id === id) ?? null)}
      onClose={onClose}
    />
  );
}

interface AddAlertDialogProps {
  one: Case;
  onClose: () => void;
  /** Answers the problem where it failed. */
  onPick: (alert: Alert) => Promise<Problem | null>;
}

/** Alerts that are looked at, and those of them that are offered: what can be added first. */
const LOOKED_AT = 100;
const OFFERED = 12;

export function AddAlertDialog({ one, onClose, onPick }: AddAlertDialogProps) {
  const [text, setText] = useState("");
  const [fault, setFault] = useState<Problem | null>(null);
  const q = text.trim() || undefined;
  const { data, error } = useQuery({
    queryKey: [...keys.alerts, "to-add", q],
    queryFn: async () => {
      const query = { q, status: q ? "open,closed" : "open", limit: LOOKED_AT };
      return (await answer(api.GET("/api/v1/alerts", { params: { query } }))).items as Alert[];
    },
    placeholderData: (old) => old,
  });
  const free = (alert: Alert) => alert.case == null;
  const alerts = [...(data?.filter(free) ?? []), ...(data?.filter((alert) => !free(alert)) ?? [])].slice(
    0,
    OFFERED,
  );
  const pick = async (id: string) => {
    const alert = alerts.find((other) => other.id === id);
    if (!alert) return;
    const problem = await onPick(alert);
    if (problem) setFault(problem);
    else onClose();
  };
  return (
    <Pick
      title={`Add an alert to ${called(one)}`}
      label="Alerts"
      lead="Its events are copied as evidence with their hashes and drafted onto the timeline."
      field={{ label: "Number, title, host or account", value: text, onChange: setText }}
      options={alerts.map((alert) => ({
        id: alert.id,
        label: (
          <>
            <SeverityMark severity={alert.severity} short />
            <span className={styles.number}>A-{alert.number}</span>
            <Hostile text={alert.title} titled />
          </>
        ),
        hint: <Hostile text={shortHost(alert.host ?? "")} />,
        off:
          alert.case == null ? undefined : alert.case === one.number ? "is in it" : `is in C-${alert.case}`,
      }))}
      after={
        <>
          {error && <Fault what="The alerts could not be read." fault={error} />}
          {!data && !error && <Loading lines={3} label="Loading alerts" />}
          {data?.length === 0 && (
            <p className={styles.none}>{q ? "No alert matches." : "No alert is open."}</p>
          )}
          {fault && <Refusal what="The alert was not added." problem={fault} />}
        </>
      }
      verb="Add"
      onPick={(id) => void pick(id)}
      onClose={onClose}
    />
  );
}

/** What the server said no to, within a dialog. */
export function Refusal({ what, problem }: { what: string; problem: Problem }) {
  return (
    <div className={styles.refusal} role="alert">
      <p>
        <strong>{what}</strong> {problem.detail}
      </p>
      <FaultCode problem={problem} />
    </div>
  );
}
