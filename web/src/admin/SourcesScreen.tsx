/** Not drawn yet. */
import { Empty } from "@/design/states";

export function SourcesScreen() {
  return <Empty title="Sources is being built." />;
}
