/** Not drawn yet. */
import { Empty } from "@/design/states";

export function LogIn() {
  return <Empty title="LogIn is being built." />;
}
