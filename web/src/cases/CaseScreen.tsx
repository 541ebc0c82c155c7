/** Not drawn yet. */
import { Empty } from "@/design/states";

export function CaseScreen() {
  return <Empty title="Case is being built." />;
}
