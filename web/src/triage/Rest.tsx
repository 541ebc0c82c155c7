/** Below the last row: what is loading, what failed, or why there is nothing. */

import { useSources } from "@/admin/queries";
import { Button } from "@/design/Button";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { isNarrowed, widened } from "./filter";
import type { useAlerts } from "./queries";
import type { QueueState } from "./state";

interface RestProps {
  list: ReturnType<typeof useAlerts>;
  shown: number;
  state: QueueState;
  onWiden: (state: QueueState) => void;
}

export function Rest({ list, shown, state, onWiden }: RestProps) {
  if (list.error) {
    return <Fault what="The alerts could not be loaded." fault={list.error} retry={() => list.refetch()} />;
  }
  if (list.isPending || list.isFetchingNextPage)
    return <Loading lines={shown > 0 ? 2 : 10} label="Loading alerts" />;
  if (shown > 0) return null;
  if (isNarrowed(state)) {
    return (
      <Empty
        title="No alert matches."
        why="Alerts exist outside these filters, this time or this search."
        action={<Button onClick={() => onWiden(widened(state))}>Clear the filters</Button>}
      />
    );
  }
  return <Silence view={state.view ?? "open"} />;
}

const VIEWS = {
  open: "Nothing is open.",
  mine: "Nothing is yours.",
  due: "Nothing is due within 30 minutes.",
  escalated: "Nothing is escalated.",
  closed: "Nothing was closed today.",
};

/** No alert can mean peace or silence: the sources tell which. */
function Silence({ view }: { view: keyof typeof VIEWS }) {
  const { data } = useSources();
  if (!data) return <Empty title={VIEWS[view]} />;
  if (data.items.length === 0) {
    return <Empty title={VIEWS[view]} why="No source has sent an event yet, so no rule could fire." />;
  }
  const last =
    data.items
      .map((source) => source.last_seen)
      .sort()
      .at(-1) ?? "";
  const silent = data.items.filter((source) => source.state === "silent");
  if (silent.length === data.items.length) {
    return (
      <Empty
        title={VIEWS[view]}
        why={
          <>
            No source has reported since <Time at={last} />: this is silence, not peace.
          </>
        }
      />
    );
  }
  return (
    <Empty
      title={VIEWS[view]}
      why={
        <>
          {data.items.length - silent.length} of {data.items.length} sources report, the last event came{" "}
          <Time at={last} />
          {silent.length > 0 &&
            `; silent: ${silent
              .map((source) => source.name)
              .slice(0, 3)
              .join(", ")}`}
          .
        </>
      }
    />
  );
}
