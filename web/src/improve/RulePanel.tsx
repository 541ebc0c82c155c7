/** The panel beside the list: one rule, how often it fired, why it exists, what is wrong with it, its text. */
import { Link } from "@tanstack/react-router";
import { Fragment, type RefObject, useState } from "react";
import type { RuleDetail, RuleFinding, RuleRow, RuleSample } from "@/api/types";
import { Button } from "@/design/Button";
import { copyInert, Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { Raw } from "@/design/Raw";
import { SeverityMark } from "@/design/shapes";
import { Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { PanelLine } from "@/shell/PanelLine";
import { SidePanel } from "@/shell/SidePanel";
import { techniques } from "@/triage/techniques";
import { Days } from "./Days";
import { LooksAt, RuleMark } from "./marks";
import { useRule } from "./queries";
import { Related } from "./Related";
import { Remedy } from "./Remedy";
import styles from "./RulePanel.module.css";
import { isCounted, unwrapped } from "./state";
import { Yaml } from "./Yaml";

interface RulePanelProps {
  id: string;
  place: string | null;
  /** Whether the person may switch it. */
  keeps: boolean;
  panel: RefObject<HTMLElement | null>;
  onTag: (tag: string) => void;
  onSwitch: () => void;
  onClose: () => void;
}

export function RulePanel({ id, place, keeps, panel, onTag, onSwitch, onClose }: RulePanelProps) {
  const { data, error, refetch } = useRule(id);
  return (
    <SidePanel>
      <aside ref={panel} className={styles.panel} aria-label="Rule" tabIndex={-1}>
        {error && !data && (
          <Fault what="This rule could not be read." fault={error} retry={() => refetch()} />
        )}
        {!data && !error && <Loading lines={12} label="Loading the rule" />}
        {data && (
          <>
            <Head rule={data.rule} place={place} onClose={onClose} />
            <section className={styles.body} tabIndex={0} aria-label="Details of the rule" key={id}>
              <Fired detail={data} />
              <Related detail={data} />
              <Says detail={data} onTag={onTag} />
              <Findings findings={data.findings} />
              <section className={styles.section} aria-labelledby="rule-text">
                <h3 id="rule-text">Text</h3>
                <p className={styles.dim}>
                  <Hostile text={data.rule.file} mono /> version {data.rule.revision}
                </p>
                <Yaml text={data.yaml} findings={data.findings} />
              </section>
              {data.samples.map((sample) => (
                <Sample key={sample.file} sample={sample} />
              ))}
              <Revisions detail={data} />
            </section>
            {keeps && (
              <div className={styles.actions}>
                <Button
                  look={data.rule.state === "disabled" ? "filled" : "outlined"}
                  k="t"
                  onClick={onSwitch}
                >
                  {data.rule.state === "enabled" ? "Switch off" : "Switch on"}
                </Button>
              </div>
            )}
          </>
        )}
      </aside>
    </SidePanel>
  );
}

function Head({ rule, place, onClose }: { rule: RuleRow; place: string | null; onClose: () => void }) {
  return (
    <header className={styles.head}>
      <PanelLine number={<Hostile text={rule.id} titled />} places={[place]} onClose={onClose} />
      <h2>
        <Hostile text={rule.title} titled />
      </h2>
      <div className={styles.under}>
        <SeverityMark severity={rule.level} />
        <RuleMark rule={rule} />
        <span>
          <span className={styles.dim}>Looks at</span> <LooksAt rule={rule} />
        </span>
        <span>
          <span className={styles.dim}>From</span> <Hostile text={rule.source} />
        </span>
        {rule.status && (
          <span>
            <span className={styles.dim}>Status</span> <Hostile text={rule.status} />
          </span>
        )}
      </div>
      {rule.set_by && rule.set_at && rule.reason && (
        <p className={rule.state === "disabled" ? styles.off : styles.on}>
          Switched {rule.state === "disabled" ? "off" : "on"} by {rule.set_by.name},{" "}
          <Time at={rule.set_at} precision="min" />: <Hostile text={rule.reason} />
        </p>
      )}
      {rule.stopped && (
        <p className={styles.off}>
          It does not run: <Hostile text={rule.stopped.message} />. {rule.stopped.remedy}
        </p>
      )}
      {!rule.telemetry && (
        <p className={styles.blind}>No such event has come in, so this rule cannot fire here.</p>
      )}
    </header>
  );
}

const figure = new Intl.NumberFormat("en");

function Fired({ detail: { rule, days } }: { detail: RuleDetail }) {
  const { day, week, month, last } = rule.fired;
  return (
    <section className={styles.section} aria-labelledby="rule-fired">
      <div className={styles.title}>
        <h3 id="rule-fired">Fired</h3>
        {!rule.silent && (
          <Link to="/queue" search={{ rule: rule.id, status: ["new", "triaging", "escalated", "closed"] }}>
            Its alerts
          </Link>
        )}
      </div>
      {isCounted(rule) && (
        <div className={styles.fired}>
          <dl className={styles.figures}>
            {(
              [
                ["24 hours", day],
                ["7 days", week],
                ["30 days", month],
              ] as const
            ).map(([name, n]) => (
              <div key={name}>
                <dd>{figure.format(n)}</dd>
                <dt>{name}</dt>
              </div>
            ))}
          </dl>
          <Days counts={days} />
        </div>
      )}
      <p className={styles.dim}>
        {last ? (
          <>
            Last on <Time at={last} />
          </>
        ) : isCounted(rule) ? (
          "It has not fired in 30 days."
        ) : (
          "Its hits only feed other correlations, and are not counted."
        )}
      </p>
    </section>
  );
}

const HEADINGS = [
  ["goal", "Goal"],
  ["strategy", "Strategy"],
  ["technical_context", "Technical context"],
  ["blind_spots", "Blind spots"],
  ["validation", "Validation"],
  ["priority", "Priority"],
  ["response", "Response"],
] as const;

function Says({ detail, onTag }: { detail: RuleDetail; onTag: (tag: string) => void }) {
  const { rule, strategy } = detail;
  const named = techniques(rule.tags);
  const told = HEADINGS.filter(([key]) => strategy?.[key]);
  return (
    <section className={styles.section} aria-labelledby="rule-says">
      <h3 id="rule-says">What it is for</h3>
      {detail.description && (
        <p className={styles.text}>
          <Hostile text={unwrapped(detail.description)} />
        </p>
      )}
      {rule.tags.length > 0 && (
        <ul className={styles.tags} aria-label="Tags">
          {rule.tags.map((tag) => {
            const technique = named.find(({ id }) => tag === `attack.${id.toLowerCase()}`);
            return (
              <li key={tag}>
                <button type="button" title={`Rules with ${tag}`} onClick={() => onTag(tag)}>
                  {technique ? (
                    <>
                      <span className={styles.technique}>{technique.id}</span> {technique.name}
                    </>
                  ) : (
                    <Hostile text={tag.replace(/^attack\./, "")} />
                  )}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <dl className={styles.strategy}>
        {told.map(([key, name]) => (
          <Fragment key={key}>
            <dt>{name}</dt>
            <dd>
              <Hostile text={strategy?.[key] ?? ""} />
            </dd>
          </Fragment>
        ))}
        {detail.falsepositives.length > 0 && (
          <>
            <dt>False positives</dt>
            <dd>
              <Hostile text={detail.falsepositives.join("\n")} />
            </dd>
          </>
        )}
        {told.length === 0 && !rule.silent && (
          <>
            <dt>Response</dt>
            <dd className={styles.lack}>Not established: the rule has no alerting strategy.</dd>
          </>
        )}
        <dt>Condition</dt>
        <dd className={styles.mono}>
          <Hostile text={detail.condition} mono />
        </dd>
        {detail.author && (
          <>
            <dt>Author</dt>
            <dd>
              <Hostile text={detail.author} />
            </dd>
          </>
        )}
        {detail.references.length > 0 && (
          <>
            <dt>References</dt>
            <dd className={styles.mono} onCopy={copyInert}>
              <Hostile text={detail.references.join("\n")} mono defanged />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

const WEIGHTS = ["note", "warning", "error"];

/** What an engineer would say of it, worst first. */
function Findings({ findings }: { findings: readonly RuleFinding[] }) {
  if (findings.length === 0) return null;
  const worst = [...findings].sort((a, b) => WEIGHTS.indexOf(b.severity) - WEIGHTS.indexOf(a.severity));
  return (
    <section className={styles.section} aria-labelledby="rule-lint">
      <h3 id="rule-lint">Lint</h3>
      <ul className={styles.findings}>
        {worst.map((finding) => (
          <li key={`${finding.code} ${finding.line} ${finding.message}`} data-weight={finding.severity}>
            <span className={styles.weight}>{finding.severity}</span>
            <div>
              <p>
                <Hostile text={finding.message} />
                {finding.line != null && <span className={styles.dim}> line {finding.line}</span>}
              </p>
              <Remedy text={finding.remedy} code={finding.code} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sample({ sample }: { sample: RuleSample }) {
  const [open, setOpen] = useState(false);
  return (
    <section className={styles.section}>
      <button type="button" className={styles.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={14} />
        {sample.hit ? "Must match" : "Must not match"}
        <span className={styles.dim}>
          {sample.events} {sample.events === 1 ? "sample" : "samples"}
        </span>
      </button>
      {open && (
        <Raw
          text={sample.text}
          label={sample.hit ? "Samples that must match" : "Samples that must not match"}
        />
      )}
    </section>
  );
}

function Revisions({ detail: { rule, revisions } }: { detail: RuleDetail }) {
  return (
    <section className={styles.section} aria-labelledby="rule-revisions">
      <h3 id="rule-revisions">Versions</h3>
      <ul className={styles.revisions}>
        {revisions.map((one) => (
          <li key={one.revision}>
            <code>{one.revision}</code> <Time at={one.added_at} precision="min" />
            <span className={styles.dim}> by {one.author.name}</span>
            {one.revision === rule.revision && <span> in force</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
