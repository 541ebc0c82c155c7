/** Who, what, where, when, how: each with the events that say so. */
import { Loading } from "@/design/states";
import styles from "./AnswerStrip.module.css";
import type { Answer } from "./answers";
import { Cites, Said } from "./Cites";

export function AnswerStrip({ answers, pending }: { answers: readonly Answer[]; pending: boolean }) {
  if (pending) {
    return (
      <div className={styles.strip}>
        <Loading lines={4} label="Reading the events" />
      </div>
    );
  }
  return (
    <div className={styles.strip}>
      {answers.map((answer) => (
        <section key={answer.question} className={styles.cell} aria-labelledby={`q-${answer.question}`}>
          <div className={styles.line}>
            <h2 id={`q-${answer.question}`}>{answer.question}</h2>
            <Cites events={answer.cites} />
          </div>
          {answer.headline && (
            <p className={styles.headline}>
              <Said pieces={answer.headline} />
            </p>
          )}
          {answer.statements.map((statement, at) => (
            <p key={at} className={styles.statement}>
              <span>
                <Said pieces={statement.pieces} />
              </span>{" "}
              <Cites events={statement.cites} most={2} />
            </p>
          ))}
          {answer.open && (
            <p className={styles.open}>
              <strong>Not established</strong> {answer.open}
            </p>
          )}
        </section>
      ))}
    </div>
  );
}
