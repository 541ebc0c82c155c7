/** Not drawn yet. */
import { Empty } from "@/design/states";

export function PeopleScreen() {
  return <Empty title="People is being built." />;
}
