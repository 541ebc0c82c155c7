/** The views of the list, what narrows it, its order, and raising a case. */
import { Menu } from "@mantine/core";
import { useMe, usePeople } from "@/api/session";
import { Button } from "@/design/Button";
import { Icon } from "@/design/Icon";
import { SEVERITIES, SEVERITY_WORDS, SeverityMark, STATUS_WORDS, StatusMark } from "@/design/shapes";
import { HeadMenu, SortMenu } from "@/shell/HeadMenu";
import { Views } from "@/shell/Views";
import styles from "./CasesHead.module.css";
import { toggled } from "./filter";
import { type CasesState, SORTS, type Sort, STATES, VIEWS, type View } from "./state";

export const VIEW_WORDS: Record<View, string> = {
  open: "Open",
  mine: "Mine",
  unowned: "Unassigned",
  closed: "Closed",
  all: "All",
};

export const SORT_WORDS: Record<Sort, string> = {
  updated: "last change",
  severity: "severity",
  number: "number",
};

interface CasesHeadProps {
  state: CasesState;
  counts: Partial<Record<View, number>>;
  may: boolean;
  onChange: (state: CasesState) => void;
  onView: (view: View) => void;
  onRaise: () => void;
}

export function CasesHead({ state, counts, may, onChange, onView, onRaise }: CasesHeadProps) {
  const view = state.view ?? "open";
  const me = useMe();
  const { data } = usePeople();
  const people = (data?.items ?? []).filter((person) => person.role === "analyst" || person.role === "admin");
  const ownerWord =
    state.owner === "me"
      ? "you"
      : state.owner === "none"
        ? "nobody"
        : (people.find((person) => person.id === state.owner)?.full_name ?? state.owner);
  return (
    <div className={styles.head}>
      <h1>Cases</h1>
      <Views views={VIEWS} words={VIEW_WORDS} current={view} counts={counts} onView={onView} digits />
      <HeadMenu name="State" says={state.status?.map((one) => STATUS_WORDS[one].toLowerCase()).join(", ")}>
        {STATES.map((one) => (
          <Menu.Item
            key={one}
            aria-current={state.status?.includes(one) ? "true" : undefined}
            rightSection={state.status?.includes(one) ? <Icon name="check" size={14} /> : null}
            onClick={() => onChange(toggled(state, "status", one))}
          >
            <StatusMark status={one} />
          </Menu.Item>
        ))}
      </HeadMenu>
      <HeadMenu
        name="Severity"
        says={state.severity?.map((one) => SEVERITY_WORDS[one].long.toLowerCase()).join(", ")}
      >
        {SEVERITIES.map((one) => (
          <Menu.Item
            key={one}
            aria-current={state.severity?.includes(one) ? "true" : undefined}
            rightSection={state.severity?.includes(one) ? <Icon name="check" size={14} /> : null}
            onClick={() => onChange(toggled(state, "severity", one))}
          >
            <SeverityMark severity={one} />
          </Menu.Item>
        ))}
      </HeadMenu>
      <HeadMenu name="Owner" says={ownerWord}>
        <Menu.Item onClick={() => onChange(toggled(state, "owner", "me"))}>You</Menu.Item>
        <Menu.Item onClick={() => onChange(toggled(state, "owner", "none"))}>Nobody</Menu.Item>
        <Menu.Divider />
        {people
          .filter((person) => person.id !== me.id)
          .map((person) => (
            <Menu.Item key={person.id} onClick={() => onChange(toggled(state, "owner", person.id))}>
              {person.full_name || person.name}
            </Menu.Item>
          ))}
      </HeadMenu>
      <SortMenu
        sorts={SORTS}
        words={SORT_WORDS}
        current={state.sort ?? "updated"}
        onSort={(one) => onChange({ ...state, sort: one === "updated" ? undefined : one })}
      />
      {may && (
        <Button k="c" icon={<Icon name="plus" />} onClick={onRaise}>
          Raise a case
        </Button>
      )}
    </div>
  );
}
