/** What was done to a case, by whom and why, newest first. */
import { usePeople } from "@/api/session";
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { actorOf, caseDeed } from "./journal";
import { useCaseHistory } from "./queries";
import { Foot, type TabProps } from "./Tab";
import styles from "./tabs.module.css";

export function JournalTab({ one, may }: TabProps) {
  const history = useCaseHistory(one.number);
  const { data: people } = usePeople();
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <section className={styles.page} tabIndex={0} aria-label="Journal">
        <div className={styles.text}>
          {history.error && (
            <Fault
              what="The journal could not be read."
              fault={history.error}
              retry={() => history.refetch()}
            />
          )}
          {history.isPending && <Loading lines={8} label="Loading the journal" />}
          {history.data && items.length === 0 && <Empty title="The journal has no entry for this case." />}
          <ol className={styles.journal}>
            {items.map((item) => (
              <li key={item.id}>
                <Time at={item.at} />
                <span>
                  <strong>{actorOf(item, people?.items ?? [])}</strong>{" "}
                  <Hostile text={caseDeed(item, people?.items ?? [])} />
                  {item.reason && (
                    <>
                      : <Hostile text={item.reason} />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ol>
          {history.hasNextPage && (
            <div className={styles.more}>
              <Button disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                Earlier entries
              </Button>
            </div>
          )}
        </div>
      </section>
      <Foot may={may} one={one}>
        {items.length === 1 ? "1 entry" : `${items.length}${history.hasNextPage ? "+" : ""} entries`}
      </Foot>
    </>
  );
}
