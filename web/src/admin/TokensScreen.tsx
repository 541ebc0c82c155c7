/** Not drawn yet. */
import { Empty } from "@/design/states";

export function TokensScreen() {
  return <Empty title="Tokens is being built." />;
}
