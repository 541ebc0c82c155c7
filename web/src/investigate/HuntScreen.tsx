/** One query over the events: the search bar's language or SQL. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import sheet from "@/design/sheet.module.css";
import { Empty, Fault, Loading } from "@/design/states";
import { useKeys } from "@/keys/useKeys";

/** What the server answers. */
interface Table {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  stats: { elapsed_ms: number; truncated: boolean };
}

const COLUMNS = "@timestamp,host.name,user.name,process.name,source.ip,destination.ip,message";

export function HuntScreen() {
  const [text, setText] = useState("");
  const [lang, setLang] = useState<"bar" | "sql">("bar");
  const [asked, setAsked] = useState({ q: "*", lang: "bar" });
  const run = () => setAsked({ q: text || (lang === "bar" ? "*" : ""), lang });
  const { data, error, refetch } = useQuery({
    queryKey: ["search", asked],
    queryFn: () =>
      answer(
        api.GET("/api/v1/search", {
          params: { query: { ...asked, limit: 200, ...(asked.lang === "bar" && { columns: COLUMNS }) } },
        }),
      ),
    retry: false,
  });
  const table = data as Table | undefined;
  useKeys({ title: "Hunt" }, [
    { id: "hunt.run", keys: "Ctrl+Enter", label: "Run the query", typing: true, run },
  ]);
  return (
    <div className={sheet.page}>
      <header className={sheet.head}>
        <h1>Hunt</h1>
        <form
          className={sheet.form}
          style={{ flex: 1 }}
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <input
            className={sheet.mono}
            aria-label="Query"
            placeholder={lang === "bar" ? "host.name:WS-* AND powershell" : "SELECT count(*) FROM events"}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="button" onClick={() => setLang(lang === "bar" ? "sql" : "bar")}>
            {lang === "bar" ? "Bar" : "SQL"}
          </Button>
          <Button type="submit" look="filled" k={["Ctrl", "Enter"]}>
            Run
          </Button>
        </form>
      </header>
      {error && <Fault what="The query was not answered." fault={error} retry={() => refetch()} />}
      {!table && !error && <Loading />}
      {table?.rows.length === 0 && <Empty title="No event matches this query." />}
      {table && table.rows.length > 0 && (
        <section className={sheet.section}>
          <h2>
            {table.rows.length} rows in {table.stats.elapsed_ms} ms
            {table.stats.truncated && ", there are more"}
          </h2>
          <table className={sheet.table}>
            <thead>
              <tr>
                {table.columns.map((column) => (
                  <th key={column.name} scope="col">
                    {column.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, at) => (
                <tr key={String(row[0] ?? at)}>
                  {row.map((cell, place) => (
                    <td key={table.columns[place]?.name ?? place} className={sheet.mono}>
                      {cell != null && (
                        <Hostile text={typeof cell === "string" ? cell : JSON.stringify(cell)} />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
