/** The text of the editor: what the URL says until somebody types; the other language keeps what was in it. */
import { useRef, useState } from "react";
import type { Lang } from "./ink";
import { type HuntState, langOf } from "./state";

export function useDraft(state: HuntState) {
  const asked = state.q ?? "";
  const lang = langOf(state);
  const [draft, setDraft] = useState(asked);
  const others = useRef<Record<Lang, string>>({ bar: "", sql: "" });
  // Another query, by a link, a term or the browser's back key, is also what is edited.
  const seen = useRef({ asked, lang });
  if (seen.current.asked !== asked || seen.current.lang !== lang) {
    seen.current = { asked, lang };
    if (draft !== asked) setDraft(asked);
  }
  /** Puts the text of a language away and answers that of the other. */
  const keep = (from: Lang, text: string): string => {
    others.current[from] = text;
    return others.current[from === "bar" ? "sql" : "bar"];
  };
  return { draft, setDraft, keep };
}
