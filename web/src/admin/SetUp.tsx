/** Not drawn yet. */
import { Empty } from "@/design/states";

export function SetUp() {
  return <Empty title="SetUp is being built." />;
}
