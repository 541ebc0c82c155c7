/** What of the stored files does not load, with code, place and remedy. */
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Empty, Fault, Loading } from "@/design/states";
import { useRefused } from "./queries";
import styles from "./Refused.module.css";
import { Remedy } from "./Remedy";

export function Refused() {
  const list = useRefused();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? items.length;
  if (list.error && !list.data) {
    return <Fault what="The report could not be read." fault={list.error} retry={() => list.refetch()} />;
  }
  if (!list.data) return <Loading lines={8} label="Loading what does not load" />;
  if (items.length === 0) {
    return <Empty title="Everything loads." why="No stored file has a rule that cannot run here." />;
  }
  return (
    <section className={styles.scroll} tabIndex={0} aria-label="Rules that do not load">
      <p className={styles.lead}>
        {total} {total === 1 ? "document does" : "documents do"} not load; every other rule of the same files
        runs.
      </p>
      <ul className={styles.list}>
        {items.map((one, at) => (
          <li key={at}>
            <p className={styles.what}>
              <Hostile text={one.message} />
            </p>
            <Remedy text={one.remedy} code={one.code} />
            <p className={styles.name}>
              <Hostile text={one.name} mono />
              {one.line != null && <span className={styles.dim}>line {one.line}</span>}
            </p>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button onClick={() => list.fetchNextPage()} disabled={list.isFetchingNextPage}>
          More
        </Button>
      )}
    </section>
  );
}
