/** Not drawn yet. */
import { Empty } from "@/design/states";

export function HuntScreen() {
  return <Empty title="Hunt is being built." />;
}
