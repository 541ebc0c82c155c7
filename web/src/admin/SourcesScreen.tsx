/** Who sends what, how late, and what became of it. */

import { Hostile } from "@/design/Hostile";
import { StatusMark } from "@/design/shapes";
import sheet from "@/design/sheet.module.css";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { useSources } from "./queries";

const count = new Intl.NumberFormat("en");

/** Milliseconds as a person says them. */
function lag(ms: number): string {
  if (ms < 1_000) return "none";
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

export function SourcesScreen() {
  const { data, error, refetch } = useSources();
  return (
    <div className={sheet.page}>
      <header className={sheet.head}>
        <h1>Sources</h1>
        {data && (
          <span className={sheet.quiet}>
            Received {count.format(data.totals.received)} = stored {count.format(data.totals.stored)} +
            rejected {count.format(data.totals.rejected)} + quarantined{" "}
            {count.format(data.totals.quarantined)} + dropped {count.format(data.totals.dropped)}
          </span>
        )}
      </header>
      {error && <Fault what="The sources could not be read." fault={error} retry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.items.length === 0 && (
        <Empty title="No source has sent anything yet." why="Point an agent at this floor, or send a file." />
      )}
      {data && data.items.length > 0 && (
        <section className={sheet.section}>
          <table className={sheet.table}>
            <thead>
              <tr>
                <th scope="col">Source</th>
                <th scope="col">State</th>
                <th scope="col">Events</th>
                <th scope="col">Lag</th>
                <th scope="col">Last seen</th>
                <th scope="col">Flagged</th>
                <th scope="col">Rejected</th>
                <th scope="col">Quarantined</th>
                <th scope="col">Dropped</th>
                <th scope="col">Sent again</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((source) => (
                <tr key={source.name}>
                  <td className={sheet.mono}>
                    <Hostile text={source.name} />
                  </td>
                  <td>{source.state === "on_time" ? "On time" : <StatusMark status={source.state} />}</td>
                  <td>{count.format(source.events)}</td>
                  <td>{lag(source.lag_ms)}</td>
                  <td>
                    <Time at={source.last_seen} />
                  </td>
                  <td>{count.format(source.flagged)}</td>
                  <td>{count.format(source.rejected)}</td>
                  <td>{count.format(source.quarantined)}</td>
                  <td>{count.format(source.dropped)}</td>
                  <td>{count.format(source.duplicates)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
