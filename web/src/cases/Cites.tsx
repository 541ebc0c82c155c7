/** `E5`: the piece of evidence that says so; opens it. */
import { createContext, type ReactNode, useContext } from "react";
import { Hostile } from "@/design/Hostile";
import type { Piece } from "./answers";
import styles from "./Cites.module.css";

export interface Exhibits {
  /** The number of an event's piece of evidence; stable, because evidence is only ever added at the end. */
  numberOf: ReadonlyMap<string, number>;
  open: (event: string) => void;
}

const Context = createContext<Exhibits>({ numberOf: new Map(), open: () => {} });
export const ExhibitsProvider = Context.Provider;
export const useExhibits = () => useContext(Context);

/** One citation. An event that is no evidence is named by its id. */
export function Cite({ event }: { event: string }) {
  const { numberOf, open } = useExhibits();
  const number = numberOf.get(event);
  return (
    <button
      type="button"
      className={styles.cite}
      onClick={() => open(event)}
      title={`Event ${event}`}
      aria-label={number ? `Evidence E${number}` : `Event ${event}`}
    >
      {number ? `E${number}` : event}
    </button>
  );
}

/** The first few by number, and how many more. */
export function Cites({ events, most = 4 }: { events: readonly string[]; most?: number }) {
  const { numberOf } = useExhibits();
  if (events.length === 0) return null;
  const shown = events.slice(0, most);
  const rest = events.slice(most).map((event) => `E${numberOf.get(event) ?? event}`);
  return (
    <span className={styles.cites}>
      {shown.map((event) => (
        <Cite key={event} event={event} />
      ))}
      {rest.length > 0 && (
        <span className={styles.more} title={rest.slice(0, 40).join(" ")}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

/** A statement: our words as they are, a log's words inert. */
export function Said({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, at) =>
    typeof piece === "string" ? (
      <span key={at}>{piece}</span>
    ) : (
      <Hostile key={at} text={piece.log} defanged titled={piece.whole ?? false} />
    ),
  );
}

const REFERENCE = /\b(E\d{1,6})\b/;

/** A note: `E5` in it opens that piece. */
export function Cited({ text }: { text: string }): ReactNode {
  const { numberOf } = useExhibits();
  const events = new Map([...numberOf].map(([event, number]) => [`E${number}`, event]));
  return text.split(REFERENCE).map((part, at) => {
    const event = at % 2 === 1 ? events.get(part) : undefined;
    return event ? <Cite key={at} event={event} /> : <Hostile key={at} text={part} />;
  });
}
