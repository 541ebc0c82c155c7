/** Every key that works here and now. */
import { Link } from "@tanstack/react-router";
import { Dialog } from "@/design/Dialog";
import { Key } from "@/design/Key";
import { registry, useKeys } from "@/keys/useKeys";
import styles from "./KeyHelp.module.css";
import { useSettings } from "./settings";

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const { shortcuts } = useSettings();
  // The layers of the screen, taken before this dialog adds its own.
  const groups = registry
    .asked()
    .filter((layer) => layer.title !== "Help")
    .map((layer) => ({
      title: layer.title,
      bindings: layer.bindings().filter((b) => !b.quiet && registry.keysOf(b).length > 0),
    }))
    .filter((group) => group.bindings.length > 0);
  useKeys({ title: "Help", level: "dialog" }, [
    { id: "help.close", keys: ["?", "Escape"], label: "Close", typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title="Keys" size="40rem">
      {!shortcuts && <p className={styles.off}>Single-key shortcuts are switched off in the settings.</p>}
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.bindings.map((binding) => (
                <div key={binding.id}>
                  <dt>{binding.label}</dt>
                  <dd>
                    {registry.keysOf(binding).map((keys) => (
                      <span key={keys} className={styles.keys}>
                        <span className="unseen">{keys}</span>
                        <Key k={keys.split(keys.includes(" ") ? " " : /(?<=.)\+/).map(short)} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles.foot}>
        <Link to="/settings" onClick={onClose}>
          Switch shortcuts off or choose other keys
        </Link>
      </p>
    </Dialog>
  );
}

/** Arrows are shown as arrows. */
function short(key: string): string {
  return (
    { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Enter: "↵" }[key] ?? key
  );
}
