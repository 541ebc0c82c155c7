/** Everything that can be done here, by name; and a way to any alert or case by its number. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { registry, useKeys } from "@/keys/useKeys";
import { type Choice, choices } from "./choices";
import styles from "./Palette.module.css";

export function Palette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const before = useRef(document.activeElement);
  const list = useRef<HTMLDivElement>(null);
  // What could be done when the palette was opened.
  const bindings = useMemo(
    () =>
      registry
        .asked()
        .flatMap((layer) => layer.bindings())
        .filter(
          (binding) => !binding.quiet && !binding.here && !binding.off && binding.id !== "shell.palette",
        ),
    [],
  );
  const found = choices(text, bindings, {
    alert: (number) => void navigate({ to: "/queue", search: { q: `A-${number}`, status: ALL } }),
    case: (number) => void navigate({ to: "/cases/$number", params: { number: String(number) } }),
    alerts: (q) => void navigate({ to: "/queue", search: { q } }),
    events: (q) => void navigate({ to: "/hunt", search: { q } }),
  });
  const chosen = Math.min(at, found.length - 1);

  const close = () => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const run = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    choice.run();
  };
  useKeys({ title: "Palette", level: "dialog", closed: true }, [
    { id: "palette.close", keys: ["Escape", "Ctrl+K"], label: "Close", typing: true, run: close },
    {
      id: "palette.down",
      keys: "ArrowDown",
      label: "Next",
      typing: true,
      run: () => setAt(Math.min(found.length - 1, chosen + 1)),
    },
    {
      id: "palette.up",
      keys: "ArrowUp",
      label: "Previous",
      typing: true,
      run: () => setAt(Math.max(0, chosen - 1)),
    },
  ]);
  useEffect(() => {
    list.current?.querySelector(`#palette-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press beside the palette closes it, as Escape does
    <div className={styles.veil} onMouseDown={(event) => event.target === event.currentTarget && close()}>
      <div className={styles.palette} role="dialog" aria-modal="true" aria-label="Command palette">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run(found[chosen]);
          }}
        >
          <Icon name="search" />
          <input
            // biome-ignore lint/a11y/noAutofocus: the palette is opened to type
            autoFocus
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setAt(0);
            }}
            onBlur={(event) => event.currentTarget.focus()}
            placeholder="Do, go to, or search"
            aria-label="Do, go to, or search"
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
            spellCheck={false}
            autoComplete="off"
          />
        </form>
        <div
          ref={list}
          id="palette-list"
          role="listbox"
          aria-label="Commands"
          className={styles.list}
          tabIndex={-1}
        >
          {found.map((choice, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and its keys choose
            <div
              key={choice.id}
              id={`palette-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === chosen}
              onMouseMove={() => setAt(place)}
              onClick={() => run(choice)}
            >
              <span>{choice.label}</span>
              {choice.key && <Key k={choice.key.split(" ")} />}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

const ALL: ("new" | "triaging" | "escalated" | "closed")[] = ["new", "triaging", "escalated", "closed"];
