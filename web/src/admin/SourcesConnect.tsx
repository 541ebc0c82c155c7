/** The ways in, each with an example that can be copied. */
import { Link } from "@tanstack/react-router";
import { Button } from "@/design/Button";
import { Icon } from "@/design/Icon";
import { complain, say } from "@/shell/toast";
import { type Way, waysIn } from "./connect";
import styles from "./SourcesScreen.module.css";

export function SourceConnect({ administers }: { administers: boolean }) {
  const ways = waysIn({ origin: location.origin, host: location.hostname });
  return (
    <div className={styles.connect}>
      <p className={styles.lead}>
        Every sender but syslog needs a token with the role ingest, here as <code>TOKEN</code>:{" "}
        {administers ? (
          <Link to="/settings/tokens">make one</Link>
        ) : (
          "an administrator makes it under Settings, Tokens"
        )}
        . The addresses are those under which this console was opened; behind a proxy they may be others.
      </p>
      {ways.map((way) => (
        <Example key={way.id} way={way} />
      ))}
    </div>
  );
}

function Example({ way }: { way: Way }) {
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied: ${way.name}.`);
    } catch (fault) {
      complain("The browser does not let a page copy; select the text by hand.", fault);
    }
  };
  return (
    <section className={styles.way} aria-label={way.name}>
      <div className={styles.wayhead}>
        <h3>{way.name}</h3>
        <Button look="plain" icon={<Icon name="copy" />} onClick={() => copy(way.text)}>
          Copy<span className="unseen"> the example for {way.name}</span>
        </Button>
      </div>
      <p>{way.why}</p>
      {way.needs && (
        <p>
          Only if the program listens for it; it does not by itself. It is started with{" "}
          <code className={styles.needs}>{way.needs}</code>
        </p>
      )}
      <pre tabIndex={0} aria-label={`Example for ${way.name}`} role="region">
        {way.text}
      </pre>
    </section>
  );
}
