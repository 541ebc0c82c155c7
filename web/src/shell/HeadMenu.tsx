/** A menu in the head of a screen: what it is about, what it says now, and what it could say. */
import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "@/design/Icon";
import styles from "./HeadMenu.module.css";

export function HeadMenu({ name, says, children }: { name: string; says?: string; children: ReactNode }) {
  return (
    <Menu position="bottom-end" width={190} zIndex={300}>
      <Menu.Target>
        <button type="button" className={styles.menu}>
          {name} {says ? <strong title={says}>{says}</strong> : null}
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={name}>{children}</Menu.Dropdown>
    </Menu>
  );
}

interface SortMenuProps<Sort extends string> {
  sorts: readonly Sort[];
  words: Record<Sort, string>;
  current: Sort;
  onSort: (sort: Sort) => void;
}

/** The order of a list. */
export function SortMenu<Sort extends string>({ sorts, words, current, onSort }: SortMenuProps<Sort>) {
  return (
    <HeadMenu name="Sort" says={words[current]}>
      {sorts.map((one) => (
        <Menu.Item key={one} onClick={() => onSort(one)}>
          {words[one]}
        </Menu.Item>
      ))}
    </HeadMenu>
  );
}
