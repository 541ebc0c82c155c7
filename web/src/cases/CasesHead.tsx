/** The views of the list, what narrows it, its order, and raising a case. */
import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { useMe, usePeople } from "@/api/session";
import { Button } from "@/design/Button";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { SEVERITIES, SEVERITY_WORDS, SeverityMark, STATUS_WORDS, StatusMark } from "@/design/shapes";
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
      <nav className={styles.views} aria-label="Views">
        {VIEWS.map((one, at) => (
          <button
            key={one}
            type="button"
            aria-current={one === view ? "page" : undefined}
            aria-keyshortcuts={String(at + 1)}
            onClick={() => onView(one)}
          >
            {VIEW_WORDS[one]}
            {counts[one] !== undefined && <span className={styles.count}>{counts[one]}</span>}
            <Key k={String(at + 1)} />
          </button>
        ))}
      </nav>
      <Filter name="State" says={state.status?.map((one) => STATUS_WORDS[one].toLowerCase()).join(", ")}>
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
      </Filter>
      <Filter
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
      </Filter>
      <Filter name="Owner" says={ownerWord}>
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
      </Filter>
      <Filter name="Sort" says={SORT_WORDS[state.sort ?? "updated"]}>
        {SORTS.map((one) => (
          <Menu.Item
            key={one}
            onClick={() => onChange({ ...state, sort: one === "updated" ? undefined : one })}
          >
            {SORT_WORDS[one]}
          </Menu.Item>
        ))}
      </Filter>
      {may && (
        <Button k="c" icon={<Icon name="plus" />} onClick={onRaise}>
          Raise a case
        </Button>
      )}
    </div>
  );
}

function Filter({ name, says, children }: { name: string; says?: string; children: ReactNode }) {
  return (
    <Menu position="bottom-end" width={190} zIndex={300}>
      <Menu.Target>
        <button type="button" className={styles.filter}>
          {name} {says ? <strong title={says}>{says}</strong> : null}
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={name}>{children}</Menu.Dropdown>
    </Menu>
  );
}
