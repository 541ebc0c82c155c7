/** The cases, newest first. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";
import type { Case } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import sheet from "@/design/sheet.module.css";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { stateWord } from "./state";

export function CasesScreen() {
  const { data, error, refetch } = useQuery({
    queryKey: keys.caseList({}),
    queryFn: () => answer(api.GET("/api/v1/cases")),
  });
  const cases = data?.items as Case[] | undefined;
  return (
    <div className={sheet.page}>
      <header className={sheet.head}>
        <h1>Cases</h1>
      </header>
      {error && <Fault what="The cases could not be read." fault={error} retry={() => refetch()} />}
      {!data && !error && <Loading />}
      {cases?.length === 0 && (
        <Empty title="There is no case." why="Raise one from an alert in the queue with c." />
      )}
      {cases && cases.length > 0 && (
        <section className={sheet.section}>
          <table className={sheet.table}>
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Severity</th>
                <th scope="col">Title</th>
                <th scope="col">State</th>
                <th scope="col">Owner</th>
                <th scope="col">Alerts</th>
                <th scope="col">Evidence</th>
                <th scope="col">Raised</th>
              </tr>
            </thead>
            <tbody>
              {cases.map((one) => (
                <tr key={one.id}>
                  <td className={sheet.mono}>C-{one.number}</td>
                  <td>
                    <SeverityMark severity={one.severity} />
                  </td>
                  <td>
                    <Link to="/cases/$number" params={{ number: String(one.number) }}>
                      <Hostile text={one.title} />
                    </Link>
                  </td>
                  <td>{stateWord(one.status)}</td>
                  <td>{one.owner?.name ?? "Unassigned"}</td>
                  <td>{one.alert_count}</td>
                  <td>{one.evidence_count}</td>
                  <td>
                    <Time at={one.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
