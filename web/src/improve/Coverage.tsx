/** What the rules look for, by ATT&CK tactic and technique: what sees, what is blind, what is off. A table, not a picture. */
import type { Coverage as Sum, TacticCoverage } from "@/api/types";
import { Fault, Loading } from "@/design/states";
import { techniques } from "@/triage/techniques";
import styles from "./Coverage.module.css";
import { useCoverage } from "./queries";

/** The order in which an intrusion goes; others follow. */
const ORDER = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "stealth",
  "defense-evasion",
  "defense-impairment",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
];

const place = ({ tactic }: TacticCoverage) =>
  (ORDER.indexOf(tactic) + ORDER.length + 1) % (ORDER.length + 1) || 99;

/** `initial-access` is called Initial access. */
const called = (tactic: string) => {
  const words = tactic.replace(/-/g, " ");
  return tactic ? words.charAt(0).toUpperCase() + words.slice(1) : "No tactic named";
};

/** The name of a technique; of a sub-technique that has none here, that of the technique above it. */
const named = (id: string) => {
  const of = (one: string) => techniques([`attack.${one}`])[0]?.name;
  const above = of(id.replace(/\..*/, ""));
  return of(id) ?? (above && id.includes(".") ? <span className={styles.zero}>Part of {above}</span> : null);
};

export function Coverage({ onTag }: { onTag: (tag: string) => void }) {
  const { data, error, refetch } = useCoverage();
  if (error && !data) {
    return <Fault what="The coverage could not be read." fault={error} retry={() => refetch()} />;
  }
  if (!data) return <Loading lines={12} label="Loading the coverage" />;
  const tactics = [...data.tactics].sort((a, b) => place(a) - place(b));
  return (
    <section className={styles.scroll} tabIndex={0} aria-label="ATT&CK coverage">
      <p className={styles.lead}>
        A rule sees when it runs and such events have come in. A rule with several tactics stands under each
        of them; its sum counts it once. {data.untagged > 0 && `${data.untagged} rules name no technique.`}
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            {["Tactic and technique", "Rules", "See", "Blind", "Off", "Fired, 30 d"].map((head) => (
              <th key={head} scope="col" className={styles.top}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {tactics.map((tactic) => (
          <tbody key={tactic.tactic}>
            <tr className={styles.tactic}>
              <th scope="rowgroup">{called(tactic.tactic)}</th>
              <Figures sum={tactic.sum} />
            </tr>
            {tactic.techniques.map(({ technique, sum }) => {
              const tag = `attack.${technique.toLowerCase()}`;
              return (
                <tr key={technique} data-blind={sum.seeing === 0 || undefined}>
                  <th scope="row" className={styles.technique}>
                    <button type="button" title={`Rules with ${tag}`} onClick={() => onTag(tag)}>
                      <code>{technique}</code> {named(technique)}
                    </button>
                  </th>
                  <Figures sum={sum} />
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Figures({ sum }: { sum: Sum }) {
  return (
    <>
      <td>{sum.rules}</td>
      <td>{sum.seeing > 0 ? sum.seeing : <span className={styles.none}>none</span>}</td>
      <td className={styles.hole}>{sum.enabled - sum.seeing || <Zero />}</td>
      <td>{sum.rules - sum.enabled || <Zero />}</td>
      <td>{sum.fired || <Zero />}</td>
    </>
  );
}

const Zero = () => <span className={styles.zero}>0</span>;
