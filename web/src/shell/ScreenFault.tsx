/** A screen that broke, and a place that is none. The rest of the console goes on. */
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Empty, Fault } from "@/design/states";

export function ScreenFault({ error, reset }: ErrorComponentProps) {
  return (
    <>
      <h1 className="unseen">This screen stopped</h1>
      <Fault what="This screen stopped." fault={error} retry={reset} />
    </>
  );
}

export function NotFound() {
  return (
    <>
      <h1 className="unseen">Not found</h1>
      <Empty
        title="There is nothing at this address."
        why="The link may be cut off, or the record may not be yours to see."
        action={<Link to="/queue">Go to the queue</Link>}
      />
    </>
  );
}
