/** The evidence: bytes as they were taken, with their hash. */
import { useMemo, useRef } from "react";
import type { Evidence } from "@/api/types";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { EvidencePanel } from "./EvidencePanel";
import { sizeWords } from "./facts";
import { Panel } from "./Panel";
import panels from "./panels.module.css";
import { Foot, type TabProps } from "./Tab";
import styles from "./tabs.module.css";
import type { CaseData } from "./useCaseData";
import { placeOf, usePanel, useTabCursor, useTimeWidth } from "./useTab";

const idOf = (piece: Evidence) => piece.event ?? piece.id;

export function EvidenceTab({ one, data, may, chosen }: TabProps) {
  const { pieces, evidence } = data;
  const ids = useMemo(() => pieces.map(idOf), [pieces]);
  const cursor = useTabCursor(ids, "evidence");
  const panel = useRef<HTMLElement>(null);
  const side = usePanel(cursor, panel);
  const current = pieces.find((piece) => idOf(piece) === cursor.at);
  chosen.current = current?.event ?? null;
  const total = evidence.data?.pages[0]?.total ?? pieces.length;
  const times = useTimeWidth(
    useMemo(() => data.timeline.data?.map((entry) => entry.at) ?? [], [data.timeline.data]),
  );
  const columns = useMemo(() => columnsOf(data, times), [data, times]);
  const number = current?.event ? data.numberOf.get(current.event) : undefined;
  const alerts = data.alertsOf.get(current?.event ?? "") ?? [];
  return (
    <>
      <div className={styles.columns}>
        <Grid
          label="Evidence"
          rows={pieces}
          columns={columns}
          id={idOf}
          cursor={cursor.at}
          onCursor={cursor.set}
          onOpen={side.enter}
          total={total}
          onEnd={() => {
            if (evidence.hasNextPage && !evidence.isFetchingNextPage) void evidence.fetchNextPage();
          }}
          gap={14}
          after={rest({ data })}
        />
        {side.open && current && (
          <Panel
            label="Evidence"
            id={current.id}
            number={number ? `E${number}` : current.name}
            place={placeOf(ids, cursor.at, total)}
            title={alerts[0] ? <Hostile text={alerts[0].title} /> : current.name}
            panel={panel}
            onClose={() => side.set(false)}
            facts={
              <>
                {alerts[0] && <SeverityMark severity={alerts[0].severity} />}
                <span className={panels.number}>{current.name}</span>
                <Moment data={data} piece={current} precision="ms" />
              </>
            }
          >
            <EvidencePanel piece={current} alerts={alerts} />
          </Panel>
        )}
      </div>
      <Foot may={may} one={one} rows>
        {`${placeOf(ids, cursor.at, total) ?? "0"} ${total === 1 ? "piece" : "pieces"}`}
      </Foot>
    </>
  );
}

/** When it happened, as the timeline has it. */
function Moment({
  data,
  piece,
  precision = "s",
}: {
  data: CaseData;
  piece: Evidence;
  precision?: "s" | "ms";
}) {
  const entry = data.timeline.data?.find((one) => one.event === piece.event);
  return entry ? <Time at={entry.at} precision={precision} /> : null;
}

function columnsOf(data: CaseData, times: string): Column<Evidence>[] {
  return [
    {
      id: "number",
      head: "No.",
      width: "44px",
      cell: (piece) => (
        <span className={styles.number}>E{(piece.event && data.numberOf.get(piece.event)) ?? "?"}</span>
      ),
    },
    {
      id: "severity",
      head: "Severity",
      width: "62px",
      cell: (piece) => {
        const severity = piece.event ? data.severityOf.get(piece.event) : undefined;
        return severity ? <SeverityMark severity={severity} short /> : null;
      },
    },
    {
      id: "what",
      head: "What it shows",
      width: "minmax(0, 1fr)",
      cell: (piece) => {
        const [alert] = data.alertsOf.get(piece.event ?? "") ?? [];
        return alert ? (
          <Hostile text={alert.title} titled />
        ) : (
          <span className={styles.none}>no rule, added by hand</span>
        );
      },
    },
    {
      id: "at",
      head: "Event time",
      width: times,
      loose: true,
      cell: (piece) => <Moment data={data} piece={piece} />,
    },
    {
      id: "source",
      head: "Source",
      width: "104px",
      cell: (piece) => <Hostile text={piece.source} mono titled className={styles.machine} />,
    },
    { id: "size", head: "Size", width: "58px", align: "end", cell: (piece) => sizeWords(piece.size) },
    {
      id: "hash",
      head: "SHA-256",
      width: "92px",
      cell: (piece) => (
        <span className={styles.machine} title={piece.sha256}>
          {piece.sha256.slice(0, 10)}…
        </span>
      ),
    },
  ];
}

function rest({ data }: { data: CaseData }) {
  const { evidence, pieces } = data;
  if (evidence.error) {
    return (
      <Fault what="The evidence could not be read." fault={evidence.error} retry={() => evidence.refetch()} />
    );
  }
  if (evidence.isPending || evidence.isFetchingNextPage) {
    return <Loading lines={pieces.length > 0 ? 2 : 8} label="Loading evidence" />;
  }
  if (pieces.length > 0) return null;
  return (
    <Empty
      title="There is no evidence."
      why="It comes with an alert (l), or with a timeline entry that names an event (t)."
    />
  );
}
