/** Not drawn yet. */
import { Empty } from "@/design/states";

export function CasesScreen() {
  return <Empty title="Cases is being built." />;
}
