/** One case: what it is, its timeline, its evidence, notes, and its end. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { answer, api, seen } from "@/api/client";
import { asProblem } from "@/api/problem";
import { keys } from "@/api/query";
import type { Case } from "@/api/types";
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import sheet from "@/design/sheet.module.css";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { useKeys } from "@/keys/useKeys";
import { complain, say } from "@/shell/toast";
import { CloseDialog } from "@/triage/CloseDialog";
import type { Verdict } from "@/triage/verdicts";
import { stateWord } from "./state";

export function CaseScreen() {
  const number = Number(useParams({ strict: false, select: (params) => params.number }));
  const { data, error, refetch } = useQuery({
    queryKey: keys.case(number),
    queryFn: () => answer(api.GET("/api/v1/cases/{number}", { params: { path: { number } } })),
  });
  if (error) return <Fault what="The case could not be read." fault={error} retry={() => refetch()} />;
  if (!data) return <Loading />;
  return <Open one={data as Case} />;
}

function Open({ one }: { one: Case }) {
  const cache = useQueryClient();
  const [closing, setClosing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const open = one.status !== "closed";
  const fresh = () => cache.invalidateQueries({ queryKey: keys.cases });
  const close = useMutation({
    mutationFn: ({ verdict, comment }: { verdict: Verdict; comment: string }) =>
      answer(
        api.POST("/api/v1/cases/{number}/close", {
          params: { path: { number: one.number } },
          headers: seen(one.version),
          body: { disposition: verdict.disposition, reason: verdict.reason, comment: comment || null },
        }),
      ),
    onSuccess: () => say(`Case C-${one.number} closed.`),
    onError: (thrown) => complain("The case was not closed.", asProblem(thrown)),
    onSettled: fresh,
  });
  const reopen = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/v1/cases/{number}/reopen", {
          params: { path: { number: one.number } },
          headers: seen(one.version),
          body: { comment: "Taken up again" },
        }),
      ),
    onError: (thrown) => complain("The case was not reopened.", asProblem(thrown)),
    onSettled: fresh,
  });
  useKeys({ title: "Case" }, [
    { id: "case.note", keys: "m", label: "Note", run: () => field.current?.focus() },
    { id: "case.close", keys: "e", label: "Close", run: () => open && setClosing(true) },
  ]);
  return (
    <div className={sheet.page}>
      <header className={sheet.head}>
        <span className={sheet.mono}>Case {one.number}</span>
        <SeverityMark severity={one.severity} />
        <span>{stateWord(one.status)}</span>
        <span>{one.owner?.name ?? "Unassigned"}</span>
        <span className={sheet.quiet}>
          Raised <Time at={one.created_at} />
        </span>
        <span className={sheet.actions}>
          {open ? (
            <Button look="filled" k="e" onClick={() => setClosing(true)}>
              Close
            </Button>
          ) : (
            <Button onClick={() => reopen.mutate()}>Reopen</Button>
          )}
        </span>
        <h1>
          <Hostile text={one.title} />
        </h1>
      </header>
      <Timeline number={one.number} />
      <EvidenceList number={one.number} />
      <Notes number={one.number} field={field} />
      {closing && (
        <CloseDialog
          what={`case C-${one.number}`}
          onClose={() => setClosing(false)}
          onConfirm={(verdict, comment) => {
            setClosing(false);
            close.mutate({ verdict, comment });
          }}
        />
      )}
    </div>
  );
}

function Timeline({ number }: { number: number }) {
  const { data, error } = useQuery({
    queryKey: keys.casePart(number, "timeline"),
    queryFn: () => answer(api.GET("/api/v1/cases/{number}/timeline", { params: { path: { number } } })),
  });
  return (
    <section className={sheet.section}>
      <h2>Timeline</h2>
      {error && <Fault what="The timeline could not be read." fault={error} />}
      {data?.items.length === 0 && <Empty title="Nothing is on the timeline." />}
      <table className={sheet.table}>
        <tbody>
          {data?.items.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Time at={entry.at} />
              </td>
              <td className={sheet.mono}>{entry.host && <Hostile text={entry.host} />}</td>
              <td>
                <Hostile text={entry.title} />
              </td>
              <td className={sheet.quiet}>{stateWord(entry.state)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function EvidenceList({ number }: { number: number }) {
  const { data, error } = useQuery({
    queryKey: keys.casePart(number, "evidence"),
    queryFn: () => answer(api.GET("/api/v1/cases/{number}/evidence", { params: { path: { number } } })),
  });
  return (
    <section className={sheet.section}>
      <h2>Evidence</h2>
      {error && <Fault what="The evidence could not be read." fault={error} />}
      {data?.items.length === 0 && <Empty title="There is no evidence." />}
      <table className={sheet.table}>
        <tbody>
          {data?.items.map((piece) => (
            <tr key={piece.id}>
              <td>
                <Hostile text={piece.name} />
              </td>
              <td className={sheet.mono}>{piece.sha256}</td>
              <td>{piece.size} bytes</td>
              <td className={sheet.mono}>
                <Hostile text={piece.content} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Notes({ number, field }: { number: number; field: React.RefObject<HTMLTextAreaElement | null> }) {
  const cache = useQueryClient();
  const [text, setText] = useState("");
  const { data, error } = useQuery({
    queryKey: keys.casePart(number, "notes"),
    queryFn: () => answer(api.GET("/api/v1/cases/{number}/notes", { params: { path: { number } } })),
  });
  const add = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/cases/{number}/notes", { params: { path: { number } }, body: { text } })),
    onSuccess: () => setText(""),
    onError: (thrown) => complain("The note was not kept.", asProblem(thrown)),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.cases }),
  });
  return (
    <section className={sheet.section}>
      <h2>Notes</h2>
      {error && <Fault what="The notes could not be read." fault={error} />}
      <table className={sheet.table}>
        <tbody>
          {data?.items.map((note) => (
            <tr key={note.id}>
              <td>
                <Time at={note.created_at} />
              </td>
              <td>{note.author.name}</td>
              <td>
                <Hostile text={note.text} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <form
        className={sheet.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) add.mutate();
        }}
      >
        <textarea
          ref={field}
          aria-label="Note"
          rows={2}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" k="m" disabled={!text.trim()}>
          Add note
        </Button>
      </form>
    </section>
  );
}
