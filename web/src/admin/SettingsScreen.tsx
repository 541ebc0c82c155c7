/** Not drawn yet. */
import { Empty } from "@/design/states";

export function SettingsScreen() {
  return <Empty title="Settings is being built." />;
}
