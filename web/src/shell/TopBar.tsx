/** Search, time range, time zone, the clock with the live dot, palette, and who is logged in. */
import { Menu } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLogOut, useMe } from "@/api/session";
import { Avatar } from "@/design/Avatar";
import { calendarDay, clockTime, dayAndTime, now, useNow } from "@/design/clock";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { useLiveState } from "@/live/live";
import { holdBar, useBarContent } from "./bar";
import { RANGES, rangeLabel } from "./range";
import { choose, useSettings } from "./settings";
import styles from "./TopBar.module.css";

export function TopBar({ onPalette }: { onPalette: () => void }) {
  return (
    <header className={styles.bar}>
      <SearchBar />
      <TimeRange />
      <ZoneSwitch />
      <Clock />
      <span className={styles.rule} aria-hidden="true" />
      <button
        type="button"
        className={styles.palette}
        onClick={onPalette}
        aria-label="CtrlK: command palette"
        title="Command palette"
      >
        <Key k={["Ctrl", "K"]} />
      </button>
      <PersonMenu />
    </header>
  );
}

function SearchBar() {
  const content = useBarContent();
  const navigate = useNavigate();
  const value = content?.value ?? "";
  const [text, setText] = useState(value);
  const ink = useRef<HTMLSpanElement>(null);
  useEffect(() => setText(value), [value]);
  const submit = () => {
    if (content) content.submit(text);
    else if (text.trim()) void navigate({ to: "/hunt", search: { q: text.trim() } });
  };
  return (
    <form
      className={styles.search}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        document.getElementById("screen")?.focus();
      }}
    >
      <Icon name="search" />
      <div className={styles.field}>
        <span ref={ink} className={styles.ink} aria-hidden="true">
          {inked(text)}
        </span>
        <input
          onScroll={(event) => {
            if (ink.current) ink.current.scrollLeft = event.currentTarget.scrollLeft;
          }}
          ref={holdBar}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            setText(value);
            event.currentTarget.blur();
          }}
          placeholder={content?.placeholder ?? "Search events"}
          aria-label={content?.placeholder ?? "Search events"}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
        />
      </div>
      {!content?.keyless && <Key k="/" />}
    </form>
  );
}

/** The text of the bar with its fields and values coloured; it lies under the field, whose own text is clear. */
function inked(text: string): ReactNode {
  return text.split(/(@?[\w.]+:(?:\[[^\]]*\]?|"[^"]*"?|\S*))/).map((part, at) => {
    const colon = at % 2 === 1 ? part.indexOf(":") : -1;
    if (colon < 0) return part;
    return (
      <span key={at}>
        <span className={styles.name}>{part.slice(0, colon + 1)}</span>
        <span className={styles.value}>{part.slice(colon + 1)}</span>
      </span>
    );
  });
}

function TimeRange() {
  const search: { range?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { zone } = useSettings();
  const at = useNow(60);
  const pick = (range: string) => {
    // A brush belongs to the range that it was drawn in.
    const next = (old: object) => ({
      ...old,
      range: range === "all" ? undefined : range,
      from: undefined,
      to: undefined,
    });
    void navigate({ to: ".", search: next as never });
  };
  return (
    <Menu position="bottom-start" width={220} zIndex={300}>
      <Menu.Target>
        <button type="button" className={styles.control}>
          <Icon name="clock" />
          {rangeLabel(search.range, zone, at)}
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label="Time range">
        {RANGES.map((one) => (
          <Menu.Item key={one.value} onClick={() => pick(one.value)}>
            {one.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <OwnRange onPick={pick} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** `datetime-local` wants and gives the time of the zone that is shown, without a zone. */
function fieldTime(at: number, zone: "utc" | "local"): string {
  const shift = zone === "utc" ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 16);
}

function OwnRange({ onPick }: { onPick: (range: string) => void }) {
  const { zone } = useSettings();
  const [from, setFrom] = useState(() => fieldTime(now() - 3_600_000, zone));
  const [to, setTo] = useState(() => fieldTime(now(), zone));
  const instant = (text: string) => new Date(zone === "utc" ? `${text}Z` : text);
  const [begin, end] = [instant(from), instant(to)];
  const good = begin.getTime() < end.getTime();
  return (
    <form
      className={styles.own}
      onSubmit={(event) => {
        event.preventDefault();
        if (good) onPick(`${begin.toISOString()}..${end.toISOString()}`);
      }}
    >
      <label>
        From
        <input type="datetime-local" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        To
        <input type="datetime-local" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={!good}>
        Use this range
      </button>
    </form>
  );
}

function ZoneSwitch() {
  const { zone } = useSettings();
  return (
    <fieldset className={styles.zone} aria-label="Time zone">
      {(["utc", "local"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={zone === one} onClick={() => choose({ zone: one })}>
          {one === "utc" ? "UTC" : "Local"}
        </button>
      ))}
    </fieldset>
  );
}

const LIVE_WORDS = {
  live: "Live: changes arrive as they happen",
  connecting: "Connecting to the live feed",
  down: "No live feed: what you see may be old. The console tries again",
};

function Clock() {
  const { zone } = useSettings();
  const at = useNow();
  const live = useLiveState();
  return (
    <div className={styles.clock}>
      <span
        className={styles.dot}
        data-state={live}
        title={LIVE_WORDS[live]}
        role="img"
        aria-label={LIVE_WORDS[live]}
      />
      <time dateTime={new Date(at).toISOString()} title={calendarDay(at, zone)}>
        <span className={styles.day}>{dayAndTime(at, zone).replace(clockTime(at, zone), "")}</span>
        {clockTime(at, zone)}
      </time>
    </div>
  );
}

function PersonMenu() {
  const me = useMe();
  const logOut = useLogOut();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-end" width={200} zIndex={300}>
      <Menu.Target>
        <button type="button" className={styles.person}>
          <Avatar name={me.full_name || me.name} />
          <span className="unseen">, {me.role}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name}, {me.role}
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="gear" />} onClick={() => navigate({ to: "/settings" })}>
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="leave" />} onClick={() => logOut.mutate()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
