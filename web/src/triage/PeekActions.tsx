/** What can be done with the alert in the panel: one filled button, the next key to press. */
import { Menu } from "@mantine/core";
import { may, useMe, usePeople } from "@/api/session";
import type { Alert, Person } from "@/api/types";
import { Button, IconButton } from "@/design/Button";
import { Icon } from "@/design/Icon";

export interface Deeds {
  raise: () => void;
  close: () => void;
  escalate: () => void;
  assign: (owner: Person | null) => void;
  reopen: () => void;
}

export function PeekActions({ alert, deeds }: { alert: Alert; deeds: Deeds }) {
  const me = useMe();
  const { data: people } = usePeople();
  const others = (people?.items ?? []).filter((person) => person.id !== me.id && may(person.role, "triage"));
  const open = alert.status !== "closed";
  return (
    <>
      <Button look="filled" k="c" onClick={deeds.raise}>
        {alert.case != null ? `Open case C-${alert.case}` : "Raise case"}
      </Button>
      {open && (
        <>
          <Button k="e" onClick={deeds.close}>
            Close
          </Button>
          {alert.status !== "escalated" && (
            <Button k="s" onClick={deeds.escalate}>
              Escalate
            </Button>
          )}
          <Button k="a" look="plain" onClick={() => deeds.assign(me)} disabled={alert.owner?.id === me.id}>
            Assign to me
          </Button>
          <Menu position="top-end" width={200} zIndex={300}>
            <Menu.Target>
              <IconButton label="Assign to somebody else">
                <Icon name="down" />
              </IconButton>
            </Menu.Target>
            <Menu.Dropdown>
              {others.map((person) => (
                <Menu.Item key={person.id} onClick={() => deeds.assign(person)}>
                  {person.full_name || person.name}
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item onClick={() => deeds.assign(null)}>Nobody</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
      {!open && (
        <Button onClick={deeds.reopen} icon={<Icon name="undo" />}>
          Reopen
        </Button>
      )}
    </>
  );
}
