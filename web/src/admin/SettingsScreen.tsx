/** What concerns this browser: theme, density, times, keys. */
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/design/Button";
import { Key } from "@/design/Key";
import { spell } from "@/keys/registry";
import { choose, type Settings, useSettings } from "@/shell/settings";
import { REMAPPABLE, type Remappable, taken } from "./remap";
import styles from "./Settings.module.css";
import { SettingsFrame } from "./SettingsFrame";

export function SettingsScreen() {
  const settings = useSettings();
  return (
    <SettingsFrame title="This browser" lead="Kept in this browser only, in force in all its tabs.">
      <Options
        name="theme"
        title="Theme"
        value={settings.theme}
        options={{ system: "As the system", dark: "Dark", light: "Light", hc: "High contrast" }}
        onChange={(theme) => choose({ theme })}
      />
      <Options
        name="density"
        title="Density"
        says="Comfortable rows are taller and spell out the status."
        value={settings.density}
        options={{ compact: "Compact", comfortable: "Comfortable" }}
        onChange={(density) => choose({ density })}
      />
      <Options
        name="zone"
        title="Times"
        value={settings.zone}
        options={{ utc: "UTC", local: "Local" }}
        onChange={(zone) => choose({ zone })}
      />
      <fieldset className={styles.group}>
        <legend>Keys</legend>
        <p>Keys with Ctrl, Enter, Escape and the arrows work always.</p>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={settings.shortcuts}
            onChange={(event) => choose({ shortcuts: event.currentTarget.checked })}
          />
          Single-key shortcuts
        </label>
      </fieldset>
      <Keys settings={settings} />
    </SettingsFrame>
  );
}

interface OptionsProps<T extends string> {
  name: string;
  title: string;
  says?: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

function Options<T extends string>({ name, title, says, value, options, onChange }: OptionsProps<T>) {
  return (
    <fieldset className={styles.group}>
      <legend>{title}</legend>
      {says && <p>{says}</p>}
      <div className={styles.options}>
        {(Object.keys(options) as T[]).map((option) => (
          <label key={option}>
            <input
              type="radio"
              className="unseen"
              name={name}
              checked={value === option}
              onChange={() => onChange(option)}
            />
            {options[option]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Keys({ settings }: { settings: Settings }) {
  const [waiting, setWaiting] = useState<string | null>(null);
  const [fault, setFault] = useState<{ id: string; text: string } | null>(null);
  const { remapped } = settings;
  const take = (one: Remappable) => (event: KeyboardEvent) => {
    if (waiting !== one.id) return;
    event.preventDefault();
    event.stopPropagation();
    const key = spell(event);
    if (key === "Escape" || key === "Tab") return setWaiting(null);
    if (/^(?:Shift|Ctrl\+|Alt\+)?(?:Shift|Control|Alt|Meta)$/.test(key)) return;
    const other = taken(key, one.id, remapped);
    if (other) return setFault({ id: one.id, text: `${key} is taken by “${other.label}”` });
    setFault(null);
    setWaiting(null);
    const next = { ...remapped };
    delete next[one.id];
    choose({ remapped: key === one.key ? next : { ...next, [one.id]: key } });
  };
  return (
    <>
      <ul className={styles.keys} aria-label="Keys">
        {REMAPPABLE.map((one) => (
          <li key={one.id}>
            <span>{one.label}</span>
            {fault?.id === one.id && (
              <span className={styles.fault} role="alert">
                {fault.text}
              </span>
            )}
            <Key k={remapped[one.id] ?? one.key} />
            <span className="unseen">{remapped[one.id] ?? one.key}</span>
            <Button
              look="plain"
              onClick={() => {
                setFault(null);
                setWaiting(waiting === one.id ? null : one.id);
              }}
              onKeyDown={take(one)}
              onBlur={() => setWaiting(null)}
              aria-label={waiting === one.id ? "Press a key" : `Change the key: ${one.label}`}
            >
              {waiting === one.id ? "Press a key" : "Change"}
            </Button>
          </li>
        ))}
      </ul>
      {Object.keys(remapped).length > 0 && (
        <p className={styles.options}>
          <Button onClick={() => choose({ remapped: {} })}>Back to the usual keys</Button>
        </p>
      )}
    </>
  );
}
