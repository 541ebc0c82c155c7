/** Why an alert is there: the condition, each selection true or false, and the bytes that matched, by one number. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Alert, AlertExplanation, Explanation, ItemTruth, SelectionTruth } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import type { Mark } from "@/design/marks";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { Correlation } from "@/shell/Correlation";
import { tally, words } from "./condition";
import { listEntries } from "./lists";
import { useExplanation } from "./queries";
import { RawPane } from "./RawPane";
import { techniques } from "./techniques";
import styles from "./WhyItFired.module.css";

export function WhyItFired({ alert }: { alert: Alert }) {
  const { data, error, refetch } = useExplanation(alert.id);
  const title = data?.rule?.title ?? alert.rule?.title ?? "";
  return (
    <section className={styles.why} aria-labelledby="why">
      <div className={styles.head}>
        <h3 id="why">Why it fired</h3>
        <p>
          {alert.rule && alert.source === "rule" ? (
            <>
              {title !== alert.title && <Hostile text={`${title}, `} />}
              version{" "}
              <Link
                to="/rules"
                search={aboutRule(alert.rule.id)}
                className={styles.version}
                title="Read the rule"
              >
                {(data?.rule?.version ?? alert.rule.version).slice(0, 8)}
              </Link>
            </>
          ) : (
            RAISED_BY[alert.source]
          )}
        </p>
      </div>
      <Techniques tags={alert.tags} />
      {alert.source === "indicator" && <Lists tags={alert.tags} />}
      {error && <Fault what="The explanation could not be read." fault={error} retry={() => refetch()} />}
      {!data && !error && <Loading lines={7} label="Loading the explanation" />}
      {data && (alert.source === "system" ? <SaidByProgram alert={alert} /> : <Explained data={data} />)}
    </section>
  );
}

/** What raised an alert that no rule of ours did. */
const RAISED_BY = {
  rule: "No rule raised it",
  indicator: "An indicator of a list raised it",
  system: "Watchfloor raised it about itself",
};

/** A rule by itself on the screen of rules. */
const aboutRule = (id: string) => ({ q: id, rule: id, peek: "on" as const });

/** Which lists have the indicator, how sure they are, until when it is good. */
function Lists({ tags }: { tags: readonly string[] }) {
  return (
    <ul className={styles.techniques} aria-label="Lists">
      {listEntries(tags).map(({ list, confidence, expires }, at) => (
        <li key={at}>
          <Hostile text={list} mono className={styles.version} />
          {confidence && `, confidence ${confidence}`}
          {expires && (
            <>
              , good until <Time at={expires} precision="min" />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What the program says of itself has no event; the rule that it is about says the rest. */
function SaidByProgram({ alert }: { alert: Alert }) {
  const rule = alert.tags.find((tag) => tag.startsWith("rule:"))?.slice("rule:".length);
  return (
    <p className={styles.stale}>
      No event stands behind it.{" "}
      {rule && (
        <>
          What it took, and whether it is on again, stands in{" "}
          <Link to="/rules" search={aboutRule(rule)} className={styles.link}>
            the rule
          </Link>
          .
        </>
      )}
    </p>
  );
}

/** ATT&CK techniques among the tags. */
function Techniques({ tags }: { tags: readonly string[] }) {
  const found = techniques(tags);
  if (found.length === 0) return null;
  return (
    <ul className={styles.techniques} aria-label="ATT&CK techniques">
      {found.map(({ id, name }) => (
        <li key={id}>
          <span className={styles.version}>{id}</span> {name}
        </li>
      ))}
    </ul>
  );
}

function Explained({ data }: { data: AlertExplanation }) {
  const { explanation, event, correlation } = data;
  const asked = correlation && (
    <div className={styles.asked}>
      <Correlation asks={correlation} />
    </div>
  );
  if (!event) {
    return (
      <>
        {asked}
        <Empty
          title="Its events are no longer there."
          why="Retention has removed them; the alert itself stays."
        />
      </>
    );
  }
  if (correlation) {
    return (
      <>
        {asked}
        {data.stale && <p className={styles.stale}>{CHANGED}</p>}
        <p className={styles.stale}>The newest of its events:</p>
        <RawPane event={event} marks={[]} />
      </>
    );
  }
  if (!explanation) {
    return (
      <>
        <p className={styles.stale}>
          {data.stale
            ? "The rule that raised it is no longer in force, so it cannot be held against the event."
            : "It is about many of them: no single one is held against the event."}
        </p>
        <RawPane event={event} marks={[]} />
      </>
    );
  }
  const marks = event.raw_lossy ? [] : marksOf(explanation.selections);
  return (
    <>
      <Condition explanation={explanation} />
      {data.stale && <p className={styles.stale}>{CHANGED}</p>}
      <div className={styles.split}>
        <div className={styles.selections}>
          <ol>
            {explanation.selections.map((selection) => (
              <Selection key={selection.number} selection={selection} />
            ))}
          </ol>
          <p className={styles.tally}>
            {tally(explanation.selections)}, condition{" "}
            <strong>{explanation.holds ? "holds" : "does not hold"}</strong>
          </p>
        </div>
        <RawPane event={event} marks={marks} />
      </div>
    </>
  );
}

const CHANGED = "The rule has changed since: this is the version in force now.";

/** The bytes of every item that holds, by the number of its selection. */
export function marksOf(selections: readonly SelectionTruth[]): Mark[] {
  return selections.flatMap((selection) =>
    selection.items.flatMap((item) =>
      item.holds && item.raw ? [{ from: item.raw[0], to: item.raw[1], number: selection.number }] : [],
    ),
  );
}

function Condition({ explanation }: { explanation: Explanation }) {
  return (
    <p className={styles.condition}>
      {words(explanation.condition, explanation.selections).map((word, at) => {
        if (word.kind !== "selection") return <span key={at}>{word.text}</span>;
        return (
          <span
            key={at}
            className={word.holds ? styles.yes : styles.no}
            title={word.holds ? "true" : "false"}
          >
            {word.text}
          </span>
        );
      })}
    </p>
  );
}

/** Items of a selection before "more". */
const FEW = 3;

function Selection({ selection }: { selection: SelectionTruth }) {
  const [all, setAll] = useState(false);
  // What held says more than what did not.
  const items = [...selection.items].sort((a, b) => Number(b.holds) - Number(a.holds));
  const shown = all ? items : items.slice(0, FEW);
  return (
    <li className={styles.selection} data-holds={selection.holds}>
      <span className={styles.number}>{selection.number}</span>
      <div>
        <p className={styles.name}>
          <Hostile text={selection.name} titled />
          <span className={styles.truth}>
            <Icon name={selection.holds ? "check" : "minus"} size={13} />
            {selection.holds ? "true" : "false"}
          </span>
        </p>
        {shown.map((item, at) => (
          <Item key={at} item={item} />
        ))}
        {items.length > FEW && (
          <button type="button" className={styles.more} onClick={() => setAll(!all)}>
            {all ? "Fewer" : `${items.length - FEW} more`}
          </button>
        )}
      </div>
    </li>
  );
}

function Item({ item }: { item: ItemTruth }) {
  return (
    <p className={styles.item} title={item.slot ? `reads ${item.slot}` : undefined}>
      <span>
        <Hostile text={item.field ?? "keyword"} />
        {item.modifiers.map((modifier) => (
          <span key={modifier}>
            <wbr />|{modifier}
          </span>
        ))}
      </span>
      <Hostile
        text={item.pattern.trim() === item.pattern ? item.pattern : `'${item.pattern}'`}
        className={styles.pattern}
      />
    </p>
  );
}
