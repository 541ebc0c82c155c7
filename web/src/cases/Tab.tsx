/** What every tab of a case gets, and the foot below it. */
import type { ReactNode, RefObject } from "react";
import type { Case } from "@/api/types";
import { Footer, type Hint } from "@/shell/Footer";
import type { CaseTab } from "./state";
import type { CaseData } from "./useCaseData";

export interface TabProps {
  one: Case;
  data: CaseData;
  /** Whether the person may change cases. */
  may: boolean;
  /** The event under the cursor: a new entry of the timeline begins with it. */
  chosen: RefObject<string | null>;
  onEnter: () => void;
  onTab: (tab: CaseTab, at?: string) => void;
}

interface FootProps {
  may: boolean;
  one: Case;
  /** Whether the tab has rows with a cursor. */
  rows?: boolean;
  children?: ReactNode;
}

/** The keys that matter here and that stand on no control. */
export function Foot({ may, one, rows = false, children }: FootProps) {
  const open = one.status !== "closed";
  const hints: Hint[] = [];
  if (rows) {
    hints.push({ k: ["j", "k"], does: "move" }, { k: "o", does: "open" });
  }
  if (may && open) {
    hints.push(
      { k: "a", does: "assign to me" },
      { k: "h", does: "hand to" },
      { k: "d", does: "details" },
      { k: "l", does: "add an alert" },
    );
  }
  hints.push({ k: "u", does: "undo" }, { k: "?", does: "keys" });
  return <Footer hints={hints}>{children}</Footer>;
}
