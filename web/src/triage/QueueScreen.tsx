/** Not drawn yet. */
import { Empty } from "@/design/states";

export function QueueScreen() {
  return <Empty title="Queue is being built." />;
}
